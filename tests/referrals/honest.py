"""Friends who mean it, and still have something in common with cheats."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from .people import ANNA, OLEG, Case, home, stranger


def names(story: str, mine: str, other: str) -> Case:
    """Return the case of two people with names that look alike."""
    return Case(story, "allow", [], OLEG.but(emails=other), ANNA.but(emails=mine))


def homes(story: str, mine: Any, other: Any) -> Case:
    """Return the case of two homes that look alike."""
    referrer, referee = ANNA.but(addresses=mine), OLEG.but(addresses=other)
    return Case(story, "allow", [], referee, referrer)


HALL = {"addresses": home("Akademicka 1"), "ips": "203.0.113.50"}

HONEST = [
    Case("Two friends with nothing in common", "allow", []),
    names("One name at two providers", "anna@gmail.com", "anna@example.com"),
    names("One name at Hotmail and Outlook", "anna@hotmail.com", "anna@outlook.com"),
    names("One name at Yahoo and Ymail", "anna@yahoo.com", "anna@ymail.com"),
    names("A dot where dots count", "an.na@example.com", "anna@example.com"),
    names("Two people of one name at Gmail", "anna@gmail.com", "anna2@gmail.com"),
    names("Namesakes in two countries", "anna@yahoo.com", "anna@yahoo.co.uk"),
    names("Two people at one company", "anna@nowak.pl", "jan@nowak.pl"),
    homes("Neighbours in one house", home("Polna 5 m. 3"), home("Polna 5 m. 4")),
    homes("Neighbours next door", home("Polna 5"), home("Polna 7")),
    homes("Flats with letters", home("Polna 5a", "m. 1"), home("Polna 5b", "m. 1")),
    homes(
        "House and flat the other way round",
        home("12 Main St", "Apt 5", "10001", "New York", "US"),
        home("5 Main St", "Apt 12", "10001", "New York", "US"),
    ),
    homes("One street in two towns", home("Polna 5"), home("Polna 5", "", "30-001")),
    homes("A street with no number", home("Polna"), home("Polna")),
    homes(
        "North and south of one street",
        home("12 N Main St", "", "10001", "New York", "US"),
        home("12 S Main St", "", "10001", "New York", "US"),
    ),
    homes(
        "Parcels from one locker",
        home("Packstation 123", "", "50667", "K\xf6ln", "DE"),
        home("Packstation 123", "", "50667", "K\xf6ln", "DE"),
    ),
    Case(
        "A couple at one address",
        "review",
        ["SAME_ADDRESS", "SAME_IP"],
        OLEG.but(addresses=ANNA.addresses, ips=ANNA.ips),
    ),
    Case(
        "A couple with one card between them",
        "review",
        ["SAME_ADDRESS", "SAME_CARD", "SAME_IP"],
        OLEG.but(addresses=ANNA.addresses, cards=ANNA.cards, ips=ANNA.ips),
    ),
    Case(
        "A card lent to a friend once",
        "review",
        ["SAME_CARD"],
        OLEG.but(cards=(*OLEG.cards, *ANNA.cards)),
    ),
    Case(
        "Flatmates behind one router, parcels to the office",
        "allow",
        ["SAME_IP"],
        OLEG.but(ips=ANNA.ips),
    ),
    Case(
        "Flatmates, each with a phone's own network",
        "review",
        ["SAME_ADDRESS"],
        OLEG.but(addresses=ANNA.addresses),
    ),
    Case(
        "Wallets, which have no fingerprint",
        "allow",
        [],
        OLEG.but(cards=("",)),
        ANNA.but(cards=("",)),
        siblings=[stranger(1, cards=("",))],
    ),
    Case(
        "An e-mail address changed between claim and order",
        "allow",
        [],
        OLEG.but(emails=("oleg@example.com", "oleg.new@example.org")),
        siblings=[stranger(1)],
    ),
    Case(
        "An old mailbox of the referrer's, long given up",
        "allow",
        [],
        referrer=ANNA.but(emails=("anna.nowak@gmail.com", "oleg@example.org")),
    ),
    Case("A colleague in one office", "allow", ["SAME_IP"], OLEG.but(ips=ANNA.ips)),
    Case(
        "Five colleagues in one office, parcels to their homes",
        "review",
        ["SAME_IP", "REPEATED_IP"],
        OLEG.but(ips=ANNA.ips),
        siblings=[stranger(number, ips=ANNA.ips) for number in (1, 2, 3)],
    ),
    Case(
        "Colleagues who have everything sent to the office",
        "review",
        ["SAME_ADDRESS", "SAME_IP", "REPEATED_ADDRESS"],
        OLEG.but(addresses=ANNA.addresses, ips=ANNA.ips),
        siblings=[stranger(1, addresses=ANNA.addresses, ips=ANNA.ips)],
    ),
    Case(
        "A student hall with one door and one network",
        "review",
        ["SAME_ADDRESS", "SAME_IP", "REPEATED_ADDRESS", "REPEATED_IP"],
        OLEG.but(**HALL),
        ANNA.but(**HALL),
        siblings=[stranger(number, **HALL) for number in range(1, 6)],
    ),
    Case(
        "All shoppers behind the shop's own proxy",
        "allow",
        [],
        OLEG.but(ips="10.0.0.1"),
        ANNA.but(ips="10.0.0.1"),
        siblings=[stranger(number, ips="10.0.0.1") for number in range(1, 6)],
    ),
    Case(
        "Neighbours at one provider of version 6",
        "allow",
        [],
        OLEG.but(ips="2001:db8:0:7::1"),
        ANNA.but(ips="2001:db8:0:8::1"),
    ),
    Case(
        "Old friends, one in the other's old flat",
        "review",
        ["SAME_ADDRESS"],
        OLEG.but(addresses=home("Polna 5/3")),
        ANNA.but(addresses=(home("Nowa 8"), home("Polna 5/3"))),
    ),
    Case(
        "A present sent to the one who recommended the shop",
        "review",
        ["SAME_ADDRESS"],
        OLEG.but(addresses=(*OLEG.addresses, *ANNA.addresses)),
    ),
    Case(
        "Sisters at home, brought by one friend",
        "allow",
        ["REPEATED_ADDRESS"],
        siblings=[stranger(1, addresses=OLEG.addresses)],
    ),
    Case(
        "Parents who pay for two children's orders",
        "review",
        ["REPEATED_CARD", "REPEATED_ADDRESS"],
        siblings=[stranger(1, addresses=OLEG.addresses, cards=OLEG.cards)],
    ),
    Case(
        "A code shared with two hundred followers",
        "review",
        ["BURST"],
        more={"orders_of_day": 200},
    ),
    Case("Five friends at a party", "allow", [], more={"orders_of_day": 5}),
    Case(
        "Word of mouth over weeks",
        "allow",
        [],
        brought_by=[(stranger(1), 9), (stranger(2), 20), (stranger(3), 40)],
    ),
    Case(
        "Word of mouth over one weekend",
        "review",
        ["CHAIN"],
        brought_by=[(stranger(1), 1), (stranger(2), 2)],
    ),
    Case(
        "A code shared on the day of the first order",
        "allow",
        ["YOUNG_ACCOUNT"],
        joined=timedelta(hours=5),
        more={"referrer_orders": 1},
    ),
    Case(
        "A shop recommended before buying there",
        "allow",
        ["NEVER_ORDERED"],
        more={"referrer_orders": 0},
    ),
    Case(
        "One friend in five sent everything back",
        "allow",
        [],
        more={"referees_paid": 5, "referees_returned": 1},
    ),
    Case(
        "Two friends in six sent everything back",
        "allow",
        [],
        more={"referees_paid": 6, "referees_returned": 2},
    ),
]
