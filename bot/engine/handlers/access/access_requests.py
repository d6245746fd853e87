"""*Ask for access*: writes to the admins who can grant what somebody was refused, and records that they were asked.

It decides nothing and grants nothing. The audit log is what counts requests, so a restart forgets none of them. A
message is recorded once Slack has it, or may have it: one that Slack refuses does not count.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from weakref import WeakValueDictionary

import structlog

from bot.domain.access.access_requests import (
    REQUESTS_MAX,
    WITHIN,
    asked_before,
    asked_in,
    data_of,
    may_ask_again_at,
    name_in,
)
from bot.domain.access.admins import Admins
from bot.domain.access.permissions import Decision, Role
from bot.domain.events import Event, EventKind
from bot.domain.ids import Actor
from bot.engine import replies
from bot.engine.attempted_actions import DeniedAction
from bot.engine.authorizer import Authorizer
from bot.engine.handlers.access.admins import admins_of_all_or_part, lacks_a_grant
from bot.engine.ports import (
    AdminMessages,
    Caller,
    ChannelUnusable,
    Clock,
    PostResult,
    Rejected,
    RetryLater,
    Store,
    StoreUnavailable,
    Taken,
)
from bot.engine.replies import Reply

log = structlog.get_logger(__name__)

WAITS = "Slack takes no more messages right now"


@dataclass(frozen=True, slots=True)
class AccessRequests:
    store: Store
    authorizer: Authorizer
    clock: Clock
    messages: AdminMessages
    # Two clicks at once ask once: the second waits for the first, and finds its record.
    _in_turn: WeakValueDictionary[Actor, asyncio.Lock] = field(default_factory=WeakValueDictionary)
    # Sent, but the store could not be written: a full disk must not let anybody ask again and again.
    _not_recorded: dict[Actor, list[Event]] = field(default_factory=dict)

    async def ask(self, actor: Actor, denied: DeniedAction) -> Reply:
        """Ask admins to let `actor` do what they were refused, if they still may not, and did not ask just now."""
        turn = self._in_turn.setdefault(actor, asyncio.Lock())
        async with turn:
            return await self._ask(actor, denied)

    async def _ask(self, actor: Actor, denied: DeniedAction) -> Reply:
        access_data = await self.authorizer.access_data(actor, on=[denied.name], to=denied.any_of)
        now = self.clock.now()
        decision = (
            access_data.may_somewhere(actor, denied.action, now)
            if denied.is_of_several
            else access_data.may_any_of(actor, denied.any_of, denied.name, now)
        )
        if decision.allowed:
            return replies.AllowedNow(denied)
        refusal = replies.PermissionDenied(denied.name, decision, denied.plan, tried=denied.tried)
        if not lacks_a_grant(decision):
            return refusal
        role = decision.would_allow[0]  # the least that is enough
        too_soon = await self._too_soon(actor, role, now)
        if too_soon is not None:
            return too_soon
        admins = await admins_of_all_or_part(
            denied.name, besides=actor, authorizer=self.authorizer, caller=Caller.PEOPLE
        )
        if not admins.people:
            return replace(refusal, admins=admins)
        return await self._written(actor, denied, decision, admins)

    async def _too_soon(self, actor: Actor, role: Role, now: datetime) -> Reply | None:
        recorded = await self.store.access_requests(actor, since=now - WITHIN)
        before = (*self._not_recorded.get(actor, ()), *recorded)
        same = asked_before(before, role, now)
        if same is not None:
            return replies.AccessRequestedBefore(
                name_in(same), role, asked_in(same), same.at, same.at + WITHIN
            )
        again_at = may_ask_again_at(before, now)
        return None if again_at is None else replies.TooManyAccessRequests(REQUESTS_MAX, again_at)

    async def _written(self, actor: Actor, denied: DeniedAction, decision: Decision, admins: Admins) -> Reply:
        answers = await asyncio.gather(
            *(
                self.messages.ask_for_access(admin, actor, denied, decision, of_part=admins.of_part)
                for admin in admins.people
            )
        )
        results: Mapping[Actor, PostResult] = dict(zip(admins.people, answers, strict=True))
        asked = tuple(admin for admin, result in results.items() if isinstance(result, Taken))
        in_doubt = tuple(admin for admin, result in results.items() if _may_have_arrived(result))
        not_reached = tuple(admin for admin in admins.people if admin not in {*asked, *in_doubt})
        if not asked and not in_doubt:
            return replies.AccessNotRequested(
                admins.people, "; ".join(dict.fromkeys(map(_why_not, results.values())))
            )
        role = decision.would_allow[0]
        data = data_of(denied.name, role, (*asked, *in_doubt))
        await self._record(actor, Event(EventKind.ACCESS_REQUESTED, self.clock.now(), data, actor))
        return replies.AccessRequested(denied, role, asked, in_doubt, not_reached, admins.of_part)

    async def _record(self, actor: Actor, event: Event) -> None:
        """Record what was sent. If that fails, it was sent all the same, and counts in this process."""
        try:
            await self.store.note(event)
        except StoreUnavailable as error:
            log.warning("access_request_not_recorded", user=actor.user, why=error.message)
            self._not_recorded.setdefault(actor, []).append(event)


def _may_have_arrived(result: PostResult) -> bool:
    return isinstance(result, RetryLater) and result.in_doubt


def _why_not(result: PostResult) -> str:
    match result:
        case ChannelUnusable(why) | Rejected(why):
            return why
        case _:
            return WAITS
