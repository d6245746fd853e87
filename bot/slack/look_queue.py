"""A queue for what people are shown of each Feldera: a hundred previews at once would delay every ack by seconds.

Each takes a part of the event loop's every turn, and an ack takes many turns. What waits here takes none.
"""

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field

from bot.domain.names import PipelineName
from bot.domain.targets import TargetName, Targets

LOOKS_AT_ONCE = 8  # at one Feldera: one that hangs delays what is shown of itself alone


@dataclass(slots=True)
class LookQueue:
    """First come, first served, for each Feldera by itself."""

    targets: Targets
    at_once: int = LOOKS_AT_ONCE
    _turns: defaultdict[TargetName | None, asyncio.Semaphore] = field(init=False)

    def __post_init__(self) -> None:
        self._turns = defaultdict(lambda: asyncio.Semaphore(self.at_once))

    def turn(self, name: PipelineName) -> asyncio.Semaphore:
        """To be held while looking at this pipeline."""
        return self._turns[self.targets.of(name)]
