"""Fuzzing: what Slack, Feldera, or anybody in their place could send, made by Hypothesis, at the whole bot."""
