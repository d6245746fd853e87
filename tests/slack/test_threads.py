"""Cards, edits and lines in a Slack that answers oddly: always a value, and a lost answer is told from a refusal."""

from datetime import timedelta

import pytest

from bot.domain.events import Event, EventKind
from bot.engine.ports import RetryLater, Taken
from bot.slack.publishing.threads import AFTER_TROUBLE, Threads
from tests.clock import START, MovableClock
from tests.domain import samples
from tests.slack.odd_slack import NO_ANSWERS, RATE_LIMITS, odd_slack

pytestmark = pytest.mark.anyio

LINE = (Event(EventKind.SENT, START),)
POSTED = {"ok": True, "channel": "C1", "ts": "1700000000.000100"}


async def each(slack):
    """What comes of a card, of an edit and of a line, each as if nothing had been tried before."""

    def threads():
        return Threads(slack.client, MovableClock(), "https://acme.slack.com/")

    return [
        await threads().post_card(samples.ready(card=None)),
        await threads().edit_card(samples.ready()),
        await threads().post_lines(samples.ready(), LINE),
    ]


@pytest.fixture
async def slack():
    async with odd_slack() as slack:
        yield slack


async def test_what_slack_takes(slack):
    slack.answers(POSTED)
    assert await each(slack) == [
        Taken("1700000000.000100", samples.CARD),
        Taken("1700000000.000100"),
        Taken("1700000000.000100"),
    ]


@pytest.mark.parametrize("what", NO_ANSWERS)
async def test_a_body_that_says_nothing_leaves_it_in_doubt(slack, what):
    """The call may have been carried out: whatever stands in Slack's place, it is tried again, and counted."""
    slack.answers(**NO_ANSWERS[what])
    assert await each(slack) == [RetryLater(START + AFTER_TROUBLE, in_doubt=True)] * 3


@pytest.mark.parametrize("missing", ["channel", "ts"])
async def test_a_post_that_stands_nowhere_is_in_doubt(slack, missing):
    """Without its place no card can be edited; `ok` alone is no proof."""
    for nonsense in (None, 7, "", ["C1"]):
        slack.answers(POSTED | {missing: nonsense})
        card, edit, line = await each(slack)
        assert card == line == RetryLater(START + AFTER_TROUBLE, in_doubt=True)
        assert edit == Taken("1700000000.000100")


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("40", 40),
        ("0.5", 1),
        ("0", 1),
        ("-3", 1),
        ("99999999999999", 3600),
        ("1e400", 3600),
        ("nan", 30),
        ("²", 30),
        ("soon", 30),
        (None, 30),
    ],
)
async def test_a_wait_that_slack_asks_for(slack, said, seconds):
    """Between a second and an hour, whatever the header says; certainly not taken."""
    headers = {} if said is None else {"Retry_After": said}
    slack.answers({"ok": False, "error": "ratelimited"}, status=429, **headers)
    assert await each(slack) == [RetryLater(START + timedelta(seconds=seconds))] * 3


@pytest.mark.parametrize("body", RATE_LIMITS)
async def test_a_429_is_known_by_its_status(slack, body):
    """Whoever in between counts calls says it in a body of their own: certainly not taken, and not before its time."""
    slack.answers(**RATE_LIMITS[body], status=429, Retry_After="40")
    assert await each(slack) == [RetryLater(START + timedelta(seconds=40))] * 3


@pytest.mark.parametrize("error", ["ratelimited", "rate_limited"])
async def test_a_wait_said_in_a_word_alone(slack, error):
    slack.answers({"ok": False, "error": error})
    assert await each(slack) == [RetryLater(START + timedelta(seconds=30))] * 3


async def test_nobody_listens(slack):
    slack.client.base_url = "http://127.0.0.1:9/api/"
    assert await each(slack) == [RetryLater(START + AFTER_TROUBLE)] * 3
