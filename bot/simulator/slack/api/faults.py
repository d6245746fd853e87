"""Simulated faults of the Web API: each is used up by the next request to its method, or lasts.

A fault here is something the real service does to a client (429, 500, a lost reply); refusals that follow from
the state of the workspace are not faults and come from the methods themselves.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class RateLimited:
    """429 with `Retry-After`; the request is not processed."""

    retry_after: int


@dataclass(frozen=True, slots=True)
class ReplyLost:
    """The request is processed, then the connection drops."""


@dataclass(frozen=True, slots=True)
class RequestDropped:
    """The connection drops before anything is processed."""


@dataclass(frozen=True, slots=True)
class FailsWith:
    """A refusal with this error code; the request is not processed."""

    error: str


@dataclass(frozen=True, slots=True)
class ServerError:
    """500 with a page instead of JSON; the request is not processed."""


@dataclass(frozen=True, slots=True)
class Hangs:
    """The request is held, and processed and answered only when it is let go."""


Fault = RateLimited | ReplyLost | RequestDropped | FailsWith | ServerError | Hangs


@dataclass
class Faults:
    _coming: dict[str, deque[Fault]] = field(default_factory=lambda: defaultdict(deque))
    _for_good: list[tuple[str, Fault, Callable[[Mapping[str, Any]], object]]] = field(default_factory=list)

    def add(self, method: str, fault: Fault, *, times: int = 1, about: str = "") -> None:
        """For the next requests to this method; `about` picks those that have it as an argument."""
        self._coming[f"{method} {about}".strip()].extend([fault] * times)

    def next_for(self, method: str) -> Fault | None:
        coming = self._coming.get(method)
        return coming.popleft() if coming else None

    def refuse(self, method: str, fault: Fault, where: Callable[[Mapping[str, Any]], object]) -> None:
        """For every request to this method of whose arguments `where` is true."""
        self._for_good.append((method, fault, where))

    def accept(self, method: str) -> None:
        """End what `refuse` began for this method."""
        self._for_good = [each for each in self._for_good if each[0] != method]

    def next_about(self, method: str, args: Mapping[str, Any]) -> Fault | None:
        coming = (self.next_for(f"{method} {value}") for value in args.values())
        standing = (fault for name, fault, where in self._for_good if name == method and where(args))
        return next((fault for fault in [*coming, *standing] if fault is not None), None)

    @property
    def pending(self) -> dict[str, int]:
        """How many faults are still waiting for a request, by method."""
        return {method: len(coming) for method, coming in self._coming.items() if coming}
