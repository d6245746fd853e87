"""The clear form, for a clear without typing: which pipelines it offers, what it shows of one, and its submission.

A form decides nothing: it is evaluated, proposed and confirmed like a command and its preview, by the same handlers. A
submission is bound to what the person was shown: if that is unknown, or has changed, they review it again.
"""

import asyncio
import base64
import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.access.authorization import AccessData
from bot.domain.access.patterns import EVERYTHING
from bot.domain.access.permissions import Action
from bot.domain.access.requests.request_objections import Objection
from bot.domain.commands import Clear
from bot.domain.ids import Actor, ChannelId, OperationId, PipelineName
from bot.domain.operations.machine.transitions import PROPOSAL_GOOD_FOR
from bot.domain.pipelines.pipeline import Pipeline, Problem, ProblemKind
from bot.domain.pipelines.search import matching, nearly, resembling
from bot.domain.pipelines.targets import TargetName
from bot.engine import replies
from bot.engine.handlers.access.admins import with_admins
from bot.engine.handlers.denial_events import refused_to_list
from bot.engine.handlers.look.pipeline_catalog import LOADING, PipelineCatalog
from bot.engine.handlers.look.pipeline_pages import hiding
from bot.engine.handlers.preconditions import Assessment, in_reply
from bot.engine.handlers.preview_and_confirm import OPERATION_ID_BYTES, PreviewAndConfirm
from bot.engine.replies import Reply

OFFERED_MAX = 100  # Slack's limit for a menu
FEW = 10  # matching names: with fewer, close ones are offered as well
DECISIONS_PER_SLICE = 200  # names
MISTYPED_MAX = 50  # names compared with the typed text, letter by letter
LISTED_WITHIN = 1.5  # seconds: Slack waits three for the options of a menu, including the round trip
LOOKED_AT_WITHIN = 1.0  # seconds for the look at a submission; Slack waits three in all


@dataclass(frozen=True, slots=True)
class Offer:
    """A pipeline to choose; its state is a problem if Feldera shows one that cannot be read."""

    name: PipelineName
    state: Pipeline | Problem


@dataclass(frozen=True, slots=True)
class Offers:
    """Possible choices, likeliest first. The pipelines of the `unanswered` Felderas are unknown.

    So, for now, are those of the Felderas that are `loading`: they have not answered yet. Both list only Felderas that
    might show this person something; `unreadable` is how many pipelines are left out of what others answered.
    """

    found: tuple[Offer, ...]
    unanswered: Mapping[TargetName, Problem]
    unreadable: Mapping[TargetName, int]
    loading: tuple[TargetName, ...] = ()


@dataclass(frozen=True, slots=True)
class Shown:
    """What a person is shown of the pipeline that they chose, since `at`. Different content has a different `mark`."""

    assessment: Assessment
    at: datetime
    mark: str


@dataclass(frozen=True, slots=True)
class LookAgain:
    """Nothing was done: this is the current assessment, and the person has not been shown it.

    `changed`: they were shown something else.
    """

    shown: Shown
    changed: bool


def new_form_id() -> str:
    """Random, since the ids of operations are derived from it."""
    return _in_letters(secrets.token_bytes(OPERATION_ID_BYTES))


