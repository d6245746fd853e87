"""Losses in words: what a pipeline's checkpoints are, and what a clear or a forced stop takes. Pure."""

from bot.domain.operations.fingerprints import Fingerprint
from bot.domain.operations.operation import Operation
from bot.domain.operations.plans import STOP, StepName
from bot.domain.pipelines.pipeline import Checkpoints
from bot.slack.text.quantities import size
from bot.slack.text.spans import Text, ago


def checkpoints(found: Checkpoints) -> str:
    """`2 checkpoints, 3.0 MiB`."""
    return f"{_count(found)}, {_size(found)}" if found.count else _count(found)


def since_last_checkpoint(whose: str = "the") -> str:
    return f"everything after {whose} last checkpoint"


def destroyed(reviewed: Fingerprint) -> str:
    """What a clear destroys, as far as Feldera says."""
    if reviewed.cleared:
        started = "what it has stored by then: it has been asked to start"
        return started if reviewed.was_wanted else "nothing: the storage is already cleared"
    if reviewed.checkpoints.count == 0:
        return f"the storage; it has {_count(reviewed.checkpoints)}"
    return f"the storage, with {_count(reviewed.checkpoints)} ({_size(reviewed.checkpoints)})"


def lost(reviewed: Fingerprint, *, with_times: bool = True) -> Text:
    """What a forced stop loses. `with_times`: whether it says when the last checkpoint was made."""
    if not reviewed.was_wanted:
        return Text("nothing: it is stopped, or stopping, already")
    if reviewed.checkpoints.count == 0:
        return Text("all its state: it has no checkpoint")
    if not with_times:
        return Text("{}", since_last_checkpoint())
    if reviewed.last_checkpoint_at is None:
        return Text("{} (time unknown)", since_last_checkpoint())
    return Text("{}, {}", since_last_checkpoint(), ago(reviewed.last_checkpoint_at))


def costs(operation: Operation, *, with_times: bool = True) -> Text | str:
    """What the plan destroys, or else loses, as a noun."""
    if StepName.CLEAR in operation.plan:
        return destroyed(operation.previewed)
    return lost(operation.previewed, with_times=with_times) if operation.plan == STOP else "nothing"


def _count(found: Checkpoints) -> str:
    if found.count == 1:
        return "1 checkpoint"
    return f"{found.count or 'no'} checkpoints"


def _size(found: Checkpoints) -> str:
    return "size unknown" if found.size is None else size(found.size)
