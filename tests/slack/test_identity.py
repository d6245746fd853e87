"""Who the bot is: a token that Slack refuses is a sentence, and so is a Slack that cannot be asked, which is waited for."""

import asyncio
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from bot.domain.ids import TeamId
from bot.slack.api.identity import (
    SlackAway,
    SlackRefused,
    Workspace,
    can_open_sockets,
    once_it_answers,
    who_are_we,
)
from tests.clock import MovableClock
from tests.slack.odd_slack import NO_ANSWERS, odd_slack

WHO = {
    "ok": True,
    "team_id": "T1",
    "team": "Acme",
    "url": "https://acme.slack.com/",
    "bot_id": "B1",
    "user_id": "U1",
}
ACME = Workspace(TeamId("T1"), "Acme", "https://acme.slack.com/", "B1", "U1")


class ImpatientClock(MovableClock):
    """Whoever waits finds that the time has passed; `waits` are the seconds of each."""

    def __init__(self) -> None:
        super().__init__()
        self.waits = []

    async def wait(self, _wake: asyncio.Event, until) -> None:
        self.waits.append((until - self.now()).total_seconds())
        self.moves_to(until)


@pytest.mark.anyio
async def test_what_slack_says_of_the_token():
    async with odd_slack() as slack:
        slack.answers(WHO)
        assert await who_are_we(slack.client) == ACME


@pytest.mark.anyio
@pytest.mark.parametrize("what", NO_ANSWERS)
async def test_a_body_that_says_nothing_is_a_sentence(what):
    """It proves nothing about a token, so nobody is told to change one."""
    async with odd_slack() as slack:
        slack.answers(**NO_ANSWERS[what])
        for question in (who_are_we(slack.client), can_open_sockets(slack.client, "xapp-1")):
            with pytest.raises(SlackAway, match=f"What answers at {slack.client.base_url} makes no sense"):
                await question


@pytest.mark.anyio
async def test_an_answer_without_a_workspace_is_a_sentence():
    """Something that says `ok` to everything is not Slack."""
    async with odd_slack() as slack:
        slack.answers({"ok": True})
        with pytest.raises(SlackAway, match="does not say which workspace"):
            await who_are_we(slack.client)


@pytest.mark.anyio
async def test_a_refused_token_is_a_sentence():
    async with odd_slack() as slack:
        slack.answers({"ok": False, "error": "account_inactive"})
        with pytest.raises(SlackRefused, match="SLACK_BOT_TOKEN: Slack answers account_inactive"):
            await who_are_we(slack.client)
        with pytest.raises(SlackRefused, match="SLACK_APP_TOKEN: Slack answers account_inactive"):
            await can_open_sockets(slack.client, "xapp-1")


@pytest.mark.anyio
async def test_whoever_starts_waits_for_slack():
    """Longer each time, half a minute at most; each reason is said once."""
    clock = ImpatientClock()
    async with odd_slack() as slack:
        slack.answers(b"gone", status=502, content_type="text/html")
        for _ in range(6):
            slack.then(b"gone", status=502, content_type="text/html")
        slack.then(WHO)
        with capture_logs() as logs:
            assert await once_it_answers(lambda: who_are_we(slack.client), clock) == ACME
    assert clock.waits == [1, 2, 4, 8, 16, 30, 30]
    assert [line["event"] for line in logs] == ["slack_is_away"]
    assert logs[0]["log_level"] == "warning"


@pytest.mark.anyio
async def test_whoever_starts_waits_as_long_as_slack_asks_for():
    clock = ImpatientClock()
    async with odd_slack() as slack:
        slack.answers({"ok": False, "error": "ratelimited"}, status=429, Retry_After="90")
        slack.then(WHO)
        with capture_logs() as logs:
            await once_it_answers(lambda: who_are_we(slack.client), clock)
    assert clock.waits == [90]
    assert logs[0]["why"] == "Slack asks to be left alone for 90 seconds."


@pytest.mark.anyio
async def test_a_refusal_is_not_waited_for():
    clock = ImpatientClock()
    async with odd_slack() as slack:
        slack.answers(b"gone", status=502, content_type="text/html")
        slack.then({"ok": False, "error": "invalid_auth"})
        with capture_logs(), pytest.raises(SlackRefused):
            await once_it_answers(lambda: who_are_we(slack.client), clock)
    assert clock.waits == [timedelta(seconds=1).total_seconds()]


@pytest.mark.anyio
@pytest.mark.parametrize(
    "said",
    [
        {"is_enterprise_install": True, "enterprise_id": "E1"},
        {"is_enterprise_install": True, "enterprise_id": "E1", "team_id": "E1"},
        {"enterprise_id": "E1", "team_id": "E1"},
        {"enterprise_id": "E1", "team_id": None},
    ],
)
async def test_a_token_of_a_whole_organization_is_refused(said):
    """In words, and not waited for: it is of no workspace, so nobody could be a member."""
    async with odd_slack() as slack:
        slack.answers({**WHO, **said})
        with pytest.raises(SlackRefused, match="installed for a whole organization"):
            await who_are_we(slack.client)


@pytest.mark.anyio
async def test_a_workspace_of_a_grid_is_a_workspace():
    async with odd_slack() as slack:
        slack.answers({**WHO, "is_enterprise_install": False, "enterprise_id": "E1"})
        assert await who_are_we(slack.client) == ACME
