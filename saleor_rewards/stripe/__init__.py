"""Stripe's events: how they are taken in, what they come to, our rows of them.

:mod:`.receiver` takes them in at a URL of the plugin;
:mod:`saleor_rewards.orders.stripe_work` brings them to the orders.
"""
