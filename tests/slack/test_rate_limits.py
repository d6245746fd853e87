"""When Slack may be asked next: a second between posts in a place, and as long as Slack itself says."""

from datetime import timedelta

from bot.slack.api.rate_limits import MANY, RateLimits
from tests.clock import START, MovableClock


def seconds(count):
    return timedelta(seconds=count)


def test_a_place_is_free_until_it_is_used():
    """Each place has its own second; what is not asked for does not matter."""
    clock = MovableClock()
    pace = RateLimits(clock)
    assert pace.free_at("chat.postMessage", "C1") is None
    pace.used("C1")
    assert pace.free_at("chat.postMessage", "C1") == START + seconds(1)
    assert pace.free_at("C2") is None
    clock.passes(seconds=1)
    assert pace.free_at("C1") is None


def test_the_longest_wait_counts():
    """A post needs its method, its channel and its card to be free."""
    pace = RateLimits(MovableClock())
    pace.used("C1")
    assert pace.hold(seconds(30), "chat.postMessage") == START + seconds(30)
    assert pace.free_at("C1", "chat.postMessage") == START + seconds(30)


def test_a_wait_is_never_shortened():
    """Slack said half a minute; a post that was under way does not make it one second."""
    pace = RateLimits(MovableClock())
    pace.hold(seconds(30), "C1")
    pace.used("C1")
    assert pace.free_at("C1") == START + seconds(30)


def test_what_is_free_again_is_forgotten():
    """Memory stays bounded, and no wait is lost by it."""
    clock = MovableClock()
    pace = RateLimits(clock)
    pace.hold(seconds(60), "slow")
    for number in range(MANY + 1):
        pace.used(number)
    clock.passes(seconds=2)
    pace.used("one more")
    assert pace.free_at("slow") == START + seconds(60)
    assert len(pace._free_at) == 2
