"""What the sandbox's page shows, ready to be drawn: the page itself decides nothing."""
