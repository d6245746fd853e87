"""How much one person may ask of others: so many requests that wait at once, and so many in a while. Pure.

A request is what others have to approve. Somebody who asks and withdraws in turn would otherwise keep a channel busy for everybody.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

OPEN_REQUESTS_MAX = 5  # of one person
REQUESTS_MAX = 10  # of one person …
REQUESTS_WITHIN = timedelta(minutes=10)  # … in so long


def next_request_at(asked_at: Iterable[datetime], now: datetime) -> datetime | None:
    """When somebody who asked at these moments may ask again; None if now. All moments are of the bot's own time.

    What is later than `now` was asked before `clock reset`, and does not count.
    """
    counting = sorted(at for at in asked_at if now - REQUESTS_WITHIN < at <= now)
    return counting[-REQUESTS_MAX] + REQUESTS_WITHIN if len(counting) >= REQUESTS_MAX else None
