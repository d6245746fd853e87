"""A Bolt app that takes each delivery once: Slack may deliver a command or a click twice, and Bolt would run it twice.

It knows a repetition by its trigger id and remembers in memory only: after a restart the rows tell what was done.
"""

import asyncio
from collections import OrderedDict
from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

log = structlog.get_logger(__name__)

REMEMBERED = 1000  # deliveries; Slack repeats one within seconds, if at all


class DeliveredOnce(AsyncApp):
    """A repetition gets the answer to the first, and waits for it: Slack shows whichever answer arrives first."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        self._answers: OrderedDict[tuple[str, ...], asyncio.Task[BoltResponse]] = OrderedDict()

    async def async_dispatch(self, req: AsyncBoltRequest) -> BoltResponse:
        delivery = _delivery(req)
        if delivery is None:
            return await super().async_dispatch(req)
        answer = self._answers.get(delivery)
        if answer is None:
            answer = asyncio.create_task(super().async_dispatch(req))
            self._answers[delivery] = answer
            if len(self._answers) > REMEMBERED:
                self._answers.popitem(last=False)
        else:
            log.info("delivered_twice")
        return await asyncio.shield(answer)


def _delivery(request: AsyncBoltRequest) -> tuple[str, ...] | None:
    """What tells this delivery from others, if anything does.

    With the signature, since Bolt has not checked it yet: whoever repeats the id alone repeats nothing.
    """
    trigger = request.body.get("trigger_id")
    return (str(trigger), *request.headers.get("x-slack-signature", ())) if trigger else None
