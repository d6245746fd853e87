"""`pipeline-bot doctor`: what it looks at, each asked of the real thing. No check changes anything."""
