"""State text: what an operation's card says of it now, with its sign. Pure."""

from datetime import datetime

from bot.domain.operations.operation import Operation, State
from bot.domain.operations.plans import CLEAR
from bot.slack.sentences import plan_text
from bot.slack.sentences.labels import outcome_sign, state_words, words
from bot.slack.sentences.outcome_text import verdict
from bot.slack.text.spans import NOTHING, Text, ago, at, mention, shortened, to_the_second


def state_now(operation: Operation) -> Text:
    """Its sign, its state as a sentence, and since when it is so."""
    unreachable = operation.outage.unreachable_since
    trouble = NOTHING
    if unreachable is not None and not operation.state.has_ended:
        trouble = Text(" Feldera became unreachable {}.", ago(unreachable))
    return Text(
        "{} {}.{}", outcome_sign(operation.state, operation.outcome), _state_in_words(operation), trouble
    )


def _state_in_words(operation: Operation) -> Text | str:  # noqa: PLR0911 - a sentence for each state
    if operation.outcome is not None and operation.state.has_ended:
        return Text(" · ").join([verdict(operation, operation.outcome), _age(operation.ended_at)])
    match operation.state:
        case State.AWAITING_APPROVAL:
            asked_at = operation.confirmed_at
            requested = NOTHING if asked_at is None else Text(", requested {}", ago(asked_at))
            return Text("{}{}", words(operation.state), requested)
        case State.NEEDS_HUMAN if operation.outcome is not None:
            return Text(" · ").join([verdict(operation, operation.outcome), _age(operation.called_at)])
        case State.READY if is_held(operation):
            until = operation.display.frozen_until
            end = NOTHING if until is None else Text(" until {}", at(until))
            return Text("Held by a freeze{}, not sent; {}", end, _decided(operation).with_lower_case())
        case State.READY if operation.cancellable_until is not None:
            return Text(
                "Will be sent at {}, can be cancelled until then", to_the_second(operation.cancellable_until)
            )
        case State.READY if operation.has_begun:
            behind, step = plan_text.behind(operation).capitalize(), operation.step_name.value
            return Text("{}{}, the {} is not sent yet", behind, _on(operation.ready_at), step)
        case State.READY:
            return Text("{}; {}", _decided(operation), _not_sent(operation))
        case State.SUBMITTING:
            what = "Sent" if operation.plan == CLEAR else f"{operation.step_name.value.capitalize()} sent"
            return Text("{} to Feldera{}; no answer yet", what, _on(operation.attempt.submitted_at))
        case State.WAITING:
            unusual = "" if operation.attempt.overdue_since is None else ", which is unusually long"
            phase = (
                Text(" ({})", shortened(operation.attempt.phase, 64)) if operation.attempt.phase else NOTHING
            )
            doing = plan_text.DOING[operation.step_name].capitalize()
            return Text("{}{}, began{}{}", doing, phase, _on(operation.attempt.accepted_at), unusual)
        case _:
            return state_words(operation)


def is_held(operation: Operation) -> bool:
    """Whether a freeze holds it, or will when it could be sent."""
    return operation.held_by_freeze or _will_be_held(operation)


def _decided(operation: Operation) -> Text:
    if operation.approval.given:
        return Text("Approved{}", _on(operation.ready_at))
    return Text("Confirmed by {}{}", mention(operation.requester.user), _on(operation.confirmed_at))


def _not_sent(operation: Operation) -> str:
    """Why it is not sent yet, as far as the card knows."""
    if operation.unverified_since is not None:
        return "not sent, since roles cannot be checked right now"
    if operation.attempt.postponements:
        return "Feldera has not taken it so far, so it is sent again"
    if operation.outage.unreachable_since is not None:
        return "not sent yet"
    return "it is about to be sent to Feldera"


def _will_be_held(operation: Operation) -> bool:
    """Whether a freeze lasts beyond the moment at which it would be sent."""
    frozen_until, stop_until = operation.display.frozen_until, operation.cancellable_until
    return (
        frozen_until is not None
        and operation.attempt.sends == 0
        and not operation.has_begun
        and (stop_until is None or stop_until < frozen_until)
    )


def _on(moment: datetime | None) -> Text:
    return NOTHING if moment is None else Text(" {}", ago(moment))


def _age(moment: datetime | None) -> Text:
    return NOTHING if moment is None else ago(moment)
