"""Who the bot is: a token that Slack refuses is a sentence, and so is a Slack that cannot be asked."""

import pytest

from bot.domain.names import TeamId
from bot.slack.identity import (
    SlackAway,
    SlackRefused,
    Workspace,
    can_open_sockets,
    who_are_we,
)
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
