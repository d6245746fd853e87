"""What the bot knows: pure functions over frozen values, the standard library alone, and RE2."""
