"""The command line `pipeline-bot`, for operators. Each error is a line `error: …`, never a traceback."""

from bot.cli.main import main

__all__ = ["main"]
