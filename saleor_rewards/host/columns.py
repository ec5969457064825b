"""What every host's query of a checkout reads beside it, and what that says."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import (
    BooleanField,
    Case,
    CharField,
    Count,
    Exists,
    F,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    UUIDField,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Now, Replace

from ..engine import CustomerSnapshot
from ..models import (
    Account,
    AccountState,
    Hold,
    HoldState,
    Pledge,
    PriceAgreement,
    Program,
    Referral,
    ReferralState,
    TypedAddress,
    Verdict,
)
from .bindings import Binding
from .guests import is_asked, members, what_is_told

if TYPE_CHECKING:
    from ..ledger.facts import OrderFacts
    from ..programs.rulebook import Rulebook


#: For how long after the gate other carts take it that an order is about to be placed.
SOON = timedelta(minutes=2)

#: For how long money that was merely promised for another cart is taken for paid.
PROMISED = timedelta(hours=6)

#: What rules may need to know that is told of no address without a limit.
HISTORY = {"customer", "referral"}

#: Whoever takes a cart over does not take over whom its customer was brought by.
CART_CLAIM = Q(checkout_token=Cast(OuterRef("pk"), CharField())) & (
    Q(referee_user_pk=None)
    | Q(referee_user_pk=Coalesce(OuterRef("user_id"), F("referee_user_pk")))
)
ACCOUNT_CLAIM = Q(referee_user_pk=OuterRef("user_id"))
#: Nobody brings themselves, whatever the cart was when it was claimed.
OWN_CODE = Q(referrer_user_pk=Coalesce(OuterRef("user_id"), Value(0)))


def binding_columns() -> dict[str, Any]:
    """Return the annotations of a checkout that say what it is bound to."""
    token = Cast(OuterRef("pk"), CharField())
    agreements = PriceAgreement.objects.filter(checkout_token=token)
    pledges = Pledge.objects.filter(checkout_token=token, order_pk=None)
    aside = Hold.objects.filter(checkout_token=token, state=HoldState.OPEN)
    return {
        "agreed_fingerprint": Subquery(agreements.values("fingerprint")[:1]),
        "agreed_amount": Subquery(agreements.values("total_amount")[:1]),
        "agreed_points": Subquery(agreements.values("points_redeemed")[:1]),
        "agreed_at": Subquery(agreements.values("created_at")[:1]),
        "aside_points": Subquery(aside.values("points")[:1]),
        "pledged_at": Subquery(pledges.values("gate_at")[:1]),
    }


def binding_of(checkout: Any, fingerprint: str) -> Binding:
    """Return what :func:`binding_columns` found about a checkout."""
    return Binding(
        fingerprint=fingerprint,
        agreed_fingerprint=checkout.agreed_fingerprint,
        agreed_amount=checkout.agreed_amount,
        agreed_points=checkout.agreed_points or 0,
        aside_points=checkout.aside_points or 0,
        agreed_at=checkout.agreed_at,
        pledged_at=checkout.pledged_at,
    )


def customer_columns(
    book: Rulebook,
    orders: QuerySet[Any],
    checkouts: QuerySet[Any],
    with_money: QuerySet[Any],
) -> dict[str, Any]:
    """Return the annotations of a checkout that the book's rules need.

    ``order_count`` counts those of ``orders`` that are its customer's. ``is_completing``
    says of their other ``checkouts``, ``is_paying`` of those ``with_money``, whether an
    order is on its way. ``points_held`` is what the customer put aside for it,
    ``tier_pk`` the customer's tier. An e-mail that somebody typed in gives neither of
    these two. ``has_claim`` says whether a member brought the customer, who has to be
    new for it to count.
    """
    columns: dict[str, Any] = {}
    if HISTORY & book.compiled.needs:
        columns.update(_identity_columns(book))
        columns["order_count"] = Subquery(_count(_of_customer(orders, "user_email")))
        columns["is_paying"] = Exists(_paid(with_money))
        columns["is_completing"] = Exists(_completing(checkouts))
    if book.compiled.settings.points is not None:
        columns["points_held"] = Subquery(_holds().values("points")[:1])
    if "tier" in book.compiled.needs:
        columns["tier_pk"] = Subquery(_accounts(book).values("tier_id")[:1])
    if "referral" in book.compiled.needs:
        mine = (CART_CLAIM | ACCOUNT_CLAIM) & ~OWN_CODE
        columns["has_claim"] = Exists(_referrals(book, mine))
    return columns


def customer_of(checkout: Any, book: Rulebook) -> CustomerSnapshot:
    """Return what :func:`customer_columns` found about a checkout's customer."""
    tier_pk = getattr(checkout, "tier_pk", None)
    known = CustomerSnapshot(
        is_known=bool(checkout.user_id or checkout.email),
        points_held=getattr(checkout, "points_held", None) or 0,
        tier_id=None if tier_pk is None else str(tier_pk),
    )
    if not HISTORY & book.compiled.needs:
        return known
    told = _told(checkout, book)
    if told is None:
        # What is not noted yet is told to no request; a task goes on with it, unless it
        # was refused to whoever asked last.
        told = not is_asked() and checkout.typed_told is not False
    return replace(
        known,
        **_history(checkout, book, is_open=told),
        has_referral=_has_referral(checkout, book, is_open=told),
    )


