"""What is measured, how long, and with how many live operations."""

from dataclasses import dataclass

IDLE, CLEARED, SDK = "idle", "cleared", "sdk"
TYPED = ("help", "whoami", "status", "clear")
APPROVE = "approve"
ACKS = (*TYPED, APPROVE)
KINDS = (IDLE, CLEARED, *ACKS, SDK)

SDK_MOST = 100  # pipelines: the SDK has a thread for each, and asks every 0.25 s


@dataclass(frozen=True, slots=True)
class Plan:
    """`seconds` are of each load, `idle_seconds` of each look at a process that is left alone, `clears` a number.

    `starts` are the kinds that one start of the bot is measured for: an operation that waits for more than half a minute is
    looked at less often, and an approved one is one more to look at.
    """

    live: tuple[int, ...] = (0, 100, 1_000, 10_000)
    rate: float = 100.0  # a second
    seconds: float = 10.0
    idle_seconds: float = 20.0
    settles_within: float = 3.0
    clears: int = 20
    kinds: frozenset[str] = frozenset(KINDS)
    starts: tuple[tuple[str, ...], ...] = (
        (IDLE, CLEARED),
        ("help", "whoami"),
        ("status", "clear"),
        (APPROVE,),
    )

    @property
    def deliveries(self) -> int:
        return max(1, round(self.rate * self.seconds))

    @property
    def wanted(self) -> list[tuple[str, ...]]:
        """The kinds to measure by start; those without any are left out."""
        chosen = [tuple(kind for kind in start if kind in self.kinds) for start in self.starts]
        return [kinds for kinds in chosen if kinds]

    @property
    def sdk_pipelines(self) -> int:
        """As many as the bot has live at one of its levels, so that they can be compared."""
        return max((count for count in self.live if count <= SDK_MOST), default=0)


QUICK = Plan(
    live=(20,),
    rate=40.0,
    seconds=0.5,
    idle_seconds=2.5,
    settles_within=0.2,
    clears=2,
    starts=((IDLE, CLEARED, *ACKS),),
)
