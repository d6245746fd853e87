"""`pipeline-bot sandbox`: the real bot between a simulated Slack and Feldera, on a page in the browser."""

import asyncio
import os
import signal
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli.options import ShellCommand, named_env_file
from bot.domain.errors import UserError, WrongInput

if TYPE_CHECKING:
    from bot.simulator.web.scenario import Scenario
    from bot.simulator.web.simulation import RealFeldera

PORT = 8765
PORT_MAX = 65_535
REAL = "This is a real Feldera. What you clear in the sandbox is lost there and cannot be restored."


class CannotServe(UserError):  # noqa: N818 - named for what happened, like every other outcome
    """The server cannot listen on the port."""


@click.command(
    cls=ShellCommand,
    epilog="--database has no effect here: the sandbox keeps a database of its own in a temporary folder.",
)
@click.option(
    "--port",
    type=click.IntRange(0, PORT_MAX),
    default=PORT,
    show_default=True,
    help="Port of the page; 0 picks a free one.",
)
@click.option(
    "--scenario",
    "scenario_given",
    default="default",
    show_default=True,
    metavar="NAME|FILE",
    help="People, access and pipelines: default, production, small-team, or a YAML file.",
)
@click.option(
    "--http", "over_http", is_flag=True, help="Connect the bot over signed HTTP instead of Socket Mode."
)
@click.option(
    "--feldera",
    "feldera_url",
    metavar="URL",
    help="Use a real Feldera instead of the simulated one; its API key is read from FELDERA_API_KEY.",
)
@click.option("--yes", is_flag=True, help="Skip the confirmation for a real Feldera.")
def sandbox(*, port: int, scenario_given: str, over_http: bool, feldera_url: str | None, yes: bool) -> None:
    """Try the bot in the browser, between a simulated Slack and a simulated Feldera on this machine. No account needed.

    Prints the address of a page on which you can act as any person of the scenario: type commands, press buttons,
    simulate faults. Ctrl-C ends the sandbox; nothing is kept.
    """
    from bot.simulator.web.scenario import load, path_of  # noqa: PLC0415 - only this command needs it

    scenario = load(path_of(scenario_given))
    real = None
    if feldera_url is not None:
        real = _real(feldera_url)
        click.secho(f"{feldera_url}: {REAL}", fg="red", err=True)
        if not yes:
            _ask()
    with tempfile.TemporaryDirectory(prefix="pipeline-bot-sandbox-") as folder:
        asyncio.run(_serve(scenario, Path(folder), port=port, over_http=over_http, real=real))


def _real(url: str) -> "RealFeldera":
    """The real Feldera, with the key from the environment or from `--env-file`: a `.env` here is for the real bot.

    Raises:
        WrongInput: the URL or the key is not valid.
    """
    from bot.config import KeySettings  # noqa: PLC0415
    from bot.feldera.http.address import FelderaAddress  # noqa: PLC0415
    from bot.simulator.web.simulation import RealFeldera  # noqa: PLC0415

    try:
        FelderaAddress(host=url)
    except ValueError as error:
        raise WrongInput(f"--feldera: {error}") from error
    return RealFeldera(url, KeySettings(_env_file=named_env_file()).feldera_api_key)


def _ask() -> None:
    if not sys.stdin.isatty():
        raise WrongInput(
            "A real Feldera needs a confirmation, and there is no terminal to ask on. Confirm with --yes."
        )
    if not click.confirm("Continue?", err=True):
        raise UserError("Nothing was started.")


async def _serve(
    scenario: "Scenario", folder: Path, *, port: int, over_http: bool, real: "RealFeldera | None"
) -> None:
    from bot.simulator.web.sandbox import Sandbox  # noqa: PLC0415
    from bot.simulator.web.server import Server  # noqa: PLC0415

    stopping = asyncio.Event()
    endings = [signal.SIGTERM, signal.SIGINT]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # which `nohup` asks for
        endings.append(signal.SIGHUP)  # the terminal was closed
    for wanted in endings:
        asyncio.get_running_loop().add_signal_handler(wanted, stopping.set)
    running = Sandbox(scenario, folder, over_http=over_http, real=real)
    server = Server(running)
    try:
        await server.start(port)
    except OSError as error:
        raise CannotServe(
            f"Cannot listen on port {port}: {os.strerror(error.errno or 0)}. Choose another with --port."
        ) from error
    async with running:
        click.echo(f"The sandbox is open at {server.url} (Ctrl-C to stop)")
        await stopping.wait()
        await server.stop()
