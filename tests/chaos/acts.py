"""Acts: who did what when in a chaos run, and what they were told. The oracle and the books go by these.

What somebody is told is kept with the act, so that an answer can be held against what the audit log has.
"""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.simulator.slack import render, render_view
from bot.simulator.slack.errors import NotPossibleError
from tests.chaos.world import ChaosWorld

SHOWN = 8  # of what a person alone is shown, the newest


@dataclass(slots=True)
class Act:
    """One thing that somebody did: `began` and `ended` are moments, `about` is an operation's id, or whole text typed."""

    who: str
    how: str  # "typed", "pressed" or "submitted"
    about: str
    label: str
    at: datetime
    began: int
    ended: int = -1
    until: datetime | None = None
    told: list[str] = field(default_factory=list)
    error: str | None = None

    def __str__(self) -> str:
        told = " | ".join(text.replace("\n", " ¶ ")[:300] for text in self.told)
        return f"{self.at:%d %H:%M:%S} {self.who} {self.how} {self.label!r} {self.about!r} -> {self.error or told}"


class Acting:
    """How people do something: it is kept, it is done, and what they are shown then is kept, too."""

    def __init__(self, world: ChaosWorld, acts: list[Act]) -> None:
        self.world = world
        self.acts = acts

    def act(self, who: str, how: str, about: str, label: str) -> Act:
        return Act(who, how, about, label, self.world.clock.now(), self.world.moment)

    def _does(self, act: Act, work: Coroutine[Any, Any, Any]) -> None:
        self._do([(act, work)])

    def _do(self, acts: list[tuple[Act, Coroutine[Any, Any, Any]]]) -> None:
        before = {act.who: self._screens(act.who) for act, _ in acts}

        async def together() -> None:
            for (act, _), answer in zip(acts, await _all(acts), strict=True):
                act.error = answer

        self.acts += [act for act, _ in acts]
        try:
            self.world.performs(together())
        finally:
            for act, work in acts:
                work.close()  # the bot may be cut off before it is even begun
                was = before[act.who]
                act.told = [text for place, text in self._screens(act.who).items() if was.get(place) != text]
                self._ended(act)

    def _ended(self, act: Act) -> None:
        self.world.notices()
        act.ended, act.until = self.world.moment, self.world.clock.now()

    def _screens(self, who: str) -> dict[str, str]:
        """What one person alone is shown, by where it stands."""
        person, names = self.world.people[who].person, self.world.slack.names
        shown = {
            message.ts: f"{len(message.history)} {render(message, names)}"
            for message in person.ephemerals[-8:]
        }
        modal = person.modal
        return shown if modal is None else shown | {modal.id: f"{modal.hash} {render_view(modal, names)}"}


async def _all(acts: list[tuple[Act, Coroutine[Any, Any, Any]]]) -> list[str | None]:
    """Done at once; what Slack's client does not let them do is not done."""

    async def one(work: Coroutine[Any, Any, Any]) -> str | None:
        try:
            return (await work).error or None
        except NotPossibleError as error:
            return f"not possible: {error}"

    return await asyncio.gather(*(one(work) for _, work in acts))
