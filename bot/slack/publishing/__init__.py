"""Publishes cards, thread lines, Home tabs and audit log heads to Slack, at its pace."""
