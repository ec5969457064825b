"""What a member shares with friends, and sees of what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .merchant import PASSWORD, buyer, member, new_email, referrer
from .running import RunningDemo
from .storefront import Storefront
from .test_layout import BEYOND, CUT_OFF, PALE

if TYPE_CHECKING:
    from playwright.sync_api import Route


def test_the_link_is_copied_with_the_mouse(
    storefront: Storefront, demo: RunningDemo
) -> None:
    # given
    page, email = storefront.page, member(demo)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    storefront.sign_in(email, PASSWORD)
    storefront.show_account()

    # when
    page.get_by_role("button", name="Copy link").click()

    # then
    page.locator(".give", has_text="The link is copied.").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    friend = referrer(demo, email)
    assert copied == friend.link == f"{demo.url}?ref={friend.code}"
    assert page.locator(".give-code").inner_text() == friend.code


def test_the_link_is_copied_with_the_keyboard_and_the_focus_stays(
    storefront: Storefront, demo: RunningDemo
) -> None:
    # given
    page = storefront.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    storefront.sign_in(member(demo), PASSWORD)
    storefront.show_account()
    page.get_by_role("button", name="Sign out").focus()

    # when
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    # then
    page.get_by_role("button", name="Copied").wait_for()
    assert page.evaluate("document.activeElement.dataset.key") == "copy"
    assert "?ref=" in page.evaluate("navigator.clipboard.readText()")


def test_the_link_is_at_least_selected_where_nothing_can_be_copied(
    storefront: Storefront, demo: RunningDemo
) -> None:
    # given
    page, email = storefront.page, member(demo)
    storefront.sign_in(email, PASSWORD)
    storefront.show_account()
    page.evaluate(
        """() => {
            navigator.clipboard.writeText = () => Promise.reject(new Error('denied'));
            document.execCommand = () => false;
        }"""
    )

    # when
    page.get_by_role("button", name="Copy link").click()

    # then
    page.locator(".give", has_text="copy it with your keyboard").wait_for()
    assert page.evaluate("getSelection().toString()") == referrer(demo, email).link


def test_an_answer_that_comes_late_takes_nothing_away(
    storefront: Storefront, demo: RunningDemo
) -> None:
    # given an account that is shown before the shop has answered
    page = storefront.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    storefront.sign_in(member(demo), PASSWORD)
    waiting: list[Route] = []
    page.route("**/graphql/", lambda route: waiting.append(route))
    with page.expect_request("**/graphql/"):
        storefront.show_account()
    page.get_by_role("button", name="Copy link").click()
    page.get_by_role("button", name="Copied").wait_for()

    # when
    with page.expect_event("requestfinished"):
        waiting.pop().continue_()
    page.evaluate("new Promise((resolve) => setTimeout(resolve, 100))")

    # then
    assert page.get_by_role("button", name="Copied").is_visible()
    assert page.evaluate("document.activeElement.dataset.key") == "copy"


def test_a_member_sees_how_many_friends_bought_and_what_was_earned(
    storefront: Storefront, demo: RunningDemo
) -> None:
    # given a friend who bought, and one who has not yet
    page, email = storefront.page, buyer(demo)
    link = referrer(demo, email).link
    storefront.open_link(link)
    storefront.fill_up_to(30)
    storefront.give_email(new_email())
    storefront.choose_delivery()
    storefront.pay()
    storefront.open_link(link)
    storefront.fill_up_to(20)
    storefront.give_email(new_email())
    assert storefront.invitation_state() == "ACCEPTED"

    # when
    storefront.sign_in(email, PASSWORD)
    storefront.show_account()

    # then
    figures = page.locator(".give-figure").all_inner_texts()
    assert [text.split("\n")[:2] for text in figures] == [
        ["Bought", "1"],
        ["On the way", "1"],
        ["You earned", "1,000"],
    ]
    first = page.locator(".posting").first.inner_text()
    assert "For a friend's first order" in first
    assert "+1,000" in first


@pytest.fixture
def phone390(phone: Storefront) -> Storefront:
    phone.page.set_viewport_size({"width": 390, "height": 844})
    return phone


def test_on_a_phone_of_390_nothing_of_it_is_cut_off(
    phone390: Storefront, demo: RunningDemo
) -> None:
    shop, page = phone390, phone390.page
    email = buyer(demo)
    found: dict[str, list[str]] = {}

    def look(view: str) -> None:
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        found[view] = page.evaluate(BEYOND) + page.evaluate(CUT_OFF)

    # when
    shop.open_link(referrer(demo, email).link)
    look("greeting")
    shop.fill_up_to(30)
    shop.give_email(new_email())
    look("accepted")
    page.get_by_role("button", name="Change the address").click()
    shop.sign_in(email, PASSWORD)
    shop.show_account()
    look("account")

    # then
    assert found == {"greeting": [], "accepted": [], "account": []}


def test_what_is_said_of_friends_stands_out(
    storefront: Storefront, demo: RunningDemo
) -> None:
    # when
    page, email = storefront.page, buyer(demo)
    storefront.open_link(referrer(demo, email).link)
    found = {"greeting": page.evaluate(PALE)}
    storefront.fill_up_to(30)
    storefront.give_email(new_email())
    found["accepted"] = page.evaluate(PALE)
    storefront.sign_in(email, PASSWORD)
    storefront.show_account()
    found["account"] = page.evaluate(PALE)

    # then
    assert found == {"greeting": [], "accepted": [], "account": []}
