"""Stripe's events: taken in at a URL of the plugin, worked off in a task."""
