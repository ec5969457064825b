"""Mails: their content, their language, and sending them the way the shop does."""
