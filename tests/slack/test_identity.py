"""Who the bot is: a token that Slack refuses is a sentence, and so is a Slack that cannot be asked, which is waited for."""

import asyncio

import pytest
from structlog.testing import capture_logs

from bot.domain.ids import TeamId
from bot.slack.api.identity import (
    SlackRefused,
    SlackUnavailable,
    Workspace,
    can_open_sockets,
    once_it_answers,
    who_are_we,
)
from tests.clock import MovableClock
from tests.slack.odd_slack import NO_ANSWERS, odd_slack

pytestmark = pytest.mark.anyio

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


@pytest.fixture
async def slack():
    async with odd_slack() as slack:
        yield slack


GONE = {"body": b"gone", "status": 502, "content_type": "text/html"}


@pytest.mark.parametrize("grid", [{}, {"is_enterprise_install": False, "enterprise_id": "E1"}])
async def test_what_slack_says_of_the_token(slack, grid):
    slack.answers({**WHO, **grid})
    assert await who_are_we(slack.client) == ACME


@pytest.mark.parametrize("what", NO_ANSWERS)
async def test_a_body_that_says_nothing_is_a_sentence(slack, what):
    """It proves nothing about a token, so nobody is told to change one."""
    slack.answers(**NO_ANSWERS[what])
    for question in (who_are_we(slack.client), can_open_sockets(slack.client, "xapp-1")):
        with pytest.raises(SlackUnavailable, match=f"What answers at {slack.client.base_url} makes no sense"):
            await question


async def test_an_answer_without_a_workspace_is_a_sentence(slack):
    """Something that says `ok` to everything is not Slack."""
    slack.answers({"ok": True})
    with pytest.raises(SlackUnavailable, match="does not say which workspace"):
        await who_are_we(slack.client)


async def test_a_refused_token_is_a_sentence(slack):
    slack.answers({"ok": False, "error": "account_inactive"})
    with pytest.raises(SlackRefused, match=r"SLACK_BOT_TOKEN: Slack rejects it \(account_inactive"):
        await who_are_we(slack.client)
    with pytest.raises(SlackRefused, match=r"SLACK_APP_TOKEN: Slack rejects it \(account_inactive"):
        await can_open_sockets(slack.client, "xapp-1")


RATE_LIMIT = {"body": {"ok": False, "error": "ratelimited"}, "status": 429, "Retry_After": "90"}


@pytest.mark.parametrize(
    ("answers", "waits", "why"),
    [
        ([GONE] * 7, [1, 2, 4, 8, 16, 30, 30], "makes no sense (HTTP 502)."),
        ([RATE_LIMIT], [90], "Slack asks to be left alone for 90 seconds."),
    ],
)
async def test_whoever_starts_waits_for_slack(slack, answers, waits, why):
    """Longer each time, half a minute at most, or as long as Slack asks for; each reason is said once."""
    clock, reasons = ImpatientClock(), []
    slack.answers(**answers[0])
    for answer in answers[1:]:
        slack.then(**answer)
    slack.then(WHO)
    with capture_logs() as logs:
        assert await once_it_answers(lambda: who_are_we(slack.client), clock, reasons.append) == ACME
    assert clock.waits == waits
    (said,) = logs
    assert (said["event"], said["log_level"]) == ("slack_is_away", "warning")
    assert said["why"].endswith(why)
    assert reasons == [*[said["why"]] * len(answers), ""]


async def test_a_refusal_is_not_waited_for(slack):
    clock, reasons = ImpatientClock(), []
    slack.answers(**GONE)
    slack.then({"ok": False, "error": "invalid_auth"})
    with capture_logs(), pytest.raises(SlackRefused):
        await once_it_answers(lambda: who_are_we(slack.client), clock, reasons.append)
    assert clock.waits == [1]
    assert len(reasons) == 1


@pytest.mark.parametrize(
    "said",
    [
        {"is_enterprise_install": True, "enterprise_id": "E1"},
        {"is_enterprise_install": True, "enterprise_id": "E1", "team_id": "E1"},
        {"enterprise_id": "E1", "team_id": "E1"},
        {"enterprise_id": "E1", "team_id": None},
    ],
)
async def test_a_token_of_a_whole_organization_is_refused(slack, said):
    """In words, and not waited for: it is of no workspace, so nobody could be a member."""
    slack.answers({**WHO, **said})
    with pytest.raises(SlackRefused, match="installed for a whole organization"):
        await who_are_we(slack.client)
