"""When a message that Slack did not take is tried again: by a schedule of its own, and not for ever if it was refused."""

from datetime import timedelta

from bot.engine.delivery.message_retries import FAILED_AGAIN_MOST, MessageRetries, Part
from tests.clock import START, MovableClock

CARD, LINE, OTHER = ("op-1", Part.CARD), ("op-1", Part.THREAD), ("op-2", Part.CARD)


def seconds(count):
    return timedelta(seconds=count)


def test_a_refusal_is_for_good_the_fourth_time():
    """After 5 s, 30 s and 2 min; whatever else is told of the same operation has a schedule of its own."""
    clock, pauses = MovableClock(), []
    retries = MessageRetries(clock)
    while (again_at := retries.refused(CARD)) is not None:
        assert retries.held_until(CARD) == again_at
        assert retries.held_until(LINE) is None
        pauses.append((again_at - clock.now()).total_seconds())
        clock.moves_to(again_at)
        assert retries.held_until(CARD) is None
    assert pauses == [5, 30, 120]
    assert retries.refused(CARD) == clock.now() + seconds(5), "the next one begins anew"


def test_a_failure_is_tried_again_for_ever_and_less_and_less_often():
    """Twice as long each time, up to a minute, and never before Slack's own time."""
    clock = MovableClock()
    retries = MessageRetries(clock)
    pauses = [(retries.failed(CARD, START) - START).total_seconds() for _ in range(6)]
    assert pauses == [5, 10, 20, 40, 60, 60]
    assert retries.failed(CARD, START + seconds(300)) == START + seconds(300)
    for _ in range(5000):
        assert retries.failed(OTHER, START) <= START + FAILED_AGAIN_MOST


def test_failures_do_not_use_up_the_tries_of_a_refusal():
    """Slack being broken in between proves nothing about the message."""
    clock = MovableClock()
    retries = MessageRetries(clock)
    assert retries.refused(CARD) == START + seconds(5)
    retries.failed(CARD, START)
    assert retries.refused(CARD) == START + seconds(30)
    retries.over(CARD)
    assert retries.refused(CARD) == START + seconds(5)


def test_what_is_told_no_more_is_forgotten():
    retries = MessageRetries(MovableClock())
    for message in (CARD, LINE, OTHER):
        retries.refused(message)
    retries.keep_only({"op-2"})
    assert [retries.held_until(message) is None for message in (CARD, LINE, OTHER)] == [True, True, False]
