"""Entry point of `python -m bot`: the same as `pipeline-bot`."""

from bot.cli import main

main()
