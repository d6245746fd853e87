"""Unsigned requests: HTTP requests refused for want of Slack's signature are counted, and logged at most once a minute.

A wrong signing secret refuses everything, and its only trace is here; a scanner must not be able to fill the log.
Nothing of such a request is logged: its sender chose the text.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

import structlog

from bot.engine.ports import Clock

log = structlog.get_logger(__name__)

LOGGED_AGAIN_AFTER = timedelta(minutes=1)  # in between they are only counted


class Defect(StrEnum):
    """Why a request was refused, as the log counts it."""

    UNSIGNED = "unsigned"
    ENCODED = "encoded"
    MALFORMED = "malformed"
    TOO_LARGE = "too_large"
    TOO_SLOW = "too_slow"
    CROWDED_OUT = "crowded_out"


@dataclass(slots=True)
class UnsignedRequests:
    """Counts refused requests. A stale signed request has its own log line, which no scanner can delay."""

    clock: Clock
    _unsaid: Counter[Defect] = field(default_factory=Counter)
    _stale: int = 0
    _said_at: datetime | None = None
    _stale_said_at: datetime | None = None

    def refused(self, defect: Defect = Defect.UNSIGNED) -> None:
        self._unsaid[defect] += 1
        if self._is_recent(self._said_at):
            return
        log.warning(
            "unsigned_request_refused",
            requests=self._unsaid.total(),
            by_defect={str(defect): number for defect, number in sorted(self._unsaid.items())},
            meaning="a request without Slack's signature was refused: is SLACK_SIGNING_SECRET right?",
        )
        self._unsaid.clear()
        self._said_at = self.clock.now()

    def stale(self, signed_seconds_ago: int) -> None:
        """Slack signed it, but too long ago, or in the future, by this machine's wall clock.

        Signatures are checked by the wall clock, not by the bot's time: once that is set right, requests pass again.
        """
        self._stale += 1
        if self._is_recent(self._stale_said_at):
            return
        log.warning(
            "stale_request_refused",
            requests=self._stale,
            signed_seconds_ago=signed_seconds_ago,
            meaning="a request that Slack signed was refused, because it is more than five minutes old by the wall clock "
            "of this machine, or from the future: set the clock by NTP. If it is right, somebody repeats an old request.",
        )
        self._stale, self._stale_said_at = 0, self.clock.now()

    def _is_recent(self, said_at: datetime | None) -> bool:
        return said_at is not None and self.clock.now() < said_at + LOGGED_AGAIN_AFTER
