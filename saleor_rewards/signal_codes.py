"""Signals that can speak against a referral, each with its sentence."""

from __future__ import annotations

from .described import Described


class SignalCode(Described):
    """What can speak against a referral.

    >>> SignalCode("SAME_CARD").name
    'SAME_CARD'
    """

    SAME_ACCOUNT = "SAME_ACCOUNT", "Referrer and friend are one account."
    SAME_EMAIL = (
        "SAME_EMAIL",
        "Their e-mail addresses lead to one mailbox: tags behind a plus, dots at "
        "Gmail, quotes, other names of one provider.",
    )
    SAME_ADDRESS = (
        "SAME_ADDRESS",
        "They have a postal address in common, however it is spelled. The number of "
        "the flat counts.",
    )
    SAME_CARD = "SAME_CARD", "They paid with one card. Wallets show none."
    SAME_IP = "SAME_IP", "They came from one network."
    REPEATED_EMAIL = (
        "REPEATED_EMAIL",
        "Another friend, of any member, has the same mailbox.",
    )
    REPEATED_CARD = (
        "REPEATED_CARD",
        "The order of another friend, of any member, was paid with the same card.",
    )
    REPEATED_ADDRESS = (
        "REPEATED_ADDRESS",
        "Another friend of the same member has the same postal address.",
    )
    REPEATED_IP = (
        "REPEATED_IP",
        "Three or more other friends of the same member came from the same network.",
    )
    YOUNG_ACCOUNT = "YOUNG_ACCOUNT", "The referrer's account was less than a day old."
    NEVER_ORDERED = "NEVER_ORDERED", "The referrer has not ordered anything."
    BURST = (
        "BURST",
        "More than five friends of one member placed orders within a day, and paid.",
    )
    CIRCLE = (
        "CIRCLE",
        "The friend brought the referrer, or who brought the referrer, and so on.",
    )
    CHAIN = (
        "CHAIN",
        "The referrer was brought less than two days before, by someone who was "
        "brought less than two days before that.",
    )
    NOT_FIRST_ORDER = "NOT_FIRST_ORDER", "The friend had ordered before."
    RETURNED_GOODS = (
        "RETURNED_GOODS",
        "Half or more of the referrer's friends, and at least two, returned all they "
        "had bought.",
    )
