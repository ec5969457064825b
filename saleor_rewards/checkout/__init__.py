"""Checkouts: their offers kept in step, the guard of the order, points spent."""
