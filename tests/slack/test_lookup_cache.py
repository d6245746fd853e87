"""The memory of look-ups: bounded, and good for a minute."""

from datetime import timedelta

import pytest

from bot.slack.api.lookup_cache import MANY, LookupCache
from tests.clock import START

pytestmark = pytest.mark.anyio


class AdjustableClock:
    def __init__(self):
        self.shows = START

    def now(self):
        return self.shows


class Source:
    """Answers with how often it was asked."""

    def __init__(self):
        self.asked = 0

    async def __call__(self):
        self.asked += 1
        return self.asked


async def test_memory_is_bounded_and_loses_what_was_not_used_for_longest():
    lookups, source = LookupCache(AdjustableClock(), 1.0), Source()
    for number in range(MANY):
        await lookups.of(str(number), source)
    await lookups.of("0", source)
    await lookups.of("one more", source)
    assert len(lookups._known) == MANY
    assert await lookups.of("0", source) == 1
    assert await lookups.of("1", source) == MANY + 2


@pytest.mark.parametrize(("change", "answer"), [(timedelta(seconds=60), 1), (timedelta(seconds=61), 2)])
async def test_an_answer_of_another_minute_is_asked_for_again(change, answer):
    clock, source = AdjustableClock(), Source()
    lookups = LookupCache(clock, 1.0)
    await lookups.of("ana", source)
    clock.shows += change
    assert await lookups.of("ana", source) == answer
