"""The lines in a card's thread, one for each milestone. Pure."""

from collections.abc import Callable
from datetime import datetime

from bot.domain.operations import Ending, Event, EventKind, Operation, Outcome, State
from bot.domain.pipelines import Trouble
from bot.slack import blocks
from bot.slack.blocks import Message, message
from bot.slack.endings import sentence, took
from bot.slack.mrkdwn import at, code, duration, mention, mention_any


def lines(operation: Operation, events: tuple[Event, ...], where: str = "") -> Message:
    """These events' lines, as one message: a block each, so that none can push another over Slack's limit.

    `where` is the way to the card, for a message that does not stand in its thread.
    """
    said = [_LINES[event.kind](operation, event) for event in events]
    if where:
        said.append(f"This is about the clear of `{operation.pipeline}`: see {where}.")
    return message("\n".join(said), *(blocks.section(line) for line in said))


# A line that was posted twice tells its moment, so that nobody takes one request for two.
def _sent(_operation: Operation, event: Event) -> str:
    return f"📤 Sent the request to Feldera, {at(event.at)}."


def _sent_again(_operation: Operation, event: Event) -> str:
    return f"📤 Sent the request again, {at(event.at)}: so far it had had no effect."


def _accepted(_operation: Operation, event: Event) -> str:
    return f"⏳ Feldera accepted it, {at(event.at)}: the storage is being cleared. From here it cannot be cancelled."


def _put_off(_operation: Operation, event: Event) -> str:
    return f"⏸️ Feldera did not take the request ({_said(event)}). Nothing has happened; I keep trying."


def _answer_lost(_operation: Operation, event: Event) -> str:
    return f"❔ No usable answer came ({_said(event)}). I look at the pipeline before I do anything else."


def _found_clearing(_operation: Operation, event: Event) -> str:
    if event.data.get("sends"):
        return (
            "⏳ The storage is being cleared: it seems that the request did arrive. It cannot be cancelled."
        )
    return "⏳ Feldera is clearing the storage already. I send nothing, and watch."


def _still_clearing(_operation: Operation, event: Event) -> str:
    return f"⏳ Still clearing after {_duration(event)}."


_MEANWHILE = {
    State.READY.value: "The request has not been sent yet.",
    State.SUBMITTING.value: "Whether the request arrived shows when I can.",
    State.NEEDS_HUMAN.value: "A human is needed as before.",
}


_TO_DO = {
    Trouble.UNAUTHORIZED.value: " Whoever runs the bot should check its Feldera credentials.",
    Trouble.FORBIDDEN.value: " Whoever runs the bot should check its Feldera credentials.",
    Trouble.ELSEWHERE.value: " Whoever runs the bot should check `FELDERA_HOST`, the tenant and the key.",
    Trouble.NOT_FELDERA.value: " Whoever runs the bot should check `FELDERA_HOST`.",
}


def _unreachable(_operation: Operation, event: Event) -> str:
    meanwhile = _MEANWHILE.get(str(event.data.get("state")), "The clear goes on without me.")
    to_do = _TO_DO.get(str(event.data.get("trouble")), "")
    return f"🔌 I cannot ask Feldera ({_said(event)}). {meanwhile} I keep trying.{to_do}"


def _reachable(_operation: Operation, event: Event) -> str:
    return f"🔌 Feldera answers again, after {_duration(event)}."


def _overdue(_operation: Operation, event: Event) -> str:
    healthy = event.data.get("healthy")
    health = (
        "could not be asked" if healthy is None else f"says it is {'healthy' if healthy else 'unhealthy'}"
    )
    said = f": {_said(event)}" if event.data.get("message") else ""
    return (
        f"🐌 This takes unusually long: {_duration(event)} so far. Feldera's runner {health}{said}. "
        "Feldera repeats a clear until it succeeds, and it cannot be cancelled; I keep watching."
    )


