"""How much one person may ask of others in a while: ten requests in ten minutes of the bot's own time."""

from datetime import timedelta

from bot.domain.access.request_limits import REQUESTS_MAX, REQUESTS_WITHIN, next_request_at
from tests.clock import START


def minutes(*counts):
    return [START + timedelta(minutes=count) for count in counts]


def test_the_eleventh_waits_until_the_first_is_ten_minutes_old():
    """In whatever order they are read."""
    asked_at, now = minutes(*range(REQUESTS_MAX)), START + timedelta(minutes=9)
    assert next_request_at(asked_at[1:], now) is None
    assert next_request_at(asked_at, now) == START + REQUESTS_WITHIN
    assert next_request_at(reversed(asked_at), now) == START + REQUESTS_WITHIN
    assert next_request_at(asked_at, START + REQUESTS_WITHIN) is None


def test_after_a_clock_reset_nobody_waits_for_a_future_that_was_wrong():
    """The bot's time went back by an hour: what was asked for "later" holds nobody up."""
    assert next_request_at(minutes(*range(REQUESTS_MAX)), START - timedelta(hours=1)) is None
