"""Members hear by mail of points that expire soon."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any, Iterator

import pytest
from django.contrib.sites.models import Site

from saleor_rewards import jobs, tasks
from saleor_rewards.host.capabilities import capabilities
from saleor_rewards.ledger import expiring_soon
from saleor_rewards.models import Account
from saleor_rewards.points.members import member_account

from .limits import needs
from .mailbox import Mailbox, open_mailbox
from .people import customer, guest_with, now, points_of
from .world import Shop

DAY = timedelta(days=1)
EMAIL = "ada@example.com"


@pytest.fixture
def mailbox(shop: Shop, settings: Any) -> Iterator[Mailbox]:
    """A shop with points that sends its mail to a mailbox of the test's."""
    shop.points(notice_days=30, expiry="after_earning", expiry_days=365)
    with open_mailbox(settings) as mailbox:
        yield mailbox


def member(shop: Shop, email: str = EMAIL, language: str = "") -> Account:
    """Somebody with an account who speaks a language, where Saleor keeps one."""
    fields = {"language_code": language} if language and capabilities.languages else {}
    return member_account(shop.program.pk, customer(email, **fields))


def plain(mail: Any) -> str:
    """Return the words of a mail's plain part, however its lines are broken."""
    return " ".join(mail.get_body(("plain",)).get_content().split())


def html(mail: Any) -> str:
    return str(mail.get_body(("html",)).get_content())


@pytest.mark.django_db
def test_a_member_reads_how_many_points_expire_when(
    shop: Shop, mailbox: Mailbox
) -> None:
    # given
    account = member(shop)
    points_of(account, 1250, expires_at=now() + 10 * DAY)
    points_of(account, 200, expires_at=now() + 60 * DAY)
    points_of(account, 1, expires_at=now() + 20 * DAY)

    # when
    tasks.send_expiry_notices()

    # then
    (mail,) = mailbox.to(EMAIL)
    assert mail["Subject"].startswith("Your points at ")
    assert mail["Subject"].endswith(" expire soon")
    assert "shop@example.com" in mail["From"]
    for text in (plain(mail), html(mail)):
        assert "1,251 points expire soon" in text
        assert "1,250 points on " in text
        assert "1 point on " in text
        assert "They are worth $12.51 on your next order." in text
        assert "You have 1,451 points to spend." in text
        assert "200 points" not in text


@pytest.mark.parametrize(
    ("language", "subject", "line"),
    [
        ("zh-hans", "积分即将到期", "20 积分"),
        ("zh-hant", "點數即將到期", "20 點"),
        ("zh-hant-hk", "點數即將到期", "20 點"),
        ("ja", "expire soon", "20 points on "),
    ],
)
@needs("languages")
@pytest.mark.django_db
def test_the_mail_speaks_the_customers_language(
    shop: Shop, mailbox: Mailbox, language: str, subject: str, line: str
) -> None:
    # given
    points_of(member(shop, language=language), 20, expires_at=now() + DAY)

    # when
    tasks.send_expiry_notices()

    # then
    (mail,) = mailbox.to(EMAIL)
    assert subject in mail["Subject"]
    assert line in plain(mail)
    assert line in html(mail)


@pytest.mark.parametrize(
    ("language", "line"), [("zh-hans", "20 积分"), ("zh-hant", "20 點")]
)
@needs("one language")
@pytest.mark.django_db
def test_the_mail_speaks_the_shops_language_where_no_other_is_known(
    shop: Shop, mailbox: Mailbox, settings: Any, language: str, line: str
) -> None:
    # given
    settings.LANGUAGE_CODE = language
    points_of(member(shop), 20, expires_at=now() + DAY)

    # when
    tasks.send_expiry_notices()

    # then
    (mail,) = mailbox.to(EMAIL)
    assert line in plain(mail)
    assert f'lang="{language}"' in html(mail)


@pytest.mark.django_db
def test_each_expiry_is_told_of_once(shop: Shop, mailbox: Mailbox) -> None:
    # given
    account = member(shop)
    points_of(account, 10, expires_at=now() + 10 * DAY)
    tasks.send_expiry_notices()
    tasks.send_expiry_notices()
    assert len(mailbox.to(EMAIL)) == 1

    # when
    points_of(account, 7, expires_at=now() + 12 * DAY)
    tasks.send_expiry_notices()
    tasks.send_expiry_notices()

    # then
    _first, second = mailbox.to(EMAIL)
    assert "7 points expire soon" in plain(second)
    assert "10 points" not in plain(second)
    assert "You have 17 points to spend." in plain(second)


