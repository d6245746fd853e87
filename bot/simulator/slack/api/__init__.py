"""Slack's Web API as the simulator serves it. It never decides what a person sees."""
