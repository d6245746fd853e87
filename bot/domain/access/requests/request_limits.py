"""Request limits: how many requests one person may have waiting, and how many they may make in ten minutes. Pure.

A request is what others have to approve. Without a limit, one person who requests and withdraws repeatedly could keep a
channel busy for everybody.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

OPEN_REQUESTS_MAX = 5  # of one person
REQUESTS_MAX = 10  # of one person …
REQUESTS_WITHIN = timedelta(minutes=10)  # … in so long


def next_request_at(asked_at: Iterable[datetime], now: datetime) -> datetime | None:
    """When somebody who made requests at these moments may make the next; None if now. All times are bot time.

    Times after `now` are from before `clock reset`, and do not count.
    """
    counting = sorted(at for at in asked_at if now - REQUESTS_WITHIN < at <= now)
    return counting[-REQUESTS_MAX] + REQUESTS_WITHIN if len(counting) >= REQUESTS_MAX else None
