"""`python -m bot` is `pipeline-bot`."""

from bot.cli import main

main()
