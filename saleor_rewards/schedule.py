"""When Saleor's Celery beat starts our periodic tasks, unless the operator says else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from celery.schedules import crontab
from django.conf import settings

SETTING = "CELERY_BEAT_SCHEDULE"


def _every(task: str, **interval: int) -> dict[str, Any]:
    pause = timedelta(**interval)
    # What no worker took in time is made good by the next one.
    return {
        "task": f"saleor_rewards.tasks.{task}",
        "schedule": pause,
        "options": {"expires": int(pause.total_seconds())},
    }


def _at(task: str, **moment: int) -> dict[str, Any]:
    return {"task": f"saleor_rewards.tasks.{task}", "schedule": crontab(**moment)}


#: Entries by name. Those with an hour start once a day, in the time zone of Celery.
ENTRIES = {
    "rewards-end-stale-pledges": _every("end_stale_pledges", minutes=5),
    "rewards-release-holds": _every("release_holds", minutes=5),
    "rewards-settle-due-points": _every("settle_due_points", minutes=10),
    "rewards-reward-referrals": _every("reward_referrals", minutes=10),
    "rewards-stripe-events": _every("retry_stripe_events", minutes=5),
    "rewards-import-balances": _every("import_balances", minutes=10),
    "rewards-welcome-members": _every("welcome_members", minutes=15),
    "rewards-review-tiers": _every("review_tiers", hours=1),
    "rewards-birthday-points": _at("give_birthday_points", minute=5),
    "rewards-reconcile-points": _at("reconcile_points", hour=3, minute=30),
    "rewards-forget-stripe-events": _at("forget_stripe_events", hour=4, minute=0),
    "rewards-forget-evidence": _at("forget_evidence", hour=4, minute=15),
    "rewards-sweep-members": _at("sweep_members", hour=4, minute=30),
    "rewards-sweep-referrals": _at("sweep_referrals", hour=4, minute=45),
    "rewards-lapse-claims": _at("lapse_claims", hour=5, minute=0),
    "rewards-expiry-notices": _at("send_expiry_notices", hour=8, minute=0),
}


def install() -> None:
    """Add the entries to Saleor's settings; call it from ``AppConfig.ready()``.

    An entry that the operator set under the same name stays as it is. Celery reads
    the setting when beat starts, which is after that.
    """
    theirs = getattr(settings, SETTING, {})
    setattr(settings, SETTING, {**ENTRIES, **theirs})
