"""Checkouts: keeping their offers in step, guarding the order, spending points."""
