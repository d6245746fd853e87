"""Rate budget: how often a minute something may be done, counted per key, so that one user exhausts only their own."""

from collections import OrderedDict, deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.engine.ports.feldera import Clock

MINUTE = timedelta(minutes=1)
MANY = 1000  # keys kept before the least recently used are forgotten


@dataclass(slots=True)
class RateBudget:
    """Kept in memory: a restart resets it for everybody."""

    clock: Clock
    _taken: OrderedDict[str, deque[datetime]] = field(default_factory=OrderedDict)

    def takes(self, key: str, most: int) -> bool:
        """Take one of `most` in this minute; false if none is left."""
        if self.free_in(key, most):
            return False
        self._taken.setdefault(key, deque()).append(self.clock.now())
        self._taken.move_to_end(key)
        if len(self._taken) > MANY:
            self._taken.popitem(last=False)
        return True

    def free_in(self, key: str, most: int) -> timedelta:
        """How long until one is left; zero if now. Callers can each leave a part to others with a lower `most`."""
        taken, now = self._taken.get(key, deque()), self.clock.now()
        while taken and taken[0] <= now - MINUTE:
            taken.popleft()
        return taken[len(taken) - most] + MINUTE - now if len(taken) >= most else timedelta()
