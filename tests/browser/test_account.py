"""The account on the page: signing in and out, and what it says of points."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from demo.shoppers import ADA

from .merchant import PASSWORD, member
from .running import RunningDemo
from .storefront import Storefront, number

if TYPE_CHECKING:
    from playwright.sync_api import Route


def test_the_cart_of_a_guest_comes_along(
    storefront: Storefront, demo: RunningDemo
) -> None:
    # given
    storefront.fill_up_to(20)
    before = storefront.sums()

    # when
    storefront.sign_in(member(demo, points=300), PASSWORD)

    # then
    assert storefront.sums() == before
    assert storefront.slider().is_visible()


def test_who_signs_out_is_a_guest_with_an_empty_cart(
    storefront: Storefront, demo: RunningDemo
) -> None:
    # given
    storefront.sign_in(member(demo, points=300), PASSWORD)
    storefront.fill_up_to(20)

    # when
    storefront.page.locator("#account-link").click()
    storefront.page.get_by_role("button", name="Sign out").click()

    # then
    storefront.wait_for_quantity(0)
    assert storefront.page.locator("#account-name").inner_text() == "Sign in"


def test_an_answer_from_before_the_sign_out_signs_nobody_in_again(
    storefront: Storefront, demo: RunningDemo
) -> None:
    # given an account that the shop is still asked for
    page = storefront.page
    storefront.sign_in(member(demo, points=300), PASSWORD)
    waiting: list[Route] = []

    def hold_the_first(route: Route) -> None:
        if waiting:
            route.continue_()
        else:
            waiting.append(route)

    page.route("**/graphql/", hold_the_first)
    with page.expect_request("**/graphql/"):
        page.locator("#account-link").click()

    # when
    page.get_by_role("button", name="Sign out").click()
    with page.expect_event("requestfinished"):
        waiting[0].continue_()

    # then
    page.locator("#account-name:text-is('Sign in')").wait_for()
    page.locator("#cart:not([aria-busy])").wait_for(state="attached")
    assert page.locator("#account-name").inner_text() == "Sign in"


def test_a_token_of_another_shop_makes_nobody_a_member(
    storefront: Storefront,
) -> None:
    # given
    page = storefront.page
    page.evaluate("localStorage.setItem('token', 'of.another.shop')")

    # when
    page.reload()
    page.wait_for_selector(".offer")

    # then
    assert page.locator("#account-name").inner_text() == "Sign in"
    assert page.get_by_role("alert").inner_text() == ""
    storefront.add(storefront.cards()[0])


def test_a_wrong_password_is_told_in_words(storefront: Storefront) -> None:
    # given
    page = storefront.page
    page.locator("#account-link").click()

    # when
    page.get_by_label("Password").fill("guess")
    page.locator("#account-body").get_by_role("button", name="Sign in").click()

    # then
    page.get_by_role("alert").filter(has_text="valid credentials").wait_for()
    assert page.get_by_label("Password").input_value() == "guess"


def test_a_guest_who_opens_an_account_has_the_points_of_the_order(
    storefront: Storefront,
) -> None:
    # given an order of somebody without an account
    page = storefront.page
    email = f"{uuid.uuid4().hex[:12]}@example.com"
    storefront.fill_up_to(20)
    earned = storefront.earns()
    storefront.go_to_checkout()
    page.get_by_label("E-mail").fill(email)
    storefront.give_address()
    storefront.choose_delivery()
    storefront.pay()
    told = page.locator(".receipt-points").inner_text()
    assert told == f"{earned} points wait for {email} to open an account."

    # when
    storefront.sign_in(email, PASSWORD, button="Create an account")

    # then
    assert page.locator("#account-name").inner_text() == str(earned)


def test_the_shopper_of_the_journey_finds_all_her_postings(
    storefront: Storefront,
) -> None:
    # when
    page = storefront.page
    storefront.sign_in(ADA.email, ADA.password)
    page.locator("#account-link").click()
    page.get_by_role("heading", name="History").wait_for()

    # then
    names = set(
        page.locator(".posting-name").evaluate_all(
            "(all) => all.map((one) => one.firstChild.data)"
        )
    )
    assert {"Earned", "Spent", "Taken back", "Given back"} <= names
    pending = page.locator(".figure", has_text="Pending")
    assert number(pending.locator("strong").inner_text()) > 0
    bar = page.get_by_role("progressbar", name="Progress to the next tier")
    assert "more for" in str(bar.get_attribute("aria-valuetext"))
