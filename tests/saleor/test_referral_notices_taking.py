"""A referrer hears of every taking back, once, and of nothing that is given back."""

from __future__ import annotations

from typing import Any, Iterator

import pytest

from saleor_rewards.models import Referral, ReferralNews
from saleor_rewards.referrals.notices import send_notice
from saleor_rewards.referrals.rewarding import settle_referral

from .mailbox import Mailbox, open_mailbox
from .points import reconcile_all
from .rewarded import Bank, Friend, Referrer, bring, promise
from .staff import Staff
from .test_notices import plain
from .world import Shop

pytestmark = pytest.mark.django_db(transaction=True)

PART = "Part of a reward was taken back"
ALL = "A reward was taken back"


@pytest.fixture
def referrer(shop: Shop, referrer: Referrer) -> Referrer:
    """A member of a shop that gives 500 points and 10.00 a friend."""
    for kind in ("points", "voucher"):
        promise(shop, kind)
    return referrer


@pytest.fixture
def mailbox(shop: Shop, settings: Any) -> Iterator[Mailbox]:
    with open_mailbox(settings) as mailbox:
        yield mailbox


def takings(mailbox: Mailbox, referrer: Referrer) -> list[str]:
    """Return the mails about what was taken back, oldest first."""
    texts = [
        plain(mail)
        for mail in mailbox.to(referrer.email)
        if mail["Subject"].endswith("was taken back")
    ]
    assert all((PART in text) is not (ALL in text) for text in texts)
    return texts


def again(friend: Friend) -> None:
    """Let everything that may come twice come once more."""
    settle_referral(friend.referral_pk)
    reconcile_all()
    for news in ReferralNews:
        send_notice(friend.referral_pk, news)


def test_each_refund_is_told_of_once_with_all_that_is_gone_by_then(
    shop: Shop, referrer: Referrer, mailbox: Mailbox, staff: Staff
) -> None:
    # given
    friend, order = bring(shop, referrer)
    said = []

    # when
    for amount in ("5.00", "20.00", "25.00"):
        staff.refund(order, amount)
        again(friend)
        said.append(takings(mailbox, referrer))

    # then
    assert [len(mails) for mails in said] == [1, 2, 3]
    for text, *words in zip(
        said[-1],
        (PART, PART, ALL),
        ("50 points", "250 points", "500 points"),
        ("A voucher of $1.00", "A voucher of $5.00", "A voucher of $10.00"),
    ):
        assert all(word in text for word in words)
    sentence = "This is what was taken back in all so far."
    assert [sentence in text for text in said[-1]] == [True, True, False]


def test_what_a_won_dispute_gives_back_is_no_news_and_what_comes_then_is(
    shop: Shop, referrer: Referrer, mailbox: Mailbox, staff: Staff
) -> None:
    # given
    friend, order = bring(shop, referrer)
    staff.refund(order, "5.00")
    bank = Bank(order)
    dispute = bank.dispute("25.00")
    bank.tell()
    assert len(takings(mailbox, referrer)) == 2

    # when
    bank.close(dispute, "won")
    bank.tell()
    again(friend)

    # then
    assert referrer.points == 450
    assert len(takings(mailbox, referrer)) == 2

    # when
    staff.refund(order, "45.00")
    again(friend)

    # then
    assert len(takings(mailbox, referrer)) == 3
    assert ALL in takings(mailbox, referrer)[-1]


def test_a_reward_that_came_back_whole_can_be_taken_back_again(
    shop: Shop, referrer: Referrer, mailbox: Mailbox, staff: Staff
) -> None:
    # given
    friend, order = bring(shop, referrer)
    bank = Bank(order)
    dispute = bank.dispute("50.00")
    bank.tell()
    bank.close(dispute, "won")
    bank.tell()
    again(friend)
    assert [ALL in text for text in takings(mailbox, referrer)] == [True]

    # when
    staff.refund(order, "5.00")
    again(friend)

    # then
    assert [PART in text for text in takings(mailbox, referrer)] == [False, True]


def test_two_takings_before_a_mail_went_out_are_told_of_together(
    shop: Shop, referrer: Referrer, mailbox: Mailbox, staff: Staff
) -> None:
    # given
    friend, order = bring(shop, referrer)
    mailbox.refused.add(referrer.email)
    staff.refund(order, "5.00")
    staff.refund(order, "20.00")
    mailbox.refused.clear()
    assert takings(mailbox, referrer) == []

    # when
    for _time in range(2):
        send_notice(friend.referral_pk, ReferralNews.REVOKED)

    # then
    (text,) = takings(mailbox, referrer)
    assert "250 points" in text


def test_whoever_was_told_before_steps_were_noted_hears_of_the_next(
    shop: Shop, referrer: Referrer, mailbox: Mailbox, staff: Staff
) -> None:
    # given
    friend, order = bring(shop, referrer)
    Referral.objects.update(told="revoked")

    # when
    staff.refund(order, "5.00")
    again(friend)

    # then
    assert len(takings(mailbox, referrer)) == 1


def test_nothing_is_told_where_there_was_no_reward(
    shop: Shop, referrer: Referrer, mailbox: Mailbox, staff: Staff
) -> None:
    # given
    friend, order = bring(shop, referrer)
    friend.referral.rewards.all().delete()

    # when
    staff.refund(order, "50.00")
    again(friend)

    # then
    assert friend.state == "revoked"
    assert takings(mailbox, referrer) == []
