"""`python -m bot.simulator`: the simulated Feldera and Slack alone, on this machine, for any client.

It prints one line of JSON with their addresses, and serves until SIGTERM or Ctrl-C. It listens on the loopback
interface only, keeps everything in memory, and knows nothing of the bot. Feldera has the default pipelines and asks
for no key; Slack has a channel `ops` with the app in it, and takes the tokens and the secret named in the help.
"""

import argparse
import asyncio
import inspect
import json
import os
import signal
from contextlib import AsyncExitStack

from bot.clock import SystemClock
from bot.simulator.feldera import FelderaSimulator, default_pipelines
from bot.simulator.slack import SlackSimulator

CHANNEL = "ops"
PORT_MAX = 65_535


class PortNotFree(Exception):  # noqa: N818 - named for what happened
    """The server cannot listen on the given port."""


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) <= PORT_MAX):
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a valid port: 1 to {PORT_MAX}, or 0 for any free port"
        )
    return int(text)


def _parser() -> argparse.ArgumentParser:
    secrets = inspect.signature(SlackSimulator).parameters
    parser = argparse.ArgumentParser(
        prog="python -m bot.simulator",
        description="Run a simulated Feldera and a simulated Slack until SIGTERM or Ctrl-C.",
        epilog=(
            f"Slack accepts the bot token {secrets['bot_token'].default}, the app token "
            f"{secrets['app_token'].default} and the signing secret {secrets['signing_secret'].default}."
        ),
    )
    for name in ("feldera", "slack"):
        parser.add_argument(
            f"--{name}-port", type=_port, default=0, metavar="N", help="default: any free port"
        )
    return parser


async def serve(*, feldera_port: int, slack_port: int) -> None:
    """Serve both until a signal; the addresses go to standard output once both can be reached.

    Raises:
        PortNotFree: one of the ports is in use, or not permitted.
    """
    stopping = asyncio.Event()
    for wanted in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(wanted, stopping.set)
    clock = SystemClock()
    feldera, slack = FelderaSimulator(clock), SlackSimulator(clock)
    default_pipelines(feldera)
    slack.adds_channel(CHANNEL)
    async with AsyncExitStack() as running:
        for simulator, port in ((feldera, feldera_port), (slack, slack_port)):
            running.push_async_callback(simulator.stop)
            try:
                await simulator.start(port)
            except OSError as error:
                raise PortNotFree(
                    f"Cannot listen on port {port}: {os.strerror(error.errno or 0)}."
                ) from error
        print(json.dumps({"feldera": feldera.url, "slack": slack.url}), flush=True)  # noqa: T201 - the one line
        await stopping.wait()


def main() -> None:
    parser = _parser()
    asked = parser.parse_args()
    try:
        asyncio.run(serve(feldera_port=asked.feldera_port, slack_port=asked.slack_port))
    except PortNotFree as error:
        parser.error(str(error))


if __name__ == "__main__":
    main()
