"""Looks every second, while the others play, for what must not be at any time."""

from __future__ import annotations

import random
import threading
from contextlib import contextmanager
from importlib import import_module
from typing import Iterator

from django.db import connections

from saleor_rewards.host.capabilities import capabilities
from saleor_rewards.models import CheckoutVoucherSlot, OwnedVoucher, PriceAgreement

from . import carts, documents
from .actors import Cart, World
from .clients import Client
from .codes import OURS
from .journal import NATIVE

AUDIT = import_module(f"{__package__}.audit_{capabilities.adapter}")

SECONDS = 1


class Watcher:
    """A second shopper's eyes: every live code, and the price of one cart at a time."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.journal = world.journal
        self.client = Client(world.site.port, world.journal)
        self.random = random.Random(world.journal.seed)

    def watch(self) -> None:
        """Look until the play is over."""
        while not self.world.is_over.wait(SECONDS):
            try:
                self.look_for_strays()
                carts = self.world.open_carts()
                if carts:
                    self.compare(self.random.choice(carts))
            except Exception as error:
                self.journal.fault(f"the watcher itself: {error!r}")
        connections.close_all()

    def look_for_strays(self) -> None:
        """Keep the live codes of our form that no row of ours names."""
        live = [code for code in AUDIT.live_codes() if OURS.fullmatch(code)]
        # Read later than the codes, it knows each of them.
        known = set(OwnedVoucher.objects.values_list("code", flat=True))
        for code in set(live) - known:
            self.journal.strays.setdefault(code, self.journal.now())

    def compare(self, cart: Cart) -> None:
        """Keep a cart whose total is above what it would be without the plugin.

        Not of a cart that somebody paid, whose price stays, nor of one that points pay
        in part, nor where anything happened meanwhile.
        """
        token, begun_at = cart.token, self.journal.now()
        AUDIT.let_prices_expire(token)
        self._total(cart)
        before = self._state(token)
        total = self._total(cart)
        code = own_code(token)
        if total is None or code is None or AUDIT.has_points(token):
            return
        found = AUDIT.plain(token, code)
        is_paid = PriceAgreement.objects.filter(pk=token).exists()
        if found is None or is_paid or before != self._state(token):
            return
        if self.world.operator.locked() and AUDIT.waits(token):
            return
        if self.journal.has_stopped_since(begun_at):
            # The total may be one of that time, and the code as it was before.
            return
        self.journal.compared += 1
        if total > found.total:
            at = self.journal.now()
            text = f"{total} at {at}, without the plugin {found.total}, code {code!r}"
            text = f"{text}; {AUDIT.told(token)}; without: {found.told}"
            self.journal.dearer.setdefault(token, text)

    def _state(self, token: str) -> object:
        with self.world.natives:
            # Whatever staff were changing of Saleor's own is done now.
            return carts.state(token), len(self.journal.of(NATIVE))

    def _total(self, cart: Cart) -> object:
        owner = cart.owner
        self.client.authorization = owner.authorization if owner else None
        look = documents.BALANCE_LOOK
        return self.client.send("watch", look, token=cart.token).act.total


def own_code(token: str) -> str | None:
    """Return the shopper's own code of a cart, in its slot or waiting for it.

    None where the cart is gone.
    """
    slot = carts.slot(token)
    if slot is None or (slot and not OURS.fullmatch(slot)):
        return slot
    kept = CheckoutVoucherSlot.objects.filter(pk=token).first()
    return kept.shopper_code if kept and kept.is_displaced else ""


@contextmanager
def watching(world: World) -> Iterator[Watcher]:
    """Watch in a thread as long as the block runs."""
    watcher = Watcher(world)
    thread = threading.Thread(target=watcher.watch)
    thread.start()
    try:
        yield watcher
    finally:
        world.is_over.set()
        thread.join(60)
