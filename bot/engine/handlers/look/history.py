"""`/pipeline history`: past requests, a line each, and changes of access, in pages; and all that happened to one request."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.access.authorization import AccessData
from bot.domain.access.permissions import Action, decide_on_pattern
from bot.domain.commands.model import HistoryCommand
from bot.domain.history_lines import has_line
from bot.domain.ids import Actor, OperationId, PipelineName
from bot.domain.operations.operation import Operation
from bot.engine import replies
from bot.engine.authorizer import Authorizer
from bot.engine.handlers.access.admins import with_admins
from bot.engine.handlers.denial_events import refused, unknown
from bot.engine.ports import Clock, HistoryLine, Store
from bot.engine.replies import HistoryPage, Reply

HISTORY_PAGE = 10  # lines
HISTORY_READ = 1_000  # entries read for a page at most, however few of them the person may see
DETAILS_READ = 200  # entries of one request: more than any request has, unless somebody makes it
_BATCH = 100  # entries read at a time: between two batches, others can use the store


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Whose lines, and how to tell which of them the reader may see now."""

    command: HistoryCommand
    reader: Actor
    of: Actor | None
    access_data: AccessData
    now: datetime

    def lines(self, page: tuple[HistoryLine, ...]) -> Iterator[HistoryLine]:
        for line in page:
            if has_line(line.entry.event, line.operation, of=self.of) and self.may_see(line):
                yield line

    def may_see(self, line: HistoryLine) -> bool:
        """Their own entries, those on pipelines they may see, and changes of access on patterns they administer."""
        event = line.entry.event
        if not self.access_data.is_member(self.reader):
            return False
        if event.by == self.reader:
            return True
        pipeline = line.operation.pipeline if line.operation else event.data.get("pipeline")
        if isinstance(pipeline, str):
            return _may_view(self.reader, PipelineName(pipeline), self.access_data, self.now)
        pattern = event.data.get("pattern")
        membership = self.access_data.memberships[self.reader]
        return (
            isinstance(pattern, str)
            and decide_on_pattern(membership, pattern, self.access_data.grants, self.now).allowed
        )


@dataclass(frozen=True, slots=True)
class History:
    store: Store
    authorizer: Authorizer
    clock: Clock

    async def page(
        self, actor: Actor, command: HistoryCommand, *, before: int | None = None, after: int | None = None
    ) -> Reply:
        """The newest lines that the person may see, or those next to the entry `before` or `after`."""
        access_data, now = await self.authorizer.access_data(actor), self.clock.now()
        if command.name is not None:
            decision = access_data.may(actor, Action.VIEW, command.name, now)
            if not decision.allowed:
                await self.store.note(refused(actor, command.name, decision, now, plan=None))
                denied = replies.PermissionDenied(command.name, decision, plan=None)
                return await with_admins(denied, self.authorizer)
        of = None if command.user is None else Actor(actor.team, command.user)
        wanted = _Wanted(command, actor, of, access_data, now)
        if not _sees_others(actor, access_data, now):
            # Their own entries are found by an index: nobody without a role causes a scan of the audit log.
            if not access_data.is_member(actor) or of not in {None, actor}:
                return HistoryPage((), _title(command), None)
            wanted = replace(wanted, of=actor)
        if after is not None:
            return await self._newer(wanted, after)
        return await self._older(wanted, before)

    async def _older(self, wanted: _Wanted, before: int | None) -> HistoryPage:
        found, place, read = await self._lines(wanted, before, upward=False)
        after = None if before is None else found[0].entry.id if found else before - 1
        archived = await self.store.archived() if place is None else None
        return HistoryPage(
            tuple(found), _title(wanted.command), place, after=after, read=read, archived=archived
        )

    async def _newer(self, wanted: _Wanted, after: int) -> HistoryPage:
        """The lines right above the entry `after`; the newest page, if there are not enough for one."""
        found, place, read = await self._lines(wanted, after, upward=True)
        if place is None:
            return await self._older(wanted, None)
        newest_first = tuple(reversed(found))
        before = newest_first[-1].entry.id if newest_first else after + 1
        title = _title(wanted.command)
        return HistoryPage(newest_first, title, before, after=place, read=read, upward=True)

    async def _lines(
        self, wanted: _Wanted, place: int | None, *, upward: bool
    ) -> tuple[list[HistoryLine], int | None, int]:
        """At most a page of lines from the entry `place` on, and the entry to read on from: None at the end of the log.

        The third is how many entries were read, if that was all that may be read at once, else 0.
        """
        found = list[HistoryLine]()
        for _ in range(HISTORY_READ // _BATCH):
            page = await self.store.history(
                pipeline=wanted.command.name,
                actor=wanted.of,
                before=None if upward else place,
                after=place if upward else None,
                limit=_BATCH,
            )
            found += wanted.lines(page)
            if len(found) > HISTORY_PAGE:
                del found[HISTORY_PAGE:]
                return found, found[-1].entry.id, 0
            if len(page) < _BATCH:
                return found, None, 0
            place = page[-1].entry.id
        return found, place, HISTORY_READ

    async def details(self, actor: Actor, operation_id: OperationId) -> Reply:
        """All that happened to one request, for people who may see its pipeline, and for its requester."""
        operation = await self.store.operation(operation_id)
        if operation is None or operation.confirmed_at is None:
            await self.store.note(unknown(actor, Action.VIEW, operation_id, self.clock.now()))
            return replies.UnknownRequest()
        name = operation.pipeline
        access_data = await self.authorizer.access_data(actor, on=[name], to=[Action.VIEW])
        if not _may_see_details(operation, actor, access_data, self.clock.now()):
            decision = access_data.may(actor, Action.VIEW, name, self.clock.now())
            await self.store.note(refused(actor, name, decision, self.clock.now(), plan=None))
            return replies.PermissionDenied(name, decision, plan=None)
        newest_first = await self.store.history(operation=operation_id, limit=DETAILS_READ)
        return replies.RequestDetails(operation, tuple(reversed(newest_first)))


def _title(command: HistoryCommand) -> str:
    return command.name or (f"<@{command.user}>" if command.user else "")


def _sees_others(actor: Actor, access_data: AccessData, now: datetime) -> bool:
    """Whether anything granted to them lets them see what others did."""
    membership = access_data.memberships[actor]
    return access_data.is_member(actor) and any(
        grant.is_to(membership) and grant.is_current(now) for grant in access_data.grants
    )


def _may_see_details(operation: Operation, actor: Actor, access_data: AccessData, now: datetime) -> bool:
    is_theirs = operation.requester == actor and access_data.is_member(actor)
    return is_theirs or _may_view(actor, operation.pipeline, access_data, now)


def _may_view(actor: Actor, name: PipelineName, access_data: AccessData, now: datetime) -> bool:
    return access_data.may(actor, Action.VIEW, name, now).allowed
