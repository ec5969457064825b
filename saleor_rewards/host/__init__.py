"""The host, which is the running Saleor: one port, and one adapter for each line."""
