"""How often a minute something may be done, each key counted for itself: one who does it all the time uses up their own."""

from collections import OrderedDict, deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.engine.ports.feldera import Clock

MINUTE = timedelta(minutes=1)
MANY = 1000  # keys remembered before those used longest ago are forgotten


@dataclass(slots=True)
class RateBudget:
    """Kept in memory: a restart gives everybody a new one."""

    clock: Clock
    _taken: OrderedDict[str, deque[datetime]] = field(default_factory=OrderedDict)

    def takes(self, key: str, most: int) -> bool:
        """Whether there is one left of `most` in this minute, which is then taken."""
        if self.free_in(key, most):
            return False
        self._taken.setdefault(key, deque()).append(self.clock.now())
        self._taken.move_to_end(key)
        if len(self._taken) > MANY:
            self._taken.popitem(last=False)
        return True

    def free_in(self, key: str, most: int) -> timedelta:
        """How long until there is one left; nothing if there is now. Callers may each leave a part to others: less `most`."""
        taken, now = self._taken.get(key, deque()), self.clock.now()
        while taken and taken[0] <= now - MINUTE:
            taken.popleft()
        return taken[len(taken) - most] + MINUTE - now if len(taken) >= most else timedelta()
