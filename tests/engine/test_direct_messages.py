"""What is owed to whoever asked is told once, even while two lanes would tell it."""

import asyncio

import pytest

from bot.domain.events import Event, EventKind, StoredEvent
from bot.domain.ids import Actor, TeamId, UserId
from bot.engine.delivery.direct_messages import DirectMessages
from bot.engine.delivery.message_retries import MessageRetries
from bot.slack.publishing.threads import Threads
from tests.clock import START
from tests.domain import samples
from tests.simulator.slack_apps import client_of

pytestmark = pytest.mark.anyio

POST = "chat.postMessage"


async def test_two_lanes_tell_it_once(slack, clock):
    """What comes while Slack's answer is still out is told afterwards, in a message of its own."""
    ana, approvals = slack.adds_person("ana"), slack.adds_channel("approvals")
    client = client_of(slack)
    direct = DirectMessages(Threads(client, clock, "https://acme.slack.com/"), MessageRetries(clock))
    asked = Actor(TeamId(slack.workspace.team_id), UserId(ana.id))
    operation = samples.waiting(requester=asked, place=approvals.id)
    first, second = (
        StoredEvent(number, operation.id, Event(EventKind.OVERDUE, START), None) for number in (1, 2)
    )
    slack.refuses(POST, "user_disabled", where=lambda _: clock.now() == START)
    await direct.tell(operation, [first])
    clock.passes(seconds=5)
    slack.hangs(POST)
    slow_lane = asyncio.create_task(direct.again(operation.id))
    await slack.until(lambda: slack.hanging == 1)
    clock.passes(seconds=5)
    assert await direct.tell(operation, [second]) is None
    assert await direct.again(operation.id) is None
    clock.passes(seconds=5)
    slack.lets_go()
    assert await slow_lane == clock.now(), "the rest is still owed"
    clock.passes(seconds=5)
    assert await direct.again(operation.id) is None
    assert direct.owed == ()
    assert [message.text.count("unusually long") for message in ana.dms] == [1, 1]