@dataclass(frozen=True, slots=True)
class ClearForms:
    handlers: PreviewAndConfirm
    catalog: PipelineCatalog

    async def sees_nothing(self, actor: Actor) -> Reply | None:
        """Why a form would have nothing to offer, whatever exists; recorded, like every denial."""
        access_data, now = await self.handlers.authorizer.access_data(actor), self.handlers.clock.now()
        decision = access_data.may_somewhere(actor, Action.VIEW, now)
        if decision.allowed:
            return None
        await self.handlers.store.note(refused_to_list(actor, EVERYTHING, decision, now))
        return await with_admins(replies.SeesNothing(EVERYTHING, decision), self.handlers.authorizer)

    async def offer(self, actor: Actor, typed: str) -> Offers:
        """The pipelines that `actor` may see and may mean by `typed`, likeliest first."""
        everything, access_data = await asyncio.gather(
            self.catalog.everything(within=LISTED_WITHIN), self.handlers.authorizer.access_data(actor)
        )
        now = self.handlers.clock.now()

        # In a thread: fifty thousand names take a while, at every letter that is typed.
        names = await asyncio.to_thread(_names_to_offer, actor, typed, tuple(everything), access_data, now)
        lacking = hiding(everything.unanswered, EVERYTHING, actor, access_data, now)
        return Offers(
            tuple(Offer(name, everything[name]) for name in names),
            {target: problem for target, problem in lacking.items() if problem != LOADING},
            hiding(everything.unreadable, EVERYTHING, actor, access_data, now),
            tuple(target for target, problem in lacking.items() if problem == LOADING),
        )

    async def offer_once_loaded(self, actor: Actor) -> Offers:
        """The same for no text, when every Feldera that is being asked has answered or failed."""
        await self.catalog.loaded()
        return await self.offer(actor, "")

    async def look(self, actor: Actor, command: Clear) -> Shown | Reply:
        """What the form shows of the chosen pipeline. A denial is not recorded: they are only looking."""
        assessment = await self.handlers.evaluate(actor, command, reason_comes_later=True)
        if isinstance(assessment, Assessment):
            return self._shown(assessment)
        return await with_admins(in_reply(assessment), self.handlers.authorizer)

    async def submit(  # noqa: PLR0913 - who, what, where, and what they saw
        self,
        actor: Actor,
        command: Clear,
        origin: ChannelId,
        *,
        form_id: str,
        seen: str,
        shown: Shown | None,
    ) -> Reply | LookAgain:
        """Request what the form says, as if its preview had been confirmed.

        `seen` is the mark of what was on the screen, and `shown` is that content, if it is still known. Then an outage
        of Feldera does not prevent it: the pipeline is looked at again before anything is sent.
        """
        handlers = self.handlers
        operation_id = _operation_id(form_id, actor, command, seen)
        before = await handlers.store.operation(operation_id)
        if before is not None and before.confirmed_at is not None:
            return await handlers.confirm(actor, operation_id)
        assessment = await self._assessed_in_time(actor, command)
        if (
            isinstance(assessment, replies.FelderaUnavailable)
            and shown is not None
            and self._is_good(shown, command, seen)
        ):
            assessment = shown.assessment
        if not isinstance(assessment, Assessment):
            return await handlers.say_no(actor, assessment)
        now = self._shown(assessment)
        if now.mark != seen:
            return LookAgain(now, changed=shown is not None)
        if before is None:
            await handlers.propose(operation_id, actor, command, origin=origin, assessment=assessment)
        return await handlers.confirm(actor, operation_id)

    def _is_good(self, shown: Shown, command: Clear, seen: str) -> bool:
        is_recent = self.handlers.clock.now() <= shown.at + PROPOSAL_GOOD_FOR
        assessment = shown.assessment
        is_the_same = (assessment.pipeline.name, assessment.plan) == (command.name, command.plan)
        return is_recent and is_the_same and shown.mark == seen

    async def _assessed_in_time(self, actor: Actor, command: Clear) -> Assessment | Objection | Reply:
        try:
            async with asyncio.timeout(LOOKED_AT_WITHIN):
                return await self.handlers.evaluate(actor, command)
        except TimeoutError:
            problem = Problem(ProblemKind.UNREACHABLE, f"No answer within {LOOKED_AT_WITHIN:g} s.")
            return replies.FelderaUnavailable(command.name, problem)

    def _shown(self, assessment: Assessment) -> Shown:
        return Shown(assessment, self.handlers.clock.now(), _mark(assessment))


def _names_to_offer(
    actor: Actor, typed: str, everything: Sequence[PipelineName], access_data: AccessData, now: datetime
) -> list[PipelineName]:
    def first(number: int, names: list[PipelineName]) -> list[PipelineName]:
        """The first of `names` that they may see, found without checking thousands."""
        seen: list[PipelineName] = []
        for start in range(0, len(names), DECISIONS_PER_SLICE):
            if len(seen) >= number:
                break
            seen += access_data.visible_to(actor, names[start : start + DECISIONS_PER_SLICE], now)
        return seen[:number]

    names = first(OFFERED_MAX, matching(everything, typed))
    if len(names) < FEW:
        mistyped = first(MISTYPED_MAX, nearly(everything, typed))
        names += resembling(mistyped, typed.strip(), limit=FEW - len(names))
    return names


def _mark(assessment: Assessment) -> str:
    """Differs for whatever would lose something else: of a running pipeline, by the run, not by what changes in it."""
    pipeline, seen = assessment.pipeline, assessment.reviewed
    what = (
        (seen.status_since, seen.checkpoints) if pipeline.is_stopped else (seen.wanted_since, seen.was_wanted)
    )
    return _digest(pipeline.name, assessment.plan, assessment.feldera.address, seen.id, seen.cleared, *what)


def _operation_id(form_id: str, actor: Actor, command: Clear, seen: str) -> OperationId:
    """The same form, filled in the same way by the same person, is the same operation, however often submitted."""
    return OperationId(_digest(form_id, actor, command, seen))


def _digest(*parts: object) -> str:
    return _in_letters(hashlib.sha256(repr(parts).encode()).digest()[:OPERATION_ID_BYTES])


def _in_letters(some: bytes) -> str:
    return base64.b32encode(some).decode("ascii").lower()
