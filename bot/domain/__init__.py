"""What the bot knows: pure functions over frozen values, standard library only."""
