"""Ways to cheat, most of them tried wherever friends are rewarded."""

from __future__ import annotations

from datetime import timedelta

from .people import ANNA, OLEG, Case, Person, home, stranger

GUEST = OLEG.but(pk=None)


def mailbox(story: str, mine: str, other: str) -> Case:
    """Return the case of one mailbox under two names."""
    referrer, referee = ANNA.but(emails=mine), OLEG.but(emails=other)
    return Case(story, "reject", ["SAME_EMAIL"], referee, referrer)


def farm(*numbers: int, **changes: object) -> list[Person]:
    """Return people who were made up: they have something in common."""
    return [stranger(number, **changes) for number in numbers]


MAILBOXES = [
    mailbox("A tag behind a plus", "anna@gmail.com", "anna+shop@gmail.com"),
    mailbox("Dots in a Gmail name", "anna.nowak@gmail.com", "a.nna.nowak@gmail.com"),
    mailbox("Gmail's other domain", "anna@gmail.com", "a.n.na@googlemail.com"),
    mailbox("Capitals and wide letters", "anna@gmail.com", "\uff21NNA@Gmail.com"),
    mailbox("Apple's other domains", "anna@icloud.com", "anna+2@me.com"),
    mailbox("Proton's other domains", "anna_n@proton.me", "an.na-n@pm.me"),
    mailbox("Yandex's other domains", "anna.n@yandex.ru", "anna-n+1@ya.ru"),
    mailbox("Two disposable Yahoo names", "anna-1@yahoo.com", "anna-two@yahoo.com"),
    mailbox("A tag at Outlook", "anna@outlook.com", "anna+new@outlook.com"),
    mailbox("A Fastmail subdomain", "anna@fastmail.com", "x@anna.fastmail.com"),
    mailbox("A tag at a domain of one's own", "anna@nowak.pl", "anna+7@nowak.pl"),
    mailbox("A name in quotes", "anna@gmail.com", '"an.na"@gmail.com'),
    mailbox("A domain in punycode", "a@b\xfccher.de", "a@xn--bcher-kva.de"),
]

