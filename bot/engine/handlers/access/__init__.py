"""Handlers of access commands: grants, rules, freezes, and asking for access. They change no pipeline."""
