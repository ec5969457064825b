"""Claims and signals in words, through gettext."""

from __future__ import annotations

from django.utils.translation import gettext

from ...models import ReferralDecision
from ...referrals.reasons import Reason
from ...signal_codes import SignalCode
from .enums import ClaimState


def claim_messages() -> dict[ClaimState, str]:
    """Return what a shopper is told of a claim, in the active language.

    None of it tells why: whoever tries to cheat would learn from it.
    """
    return {
        ClaimState.ACCEPTED: gettext("Your invitation counts."),
        ClaimState.IN_REVIEW: gettext(
            "We are looking at your invitation. If all is well, it counts."
        ),
        ClaimState.NOT_ACCEPTED: gettext(
            "This invitation does not count. If you think that it should, ask us for "
            "a review."
        ),
    }


def decision_reason(decision: ReferralDecision) -> str:
    """Return why a decision was made, in the active language; empty for the signals."""
    texts = {reason.value: text for reason, text in _reason_texts().items()}
    reason = str(decision.reason)
    return reason if decision.author else texts.get(reason, reason)


def _reason_texts() -> dict[Reason, str]:
    return {
        Reason.LIMIT_REACHED: gettext(
            "The referrer was rewarded for as many friends as a month has room for."
        ),
        Reason.BELOW_MINIMUM: gettext("The order is not worth enough."),
        Reason.ORDER_UNDONE: gettext(
            "The order was cancelled, or refunded or disputed in whole."
        ),
        Reason.NOT_FIRST_ORDER: gettext(
            "The friend placed an order that was not the first one."
        ),
        Reason.NOT_IN_TIME: gettext("No order counted in time."),
        Reason.OTHER_CLAIM: gettext("Another invitation of the friend took its place."),
    }


def signal_texts() -> dict[SignalCode, str]:
    """Return what staff read of each signal, in the active language."""
    return {
        SignalCode.SAME_ACCOUNT: gettext("Friend and referrer have the same account."),
        SignalCode.SAME_EMAIL: gettext(
            "The e-mail addresses of friend and referrer lead to the same mailbox."
        ),
        SignalCode.SAME_ADDRESS: gettext(
            "Friend and referrer have a postal address in common."
        ),
        SignalCode.SAME_CARD: gettext("Friend and referrer paid with the same card."),
        SignalCode.SAME_IP: gettext("Friend and referrer came from the same network."),
        SignalCode.NOT_FIRST_ORDER: gettext("The friend had ordered before."),
        **_texts_of_other_friends(),
        **_texts_of_referrers(),
    }


def _texts_of_other_friends() -> dict[SignalCode, str]:
    return {
        SignalCode.REPEATED_EMAIL: gettext("Another friend has the same mailbox."),
        SignalCode.REPEATED_CARD: gettext("Another friend paid with the same card."),
        SignalCode.REPEATED_ADDRESS: gettext(
            "Another friend of the referrer has the same postal address."
        ),
        SignalCode.REPEATED_IP: gettext(
            "Several friends of the referrer came from the same network."
        ),
    }


def _texts_of_referrers() -> dict[SignalCode, str]:
    return {
        SignalCode.YOUNG_ACCOUNT: gettext("The referrer had only just joined."),
        SignalCode.NEVER_ORDERED: gettext("The referrer has not ordered anything."),
        SignalCode.BURST: gettext("The referrer brought many friends within a day."),
        SignalCode.CIRCLE: gettext(
            "The friend brought the referrer, or somebody who did."
        ),
        SignalCode.CHAIN: gettext(
            "The referrer was brought just before, by somebody just brought too."
        ),
        SignalCode.RETURNED_GOODS: gettext(
            "Many of the referrer's friends returned what they had bought."
        ),
    }
