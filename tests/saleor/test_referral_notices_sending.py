"""Mails to referrers go out once, after all is committed, in the right language."""

from __future__ import annotations

import json
from typing import Any, Iterator

import pytest
from django.contrib.sites.models import Site
from django.db import transaction

from saleor_rewards import tasks
from saleor_rewards.models import Referral
from saleor_rewards.referrals.notices import tell_accepted, tell_earned

from . import rewarded
from .friends import switch_on
from .inputs import document
from .limits import needs
from .mailbox import Mailbox
from .members import mine, pay_out
from .news import EMAIL, brought, open_referrals
from .staff import Staff
from .test_notices import html, plain
from .world import Shop, Shopper

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def mailbox(shop: Shop, settings: Any) -> Iterator[Mailbox]:
    with open_referrals(shop, settings) as mailbox:
        yield mailbox


def test_a_friends_real_order_is_told_of_from_the_claim_to_the_refund(
    shop: Shop, mailbox: Mailbox
) -> None:
    # given
    rewarded.switch_on(shop)
    rewarded.promise(shop, "voucher")
    member = rewarded.make_referrer()
    friend = Shopper()
    goods = shop.product("50.00", ships=False)
    cart = friend.cart((goods, 1), email="bob@example.com")
    code = mine(member, shop)["code"]

    def subjects() -> list[str]:
        found = [mail["Subject"] for mail in mailbox.to(member.email)]
        return [subject for subject in found if "onfirm" not in subject]

    # when
    friend.do(document("ReferralClaim"), checkoutId=cart.id, code=code)
    after_claim = subjects()
    order = friend.buy(friend.look(cart))
    rewarded.pay_out()
    after_order = subjects()
    Staff().refund(order, "50.00")

    # then
    assert [len(after_claim), len(after_order), len(subjects())] == [1, 2, 3]
    accepted, earned, revoked = subjects()
    assert accepted.startswith("A friend accepted your invitation")
    assert earned.startswith("You earned a reward")
    assert revoked.endswith("was taken back")
    texts = [plain(mail) for mail in mailbox.to(member.email)]
    (reward,) = (one for one in member.rewards.values() if one.kind == "voucher")
    assert any(reward.code in text for text in texts)
    assert not any("bob" in text for text in texts)


def test_each_thing_is_told_once_and_old_news_not_at_all(
    shop: Shop, mailbox: Mailbox
) -> None:
    # given
    referral = brought(shop)
    pay_out(shop, referral, "points", 500)

    # when
    tell_earned(referral.pk)
    tell_earned(referral.pk)
    tell_accepted(referral.pk)

    # then
    (mail,) = mailbox.to(EMAIL)
    assert mail["Subject"].startswith("You earned a reward")


def test_what_is_rolled_back_is_not_told(shop: Shop, mailbox: Mailbox) -> None:
    # given
    referral = brought(shop)

    # when
    with transaction.atomic():
        tell_accepted(referral.pk)
        assert mailbox.mails == []
        transaction.set_rollback(True)

    # then
    assert mailbox.mails == []


