"""docs/events.md is that of the models, and what it tells receivers to do works."""

import re

import pytest

from bot.webhooks.receiver_settings import ReceiverSettings
from tests import events_page
from tests.webhooks.receiver import SECRET

pytestmark = pytest.mark.anyio

PAGE = events_page.PAGE.read_text()


def test_the_page_is_that_of_the_models():
    assert events_page.page() == PAGE, "write it: python -m tests.events_page"


def test_the_schema_is_that_of_the_models():
    assert events_page.SCHEMA.read_text() == events_page.schema(), "write it: python -m tests.events_page"


def test_the_page_lists_every_setting_of_a_receiver():
    table = PAGE.partition("| Setting |")[2].partition("\n\n")[0]
    listed = set(re.findall(r"^\| `([A-Z_]+)` \|", table, re.MULTILINE))
    assert listed == {name.upper() for name in ReceiverSettings.model_fields}


async def test_the_receiver_of_the_page_works(feed, receiver):
    """Run as it is written, on what the bot sends: each event is stored once, and one with a wrong body is not."""
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    stored = []
    page = {"secret": SECRET, "store": stored.append}
    exec(code, page)  # noqa: S102 - the page's own example
    sender = await feed.sender(receiver)
    await feed.writes("one")
    await feed.sends(sender)
    (body,), (headers,) = receiver.bodies, receiver.headers
    assert [page["receive"](body, headers) for _ in range(2)] == [204, 204]
    assert [event["data"]["details"]["reason"] for event in stored] == ["one"]
    with pytest.raises(Exception, match="No matching signature"):
        page["receive"](body.replace("one", "two"), headers)
