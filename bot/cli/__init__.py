"""The command `pipeline-bot`: what operators type in a shell. Every mistake of theirs ends in a sentence and exit 2."""

from bot.cli.main import main

__all__ = ["main"]
