"""An operation's card, as the channel sees it: a rendering of the row, edited in place. Pure."""

from datetime import datetime

from slack_sdk.models.blocks import ButtonElement, SectionBlock

from bot.domain.operations import Operation, State
from bot.domain.pipelines import Checkpoints
from bot.slack import blocks
from bot.slack.blocks import Message, message
from bot.slack.endings import SIGNS, sentence, took
from bot.slack.mrkdwn import at, escaped, mention, size
from bot.slack.places import can_be_invited, why_not

CLOSE = "close_operation"  # action ids; old messages carry them, so they are never given another meaning


def card(operation: Operation) -> Message:
    """The card of a confirmed operation, as its row is now."""
    state = _state(operation)
    said = escaped(operation.reason)
    text = f"Clear {operation.pipeline}: {state} Requested by {mention(operation.requester.user)}"
    return message(
        f"{text}: {said}" if said else f"{text}.",
        blocks.header(f"Clear {operation.pipeline}"),
        blocks.fields(
            ("State", state),
            ("Requested by", mention(operation.requester.user)),
            ("Destroys", destroys(operation.reviewed.checkpoints)),
        ),
        blocks.reason(operation.reason),
        blocks.section("\n".join(_steps(operation))),
        _outcome(operation),
        blocks.context(*_notes(operation)),
        blocks.buttons(close_button(operation)) if operation.state is State.NEEDS_HUMAN else None,
    )


def destroys(checkpoints: Checkpoints) -> str:
    """What a clear takes away, as far as Feldera tells."""
    if checkpoints.count == 0:
        return "the storage; it has no checkpoints"
    noun = "checkpoint" if checkpoints.count == 1 else "checkpoints"
    weight = "size unknown" if checkpoints.size is None else size(checkpoints.size)
    return f"the storage, with {checkpoints.count} {noun} ({weight})"


def close_button(operation: Operation) -> ButtonElement:
    """For a human who looked: the operation is over, whatever became of its request."""
    return blocks.button(
        "Close",
        CLOSE,
        operation.id,
        confirm=blocks.are_you_sure(
            f"Close the clear of {operation.pipeline}?",
            "Only if you looked in Feldera and are sure that no clear is under way. Another one can be asked for then.",
            yes="Close",
            no="Keep open",
        ),
    )


def _state(operation: Operation) -> str:
    unreachable = operation.unreachable_since
    trouble = "" if unreachable is None else f" I have not been able to ask Feldera since {at(unreachable)}."
    return f"{SIGNS[operation.state]} {_state_in_words(operation)}.{trouble}"


def _state_in_words(operation: Operation) -> str:
    match operation.state:
        case State.READY:
            return f"Confirmed{_on(operation.confirmed_at)}, not sent yet"
        case State.SUBMITTING:
            return f"Sent{_on(operation.submitted_at)}, no answer yet"
        case State.WAITING:
            unusual = "" if operation.overdue_since is None else ", which is unusually long"
            return f"Clearing since{_on(operation.accepted_at)}{unusual}"
        case _:
            return _AT_REST.get(operation.state, "Not cleared")


_AT_REST = {
    State.NEEDS_HUMAN: "Needs a human",
    State.SUCCEEDED: "Cleared",
    State.UNNECESSARY: "Nothing to clear",
    State.CLOSED: "Closed by hand",
}


def _on(moment: datetime | None) -> str:
    return "" if moment is None else f" {at(moment)}"


def _steps(operation: Operation) -> list[str]:
    """✓ done, ⏳ being done, ○ still to do, ✗ not done."""
    ended = operation.state.has_ended
    steps = [f"✓ Confirmed by {mention(operation.requester.user)}{_when(operation.confirmed_at)}"]
    if operation.accepted_at is not None and operation.submitted_at is None:
        steps.append("✓ No request needed: Feldera was clearing it already")
    elif operation.submitted_at is not None:
        open_still = operation.state is State.SUBMITTING
        steps.append(f"{'⏳' if open_still else '✓'} Request sent{_when(operation.submitted_at)}")
    else:
        steps.append("✗ Request not sent" if ended else "⏳ Request to Feldera")
    if operation.state is State.SUCCEEDED:
        steps.append(f"✓ Storage cleared{_when(operation.ended_at)}")
    elif operation.state is State.UNNECESSARY:
        steps.append("✓ Storage cleared already")
    elif operation.state is State.WAITING:
        steps.append(f"⏳ Storage being cleared{_when(operation.accepted_at)}")
    elif operation.state is State.NEEDS_HUMAN:
        steps.append("⚠️ Storage cleared? A human has to look")
    elif operation.state is State.CLOSED:
        steps.append("☑️ Storage cleared? A human has looked")
    else:
        steps.append("✗ Storage not cleared by this" if ended else "○ Storage cleared")
    return steps


def _when(moment: datetime | None) -> str:
    return "" if moment is None else f" · {at(moment)}"


def _outcome(operation: Operation) -> SectionBlock | None:
    if operation.outcome is None:
        return None
    return blocks.section(sentence(operation, operation.outcome, operation.state, seconds=took(operation)))


def _notes(operation: Operation) -> list[str]:
    notes = []
    if operation.displaced is not None:
        note = f"Here because {why_not(operation.origin, operation.displaced)}."
        invitable = can_be_invited(operation.origin, operation.displaced)
        notes.append(f"{note} Invite me to have it there next time." if invitable else note)
    if operation.card_posts > 1:
        notes.append("Posted anew: an older copy of this card, if there is one, is not kept up to date.")
    return notes
