"""What is in the shop that the adversary gets: goods, rules, members, codes, cards."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib.util import find_spec

import graphene
from django.utils import timezone
from saleor.account.models import User

from saleor_rewards.host.capabilities import capabilities
from saleor_rewards.host.current import host
from saleor_rewards.ledger import member as member_account
from saleor_rewards.ledger import posting
from saleor_rewards.models import ReferralCode
from saleor_rewards.programs import update_referrals
from saleor_rewards.referrals.member_codes import code_of

from ..merchants import app, staff
from ..world import HOST, Shop, open_shop
from .discounts import ShopCode, shop_codes

#: Points are worth a cent each.
POINTS_PER_UNIT = 100
START_POINTS = 1200
MEMBERS = 10
#: Rules that give all the time, and rules that staff begins and ends.
STEADY = "Ladder"
FLASHES = ("Flash A", "Flash B")
FRIEND = "Friend"
RULES = (STEADY, *FLASHES, FRIEND)

STAFF = (
    "manage_discounts",
    "manage_orders",
    "manage_users",
    "manage_plugins",
    "manage_checkouts",
)
APP = ("handle_payments", "handle_checkouts", "manage_orders", "manage_checkouts")
#: An app that sees the vouchers of carts.
SCOUT = ("manage_discounts", "manage_checkouts")


@dataclass(frozen=True)
class Member:
    """A customer with points, an access token and a code for friends."""

    email: str
    user_id: str
    authorization: str
    codes: dict[str, str]


@dataclass(frozen=True)
class Goods:
    """A variant's global id and what it costs, in units of the currency."""

    id: str
    price: int
    ships: bool


@dataclass
class Stage:
    """All that the clients know of the shop."""

    channels: list[str]
    goods: list[Goods]
    methods: list[str]
    members: list[Member]
    codes: list[str]
    single_codes: list[str]
    cards: list[str]
    shop_codes: dict[str, ShopCode]
    flashes: dict[str, list[str]]
    shipping_rules: dict[str, str]
    channel_ids: dict[str, str]
    gift: str
    staff: str
    app: str
    scout: str
    has_transactions: bool = capabilities.transactions
    #: A Saleor without gateways of its own asks payment plugins no more.
    has_legacy: bool = field(
        default=find_spec("saleor.payment.gateways.dummy") is not None
    )


def set_stage() -> Stage:
    """Build the shop in the test's database."""
    shop = open_shop()
    # The cards' currency is that of the one channel.
    cards = [HOST.make_gift_card(f"CARD{n}", "25.00").code for n in range(80)]
    channels = [shop.channel.slug]
    if capabilities.transactions:
        channels += _open_more_channels()
    goods = [_goods("10.00", False), _goods("30.00", False), _goods("20.00", True)]
    methods = [HOST.make_shipping_method("10.00")]
    flashes, shipping_rules = {}, {}
    members = [_member(number) for number in range(MEMBERS)]
    for ref in host.channels():
        flashes[ref.slug] = _rules(Shop(ref), members)
        rule = Shop(ref).free_shipping("60.00")
        shipping_rules[ref.slug] = graphene.Node.to_global_id("RewardsRule", rule.pk)
    return Stage(
        channels=channels,
        goods=goods,
        methods=[graphene.Node.to_global_id("ShippingMethod", m.pk) for m in methods],
        members=members,
        codes=[_voucher(f"TEN{n}", "10", None) for n in range(2)],
        single_codes=[_voucher(f"ONCE{n}", "15", 1) for n in range(300)],
        cards=cards,
        shop_codes=shop_codes(),
        flashes=flashes,
        shipping_rules=shipping_rules,
        channel_ids=_channel_ids(),
        gift=_goods("5.00", False).id,
        staff=str(staff(*STAFF).authorization),
        app=str(app(*APP).authorization) if capabilities.transactions else "",
        scout=str(app(*SCOUT).authorization) if capabilities.transactions else "",
    )


def _open_more_channels() -> list[str]:
    """Open one that orders before payment and one that orders by itself."""
    for slug, option in (
        ("unpaid", "allow_unpaid_orders"),
        ("auto", "automatically_complete_fully_paid_checkouts"),
    ):
        channel = HOST.make_channel(slug, "USD")
        # Some Saleors have no orders that make themselves.
        if hasattr(channel, option):
            setattr(channel, option, True)
        channel.save()
        HOST.open_warehouse(slug)
    return ["unpaid", "auto"]


def listen(port: int) -> None:
    """Let Saleor call the payment app for what shoppers begin to pay."""
    if not capabilities.transactions:
        return
    from saleor.app.models import App
    from saleor.webhook.models import Webhook

    from ..transactions import IDENTIFIER

    webhook = Webhook.objects.create(
        app=App.objects.get(identifier=IDENTIFIER),
        name="Payments",
        target_url=f"http://127.0.0.1:{port}/",
    )
    webhook.events.create(event_type="transaction_initialize_session")


def _channel_ids() -> dict[str, str]:
    """Return the global ids of the channels by slug, where there are channels."""
    if not capabilities.transactions:
        return {}
    from saleor.channel.models import Channel

    return {
        channel.slug: graphene.Node.to_global_id("Channel", channel.pk)
        for channel in Channel.objects.all()
    }


def _goods(price: str, ships: bool) -> Goods:
    variant = HOST.make_product(price, ships=ships, stock=1_000_000)
    pk = graphene.Node.to_global_id("ProductVariant", variant.pk)
    return Goods(pk, int(price.split(".")[0]), ships)


def _rules(shop: Shop, members: list[Member]) -> list[str]:
    """Save a channel's rules; return the ids of those that come and go."""
    currency = shop.channel.currency
    shop.points(hold_minutes=5)
    update_referrals(
        shop.program.pk,
        is_active=True,
        hold_days=0,
        review_weight=1000,
        reject_weight=1000,
    )
    steps = [{"from": {currency: "20.00"}, "percent": "10"}]
    shop.rule(STEADY, {"type": "LADDER", "steps": steps})
    shop.earning()
    shop.rule(
        FRIEND,
        {"type": "AMOUNT_OFF", "amounts": {currency: "5.00"}},
        conditions={"has_referral": True},
        priority=5,
    )
    for member in members:
        _enrol(shop, member)
    flashes = [
        shop.rule(name, {"type": "PERCENT_OFF", "percent": percent}, priority=priority)
        for name, percent, priority in zip(FLASHES, ("20", "30"), (8, 9))
    ]
    return [graphene.Node.to_global_id("RewardsRule", rule.pk) for rule in flashes]


def _member(number: int) -> Member:
    email = f"member{number}@example.com"
    token = HOST.sign_up(email)
    user = User.objects.get(email=email)
    return Member(
        email=email,
        user_id=graphene.Node.to_global_id("User", user.pk),
        authorization=f"JWT {token}",
        codes={},
    )


def _enrol(shop: Shop, member: Member) -> None:
    """Open an account with points, and make the code for friends."""
    user = User.objects.get(email=member.email)
    at = timezone.now()
    account = member_account(shop.program.pk, user.pk, member.email, at)
    with posting(account.pk, at) as book:
        key = f"start:{shop.channel.slug}:{member.email}"
        book.earn(START_POINTS, key=key, available_from=at)
    code: ReferralCode = code_of(shop.program.pk, user, at)
    member.codes[shop.channel.slug] = code.code


def _voucher(code: str, percent: str, limit: int | None) -> str:
    voucher = HOST.make_voucher(code, percent)
    voucher.usage_limit = limit
    voucher.save(update_fields=["usage_limit"])
    return code
