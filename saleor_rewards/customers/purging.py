"""Purging what is kept of people and whose time is over."""

from __future__ import annotations

from datetime import datetime

from ..host.current import host
from ..host.guests import forget_networks
from ..points.transfers.import_runs import purge_imports
from ..programs.adjustments import purge_allowances
from ..referrals.claim_limits import forget_tries
from ..referrals.claim_rates import purge_rates
from ..referrals.identifiers import forget_evidence


def purge(limit: int, at: datetime) -> int:
    """Purge up to ``limit`` rows of each kind; return how many of the commonest one."""
    return max(
        forget_evidence(at, limit),
        forget_tries(at, limit),
        purge_rates(at, limit),
        forget_networks(at, limit),
        host.forget_typed_addresses(at, limit),
        host.purge_voucher_slots(limit),
        purge_allowances(at, limit),
        purge_imports(at, limit),
    )
