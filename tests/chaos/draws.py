"""What may happen in a chaos run, how often, and what is drawn for it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

from tests.chaos.cast import BUSY, CAST, GROUPS, PATTERNS, PIPELINES, SEATS, TARGETS, those
from tests.chaos.kinds import (
    AT_ONCE,
    DATABASE_FAULTS,
    DECISIONS,
    ELSEWHERE,
    FELDERA_FAULTS,
    LOOKS,
    METHODS,
    REQUESTS,
    ROLES,
    RULES,
    SLACK_FAULTS,
)


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happens at `at` after the beginning; `what` is a method of `Actions` or `Faults`."""

    at: timedelta
    what: str
    drawn: Mapping[str, Any] = field(default_factory=dict)
    drawn_from: str = ""  # the kind of which it is

    def __str__(self) -> str:
        return f"{self.at} {self.what} {dict(self.drawn)}"


def _pipeline(rng: Random) -> str:
    return rng.choice(BUSY if rng.random() < 0.6 else PIPELINES)


def _anybody(rng: Random, *likely: str) -> str:
    return rng.choice(those(*likely) if rng.random() < 0.85 else CAST)


def _lasting(rng: Random) -> timedelta:
    return timedelta(seconds=rng.choice((5, 20, 60, 300, 1800, 7200)))


def _asks(rng: Random, at: timedelta) -> list[Step]:
    """Somebody asks, others approve; and mostly something gets in the way before it is sent."""
    request, pipeline = rng.choice(REQUESTS), _pipeline(rng)
    seat = (
        ("responder", "oncall") if "break" in request else ("operator", "requester", "analyst", "developer")
    )
    who = _anybody(rng, *seat)
    drawn = {
        "who": who,
        "text": f"{request.format(pipeline)} lag alarm",
        "is_prepared": rng.random() < 0.8,
        "goes_on": rng.random() < 0.9,
    }
    steps = [Step(at, "asks", drawn)]
    approvers = [_anybody(rng, "approver", "lead") for _ in range(rng.choice((1, 2, 3, 3)))]
    for approver in approvers:
        at += timedelta(seconds=rng.choice((1, 10, 60, 600)))
        steps.append(Step(at, "decides", {"who": approver, "label": "Approve", "which": 0}))
    if rng.random() < 0.5:
        between = rng.choice(steps).at + timedelta(seconds=rng.choice((0.5, 2, 15)))
        steps += _meanwhile(rng, between, pipeline, who, rng.choice(approvers))
    return steps


def _meanwhile(rng: Random, at: timedelta, pipeline: str, who: str, approver: str) -> list[Step]:
    """What has to keep a request from being sent; some of it is undone later."""
    role, pattern = SEATS[who]
    later = at + timedelta(seconds=rng.choice((60, 1800)))
    target = pipeline.partition("/")[0]
    shell, slack = "shell_changes_access", "slack_changes"

    def text(said: str) -> dict[str, str]:
        return {"who": "admin1", "text": said}

    match rng.choice(("freeze", "freeze", "rule", "revoked", "guest", "no approver", "elsewhere", "cancel")):
        case "freeze":
            length = rng.choice(("2m", "30m", "5h"))
            return [Step(at, "changes_access", text(f"freeze {pipeline} for {length} release day"))]
        case "rule":
            pattern = f"{target}/*"
            more, less = f"rule {pattern} approvals=4", f"rule {pattern} approvals=1"
            return [Step(at, shell, text(more)), Step(later, shell, text(less))]
        case "revoked" if role:
            same = f"@{who} {role} {pattern}"
            return [Step(at, shell, text(f"revoke {same}")), Step(later, shell, text(f"grant {same}"))]
        case "guest" | "revoked":
            changes = [{"who": who, "becomes": "guest"}, {"who": who, "becomes": "member"}]
        case "no approver":
            changes = [{"who": approver, "becomes": "gone"}, {"who": approver, "becomes": "member"}]
        case "elsewhere":
            return [
                Step(at, "elsewhere", {"pipeline": pipeline, "does": rng.choice(("recreates", "starts"))})
            ]
        case _:
            return [Step(at, "decides", {"who": who, "label": "Cancel request", "which": 0})]
    return [Step(moment, slack, change) for moment, change in zip((at, later), changes, strict=True)]


def _decision(rng: Random) -> dict[str, Any]:
    return {
        "who": _anybody(rng, "approver", "lead"),
        "label": rng.choice(DECISIONS),
        "which": rng.choice((0, 0, 0, 1, 2, 3, 5)),
    }


def _one(what: str, draw: Callable[[Random], dict[str, Any]]) -> Callable[[Random, timedelta], list[Step]]:
    return lambda rng, at: [Step(at, what, draw(rng))]


def _changes_access(rng: Random) -> dict[str, Any]:
    pattern = rng.choice(PATTERNS)
    to = rng.choice((*CAST, *GROUPS))
    holder = rng.choice(those("operator", "requester", "approver"))
    text = rng.choice(
        (
            f"grant @{to} {rng.choice(ROLES)} {pattern}{rng.choice(('', '', ' for 30m', ' for 6h'))}",
            f"grant @{to} {rng.choice(ROLES)} {pattern}",
            f"revoke @{to} {rng.choice(ROLES)} {pattern}",
            f"revoke @{holder} {SEATS[holder][0]} *",
            f"rule {pattern} {rng.choice(RULES)}",
            f"rule {pattern} {rng.choice(RULES)}",
            f"freeze {pattern} for {rng.choice(('2m', '30m', '5h'))} release day",
            f"unfreeze {pattern}",
        )
    )
    return {"who": _anybody(rng, "admin", "admin", "admin", "operator"), "text": text}


