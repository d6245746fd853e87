"""Event text: the step, people, error and duration that an event of an operation names, in words. Pure."""

from bot.domain.events import Event
from bot.domain.operations.operation import Operation
from bot.domain.operations.plans import StepName
from bot.slack.sentences import plan_text
from bot.slack.text.quantities import duration
from bot.slack.text.spans import Text, code, mention, mention_any


def step_of(event: Event) -> StepName:
    """The event's step; an event of an operation that is just a clear does not name it."""
    return StepName(str(event.data.get("step") or StepName.CLEAR))


def step_phrase(operation: Operation, event: Event) -> Text:
    """`the clear of `orders``: the step that the event is about."""
    return Text("the {} of `{}`", step_of(event).value, operation.pipeline)


def action_phrase(operation: Operation) -> Text:
    """`the stop and clear of `orders``: all of the plan."""
    return Text("the {} of `{}`", plan_text.action_name(operation.plan), operation.pipeline)


def mentioned(event: Event, key: str) -> list[Text]:
    """The people and groups whose ids the event lists."""
    return [mention_any(some_id) for some_id in str(event.data.get(key) or "").split()]


def message_of(event: Event) -> Text:
    return code(str(event.data.get("message") or "no reason given"))


def duration_of(event: Event) -> str:
    seconds = event.data.get("seconds")
    return duration(seconds if isinstance(seconds, int) else 0)


def actor_of(event: Event) -> Text:
    return Text("Somebody") if event.by is None else mention(event.by.user)
