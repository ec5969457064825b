"""Hashes of personal values say nothing without the shop's secret key."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import Any

from saleor_rewards.identity import digest


def test_a_value_has_one_hash_that_is_not_the_plain_one() -> None:
    # when
    found = digest("email", "anna@gmail.com")

    # then
    assert re.fullmatch("[0-9a-f]{64}", found)
    assert found == digest("email", "anna@gmail.com")
    assert found != sha256(b"anna@gmail.com").hexdigest()


def test_values_and_kinds_have_hashes_of_their_own() -> None:
    pairs = [("email", "a"), ("email", "b"), ("ip", "a"), ("email:a", ""), ("", "a")]
    assert len({digest(kind, value) for kind, value in pairs}) == len(pairs)


def test_nothing_has_no_hash() -> None:
    assert digest("email", "") == ""


def test_another_secret_key_makes_other_hashes(settings: Any) -> None:
    # given
    before = digest("ip", "203.0.113.7")

    # when
    settings.SECRET_KEY = "another"

    # then
    assert digest("ip", "203.0.113.7") not in ("", before)
