"""Bot time: the bot's own clock, unaffected by changes to its machine's wall clock.

The wall clock gives the time of the bot's first run; from then on the bot counts the seconds since the machine booted,
suspension included, which nobody can set. So setting the wall clock makes nothing lapse, be sent sooner or wait
forever. Bot time then follows the wall clock so slowly that nobody is harmed. After another boot there are no seconds
to count: then a wall clock that went forward is believed, and one that went back never is.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.errors import UserError

FOLLOWS_BY = 0.005  # of elapsed time: a 60 s cancel window is right to 0.3 s; 1 s off is fixed in minutes
A_JUMP = timedelta(seconds=3)  # more than a leap second; where NTP slews, it moves the counted seconds too
GAP_MOST = timedelta(days=30)  # between two runs; longer than any request lives, and few bots are off so long


class ClockNotBelieved(UserError):  # noqa: N818 - named for what happened, like every other outcome
    """The wall clock says that the bot was off for longer than anybody is likely to have wanted."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The machine's clocks at one moment.

    `boottime` is in seconds since this boot; `boot` identifies the boot, and is None where the system does not name it.
    """

    wall: datetime
    boottime: float
    boot: str | None

    @property
    def booted_at(self) -> datetime:
        """By the wall clock: it changes only when that is set."""
        return self.wall - timedelta(seconds=self.boottime)


@dataclass(frozen=True, slots=True)
class Jump:
    """The wall clock was set by `by`, forward or back, shortly before `at` in bot time."""

    at: datetime
    by: timedelta


@dataclass(frozen=True, slots=True)
class ClockRecord:
    """Bot time at a moment of a boot, and the wall clock's time for that boot: enough to resume from."""

    time: datetime
    boottime: float
    boot: str | None
    booted_at: datetime
    jump: Jump | None = None
    """The last jump noticed."""

    @classmethod
    def first(cls, reading: Reading) -> "ClockRecord":
        return cls(reading.wall, reading.boottime, reading.boot, reading.booted_at)

    def is_of(self, reading: Reading) -> bool:
        """Whether the seconds between the record and the reading were counted."""
        same = reading.boot is not None and reading.boot == self.boot
        return same and reading.boottime >= self.boottime


def passed(elapsed: float, behind: float) -> float:
    """How many seconds bot time advances while `elapsed` are counted, if it is `behind` the wall clock by so many."""
    most = elapsed * FOLLOWS_BY
    return elapsed + min(max(behind - elapsed, -most), most)


def jumped(record: ClockRecord, reading: Reading) -> timedelta | None:
    """How far the wall clock was set since the record, within the same boot; None if it was not."""
    by = reading.booted_at - record.booted_at
    return by if abs(by) > A_JUMP else None


def resumed(record: ClockRecord | None, reading: Reading) -> ClockRecord:
    """The record to resume from: the record itself in the same boot, else a new one, never before the record."""
    if record is None:
        return ClockRecord.first(reading)
    if record.is_of(reading):
        return record
    time = max(reading.wall, record.time)
    back = reading.wall - time
    jump = Jump(time, back) if -back > A_JUMP else record.jump
    return ClockRecord(time, reading.boottime, reading.boot, reading.booted_at, jump)


def believed(record: ClockRecord | None, reading: Reading) -> None:
    """Check that the bot may start by this clock.

    Raises:
        ClockNotBelieved: the bot was off for too long, and everything would lapse if that were not true.
    """
    if record is None or record.is_of(reading) or reading.wall - record.time <= GAP_MOST:
        return
    raise ClockNotBelieved(
        f"This machine's clock shows {_in_words(reading.wall)}, {(reading.wall - record.time).days} days after the bot "
        f"last ran ({_in_words(record.time)}). If the clock is wrong, set it and start again: by a wrong clock, grants and "
        "requests would expire for good. If it is right, confirm it with `pipeline-bot clock reset --yes`."
    )


def in_words(jump: Jump) -> str:
    """As in "the wall clock was set forward by 1 h 0 min"."""
    return f"{'forward' if jump.by > timedelta(0) else 'back'} by {length(jump.by)}"


def compared(ahead: timedelta) -> str:
    """As in "the bot's time is 1 h 0 min behind the wall clock"."""
    return f"{length(ahead)} {'ahead of' if ahead > timedelta(0) else 'behind'}"


def length(span: timedelta) -> str:
    """The length, of either sign, in its largest unit and the next smaller one."""
    seconds = round(abs(span).total_seconds())
    days, hours, minutes = seconds // 86400, seconds // 3600 % 24, seconds // 60 % 60
    if days:
        return f"{days} d {hours} h"
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {seconds % 60} s" if minutes else f"{seconds} s"


def _in_words(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
