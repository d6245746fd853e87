"""Slack's rate limits: its pace per channel and per card, and the waits it asked for.

Slack takes about one message a second in a channel, and answers 429 with `Retry-After` for a method that is used too
much. Kept in memory: a restart costs one 429 at most.
"""

from collections.abc import Hashable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.engine.ports import Clock

INTERVAL = timedelta(seconds=1)
MANY = 1000  # places; above that, those that are free again are dropped


@dataclass(slots=True)
class RateLimits:
    clock: Clock
    _free_at: dict[Hashable, datetime] = field(default_factory=dict)

    def free_at(self, *places: Hashable) -> datetime | None:
        """When all of `places` (a method, a channel, a card) are free; None if they are now."""
        now = self.clock.now()
        latest = max((self._free_at[place] for place in places if place in self._free_at), default=now)
        return latest if latest > now else None

    def used(self, *places: Hashable) -> None:
        """A message went there: the next must wait a second."""
        self.hold(INTERVAL, *places)

    def hold(self, wait: timedelta, *places: Hashable) -> datetime:
        """Send nothing more there for `wait`; returns when that ends."""
        now = self.clock.now()
        if len(self._free_at) > MANY:
            self._free_at = {place: at for place, at in self._free_at.items() if at > now}
        until = now + wait
        for place in places:
            self._free_at[place] = max(until, self._free_at.get(place, until))
        return until
