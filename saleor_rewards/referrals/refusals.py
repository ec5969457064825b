"""What people are told whose claim, code or invitation is refused."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import Iterator

from django.utils.translation import gettext as _

from ..guard import faults
from .errors import ReferralError, ReferralErrorCode

logger = logging.getLogger(__name__)

FAULT = "REWARDS_CLAIM"


def refusal(code: ReferralErrorCode, field: str | None = "code") -> ReferralError:
    """Return the one answer to everything that is refused for this reason."""
    return ReferralError(code, field, _messages()[code])


@contextmanager
def faults_told() -> Iterator[None]:
    """Let a claim that fails be refused: nothing is claimed that was not written."""
    try:
        yield
    except ReferralError:
        raise
    except Exception as error:
        faults[FAULT] += 1
        logger.exception("%s: nothing is claimed", FAULT)
        raise refusal(ReferralErrorCode.UNAVAILABLE) from error


def _messages() -> dict[ReferralErrorCode, str]:
    return {
        ReferralErrorCode.NOT_ACCEPTED: _(
            "This code cannot be used here. If you think that it should, ask us for a "
            "review."
        ),
        ReferralErrorCode.TOO_MANY_ATTEMPTS: _(
            "There were too many tries. Please wait before you try again."
        ),
        ReferralErrorCode.ALREADY_CLAIMED: _("An invitation was accepted before."),
        ReferralErrorCode.NOT_NEW: _("Invitations are for a customer's first order."),
        ReferralErrorCode.EMAIL_REQUIRED: _("Give an e-mail address first."),
        ReferralErrorCode.CUSTOMER_UNKNOWN: _(
            "Log in to see whether somebody invited you, or give their code."
        ),
        ReferralErrorCode.REFERRALS_OFF: _("This shop takes no invitations."),
        ReferralErrorCode.CODE_TAKEN: _(
            "Somebody has this code. Please choose another one."
        ),
        ReferralErrorCode.OWN_CODES_OFF: _("Codes cannot be chosen in this shop."),
        ReferralErrorCode.REFERRAL_UNKNOWN: _("There is no such referral."),
        ReferralErrorCode.REASON_REQUIRED: _("Give a reason."),
        ReferralErrorCode.TOO_MANY_INVITES: _(
            "You named many friends today. Please go on tomorrow."
        ),
        ReferralErrorCode.ORDER_IN_PROGRESS: _(
            "An order of this cart is being placed. Please wait a few minutes, then "
            "try again."
        ),
        ReferralErrorCode.UNAVAILABLE: _(
            "Invitations cannot be accepted at this moment. Please try again later."
        ),
    }
