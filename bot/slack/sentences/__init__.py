"""Sentences that people read, by subject. Nothing here knows blocks or messages."""