FRAUDS = [
    Case("The own code, logged in", "reject", ["SAME_ACCOUNT"], OLEG.but(pk=1)),
    Case(
        "The own code, as a guest",
        "reject",
        ["SAME_EMAIL"],
        GUEST.but(emails=ANNA.emails),
    ),
    *MAILBOXES,
    Case(
        "A second mailbox, the rest one's own",
        "review",
        ["SAME_ADDRESS", "SAME_CARD", "SAME_IP"],
        ANNA.but(pk=None, emails="other@example.com"),
    ),
    Case(
        "A second mailbox and the own card, sent to somebody else",
        "review",
        ["SAME_CARD"],
        GUEST.but(cards=ANNA.cards),
    ),
    Case(
        "A household, each with a card",
        "review",
        ["SAME_ADDRESS", "SAME_IP"],
        OLEG.but(addresses=ANNA.addresses, ips=ANNA.ips),
    ),
    Case(
        "The own home, spelled another way",
        "review",
        ["SAME_ADDRESS"],
        OLEG.but(addresses=home("POLNA 5/3", "", "00625", "Warsaw")),
    ),
    Case(
        "The own home, flat in the second line",
        "review",
        ["SAME_ADDRESS"],
        OLEG.but(addresses=home("Polna nr 5", "lok. 3, dzwonek Nowak")),
    ),
    Case(
        "The own home in German, umlauts and all",
        "review",
        ["SAME_ADDRESS"],
        OLEG.but(addresses=home("Muellerstr. 12 A", "", "50667", "Koeln", "DE")),
        ANNA.but(
            addresses=home("M\xfcllerstra\xdfe 12a", "", "50667", "K\xf6ln", "DE")
        ),
    ),
    Case(
        "The own billing address on a parcel to a stranger",
        "review",
        ["SAME_ADDRESS"],
        OLEG.but(addresses=(*OLEG.addresses, *ANNA.addresses)),
    ),
    Case(
        "One card for three friends' orders",
        "review",
        ["REPEATED_CARD"],
        siblings=farm(1, 2, cards="card-of-oleg"),
    ),
    Case(
        "One card for friends of several members",
        "review",
        ["REPEATED_CARD"],
        strangers=farm(1, cards="card-of-oleg"),
    ),
    Case(
        "One mailbox, brought by member after member",
        "review",
        ["REPEATED_EMAIL"],
        OLEG.but(emails="o.leg@gmail.com"),
        strangers=farm(1, 2, emails="oleg+1@gmail.com"),
    ),
    Case("A circle of two", "review", ["CIRCLE"], brought_by=[(OLEG, 10)]),
    Case(
        "A circle of three",
        "review",
        ["CIRCLE"],
        brought_by=[(stranger(1), 20), (OLEG, 40)],
    ),
    Case(
        "A circle closed as a guest",
        "review",
        ["CIRCLE"],
        GUEST.but(emails="oleg@GMAIL.com"),
        brought_by=[(OLEG.but(emails="o.leg@gmail.com"), 10)],
    ),
    Case(
        "A circle paid with one card",
        "reject",
        ["SAME_CARD", "CIRCLE"],
        OLEG.but(cards=ANNA.cards),
        brought_by=[(OLEG, 10)],
    ),
    Case(
        "A chain of accounts made in three days",
        "review",
        ["CHAIN"],
        brought_by=[(stranger(1), 1), (stranger(2), 2)],
    ),
    Case("A burst of made-up friends", "review", ["BURST"], more={"orders_of_day": 12}),
    Case(
        "A burst from one network",
        "reject",
        ["REPEATED_IP", "BURST"],
        siblings=farm(1, 2, 3, 4, 5, ips=OLEG.ips),
        more={"orders_of_day": 6},
    ),
    Case(
        "Many friends from one network, one a day",
        "review",
        ["REPEATED_IP"],
        siblings=farm(1, 2, 3, ips=OLEG.ips),
    ),
    Case(
        "Many friends from one network of version 6",
        "review",
        ["REPEATED_IP"],
        OLEG.but(ips="2001:db8:0:7::1"),
        siblings=[stranger(n, ips=f"2001:db8:0:7:a::{n}") for n in (1, 2, 3)],
    ),
    Case(
        "One door for all parcels, one card for all orders",
        "review",
        ["REPEATED_CARD", "REPEATED_ADDRESS"],
        siblings=farm(1, 2, addresses=OLEG.addresses, cards=OLEG.cards),
    ),
    Case(
        "Friends who send everything back",
        "review",
        ["RETURNED_GOODS"],
        more={"referees_paid": 4, "referees_returned": 3},
    ),
    Case(
        "Friends who send everything back, paid with one card",
        "reject",
        ["REPEATED_CARD", "RETURNED_GOODS"],
        siblings=farm(1, cards=OLEG.cards),
        more={"referees_paid": 2, "referees_returned": 2},
    ),
    Case(
        "An account made for its code",
        "review",
        ["YOUNG_ACCOUNT", "NEVER_ORDERED"],
        joined=timedelta(hours=1),
        more={"referrer_orders": 0},
    ),
    Case(
        "An account made for its code, found by the card",
        "reject",
        ["SAME_CARD", "YOUNG_ACCOUNT", "NEVER_ORDERED"],
        OLEG.but(cards=ANNA.cards),
        joined=timedelta(hours=1),
        more={"referrer_orders": 0},
    ),
    Case(
        "A sleeping second account on the same network",
        "review",
        ["SAME_IP", "NEVER_ORDERED"],
        OLEG.but(ips=ANNA.ips),
        more={"referrer_orders": 0},
    ),
    Case(
        "A customer whose orders from before turn up under the friend's name",
        "reject",
        ["NOT_FIRST_ORDER"],
        more={"orders_before": 3},
    ),
    Case(
        "A helper with a mailbox, a wallet, a locker and a network of their own",
        "allow",
        [],
        OLEG.but(
            cards=(), addresses=home("Packstation 7", "", "50667", "K\xf6ln", "DE")
        ),
    ),
]
