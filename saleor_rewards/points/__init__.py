"""Points in a shop: what orders and occasions earn, spending, settling and mails."""
