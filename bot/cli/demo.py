"""`pipeline-bot demo`: an incident, played between the simulators."""

import asyncio
import sys

import click

from bot.cli.options import ShellCommand
from bot.simulator.demo import play


@click.command(
    cls=ShellCommand,
    epilog="--database and --env-file have no effect here: the demo keeps a database of its own in a temporary folder.",
)
def demo() -> None:
    """Play an incident between a simulated Slack and a simulated Feldera: no account, no token, no network."""
    color = click.get_current_context().color
    sys.exit(asyncio.run(play(color=sys.stdout.isatty() if color is None else color)))
