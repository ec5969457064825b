"""The page with the keyboard alone."""

from __future__ import annotations

from decimal import Decimal

from .storefront import Storefront, amount

MOST_TABS = 200
FOCUSED = """() => {
    const element = document.activeElement;
    const label = element.labels?.[0]?.innerText ?? '';
    return [element.tagName, element.getAttribute('aria-label') ?? '',
            element.innerText ?? '', label].join(' ').replace(/\\s+/g, ' ');
}"""
OUTLINE = """() => {
    const element = document.activeElement;
    const place = element.closest('.choice') ?? element;
    const style = getComputedStyle(place);
    return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0;
}"""


class Keyboard:
    """Nothing but keys."""

    def __init__(self, storefront: Storefront) -> None:
        self.page = storefront.page

    def focused(self) -> str:
        return str(self.page.evaluate(FOCUSED))

    def tab_to(self, *words: str) -> str:
        """Press Tab until the focus is on something with all those words."""
        for _ in range(MOST_TABS):
            self.page.keyboard.press("Tab")
            focused = self.focused()
            if all(word in focused for word in words):
                assert self.page.evaluate(OUTLINE), f"no focus to be seen: {focused}"
                return focused
        raise AssertionError(f"{words} cannot be reached with Tab")

    def press(self, key: str, times: int = 1) -> None:
        for _ in range(times):
            self.page.keyboard.press(key)


def test_a_shopper_buys_with_the_keyboard_alone(storefront: Storefront) -> None:
    keyboard, page = Keyboard(storefront), storefront.page

    # given four of something, the cart's own buttons included
    keyboard.tab_to("BUTTON", "Add", "to the cart")
    keyboard.press("Enter")
    page.locator("#cart .line").wait_for()
    keyboard.tab_to("BUTTON", "One more")
    for quantity in (2, 3, 4):
        keyboard.press("Enter")
        storefront.wait_for_quantity(quantity)
        # The line is drawn anew, the focus stays where it was.
        assert "One more" in keyboard.focused()

    # when
    keyboard.tab_to("A", "Checkout")
    keyboard.press("Enter")
    page.get_by_role("heading", name="Where should it go?").wait_for()
    keyboard.tab_to("INPUT", "First name")
    page.keyboard.press("Control+A")
    page.keyboard.type("Grace")
    keyboard.tab_to("BUTTON", "Continue to delivery")
    keyboard.press("Enter")
    page.locator(".choice").first.wait_for()
    keyboard.tab_to("INPUT", "$")
    keyboard.press("Space")
    page.get_by_role("button", name="Pay $").wait_for()
    label = keyboard.tab_to("BUTTON", "Pay $")
    keyboard.press("Enter")
    page.locator(".receipt-lead").wait_for()

    # then
    assert amount(storefront.receipt()["Paid"]) == amount(label) > Decimal(0)
    assert "Grace" in page.locator("#receipt").inner_text()


def test_the_focus_follows_from_view_to_view(storefront: Storefront) -> None:
    # given
    keyboard, page = Keyboard(storefront), storefront.page
    storefront.add(storefront.cards()[0])

    # when
    keyboard.tab_to("A", "Checkout")
    keyboard.press("Enter")
    page.get_by_role("heading", name="Where should it go?").wait_for()

    # then
    assert "Checkout" in keyboard.focused()


def test_the_first_tab_offers_to_skip_to_the_products(storefront: Storefront) -> None:
    # given
    keyboard = Keyboard(storefront)

    # when
    keyboard.press("Tab")
    assert "Skip to the products" in keyboard.focused()
    keyboard.press("Enter")

    # then
    focused = storefront.page.evaluate("document.activeElement.id")
    assert focused == "catalogue-title"
