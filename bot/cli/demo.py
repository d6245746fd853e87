"""`pipeline-bot demo`: an incident, played between the simulators."""

import asyncio
import sys

import click

from bot.cli.options import ShellCommand
from bot.simulator.demo import play


@click.command(cls=ShellCommand)
def demo() -> None:
    """Play an incident between a simulated Slack and a simulated Feldera: no account, no token, no network.

    It reads no settings, and has a database of its own: --database and --env-file have no effect on it.
    """
    color = click.get_current_context().color
    sys.exit(asyncio.run(play(color=sys.stdout.isatty() if color is None else color)))
