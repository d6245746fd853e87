"""Losses in words: what a pipeline's checkpoints are, and what a clear or a forced stop takes. Pure."""

from bot.domain.operations.fingerprints import Fingerprint
from bot.domain.operations.operation import Operation
from bot.domain.operations.outcome import Ending
from bot.domain.operations.plans import STOP, StepName
from bot.domain.pipelines.pipeline import Checkpoints
from bot.slack.sentences.plan_text import BY_ITS_RULES
from bot.slack.text.quantities import size
from bot.slack.text.spans import NOTHING, Text, ago


def checkpoints(found: Checkpoints) -> str:
    """`2 checkpoints, 3.0 MiB`."""
    return f"{_count(found)}, {_size(found)}" if found.count else _count(found)


def since_last_checkpoint(whose: str = "the") -> str:
    return f"everything after {whose} last checkpoint"


def destroyed(reviewed: Fingerprint) -> str:
    """What a clear deletes, as far as Feldera says."""
    if reviewed.cleared:
        started = "what it has stored by then: it has been asked to start"
        return started if reviewed.was_wanted else "nothing: the storage is already cleared"
    if reviewed.checkpoints.count == 0:
        return f"the storage; it has {_count(reviewed.checkpoints)}"
    return f"the storage, with {_count(reviewed.checkpoints)} ({_size(reviewed.checkpoints)})"


def permanent_loss(operation: Operation) -> Text:
    """For the dialog of *Approve*: what the plan deletes and loses, in a sentence."""
    reviewed, plan = operation.previewed, operation.plan
    stops = StepName.STOP in plan and reviewed.was_wanted
    told = []
    if stops:
        what = "all its state" if reviewed.checkpoints.count == 0 else since_last_checkpoint("its")
        told.append(Text("stops the pipeline by force, which loses {},", what))
    storage = "its storage" if stops else "the storage"
    if StepName.CLEAR in plan and (deleted := _deleted(reviewed, storage)):
        told.append(Text("deletes {},", deleted))
    if not told:
        return Text("It deletes and loses nothing.")
    return Text("Once approved, it {} and cannot be undone.", Text(" and ").join(told))


def _deleted(reviewed: Fingerprint, storage: str) -> str:
    """What a clear deletes, as a noun; empty for nothing."""
    if reviewed.cleared:
        return f"what is in {storage} by then" if reviewed.was_wanted else ""
    if reviewed.checkpoints.count == 0:
        return f"{storage}, which has no checkpoint"
    return f"{storage}, with {_count(reviewed.checkpoints)} ({_size(reviewed.checkpoints)})"


def lost(reviewed: Fingerprint, *, with_times: bool = True) -> Text:
    """What a forced stop loses. `with_times`: whether it says when the last checkpoint was made."""
    if not reviewed.was_wanted:
        return Text("nothing more: Feldera was already told to stop it")
    if reviewed.checkpoints.count == 0:
        return Text("all its state: it has no checkpoint")
    if not with_times:
        return Text("{}", since_last_checkpoint())
    if reviewed.last_checkpoint_at is None:
        return Text("{} (Feldera does not say when that was made)", since_last_checkpoint())
    return Text("{}, {}", since_last_checkpoint(), ago(reviewed.last_checkpoint_at))


def at_stake(operation: Operation) -> Text:
    """For a card, before the end: `Deletes: the storage, with 2 checkpoints (3.0 MiB)`; nothing for a start."""
    reviewed, plan = operation.previewed, operation.plan
    if StepName.CLEAR not in plan:
        return Text("Loses: {}", lost(reviewed)) if plan == STOP else NOTHING
    if reviewed.cleared:
        return Text("Deletes: {}", destroyed(reviewed))
    if reviewed.checkpoints.count == 0:
        return Text("Deletes: all its state; it has no checkpoint")
    more = NOTHING
    if StepName.STOP in plan and reviewed.was_wanted:
        more = Text(", and everything after them")
        if reviewed.last_checkpoint_at is not None:
            more += Text("; the last was made {}", ago(reviewed.last_checkpoint_at))
    return Text(
        "Deletes: the storage, with {} ({}){}",
        _count(reviewed.checkpoints),
        _size(reviewed.checkpoints),
        more,
    )


def taken(operation: Operation) -> Text:
    """For a card, after the end: what the operation deleted, or else what a stop of it lost; nothing if neither is so.

    That storage is cleared is Feldera's claim, or follows from its rules, and is worded so.
    """
    reviewed = operation.previewed
    if operation.cleared_at is None or StepName.CLEAR not in operation.plan:
        stopped = since_last_checkpoint() if reviewed.checkpoints.count else "all its state"
        return Text("Lost: {}.", stopped) if _has_stopped(operation) else NOTHING
    by = "by Feldera's rules" if _ending_of_clear(operation) in BY_ITS_RULES else "as Feldera reports"
    if reviewed.cleared or reviewed.checkpoints.count == 0:
        return Text("Deleted, {}: all its state.", by)
    held = Text("{} ({}) at the preview", _count(reviewed.checkpoints), _size(reviewed.checkpoints))
    if StepName.STOP in operation.plan and reviewed.was_wanted:
        held += Text(", and everything after them")
    return Text("Deleted, {}: the storage, which held {}.", by, held)


def _ending_of_clear(operation: Operation) -> Ending | None:
    number = operation.plan.index(StepName.CLEAR)
    if number < len(operation.done):
        return operation.done[number].ending
    return None if operation.outcome is None else operation.outcome.ending


def _has_stopped(operation: Operation) -> bool:
    """Whether a request of this operation stopped the pipeline."""
    if operation.plan[0] is not StepName.STOP:
        return False
    if operation.done:
        return operation.done[0].sent_at is not None and operation.done[0].ending in _STOPPED
    outcome, was_sent = operation.outcome, operation.attempt.submitted_at is not None
    return was_sent and outcome is not None and outcome.ending in _STOPPED


_STOPPED = frozenset({Ending.PIPELINE_STOPPED, Ending.STOPPED_THEN_GONE})


def costs(operation: Operation, *, with_times: bool = True) -> Text | str:
    """What the plan deletes, or else loses, as a noun."""
    if StepName.CLEAR in operation.plan:
        return destroyed(operation.previewed)
    return lost(operation.previewed, with_times=with_times) if operation.plan == STOP else "nothing"


def _count(found: Checkpoints) -> str:
    if found.count == 1:
        return "1 checkpoint"
    return f"{found.count or 'no'} checkpoints"


def _size(found: Checkpoints) -> str:
    return "size unknown" if found.size is None else size(found.size)
