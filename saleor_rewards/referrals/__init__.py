"""Referrals: codes of members, claims of friends, signals, and what an order earns.

What knows no database (:mod:`.codes`, :mod:`.signals`, :mod:`.limits` and others) stands
in modules of its own. All of it raises ``ReferralError`` where it refuses. What a claim
refuses is counted, so whoever calls it must not take its writes back.
"""
