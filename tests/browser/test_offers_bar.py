"""The offers bar follows the cart."""

from __future__ import annotations

from decimal import Decimal

from .storefront import Storefront, amount


def test_the_bar_says_how_far_free_shipping_is(storefront: Storefront) -> None:
    # given an empty cart
    [empty] = [text for text in storefront.offers() if "free shipping" in text]
    assert amount(empty) == Decimal(50)

    # when
    storefront.add(storefront.card_between(10, 30))

    # then
    [some] = [text for text in storefront.offers() if "free shipping" in text]
    assert amount(some) == Decimal(50) - storefront.subtotal()
    assert "more for free shipping" in some


def test_the_bar_moves_from_step_to_step_and_back(storefront: Storefront) -> None:
    # when the first step of the ladder is reached
    storefront.fill_up_to(100)

    # then
    assert any("Free shipping is yours" in text for text in storefront.offers())
    assert any("more for 10% off" in text for text in storefront.offers())

    # when the last step is reached
    storefront.fill_up_to(300)

    # then
    assert not any("more for" in text for text in storefront.offers())
    assert any("You save" in text for text in storefront.offers())

    # when everything but one piece is taken out
    less = storefront.page.locator("#cart .stepper button").first
    while storefront.quantity() > 1:
        fewer = storefront.quantity() - 1
        less.click()
        storefront.wait_for_quantity(fewer)

    # then
    assert any("more for free shipping" in text for text in storefront.offers())
    assert any("more for 5% off" in text for text in storefront.offers())


def test_the_bar_is_as_full_as_the_cart(storefront: Storefront) -> None:
    # given
    bar = storefront.page.get_by_role("progressbar", name="Free shipping")
    assert bar.get_attribute("aria-valuenow") == "0"

    # when
    storefront.add(storefront.card_between(10, 30))

    # then
    expected = round(storefront.subtotal() / Decimal(50) * 100)
    assert bar.get_attribute("aria-valuenow") == str(expected)


def test_the_bar_is_told_to_a_screen_reader(storefront: Storefront) -> None:
    # given
    before = storefront.said()
    live = storefront.page.locator("#offers-live")
    assert live.get_attribute("aria-live") == "polite"

    # when
    storefront.add(storefront.card_between(10, 30))

    # then
    assert "more for free shipping" in storefront.said()
    assert storefront.said() != before


def test_nothing_moves_for_those_who_ask_for_less_motion(
    storefront: Storefront,
) -> None:
    # given a page that was opened with reduced motion
    moving = storefront.page.evaluate(
        """() => [...document.querySelectorAll('*')]
            .map((element) => getComputedStyle(element).transitionDuration)
            .filter((duration) => duration !== '0s')"""
    )

    # then
    assert moving == []