def _needs_human(operation: Operation, event: Event) -> str:
    # The operation may have been settled since; this line says what was known then.
    outcome = Outcome(Ending(str(event.data["ending"])), str(event.data.get("message") or ""))
    return f"{sentence(operation, outcome, State.NEEDS_HUMAN)} {mention(operation.requester.user)}"


def _ended(operation: Operation, _event: Event) -> str:
    if operation.outcome is None:
        raise AssertionError(f"{operation.id} ended without an outcome")
    said = sentence(operation, operation.outcome, operation.state, seconds=took(operation))
    approvers = " ".join(mention(given.by.user) for given in operation.approvals)
    had = "approved by" if operation.ready_at is not None else "until then approved by"
    return f"{said} {mention(operation.requester.user)}{f' ({had} {approvers})' if approvers else ''}"


def _approved(operation: Operation, event: Event) -> str:
    count, needed = event.data.get("count"), event.data.get("needed")
    said = f"👍 {_by(event)} approved ({count} of {needed}). {mention(operation.requester.user)}"
    lost = [mention_any(user) for user in str(event.data.get("lost") or "").split()]
    if lost:
        said += f" Not counted any more, since they may no longer approve this: {', '.join(lost)}."
    return said


def _reminded(operation: Operation, _event: Event) -> str:
    asked = " ".join(mention_any(group) for group in operation.asked_groups)
    until = "" if operation.approve_by is None else f" until {at(operation.approve_by)}"
    return f"⏰ Still waiting for approval{until}. {asked}".rstrip()


def _glass_broken(operation: Operation, event: Event) -> str:
    told = " ".join(mention_any(some_id) for some_id in str(event.data.get("told") or "").split())
    return (
        f"🚨 {_by(event)} broke the glass for {code(operation.incident, 100)}: {code(operation.reason)}. "
        f"It runs at once. One of you has to look at it afterwards and sign it off. {told}"
    ).rstrip()


def _signed_off(operation: Operation, event: Event) -> str:
    return f"🔏 {_by(event)} signed it off. {mention(operation.requester.user)}"


def _held(_operation: Operation, event: Event) -> str:
    until = datetime.fromisoformat(str(event.data["until"]))
    return (
        f"🧊 A freeze on {code(str(event.data.get('pattern')))} holds it until {at(until)} "
        f"({code(str(event.data.get('reason')))}). It goes on when the freeze ends, or lapses."
    )


def _untold(_operation: Operation, event: Event) -> str:
    return (
        f"⏸️ Slack did not tell whether the people behind this may still do it ({_said(event)}). "
        "Nothing is sent until it does; I keep asking."
    )


def _by(event: Event) -> str:
    return "Somebody" if event.by is None else mention(event.by.user)


_LINES: dict[EventKind, Callable[[Operation, Event], str]] = {
    EventKind.APPROVED: _approved,
    EventKind.REMINDED: _reminded,
    EventKind.GLASS_BROKEN: _glass_broken,
    EventKind.SIGNED_OFF: _signed_off,
    EventKind.HELD: _held,
    EventKind.UNTOLD: _untold,
    EventKind.SENT: _sent,
    EventKind.SENT_AGAIN: _sent_again,
    EventKind.PUT_OFF: _put_off,
    EventKind.ANSWER_LOST: _answer_lost,
    EventKind.ACCEPTED: _accepted,
    EventKind.FOUND_CLEARING: _found_clearing,
    EventKind.STILL_CLEARING: _still_clearing,
    EventKind.UNREACHABLE: _unreachable,
    EventKind.REACHABLE: _reachable,
    EventKind.OVERDUE: _overdue,
    EventKind.NEEDS_HUMAN: _needs_human,
    EventKind.ENDED: _ended,
}


def _said(event: Event) -> str:
    return code(str(event.data.get("message") or "no reason given"))


def _duration(event: Event) -> str:
    seconds = event.data.get("seconds")
    return duration(seconds if isinstance(seconds, int) else 0)
