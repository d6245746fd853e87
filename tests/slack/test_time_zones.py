"""A person's time zone, asked of a Slack over HTTP: by it a time of day is read, so it is known or refused."""

from zoneinfo import ZoneInfo

import pytest

from bot.domain.access.permissions import Kind
from bot.engine.ports import Unresolved
from tests.slack.people import actor, asked, look_at

pytestmark = pytest.mark.anyio


async def test_the_zone_of_the_profile(slack, people):
    """From the look-up that says who somebody is: no further question to Slack."""
    ana = slack.adds_person("ana", tz="Asia/Kolkata")
    await look_at(people, actor(ana), frozenset())
    assert await people.time_zone(actor(ana)) == ZoneInfo("Asia/Kolkata")
    assert asked(slack) == [("users.info", ana.id)]


@pytest.mark.parametrize(
    ("tz", "why"),
    [
        (None, "the Slack profile has no time zone"),
        ("", "the Slack profile has no time zone"),
        ("Mars/Olympus", "this bot does not know Mars/Olympus"),
        ("Europe", "this bot does not know Europe"),
        ("../../etc/passwd", "this bot does not know ../../etc/passwd"),
        ({"name": 7}, "this bot does not know {'name': 7}"),
    ],
)
async def test_a_zone_that_is_not_known(slack, people, tz, why):
    """It never keeps somebody from being a member."""
    ana = slack.adds_person("ana", tz=tz)
    assert await people.time_zone(actor(ana)) == Unresolved(why, exists=False)
    assert (await look_at(people, actor(ana), frozenset())).kind is Kind.MEMBER


async def test_a_zone_that_cannot_be_asked_for(slack, people):
    slack.rate_limits("users.info", retry_after=17)
    ana = slack.adds_person("ana")
    assert await people.time_zone(actor(ana)) == Unresolved("Slack rate-limited me; retry in 17 s")
