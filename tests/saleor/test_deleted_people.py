"""Whoever is deleted from the shop leaves nothing under the address that was theirs."""

from __future__ import annotations

import graphene
import pytest
from saleor.account.models import User

from saleor_rewards import tasks
from saleor_rewards.customers.erasing import erase
from saleor_rewards.host.capabilities import capabilities
from saleor_rewards.host.guests import address_digest
from saleor_rewards.identity import digest
from saleor_rewards.ledger.verify import verify
from saleor_rewards.models import (
    Account,
    Evidence,
    NetworkLimit,
    Referral,
    ReferralInvite,
    ReferralState,
    TypedAddress,
)
from saleor_rewards.points.members import member_account
from saleor_rewards.referrals.member_codes import invite

from .friends import code_for, friend_cart, referrer, switch_on, try_code
from .merchants import ACCESS, STAFF, USERS, Caller, staff
from .people import ERRORS, available, customer, guest_with, now
from .world import Shop

pytestmark = pytest.mark.django_db(transaction=True)

EMAIL = "ada@example.com"

#: By mutation: the argument that names whom it deletes, and its type.
IDS = "[ID!]!" if capabilities.channels else "[ID]!"
MUTATIONS = {
    "customerDelete": ("id", "ID!"),
    "customerBulkDelete": ("ids", IDS),
    "staffDelete": ("id", "ID!"),
    "staffBulkDelete": ("ids", IDS),
    "accountDelete": ("token", "String!"),
}
#: Saleor 2 calls the errors of some mutations otherwise.
ERRORS_OF = dict.fromkeys(
    ("staffDelete", "staffBulkDelete"), "staffErrors { field message code }"
)
NOTHING = {"accounts": 0, "claims": 0, "invitations": 0, "typed": 0, "networks": 0}


@pytest.fixture
def guest(shop: Shop) -> Account:
    """A guest, of whose address the shop holds all that it can."""
    shop.points()
    switch_on(shop)
    members = referrer("ann@example.com"), referrer("bob@example.com")
    account = guest_with(shop, EMAIL, 120)
    try_code(friend_cart(shop, EMAIL), code_for(shop, members[0]).code)
    for member in members:
        invite(shop.program.pk, member, EMAIL, now())
    noted = address_digest(EMAIL)
    TypedAddress.objects.create(
        checkout_token="gone", digest=noted, is_told=True, typed_at=now()
    )
    NetworkLimit.objects.create(
        network=digest("network", "203.0.113.1"),
        addresses=[["another", 1], [noted, now().timestamp()]],
        noted_at=now(),
    )
    return account


def held() -> dict[str, int]:
    """Return how much our tables hold of the address."""
    noted, named = address_digest(EMAIL), digest("email", EMAIL)
    members = Referral.objects.values_list("referrer_user_pk", flat=True)
    assert all(members)
    hashes = [named, *_hashes_of_members()]
    networks = [row for limit in NetworkLimit.objects.all() for row in limit.addresses]
    return {
        "accounts": Account.objects.filter(email=EMAIL).count(),
        "claims": Referral.objects.filter(referee_email=EMAIL).count(),
        "invitations": ReferralInvite.objects.filter(email_digest__in=hashes).count(),
        "typed": TypedAddress.objects.filter(digest=noted).count(),
        "networks": [address for address, _when in networks].count(noted),
    }


def _hashes_of_members() -> list[str]:
    users = User.objects.filter(email__in=["ann@example.com", "bob@example.com"])
    return [digest(f"email again {user.pk}", EMAIL) for user in users]


def delete_by(mutation: str, user: User) -> None:
    """Delete somebody through one of Saleor's own mutations."""
    argument, type_ = MUTATIONS[mutation]
    errors = ERRORS if capabilities.channels else ERRORS_OF.get(mutation, ERRORS)
    id = graphene.Node.to_global_id("User", user.pk)
    caller, value = staff(USERS, STAFF), id if argument == "id" else [id]
    if argument == "token":
        caller = Caller(f"JWT {ACCESS.access_token(user)}")
        value = ACCESS.deletion_tokens.make_token(user)
    payload = caller.do(
        f"mutation($value: {type_}) {{ {mutation}({argument}: $value) {{ {errors} }} }}",
        value=value,
    )
    assert not any(payload.values()), payload


def unconfirm(user: User) -> None:
    """Let the shop wait for somebody to confirm their address."""
    name = "is_confirmed" if capabilities.confirmed_accounts else "is_active"
    User.objects.filter(pk=user.pk).update(**{name: False})
    user.refresh_from_db()


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_what_stood_under_a_confirmed_address_as_a_guest_goes_with_its_owner(
    shop: Shop, guest: Account, mutation: str
) -> None:
    # given
    other = guest_with(shop, "other@example.com", 30)
    user = customer(EMAIL, is_staff=mutation.startswith("staff"))
    assert min(held().values()) > 0

    # when
    delete_by(mutation, user)

    # then
    assert not User.objects.filter(pk=user.pk).exists()
    assert held() == NOTHING
    assert Referral.objects.get().state == ReferralState.LAPSED
    assert (available(guest), available(other)) == (0, 30)
    assert verify(None) == []