def unnoted_of(checkout: Any, book: Rulebook) -> str:
    """Return the address that is to be noted before a request is told of its owner."""
    if not (HISTORY & book.compiled.needs and is_asked()):
        return ""
    return checkout.email if _told(checkout, book) is None else ""


def _told(checkout: Any, book: Rulebook) -> bool | None:
    if checkout.is_member or not book.guests_by_address:
        return bool(checkout.is_member)
    noted = (checkout.typed_digest, checkout.typed_told, checkout.typed_at)
    return what_is_told(checkout.email or "", *noted)


def _history(checkout: Any, book: Rulebook, *, is_open: bool) -> dict[str, Any]:
    """Return what may be told of a customer's orders: of guests, whether there is one."""
    if "customer" not in book.compiled.needs:
        return {}
    count = checkout.order_count or 0
    is_ordering = checkout.is_paying or checkout.is_completing
    if checkout.is_member:
        return {"order_count": count, "is_ordering": is_ordering}
    if not is_open:
        return {}
    return {"has_ordered": count > 0, "is_ordering": is_ordering}


def _has_referral(checkout: Any, book: Rulebook, *, is_open: bool) -> bool | None:
    if "referral" not in book.compiled.needs:
        return None
    if not (checkout.is_member or book.guests_by_address):
        return None
    if not checkout.has_claim:
        return False
    # Whoever orders has to be new, whosever address the cart had when it was claimed.
    if not (checkout.is_member or is_open):
        return None
    return not (checkout.order_count or checkout.is_paying or checkout.is_completing)


def _identity_columns(book: Rulebook) -> dict[str, Any]:
    """Return the annotations that say who a checkout's customer is, as far as known."""
    is_member = members()
    typed = TypedAddress.objects.filter(
        checkout_token=Cast(OuterRef("pk"), CharField())
    )
    given = F("email") if book.guests_by_address else Value("")
    text = CharField()
    return {
        "is_member": Case(
            When(is_member, then=Value(True)),
            default=Value(False),
            output_field=BooleanField(),
        ),
        "known_email": Case(
            When(is_member, then=F("user__email")), default=given, output_field=text
        ),
        "typed_digest": Subquery(typed.values("digest")[:1]),
        "typed_told": Subquery(typed.values("is_told")[:1]),
        "typed_at": Subquery(typed.values("typed_at")[:1]),
    }


