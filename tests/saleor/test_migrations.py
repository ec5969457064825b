"""Each migration can be taken back, and made again, with a shop's data in the tables."""

from __future__ import annotations

from decimal import Decimal
from hashlib import sha256
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from saleor_rewards.identity import digest
from saleor_rewards.ledger import posting
from saleor_rewards.ledger.keys import key_by_hand, key_of_import
from saleor_rewards.ledger.verify import verify
from saleor_rewards.models import (
    Entry,
    OwnedVoucher,
    PriceAgreement,
    Receipt,
    Referral,
    ReferralInvite,
)

from .limits import needs
from .points import make_member, reconcile_all
from .purses import open_guest_purse
from .rewarded import make_friend, make_referrer, promise, switch_on
from .stopping import agree
from .world import Cart, Shop, Shopper

pytestmark = pytest.mark.django_db(transaction=True)

APP = "saleor_rewards"
LOADER = MigrationLoader(None)
NAMES = sorted(name for app, name in LOADER.disk_migrations if app == APP)

#: What two postings by hand were made with, as their fingerprints had it.
MADE = [
    ("adjust", 5, "", None, 1, "Import: ada@example.com", "User:7"),
    ("adjust", 6, "", None, 1, "Sorry", "App:3"),
]


def migrate(name: str) -> None:
    call_command("migrate", APP, name, verbosity=0)


def busy_shop(shop: Shop) -> tuple[Shopper, Cart]:
    """Fill every table that shopping fills; return somebody with a cart of 36.00."""
    switch_on(shop)
    shop.earning()
    shop.ladder(("30.00", "10"))
    shop.free_shipping("35.00")
    promise(shop, "points")
    book = shop.product("40.00", ships=False)
    member = make_member(shop, 2000)
    member.spend(book, 500)
    member.put_aside(book, 200)
    agree(member, member.cart((book, 1)))
    make_friend(shop, make_referrer())
    shopper = Shopper()
    cart = shopper.cart((shop.product("40.00"), 1))
    return shopper, shopper.ship(cart, shop.shipping_method("10.00"))


@pytest.mark.parametrize("name", NAMES[:-1])
def test_a_shop_goes_back_to_a_migration_and_on_again(shop: Shop, name: str) -> None:
    # given
    shopper, cart = busy_shop(shop)
    entries = Entry.objects.count()
    receipts = list(Receipt.objects.order_by("pk").values("order_pk", "effects"))

    # when
    migrate(name)
    migrate(NAMES[-1])

    # then
    assert Entry.objects.count() == entries
    kept = Receipt.objects.order_by("pk").values("order_pk", "effects")
    assert list(kept) == receipts
    assert verify(None) == []
    assert shopper.look(cart).total == Decimal("36.00")
    order: dict[str, Any] = shopper.buy(cart)
    assert Decimal(str(order["total"]["gross"]["amount"])) == Decimal("36.00")
    reconcile_all()
    assert verify(None) == []


@needs("stored discounts")
def test_vouchers_that_ended_make_way_for_one_a_worth(shop: Shop) -> None:
    # given
    busy_shop(shop)
    live = OwnedVoucher.objects.get()
    OwnedVoucher.objects.create(
        rule=live.rule,
        value_type=live.value_type,
        value=live.value,
        channel_pk=live.channel_pk,
        voucher_pk=live.voucher_pk + 1,
        code="REWARDS-0123456789ABCDEF",
        ended_at=timezone.now(),
    )

    # when
    migrate("0007_kept_checkouts")
    with connection.cursor() as cursor:
        cursor.execute("SELECT code FROM saleor_rewards_ownedvoucher")
        codes = [code for (code,) in cursor.fetchall()]
    migrate(NAMES[-1])

    # then
    assert codes == [live.code]
    assert OwnedVoucher.objects.get() == live
    assert PriceAgreement.objects.exists()


def test_claims_from_before_wait_as_invitations(shop: Shop) -> None:
    # given: two of one address, of which there could be one before
    busy_shop(shop)
    claim = Referral.objects.get()
    at = timezone.now()
    columns = {"program": claim.program, "claimed_at": at, "ends_at": claim.ends_at}
    later, rejected, used = (
        Referral.objects.create(referrer_user_pk=7, verdict=verdict, **columns, **more)
        for verdict, more in (
            ("allow", {"referee_email": claim.referee_email}),
            ("reject", {"referee_email": "eve@example.com"}),
            ("allow", {"referee_email": "old@example.com", "state": "paid"}),
        )
    )

    # when
    migrate("0008_voucher_slots")
    migrate(NAMES[-1])

    # then
    invitation = ReferralInvite.objects.get()
    assert invitation.user_pk == claim.referrer_user_pk
    assert invitation.ends_at == claim.ends_at
    assert invitation.email_digest == digest("email", claim.referee_email)
    rows = {row.pk: row for row in Referral.objects.all()}
    emails = [rows[one.pk].referee_email for one in (claim, later, rejected, used)]
    assert emails == [
        claim.referee_email,
        "",
        "eve@example.com",
        "old@example.com",
    ]
    until = [rows[one.pk].email_until is not None for one in (claim, rejected, used)]
    assert until == [True, True, False]


def test_names_of_what_staff_gave_are_salted_and_still_known(shop: Shop) -> None:
    # given what an import and a change by hand left before
    account = open_guest_purse(shop, "ada@example.com")
    plain = sha256(b"ada@example.com").hexdigest()
    keys = f"import:{shop.program.pk}:{plain}", f"adjust:{account.pk}:case\n7"
    migrate("0008_voucher_slots")
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO saleor_rewards_entry (account_id, kind, key, fingerprint, "
            "points_pending, points_available, points_held, points_debt, "
            "points_lifetime, points_waived, moves, order_pk, at, created_at) VALUES "
            "(%s, 'adjust', %s, %s, 0, 0, 0, 0, 0, 0, '[]', '', now(), now())",
            [
                [account.pk, key, sha256(repr(made).encode()).hexdigest()]
                for key, made in zip(keys, MADE)
            ],
        )

    # when
    for _ in range(2):
        migrate(NAMES[-1])
        found = set(Entry.objects.values_list("key", flat=True))
        migrate("0008_voucher_slots")
    migrate(NAMES[-1])

    # then
    salted = [
        key_of_import(shop.program.pk, "ada@example.com"),
        key_by_hand("adjust", account.pk, "case\n7"),
    ]
    assert found == set(Entry.objects.values_list("key", flat=True)) == set(salted)
    with posting(account.pk, timezone.now()) as book:
        for key, made in zip(salted, MADE):
            book.adjust(made[1], key=key, reason=made[5], author=made[6])
    assert Entry.objects.count() == len(salted)
