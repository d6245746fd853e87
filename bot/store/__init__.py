"""The SQLite store: all that the bot persists, in one file. The only package that knows SQL."""
