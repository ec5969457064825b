"""Trails hold hashes of normal forms, and nothing that could be read back."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from saleor_rewards.networks import normal_ip
from saleor_rewards.referrals.trails import KINDS, Trail, trail_of

from .people import ANNA, OLEG, digest

DIGESTS = st.frozensets(st.text(min_size=1, max_size=3), max_size=3)
TRAILS = st.builds(Trail, DIGESTS, DIGESTS, DIGESTS, DIGESTS)


def test_a_trail_holds_one_hash_for_each_thing_that_is_known() -> None:
    # when
    entries = list(ANNA.trail.entries())

    # then
    assert [kind for kind, _value in entries] == list(KINDS)
    assert all(len(value) == 64 for _kind, value in entries)
    assert ("email", digest("email", "annanowak@gmail.com")) in entries


def test_nothing_of_one_kind_is_ever_taken_for_another() -> None:
    # given
    text = "203.0.113.7"

    # when
    trail = trail_of(digest, cards=[text], ips=[text])

    # then
    assert trail.cards.isdisjoint(trail.ips)


def test_what_says_too_little_leaves_nothing() -> None:
    assert trail_of(digest, emails=["x"], cards=["", " "], ips=["10.0.0.1"]) == Trail()


def test_strangers_have_no_hash_in_common() -> None:
    assert set(ANNA.trail.entries()).isdisjoint(OLEG.trail.entries())


@settings(max_examples=100, deadline=None)
@given(TRAILS, TRAILS)
def test_a_trail_is_its_entries(one: Trail, other: Trail) -> None:
    assert Trail.of(one.entries()) == one
    assert one.joined(other) == other.joined(one)
    assert set(one.joined(other).entries()) == {*one.entries(), *other.entries()}


def test_kinds_that_are_not_known_are_left_out() -> None:
    assert Trail.of([("phone", "p"), ("ip", ""), ("ip", "i")]) == Trail(
        ips=frozenset("i")
    )


def test_networks_of_no_one_in_particular_are_no_trace() -> None:
    local = ["127.0.0.1", "::1", "172.20.0.3", "169.254.1.1", "100.64.3.3", "fe80::1"]
    assert {normal_ip(text) for text in [*local, "fe80::1%eth0", "1.2.3", ""]} == {""}
    assert normal_ip(" 172.32.0.1 ") == "172.32.0.1"
    assert normal_ip("::ffff:10.0.0.1") == ""
