"""Points on the page: collected, spent with a slider, and taken back."""

from __future__ import annotations

import uuid
from decimal import Decimal

from .merchant import PASSWORD, member
from .running import RunningDemo
from .storefront import Storefront, amount, number


def worth(points: int) -> Decimal:
    return Decimal(points) / 100


def test_a_guest_sees_what_the_cart_earns_and_is_asked_to_sign_in(
    storefront: Storefront,
) -> None:
    # given
    page = storefront.page
    storefront.fill_up_to(20)

    # then a point for each whole dollar, and nothing to spend
    assert storefront.earns() == int(storefront.total())
    assert not storefront.slider().is_visible()

    # when
    page.locator("#points").get_by_role("link", name="Sign in").click()

    # then
    page.get_by_role("heading", name="Sign in").wait_for()
    assert page.evaluate("document.activeElement.id") == "account-title"


def test_an_empty_cart_says_nothing_of_points(storefront: Storefront) -> None:
    assert not storefront.page.locator("#points").is_visible()


def test_a_member_without_points_is_told_why_there_is_no_slider(
    storefront: Storefront, demo: RunningDemo
) -> None:
    # given
    storefront.sign_in(member(demo), PASSWORD)

    # when
    storefront.fill_up_to(20)

    # then
    page = storefront.page
    assert "no points to spend yet" in page.locator("#points-why").inner_text()
    assert not storefront.slider().is_visible()
    assert page.locator("#account-name").inner_text() == "0"


def test_a_member_with_too_few_points_is_told_how_many_it_takes(
    storefront: Storefront, demo: RunningDemo
) -> None:
    # given
    storefront.sign_in(member(demo, points=30), PASSWORD)

    # when
    storefront.fill_up_to(20)

    # then
    told = storefront.page.locator("#points-why").inner_text()
    assert told == "You have 30 points; they can be spent from 50 on."


def test_the_slider_is_moved_with_the_keyboard(
    storefront: Storefront, demo: RunningDemo
) -> None:
    # given
    page = storefront.page
    storefront.sign_in(member(demo, points=300), PASSWORD)
    storefront.fill_up_to(20)
    before = storefront.total()
    slider = storefront.slider()
    slider.focus()

    # when it leaves nothing, then it is on the least that can be spent
    page.keyboard.press("ArrowRight")
    storefront.wait_until_spent(50)
    assert storefront.total() == before - worth(50)

    # when it goes on, then by a step, and the total with it
    page.keyboard.press("ArrowRight")
    storefront.wait_until_spent(60)
    assert storefront.total() == before - worth(60)
    assert slider.get_attribute("aria-valuetext") == "60 points, $0.60 off"
    assert "60 points take $0.60 off" in page.locator("#points-live").inner_text()

    # when it goes to its end, then all points that there are pay
    page.keyboard.press("End")
    storefront.wait_until_spent(300)
    assert storefront.total() == before - worth(300)

    # when it goes below the least, then nothing is spent
    page.keyboard.press("Home")
    storefront.wait_until_spent(0)
    assert storefront.total() == before
    assert page.evaluate("document.activeElement.id") == "points-range"


def test_the_slider_stays_in_the_hand_while_the_total_follows(
    storefront: Storefront, demo: RunningDemo
) -> None:
    # given
    mouse = storefront.page.mouse
    storefront.sign_in(member(demo, points=300), PASSWORD)
    storefront.fill_up_to(20)
    before = storefront.total()
    box = storefront.slider().bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2

    # when it is drawn to the middle, and from there on to the end
    mouse.move(box["x"] + 12, middle)
    mouse.down()
    mouse.move(box["x"] + box["width"] / 2, middle, steps=8)
    storefront.wait_until_spent(150)
    assert storefront.total() == before - worth(150)
    mouse.move(box["x"] + box["width"], middle, steps=8)

    # then
    storefront.wait_until_spent(300)
    mouse.up()
    assert storefront.total() == before - worth(300)


def test_what_earns_more_than_usual_is_named(storefront: Storefront) -> None:
    # given
    card = storefront.page.locator(".card", has_text="Plimsolls").first
    kind = card.locator(".card-category").inner_text().lower()

    # when
    storefront.add(card)

    # then
    extra = int(storefront.total())
    told = storefront.page.locator(".points-earn span").last.inner_text()
    assert told == f"Double points on {kind}, +{extra}"
    assert storefront.earns() == int(storefront.total() * 2)


def test_points_pay_for_half_of_the_goods_at_most(
    storefront: Storefront, demo: RunningDemo
) -> None:
    # given more points than the cart is worth
    page = storefront.page
    storefront.sign_in(member(demo, points=50_000), PASSWORD)
    storefront.fill_up_to(20)
    before = storefront.total()

    # when
    most = number(page.get_by_role("button", name="Use ").inner_text())
    page.get_by_role("button", name="Use ").click()
    storefront.wait_until_spent(most)

    # then
    assert page.evaluate("document.activeElement.id") == "points-range"
    half = before / 2
    assert half - Decimal("0.10") < worth(most) <= half
    assert storefront.total() == before - worth(most)


