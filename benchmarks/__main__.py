"""Prints every ratio beside its budget. Runs on the Python of a Saleor."""

from __future__ import annotations

import logging

import django

HEAD = f"{'':58}{'budget':>7}  ratio (middle half), medians"


def row(name: str, budget: str, ratio: object) -> None:
    print(f"{name:58}{budget:>7}  {ratio}", flush=True)


def main() -> None:
    from . import engine, startup

    print(HEAD)
    row("engine, 1,000 rules against 10, none matches", "3", engine.measure("9000"))
    row("engine, 1,000 rules against 10, all match", "-", engine.measure("1"))
    row("django.setup() with the package against without", "1.03", startup.measure())

    django.setup()
    # Saleor tells of every task; the table has to stay readable.
    logging.disable(logging.WARNING)
    from . import checkout, names

    bench = checkout.Bench()
    for name, first in (
        ("none matches", checkout.NONE_MATCH),
        ("all match", checkout.ALL_MATCH),
    ):
        row(
            f"mutation, 20 rules against the plugin off, {name}",
            "1.05",
            checkout.against_off(bench, first),
        )
    for name, first, budget in (
        ("none matches", checkout.NONE_MATCH, "1.05"),
        ("all match", checkout.ALL_MATCH, "1.5"),
    ):
        row(
            f"mutation, 1,000 rules against 10, {name}",
            budget,
            checkout.many_against_few(bench, first),
        )
    row(
        "a cart's rewards under 95 names against one, 100 rules",
        "-",
        names.many_against_one(names.Bench()),
    )
    ledger_rows()


def ledger_rows() -> None:
    from . import ledger

    row(
        "postings against bare rows, in the same time (at least)",
        "0.35",
        ledger.measure_posting(),
    )
    row(
        "balance after 100,000 entries against after 10",
        "1.3",
        ledger.measure_balance(),
    )
    row(
        f"expiry of {ledger.EXPIRING:,} lots against as many bare rows",
        "2.0",
        ledger.Expiry().measure(),
    )


if __name__ == "__main__":
    main()
