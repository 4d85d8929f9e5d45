"""Webhooks: subscriptions, trust, pushes."""
