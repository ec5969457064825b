"""One home has one address however it is written, and two homes have two."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saleor_rewards.referrals.addresses import AddressFacts, normal_address

from .people import home


def of(country: str, *streets: str) -> AddressFacts:
    return AddressFacts(*(*streets, "")[:2], city="", postal_code="1", country=country)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (home("ul. Polna 5 m. 3"), home("Polna 5/3")),
        (home("POLNA 05", "lokal 3"), home("ulica Polna nr 5 mieszkanie 3")),
        (home("Al. Niepodleg\u0142o\u015bci 5"), home("aleja Niepodleglosci 5")),
        (home("Polna 5", city="Warsaw"), home("Polna 5", city="Warszawa")),
        (home("Polna 5", postal_code="00 625"), home("Polna 5", country="pl")),
        (of("US", "12 Main Street", "Apt 5"), of("US", "12 MAIN ST. #5")),
        (of("US", "Apt. 5, 12 Main St"), of("US", "12 Main St", "Unit 5")),
        (of("US", "100 Sunset Boulevard"), of("US", "100 Sunset Blvd.")),
        (of("US", "1 North 2nd Avenue"), of("US", "1 N 2nd Ave")),
        (of("GB", "12 St. Mary's Road"), of("GB", "12 Saint Mary\u2019s Rd")),
        (of("GB", "2nd Floor, 12 High Street"), of("GB", "12 High St", "Floor 2")),
        (of("GB", "12a High Street"), of("GB", "12 A High Street")),
        (of("DE", "Hauptstra\xdfe 12"), of("DE", "Haupt Str. 12")),
        (of("DE", "M\xfcllerstr. 1"), of("DE", "MUELLERSTRASSE 1")),
        (of("DE", "Schulplatz 3, 2. OG"), of("DE", "Schulplatz 3", "2 Etage")),
        (of("NL", "Kerkstraat 5"), of("NL", "Kerkstr. 5")),
        (of("FR", "5 avenue Foch"), of("FR", "5, Av. Foch")),
        (of("ES", "Calle Mayor 5, 2\xba B"), of("ES", "C/ Mayor, 5 2 b")),
        (of("DK", "Str\xf8get 4"), of("DK", "STROGET 4")),
        (
            of("CN", "\u4e2d\u5c71\u8def12\u53f7"),
            of("CN", "\u4e2d\u5c71\u8def \uff11\uff12 \u53f7"),
        ),
        (
            of("EG", "\u0663 \u0634\u0627\u0631\u0639"),
            of("EG", "3 \u0634\u0627\u0631\u0639"),
        ),
        (of("US", "12 Main St"), of("US", "12 Main St", "ring twice")),
        (of("US", "12 Main St"), of("US", "", "12 Main St")),
    ],
)
def test_one_home_has_one_address(one: AddressFacts, other: AddressFacts) -> None:
    assert normal_address(one) == normal_address(other) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (home("Polna 5 m. 3"), home("Polna 5 m. 4")),
        (home("Polna 5 m. 3"), home("Polna 3 m. 5")),
        (home("Polna 5"), home("Polna 5 m. 3")),
        (home("Polna 5a"), home("Polna 5b")),
        (home("Polna 5"), home("Polna 5", postal_code="00-626")),
        (home("Polna 5"), home("Polna 5", country="CZ")),
        (home("Polna 5", postal_code="", city="Reda"), home("Polna 5", "", "", "Ruda")),
        (of("US", "12 Main St"), of("US", "12 Main Rd")),
        (of("US", "12 N Main St"), of("US", "12 S Main St")),
        (of("US", "12 E Main St"), of("US", "12 Main St")),
        (of("GB", "Flat A, 12 High St"), of("GB", "Flat B, 12 High St")),
        (of("GB", "12 High St", "Floor 2"), of("GB", "12 High St", "Floor 3")),
    ],
)
def test_two_homes_have_two(one: AddressFacts, other: AddressFacts) -> None:
    assert "" != normal_address(one) != normal_address(other) != ""


@pytest.mark.parametrize(
    "address",
    [
        AddressFacts(),
        home("Polna"),
        home("5"),
        home(""),
        home("Polna 5", country=""),
        home("Polna 5", postal_code="", city=""),
        home("Paczkomat WAW01M 5"),
        of("DE", "Packstation 123"),
        of("US", "Amazon Locker 7, 12 Main St"),
    ],
)
def test_too_little_is_no_address_and_neither_is_a_counter(
    address: AddressFacts,
) -> None:
    assert normal_address(address) == ""


@settings(max_examples=300, deadline=None)
@given(st.builds(AddressFacts, *[st.text(max_size=12)] * 4, st.just("DE")))
def test_any_text_has_a_normal_form_or_none(address: AddressFacts) -> None:
    found = normal_address(address)
    assert found == "" or found.count("|") == 3