@pytest.mark.django_db
def test_what_comes_late_and_ends_before_is_shown_and_not_told(
    shop: Shop, mailbox: Mailbox
) -> None:
    # given
    account = member(shop)
    points_of(account, 10, expires_at=now() + 10 * DAY)
    tasks.send_expiry_notices()

    # when
    points_of(account, 5, expires_at=now() + 9 * DAY)
    tasks.send_expiry_notices()

    # then
    assert len(mailbox.to(EMAIL)) == 1
    soon = expiring_soon(account, now(), now() + 30 * DAY)
    assert [points for _, points in soon] == [5, 10]


@pytest.mark.django_db
def test_who_has_nothing_to_lose_is_left_in_peace(shop: Shop, mailbox: Mailbox) -> None:
    # given
    points_of(member(shop, "later@example.com"), 10, expires_at=now() + 31 * DAY)
    points_of(member(shop, "never@example.com"), 10)
    member(shop, "none@example.com")
    guest = guest_with(shop, "guest@example.com", 10)
    points_of(guest, 10, expires_at=now() + DAY)

    # when
    tasks.send_expiry_notices()

    # then
    assert mailbox.mails == []


@pytest.mark.django_db
def test_points_that_lapse_are_told_of_with_what_keeps_them(
    shop: Shop, mailbox: Mailbox
) -> None:
    # given
    shop.points(expiry="after_inactivity", expiry_days=90, notice_days=30)
    points_of(member(shop), 10, lapses_at=now() + 20 * DAY)

    # when
    tasks.send_expiry_notices()
    tasks.send_expiry_notices()

    # then
    (mail,) = mailbox.to(EMAIL)
    assert "10 points expire soon" in plain(mail)
    assert "An order before that day keeps them." in plain(mail)


@pytest.mark.django_db
def test_a_mail_that_fails_stops_no_other_and_is_tried_again(
    shop: Shop, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    monkeypatch.setattr(jobs, "CHUNK", 2)
    emails = [f"p{number}@example.com" for number in range(5)]
    for email in emails:
        points_of(member(shop, email), 10, expires_at=now() + DAY)
    mailbox.refused.add(emails[1])

    # when
    tasks.send_expiry_notices()
    assert [mail["To"] for mail in mailbox.mails] == [
        emails[0],
        emails[2],
        emails[3],
        emails[4],
    ]
    mailbox.refused.clear()
    tasks.send_expiry_notices()

    # then
    assert [len(mailbox.to(email)) for email in emails] == [1, 1, 1, 1, 1]


@pytest.mark.django_db
def test_the_names_in_a_mail_are_text_and_no_markup(
    shop: Shop, mailbox: Mailbox
) -> None:
    # given
    Site.objects.update(name="Tea & <b>Cake</b> {{x}}")
    Site.objects.clear_cache()
    points_of(member(shop), 10, expires_at=now() + DAY)

    # when
    tasks.send_expiry_notices()

    # then
    (mail,) = mailbox.to(EMAIL)
    assert "Tea &amp; &lt;b&gt;Cake&lt;/b&gt; {{x}}" in html(mail)
    assert "Tea & <b>Cake</b> {{x}}" in plain(mail)
    assert "Tea & <b>Cake</b> {{x}}" in mail["Subject"]


@needs("mail plugins")
@pytest.mark.django_db
def test_nobody_counts_as_told_where_the_shop_sends_no_mail(shop: Shop) -> None:
    # given
    shop.points(notice_days=30)
    account = member(shop)
    points_of(account, 10, expires_at=now() + DAY)

    # when
    tasks.send_expiry_notices()

    # then
    account.refresh_from_db()
    assert account.noticed_at is None


@needs("mail plugins")
@pytest.mark.django_db
def test_an_app_that_sends_the_shops_mail_is_told_instead(shop: Shop) -> None:
    # given
    from saleor.app.models import App
    from saleor.core.models import EventPayload
    from saleor.permission.models import Permission

    shop.points(notice_days=30)
    account = member(shop, language="zh-hans")
    points_of(account, 250, expires_at=now() + DAY)
    app = App.objects.create(name="Mailer", is_active=True)
    app.permissions.add(Permission.objects.get(codename="manage_users"))
    webhook = app.webhooks.create(
        name="Mail", target_url="http://127.0.0.1:9/", is_active=True
    )
    webhook.events.create(event_type="notify_user")

    # when
    tasks.send_expiry_notices()
    tasks.send_expiry_notices()

    # then
    (sent,) = EventPayload.objects.all()
    data = json.loads(sent.get_payload())
    assert data["notify_event"] == "rewards_points_expiring"
    told = data["payload"]
    assert (told["points"], told["recipient_email"]) == (250, EMAIL)
    assert (told["worth"], told["currency"]) == ("2.50", "USD")
    assert (told["language_code"], told["channel_slug"]) == ("zh-hans", "main")
    account.refresh_from_db()
    assert account.noticed_at is not None
