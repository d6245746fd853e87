"""Observations: what the answers of one Feldera in one round prove about an operation. Pure.

A list proves what it shows, never what it lacks: only an answer to a question about a name proves that Feldera knows
no pipeline of that name. What another Feldera or tenant shows proves nothing at all.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from bot.domain.ids import PipelineId, PipelineName
from bot.domain.operations.operation import Operation, State
from bot.domain.pipelines.pipeline import Identity, Look, Pipeline, PipelineEvents, Problem, ProblemKind, Seen

Listed = Mapping[PipelineName, Pipeline | Problem]

_SENT: Final = frozenset({State.SUBMITTING, State.WAITING, State.NEEDS_HUMAN})

ELSEWHERE: Final = Problem(
    ProblemKind.ELSEWHERE, "this is another Feldera, or another tenant, than the one it was reviewed on"
)
AMBIGUOUS_FELDERA: Final = Problem(
    ProblemKind.AMBIGUOUS_FELDERA,
    "Feldera shows no such pipeline, or another one of that name, and nothing tells whether it is still the same Feldera.",
)
NOT_LISTED: Final = Problem(ProblemKind.UNEXPECTED, "Feldera's list does not have it, which proves nothing.")


@dataclass(frozen=True, slots=True)
class Observation:
    """What the pipelines look like, and which Feldera and tenant said so, all with the same credentials."""

    here: Identity
    looks: Mapping[PipelineName, Look]


def not_listed(names: Iterable[PipelineName], listed: Listed) -> tuple[PipelineName, ...]:
    """Those that must be asked about by name."""
    return tuple(name for name in dict.fromkeys(names) if name not in listed)


def looks(
    names: Iterable[PipelineName], listed: Listed, by_name: Mapping[PipelineName, Look]
) -> Mapping[PipelineName, Look]:
    """What a list, and questions about single names, show of each."""
    return {name: by_name[name] if name in by_name else _in_list(name, listed) for name in names}


def is_expected(look: Look, reviewed: PipelineId | None) -> bool:
    """Whether it shows the reviewed pipeline. Anything else needs a second check of which Feldera shows it."""
    return reviewed is None or isinstance(look, Problem) or _shows(look, reviewed)


def believed(operation: Operation, observation: Observation) -> Look:
    """What the observation shows of the operation's pipeline, if it comes from where the operation was reviewed.

    If no tenant was known at the review (a Feldera before 0.327, possibly upgraded since), or it was the one that every
    Feldera without authentication has, the pipeline is recognized by its id. That it is gone, or another one, is
    believed only while nothing was sent: afterwards it would prove the outcome of the request.
    """
    look = observation.looks.get(operation.pipeline, NOT_LISTED)
    is_known_again = is_expected(look, operation.previewed.id)
    if operation.feldera == observation.here:
        is_believed = is_known_again or observation.here.is_unique or operation.state not in _SENT
        return look if is_believed else AMBIGUOUS_FELDERA
    return look if is_known_again and _may_be(operation.feldera, observation.here) else ELSEWHERE


def believed_history(operation: Operation, history: PipelineEvents | Problem) -> PipelineEvents | Problem:
    """The events that settle what a look could not, if they come from where the operation was reviewed."""
    if isinstance(history, Problem):
        return history
    if history.here is not None and history.here == operation.feldera:
        is_of_it = history.here.is_unique or history.pipeline == operation.previewed.id
        return history if is_of_it else AMBIGUOUS_FELDERA
    is_told = history.here is not None and _may_be(operation.feldera, history.here)
    return history if is_told else ELSEWHERE


def _may_be(reviewed_on: Identity | None, here: Identity) -> bool:
    """Whether it may be the same, though nobody knows: the review had no tenant."""
    return reviewed_on is None or (reviewed_on.address == here.address and not reviewed_on.tenant)


def _in_list(name: PipelineName, listed: Listed) -> Seen | Problem:
    if name not in listed:
        return NOT_LISTED
    found = listed[name]
    return found if isinstance(found, Problem) else Seen(found)


def _shows(look: Look, reviewed: PipelineId) -> bool:
    return isinstance(look, Seen) and look.pipeline.id == reviewed
