"""What the app learns about itself from one `auth.test`."""

from datetime import datetime, timedelta

import pytest
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import SystemClock
from bot.simulator.slack import SlackSimulator
from bot.slack.api.app_check import SCOPES, checkup
from bot.slack.api.identity import SlackRefused, who_are_we
from tests.clock import MovableClock
from tests.simulator.slack_apps import client_of
from tests.streams import served_by

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("scopes", "missing", "superfluous"),
    [
        (SCOPES, set(), set()),
        ({"commands", "users:read", "files:read"}, {"chat:write", "usergroups:read"}, {"files:read"}),
    ],
)
async def test_one_question_tells_the_workspace_and_the_scopes_of_the_token(scopes, missing, superfluous):
    async with SlackSimulator(SystemClock(), scopes=scopes) as slack:
        found = await checkup(client_of(slack), SystemClock())
        assert [call.method for call in slack.calls] == ["auth.test"]
        assert found.workspace == await who_are_we(client_of(slack))
    assert (found.missing, found.superfluous) == (missing, superfluous)


class WrongClock(SystemClock):
    """A machine's clock that goes on, and is wrong by a constant."""

    def __init__(self, by: timedelta) -> None:
        self._by = by

    def now(self) -> datetime:
        return super().now() + self._by


@pytest.mark.parametrize("wrong_by", [timedelta(0), timedelta(minutes=7), timedelta(minutes=-7)])
async def test_the_clock_is_held_against_slacks(wrong_by):
    async with SlackSimulator(SystemClock()) as slack:
        found = await checkup(client_of(slack), WrongClock(wrong_by))
    assert abs(found.skew.ahead - wrong_by) <= found.skew.uncertainty


@pytest.mark.parametrize("headers", [{}, {"Date": "yesterday"}])
async def test_what_the_headers_do_not_say_is_not_known(headers):
    async def auth_test(_request):
        who = {"team_id": "T1", "team": "A", "url": "https://a/", "bot_id": "B1", "user_id": "U1"}
        return web.json_response({"ok": True, **who}, headers={"Date": "", **headers})

    async with served_by({"/api/auth.test": auth_test}) as address:
        client = AsyncWebClient("xoxb-1", base_url=f"http://{address}/api/")
        found = await checkup(client, MovableClock())
    assert (found.scopes, found.skew) == (None, None)
    assert (found.missing, found.superfluous) == (set(), set())


async def test_a_token_that_does_not_work_is_said():
    async with SlackSimulator(SystemClock()) as slack:
        slack.refuses_tokens()
        with pytest.raises(SlackRefused, match=r"SLACK_BOT_TOKEN: Slack rejects it \(invalid_auth\)"):
            await checkup(client_of(slack), SystemClock())
