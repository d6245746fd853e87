"""`doctor`, of the installed app's manifest, which only a configuration token of a person can read."""

from copy import deepcopy
from pathlib import Path

import pytest
import yaml

from bot.diagnostics import slack_manifest
from bot.slack.api.app_check import SCOPES
from tests.cli.diagnosed import of_check, only

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).parents[2]
WANTED = yaml.safe_load((ROOT / "app_manifest.yml").read_text())
FIX = "Change it under App Manifest, in the app's settings, as in app_manifest.yml, and reinstall the app."


@pytest.fixture
def compared(world, examined):
    """The results, with this manifest installed."""

    async def compare(manifest, **changed):
        world.slack.manifest = manifest
        found = await examined(world, SLACK_CONFIG_TOKEN=world.slack.config_token, **changed)
        return of_check(found, "slack manifest")

    return compare


async def test_without_that_token_nothing_is_guessed(world, examined):
    status, said, advice = only(await examined(world), "slack manifest")
    assert (status, said) == (
        "unknown",
        "Commands, shortcuts, events and tabs of the installed app cannot be read with the bot's tokens.",
    )
    assert "app_manifest.yml" in advice
    assert "apps.manifest.export" not in {call.method for call in world.slack.calls}


async def test_the_app_is_installed_from_this_manifest(compared):
    assert await compared(WANTED) == [("ok", "The installed app has all that app_manifest.yml has.", "")]


async def test_an_app_from_an_older_manifest(compared):
    """What is missing fails, what is more is worth a look; Slack leaves out what is not set."""
    older = deepcopy(WANTED)
    del older["features"]["shortcuts"]
    older["features"]["app_home"] = {"messages_tab_enabled": True}
    older["features"]["slash_commands"].append({"command": "/old", "description": "Old"})
    del older["features"]["slash_commands"][0]["should_escape"]
    del older["settings"]["event_subscriptions"]
    older["oauth_config"]["scopes"]["bot"].append("files:read")
    assert await compared(older) == [
        (
            "failed",
            (
                "The installed app lacks escaped names in /pipeline, the Home tab, the event app_home_opened, the shortcut "
                "clear_a_pipeline."
            ),
            FIX,
        ),
        (
            "warning",
            "The installed app has what the bot does not need: the command /old, the scope files:read.",
            FIX,
        ),
    ]


async def test_the_connection_mode_of_the_app_and_of_the_bot(world, compared):
    said = "Socket Mode is on in the app, and not in the bot's settings."
    over_http = {"SLACK_APP_TOKEN": None, "SLACK_SIGNING_SECRET": world.slack.signing_secret}
    assert await compared(WANTED, **over_http) == [("failed", said, FIX)]


@pytest.mark.parametrize(
    "answer", [{"features": []}, {"features": {"slash_commands": [{}]}}, {"oauth_config": 7}]
)
async def test_an_answer_that_makes_no_sense(compared, answer):
    (found,) = await compared(answer)
    assert found == ("unknown", "Slack's answer makes no sense.", "")


async def test_a_token_that_has_ended(world, examined):
    found = await examined(world, SLACK_CONFIG_TOKEN="xoxe.xoxp-of-yesterday")
    assert only(found, "slack manifest") == ("unknown", "SLACK_CONFIG_TOKEN: Slack answers invalid_auth.", "")


def test_the_scopes_that_are_checked_are_those_of_the_manifest():
    assert slack_manifest.expected().oauth_config.scopes.bot == SCOPES
    assert slack_manifest.PATH.resolve() == ROOT / "app_manifest.yml"