def was_brought(facts: OrderFacts, program: Program) -> bool:
    """Return whether a member brought whoever placed an order, at that time.

    For a first order alone; whether it is one is the caller's to say.
    """
    mine = Q(order_pk=facts.order_pk)
    if facts.checkout_token:
        free = Q(referee_user_pk=None) if facts.user_pk is not None else Q()
        mine |= Q(free, checkout_token=facts.checkout_token)
    if facts.user_pk is not None:
        mine |= Q(referee_user_pk=facts.user_pk)
    claims = Referral.objects.filter(mine, program=program, verdict=Verdict.ALLOW)
    held = claims.filter(claimed_at__lte=facts.ordered_at, ends_at__gt=facts.ordered_at)
    return bool(held.exclude(state=ReferralState.LAPSED).exists())


def country_of(checkout: Any) -> str | None:
    """Return the code of the country that a checkout goes to, as far as it is known."""
    address = checkout.shipping_address or checkout.billing_address
    country = address.country if address and address.country else checkout.country
    return country.code if country else None


class _Like(Func):
    """Whether a text is like a pattern, in capitals or not.

    Saleor 3 has an index that a pattern can use, and a comparison in capitals not.
    """

    arg_joiner = " ILIKE "
    template = "(%(expressions)s)"
    output_field = BooleanField()


def _pattern(address: Any) -> Any:
    """Return the pattern that matches an address and nothing else."""
    for mark in ("\\", "%", "_"):
        address = Replace(address, Value(mark), Value("\\" + mark))
    return address


def _of_customer(rows: QuerySet[Any], email: str) -> QuerySet[Any]:
    """Return those of some rows that are the outer checkout's customer's."""
    mine = Q(user_id=OuterRef("user_id"), user_id__isnull=False) | Q(
        has_address=True, **{f"{email}__gt": ""}
    )
    pattern = _pattern(OuterRef("known_email"))
    return rows.annotate(has_address=_Like(F(email), pattern)).filter(mine)


def _paid(with_money: QuerySet[Any]) -> QuerySet[Any]:
    """Return the customer's other checkouts that are paid for, at an agreed price."""
    others = with_money.exclude(pk=OuterRef("pk"))
    # Anybody can promise money under any address, so not for ever.
    recent = PriceAgreement.objects.filter(created_at__gt=Now() - PROMISED)
    agreed = others.filter(
        Q(pk__in=_keys(PriceAgreement.objects), is_firm=True) | Q(pk__in=_keys(recent))
    )
    return _of_customer(agreed, "email")


def _completing(checkouts: QuerySet[Any]) -> QuerySet[Any]:
    """Return the customer's other checkouts of which an order is about to be placed.

    Anybody can type an address in, so no longer than an order takes.
    """
    pledges = Pledge.objects.filter(order_pk=None, gate_at__gt=Now() - SOON)
    others = checkouts.exclude(pk=OuterRef("pk")).filter(pk__in=_keys(pledges))
    return _of_customer(others, "email")


def _keys(rows: Any) -> Any:
    return rows.annotate(key=Cast("checkout_token", UUIDField())).values("key")


def _count(rows: QuerySet[Any]) -> QuerySet[Any]:
    return (
        rows.order_by()
        .annotate(all=Value(1, output_field=IntegerField()))
        .values("all")
        .annotate(count=Count("pk"))
        .values("count")
    )


def _holds() -> Any:
    pledged = Pledge.objects.filter(
        checkout_token=OuterRef("checkout_token"), order_pk=None
    )
    return Hold.objects.annotate(is_pledged=Exists(pledged)).filter(
        Q(expires_at__gt=Now()) | Q(is_pledged=True),
        checkout_token=Cast(OuterRef("pk"), CharField()),
        state=HoldState.OPEN,
        account__user_pk=OuterRef("user_id"),
        account__state=AccountState.OPEN,
    )


def _accounts(book: Rulebook) -> Any:
    return Account.objects.filter(
        program__channel_pk=book.channel_pk,
        user_pk=OuterRef("user_id"),
        state=AccountState.OPEN,
    )


def _referrals(book: Rulebook, mine: Q) -> Any:
    return Referral.objects.filter(
        mine,
        program__channel_pk=book.channel_pk,
        verdict=Verdict.ALLOW,
        state=ReferralState.CLAIMED,
        ends_at__gt=Now(),
    )
