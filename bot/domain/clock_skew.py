"""Clock skew: how far this machine's clock is ahead of a server's, by the `Date` header of one response. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

_A_SECOND = timedelta(seconds=1)  # HTTP's resolution: the fraction is cut off


@dataclass(frozen=True, slots=True)
class ClockSkew:
    """`ahead` is negative if this machine is behind. The truth is within `uncertainty` of it, on either side."""

    ahead: timedelta
    uncertainty: timedelta

    def certainly_exceeds(self, limit: timedelta) -> bool:
        return abs(self.ahead) - self.uncertainty > limit


def clock_skew(date: str, sent: datetime, received: datetime) -> ClockSkew | None:
    """The skew, for a request that was sent and answered at these moments; None if `date` is no HTTP date.

    The server wrote the header at some moment in between, and cut it to the second.
    """
    try:
        written = parsedate_to_datetime(date)
    except (ValueError, OverflowError):
        return None
    theirs = written if written.tzinfo else written.replace(tzinfo=UTC)
    least, most = sent - theirs - _A_SECOND, received - theirs
    return ClockSkew((least + most) / 2, (most - least) / 2)
