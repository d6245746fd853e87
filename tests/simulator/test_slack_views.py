"""Modals and the Home tab: trigger ids, hashes, and what the app is told of a Home."""

import pytest

from bot.simulator.slack import NotPossibleError
from tests.simulator.slack_apps import (
    actions,
    button,
    connected,
    echoing_app,
    error_of,
    home,
    modal,
    refusal,
    section,
    sent,
    serving,
)

pytestmark = pytest.mark.anyio


@pytest.fixture
def app(slack):
    """The echoing app, which hears of an opened Home as well; not connected."""
    app = echoing_app(slack)

    @app.event("app_home_opened")
    async def hears(ack):
        await ack()

    return app


@pytest.fixture
def trigger(slack, ana, ops, echo):  # noqa: ARG001 - it takes the commands
    """A trigger id that ana just caused."""

    async def caused():
        await ana.types("/pipeline help", channel=ops)
        return sent(slack)["trigger_id"]

    return caused


async def test_a_trigger_opens_one_modal_for_whoever_caused_it(slack, ana, client, trigger):
    ben, used = slack.adds_person("ben"), await trigger()
    opened = await client.views_open(trigger_id=used, view=modal(section("Sure?"), private_metadata="op_1"))
    assert opened["view"]["private_metadata"] == "op_1"
    assert ana.modal.id == opened["view"]["id"]
    assert ben.modal is None
    assert await error_of(client.views_open(trigger_id=used, view=modal())) == "exchanged_trigger_id"
    assert await error_of(client.views_open(trigger_id="1.2.x", view=modal())) == "invalid_trigger_id"


async def test_a_trigger_lives_three_seconds(ana, client, clock, trigger):
    late = await trigger()
    clock.passes(seconds=3.1)
    assert await error_of(client.views_open(trigger_id=late, view=modal())) == "expired_trigger_id"
    assert ana.modal is None


async def test_a_view_that_breaks_a_limit_does_not_use_up_the_trigger(ana, client, trigger):
    """Slack checks the arguments first, and says where they are wrong; then that it has at most 250 kB."""
    good = await trigger()
    refused = await refusal(client.views_open(trigger_id=good, view=modal(private_metadata="x" * 3001)))
    assert refused["error"] == "invalid_arguments"
    assert refused["response_metadata"]["messages"] == [
        "[ERROR] must be less than 3001 characters [json-pointer:/view/private_metadata]"
    ]
    large, allowed = (modal(*[section("x" * 3000)] * number) for number in (85, 80))
    assert await error_of(client.views_open(trigger_id=good, view=large)) == "view_too_large"
    await client.views_open(trigger_id=good, view=allowed)
    assert ana.modal is not None


async def test_an_update_with_an_old_hash_is_a_conflict(ana, client, trigger):
    """The hash changes with every update; a closed view is none any more."""
    view = (await client.views_open(trigger_id=await trigger(), view=modal()))["view"]
    await client.views_update(view_id=view["id"], hash=view["hash"], view=modal(section("Loaded")))
    stale = client.views_update(view_id=view["id"], hash=view["hash"], view=modal())
    assert await error_of(stale) == "hash_conflict"
    assert ana.modal.body["blocks"] == [section("Loaded")]
    await ana.closes_modal()
    assert await error_of(client.views_update(view_id=view["id"], view=modal())) == "not_found"


async def test_each_person_has_a_home_of_their_own(slack, ana, client):
    """Published again it is replaced, unless the hash is old; suspicious tokens are noted, though it rings nobody."""
    ben = slack.adds_person("ben")
    first = (await client.views_publish(user_id=ana.id, view=home(section("Hello"))))["view"]["hash"]
    await client.views_publish(user_id=ana.id, view=home(section("<!here>")), hash=first)
    assert ana.home.body["blocks"] == [section("<!here>")]
    assert ben.home is None
    assert slack.suspicious == ["<!here>"]
    for person, view, how, error in (
        (ana.id, home(section("Old")), {"hash": first}, "hash_conflict"),
        ("U0", home(section("x")), {}, "user_not_found"),
        (ana.id, modal(), {}, "invalid_arguments"),
    ):
        assert await error_of(client.views_publish(user_id=person, view=view, **how)) == error


async def test_whoever_opens_home_is_told_to_the_app_over_socket_mode(slack, app, ana, client):
    """With their direct messages' channel and the tab; with the view once one was published, and its hash."""
    async with connected(app, slack):
        assert (await ana.opens_home()).error is None
        first = sent(slack)
        published = await client.views_publish(user_id=ana.id, view=home(section("Hello")))
        await ana.opens_home()
    assert (first["type"], first["team_id"]) == ("event_callback", "T0ACME")
    assert first["event"] == {
        "type": "app_home_opened",
        "user": ana.id,
        "channel": ana.dm.id,
        "tab": "home",
        "event_ts": "1772420400.000000",
    }
    assert sent(slack)["event"]["view"]["hash"] == published["view"]["hash"]


async def test_an_opened_home_is_told_over_signed_http_as_well(slack, app, ana):
    """As JSON, which Bolt takes only with a true signature."""
    async with serving(app) as url:
        slack.serves_over_http(url)
        assert (await ana.opens_home("messages")).error is None
    assert sent(slack)["event"]["tab"] == "messages"


@pytest.mark.usefixtures("echo")
async def test_a_press_on_home_comes_with_the_view_and_without_a_response_url(slack, ana, client):
    """There is no message to answer, only a trigger to open a modal with."""
    with pytest.raises(NotPossibleError, match="nothing is published"):
        ana.finds_on_home("Go")
    view = home(section("orders"), actions(button("Go", value="1")), actions(button("Go")), section("users"))
    await client.views_publish(user_id=ana.id, view=view)
    with pytest.raises(NotPossibleError, match="no button 'Go' below 'users'"):
        ana.finds_on_home("Go", below="users")
    await ana.presses(ana.finds_on_home("Go", below="orders"))
    payload = sent(slack)
    assert (payload["view"]["type"], payload["actions"][0]["value"]) == ("home", "1")
    assert payload["container"] == {"type": "view", "view_id": ana.home.id}
    assert payload["trigger_id"]
    assert {"response_url", "message", "channel"}.isdisjoint(payload)


async def test_a_hundred_publications_a_minute(ana, client, clock):
    """Tier 4: one more is asked to wait until the first is a minute ago."""

    def publish():
        return client.views_publish(user_id=ana.id, view=home(section("x")))

    for _ in range(100):
        await publish()
        clock.passes(seconds=0.1)
    refused = await refusal(publish())
    assert (refused["error"], refused.headers["Retry-After"]) == ("ratelimited", "50")
    clock.passes(seconds=50)
    await publish()


async def test_an_app_without_a_home_tab(slack, ana, client):
    slack.disables_home_tab()
    with pytest.raises(NotPossibleError, match="no Home tab"):
        await ana.opens_home()
    assert await error_of(client.views_publish(user_id=ana.id, view=home(section("x")))) == "not_enabled"
