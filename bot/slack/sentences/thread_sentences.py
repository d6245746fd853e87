"""Thread sentences: what a phase, an outage or a long step means, and what to do about it. Pure."""

from collections.abc import Mapping
from typing import LiteralString

from bot.domain.operations.operation import State
from bot.domain.operations.plans import StepName
from bot.domain.pipelines.pipeline import ProblemKind

PHASES: Mapping[str, LiteralString] = {
    "Compiling": "`{name}` is being compiled first; it starts after that.",
    "Provisioning": "Provisioning: Feldera is allocating resources for `{name}` to run.",
    "Initializing": "Initializing: `{name}` is coming up.",
}

MEANWHILE: Mapping[str, LiteralString] = {
    State.READY.value: "{next} has not been sent yet. I keep trying until the request expires.",
    State.SUBMITTING.value: "Whether what I sent took effect shows once it answers. I keep trying.",
    State.NEEDS_HUMAN.value: "It needs attention as before. I keep trying.",
}
GOES_ON: LiteralString = "{accepted} goes on without me. I keep trying."

TO_DO: Mapping[str, LiteralString] = {
    ProblemKind.UNAUTHORIZED.value: " The person who runs the bot should check its Feldera credentials.",
    ProblemKind.FORBIDDEN.value: " The person who runs the bot should check its Feldera credentials.",
    ProblemKind.NO_TENANT.value: " The person who runs the bot should set {tenant}, or give the bot an API key.",
    ProblemKind.ELSEWHERE.value: " The person who runs the bot should check {host}, the tenant and the key.",
    ProblemKind.NOT_FELDERA.value: " The person who runs the bot should check {host}.",
}

WHY_IT_TAKES_LONG: Mapping[StepName, LiteralString] = {
    StepName.STOP: "Feldera repeats a stop until it succeeds; its log says what hinders it.",
    StepName.CLEAR: "Feldera repeats a clear until it succeeds, and it cannot be cancelled.",
    StepName.START: "A program can take long to compile; Feldera shows how far it is.",
}
