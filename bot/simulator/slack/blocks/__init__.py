"""Block Kit's rules: which blocks, elements and inputs there are, and their limits. It renders nothing."""
