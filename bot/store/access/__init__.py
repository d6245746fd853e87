"""Grants, rules and freezes in the database."""
