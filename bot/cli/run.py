"""`pipeline-bot run`: runs the bot."""

import asyncio
import gc
import os
import signal

import click

from bot import logs
from bot.cli.errors import FAILED, print_error
from bot.cli.options import ShellCommand, settings_source
from bot.cli.settings_and_database import load_settings
from bot.clock import SteadyClock
from bot.composition_root import run as serve
from bot.config import Settings
from bot.engine.ports import DatabaseLost
from bot.private_files import close_to_others
from bot.systemd import ServiceManager
from bot.tracing_settings import hand_to_sdk


@click.command(cls=ShellCommand)
@click.option(
    "--verbose",
    is_flag=True,
    help="Also log read requests (GET) to Feldera.",
)
def run(*, verbose: bool) -> None:
    """Run the bot. Ctrl-C or SIGTERM stops it within 10 seconds."""
    settings, env_file = load_settings(Settings), settings_source().env_file

    async def until_stop_signal() -> None:
        stopping = asyncio.Event()
        loop = asyncio.get_running_loop()
        for wanted in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(wanted, stopping.set)
        service_manager = ServiceManager.of(os.environ, os.getpid())
        await serve(settings, SteadyClock.of_this_machine(), stopping, service_manager)

    try:
        is_traced = settings.traces_endpoint is not None
        if is_traced:
            hand_to_sdk(env_file)
        with logs.writing(verbose=verbose, traced=is_traced):
            close_to_others(env_file)
            # A full garbage collection stops the bot for up to 0.1 s: loaded modules are left out of it, and it is rarer.
            gc.freeze()
            gc.set_threshold(700, 10, 100)
            asyncio.run(until_stop_signal())
    except DatabaseLost as lost:
        print_error(lost.message)
        # At once: on exit Python would close the database, and SQLite would write into the file that is there now.
        os._exit(FAILED)
