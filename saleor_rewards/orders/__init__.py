"""Settling an order: its receipt, its points and what it means for referrals."""
