"""Referrals without a database: codes, addresses, signals, and what an order earns."""
