"""`pipeline-bot run`: runs the bot."""

import asyncio
import gc
import os
import signal
from pathlib import Path

import click

from bot import logs
from bot.clock import SteadyClock
from bot.composition_root import run as serve
from bot.config import ENV_FILE, Settings, load
from bot.engine.ports import DatabaseLost
from bot.private_files import close_to_others


@click.command()
@click.option(
    "--verbose",
    is_flag=True,
    help="Log the looks at Feldera (GET), too; whatever changes something is logged anyway.",
)
def run(*, verbose: bool) -> None:
    """Be the bot, until SIGTERM or Ctrl-C."""
    settings = load(Settings)

    async def until_stop_signal() -> None:
        stopping = asyncio.Event()
        loop = asyncio.get_running_loop()
        for wanted in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(wanted, stopping.set)
        await serve(settings, SteadyClock.of_this_machine(), stopping)

    try:
        with logs.writing(verbose=verbose):
            close_to_others(Path(ENV_FILE))
            # A full garbage collection stops the bot for up to 0.1 s: loaded modules are left out of it, and it is rarer.
            gc.freeze()
            gc.set_threshold(700, 10, 100)
            asyncio.run(until_stop_signal())
    except DatabaseLost as lost:
        click.echo(lost.message, err=True)
        # At once: on exit Python would close the database, and SQLite would write into the file that is there now.
        os._exit(2)
