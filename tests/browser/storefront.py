"""What a shopper does on the page, in a shopper's words."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page


def amount(text: str) -> Decimal:
    """Return the last amount in a text.

    >>> amount("Pay $1,234.50")
    Decimal('1234.50')
    """
    return Decimal(re.findall(r"\d[\d,]*\.\d\d", text)[-1].replace(",", ""))


def number(text: str) -> int:
    """Return the last whole number in a text.

    >>> number("This cart earns 1,234 points")
    1234
    """
    return int(re.findall(r"\d[\d,]*", text)[-1].replace(",", ""))


#: Categories of goods that Saleor's samples do not ship, not even the mugs.
NOT_SENT = ("Audiobooks", "Sunglasses", "Homewares", "Gift cards")


class Storefront:
    """The page, and what is done on it with the mouse."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def cards(self) -> list[Locator]:
        """Return the products of which there is more than enough, and that are sent."""
        plenty = ".card:has(.button-add:enabled):not(:has(.few))"
        sent = "".join(f":not(:has(.card-category:text-is('{n}')))" for n in NOT_SENT)
        return self.page.locator(plenty + sent).all()

    def price(self, card: Locator) -> Decimal:
        return amount(card.locator(".price").inner_text())

    def card_between(self, least: int, most: int) -> Locator:
        """Return a product whose price lies in that range."""
        found = (c for c in self.cards() if least <= self.price(c) <= most)
        return next(found)

    def add(self, card: Locator) -> None:
        """Put a product into the cart and wait until it is there."""
        quantity = self.quantity()
        card.locator(".button-add").click()
        self.wait_for_quantity(quantity + 1)

    def fill_up_to(self, subtotal: int) -> None:
        """Add things of middling price until the cart is worth that much."""
        card = self.card_between(10, 30)
        while self.subtotal() < subtotal:
            self.add(card)

    def wait_for_quantity(self, quantity: int) -> None:
        self.page.locator(f"#cart-count:text-is('{quantity}')").wait_for()

    def quantity(self) -> int:
        return int(self.page.locator("#cart-count").inner_text())

    def subtotal(self) -> Decimal:
        """Return what the goods cost before offers."""
        if not self.quantity():
            return Decimal(0)
        return amount(self.sums()["Subtotal"])

    def sums(self) -> dict[str, str]:
        """Return the entries under the cart, by their labels."""
        entries = self.page.locator("#cart .sum")
        labels = entries.locator("dt").all_text_contents()
        return dict(zip(labels, entries.locator("dd").all_text_contents()))

    def offers(self) -> list[str]:
        """Return what the offers bar says, one text an offer."""
        return self.page.locator(".offer-text").all_inner_texts()

    def said(self) -> str:
        """Return what the offers bar tells a screen reader."""
        return self.page.locator("#offers-live").text_content() or ""

    def open_link(self, link: str) -> None:
        """Open another address of the shop, as by a friend's link."""
        self.page.goto(link)
        self.page.wait_for_selector(".card")
        self.page.locator("#cart:not([aria-busy])").wait_for(state="attached")

    def give_email(self, email: str, code: str | None = None) -> None:
        """Go to the checkout, and on from the address with an e-mail and a code."""
        if not self.page.locator("#cart").is_visible():
            self.page.locator("#cart-link").click()
        self.go_to_checkout()
        self.page.get_by_label("E-mail").fill(email)
        if code is not None:
            self.page.get_by_label("A friend's code").fill(code)
        self.give_address()

    def invitation(self) -> str:
        """Return what the page says of an invitation, empty where it says nothing."""
        box = self.page.locator("#invitation")
        return box.inner_text() if box.is_visible() else ""

    def invitation_state(self) -> str | None:
        return self.page.locator("#invitation").get_attribute("data-state")

    def go_to_checkout(self) -> None:
        self.page.get_by_role("link", name="Checkout").click()
        self.page.get_by_role("heading", name="Where should it go?").wait_for()

    def give_address(self) -> None:
        self.page.get_by_role("button", name="Continue to delivery").click()
        self.page.locator(".choice").first.wait_for()

    def choose_delivery(self) -> None:
        self.page.locator(".choice").first.click()
        self.page.get_by_role("button", name="Pay $").wait_for()

    def pay(self) -> Decimal:
        """Pay; return the amount that the button said."""
        button = self.page.get_by_role("button", name="Pay $")
        shown = amount(button.inner_text())
        button.click()
        self.page.locator(".receipt-lead").wait_for()
        return shown

    def sign_in(self, email: str, password: str, button: str = "Sign in") -> None:
        """Sign in, or with another button open an account, and go back to the shop."""
        form = self.page.locator("#account-body form")
        self.page.locator("#account-link").click()
        form.get_by_label("E-mail").fill(email)
        form.get_by_label("Password").fill(password)
        form.get_by_role("button", name=button).click()
        self.page.get_by_role("button", name="Sign out").wait_for()
        self.page.locator("#cart:not([aria-busy])").wait_for(state="attached")
        self.page.get_by_role("link", name="Back to the shop").first.click()

    def show_account(self) -> None:
        """Look at the account of whoever is signed in."""
        self.page.locator("#account-link").click()
        self.page.locator(".give").wait_for()

    def slider(self) -> Locator:
        return self.page.get_by_role("slider", name="Spend points")

    def spend(self, points: int) -> None:
        """Type how many points are to pay, and wait until they do."""
        field = self.page.get_by_label("Points to spend, as a number")
        field.fill(str(points))
        field.press("Enter")
        self.wait_until_spent(points)

    def wait_until_spent(self, points: int) -> None:
        """Wait until so many points are among the cart's sums; none for 0."""
        entry = self.page.locator(
            "#cart .sum dt", has_text=re.compile(r"^[\d,]+ points$")
        )
        if points:
            entry.filter(has_text=f"{points:,} points").wait_for()
        else:
            entry.wait_for(state="detached")
        self.page.locator(".spend:not([data-waits])").wait_for()

    def total(self) -> Decimal:
        return amount(self.sums()["Total"])

    def earns(self) -> int:
        """Return how many points the cart says that it earns."""
        return number(self.page.locator(".points-earn strong").inner_text())

    def receipt(self) -> dict[str, str]:
        """Return the entries of the receipt, by their labels."""
        entries = self.page.locator("#receipt .sum")
        labels = entries.locator("dt").all_text_contents()
        return dict(zip(labels, entries.locator("dd").all_text_contents()))
