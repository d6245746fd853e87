"""`pipeline-bot demo`: an incident, played between the simulators."""

import asyncio
import sys

import click

from bot.simulator.demo import play


@click.command()
@click.option("--color/--no-color", default=None, help="Color the output. Default: on a terminal only.")
def demo(*, color: bool | None) -> None:
    """Play an incident between a simulated Slack and a simulated Feldera: no account, no token, no network."""
    sys.exit(asyncio.run(play(color=sys.stdout.isatty() if color is None else color)))
