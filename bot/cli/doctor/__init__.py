"""`pipeline-bot doctor`: its checks, each against the real service. No check changes anything."""
