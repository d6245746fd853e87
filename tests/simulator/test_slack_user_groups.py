"""User groups: who is in them, how they are asked for, typed and shown."""

import pytest

from bot.simulator.slack import SlackSimulator, render
from tests.clock import MovableClock
from tests.simulator.slack_apps import client_of, connected, echoing_app, error_of

pytestmark = pytest.mark.anyio


@pytest.fixture
async def slack():
    async with SlackSimulator(MovableClock(), strict_pacing=False) as slack:
        yield slack


@pytest.fixture
def client(slack):
    return client_of(slack)


async def members(client, group):
    return (await client.usergroups_users_list(usergroup=group.id))["users"]


async def test_people_join_and_leave(slack, client):
    """The list is the members' ids, deactivated people included; joining twice is joining."""
    ana, ben = slack.adds_person("ana"), slack.adds_person("ben")
    oncall = slack.adds_user_group("oncall", [ana])
    oncall.joins(ben)
    oncall.joins(ben)
    ben.is_deactivated()
    assert await members(client, oncall) == [ana.id, ben.id]
    oncall.leaves(ana)
    assert await members(client, oncall) == [ben.id]
    with pytest.raises(ValueError, match="not in list"):
        oncall.leaves(ana)


async def test_a_group_may_not_be_there(slack, client):
    """Unknown, disabled until it is enabled again, or the plan has none at all."""
    oncall = slack.adds_user_group("oncall")
    assert await error_of(client.usergroups_users_list(usergroup="S0")) == "no_such_subteam"
    oncall.is_disabled()
    assert await error_of(members(client, oncall)) == "no_such_subteam"
    shown = await client.usergroups_users_list(usergroup=oncall.id, include_disabled=True)
    assert shown["users"] == []
    oncall.is_enabled()
    slack.downgrades_plan()
    assert await error_of(members(client, oncall)) == "plan_upgrade_required"
    slack.upgrades_plan()
    assert await members(client, oncall) == []


async def test_a_typed_group_is_sent_as_a_mention(slack):
    """As long as there is such a group to mention."""
    ana = slack.adds_person("ana")
    oncall = slack.adds_user_group("on-call")
    slack.adds_channel("ops")
    sent = []
    async with connected(echoing_app(slack), slack):
        for change in (lambda: None, oncall.is_disabled, oncall.is_enabled, slack.downgrades_plan):
            change()
            await ana.types("/pipeline grant @on-call operator *", channel="ops")
            sent.append(slack.deliveries[-1].envelope.payload["text"])
    mention = f"grant <!subteam^{oncall.id}|@on-call> operator *"
    assert sent == [mention, "grant @on-call operator *", mention, "grant @on-call operator *"]


async def test_a_group_is_shown_by_its_handle(slack, client):
    """Only groups that do not exist are suspicious, and whole channels."""
    oncall, ops = slack.adds_user_group("oncall"), slack.adds_channel("ops")
    await client.chat_postMessage(channel=ops.id, text=f"<!subteam^{oncall.id}> <!subteam^{oncall.id}|@old>")
    assert [render(message, slack.names) for message in ops.messages] == ["@oncall @oncall"]
    assert slack.suspicious == []
    await client.chat_postMessage(channel=ops.id, text="<!subteam^S0GONE|@oncall> <!channel>")
    assert slack.suspicious == ["<!subteam^S0GONE|@oncall>", "<!channel>"]
