"""Message priority: which of the waiting Slack messages goes first. Pure."""

from datetime import datetime, timedelta
from enum import IntEnum

from bot.engine.ports import Unannounced

REQUESTS_YIELD_FOR = timedelta(minutes=1)  # then requests get their turn, however much news there is


class MessagePriority(IntEnum):
    SENDABLE = 0  # waits only for its card: nothing is sent before it is posted
    NEWS = 1  # of what is under way, or was
    REQUEST = 2  # for others to decide, or decided before anything could be sent


def urgency(waiting: Unannounced, now: datetime) -> MessagePriority:
    operation = waiting.operation
    if operation.display.card is None and operation.state.is_live:
        return MessagePriority.SENDABLE
    since = waiting.events[0].event.at if waiting.events else operation.confirmed_at
    is_request = operation.ready_at is None
    if is_request and since is not None and now < since + REQUESTS_YIELD_FOR:
        return MessagePriority.REQUEST
    return MessagePriority.NEWS
