"""`pipeline-bot sandbox`: a simulated Slack in the browser, to try the bot, teach it and rehearse."""

import asyncio
import os
import signal
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.domain.errors import UserError

if TYPE_CHECKING:
    from bot.simulator.web.scenario import Scenario
    from bot.simulator.web.world import RealFeldera

PORT = 8765
PORT_MAX = 65_535
REAL = "This is a real Feldera: what is cleared in the sandbox is gone there, for good."


class CannotServe(UserError):  # noqa: N818 - named for what happened, like every other outcome
    """The server cannot listen on the port."""


@click.command()
@click.option(
    "--port", type=click.IntRange(0, PORT_MAX), default=PORT, show_default=True, help="0 takes a free one."
)
@click.option(
    "--scenario",
    "scenario_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="People, access and pipelines, in YAML; the default one says how.",
)
@click.option("--http", "over_http", is_flag=True, help="Signed HTTP requests instead of Socket Mode.")
@click.option(
    "--feldera",
    "feldera_url",
    metavar="URL",
    help="A real Feldera instead of the simulated one; its key from FELDERA_API_KEY.",
)
@click.option("--yes", is_flag=True, help="Do not ask whether the real Feldera is meant.")
def sandbox(
    *, port: int, scenario_file: Path | None, over_http: bool, feldera_url: str | None, yes: bool
) -> None:
    """Try the bot in the browser: a Slack, a Feldera and the real bot on this machine, with no account.

    It prints the address of a page on which you are whom you like: you type commands, press buttons, and make things go
    wrong. Nothing is kept: Ctrl-C ends it all.
    """
    from bot.simulator.web.scenario import DEFAULT, load  # noqa: PLC0415 - only this command needs it

    scenario = load(DEFAULT if scenario_file is None else scenario_file)
    real = None
    if feldera_url is not None:
        real = _real(feldera_url)
        click.secho(f"{feldera_url}: {REAL}", fg="red", err=True)
        if not yes:
            _ask()
    with tempfile.TemporaryDirectory(prefix="pipeline-bot-sandbox-") as folder:
        asyncio.run(_serve(scenario, Path(folder), port=port, over_http=over_http, real=real))


def _real(url: str) -> "RealFeldera":
    """The real Feldera, with the key from the environment alone: a `.env` here is for the real bot.

    Raises:
        UserError: the URL or the key is not valid.
    """
    from bot.config import KeySettings  # noqa: PLC0415
    from bot.feldera.http.address import FelderaAddress  # noqa: PLC0415
    from bot.simulator.web.world import RealFeldera  # noqa: PLC0415

    try:
        FelderaAddress(host=url)
    except ValueError as error:
        raise UserError(f"--feldera: {error}") from error
    return RealFeldera(url, KeySettings(_env_file=None).feldera_api_key)


def _ask() -> None:
    if not sys.stdin.isatty():
        raise UserError("Nobody can be asked here whether that is meant: say --yes if it is.")
    if not click.confirm("Go on?", err=True):
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
            f"Port {port} cannot be listened on: {os.strerror(error.errno or 0)}. Take another by --port."
        ) from error
    async with running:
        click.echo(f"The sandbox is open at {server.url} (Ctrl-C ends it)")
        await stopping.wait()
        await server.stop()
