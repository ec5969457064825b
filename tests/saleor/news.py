"""What referrers are told by mail, for the tests of it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import Any, Iterator

from saleor_rewards.host.capabilities import capabilities
from saleor_rewards.models import Referral

from .friends import switch_on
from .mailbox import Mailbox, open_mailbox
from .members import bring, make_member
from .test_notices import html, plain
from .world import Shop

EMAIL = "ada@example.com"
FRIEND = "friend@example.com"


@contextmanager
def open_referrals(shop: Shop, settings: Any) -> Iterator[Mailbox]:
    """Let the shop reward referrers, and send its mail to a mailbox of the test's."""
    switch_on(shop)
    shop.rule("Thanks", {"type": "REFERRAL_POINTS", "points": 500}, lane="REFERRAL")
    with open_mailbox(settings) as mailbox:
        yield mailbox


def brought(shop: Shop, language: str = "", **fields: Any) -> Referral:
    """Let a member bring a friend, who speaks a language where Saleor keeps one."""
    member = make_member(EMAIL)
    if language and capabilities.languages:
        member.user.language_code = language
        member.user.save()
    return bring(shop, member, referee_email=FRIEND, **fields)


def words(mail: Any) -> Iterator[str]:
    """Yield both parts of a mail."""
    yield plain(mail)
    yield html(mail)
