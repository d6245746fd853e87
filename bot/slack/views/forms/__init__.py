"""Modals with inputs, and what is said beside their fields. Pure."""
