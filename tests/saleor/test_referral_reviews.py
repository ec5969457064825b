"""What speaks against a referral, and what staff make of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from saleor.account.models import User
from saleor.order.models import Order

from saleor_rewards import tasks
from saleor_rewards.checkout.claiming import checkout_referral
from saleor_rewards.guard import faults
from saleor_rewards.models import (
    Evidence,
    Referral,
    ReferralDecision,
    ReferralPolicy,
    ReferralState,
    StripeCharge,
    Verdict,
)
from saleor_rewards.referrals import reviews
from saleor_rewards.referrals.errors import ReferralError, ReferralErrorCode
from saleor_rewards.referrals.evidence import review
from saleor_rewards.referrals.member_codes import code_of
from saleor_rewards.referrals.reviews import ask_review, decide

from .friends import (
    checkout_of,
    code_for,
    friend_cart,
    now,
    referrer,
    refused,
    switch_on,
    try_code,
)
from .staff import money, pk_of
from .world import Cart, Shop, Shopper

pytestmark = pytest.mark.django_db

ALLOW, REVIEW, REJECT = Verdict.ALLOW, Verdict.REVIEW, Verdict.REJECT


@pytest.fixture
def ann(shop: Shop) -> User:
    """A member of a shop that rewards referrals."""
    switch_on(shop)
    return referrer("ann@example.com")


def bought(shop: Shop, email: str) -> str:
    """Let somebody buy something; return the order's key."""
    shopper = Shopper()
    cart = shopper.ship(friend_cart(shop, email, shopper), shop.shipping_method())
    return pk_of(shopper.buy(cart))


def shipped_cart(shop: Shop, email: str = "") -> Cart:
    """Put something into a guest's cart that goes to where all carts of tests go."""
    shopper = Shopper()
    return shopper.ship(friend_cart(shop, email, shopper), shop.shipping_method())


def signals(referral: Referral) -> dict[str, int]:
    referral.refresh_from_db()
    return dict(referral.signals)


def test_a_friend_at_the_members_address_waits_for_staff(shop: Shop, ann: User) -> None:
    # given
    bought(shop, ann.email)

    # when
    claimed = try_code(shipped_cart(shop), code_for(shop, ann).code)

    # then
    assert claimed.verdict == REVIEW
    assert "SAME_ADDRESS" in signals(claimed)
    assert claimed.weight == sum(signals(claimed).values())


def test_a_member_who_moves_away_still_lived_there(shop: Shop, ann: User) -> None:
    # given
    order_pk = bought(shop, ann.email)
    claimed = try_code(shipped_cart(shop), code_for(shop, ann).code)

    # when
    Order.objects.filter(pk=order_pk).update(user_email="new@example.com")
    review(claimed, now())

    # then
    assert "SAME_ADDRESS" in signals(claimed)


def test_one_network_alone_holds_nobody_up(shop: Shop, ann: User) -> None:
    # given
    switch_on(shop, weights={"NEVER_ORDERED": 0})
    code = code_of(shop.program.pk, ann, now(), ip="203.0.113.7").code

    # when
    claimed = try_code(friend_cart(shop), code, ip="203.0.113.7")

    # then
    assert claimed.verdict == ALLOW
    assert "SAME_IP" in signals(claimed)


def test_a_card_that_paid_for_both_is_found_when_the_order_is(
    shop: Shop, ann: User
) -> None:
    # given
    claimed = try_code(friend_cart(shop, "bob@example.com"), code_for(shop, ann).code)
    assert claimed.verdict == ALLOW
    orders = [bought(shop, ann.email), bought(shop, "bob@example.com")]
    for number, order_pk in enumerate(orders):
        StripeCharge.objects.create(
            charge_id=f"ch_{number}",
            order_pk=order_pk,
            is_live=True,
            currency="USD",
            card_digest="c" * 64,
        )
    claimed.order_pk = orders[1]

    # when
    changed = review(claimed, now())

    # then
    assert changed
    assert claimed.verdict == REVIEW
    assert "SAME_CARD" in signals(claimed)
    verdicts = claimed.decisions.values_list("verdict", flat=True)
    assert list(verdicts) == [ALLOW, REVIEW]
    kinds = Evidence.objects.filter(referral=claimed).values_list("kind", flat=True)
    assert "card" in kinds


def test_judging_again_what_did_not_change_writes_no_decision(
    shop: Shop, ann: User
) -> None:
    # given
    claimed = try_code(friend_cart(shop), code_for(shop, ann).code)

    # then
    assert not review(claimed, now())
    assert claimed.decisions.count() == 1


def test_a_burst_of_friends_who_paid_waits_for_staff(shop: Shop, ann: User) -> None:
    # given
    code = code_for(shop, ann).code

    # when
    verdicts = []
    for number in range(7):
        claimed = try_code(friend_cart(shop), code, ip="")
        verdicts.append(claimed.verdict)
        claimed.order_pk, claimed.paid_at = str(number), now()
        claimed.save()

    # then
    assert verdicts == [ALLOW] * 5 + [REVIEW] * 2
    assert "BURST" in signals(Referral.objects.last())


def test_who_brings_the_one_who_brought_them_runs_in_a_circle(
    shop: Shop, ann: User
) -> None:
    # given
    bob = referrer("bob@example.com")
    try_code(friend_cart(shop, bob.email), code_for(shop, ann).code, ip="")
    Referral.objects.update(paid_at=now())

    # when
    claimed = try_code(
        friend_cart(shop, ann.email), code_for(shop, bob).code, ip="", user_pk=ann.pk
    )

    # then
    assert claimed.verdict == REVIEW
    assert "CIRCLE" in signals(claimed)


