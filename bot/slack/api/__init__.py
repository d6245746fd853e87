"""Slack's Web API: calls, rate limits, look-ups of people, and the posting of cards and lines."""
