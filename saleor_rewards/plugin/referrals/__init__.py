"""Who brings whom: everything that referrals offer to the API, to tasks and to staff.

Members have codes (:mod:`.codes`) and name friends; friends claim what they
were promised on their checkout (:mod:`.claiming`); staff look at what the signals say
(:mod:`.reviews`). All of it raises ``ReferralError`` where it refuses. What a
claim refuses is counted, so whoever calls it must not take its writes back.
"""

from __future__ import annotations

from ..client_addresses import client_address
from .claim_rates import admit_claim
from .claiming import checkout_referral, claim
from .codes import choose_code, code_of, invite, link_of, renew_code
from .reviews import ask_review, decide

__all__ = [
    "admit_claim",
    "ask_review",
    "checkout_referral",
    "choose_code",
    "claim",
    "client_address",
    "code_of",
    "decide",
    "invite",
    "link_of",
    "renew_code",
]
