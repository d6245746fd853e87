"""The command line `pipeline-bot`, for operators. Each of their mistakes ends in a sentence and exit status 2."""

from bot.cli.main import main

__all__ = ["main"]
