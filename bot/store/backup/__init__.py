"""Backups of the database: they are taken while the bot runs, verified, and restored while it does not."""
