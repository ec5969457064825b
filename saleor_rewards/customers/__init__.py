"""Customers over all that we keep: joining, changed addresses, export, erasure."""
