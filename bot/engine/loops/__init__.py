"""The loops that run as long as the bot does, and their state between rounds."""
