"""How often a minute an app may call each method: Slack's tiers, each method counted for itself.

A call that is refused does not count. Methods that Slack limits in another way, or hardly, are not in here.
"""

import math
from collections import defaultdict, deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.simulator.slack.errors import Refused

MINUTE = timedelta(minutes=1)
TIER_2, TIER_3, TIER_4 = 20, 50, 100  # calls a minute
MOST_A_MINUTE = {
    "usergroups.users.list": TIER_2,
    "chat.postEphemeral": TIER_4,
    "chat.update": TIER_3,
    "users.info": TIER_4,
    "views.open": TIER_4,
    "views.publish": TIER_4,
    "views.update": TIER_4,
}


@dataclass
class Tiers:
    strict: bool
    _taken: dict[str, deque[datetime]] = field(default_factory=lambda: defaultdict(deque))

    def takes(self, method: str, now: datetime) -> None:
        """Count a call.

        Raises:
            Refused: ratelimited, until the minute has room again.
        """
        most = MOST_A_MINUTE.get(method)
        if not self.strict or most is None:
            return
        taken = self._taken[method]
        while taken and taken[0] <= now - MINUTE:
            taken.popleft()
        if len(taken) >= most:
            free_in = taken[0] + MINUTE - now
            raise Refused("ratelimited", retry_after=math.ceil(free_in.total_seconds()))
        taken.append(now)
