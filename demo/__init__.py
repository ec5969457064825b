"""A real Saleor shop with the plugin switched on, in one command."""
