"""Mails: their content, their language, and sending them as the shop does."""
