"""Authorization: may an operation run now, given the requester's grants, the rules, the approvals and any freeze?

Pure. What the store and the workspace know comes in as `AccessData`, read for this one decision.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from fnmatch import fnmatchcase

from bot.domain.access.permissions import (
    Action,
    Decision,
    Grant,
    Group,
    Kind,
    Membership,
    Principal,
    decide,
    decide_somewhere,
)
from bot.domain.access.requests.request import Request, Stage
from bot.domain.access.requests.request_limits import (
    OPEN_REQUESTS_MAX,
    REQUESTS_MAX,
    REQUESTS_WITHIN,
    next_request_at,
)
from bot.domain.access.requests.request_objections import (
    BreakGlassForbidden,
    Frozen,
    NameNotTyped,
    NotPermitted,
    Objection,
    ReasonMissing,
    TooManyOpen,
    TooManyRecentRequests,
)
from bot.domain.access.rules import Freeze, Requirements, Rule, frozen, requirements_for
from bot.domain.ids import Actor, PipelineName
from bot.domain.operations.operation import Operation
from bot.domain.operations.outcome import Ending, Outcome
from bot.domain.operations.plans import StepName, loses_data


@dataclass(frozen=True, slots=True)
class AccessData:
    """The data a decision rests on. A person without a membership in here is unknown, and so may do nothing."""

    grants: tuple[Grant, ...] = ()
    rules: tuple[Rule, ...] = ()
    freezes: tuple[Freeze, ...] = field(kw_only=True)
    memberships: Mapping[Actor, Membership] = field(default_factory=dict)
    open_requests: int = 0  # of the requester, excluding this one
    asked_at: tuple[datetime, ...] = ()  # their latest requests, newest first, excluding this one

    def is_member(self, actor: Actor) -> bool:
        """Whether they may do anything at all: somebody who is no member may not see even their own requests."""
        membership = self.memberships.get(actor)
        return membership is not None and membership.kind is Kind.MEMBER

    def may(self, actor: Actor, action: Action, name: PipelineName, now: datetime) -> Decision:
        decision = decide(self._standing(actor), action, name, self.grants, now)
        if action is Action.VIEW:  # no rule restricts viewing
            return decision
        return replace(decision, rules=requirements_for(self.rules, name, is_operator=False).rules)

    def may_any_of(
        self, actor: Actor, actions: Iterable[Action], name: PipelineName, now: datetime
    ) -> Decision:
        """The decision that allows one of `actions`; if none does, the first, with the roles that would."""
        decisions = [self.may(actor, action, name, now) for action in actions]
        roles = dict.fromkeys(role for decision in decisions for role in decision.would_allow)
        denied = replace(decisions[0], would_allow=tuple(roles))
        return next((decision for decision in decisions if decision.allowed), denied)

    def may_somewhere(self, actor: Actor, action: Action, now: datetime) -> Decision:
        """Whether there is any pipeline name on which `actor` may do `action`."""
        return decide_somewhere(self._standing(actor), action, self.grants, now)

    def visible_to(self, actor: Actor, names: Iterable[PipelineName], now: datetime) -> list[PipelineName]:
        """Those of `names` that `actor` may see, in the same order: what `may` says of each.

        Only the person's own grants are matched against each name: there may be thousands of both.
        """
        membership = self._standing(actor)
        own = [grant for grant in self.grants if grant.is_to(membership)]
        patterns = {grant.pattern for grant in own}
        concerned = (name for name in names if any(fnmatchcase(name, pattern) for pattern in patterns))
        return [name for name in concerned if decide(membership, Action.VIEW, name, own, now).allowed]

    def _standing(self, actor: Actor) -> Membership:
        return self.memberships.get(actor) or Membership(
            actor, Kind.UNKNOWN, why="nobody asked", transient=True
        )


ACTIONS = {
    StepName.STOP: Action.STOP,
    StepName.CLEAR: Action.CLEAR,
    StepName.START: Action.START,
}


PLAN_TAKES = timedelta(minutes=5)  # usually, for several steps: a grant that ends sooner fails the later ones


@dataclass(frozen=True, slots=True)
class Authorization:
    """`requester` is whether they may (still) request it; `approvers` are those whose approval (still) counts.

    `unread` is what Slack did not answer about one of them, if that is why they do not count. `unverified_approvers`
    are the approvers that Slack may still confirm; `requester_unverified` is the same for the requester: for a role
    that they have or for a higher one. `lasts` is whether it holds long enough for all steps, as far as is known.
    `eligible` are the people and groups who are granted the right to approve it now. `open_requests` are the requester's
    others, and `may_ask_again_at` is when they may make the next one, if not yet.
    """

    requester: Decision
    requirements: Requirements
    approvers: tuple[Actor, ...] = ()
    freeze: Freeze | None = None
    is_break_glass: bool = False
    eligible: tuple[Principal, ...] = ()
    unread: str = ""
    unverified_approvers: tuple[Actor, ...] = ()
    requester_unverified: bool = False
    lasts: bool = True
    open_requests: int = 0
    may_ask_again_at: datetime | None = None

    def objection(self, request: Request) -> Objection | None:
        """What its requester is told: the first of the objections."""
        return next(self.objections(request), None)

    def outcome(self, request: Request) -> Outcome | None:
        """How an objection ends the request, which was confirmed; None if none does, though one may hold it."""
        return next((each.outcome for each in self.objections(request) if each.outcome is not None), None)

    def objections(self, request: Request) -> Iterator[Objection]:
        """All that rights and rules say against `request` now, in the order in which people are told.

        The one place for it. Preview, confirmation, approval, sending and repetition ask here, and differ only in what
        they do with the answer: so nothing holds for one of them alone, unless the stage of the request says so.
        """
        no = (request.pipeline, request.plan, self.requester, self.requirements)
        is_new = request.stage is Stage.ASKED
        if is_new and request.incident and request.typed_name not in {None, request.pipeline}:
            yield NameNotTyped(*no)
        if not self.requester.allowed:
            yield NotPermitted(*no, unread=self.unread, may_be_confirmed_later=self.may_be_enough_later)
        if self.freeze is not None and request.stage is not Stage.BEGUN:
            yield Frozen(*no, self.freeze)
        if self.requester.allowed and not self.may_ask:
            yield BreakGlassForbidden(*no)
        yield from self._against_new(request) if is_new else self._against_confirmed(request)

    def _against_new(self, request: Request) -> Iterator[Objection]:
        """What its requester can still change, or wait for. Once it is confirmed, it counts no more."""
        no = (request.pipeline, request.plan, self.requester, self.requirements)
        said = request.reason
        if said is not None and not self.requirements.takes_reason(said, request.incident):
            missing = self.requirements.patterns_missing_in(said, request.incident)
            yield ReasonMissing(*no, request.incident, said, missing)
        if self.approvals_needed and self.open_requests >= OPEN_REQUESTS_MAX:
            yield TooManyOpen(*no, OPEN_REQUESTS_MAX)
        if self.approvals_needed and self.may_ask_again_at is not None:
            yield TooManyRecentRequests(*no, REQUESTS_MAX, REQUESTS_WITHIN, self.may_ask_again_at)

    def _against_confirmed(self, request: Request) -> Iterator[Objection]:
        no = (request.pipeline, request.plan, self.requester, self.requirements)
        if len(self.approvers) < self.approvals_needed:
            later = self.may_be_enough_later
            yield NotPermitted(*no, Ending.APPROVALS_LOST, unread=self.unread, may_be_confirmed_later=later)
        if not self.lasts and request.stage is Stage.CONFIRMED:
            yield NotPermitted(*no, Ending.RIGHTS_END_SOON)

    @property
    def on_record(self) -> dict[str, str | int | None]:
        """What the audit log keeps of it: the requester's grant, and the patterns of the rules that applied."""
        return {**self.requester.on_record, "rules": " ".join(self.requirements.rules)}

    @property
    def approvals_needed(self) -> int:
        return 0 if self.is_break_glass else self.requirements.approvals

    @property
    def may_ask(self) -> bool:
        return self.requester.allowed and (self.requirements.break_glass or not self.is_break_glass)

    @property
    def is_enough(self) -> bool:
        """Whether it may be sent, any freeze aside."""
        return self.may_ask and len(self.approvers) >= self.approvals_needed

    @property
    def may_be_enough_later(self) -> bool:
        """Whether it is not enough now, but may be once Slack answers what could not be checked."""
        if self.is_enough or self.requester_unverified:
            return not self.is_enough
        return self.may_ask and len(self.approvers) + len(self.unverified_approvers) >= self.approvals_needed


