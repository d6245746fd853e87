"""The Home tab: what the app is told when somebody opens it or presses a button there, and how often it may publish."""

import pytest

from bot.simulator.slack import NotPossibleError, SlackSimulator
from tests.clock import MovableClock
from tests.simulator.slack_apps import (
    actions,
    button,
    client_of,
    connected,
    echoing_app,
    error_of,
    refusal,
    section,
    serving,
)

pytestmark = pytest.mark.anyio


@pytest.fixture
def clock():
    return MovableClock()


@pytest.fixture
async def slack(clock):
    async with SlackSimulator(clock) as slack:
        yield slack


@pytest.fixture
def opened():
    """The events that the app heard of."""
    return []


@pytest.fixture
def app(slack, opened):
    app = echoing_app(slack)

    @app.event("app_home_opened")
    async def hears(body):
        opened.append(body)

    return app


@pytest.fixture
def ana(slack):
    return slack.adds_person("ana")


def home(*blocks):
    return {"type": "home", "blocks": list(blocks)}


async def test_whoever_opens_it_is_told_to_the_app_over_socket_mode(slack, app, ana, opened):
    """With their direct messages' channel, the tab, and no view before one was published."""
    async with connected(app, slack):
        answer = await ana.opens_home()
    assert answer.error is None
    (body,) = opened
    assert body["type"] == "event_callback"
    assert body["team_id"] == "T0ACME"
    assert body["event"] == {
        "type": "app_home_opened",
        "user": ana.id,
        "channel": ana.dm.id,
        "tab": "home",
        "event_ts": "1772420400.000000",
    }


async def test_and_over_signed_http(slack, app, ana, opened):
    """As JSON, which Bolt takes only with a true signature."""
    async with serving(app) as url:
        slack.serves_over_http(url)
        answer = await ana.opens_home("messages")
    assert answer.error is None
    assert [body["event"]["tab"] for body in opened] == ["messages"]


async def test_the_published_view_comes_with_the_event(slack, app, ana, opened):
    """With the hash by which the app knows whether it is the one it published last."""
    published = await client_of(slack).views_publish(user_id=ana.id, view=home(section("Hello")))
    async with connected(app, slack):
        await ana.opens_home()
    assert opened[0]["event"]["view"]["hash"] == published["view"]["hash"]


async def test_a_press_comes_with_the_view_and_without_a_response_url(slack, app, ana):
    """There is no message to answer, only a trigger to open a modal with."""
    view = home(section("orders"), actions(button("Go", value="1")), section("users"), actions(button("Go")))
    await client_of(slack).views_publish(user_id=ana.id, view=view)
    async with connected(app, slack):
        await ana.presses(ana.finds_on_home("Go", below="orders"))
    payload = slack.deliveries[-1].envelope.payload
    assert (payload["view"]["type"], payload["actions"][0]["value"]) == ("home", "1")
    assert payload["container"] == {"type": "view", "view_id": ana.home.id}
    assert payload["trigger_id"]
    assert {"response_url", "message", "channel"}.isdisjoint(payload)


async def test_nobody_presses_what_is_not_on_their_home(slack, ana):
    """A button is looked for where it stands."""
    with pytest.raises(NotPossibleError, match="nothing is published"):
        ana.finds_on_home("Go")
    await client_of(slack).views_publish(user_id=ana.id, view=home(actions(button("Go")), section("users")))
    with pytest.raises(NotPossibleError, match="no button 'Go' below 'users'"):
        ana.finds_on_home("Go", below="users")


async def test_a_hundred_publications_a_minute(slack, ana, clock):
    """Tier 4: one more is asked to wait until the first is a minute ago."""
    client = client_of(slack)
    for number in range(100):
        await client.views_publish(user_id=ana.id, view=home(section(str(number))))
        clock.passes(seconds=0.1)
    refused = await refusal(client.views_publish(user_id=ana.id, view=home(section("x"))))
    assert (refused["error"], refused.headers["Retry-After"]) == ("ratelimited", "50")
    clock.passes(seconds=50)
    await client.views_publish(user_id=ana.id, view=home(section("x")))


async def test_an_app_without_a_home_tab(slack, ana):
    """Nobody can open it, and nothing can be published there."""
    slack.disables_home_tab()
    with pytest.raises(NotPossibleError, match="no Home tab"):
        await ana.opens_home()
    view = home(section("x"))
    assert await error_of(client_of(slack).views_publish(user_id=ana.id, view=view)) == "not_enabled"