def test_a_merchants_own_weights_count(shop: Shop, ann: User) -> None:
    # given
    bought(shop, ann.email)
    switch_on(shop, weights={"SAME_ADDRESS": 0})

    # when
    claimed = try_code(shipped_cart(shop), code_for(shop, ann).code)

    # then
    assert claimed.verdict == ALLOW
    assert "SAME_ADDRESS" not in signals(claimed)


def test_staff_overrule_the_signals_with_a_reason(shop: Shop, ann: User) -> None:
    # given
    bought(shop, ann.email)
    claimed = try_code(shipped_cart(shop), code_for(shop, ann).code)

    # when
    decide(claimed.pk, ALLOW, " They share a house. ", "User:7", now())

    # then
    claimed.refresh_from_db()
    assert (claimed.verdict, claimed.is_decided) == (ALLOW, True)
    last = claimed.decisions.last()
    assert (last.verdict, last.reason, last.author) == (
        ALLOW,
        "They share a house.",
        "User:7",
    )
    assert not review(claimed, now())
    assert claimed.verdict == ALLOW


def test_a_rejected_friend_asks_and_is_let_in(shop: Shop, ann: User) -> None:
    # given
    twin = referrer("bob@gmail.com")
    cart = friend_cart(shop, "b.ob@gmail.com")
    refused(cart, code_for(shop, twin).code)
    rejected = Referral.objects.get()

    # when
    ask_review(checkout_of(cart))
    asked_at = Referral.objects.get().review_asked_at
    ask_review(checkout_of(cart))

    # then
    assert asked_at is not None
    assert Referral.objects.get().review_asked_at == asked_at
    assert checkout_referral(checkout_of(cart)) is None
    decide(rejected.pk, ALLOW, "Known to us", "User:7", now())
    assert checkout_referral(checkout_of(cart)) == rejected


def test_asking_tells_nobody_whether_there_is_anything_to_look_at(
    shop: Shop, ann: User
) -> None:
    # given
    cart = friend_cart(shop)

    # then
    assert ask_review(checkout_of(cart)) is None
    assert not Referral.objects.exists()


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_verdict_needs_a_reason(shop: Shop, ann: User, reason: str) -> None:
    # given
    claimed = try_code(friend_cart(shop), code_for(shop, ann).code)

    # then
    with pytest.raises(ReferralError) as caught:
        decide(claimed.pk, REJECT, reason, "User:7", now())
    assert caught.value.code is ReferralErrorCode.REASON_REQUIRED
    assert ReferralDecision.objects.count() == 1


def test_a_verdict_stands_even_where_rewards_have_to_wait(
    shop: Shop, ann: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    def broken(*_: object) -> None:
        raise RuntimeError("nothing can be settled")

    claimed = try_code(friend_cart(shop), code_for(shop, ann).code)
    monkeypatch.setattr(reviews, "settle_referral", broken)
    before = faults["REWARDS_SETTLE_REFERRAL"]

    # when
    decide(claimed.pk, REJECT, "A trick", "User:7", now())

    # then
    claimed.refresh_from_db()
    assert claimed.verdict == REJECT
    assert faults["REWARDS_SETTLE_REFERRAL"] == before + 1


def test_a_verdict_is_on_a_referral(shop: Shop) -> None:
    with pytest.raises(ReferralError) as caught:
        decide(404, REJECT, "Why not", "User:7", now())
    assert caught.value.code is ReferralErrorCode.REFERRAL_UNKNOWN


def test_evidence_is_forgotten_and_the_verdict_stays(shop: Shop, ann: User) -> None:
    # given
    bought(shop, ann.email)
    claimed = try_code(shipped_cart(shop), code_for(shop, ann).code)
    assert claimed.verdict == REVIEW

    # when
    past = now() - timedelta(days=1)
    Evidence.objects.update(ends_at=past)
    tasks.forget_evidence()
    Order.objects.update(user_email="gone@example.com", user=None)
    later = claimed.claimed_at + timedelta(days=_policy(shop).evidence_days)

    # then
    assert not Evidence.objects.exists()
    assert not review(claimed, later)
    assert claimed.verdict == REVIEW


def test_evidence_in_force_is_kept(shop: Shop, ann: User) -> None:
    # given
    try_code(friend_cart(shop), code_for(shop, ann).code)
    count = Evidence.objects.count()

    # when
    tasks.forget_evidence()

    # then
    assert Evidence.objects.count() == count > 0


def test_what_staff_let_in_moves_the_prices(shop: Shop, ann: User) -> None:
    # given
    shop.rule(
        "Welcome",
        {"type": "PERCENT_OFF", "percent": "10"},
        conditions={"has_referral": True},
    )
    shopper = Shopper()
    bought(shop, ann.email)
    cart = shopper.ship(friend_cart(shop, "", shopper), shop.shipping_method("10.00"))
    claimed = try_code(cart, code_for(shop, ann).code)
    before = shopper.look(cart)

    # when
    decide(claimed.pk, ALLOW, "They share a house", "User:7", now())
    after = shopper.look(cart)

    # then
    assert (before.subtotal, after.subtotal) == (money("10.00"), money("9.00"))
    decide(claimed.pk, REJECT, "No, they do not", "User:7", now())
    assert shopper.look(cart).subtotal == money("10.00")


def _policy(shop: Shop) -> ReferralPolicy:
    return ReferralPolicy.objects.get(program=shop.program)


def test_what_was_decided_of_a_lapsed_claim_brings_it_not_back(
    shop: Shop, ann: User
) -> None:
    # given
    claimed = try_code(friend_cart(shop), code_for(shop, ann).code)
    Referral.objects.update(state=ReferralState.LAPSED)

    # when
    decide(claimed.pk, ALLOW, "It was fine", "User:7", now())

    # then
    claimed.refresh_from_db()
    assert claimed.state == ReferralState.LAPSED
