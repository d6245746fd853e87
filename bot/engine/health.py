"""Whether the bot works, for whoever watches over it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Health:
    """`reasons` are sentences; where the bot works all the same they are worth knowing."""

    ok: bool = True
    reasons: tuple[str, ...] = ()
