"""The loops that run as long as the bot does, and what they keep between two rounds."""
