"""What Stripe tells of payments: its documents, what they come to, our rows of them.

Nothing here knows of Saleor. :mod:`saleor_rewards.plugin.stripe.receiver` takes the
events in, :mod:`saleor_rewards.plugin.stripe.work` brings them to the orders.
"""
