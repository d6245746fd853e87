"""Delivery of cards, thread lines and direct messages to Slack, in order and with retries."""
