"""The state of the simulated workspace: people, channels, messages, open views. It sends nothing to the app."""
