"""response_urls: five uses in half an hour, no membership needed, and what each may replace."""

import pytest
from slack_sdk.webhook.async_client import AsyncWebhookClient

from tests.simulator.slack_apps import actions, button, sent, texts

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("echo")]

OK = (200, "ok")


@pytest.fixture
async def url(slack, ana, ops):
    """That of a command which ana typed."""
    await ana.types("/pipeline help", channel=ops)
    return sent(slack)["response_url"]


@pytest.fixture
def presses(slack, client, ana, ops):
    """Posts a button, presses it, and returns the message and the URL of the press."""

    async def press():
        rows = [actions(button("Go"))]
        answer = await client.chat_postMessage(channel=ops.id, text="Choose", blocks=rows)
        await ana.clicks("Go")
        return ops.message(answer["ts"]), sent(slack)["response_url"]

    return press


async def send(url, **body):
    answer = await AsyncWebhookClient(url).send_dict(body)
    return answer.status_code, answer.body


async def test_an_answer_is_ephemeral_unless_it_says_in_channel(slack, ana, url):
    ben = slack.adds_person("ben")
    assert await send(url, text="for you") == OK
    assert await send(url, text="for all", response_type="in_channel") == OK
    assert texts(ana.ephemerals) == ["You typed help", "for you"]
    assert texts(ben.sees()) == ["for all"]


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"response_type": "ephemeral"}, "no_text"),
        ({"text": "x", "blocks": [{"type": "banner"}]}, "invalid_blocks"),
        ({"text": "x", "blocks": "{"}, "invalid_blocks_format"),
    ],
)
async def test_it_works_five_times(ana, url, body, error):
    """The limits hold here as well: a refused message is no use of the URL, and none is shown."""
    for number in range(5):
        assert await send(url, **body) == (400, error)
        assert await send(url, text=str(number)) == OK
    assert await send(url, text="once more") == (404, "used_url")
    assert texts(ana.ephemerals) == ["You typed help", *"01234"]


async def test_it_works_for_half_an_hour(clock, url):
    """By the clock of the workspace; it takes the whole URL, not a guess."""
    assert await send(f"{url}x", text="x") == (404, "invalid_url")
    clock.passes(minutes=30)
    assert await send(url, text="in time") == OK
    clock.passes(seconds=1)
    assert await send(url, text="too late") == (404, "expired_url")


async def test_it_needs_no_membership_and_no_permission_to_post(slack, ana):
    secret = slack.adds_channel("secret", private=True, bot_is_member=False)
    await ana.types("/pipeline help", channel=secret)
    secret.restricts_posting()
    assert await send(sent(slack)["response_url"], text="still here", response_type="in_channel") == OK
    assert texts(secret.messages) == ["still here"]


async def test_a_pressed_message_can_be_replaced_for_everybody(ops, presses):
    message, pressed = await presses()
    assert await send(pressed, text="Chosen", replace_original=True) == OK
    assert (ops.messages, message.text, message.blocks, message.edited) == ([message], "Chosen", (), 1)


async def test_a_pressed_message_that_was_deleted_cannot_be_replaced(slack, ana, presses):
    message, pressed = await presses()
    slack.workspace.deletes(message)
    assert ana.sees() == []
    assert await send(pressed, text="x", replace_original=True) == (400, "message_not_found")


async def test_an_ephemeral_message_can_be_replaced_by_its_own_press_only(slack, ana, url):
    """The URL of the press replaces it; the URL of the command that brought it only adds another."""
    await send(url, text="Sure?", blocks=[actions(button("Go"))])
    await ana.clicks("Go")
    await send(url, text="no replacement", replace_original=True)
    await send(sent(slack)["response_url"], text="Done", replace_original=True)
    assert [(message.text, message.edited) for message in ana.ephemerals] == [
        ("You typed help", 0),
        ("Done", 1),
        ("no replacement", 0),
    ]


@pytest.mark.parametrize(
    ("how", "shown"),
    [
        ("adds", [("You typed help", 0), ("Done", 0)]),
        ("replaces", [("Done", 1)]),
        ("refuses", [("You typed help", 0)]),
    ],
)
async def test_what_the_ack_of_a_command_said(slack, ana, url, how, shown):
    """Slack documents no replacing of it: what an app would see if Slack did, or refused to, can be tried."""
    slack.replaces_after_commands(how)
    answer = await send(url, text="Done", replace_original=True)
    assert answer == ((400, "cant_update_message") if how == "refuses" else OK)
    assert [(message.text, message.edited) for message in ana.ephemerals] == shown
    assert await send(url, text="beside") == OK
    assert texts(ana.ephemerals)[-1] == "beside"


async def test_without_replace_a_press_only_adds_and_to_a_thread_if_it_says_so(slack, ana, presses):
    message, pressed = await presses()
    await send(pressed, text="Heard you")
    assert message.edited == 0
    assert texts(ana.sees()) == ["Choose", "Heard you"]
    answer = {"response_type": "in_channel", "thread_ts": message.ts}
    assert await send(pressed, text="in thread", **answer) == OK
    assert texts(slack.thread(message)) == ["Choose", "in thread"]
    assert await send(pressed, text="nowhere", thread_ts="1.1") == (400, "invalid_thread_ts")


async def test_each_press_has_a_url_of_its_own(presses):
    urls = [(await presses())[1] for _ in range(2)]
    for _ in range(5):
        await send(urls[0], text="x")
    assert await send(urls[0], text="x") == (404, "used_url")
    assert await send(urls[1], text="x") == OK
