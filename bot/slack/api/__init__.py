"""Slack's Web API: calls, rate limits, lookups of people, and messages to response URLs."""