def authorization_for(operation: Operation, access_data: AccessData, now: datetime) -> Authorization:
    """The authorization of `operation` now, and whether it lasts for as long as the remaining steps usually take."""
    request = Request.of(operation)
    held = authority_of(request, access_data, now)
    if operation.step + 1 == len(operation.plan) or not held.is_enough:
        return held
    return replace(held, lasts=authority_of(request, access_data, now + PLAN_TAKES).is_enough)


def authority_of(request: Request, access_data: AccessData, now: datetime) -> Authorization:
    """The authorization of `request`, stored or not. Approvals count distinct people, never the requester.

    Somebody who may not run each step without approval has to request the whole plan.
    """
    requester, name = request.requester, request.pipeline
    alone = [access_data.may(requester, ACTIONS[step], name, now) for step in request.plan]
    is_operator = all(decision.allowed for decision in alone)
    if request.incident:
        decision = access_data.may(requester, Action.BREAK_GLASS, name, now)
    else:
        decision = alone[0] if is_operator else access_data.may(requester, Action.REQUEST, name, now)
    approvers = {
        approver: access_data.may(approver, Action.APPROVE, name, now)
        for approver in sorted(request.approved_by - {requester}, key=lambda actor: (actor.team, actor.user))
    }
    asker = decision if request.incident else next((each for each in alone if not each.allowed), alone[0])
    requester_unverified = asker.may_be_confirmed_later or decision.may_be_confirmed_later
    return Authorization(
        requester=decision,
        requirements=requirements_for(
            access_data.rules, name, is_operator=is_operator, loses_data=loses_data(request.plan)
        ),
        approvers=tuple(approver for approver, may in approvers.items() if may.allowed),
        unread=next((may.unread for may in [decision, *approvers.values()] if may.unread), "")
        or (asker.unread if requester_unverified else ""),
        unverified_approvers=tuple(
            approver for approver, may in approvers.items() if may.may_be_confirmed_later
        ),
        requester_unverified=requester_unverified,
        freeze=frozen(access_data.freezes, name, now),
        is_break_glass=request.incident != "",
        eligible=tuple(
            dict.fromkeys(
                grant.principal
                for grant in access_data.grants
                if Action.APPROVE in grant.role.actions
                and grant.is_current(now)
                and fnmatchcase(name, grant.pattern)
                and grant.principal != requester
            )
        ),
        open_requests=access_data.open_requests,
        may_ask_again_at=next_request_at(access_data.asked_at, now),
    )


def id_of(principal: Principal) -> str:
    """Their Slack id: `U…` or `S…`."""
    return principal.group if isinstance(principal, Group) else principal.user
