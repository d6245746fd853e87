"""Modals and the Home tab: trigger ids, and hashes."""

import pytest

from bot.simulator.slack import SlackSimulator
from tests.clock import MovableClock
from tests.simulator.slack_apps import client_of, connected, echoing_app, error_of, refusal, section

pytestmark = pytest.mark.anyio


@pytest.fixture
def clock():
    return MovableClock()


@pytest.fixture
async def slack(clock):
    async with SlackSimulator(clock) as slack:
        slack.adds_channel("ops")
        async with connected(echoing_app(slack), slack):
            yield slack


@pytest.fixture
def ana(slack):
    return slack.adds_person("ana")


@pytest.fixture
def client(slack):
    return client_of(slack)


async def trigger(slack, person):
    """A trigger id this person just caused."""
    await person.types("/pipeline help", channel="ops")
    return slack.deliveries[-1].envelope.payload["trigger_id"]


def modal(text="Sure?", **more):
    title = {"type": "plain_text", "text": "Clear"}
    return {"type": "modal", "title": title, "blocks": [section(text)], **more}


def home(text):
    return {"type": "home", "blocks": [section(text)]}


async def test_a_trigger_opens_one_modal_for_whoever_caused_it(slack, ana, client):
    """It works once; nobody else gets a modal."""
    ben = slack.adds_person("ben")
    used = await trigger(slack, ana)
    opened = await client.views_open(trigger_id=used, view=modal(private_metadata="op_1"))
    assert opened["view"]["private_metadata"] == "op_1"
    assert ana.modal.id == opened["view"]["id"]
    assert ben.modal is None
    assert await error_of(client.views_open(trigger_id=used, view=modal())) == "exchanged_trigger_id"
    assert await error_of(client.views_open(trigger_id="1.2.x", view=modal())) == "invalid_trigger_id"


async def test_a_trigger_lives_three_seconds(slack, ana, client, clock):
    """By the clock of the workspace."""
    late = await trigger(slack, ana)
    clock.passes(seconds=3.1)
    assert await error_of(client.views_open(trigger_id=late, view=modal())) == "expired_trigger_id"
    assert ana.modal is None


async def test_a_view_that_breaks_a_limit_does_not_use_up_the_trigger(slack, ana, client):
    """Slack checks the arguments first, and says where they are wrong."""
    good = await trigger(slack, ana)
    broken = modal(private_metadata="x" * 3001)
    refused = await refusal(client.views_open(trigger_id=good, view=broken))
    assert refused["error"] == "invalid_arguments"
    assert refused["response_metadata"]["messages"] == [
        "[ERROR] must be less than 3001 characters [json-pointer:/view/private_metadata]"
    ]
    await client.views_open(trigger_id=good, view=modal())


async def test_a_view_may_be_too_large(slack, ana, client):
    """More than 250 kB is refused even if every block is short enough."""
    large = modal()
    large["blocks"] = [section("x" * 3000) for _ in range(85)]
    opening = client.views_open(trigger_id=await trigger(slack, ana), view=large)
    assert await error_of(opening) == "view_too_large"


async def test_an_update_with_an_old_hash_is_a_conflict(slack, ana, client):
    """The hash changes with every update."""
    opened = await client.views_open(trigger_id=await trigger(slack, ana), view=modal())
    view = opened["view"]
    await client.views_update(view_id=view["id"], hash=view["hash"], view=modal("Loaded"))
    assert ana.modal.body["blocks"] == [section("Loaded")]
    stale = client.views_update(view_id=view["id"], hash=view["hash"], view=modal())
    assert await error_of(stale) == "hash_conflict"
    assert await error_of(client.views_update(view_id="V0", view=modal())) == "not_found"


async def test_each_person_has_a_home_of_their_own(slack, ana, client):
    """Published again it is replaced, unless the hash is old."""
    ben = slack.adds_person("ben")
    first = await client.views_publish(user_id=ana.id, view=home("Hello"))
    await client.views_publish(user_id=ana.id, view=home("Again"), hash=first["view"]["hash"])
    assert ana.home.body["blocks"] == [section("Again")]
    assert ben.home is None
    stale = client.views_publish(user_id=ana.id, view=home("Old"), hash=first["view"]["hash"])
    assert await error_of(stale) == "hash_conflict"
    assert await error_of(client.views_publish(user_id="U0", view=home("x"))) == "user_not_found"
    assert await error_of(client.views_publish(user_id=ana.id, view=modal())) == "invalid_arguments"


async def test_suspicious_tokens_in_views_are_noted(slack, ana, client):
    """A modal rings nobody, but the unescaped text would elsewhere."""
    await client.views_publish(user_id=ana.id, view=home("<!here>"))
    assert slack.suspicious == ["<!here>"]
