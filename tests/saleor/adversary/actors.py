"""Shoppers of the adversary: what they hold in their hands, and whose turn it is."""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import count
from typing import Any, Callable

from . import documents
from .clients import Answer, Client
from .journal import Act, Journal
from .processes import Site
from .stage import Goods, Member, Stage

numbers = count(1)


@dataclass
class Cart:
    """A checkout as the shoppers know it."""

    id: str
    token: str
    channel: str
    owner: Member | None
    goods: Goods
    quantity: int
    has_method: bool = False
    codes: list[str] = field(default_factory=list)
    points: int = 0
    held: Decimal = Decimal(0)
    order_id: str = ""
    is_over: bool = False

    @property
    def worth(self) -> int:
        """What is in it, in units of the currency."""
        return self.goods.price * self.quantity


class World:
    """What all shoppers share: the shop, the carts, the orders."""

    def __init__(
        self, site: Site, stage: Stage, journal: Journal, app: int, clients: int
    ) -> None:
        self.site = site
        self.clients = clients
        self.stage = stage
        self.journal = journal
        self.app_port = app
        self.carts: list[Cart] = []
        self.by_token: dict[str, Cart] = {}
        self.orders: list[Cart] = []
        self.single_codes = list(stage.single_codes)
        self.cards = list(stage.cards)
        #: Codes of the plugin's vouchers that somebody saw, and their vouchers' ids.
        self.our_codes: dict[str, str] = {}
        #: Running promotions of Saleor's, each with its rule that can be changed.
        self.promotions: dict[str, str] = {}
        self.operator = threading.Lock()
        self.natives = threading.Lock()
        self.next_switch_at = Decimal(10)
        self.is_over = threading.Event()

    def put(self, cart: Cart) -> None:
        """Let everybody see a new cart; forget old ones."""
        self.carts.append(cart)
        self.by_token[cart.token] = cart
        del self.carts[:-60]

    def open_carts(self) -> list[Cart]:
        """Return the carts that are no order yet."""
        return [cart for cart in list(self.carts) if not cart.is_over]


class Actor:
    """One shopper with a random mind, a browser and a second tab."""

    def __init__(self, world: World, number: int) -> None:
        self.world = world
        self.stage = world.stage
        self.journal = world.journal
        self.random = random.Random(f"{world.journal.seed}:{number}")
        self.browser = Client(world.site.port, world.journal)
        self.tab = Client(world.site.port, world.journal)
        self.staff = Client(world.site.port, world.journal, self.stage.staff, True)
        self.scout = Client(world.site.port, world.journal, self.stage.scout, True)
        self.app = Client(world.site.port, world.journal, self.stage.app)
        self.mine: Cart | None = None
        self.looked_at = world.journal.now()
        self.last_total: Decimal | None = None

    def chance(self, percent: int) -> bool:
        """Throw the dice."""
        return self.random.randrange(100) < percent

    def pause(self, least: int, most: int) -> None:
        """Wait for some milliseconds."""
        time.sleep(self.random.randint(least, most) / 1000)

    def choose(self, table: list[tuple[int, Callable[..., Any]]]) -> Callable[..., Any]:
        """Return one of the actions by weight."""
        weights, actions = zip(*table)
        return self.random.choices(actions, weights)[0]  # type: ignore[no-any-return]

    def cart(self) -> Cart | None:
        """Return the shopper's own cart, or now and then somebody else's."""
        others = self.world.open_carts()
        if others and self.chance(25):
            return self.random.choice(others)
        return self.mine if self.mine and not self.mine.is_over else None

    def on(
        self, cart: Cart, name: str, *, tab: bool = False, detail: str = "", **more: Any
    ) -> Answer:
        """Send one of the documents about a cart, as whoever owns the cart."""
        client = self.tab if tab else self.browser
        client.authorization = cart.owner.authorization if cart.owner else None
        document = getattr(documents, name)
        answer = client.send(
            name, document, cart.token, detail=detail, cart=cart.id, **more
        )
        if {"NOT_FOUND", "CHECKOUT_NOT_FOUND"} & answer.act.codes:
            cart.is_over = True
        return answer

    def look(self, cart: Cart, document: str, *, tab: bool = False) -> Decimal | None:
        """Read a cart and return the total that it shows."""
        client = self.tab if tab else self.browser
        client.authorization = cart.owner.authorization if cart.owner else None
        answer = client.send("look", document, cart.token, token=cart.token)
        if not tab:
            self.looked_at = answer.act.begun_at
        if not answer.payload:
            cart.is_over = True
        return answer.act.total

    def job(self, path: str, cart: Cart | None = None, *arguments: Any) -> str:
        """Let the worker run a task."""
        act = self.journal.begin("job", path.rsplit(".", 1)[1])
        told = self.world.site.worker.run(path, *arguments)
        if told != "done":
            self.journal.fault(f"job {path}: {told}")
        self.journal.end(act, *([cart.token] if cart else []))
        return told

    def pay_by_app(self, cart: Cart, mode: str, amount: Decimal) -> bool:
        """Pay at the payment app; return whether it said yes."""
        body = {"cart": cart.id, "token": cart.token, "mode": mode}
        body["amount"] = str(amount)
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.world.app_port, timeout=120
        )
        try:
            connection.request("POST", "/", json.dumps(body))
            return not json.loads(connection.getresponse().read())["errors"]
        finally:
            connection.close()

    def note_payment(self, mode: str, total: Decimal, amount: Decimal) -> Act:
        """Begin an act that says what was paid when which total was shown.

        It began with the look at the total.
        """
        act = self.journal.begin("paid", f"{amount} by {mode}")
        act.begun_at = self.looked_at
        act.total, act.shown, act.paid = total, total, amount
        return act