def _fault(rng: Random, at: timedelta) -> list[Step]:
    if rng.random() < 0.12:
        drawn: dict[str, Any] = {"kind": rng.choice(DATABASE_FAULTS)}
        ends_at = at + timedelta(seconds=rng.choice((1, 5, 20, 60)))  # each try costs real time
        return [Step(at, "database_fault", drawn), Step(ends_at, "database_fault_ends", {})]
    if rng.random() < 0.5:
        kind, lasts = rng.choice(FELDERA_FAULTS)
        drawn = {
            "kind": kind,
            "target": rng.choice(TARGETS),
            "times": rng.choice((1, 1, 2, 4)),
            "pipeline": _pipeline(rng),
        }
        what = "feldera_fault"
    else:
        kind, lasts = rng.choice(SLACK_FAULTS)
        drawn = {"kind": kind, "method": rng.choice(METHODS), "times": rng.choice((1, 1, 2, 4))}
        what = "slack_fault"
    begins = Step(at, what, drawn)
    return [begins, Step(at + _lasting(rng), f"{what}_ends", drawn)] if lasts else [begins]


def _dies(rng: Random, at: timedelta) -> list[Step]:
    """Abruptly, so many steps of the event loop into whatever the bot does next; and it is started again."""
    away = timedelta(seconds=rng.choice((0, 2, 30, 600)))
    return [
        Step(at, "dies_soon", {"awaits": int(rng.expovariate(1 / 150)) + 1}),
        Step(at + timedelta(seconds=5) + away, "bot_starts", {}),
    ]


def _restarts(rng: Random, at: timedelta) -> list[Step]:
    """Every third time while Slack is away, which comes back only so many seconds after the bot began to start."""
    dies = Step(at, "bot_dies", {"reboots": rng.random() < 0.5})
    without_slack = rng.choice((0, 0, 0, 0, 5, 300))
    return [dies, Step(at + timedelta(seconds=9), "bot_starts", {"without_slack": without_slack})]


def _clock(rng: Random, at: timedelta) -> list[Step]:
    minutes = rng.choice((-90, -5, 5, 90, 400))
    back = Step(at + _lasting(rng), "wall_clock_jumps", {"minutes": -minutes})
    return [Step(at, "wall_clock_jumps", {"minutes": minutes}), back]


def _slack_change(rng: Random) -> dict[str, Any]:
    becomes = rng.choice(("leads", "leads", "oncall", "member", "member", "member", "guest", "gone"))
    return {"who": _anybody(rng, "lead", "oncall", "approver", "requester"), "becomes": becomes}


KINDS: dict[str, tuple[int, Callable[[Random, timedelta], list[Step]]]] = {
    "asks": (28, _asks),
    "decides": (8, _one("decides", _decision)),
    "types_id": (
        4,
        _one(
            "types_id",
            lambda rng: {
                "who": _anybody(rng, "approver", "requester"),
                "verb": rng.choice(("approve", "approve", "deny", "withdraw", "review")),
                "which": rng.randint(0, 5),
            },
        ),
    ),
    "presses": (4, _one("presses", lambda rng: {"who": rng.choice(CAST), "which": rng.randint(0, 40)})),
    "approve at once": (
        4,
        _one(
            "approve_at_once",
            lambda rng: {"first": _anybody(rng, "approver", "lead"), "second": _anybody(rng, "approver")},
        ),
    ),
    "form": (
        3,
        _one("fills_form", lambda rng: {"who": _anybody(rng, "operator"), "pipeline": _pipeline(rng)}),
    ),
    "looks": (4, _one("looks", lambda rng: {"who": rng.choice(CAST), "text": rng.choice(LOOKS)})),
    "home": (2, _one("opens_home", lambda rng: {"who": rng.choice(CAST)})),
    "access": (9, _one("changes_access", _changes_access)),
    "shell": (3, _one("shell_changes_access", _changes_access)),
    "slack": (7, _one("slack_changes", _slack_change)),
    "elsewhere": (
        7,
        _one("elsewhere", lambda rng: {"pipeline": _pipeline(rng), "does": rng.choice(ELSEWHERE)}),
    ),
    "elsewhere once": (
        2,
        _one(
            "elsewhere_once",
            lambda rng: {
                "pipeline": rng.choice(BUSY),
                "state": rng.choice(("cleared", "stopped")),
                "does": rng.choice(AT_ONCE),
            },
        ),
    ),
    "fault": (20, _fault),
    "feldera hangs": (
        4,
        _one(
            "feldera_hangs_soon",
            lambda rng: {
                "target": rng.choice(TARGETS),
                "method": rng.choice(("GET", "POST", "POST", None)),
                "processed": rng.random() < 0.5,
                "seconds": rng.choice((0, 1, 3, 10, 40)),
                "falls": rng.random() < 0.3,
            },
        ),
    ),
    "slack hangs": (
        3,
        _one(
            "slack_hangs_soon", lambda rng: {"method": rng.choice(METHODS), "seconds": rng.choice((0, 2, 20))}
        ),
    ),
    "dies": (4, _dies),
    "restarts": (2, _restarts),
    "clock": (1, _clock),
}
