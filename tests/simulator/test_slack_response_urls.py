"""response_urls: five uses in half an hour, no membership needed, and what each may replace."""

import pytest
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.simulator.slack import SlackSimulator
from tests.clock import MovableClock
from tests.simulator.slack_apps import actions, button, client_of, connected, echoing_app

pytestmark = pytest.mark.anyio


@pytest.fixture
def clock():
    return MovableClock()


@pytest.fixture
async def slack(clock):
    async with SlackSimulator(clock, strict_pacing=False) as slack, connected(echoing_app(slack), slack):
        yield slack


@pytest.fixture
def ana(slack):
    return slack.adds_person("ana")


@pytest.fixture
def ops(slack):
    return slack.adds_channel("ops")


def last_url(slack):
    """The URL that came with the last delivery."""
    return slack.deliveries[-1].envelope.payload["response_url"]


async def send(url, **body):
    """Status and text of the answer to this message."""
    answer = await AsyncWebhookClient(url).send_dict(body)
    return answer.status_code, answer.body


async def command_url(slack, person, channel):
    await person.types("/pipeline help", channel=channel)
    return last_url(slack)


async def posts_a_button(slack, channel, **more):
    answer = await client_of(slack).chat_postMessage(
        channel=channel.id, text="Choose", blocks=[actions(button("Go"))], **more
    )
    return channel.message(answer["ts"])


async def test_an_answer_is_ephemeral_unless_it_says_in_channel(slack, ana, ops):
    """Only `in_channel` is for everybody."""
    ben = slack.adds_person("ben")
    url = await command_url(slack, ana, ops)
    assert await send(url, text="for you") == (200, "ok")
    assert await send(url, text="for all", response_type="in_channel") == (200, "ok")
    assert [message.text for message in ana.ephemerals] == ["You typed help", "for you"]
    assert [message.text for message in ben.sees()] == ["for all"]


async def test_it_works_five_times(slack, ana, ops):
    """The sixth use is 404 `used_url`, and shows nothing."""
    url = await command_url(slack, ana, ops)
    for number in range(5):
        assert await send(url, text=str(number)) == (200, "ok")
    assert await send(url, text="once more") == (404, "used_url")
    assert [message.text for message in ana.ephemerals] == ["You typed help", *"01234"]


async def test_it_works_for_half_an_hour(slack, ana, ops, clock):
    """By the clock of the workspace; then it is 404 `expired_url`."""
    url = await command_url(slack, ana, ops)
    clock.passes(minutes=30)
    assert await send(url, text="in time") == (200, "ok")
    clock.passes(seconds=1)
    assert await send(url, text="too late") == (404, "expired_url")


async def test_an_invented_url_is_nobodys(slack, ana, ops):
    """It takes the whole URL, not a guess."""
    url = await command_url(slack, ana, ops)
    assert await send(f"{url}x", text="x") == (404, "invalid_url")


async def test_it_needs_no_membership_and_no_permission_to_post(slack, ana):
    """It answers where chat.postMessage cannot: private channels, archived or restricted ones."""
    secret = slack.adds_channel("secret", private=True, bot_is_member=False)
    url = await command_url(slack, ana, secret)
    secret.restricts_posting()
    assert await send(url, text="still here", response_type="in_channel") == (200, "ok")
    assert [message.text for message in secret.messages] == ["still here"]


async def test_a_pressed_message_can_be_replaced_for_everybody(slack, ana, ops):
    """The source message keeps its ts and gets a new version."""
    message = await posts_a_button(slack, ops)
    await ana.clicks("Go")
    assert await send(last_url(slack), text="Chosen", replace_original=True) == (200, "ok")
    assert (ops.messages, message.text, message.blocks, message.edited) == ([message], "Chosen", (), 1)


async def test_a_pressed_message_that_was_deleted_cannot_be_replaced(slack, ana, ops):
    """Nobody sees it any more."""
    message = await posts_a_button(slack, ops)
    await ana.clicks("Go")
    slack.workspace.deletes(message)
    assert ana.sees() == []
    assert await send(last_url(slack), text="x", replace_original=True) == (400, "message_not_found")


async def test_an_ephemeral_message_can_be_replaced_by_its_own_press_only(slack, ana, ops):
    """The URL of the press replaces it; the URL of the command that brought it only adds another."""
    commanded = await command_url(slack, ana, ops)
    await send(commanded, text="Sure?", blocks=[actions(button("Go"))])
    await ana.clicks("Go")
    await send(commanded, text="no replacement", replace_original=True)
    await send(last_url(slack), text="Done", replace_original=True)
    assert [(message.text, message.edited) for message in ana.ephemerals] == [
        ("You typed help", 0),
        ("Done", 1),
        ("no replacement", 0),
    ]


async def test_without_replace_a_press_only_adds(slack, ana, ops):
    """The message with the button stays as it is."""
    message = await posts_a_button(slack, ops)
    await ana.clicks("Go")
    await send(last_url(slack), text="Heard you")
    assert message.edited == 0
    assert [each.text for each in ana.sees()] == ["Choose", "Heard you"]


async def test_an_answer_can_go_to_a_thread(slack, ana, ops):
    """thread_ts must be a message of that channel."""
    message = await posts_a_button(slack, ops)
    await ana.clicks("Go")
    url = last_url(slack)
    assert await send(url, text="in thread", response_type="in_channel", thread_ts=message.ts) == (200, "ok")
    assert [each.text for each in slack.thread(message)] == ["Choose", "in thread"]
    assert await send(url, text="nowhere", thread_ts="1.1") == (400, "invalid_thread_ts")


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"response_type": "ephemeral"}, "no_text"),
        ({"text": "x", "blocks": [{"type": "banner"}]}, "invalid_blocks"),
        ({"text": "x", "blocks": "{"}, "invalid_blocks_format"),
    ],
)
async def test_the_limits_hold_here_as_well(slack, ana, ops, body, error):
    """A refused message is no use of the URL."""
    url = await command_url(slack, ana, ops)
    for _ in range(6):
        assert await send(url, **body) == (400, error)
    assert await send(url, text="fine") == (200, "ok")


async def test_each_press_has_a_url_of_its_own(slack, ana, ops):
    """Five uses of one press take nothing from the next."""
    await posts_a_button(slack, ops)
    urls = []
    for _ in range(2):
        await ana.clicks("Go")
        urls.append(last_url(slack))
    for _ in range(5):
        await send(urls[0], text="x")
    assert await send(urls[0], text="x") == (404, "used_url")
    assert await send(urls[1], text="x") == (200, "ok")
