"""Publishes cards, thread lines, Home tabs and audit log heads to Slack, within its rate limits."""
