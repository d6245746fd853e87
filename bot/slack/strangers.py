"""Requests over HTTP that Slack did not sign, or not lately: said in the log, but never once for each.

A wrong secret refuses everything, and its only trace is here; a scanner must not be able to fill the log. Nothing of
such a request is logged: whoever sent it chose the words.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.engine.ports import Clock

log = structlog.get_logger(__name__)

SAID_AGAIN_AFTER = timedelta(minutes=1)  # in between they are only counted


@dataclass(slots=True)
class Strangers:
    clock: Clock
    _unsaid: int = 0
    _said_at: datetime | None = None

    def refused(self, *, signed_seconds_ago: int | None = None) -> None:
        """One more was refused. Slack signed it then, by the wall clock, or never.

        Signatures are checked by the wall clock, not by the bot's time: once that was set right, all is well again.
        """
        self._unsaid += 1
        now = self.clock.now()
        if self._said_at is not None and now < self._said_at + SAID_AGAIN_AFTER:
            return
        if signed_seconds_ago is None:
            log.warning(
                "unsigned_request_refused",
                requests=self._unsaid,
                meaning="a request without Slack's signature was refused: is SLACK_SIGNING_SECRET right?",
            )
        else:
            log.warning(
                "stale_request_refused",
                requests=self._unsaid,
                signed_seconds_ago=signed_seconds_ago,
                meaning="a request that Slack signed was refused, because it is more than five minutes old by the wall clock "
                "of this machine, or from the future: set the clock by NTP. If it is right, somebody repeats an old request.",
            )
        self._unsaid, self._said_at = 0, now
