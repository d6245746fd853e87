"""Connections to the database file, its lease, and the guard against a file that was replaced."""
