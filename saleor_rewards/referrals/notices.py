"""Tells referrers by mail what became of the friends whom they brought."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, Iterator, Sequence

from dateutil import tz
from django.utils.translation import gettext, ngettext

from ..engine import Lane, from_minor
from ..guard import guarded
from ..host.current import host
from ..host.port import PLUGIN_ID, Notice, Person
from ..jobs import TryAgain, enqueue
from ..mails.letters import Letter, Tongue, tongue_of
from ..models import Referral, ReferralNews, ReferralReward, RewardKind
from ..programs.channels import channel_of
from ..programs.rulebook import rules_in_force

FAULT = "REWARDS_REFERRAL_NOTICE"

DAY = timedelta(days=1)

#: Of how many friends who claimed within a day a referrer is told before they ordered.
#: Anybody who has a code can claim with it on as many carts as they like.
MOST_ACCEPTED_A_DAY = 5


def tell_accepted(referral_pk: int) -> None:
    """Tell the referrer that a friend's claim counts, once all is committed.

    Like the other two it never raises, and nothing is told of twice.
    """
    _tell_soon(referral_pk, ReferralNews.ACCEPTED)


def tell_earned(referral_pk: int) -> None:
    """Tell the referrer of rewards that were granted, once all is committed."""
    _tell_soon(referral_pk, ReferralNews.EARNED)


def tell_revoked(referral_pk: int) -> None:
    """Tell the referrer of what was just taken back, once all is committed.

    The mail has all that was taken back by then, so that one which fails and comes
    later, or which two refunds in a moment have in common, tells nothing wrong.
    """
    _tell_soon(referral_pk, ReferralNews.REVOKED)


def keep_told(referral: Referral) -> None:
    """Let a step that takes nothing back be no news, on a row that was not saved yet.

    Call it with the step counted already.
    """
    if referral.told == _mark_of(referral.step - 1):
        referral.told = _mark_of(referral.step)


def _mark_of(step: int) -> str:
    """Return what is noted once the referrer was told of all until a step.

    >>> _mark_of(7)
    'r7'
    """
    return f"r{step}"


def _tell_soon(referral_pk: int, news: ReferralNews) -> None:
    enqueue("send_referral_notice", referral_pk, news.value, fault=FAULT)


def deliver_notice(referral_pk: int, news: str, *, at: datetime) -> None:
    """Write to the referrer, ``news`` being stored. Raises ``TryAgain``."""
    if not send_notice(referral_pk, ReferralNews(news)):
        raise TryAgain


def send_notice(referral_pk: int, news: ReferralNews) -> bool:
    """Write to the referrer, unless they heard of it or of something later.

    Returns ``False`` where the mail failed and is to be sent again.
    """
    referral = _untold(referral_pk, news)
    person = None if referral is None else _reader(referral)
    if referral is None or person is None:
        return True
    with tongue_of(person) as tongue:
        letter = _letter(referral, news, tongue)
        notice = None if letter is None else tongue.notice(letter)
    return notice is None or _send(referral, news, notice)


def _untold(referral_pk: int, news: ReferralNews) -> Referral | None:
    """Return a referral of which there is this to be told."""
    known = Referral.objects.filter(referrer_user_pk__isnull=False)
    referral = known.select_related("program").filter(pk=referral_pk).first()
    if referral is None:
        return None
    if news == ReferralNews.REVOKED:
        return None if referral.told == _mark_of(referral.step) else referral
    if news == ReferralNews.ACCEPTED and _are_many(referral):
        return None
    # What comes later makes what came before it old news.
    order = list(ReferralNews)
    return referral if referral.told in ["", *order[: order.index(news)]] else None


def _are_many(referral: Referral) -> bool:
    recent = Referral.objects.filter(
        program_id=referral.program_id,
        referrer_user_pk=referral.referrer_user_pk,
        claimed_at__gt=referral.claimed_at - DAY,
    )
    told = recent.exclude(told="").exclude(pk=referral.pk)
    return told.count() >= MOST_ACCEPTED_A_DAY


def _reader(referral: Referral) -> Person | None:
    if not _is_on(referral.program.channel_pk):
        return None
    user_pk = referral.referrer_user_pk
    person = host.people([user_pk]).get(user_pk)
    return person if person is not None and person.is_welcome else None


def _is_on(channel_pk: int) -> bool:
    plugin = host.loaded_plugin(PLUGIN_ID)
    is_there = any(channel.pk == channel_pk for channel in host.channels())
    return is_there and plugin is not None and plugin.active


def _send(referral: Referral, news: ReferralNews, notice: Notice) -> bool:
    before = referral.told
    mark = _mark_of(referral.step) if news == ReferralNews.REVOKED else news.value
    mine = Referral.objects.filter(pk=referral.pk)
    # Whoever moves the mark writes the mail: two workers never write the same one.
    if not mine.filter(told=before).update(told=mark):
        return True
    send = partial(host.mail, notice, referral.program.channel_pk)
    is_sent = guarded(FAULT, None, send)
    if not is_sent:
        mine.filter(told=mark).update(told=before)
    return is_sent is not None


def _letter(referral: Referral, news: ReferralNews, tongue: Tongue) -> Letter | None:
    if news == ReferralNews.ACCEPTED:
        return _accepted(referral, tongue)
    rewards = list(referral.rewards.select_related("rule_version"))
    if news == ReferralNews.EARNED:
        return _earned(referral, rewards, tongue)
    return _revoked(rewards, tongue)


def _accepted(referral: Referral, tongue: Tongue) -> Letter:
    policy = referral.program.referral_policy
    channel = channel_of(referral.program.channel_pk, field="channel")
    sentences = []
    if _gives_rewards(channel.pk):
        sentences.append(_when(policy.hold_days))
        if policy.minimum_amount is not None:
            least = tongue.money(policy.minimum_amount, channel.currency)
            text = gettext("The order has to be worth at least %(amount)s.")
            sentences.append(text % {"amount": least})
    texts = {
        "subject": gettext("A friend accepted your invitation to %(shop)s")
        % {"shop": tongue.shop},
        "heading": gettext("A friend accepted your invitation"),
        "sentences": sentences or [gettext("Thank you for telling others of us.")],
    }
    return _as_letter(ReferralNews.ACCEPTED, texts, {"hold_days": policy.hold_days})


def _gives_rewards(channel_pk: int) -> bool:
    plugin = host.loaded_plugin(PLUGIN_ID)
    book = rules_in_force(channel_pk, plugin)
    return book is not None and any(
        rule.lane is Lane.REFERRAL for rule in book.compiled.rules
    )


def _when(hold_days: int) -> str:
    if not hold_days:
        return gettext("You get your reward once their first order is paid.")
    text = ngettext(
        "You get your reward %(days)d day after their first order is paid.",
        "You get your reward %(days)d days after their first order is paid.",
        hold_days,
    )
    return text % {"days": hold_days}


def _earned(
    referral: Referral, rewards: Sequence[ReferralReward], tongue: Tongue
) -> Letter | None:
    given = [reward for reward in rewards if reward.worth_kept]
    if not given:
        return None
    shown = [_shown(reward, referral, tongue) for reward in given]
    texts = {
        "subject": gettext("You earned a reward at %(shop)s") % {"shop": tongue.shop},
        "heading": gettext("Thank you for bringing a friend"),
        "rewards": shown,
        "sentences": list(_sentences_of_earning(given, shown, tongue)),
    }
    rows = [_data(reward, _usable(reward)) for reward in given]
    return _as_letter(ReferralNews.EARNED, texts, {"rewards": rows})


def _shown(
    reward: ReferralReward, referral: Referral, tongue: Tongue
) -> dict[str, str]:
    usable = _usable(reward)
    shown = {"text": _text_of(reward, usable, tongue)}
    if reward.code and usable:
        shown["code"] = reward.code
        days = reward.rule_version.definition["benefit"].get("valid_days")
        if days is not None:
            end = _last_day(reward, days, referral.program.time_zone)
            text = gettext("It is valid until %(date)s.")
            shown["until"] = text % {"date": tongue.date(end)}
    return shown


def _last_day(reward: ReferralReward, days: int, time_zone: str) -> date:
    end = reward.granted_at + timedelta(days=days)
    # Gift cards end with a day of Saleor's, vouchers at a moment.
    if reward.kind == RewardKind.GIFT_CARD:
        return end.date()
    return end.astimezone(tz.gettz(time_zone)).date()


def _usable(reward: ReferralReward) -> int:
    is_points = reward.kind == RewardKind.POINTS
    return int(reward.worth_kept if is_points else reward.worth_given)


def _text_of(reward: ReferralReward, worth: int, tongue: Tongue) -> str:
    if reward.kind == RewardKind.POINTS:
        text = ngettext("%(points)s point", "%(points)s points", worth)
        return text % {"points": tongue.number(worth)}
    text = (
        gettext("A voucher of %(amount)s")
        if reward.kind == RewardKind.VOUCHER
        else gettext("A gift card of %(amount)s")
    )
    return text % {"amount": _money(worth, reward, tongue)}


def _sentences_of_earning(
    rewards: Sequence[ReferralReward],
    shown: Sequence[dict[str, str]],
    tongue: Tongue,
) -> Iterator[str]:
    for reward in rewards:
        if reward.worth_offset:
            text = gettext(
                "Another %(amount)s paid for an earlier reward that was taken back."
            )
            yield text % {"amount": _money(reward.worth_offset, reward, tongue)}
    if any("code" in reward for reward in shown):
        yield gettext("Enter the code when you check out.")


def _revoked(rewards: Sequence[ReferralReward], tongue: Tongue) -> Letter | None:
    lost = [reward for reward in rewards if reward.worth_kept < reward.worth]
    if not lost:
        return None
    is_all = not any(reward.worth_kept for reward in rewards)
    texts = {
        "subject": gettext("A reward at %(shop)s was taken back")
        % {"shop": tongue.shop},
        "heading": gettext("A reward was taken back")
        if is_all
        else gettext("Part of a reward was taken back"),
        "lines": [_text_of(reward, _taken(reward), tongue) for reward in lost],
        "sentences": list(_sentences_of_loss(lost, tongue, is_all=is_all)),
    }
    rows = [
        {
            **_data(reward, _taken(reward)),
            "worth_owed": _amount(reward, reward.worth_owed),
        }
        for reward in lost
    ]
    return _as_letter(ReferralNews.REVOKED, texts, {"rewards": rows})


def _taken(reward: ReferralReward) -> int:
    return int(reward.worth - reward.worth_kept)


def _sentences_of_loss(
    rewards: Sequence[ReferralReward], tongue: Tongue, *, is_all: bool
) -> Iterator[str]:
    yield (
        gettext("The order that you got it for no longer counts.")
        if is_all
        else gettext("The order that you got it for counts only in part.")
    )
    if not is_all:
        yield gettext("This is what was taken back in all so far.")
    for reward in rewards:
        if reward.worth_owed and reward.kind != RewardKind.POINTS:
            text = gettext(
                "You have spent %(amount)s of it: your next rewards pay for that."
            )
            yield text % {"amount": _money(reward.worth_owed, reward, tongue)}


def _money(minor: int, reward: ReferralReward, tongue: Tongue) -> str:
    return tongue.money(from_minor(minor, reward.currency), reward.currency)


def _data(reward: ReferralReward, worth: int) -> dict[str, Any]:
    return {
        "kind": reward.kind,
        "worth": _amount(reward, worth),
        "currency": None if reward.kind == RewardKind.POINTS else reward.currency,
        "code": reward.code or None,
    }


def _amount(reward: ReferralReward, worth: int) -> str:
    is_points = reward.kind == RewardKind.POINTS
    return str(worth if is_points else from_minor(worth, reward.currency))


def _as_letter(
    news: ReferralNews, texts: dict[str, Any], payload: dict[str, Any]
) -> Letter:
    return Letter(
        event=f"rewards_referral_{news.value}",
        template=f"saleor_rewards/referral_{news.value}",
        texts=texts,
        payload=payload,
    )
