"""From an empty cart to a placed order, on the page."""

from __future__ import annotations

from decimal import Decimal

import pytest

from .merchant import stopped
from .running import RunningDemo
from .storefront import Storefront, amount


def test_a_shopper_buys_with_the_mouse(storefront: Storefront) -> None:
    # given a cart beyond the first step of the ladder
    storefront.fill_up_to(100)
    goods = storefront.subtotal()
    off = amount(storefront.sums()["Spend and save"])

    # when
    storefront.go_to_checkout()
    storefront.give_address()
    storefront.choose_delivery()
    paid = storefront.pay()

    # then the shopper paid the goods less 5 %, and no shipping
    assert off == (goods * Decimal("0.05")).quantize(Decimal("0.01"))
    assert paid == goods - off
    receipt = storefront.receipt()
    assert amount(receipt["Paid"]) == paid
    assert amount(receipt["Spend and save"]) == off
    shipping = next(v for k, v in receipt.items() if k.startswith("Shipping"))
    assert amount(receipt["Free shipping"]) == amount(shipping) > 0
    lead = storefront.page.locator(".receipt-lead").inner_text()
    assert "is placed and paid" in lead


def test_a_placed_order_leaves_an_empty_cart(storefront: Storefront) -> None:
    # given
    storefront.fill_up_to(10)
    storefront.go_to_checkout()
    storefront.give_address()
    storefront.choose_delivery()

    # when
    storefront.pay()
    storefront.page.get_by_role("link", name="Back to the shop").last.click()

    # then
    assert storefront.quantity() == 0


def test_a_cart_is_still_there_after_a_reload(storefront: Storefront) -> None:
    # given
    storefront.fill_up_to(50)
    before = storefront.sums()

    # when
    storefront.page.reload()
    storefront.page.locator("#cart .line").first.wait_for()

    # then
    assert storefront.sums() == before


def test_a_missing_field_is_told_in_words_where_it_is(storefront: Storefront) -> None:
    # given
    storefront.fill_up_to(10)
    storefront.go_to_checkout()
    page = storefront.page
    page.get_by_label("Last name").fill("")

    # when
    page.get_by_role("button", name="Continue to delivery").click()

    # then
    assert page.locator("#field-lastName-error").inner_text() != ""
    assert page.get_by_label("Last name").get_attribute("aria-invalid") == "true"
    assert page.evaluate("document.activeElement.id") == "field-lastName"


def test_what_saleor_refuses_is_told_in_its_words(storefront: Storefront) -> None:
    # given a postal code that does not belong to the state
    storefront.fill_up_to(10)
    storefront.go_to_checkout()
    page = storefront.page
    page.get_by_label("Postal code").fill("00000")

    # when
    page.get_by_role("button", name="Continue to delivery").click()

    # then
    error = page.locator("#field-postalCode-error")
    error.filter(has_text="not valid").wait_for()


def test_more_than_there_is_is_refused_in_words(storefront: Storefront) -> None:
    # given the last pieces of something
    page = storefront.page
    if not page.locator(".few").count():
        pytest.skip("this Saleor's sample has plenty of everything")
    card = page.locator(".card:has(.few)").first
    left = int(card.locator(".few").inner_text().split()[0])
    for _ in range(left):
        storefront.add(card)

    # when
    card.locator(".button-add").click()

    # then
    page.get_by_role("alert").filter(has_text="stock").wait_for()
    assert storefront.quantity() == left


def test_a_shop_that_does_not_answer_is_told_in_words(storefront: Storefront) -> None:
    # given
    page = storefront.page
    page.route("**/graphql/", lambda route: route.abort())

    # when
    storefront.cards()[0].locator(".button-add").click()

    # then
    alert = page.get_by_role("alert")
    alert.filter(has_text="does not answer").wait_for()
    page.get_by_role("button", name="Dismiss").click()
    assert alert.inner_text() == ""


def test_an_offer_that_ends_before_the_payment_is_told(
    storefront: Storefront, demo: RunningDemo
) -> None:
    # given a shopper about to pay, and a merchant who stops the ladder
    storefront.fill_up_to(100)
    goods = storefront.subtotal()
    storefront.go_to_checkout()
    storefront.give_address()
    storefront.choose_delivery()
    page = storefront.page

    # when
    with stopped(demo, "Spend and save"):
        page.get_by_role("button", name="Pay $").click()

        # then nothing is paid, and the page says why and shows the new total
        alert = page.get_by_role("alert")
        alert.filter(has_text="Spend and save has ended.").wait_for()
        button = page.get_by_role("button", name="Pay $")
        assert amount(button.inner_text()) == goods

        # and the second try goes through
        assert storefront.pay() == goods
        assert amount(storefront.receipt()["Paid"]) == goods
