"""Referrals in Saleor's schema: for members, for their friends, and for staff."""
