"""Addresses of one mailbox are one address, and those of two people stay two."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saleor_rewards.emails import SAME_PROVIDER, normal_email

PROVIDERS = st.sampled_from(
    (
        *SAME_PROVIDER,
        "gmail.com",
        "icloud.com",
        "proton.me",
        "yandex.ru",
        "yahoo.co.jp",
        "anna.fastmail.com",
        "example.com",
    )
)
NAMES = st.text("abAB.-_+1", max_size=8)
PEOPLE = st.builds("{}@{}".format, NAMES, PROVIDERS)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  Anna@Example.COM ", "anna@example.com"),
        ("anna@example.com.", "anna@example.com"),
        ("a.n.n.a+x+y@googlemail.com", "anna@gmail.com"),
        ("a.n_n-a@protonmail.ch", "anna@proton.me"),
        ("anna.n@ya.ru", "anna-n@yandex.ru"),
        ("anna-shop@yahoo.fr", "anna-@yahoo.fr"),
        ("anna@yahoo.fr", "anna@yahoo.fr"),
        ("anna_n@rocketmail.com", "anna_n@rocketmail.com"),
        ("shop@anna.fastmail.fm", "anna@fastmail.fm"),
        ("shop@mail.anna.fastmail.com", "shop@mail.anna.fastmail.com"),
        ("a.b@mac.com", "a.b@icloud.com"),
        ("anna@\u0431\u0430\u043d\u043a.\u0440\u0444", "anna@xn--80ab2al.xn--p1ai"),
        ('"odd name"@example.com', '"odd name"@example.com'),
        ('"anna"@example.com', "anna@example.com"),
        ('"a\\nna.n+shop"@gmail.com', "annan@gmail.com"),
        ('"anna@work"@example.com', '"anna@work"@example.com'),
        ('"a..nna."@gmail.com', "anna@gmail.com"),
    ],
)
def test_an_address_has_one_spelling(text: str, expected: str) -> None:
    assert normal_email(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", "anna", "@", "anna@", "@gmail.com", "+x@gmail.com", "...@gmail.com", "a@b..c"]
    + ["-x@yahoo.com", "a" * 250 + "@b.pl"],
)
def test_what_is_no_address_has_none(text: str) -> None:
    assert normal_email(text) == ""


@settings(max_examples=300, deadline=None)
@given(PEOPLE)
def test_a_normal_form_is_its_own(text: str) -> None:
    once = normal_email(text)
    assert normal_email(once) == once


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=40))
def test_any_text_has_a_normal_form_or_none(text: str) -> None:
    found = normal_email(text)
    assert found == "" or "@" in found
