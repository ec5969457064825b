"""``make demo``: a shop, a shopper's journey through it, and a page to click.

``python3 -m demo [--once] [--port PORT]``
"""

from __future__ import annotations

import argparse
import sys

from tools.hosts import one_host
from tools.postgres import server as postgres
from tools.report import errors_told, say

from .checks import Order
from .client import ShopError
from .friends import Friends
from .journey import Journey
from .process import Shop, listen, serving
from .program import STAFF, Opened, set_up
from .report import (
    show_account,
    show_agreement,
    show_another,
    show_code,
    show_differences,
    show_friends,
    show_order,
    show_postings,
    show_refund,
    show_refusal,
    show_revocations,
    show_shop,
    show_step,
    show_visit,
)
from .sample import environ, fresh
from .shoppers import ADA, ADA_AGAIN, BEN, CLEO, ZOFIA
from .visit import Sides

DEFAULT_PORT = 8000


def main() -> int:
    arguments = parse()
    # Before any long step: that a port is taken is not to be found out late.
    listener = listen(arguments.port)
    host = one_host()
    needed = postgres(host.newest_postgres)
    with needed as server, fresh(server, host) as (url, media):
        with_plugin = environ(host, url, media)
        without = environ(host, url, media, plugin=False)
        say("Starting the shop")
        with serving("demo", listener, host, with_plugin) as shop:
            shop.wait_until_up()
            opened = set_up(shop.client)
            say(f"The shop is up on {host.name}: {shop.url}")
            say("Starting it once more without the plugin, to compare with")
            with serving("demo-plain", listen(0), host, without) as plain:
                differs = play(shop, plain, opened)
            if not arguments.once:
                if shop.client.talk.HAS_TILL and opened.bank.token:
                    shop.hand_over(opened.bank.token)
                stay(shop)
    return 1 if differs else 0


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python3 -m demo")
    parser.add_argument("--once", action="store_true", help="journey, then exit")
    parser.add_argument("--port", type=int, help=f"default: {DEFAULT_PORT}")
    arguments = parser.parse_args()
    if arguments.port is None:
        arguments.port = 0 if arguments.once else DEFAULT_PORT
    return arguments


def play(shop: Shop, plain: Shop, opened: Opened) -> bool:
    """Play the journey; return whether anything differs."""
    plain.wait_until_up()
    main, *others = (
        Sides(shop.client, plain.client, opened.staff, opened.bank, channel)
        for channel in opened.channels
    )
    journey = Journey(main, show_step)
    try:
        orders = go(journey)
        orders += [go_elsewhere(journey, sides) for sides in others]
    except ShopError as error:
        show_differences([*journey.differences, f"The journey broke off: {error}"])
        return True
    if journey.differences:
        show_differences(journey.differences)
    else:
        show_agreement(orders, shop.client.talk.PAID_BY)
    return bool(journey.differences)


def go(journey: Journey) -> list[Order]:
    """Tell visits, refunds and friends as they happen; return the orders."""
    show_shop(journey.browse(), journey.sides.channel)
    journey.open_account()
    show_visit("Ada opens an account and comes for the first time.")
    first = journey.first_visit()
    show_order(first, journey.last)
    show_account(journey.account)
    show_visit(
        "She comes again and spends a part of what she earned. From now on the shop "
        "gives\nits customers 14 days to return things: what they earn is pending until "
        "then."
    )
    second = journey.second_visit()
    show_order(second, journey.last)
    show_account(journey.account)
    show_refund(journey.refund(second, 3))
    show_postings(journey.account)
    show_account(journey.account)
    friends = Friends(journey)
    bought = go_with(friends)
    journey.leave()
    return [first, second, *bought]


def go_elsewhere(journey: Journey, sides: Sides) -> Order:
    """Tell of a visit in another channel; return its order."""
    show_visit(
        f"The shop also sells in {sides.channel.currency}, by a program with amounts of "
        f"its own. Zofia\nopens an account in the channel {sides.channel.slug}."
    )
    visitor = Journey(sides, show_step, ZOFIA)
    order = visitor.visit_elsewhere()
    journey.differences += visitor.differences
    show_order(order, visitor.last)
    show_account(visitor.account, "Zofia")
    return order


def go_with(friends: Friends) -> list[Order]:
    """Tell what Ada's friends do, and what she tries herself; return their orders."""
    show_code(friends.referrer)
    show_visit("Ben opens her link and an account, and buys for the first time.")
    ben = friends.invited(BEN)
    order = friends.buys(ben)
    show_order(order, ben.last)
    show_friends(friends.referrer)
    show_visit(
        "Ada tries the code herself, as a guest with another e-mail address: "
        f"{ADA_AGAIN.email}."
    )
    show_refusal(*friends.tries_herself())
    show_revocations(order, [friends.returns(ben, order, part) for part in (3, 1)])
    show_friends(friends.referrer)
    kept = friends.buys(friends.invited(CLEO, tells=False))
    show_another(kept)
    show_friends(friends.referrer)
    show_account(friends.member.account)
    return [order, kept]


def stay(shop: Shop) -> None:
    """Leave the shop running until somebody stops it."""
    print(
        f"\nThe shop is open: {shop.url} (Ada: {ADA.email}, {ADA.password})\n"
        f"GraphQL: {shop.url}graphql/ (staff: {STAFF['email']}, {STAFF['password']})\n"
        "Ctrl-C closes it; the next start is a fresh shop.",
        flush=True,
    )
    try:
        shop.wait_until_gone()
    except KeyboardInterrupt:
        print("\nClosing the shop.", flush=True)


if __name__ == "__main__":
    with errors_told():
        sys.exit(main())
