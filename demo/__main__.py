"""``make demo``: a shop, a shopper's journey through it, and a page to click.

``python3 -m demo [--once] [--port PORT]``
"""

from __future__ import annotations

import argparse
import sys

from tools.hosts import pypi_host
from tools.postgres import server as postgres
from tools.report import errors_told, say

from .client import ShopError
from .journey import Journey
from .process import Shop, listen, serving
from .program import STAFF, set_up
from .report import show_agreement, show_differences, show_order, show_shop, show_step
from .sample import environ, fresh

DEFAULT_PORT = 8000


def main() -> int:
    arguments = parse()
    # Before any long step: that a port is taken is not to be found out late.
    listener = listen(arguments.port)
    host = pypi_host()
    with postgres() as server, fresh(server, host) as (url, media):
        with_plugin = environ(host, url, media, "demo.settings")
        without = environ(host, url, media, "demo.settings_plain")
        say("Starting the shop")
        with serving("demo", listener, host, with_plugin) as shop:
            shop.wait_until_up()
            set_up(shop.client)
            say(f"The shop is up: {shop.url}")
            say("Starting it once more without the plugin, to compare with")
            with serving("demo-plain", listen(0), host, without) as plain:
                differs = play(shop, plain)
            if not arguments.once:
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


def play(shop: Shop, plain: Shop) -> bool:
    """Play the journey; return whether anything differs."""
    plain.wait_until_up()
    journey = Journey(shop.client, plain.client, show_step)
    try:
        show_shop(journey.browse(), journey.currency)
        order = journey.play()
    except ShopError as error:
        show_differences([*journey.differences, f"The journey broke off: {error}"])
        return True
    show_order(order, journey.steps[-1])
    if journey.differences:
        show_differences(journey.differences)
    else:
        show_agreement(order)
    return bool(journey.differences)


def stay(shop: Shop) -> None:
    """Leave the shop running until somebody stops it."""
    print(
        f"\nThe shop is open: {shop.url}\n"
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