def test_a_number_that_cannot_be_spent_becomes_one_that_can(
    storefront: Storefront, demo: RunningDemo
) -> None:
    # given
    field = storefront.page.get_by_label("Points to spend, as a number")
    storefront.sign_in(member(demo, points=300), PASSWORD)
    storefront.fill_up_to(20)

    for typed, spent in (("123", 120), ("7", 50), ("9999", 300)):
        # when
        field.fill(typed)
        field.press("Enter")

        # then
        storefront.wait_until_spent(spent)
        assert field.input_value() == str(spent)


def test_points_that_are_taken_back_restore_the_total(
    storefront: Storefront, demo: RunningDemo
) -> None:
    # given
    page = storefront.page
    storefront.sign_in(member(demo, points=300), PASSWORD)
    storefront.fill_up_to(20)
    before = storefront.sums(), storefront.earns()
    storefront.spend(200)
    assert storefront.earns() == before[1] - 2

    # when
    page.get_by_role("button", name="Take back").click()
    storefront.wait_until_spent(0)

    # then
    assert (storefront.sums(), storefront.earns()) == before
    assert page.evaluate("document.activeElement.id") == "points-range"


def test_what_the_cart_has_no_room_for_is_not_spent(
    storefront: Storefront, demo: RunningDemo
) -> None:
    # given points that pay for half of two things
    storefront.sign_in(member(demo, points=5_000), PASSWORD)
    storefront.add(storefront.card_between(10, 20))
    one = storefront.subtotal()
    page = storefront.page
    page.locator("#cart .stepper button").last.click()
    storefront.wait_for_quantity(2)
    page.get_by_role("button", name="Use ").click()
    page.locator("#cart .sum dt", has_text="points").wait_for()

    # when one of them is taken out
    page.locator("#cart .stepper button").first.click()
    storefront.wait_for_quantity(1)

    # then
    assert one / 2 <= storefront.total() < one / 2 + Decimal("0.10")


def test_a_second_visit_spends_what_the_first_earned(storefront: Storefront) -> None:
    page = storefront.page
    email = f"{uuid.uuid4().hex[:12]}@example.com"

    # given a first visit
    storefront.sign_in(email, PASSWORD, button="Create an account")
    storefront.fill_up_to(100)
    earned = storefront.earns()
    buy(storefront)
    assert f"You earn {earned} points" in page.locator(".receipt-points").inner_text()
    assert page.locator("#account-name").inner_text() == str(earned)
    page.get_by_role("link", name="Back to the shop").last.click()

    # when a second one spends a part of that
    storefront.fill_up_to(20)
    before = storefront.total()
    storefront.spend(70)
    paid = buy(storefront)

    # then
    assert paid < before + amount(shipping(storefront)) == paid + worth(70)
    assert amount(storefront.receipt()["70 points"]) == worth(70)
    page.get_by_role("link", name="See your points").click()
    page.get_by_role("heading", name="History").wait_for()
    spent = page.locator(".posting", has_text="Spent")
    assert number(spent.locator(".posting-points").inner_text().split("\n")[0]) == 70
    assert "Bronze" in page.locator(".tier").inner_text()


def buy(storefront: Storefront) -> Decimal:
    """Go to the checkout and pay; a second time the address is known."""
    page = storefront.page
    page.get_by_role("link", name="Checkout").click()
    page.locator("#checkout-steps .step").first.wait_for()
    if page.get_by_role("button", name="Continue to delivery").is_visible():
        storefront.give_address()
    storefront.choose_delivery()
    return storefront.pay()


def shipping(storefront: Storefront) -> str:
    receipt = storefront.receipt()
    return next(value for label, value in receipt.items() if "Shipping" in label)


def test_what_is_typed_stays_while_points_are_spent(
    storefront: Storefront, demo: RunningDemo
) -> None:
    # given somebody who has begun with the address
    page = storefront.page
    storefront.sign_in(member(demo, points=300), PASSWORD)
    storefront.fill_up_to(20)
    storefront.go_to_checkout()
    page.get_by_label("First name").fill("Grace")

    # when
    storefront.spend(100)

    # then
    assert page.get_by_label("First name").input_value() == "Grace"


def test_the_pay_button_follows_the_slider(
    storefront: Storefront, demo: RunningDemo
) -> None:
    # given
    storefront.sign_in(member(demo, points=300), PASSWORD)
    storefront.fill_up_to(20)
    storefront.go_to_checkout()
    storefront.give_address()
    storefront.choose_delivery()
    button = storefront.page.get_by_role("button", name="Pay $")
    before = amount(button.inner_text())

    # when
    storefront.spend(200)

    # then
    assert amount(button.inner_text()) == before - worth(200) == storefront.total()
