"""Referrers hear by mail what became of the friends whom they brought."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Iterator

import pytest

from saleor_rewards.models import ReferralReward
from saleor_rewards.referrals.notices import (
    tell_accepted,
    tell_earned,
    tell_revoked,
)

from .friends import switch_on
from .mailbox import Mailbox
from .members import pay_out
from .news import EMAIL, FRIEND, brought, open_referrals, words
from .test_notices import plain
from .world import Shop

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def mailbox(shop: Shop, settings: Any) -> Iterator[Mailbox]:
    with open_referrals(shop, settings) as mailbox:
        yield mailbox


def test_a_referrer_hears_that_a_friend_came_and_when_there_is_a_reward(
    shop: Shop, mailbox: Mailbox
) -> None:
    # given
    switch_on(shop, hold_days=14, minimum_amount=Decimal(50))
    referral = brought(shop)

    # when
    tell_accepted(referral.pk)

    # then
    (mail,) = mailbox.to(EMAIL)
    assert mail["Subject"].startswith("A friend accepted your invitation to ")
    for text in words(mail):
        assert "You get your reward 14 days after their first order is paid." in text
        assert "The order has to be worth at least $50.00." in text


@pytest.mark.parametrize(
    ("hold_days", "sentence"),
    [
        (0, "You get your reward once their first order is paid."),
        (1, "You get your reward 1 day after their first order is paid."),
    ],
)
def test_the_time_until_the_reward_is_told_as_people_say_it(
    shop: Shop, mailbox: Mailbox, hold_days: int, sentence: str
) -> None:
    # given
    switch_on(shop, hold_days=hold_days)

    # when
    tell_accepted(brought(shop).pk)

    # then
    (mail,) = mailbox.to(EMAIL)
    assert sentence in plain(mail)


def test_no_reward_is_promised_where_no_rule_gives_one(
    shop: Shop, mailbox: Mailbox
) -> None:
    # given
    shop.settings(is_active=False)

    # when
    tell_accepted(brought(shop).pk)

    # then
    (mail,) = mailbox.to(EMAIL)
    assert "reward" not in plain(mail)
    assert "Thank you for telling others of us." in plain(mail)


def test_no_mail_tells_who_the_friend_is(shop: Shop, mailbox: Mailbox) -> None:
    # given
    referral = brought(shop, order_pk="77123")
    pay_out(shop, referral, "points", 500, worth_kept=250)

    # when
    tell_accepted(referral.pk)
    tell_earned(referral.pk)
    tell_revoked(referral.pk)

    # then
    assert len(mailbox.to(EMAIL)) == 3
    for mail in mailbox.mails:
        assert mail["To"] == EMAIL
        assert not any(
            secret in text for text in words(mail) for secret in (FRIEND, "77123")
        )


def test_a_referrer_reads_what_was_earned_with_its_codes_and_their_ends(
    shop: Shop, mailbox: Mailbox
) -> None:
    # given
    referral = brought(shop)
    pay_out(shop, referral, "points", 1500)
    pay_out(shop, referral, "voucher", 1000, code="TEN-OFF", valid_days=90)
    pay_out(shop, referral, "gift_card", 2000, code="GIFT-20")
    granted = ReferralReward.objects.get(kind="voucher")
    ReferralReward.objects.filter(pk=granted.pk).update(
        granted_at="2024-01-01T12:00:00Z"
    )

    # when
    tell_earned(referral.pk)

    # then
    (mail,) = mailbox.to(EMAIL)
    assert mail["Subject"].startswith("You earned a reward at ")
    for text in words(mail):
        assert "1,500 points" in text
        assert "A voucher of $10.00" in text
        assert "TEN-OFF" in text
        assert "It is valid until March 31, 2024." in text
        assert text.count("It is valid until") == 1
        assert "A gift card of $20.00" in text
        assert "GIFT-20" in text
        assert "Enter the code when you check out." in text


def test_points_come_without_a_word_on_codes(shop: Shop, mailbox: Mailbox) -> None:
    # given
    referral = brought(shop)
    pay_out(shop, referral, "points", 1)

    # when
    tell_earned(referral.pk)

    # then
    (mail,) = mailbox.to(EMAIL)
    assert "1 point" in plain(mail)
    assert "code" not in plain(mail)


@pytest.mark.parametrize(
    ("offset", "code", "line"),
    [(400, True, "A voucher of $6.00"), (1000, False, "A voucher of $0.00")],
)
def test_what_paid_for_an_earlier_reward_is_told_apart(
    shop: Shop, mailbox: Mailbox, offset: int, code: bool, line: str
) -> None:
    # given
    referral = brought(shop)
    pay_out(
        shop,
        referral,
        "voucher",
        1000,
        code="TEN-OFF",
        worth_given=1000 - offset,
        worth_offset=offset,
    )

    # when
    tell_earned(referral.pk)

    # then
    (mail,) = mailbox.to(EMAIL)
    assert line in plain(mail)
    assert ("TEN-OFF" in plain(mail)) is code
    paid = f"Another ${offset // 100}.00 paid for an earlier reward"
    assert paid in plain(mail)


def test_a_referrer_reads_what_was_taken_back_and_what_is_owed_for_it(
    shop: Shop, mailbox: Mailbox
) -> None:
    # given
    referral = brought(shop)
    pay_out(shop, referral, "voucher", 1000, worth_kept=250, worth_owed=300)

    # when
    tell_revoked(referral.pk)

    # then
    (mail,) = mailbox.to(EMAIL)
    for text in words(mail):
        assert "Part of a reward was taken back" in text
        assert "A voucher of $7.50" in text
        assert "The order that you got it for counts only in part." in text
        assert "You have spent $3.00 of it: your next rewards pay for that." in text


def test_a_reward_that_is_gone_is_told_of_as_gone(shop: Shop, mailbox: Mailbox) -> None:
    # given
    referral = brought(shop)
    pay_out(shop, referral, "points", 500, worth_kept=0)

    # when
    tell_revoked(referral.pk)

    # then
    (mail,) = mailbox.to(EMAIL)
    assert "A reward was taken back" in plain(mail)
    assert "500 points" in plain(mail)
    assert "The order that you got it for no longer counts." in plain(mail)


@pytest.mark.parametrize("tell", [tell_earned, tell_revoked])
def test_there_is_no_mail_about_nothing(
    shop: Shop, mailbox: Mailbox, tell: Any
) -> None:
    # given
    referral = brought(shop)
    left = 0 if tell is tell_earned else 500
    pay_out(shop, referral, "points", 500, worth_kept=left)

    # when
    tell(referral.pk)

    # then
    assert mailbox.mails == []
