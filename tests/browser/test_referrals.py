"""Give 10, get 10: what friends see who come by a member's link or code."""

from __future__ import annotations

from decimal import Decimal

from .merchant import PASSWORD, buyer, decide, member, new_email, referral, referrer
from .running import RunningDemo
from .storefront import Storefront, amount

OFF = "A friend's first order"


def test_the_page_greets_whoever_opens_a_friends_link(
    storefront: Storefront, demo: RunningDemo
) -> None:
    # given
    friend = referrer(demo, member(demo))
    page = storefront.page
    assert storefront.invitation() == ""

    # when
    storefront.open_link(friend.link)

    # then the code is kept, and no longer in the address to be passed on
    assert "A friend gives you $10 off your first order" in storefront.invitation()
    assert friend.code in storefront.invitation()
    assert page.url == demo.url
    page.reload()
    page.locator("#invitation").wait_for()
    assert friend.code in storefront.invitation()


def test_a_guest_buys_by_the_link_and_both_are_rewarded(
    storefront: Storefront, demo: RunningDemo
) -> None:
    # given
    member_email = buyer(demo)
    storefront.open_link(referrer(demo, member_email).link)
    storefront.fill_up_to(30)
    before = storefront.total()

    # when
    storefront.give_email(new_email())

    # then
    assert storefront.invitation_state() == "ACCEPTED"
    assert storefront.invitation().startswith("Your invitation counts.")
    assert storefront.total() == before - 10
    assert any("You save $10.00" in text for text in storefront.offers())

    # when the order is paid
    storefront.choose_delivery()
    storefront.pay()

    # then
    assert amount(storefront.receipt()[OFF]) == Decimal(10)
    after = referrer(demo, member_email)
    assert (after.rewarded, after.points) == (1, 1000)


def test_what_a_friend_has_used_is_not_spoken_of_any_more(
    storefront: Storefront, demo: RunningDemo
) -> None:
    # given a friend who has bought
    storefront.open_link(referrer(demo, buyer(demo)).link)
    storefront.sign_in(new_email(), PASSWORD, button="Create an account")
    storefront.fill_up_to(30)
    storefront.go_to_checkout()
    storefront.give_address()
    storefront.choose_delivery()
    storefront.pay()

    # when
    storefront.page.get_by_role("link", name="Back to the shop").last.click()
    storefront.fill_up_to(30)

    # then
    assert storefront.invitation() == ""
    assert OFF not in storefront.sums()


def test_a_new_account_is_told_at_once_how_far_the_offer_is(
    storefront: Storefront, demo: RunningDemo
) -> None:
    # given
    storefront.open_link(referrer(demo, buyer(demo)).link)

    # when
    storefront.sign_in(new_email(), PASSWORD, button="Create an account")

    # then
    assert storefront.invitation_state() == "ACCEPTED"
    assert any("$30.00 more for $10.00 off" in text for text in storefront.offers())

    # when
    storefront.fill_up_to(30)

    # then
    assert amount(storefront.sums()[OFF]) == Decimal(10)


def test_a_code_is_typed_in_as_it_was_heard(
    storefront: Storefront, demo: RunningDemo
) -> None:
    # given
    friend = referrer(demo, buyer(demo))
    storefront.fill_up_to(30)

    # when
    typed = friend.code.replace("-", " ").lower()
    storefront.give_email(new_email(), typed)

    # then
    assert storefront.invitation_state() == "ACCEPTED"
    assert amount(storefront.sums()[OFF]) == Decimal(10)


def test_a_code_of_ones_own_is_refused_like_one_that_is_none(
    storefront: Storefront, demo: RunningDemo
) -> None:
    # given a member who writes another address of the same mailbox
    page = storefront.page
    email = buyer(demo)
    own = referrer(demo, email)
    again = email.replace("@", "+again@")
    storefront.open_link(own.link)
    storefront.fill_up_to(30)
    before = storefront.total()

    # when
    storefront.give_email(again)

    # then nothing tells why, and the checkout goes on at its price
    refusal = page.locator("#invitation strong").inner_text()
    assert refusal.startswith("This code cannot be used here.")
    assert storefront.total() == before
    assert referral(demo, again)["verdict"] == "REJECT"

    # when somebody else types in what nobody has
    page.get_by_role("button", name="Change the address").click()
    page.get_by_label("E-mail").fill(new_email())
    page.get_by_label("A friend's code").fill("NOBODY-HAS-1T")
    storefront.give_address()

    # then
    assert page.locator("#invitation strong").inner_text() == refusal


def test_whoever_is_refused_can_ask_for_a_review(
    storefront: Storefront, demo: RunningDemo
) -> None:
    # given
    page = storefront.page
    email = buyer(demo)
    storefront.open_link(referrer(demo, email).link)
    storefront.fill_up_to(30)
    again = email.replace("@", "+review@")
    storefront.give_email(again)

    # when
    page.get_by_role("button", name="Ask for a review").click()

    # then
    page.locator("#invitation", has_text="Thank you").wait_for()
    assert referral(demo, again)["reviewAskedAt"]
    storefront.choose_delivery()
    storefront.pay()


def test_a_claim_waits_for_staff_and_counts_once_they_say_so(
    storefront: Storefront, demo: RunningDemo
) -> None:
    # given a code of somebody who joined just now and never bought
    page, email = storefront.page, new_email()
    storefront.open_link(referrer(demo, member(demo)).link)
    storefront.fill_up_to(30)
    before = storefront.total()

    # when
    storefront.give_email(email)

    # then
    assert storefront.invitation_state() == "IN_REVIEW"
    assert "We are looking at your invitation" in storefront.invitation()
    assert storefront.total() == before

    # when
    decide(demo, email, "ALLOW")
    page.reload()
    page.locator("#invitation[data-state=ACCEPTED]").wait_for()

    # then
    assert storefront.total() == before - 10


def test_a_claim_that_staff_reject_takes_the_offer_away(
    storefront: Storefront, demo: RunningDemo
) -> None:
    # given
    page, email = storefront.page, new_email()
    storefront.open_link(referrer(demo, buyer(demo)).link)
    storefront.fill_up_to(30)
    storefront.give_email(email)
    with_offer = storefront.total()

    # when
    decide(demo, email, "REJECT")
    page.reload()
    page.locator("#invitation[data-state=NOT_ACCEPTED]").wait_for()

    # then
    assert storefront.total() == with_offer + 10
    page.get_by_role("button", name="Ask for a review").click()
    page.locator("#invitation", has_text="Thank you").wait_for()


def test_who_has_bought_before_is_told_that_it_is_for_a_first_order(
    storefront: Storefront, demo: RunningDemo
) -> None:
    # given
    friend, email = referrer(demo, buyer(demo)), buyer(demo)
    storefront.open_link(friend.link)

    # when
    storefront.sign_in(email, PASSWORD)

    # then there is nothing to ask a review for
    assert "first order" in storefront.invitation()
    assert not storefront.page.get_by_role("button", name="Ask for").is_visible()


def test_a_refused_code_is_not_tried_again_by_itself(
    storefront: Storefront, demo: RunningDemo
) -> None:
    # given
    page = storefront.page
    claims: list[str] = []
    page.on(
        "request",
        lambda request: claims.append(request.url)
        if "rewardsReferralClaim" in (request.post_data or "")
        else None,
    )
    storefront.fill_up_to(20)
    storefront.give_email(new_email(), "NOBODY-HAS-1T")

    # when the same person goes through the address once more
    page.get_by_role("button", name="Change the address").click()
    storefront.give_address()

    # then
    assert len(claims) == 1
