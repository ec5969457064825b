"""The port to Saleor: what an adapter answers, and the data that it hands over."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ContextManager, Mapping, Protocol, Sequence

from .bindings import Binding, ChangeSigns, CheckoutMoney, GivenRewards
from .footprints import Footprint
from .shopper_slots import NativeVoucher, ShopperSlot

if TYPE_CHECKING:
    from saleor.account.models import User
    from saleor.checkout.models import Checkout

    from ..engine import Effect, Evaluation, Snapshot
    from ..ledger.facts import OrderFacts
    from ..models import RewardKind
    from ..programs.rulebook import Rulebook

#: The plugin's identifier in Saleor.
PLUGIN_ID = "rewards"


@dataclass(frozen=True)
class ChannelRef:
    """A sales channel: Saleor's primary key, slug and currency code."""

    pk: int
    slug: str
    currency: str


@dataclass(frozen=True)
class Reading:
    """What one look at a checkout found.

    ``shown`` maps the name of each offer that the shopper's prices carry now
    to its amount; ``edited`` those that they carried no longer since staff changed by
    hand what carries them. ``carrier`` is the adapter's own record of how they do.
    ``is_overdrawn`` says that more is taken off a line than it costs by now, and
    ``may_be_paid`` that Saleor knows of money for the checkout. ``lacks_taxes`` says
    that prices are without tax, and that how much comes on top is to be computed anew.
    ``unnoted`` is the address of a guest that nothing is told of before it is noted.
    ``slot`` is what is known of the shopper's own code.
    """

    snapshot: Snapshot
    shown: Mapping[str, Decimal] = field(default_factory=dict)
    edited: Mapping[str, Decimal] = field(default_factory=dict)
    carrier: Any = None
    binding: Binding = field(default_factory=Binding)
    is_overdrawn: bool = False
    may_be_paid: bool = False
    lacks_taxes: bool = False
    unnoted: str = ""
    slot: ShopperSlot = field(default_factory=ShopperSlot)


@dataclass(frozen=True)
class Person:
    """Somebody with an account in the shop.

    ``email`` is in lower case. ``is_confirmed`` says that the shop takes the address
    for theirs, ``is_welcome`` that it lets them in and waits for nothing more.
    ``language`` is empty where Saleor keeps none.
    """

    pk: int
    email: str
    is_confirmed: bool
    is_welcome: bool
    joined_at: datetime
    language: str = ""


@dataclass(frozen=True)
class Notice:
    """A mail to one person, in words and in ``payload`` for apps that send their own."""

    event: str
    recipient: str
    subject: str
    text: str
    html: str
    payload: Mapping[str, Any]


@dataclass(frozen=True)
class Payout:
    """A voucher for one use, or a gift card, of the shop's own, for one person.

    ``amount`` is in minor units of the channel's currency, above zero. Without
    ``ends_at`` it has no end. ``user_pk`` is whom it is for, ``name`` what staff see.
    """

    kind: RewardKind
    channel_pk: int
    currency: str
    amount: int
    name: str
    user_pk: int | None = None
    ends_at: datetime | None = None


@dataclass(frozen=True)
class Renewal:
    """Lets a voucher or gift card that had ended be good until ``ends_at``, or always."""

    ends_at: datetime | None


