"""Binds claims to carts and accounts, no longer to what was typed in, and counts them.

What was claimed before with an address waits for its owner as an invitation.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import migrations, models
from django.utils import timezone

from saleor_rewards.emails import normal_email
from saleor_rewards.identity import digest

#: For so long orders with an address still belong to a claim that was made with it:
#: they were begun when prices went by it.
ORDERING = timedelta(days=1)


def let_invitations_wait(apps: Any, schema_editor: Any) -> None:
    """Let open claims go on as invitations, on whatever device their friend is."""
    invites = apps.get_model("saleor_rewards", "ReferralInvite")
    referrals = apps.get_model("saleor_rewards", "Referral").objects
    claims = referrals.filter(state="claimed").exclude(referee_email="")
    allowed = claims.filter(verdict="allow", referrer_user_pk__isnull=False)
    rows = (_invitation(invites, one) for one in allowed.order_by("pk").iterator())
    known = [row for row in rows if row.email_digest]
    invites.objects.bulk_create(known, batch_size=1000, ignore_conflicts=True)
    claims.update(email_until=timezone.now() + ORDERING)


def _invitation(invites: Any, claim: Any) -> Any:
    return invites(
        program_id=claim.program_id,
        user_pk=claim.referrer_user_pk,
        email_digest=digest("email", normal_email(claim.referee_email)),
        created_at=claim.claimed_at,
        ends_at=claim.ends_at,
    )


def leave_one_an_address(apps: Any, schema_editor: Any) -> None:
    """Leave each address to the first who claimed with it, as it was before."""
    referrals = apps.get_model("saleor_rewards", "Referral")
    standing = referrals.objects.exclude(referee_email="").exclude(state="lapsed")
    seen: set[tuple[int, str]] = set()
    later = []
    rows = standing.order_by("pk").values_list("pk", "program_id", "referee_email")
    for pk, *key in rows.iterator():
        if tuple(key) in seen:
            later.append(pk)
        seen.add((key[0], key[1]))
    referrals.objects.filter(pk__in=later).update(referee_email="")


class Migration(migrations.Migration):
    dependencies = [("saleor_rewards", "0009_corrected_agreements")]

    operations = [
        migrations.RemoveConstraint(
            model_name="referral", name="rewards_referral_once_an_email"
        ),
        migrations.AddField(
            model_name="referral",
            name="email_until",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="referral",
            name="ordered_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.CreateModel(
            name="ClaimRate",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("network", models.CharField(max_length=64, unique=True)),
                ("claims", models.PositiveIntegerField(default=1)),
                ("began_at", models.DateTimeField(db_index=True)),
            ],
            options={"ordering": ("pk",)},
        ),
        migrations.RunPython(let_invitations_wait, leave_one_an_address),
    ]
