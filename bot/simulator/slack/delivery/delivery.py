"""Deliveries of Slack to an app, and the result for the person who caused them.

A transport (Socket Mode or signed HTTP) carries one envelope and waits for its ack. It never repeats one on its own:
Slack documents no retries for commands and interactions, and those of events are not simulated.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

EnvelopeType = Literal["slash_commands", "interactive", "events_api"]


@dataclass(frozen=True, slots=True)
class Envelope:
    id: str
    type: EnvelopeType
    payload: dict[str, Any]
    accepts_response_payload: bool

    @property
    def asks_for_options(self) -> bool:
        """Whether a menu requests its options: over HTTP that goes to an address of its own."""
        return self.payload.get("type") == "block_suggestion"


@dataclass(frozen=True, slots=True)
class Ack:
    """The app's answer within its time: `body` as sent, or the error the person sees instead."""

    body: dict[str, Any] = field(default_factory=dict)
    error: Literal["operation_timeout", "dispatch_failed"] | None = None


TIMED_OUT = Ack(error="operation_timeout")
NOT_DISPATCHED = Ack(error="dispatch_failed")


@dataclass(frozen=True, slots=True)
class RecordedDelivery:
    """`at` is when it was sent, not when its ack came."""

    envelope: Envelope
    ack: Ack
    at: datetime


class Transport(Protocol):
    async def deliver(self, envelope: Envelope, *, copies: int) -> Ack:
        """Send so many copies of it at once and wait for their acks.

        If the app is not connected or too slow, the `Ack` has an error.
        """
        ...


def best_of(acks: list[Ack]) -> Ack:
    """What the person sees when one delivery reached the app several times: the first good answer."""
    return next((ack for ack in acks if ack.error is None), acks[0])
