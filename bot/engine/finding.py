"""What somebody may have meant by a pipeline's name that is none: a slip, or a name without its target.

A guess is only ever offered, never taken, and never made of a name that the person may not see.
"""

from collections import defaultdict
from collections.abc import Iterable

from bot.domain.access import Action
from bot.domain.matching import resembling
from bot.domain.names import Actor, PipelineName
from bot.domain.pipelines import Problem
from bot.domain.targets import name_on_target
from bot.engine import replies
from bot.engine.judging import Judge
from bot.engine.listing import hiding
from bot.engine.ports import Everything, Pipelines

CLOSE_NAMES = 3  # suggestions beside an unknown name


async def not_found(
    actor: Actor, name: PipelineName, *, pipelines: Pipelines, judge: Judge
) -> replies.NotFound:
    """The answer about a name that no Feldera knows, or that names no target."""
    everything = await pipelines.look_at_all()
    facts, now = await judge.facts(actor), judge.clock.now()
    if isinstance(everything, Problem):
        everything = Everything({}, dict.fromkeys(pipelines.targets.names, everything))
    visible = [other for other in everything if facts.may(actor, Action.VIEW, other, now).allowed]
    needs_target = pipelines.targets.of(name) is None
    silent = hiding(everything.unanswered, "*", actor, facts, now) if needs_target else ()
    return replies.NotFound(
        name,
        close=_namesakes(name, visible) or _close_to(name, visible),
        needs_target=needs_target,
        unanswered=tuple(silent),
    )


def _namesakes(name: PipelineName, names: Iterable[PipelineName]) -> tuple[PipelineName, ...]:
    """The pipelines that go by this very name on some target; first the one whose target was only misspelled by case."""
    wanted, typed = name_on_target(name), name.casefold()
    others = [other for other in names if other != name and name_on_target(other) == wanted]
    return tuple(sorted(others, key=lambda other: (other.casefold() != typed, other))[:CLOSE_NAMES])


def _close_to(name: PipelineName, names: Iterable[PipelineName]) -> tuple[PipelineName, ...]:
    """The names most like this one, on whatever target where it names none."""
    if "/" in name:
        return tuple(resembling(names, name, limit=CLOSE_NAMES))
    called: dict[PipelineName, list[PipelineName]] = defaultdict(list)
    for other in names:
        called[name_on_target(other)].append(other)
    close = resembling(called, name, limit=CLOSE_NAMES)
    return tuple(other for own in close for other in called[own])[:CLOSE_NAMES]
