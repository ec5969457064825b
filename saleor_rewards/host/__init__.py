"""Saleor as we see it: one port, one adapter for each Saleor, and what both share."""