def test_a_mail_that_fails_is_tried_again_and_stops_nobody(
    shop: Shop, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    referral = brought(shop)
    mailbox.refused.add(EMAIL)
    tries: list[int] = []
    again = tasks.send_referral_notice.retry

    def retry(**options: Any) -> Any:
        tries.append(options["countdown"])
        if len(tries) == 2:
            mailbox.refused.clear()
        return again(**options)

    monkeypatch.setattr(tasks.send_referral_notice, "retry", retry)

    # when
    tell_accepted(referral.pk)

    # then
    assert len(mailbox.to(EMAIL)) == 1
    assert tries == [60, 120]


def test_a_mailbox_that_is_gone_is_given_up_in_the_end(
    shop: Shop, mailbox: Mailbox
) -> None:
    # given
    referral = brought(shop)
    mailbox.refused.add(EMAIL)

    # when
    tell_accepted(referral.pk)

    # then
    referral.refresh_from_db()
    assert referral.told == ""


@pytest.mark.parametrize("gone", ["plugin", "person", "erased"])
def test_nobody_is_written_to_who_should_not_be(
    shop: Shop, mailbox: Mailbox, gone: str
) -> None:
    # given
    referral = brought(shop)
    if gone == "plugin":
        shop.plugin(active=False)
    elif gone == "person":
        Referral.objects.update(referrer_user_pk=2**31 - 1)
    else:
        Referral.objects.update(referrer_user_pk=None)

    # when
    tell_accepted(referral.pk)

    # then
    assert mailbox.mails == []


def test_the_names_in_a_mail_are_text_and_no_markup(
    shop: Shop, mailbox: Mailbox
) -> None:
    # given
    Site.objects.update(name="Tea & <b>Cake</b> {{x}}")
    Site.objects.clear_cache()
    referral = brought(shop)
    pay_out(shop, referral, "voucher", 1000, code="<b>&</b>")

    # when
    tell_earned(referral.pk)

    # then
    (mail,) = mailbox.to(EMAIL)
    assert "Tea &amp; &lt;b&gt;Cake&lt;/b&gt; {{x}}" in html(mail)
    assert "&lt;b&gt;&amp;&lt;/b&gt;" in html(mail)
    assert "<b>&</b>" in plain(mail)
    assert "Tea & <b>Cake</b> {{x}}" in mail["Subject"]


@pytest.mark.parametrize(
    ("language", "subject", "line"),
    [
        ("zh-hans", "奖励", "500 积分"),
        ("zh-hant", "獎勵", "500 點"),
        ("ja", "You earned a reward", "500 points"),
    ],
)
@needs("languages")
def test_the_mail_speaks_the_referrers_language(
    shop: Shop, mailbox: Mailbox, language: str, subject: str, line: str
) -> None:
    # given
    referral = brought(shop, language)
    pay_out(shop, referral, "points", 500)

    # when
    tell_earned(referral.pk)

    # then
    (mail,) = mailbox.to(EMAIL)
    assert subject in mail["Subject"]
    assert line in plain(mail)


@pytest.mark.parametrize(
    ("language", "line"), [("zh-hans", "500 积分"), ("zh-hant", "500 點")]
)
@needs("one language")
def test_the_mail_speaks_the_shops_language_where_no_other_is_known(
    shop: Shop, mailbox: Mailbox, settings: Any, language: str, line: str
) -> None:
    # given
    settings.LANGUAGE_CODE = language
    referral = brought(shop)
    pay_out(shop, referral, "points", 500)

    # when
    tell_earned(referral.pk)

    # then
    (mail,) = mailbox.to(EMAIL)
    assert line in plain(mail)
    assert f'lang="{language}"' in html(mail)


@needs("mail plugins")
def test_an_app_that_sends_the_shops_mail_is_told_instead(shop: Shop) -> None:
    # given
    from saleor.app.models import App
    from saleor.core.models import EventPayload
    from saleor.permission.models import Permission

    switch_on(shop)
    referral = brought(shop)
    pay_out(
        shop,
        referral,
        "gift_card",
        2000,
        code="GIFT-20",
        worth_given=1500,
        worth_offset=500,
    )
    app = App.objects.create(name="Mailer", is_active=True)
    app.permissions.add(Permission.objects.get(codename="manage_users"))
    webhook = app.webhooks.create(
        name="Mail", target_url="http://127.0.0.1:9/", is_active=True
    )
    webhook.events.create(event_type="notify_user")

    # when
    tell_earned(referral.pk)

    # then
    (sent,) = EventPayload.objects.all()
    data = json.loads(sent.get_payload())
    assert data["notify_event"] == "rewards_referral_earned"
    assert data["payload"]["recipient_email"] == EMAIL
    assert data["payload"]["rewards"] == [
        {"kind": "gift_card", "worth": "15.00", "currency": "USD", "code": "GIFT-20"}
    ]
