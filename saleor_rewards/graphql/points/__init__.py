"""Loyalty points in Saleor's schema: for shoppers, and for the shop's staff."""