@pytest.mark.parametrize("mutation", ["customerDelete", "customerBulkDelete"])
def test_an_account_that_never_confirmed_an_address_takes_nothing_of_a_guests(
    shop: Shop, guest: Account, mutation: str
) -> None:
    # given
    user = customer(EMAIL)
    unconfirm(user)
    member_account(shop.program.pk, user)
    before = held()

    # when
    delete_by(mutation, user)
    tasks.sweep_members()

    # then
    assert available(guest) == 120
    assert held() == {**before, "accounts": before["accounts"] - 1}


def test_a_refused_deletion_erases_nothing(shop: Shop, guest: Account) -> None:
    # given
    user = customer(EMAIL)
    id = graphene.Node.to_global_id("User", user.pk)
    document = f"mutation($id: ID!) {{ customerDelete(id: $id) {{ {ERRORS} }} }}"

    # then
    assert staff(STAFF).is_refused(document, id=id)
    assert held()["accounts"] == 1
    assert available(guest) == 120


@pytest.mark.parametrize("is_confirmed", [True, False])
def test_the_nightly_sweep_knows_whose_address_was_confirmed(
    shop: Shop, is_confirmed: bool
) -> None:
    # given a member, and what came under the address since
    shop.points()
    user = customer(EMAIL)
    if not is_confirmed:
        unconfirm(user)
    member_account(shop.program.pk, user)
    guest = guest_with(shop, EMAIL, 120)

    # when
    User.objects.filter(pk=user.pk).delete()
    tasks.sweep_members()

    # then
    assert available(guest) == (0 if is_confirmed else 120)
    assert Account.objects.filter(email=EMAIL).count() == (0 if is_confirmed else 1)


def test_an_address_that_somebody_else_has_by_now_is_theirs(shop: Shop) -> None:
    # given
    shop.points()
    first = customer(EMAIL)
    member_account(shop.program.pk, first)
    User.objects.filter(pk=first.pk).update(email="countess@example.com")
    second = customer(EMAIL)
    guest = guest_with(shop, EMAIL, 120)

    # when
    User.objects.filter(pk=first.pk).delete()
    tasks.sweep_members()

    # then
    assert available(guest) == 120
    assert member_account(shop.program.pk, second).points_available == 120


def test_an_address_is_not_erased_from_members_who_had_it_before(shop: Shop) -> None:
    # given a member whose change of address nobody followed yet
    shop.points()
    first = customer(EMAIL)
    kept = member_account(shop.program.pk, first)
    User.objects.filter(pk=first.pk).update(email="countess@example.com")

    # when
    erase(None, EMAIL, now())

    # then
    kept.refresh_from_db()
    assert (kept.state, kept.email) == ("open", "countess@example.com")


def test_an_address_from_before_is_not_kept_on_what_came_of_a_guests_account(
    shop: Shop,
) -> None:
    # given a member who has points from before, and another address by now
    shop.points()
    guest_with(shop, EMAIL, 120)
    user = customer(EMAIL)
    member_account(shop.program.pk, user)
    User.objects.filter(pk=user.pk).update(email="countess@example.com")
    user.refresh_from_db()
    kept = member_account(shop.program.pk, user)

    # when
    erase(None, EMAIL, now())

    # then
    assert not Account.objects.filter(email=EMAIL).exists()
    assert (kept.state, available(kept)) == ("open", 120)


def test_a_claim_of_another_member_who_typed_the_address_stays_without_it(
    shop: Shop, guest: Account
) -> None:
    # given
    member = customer("bert@example.com")
    Referral.objects.update(referee_user_pk=member.pk)
    user = customer(EMAIL)

    # when
    delete_by("customerDelete", user)

    # then
    claimed = Referral.objects.get()
    assert (claimed.state, claimed.referee_user_pk) == ("claimed", member.pk)
    assert held() == NOTHING
    named = digest("email", EMAIL)
    assert not Evidence.objects.filter(digest=named).exists()
    assert Evidence.objects.filter(referral=claimed).exists()


def test_a_member_who_was_let_out_of_the_shop_is_erased_with_their_address(
    shop: Shop,
) -> None:
    # given
    shop.points()
    user = customer(EMAIL)
    member_account(shop.program.pk, user)
    guest = guest_with(shop, EMAIL, 120)
    User.objects.filter(pk=user.pk).update(is_active=False)
    user.refresh_from_db()
    tasks.sweep_members()

    # when
    delete_by("customerDelete", user)

    # then
    assert available(guest) == 0


def test_the_sweep_learns_of_accounts_that_were_opened_before(shop: Shop) -> None:
    # given
    shop.points()
    account = member_account(shop.program.pk, customer(EMAIL))
    Account.objects.update(is_email_confirmed=False)

    # when
    tasks.sweep_members()

    # then
    account.refresh_from_db()
    assert account.is_email_confirmed