class Host(Protocol):
    """What differs between one Saleor and the next."""

    def channels(self) -> list[ChannelRef]:
        """Return every sales channel of the shop."""

    def checkout(self, checkout_token: str) -> Checkout | None:
        """Return a checkout, ``None`` where there is none."""

    def channel_pk(self, checkout: Checkout) -> int:
        """Return the primary key of the checkout's channel."""

    def plugin(self, request: Any, plugin_id: str) -> Any:
        """Return the plugin as Saleor loaded it for a request, or ``None``."""

    def read(
        self, checkout: Checkout, book: Rulebook, *, request: Any = None
    ) -> Reading | None:
        """Return what the engine needs to know, or ``None`` if the cart is gone.

        A ``request`` may be answered from a replica.
        """

    def write(
        self, checkout: Checkout, book: Rulebook, reading: Reading, now: Evaluation
    ) -> bool:
        """Make the shopper's prices carry ``now``; return whether they changed."""

    def carried(self, reading: Reading, now: Evaluation) -> tuple[Effect, ...] | None:
        """Return what the prices carry in place of ``now``.

        ``None`` where it is just that, line by line.
        """

    def money(
        self, checkout_token: str, at: datetime, binding: Binding | None = None
    ) -> CheckoutMoney | None:
        """Return what a checkout costs and what was paid, ``None`` where it is gone.

        A gateway that was asked at ``gate_at`` may not have answered yet.
        """

    def promises_last(self) -> timedelta:
        """Return for how long money that was only promised keeps a price."""

    def payments_begun(
        self, checkout_token: str, since: datetime
    ) -> list[tuple[datetime, int]]:
        """Return when somebody began to pay for a checkout since a moment, and what.

        By an app that takes the money before the gate; oldest first, in minor units.
        """

    def is_completing(self, checkout_token: str, at: datetime) -> bool:
        """Return whether Saleor says that an order of a checkout is on its way."""

    def price(self, attempt: Any, now: Evaluation) -> int:
        """Return what an order that gets ``now`` would cost, gift cards not taken off.

        ``attempt`` is what Saleor hands to the gate.
        """

    def charges_as_evaluated(self, attempt: Any, now: Evaluation) -> bool:
        """Return whether the order would cost what an evaluation comes to.

        ``attempt`` is what Saleor hands to the gate. Asked under the checkout's lock.
        """

    def undo_attempt(self, attempt: Any) -> None:
        """Undo what Saleor counted for an order before it asked the gate."""

    def is_as_read(self, attempt: Any, reading: Reading) -> bool:
        """Return whether Saleor is about to order the goods that were read."""

    def compute_prices(self, checkout: Checkout) -> None:
        """Let Saleor compute stored prices that expired, and what is paid of them."""

    def hold_prices(self, checkout_token: str, until: datetime) -> None:
        """Let stored prices that hold now hold at least ``until`` then."""

    def locked(self, checkout_token: str) -> ContextManager[bool]:
        """Open a transaction of ours in which a checkout's row is locked.

        It says ``False`` where the checkout is gone.
        """

    def lock_if_free(self, checkout_token: str) -> bool:
        """Lock a checkout's row at once, or say ``False`` where somebody else has it."""

    def lock_shared(self, checkout_token: str) -> None:
        """Keep a checkout's row from being locked or changed, beside others who do."""

    def given(self, order_pk: str) -> GivenRewards | None:
        """Return what an order's rows say that it got, ``None`` where none say it."""

    def note_order(self, order_pk: str, text: str) -> None:
        """Add a note for staff to an order's history, by nobody in particular."""

    def rewarded_orders(self, pks: Sequence[str]) -> set[str]:
        """Return those of the orders whose rows say that they got something."""

    def writing(self) -> ContextManager[None]:
        """Return a block in which writing outside a mutation is meant."""

    def checkouts_to_revisit(
        self, variant_pk: int, after: str, limit: int
    ) -> list[Checkout]:
        """Return up to ``limit`` checkouts that hold a variant and carry offers.

        In order of their keys, which are all above ``after``; none where no price of
        theirs is stored.
        """

    def living_checkouts(self, tokens: list[str]) -> set[str]:
        """Return those of the tokens that a checkout still has."""

    def ordered_checkouts(self, tokens: list[str]) -> dict[str, list[str]]:
        """Return the keys of the orders made of these checkouts, oldest first."""

    def orders(self, pks: Sequence[str]) -> dict[str, OrderFacts]:
        """Return the facts of orders by key; drafts and missing ones are left out.

        Always as they stand on the writer, with what Stripe told of their payments,
        in a constant number of queries.
        """

    def orders_after(
        self, after: str, limit: int, since: datetime
    ) -> list[tuple[str, str]]:
        """Return up to ``limit`` orders placed at or after ``since``, oldest first.

        Each as where it stands, to go on ``after``, and its key. All where ``after``
        is empty; drafts are left out.
        """

    def orders_changed(self, after: str, limit: int, signs: ChangeSigns) -> list[str]:
        """Return up to ``limit`` orders and drafts ``after`` a key that may have changed."""

    def orders_paid_by(
        self, references: Sequence[str], gateways: Sequence[str]
    ) -> dict[str, set[str]]:
        """Return the keys of the orders that were paid with these references.

        A reference is the payment provider's own name for a payment, as Saleor's own
        Stripe plugin or one of the ``gateways`` answered it. Without any of them all
        payment apps count. Those that no order has are left out.
        """

    def has_ordered(self, user_pk: int | None, email: str) -> bool:
        """Return whether an account or address has an order that came to something."""

    def orders_before(self, facts: OrderFacts) -> int:
        """Return how many orders the same person placed before that came to something."""

    def carries_points(self, checkout: Checkout) -> bool:
        """Return whether spent points take something off a checkout's prices."""

    def drop_points(self, checkout: Checkout) -> None:
        """Take what spent points carry off a checkout, where its prices are stored.

        Touches no table of the ledger.
        """

    def forget_receipts(self, limit: int) -> int:
        """Forget up to ``limit`` receipts of checkouts that are no orders yet."""

    def forget_typed_addresses(self, at: datetime, limit: int) -> int:
        """Forget up to ``limit`` addresses of checkouts that are gone for a day."""

    def native_voucher(self, code: str) -> NativeVoucher | None:
        """Return what there is to know of the voucher that has a code, if one has."""

    def note_count(self, attempt: Any, reading: Reading) -> None:
        """Remember the code whose use is about to be counted for a try to order."""

    def forget_own_count(self, checkout_token: str) -> None:
        """Let Saleor count what comes into a slot in which a voucher of ours is."""

    def take_code(self, checkout_token: str, code: str) -> None:
        """Take a code off a checkout that has it."""

    def put_code(self, checkout_token: str, code: str) -> None:
        """Put a code on a checkout as it is, asking nobody."""

    def purge_voucher_slots(self, limit: int) -> int:
        """Delete what is kept of up to ``limit`` voucher slots whose checkout is gone."""

    def withdraw(self, after: str, limit: int) -> str | None:
        """Take our effects off up to ``limit`` checkouts that are not paid.

        Looks at those from the key ``after`` on and returns the last one's key, ``None``
        where no more are left. What somebody is changing is left to the next time.
        """

    def withdraw_from(self, checkout_token: str) -> None:
        """Take our effects off one checkout, unless it is paid or somebody changes it."""

    def carrying_checkouts(self, tokens: list[str] | None = None) -> list[str]:
        """Return which checkouts, of all or of ``tokens``, carry offers while stopped."""

    def end_vouchers(self) -> None:
        """End the vouchers that carry offers, but for those of paid checkouts."""

    def end_strays(self) -> None:
        """End vouchers that were made to carry offers and that no row names."""

    def end_unasked_vouchers(self, after: int, limit: int, at: datetime) -> int | None:
        """End, and later delete, up to ``limit`` vouchers that no rule asks for.

        From a key on; returns the last one's, ``None`` where no more are left. Ask in
        a transaction. Those that a checkout or an order has stay.
        """

    def live_vouchers(self) -> list[str]:
        """Return the codes of vouchers that carry offers and have not ended."""

    def loaded_plugin(self, plugin_id: str) -> Any:
        """Return the plugin as Saleor loads it outside a request, or ``None``."""

    def person(self, user: User) -> Person:
        """Return what we have to know of a user."""

    def people(self, user_pks: list[int]) -> dict[int, Person]:
        """Return those of the users that are still there, by primary key."""

    def person_with_email(self, email: str) -> Person | None:
        """Return who has an e-mail address, however it is written."""

    def people_with_emails(self, emails: list[str]) -> dict[str, Person]:
        """Return those who have one of the addresses, by address in lower case."""

    def has_permissions(self, name: str, permissions: Sequence[str]) -> bool:
        """Return whether a user or an app, as ``User:7`` or ``App:3``, has them all."""

    def newcomers(self, since: datetime, after: int, limit: int) -> list[Person]:
        """Return up to ``limit`` welcome customers who joined at ``since`` or later.

        In order of their primary keys, which are all above ``after``.
        """

    def people_with(
        self, key: str, after: int, limit: int
    ) -> list[tuple[Person, object]]:
        """Return up to ``limit`` welcome customers with a public metadata key.

        Each with the value that stands there, in order of their primary keys, which
        are all above ``after``.
        """

    def footprint(self, user_pk: int | None, email: str) -> Footprint:
        """Return what a user, or whoever gives an e-mail address, left in the shop.

        In a constant number of queries; nothing for nobody.
        """

    def order_footprint(self, order_pk: str) -> Footprint:
        """Return what the buyer left with one order, nothing where it is gone."""

    def make_payout(self, payout: Payout) -> tuple[int, str]:
        """Make a voucher or gift card; return its primary key and code.

        Nobody can use it before the transaction is committed.
        """

    def payout_left(self, kind: RewardKind, pk: int) -> int | None:
        """Return what was not spent of a voucher or gift card, in minor units.

        Nobody spends of it until the transaction ends. ``None`` where it is gone.
        """

    def change_payout(
        self, kind: RewardKind, pk: int, amount: int, renewal: Renewal | None
    ) -> None:
        """Leave an amount to be spent of a voucher or gift card, whatever was spent.

        With a ``renewal`` it can be used again. With an amount of 0 nobody can use it
        any more, as little as what a checkout has of it already.
        """

    def mail(self, notice: Notice, channel_pk: int) -> bool:
        """Send a mail as the shop does, ``False`` where it sends none; raise what fails."""
