"""The root of the command, and how it ends: 0 done, 1 the bot broke, 2 something the operator has to put right."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import click

from bot.cli.audit import audit
from bot.cli.clock import clock
from bot.cli.doctor import doctor
from bot.cli.files import access
from bot.cli.grants import grant, grants, revoke
from bot.cli.rules import freeze, rule, rules, unfreeze
from bot.cli.sandbox import sandbox
from bot.cli.waiting import deny, pending
from bot.clock import SteadyClock
from bot.domain.errors import UserError


class _Commands(click.Group):
    """Turns what people have to put right into a sentence on standard error, never a traceback."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except UserError as error:
            click.echo(error.message, err=True)
            ctx.exit(2)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="pipeline-bot")
def cli() -> None:
    """Operate Feldera pipelines from Slack, safely.

    Settings come from the environment and from a file .env in the current directory; README.md lists them.
    """


@cli.command()
@click.option(
    "--verbose",
    is_flag=True,
    help="Log the looks at Feldera (GET), too; whatever changes something is logged anyway.",
)
def run(*, verbose: bool) -> None:
    """Be the bot, until SIGTERM or Ctrl-C."""
    from bot import logs  # noqa: PLC0415 - the other commands start without loading Bolt
    from bot.bootstrap import run as serve  # noqa: PLC0415
    from bot.config import ENV_FILE, Settings, load  # noqa: PLC0415
    from bot.engine.ports import StoreLost  # noqa: PLC0415
    from bot.private_files import close_to_others  # noqa: PLC0415

    settings = load(Settings)
    logs.configure(verbose=verbose)
    close_to_others(Path(ENV_FILE))

    async def until_told_to_stop() -> None:
        stopping = asyncio.Event()
        loop = asyncio.get_running_loop()
        for wanted in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(wanted, stopping.set)
        await serve(settings, SteadyClock.of_this_machine(), stopping)

    try:
        asyncio.run(until_told_to_stop())
    except StoreLost as lost:
        click.echo(lost.message, err=True)
        # At once: on the way out Python would close the database, and SQLite would write into whatever is there now.
        os._exit(2)


@cli.command(short_help="Play an incident, with no Slack and no Feldera.")
@click.option("--color/--no-color", default=None, help="By default, colours on a terminal only.")
def demo(*, color: bool | None) -> None:
    """Play an incident with a simulated Slack and a simulated Feldera: no account, no token, no network."""
    from bot.simulator.demo import play  # noqa: PLC0415

    sys.exit(asyncio.run(play(color=sys.stdout.isatty() if color is None else color)))


for command in (
    sandbox,
    grant,
    revoke,
    grants,
    rule,
    rules,
    freeze,
    unfreeze,
    pending,
    deny,
    access,
    audit,
    clock,
    doctor,
):
    cli.add_command(command)


def main() -> None:
    cli(prog_name="pipeline-bot")
