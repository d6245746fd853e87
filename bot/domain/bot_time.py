"""The bot's own time: which moment it is, whatever is done to the wall clock of its machine.

The wall clock says what the time was when the bot first ran; from then on the seconds are counted that pass since the
machine booted, suspension included, which nobody can set. So whoever sets the wall clock makes nothing lapse, be sent
sooner or wait for ever. The bot's time follows the wall clock again, but so slowly that nobody is harmed. After another
boot there are no seconds to count: then the wall clock is believed where it goes on, and never where it goes back.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.errors import UserError

FOLLOWS_BY = 0.005  # of the time that passes: a cancel window of 60 s is then right to 0.3 s, and a second off is made up for in minutes
A_JUMP = timedelta(
    seconds=3
)  # more than a leap second; NTP moves the counted seconds along where it is gentle
GAP_MOST = timedelta(days=30)  # between two runs; longer than any request lives, and few bots rest so long


class ClockNotBelieved(UserError):  # noqa: N818 - named for what happened, like every other outcome
    """The wall clock says that the bot rested for longer than anybody can be expected to have wanted."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What the machine's clocks show at one moment.

    `boottime` is in seconds since this boot, which `boot` tells from others; None where the system does not name it.
    """

    wall: datetime
    boottime: float
    boot: str | None

    @property
    def booted_at(self) -> datetime:
        """By the wall clock: it changes when that is set, and else never."""
        return self.wall - timedelta(seconds=self.boottime)


@dataclass(frozen=True, slots=True)
class Jump:
    """The wall clock was set `by` so much, forward or back, shortly before `at` of the bot's time."""

    at: datetime
    by: timedelta


@dataclass(frozen=True, slots=True)
class ClockRecord:
    """The bot's time at a moment of a boot, and what the wall clock made of that boot: enough to go on from."""

    time: datetime
    boottime: float
    boot: str | None
    booted_at: datetime
    jump: Jump | None = None
    """The last that was noticed."""

    @classmethod
    def first(cls, reading: Reading) -> "ClockRecord":
        return cls(reading.wall, reading.boottime, reading.boot, reading.booted_at)

    def is_of(self, reading: Reading) -> bool:
        """Whether seconds were counted from the record to the reading."""
        same = reading.boot is not None and reading.boot == self.boot
        return same and reading.boottime >= self.boottime


def passed(elapsed: float, behind: float) -> float:
    """How many seconds the bot's time goes on by while `elapsed` are counted, if it is so many `behind` the wall clock."""
    most = elapsed * FOLLOWS_BY
    return elapsed + min(max(behind - elapsed, -most), most)


def jumped(record: ClockRecord, reading: Reading) -> timedelta | None:
    """By how much the wall clock was set since the record, of the same boot; None if it was not."""
    by = reading.booted_at - record.booted_at
    return by if abs(by) > A_JUMP else None


def resumed(record: ClockRecord | None, reading: Reading) -> ClockRecord:
    """What to go on from: the record itself in the same boot, else a new one, which is never before the record."""
    if record is None:
        return ClockRecord.first(reading)
    if record.is_of(reading):
        return record
    time = max(reading.wall, record.time)
    back = reading.wall - time
    jump = Jump(time, back) if -back > A_JUMP else record.jump
    return ClockRecord(time, reading.boottime, reading.boot, reading.booted_at, jump)


def believed(record: ClockRecord | None, reading: Reading) -> None:
    """Let the bot start by this clock.

    Raises:
        ClockNotBelieved: it has been for too long that the bot did not run, and everything would lapse if it were not true.
    """
    if record is None or record.is_of(reading) or reading.wall - record.time <= GAP_MOST:
        return
    raise ClockNotBelieved(
        f"This machine's clock shows {_in_words(reading.wall)}, {(reading.wall - record.time).days} days after the bot "
        f"last ran ({_in_words(record.time)}). Is that true? If not, set the clock, and start again: by a wrong clock "
        "grants and requests would lapse for good. If it is, say so: `pipeline-bot clock reset --yes`."
    )


def in_words(jump: Jump) -> str:
    """As in "the wall clock was set forward by 1 h 0 min"."""
    return f"{'forward' if jump.by > timedelta(0) else 'back'} by {length(jump.by)}"


def compared(ahead: timedelta) -> str:
    """As in "the bot's time is 1 h 0 min behind the wall clock"."""
    return f"{length(ahead)} {'ahead of' if ahead > timedelta(0) else 'behind'}"


def length(span: timedelta) -> str:
    """Of either sign, in the two largest units that say something."""
    seconds = round(abs(span).total_seconds())
    days, hours, minutes = seconds // 86400, seconds // 3600 % 24, seconds // 60 % 60
    if days:
        return f"{days} d {hours} h"
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {seconds % 60} s" if minutes else f"{seconds} s"


def _in_words(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
