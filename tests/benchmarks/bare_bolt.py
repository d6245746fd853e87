"""The measure of all acks: a Bolt app whose listeners only acknowledge, served by Bolt's own aiohttp application.

`python -m tests.benchmarks.bare_bolt SIGNING_SECRET` prints its address, and serves until SIGTERM.
"""

import asyncio
import re
import sys

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult

from tests.benchmarks.processes import says, until_stop_signal
from tests.streams import served

PATH = "/slack/events"


async def _authorize() -> AuthorizeResult:
    """The token is not looked up, as the bot's is not."""
    return AuthorizeResult(
        enterprise_id=None, team_id="T0ACME", bot_user_id="U0", bot_id="B0", bot_token="xoxb-bare"
    )


async def _acknowledge(ack: AsyncAck) -> None:
    await ack()


async def main(signing_secret: str) -> None:
    app = AsyncApp(signing_secret=signing_secret, authorize=_authorize)
    app.command("/pipeline")(_acknowledge)
    app.action(re.compile(".*"))(_acknowledge)
    async with served(app.web_app(PATH)) as url:
        says({"url": f"{url}{PATH}"})
        await until_stop_signal()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
