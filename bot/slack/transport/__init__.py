"""Transports for Slack's deliveries, signed HTTP or Socket Mode: they pass them on, and decide nothing."""
