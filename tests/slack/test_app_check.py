"""What the app learns about itself from one `auth.test`."""

from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import SystemClock
from bot.simulator.slack import SlackSimulator
from bot.slack.api.app_check import SCOPES, checkup
from bot.slack.api.identity import SlackRefused, who_are_we
from tests.clock import MovableClock

pytestmark = pytest.mark.anyio


def client_of(slack):
    return AsyncWebClient(slack.bot_token, base_url=slack.url, retry_handlers=[])


async def test_it_is_one_question_and_the_same_as_at_the_start():
    async with SlackSimulator(SystemClock()) as slack:
        found = await checkup(client_of(slack), SystemClock())
        assert [call.method for call in slack.calls] == ["auth.test"]
        assert found.workspace == await who_are_we(client_of(slack))


async def test_scopes_that_the_token_lacks_are_named():
    async with SlackSimulator(SystemClock(), scopes={"commands", "users:read", "files:read"}) as slack:
        found = await checkup(client_of(slack), SystemClock())
    assert found.lacking == {"chat:write", "usergroups:read"}


async def test_a_token_with_all_scopes_lacks_none():
    async with SlackSimulator(SystemClock(), scopes=SCOPES) as slack:
        assert (await checkup(client_of(slack), SystemClock())).lacking == frozenset()


@pytest.mark.parametrize("wrong_by", [timedelta(0), timedelta(minutes=7), timedelta(minutes=-7)])
async def test_the_clock_is_held_against_slacks(wrong_by):
    """Its `Date` header, to the second."""
    ours = MovableClock(datetime.now(UTC) + wrong_by)
    async with SlackSimulator(SystemClock()) as slack:
        found = await checkup(client_of(slack), ours)
    assert abs(found.ahead - wrong_by) <= timedelta(seconds=2)


@pytest.mark.parametrize("headers", [{}, {"Date": "yesterday"}])
async def test_what_the_headers_do_not_say_is_not_known(headers):
    """As behind a proxy that drops them."""

    async def auth_test(_request):
        body = {
            "ok": True,
            "team_id": "T1",
            "team": "A",
            "url": "https://a/",
            "bot_id": "B1",
            "user_id": "U1",
        }
        return web.json_response(body, headers={"Date": "", **headers})

    app = web.Application()
    app.router.add_route("*", "/api/auth.test", auth_test)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0]
    found = await checkup(AsyncWebClient("xoxb-1", base_url=f"http://{host}:{port}/api/"), MovableClock())
    await runner.cleanup()
    assert (found.lacking, found.ahead) == (None, None)


async def test_a_token_that_does_not_work_is_said():
    async with SlackSimulator(SystemClock()) as slack:
        slack.refuses_tokens()
        with pytest.raises(SlackRefused, match="SLACK_BOT_TOKEN: Slack answers invalid_auth to it"):
            await checkup(client_of(slack), SystemClock())
