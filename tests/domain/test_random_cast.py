"""Random people under random rules: nothing is sent without what the rules ask for at that very moment.

The machine drives operations as the bot does, and each time compares with the access model, which works out by itself
what is asked for. Requests, clicks, grants, groups, rules and freezes come in any order, and look-ups fail.
"""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import ClassVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bot.domain.access.authorization import AccessData, authority_of, authorization_for
from bot.domain.access.permissions import SAY, Action, Group, Kind
from bot.domain.access.requests.request import Request as Asked
from bot.domain.ids import Actor
from bot.domain.operations.inputs import (
    Answered,
    Approved,
    CardPlaced,
    Confirmed,
    DeniedByApprover,
    Input,
    Looked,
    Send,
    SignedOff,
    Stopped,
    TimePassed,
    Transition,
    Withdrawn,
)
from bot.domain.operations.machine.state_machine import advance
from bot.domain.operations.operation import Operation, State
from bot.domain.pipelines.pipeline import Accepted, NotSent, Seen, Unknown
from tests.access_model import ASKERS, ROLES, RULES, Given, Request, Said
from tests.clock import START
from tests.domain.modeled_access import (
    ANYBODY,
    EVERYBODY,
    GROUPS,
    HOME,
    LOOKUPS,
    PATTERNS,
    PEOPLE,
    SPANS,
    ModeledAccess,
)
from tests.domain.pipeline_samples import DOWN, cleared, pipeline
from tests.domain.samples import CARD, authority, proposed

ANSWERS = st.sampled_from([NotSent(DOWN), NotSent(DOWN), Unknown(DOWN), Unknown(DOWN), Accepted()])


class RandomCast(RuleBasedStateMachine):
    sent: ClassVar[Counter[str]] = Counter()

    @initialize(
        requester=ANYBODY,
        role=st.sampled_from(["requester", "operator", "responder"]),
        kinds=st.tuples(st.sampled_from(Kind), st.sampled_from(Kind)),
        rules=st.lists(st.tuples(PATTERNS, RULES), max_size=2),
    )
    def begin(
        self, requester: Actor, role: str, kinds: tuple[Kind, Kind], rules: list[tuple[str, Said]]
    ) -> None:
        self.now = START
        approvers = [Given(actor, "approver", "*") for actor in PEOPLE[:4]]
        self.model = ModeledAccess(given=[Given(requester, role, "*"), *approvers], rules=dict(rules))
        for who, kind in zip(PEOPLE[4:], kinds, strict=True):
            self.model.becomes(who, kind)
        self.proposes(requester, "INC-1" if role == "responder" else "")

    def proposes(self, requester: Actor, incident: str) -> None:
        self.operation: Operation = proposed(requester=requester, incident=incident, created_at=self.now)
        self.request = Request(requester, "orders", in_emergency=incident != "")
        self.reviewed_by: Actor | None = None

    def access_data(self, lookups: str, *people: Actor) -> AccessData:
        return self.model.access_data([*people], lookups)

    def may(self, by: Actor, action: Action, lookups: str):
        return self.access_data(lookups, by).may(by, action, self.operation.pipeline, self.now)

    def happens(self, input_: Input) -> Transition:
        before = self.operation
        after = advance(before, input_, self.now)
        self.operation = after.operation
        if before.state is State.PROPOSED and self.operation.confirmed_at is not None:
            assert self.model.may_ask(input_.by, self.request, self.now)
            self.model.is_asked(self.request, self.now)
        elif before.state is State.AWAITING_APPROVAL and self.operation.state is State.READY:
            self.model.is_ready(self.request, self.now)
        if isinstance(after.effect, Send):
            assert self.model.lacks(self.request, self.now) == [], "sent all the same"
            self.sent["glass" if before.incident else f"{before.approval.needed} approvals"] += 1
        return after

    # What people do.

    @rule(by=ANYBODY, lookups=LOOKUPS)
    @precondition(lambda self: self.operation.state is State.PROPOSED)
    def confirms(self, by: Actor, lookups: str) -> None:
        by = self.operation.requester if lookups == "good" else by
        basis = authorization_for(self.operation, self.access_data(lookups, by), self.now)
        self.happens(Confirmed(by, basis, self.operation.pipeline))
        asked, needed = self.operation.approval, self.model.needs(self.request, self.now)
        if self.operation.confirmed_at is not None:
            assert asked.needed == needed if lookups == "good" else asked.needed >= needed
            assert asked.deadline in {None, self.request.approve_by}
        self.happens(CardPlaced(CARD))

    @rule(by=ANYBODY, lookups=LOOKUPS)
    def approves(self, by: Actor, lookups: str) -> None:
        access_data, before = self.access_data(lookups, by), self.operation
        asked = Asked.of(before)
        asked = replace(asked, approved_by=asked.approved_by | {by})
        may = before.state is State.AWAITING_APPROVAL and self.model.may_approve(by, self.request, self.now)
        if may:
            self.request.said_yes.add(by)
        basis = authority_of(asked, access_data, self.now)
        self.happens(Approved(by, self.may(by, Action.APPROVE, lookups), basis))
        given = {approval.by for approval in self.operation.approval.given}
        assert may or len(given) == len(before.approval.given)
        if may and by not in given:
            assert lookups != "good"
            self.request.said_yes.discard(by)

    @rule()
    @precondition(lambda self: self.operation.state is State.AWAITING_APPROVAL)
    def everybody_approves(self) -> None:
        for by in EVERYBODY:
            self.approves(by, "good")

    @rule(by=ANYBODY, lookups=LOOKUPS)
    @precondition(lambda self: self.operation.state is State.AWAITING_APPROVAL)
    def denies(self, by: Actor, lookups: str) -> None:
        self.happens(DeniedByApprover(by, self.may(by, Action.APPROVE, lookups), "not now"))
        assert self.operation.state is not State.DENIED or self.model.may_deny(by, self.request, self.now)

    @rule(by=ANYBODY)
    @precondition(lambda self: self.operation.state in {State.PROPOSED, State.AWAITING_APPROVAL})
    def withdraws(self, by: Actor) -> None:
        self.happens(Withdrawn(by))
        withdrawn = self.operation.state is State.WITHDRAWN
        assert not withdrawn or self.model.may_withdraw(by, self.request, self.now)

    @rule(by=ANYBODY, lookups=LOOKUPS)
    @precondition(lambda self: self.operation.state is State.READY)
    def cancels(self, by: Actor, lookups: str) -> None:
        decisions = [self.may(by, action, lookups) for action in SAY]
        self.happens(Stopped(by, max(decisions, key=lambda decision: decision.allowed)))
        assert not self.operation.state.has_ended or self.model.may_cancel(by, self.request, self.now)

    @rule(by=st.none() | ANYBODY, lookups=LOOKUPS)
    @precondition(lambda self: self.operation.incident)
    def signs_off(self, by: Actor | None, lookups: str) -> None:
        before, by = self.operation.review, by or self.operation.requester
        self.happens(SignedOff(by, self.may(by, Action.APPROVE, lookups)))
        if self.operation.review != before:
            assert before is None
            assert self.model.may_sign_off(by, self.request, self.now)
            self.reviewed_by = by

    # The bot, driven as its loop drives it.

    @rule(lookups=LOOKUPS, answer=ANSWERS)
    @precondition(lambda self: self.operation.state in {State.READY, State.SUBMITTING})
    def the_bot_looks(self, lookups: str, answer) -> None:
        before, lacks = self.operation, self.model.lacks(self.request, self.now)
        people = [before.requester, *(approval.by for approval in before.approval.given)]
        basis = authorization_for(before, self.access_data(lookups, *people), self.now)
        after = self.happens(Looked(Seen(pipeline()), basis))
        if before.state is State.READY and lookups == "good":
            assert isinstance(after.effect, Send) is (lacks == []), lacks
        if isinstance(after.effect, Send):
            self.happens(Answered(answer))

    @rule()
    @precondition(lambda self: self.operation.state is State.WAITING)
    def feldera_has_cleared_it(self) -> None:
        self.happens(Looked(Seen(cleared()), authority()))
        assert self.operation.state is State.SUCCEEDED

    @rule(
        minutes=st.sampled_from([0.2, 0.5, 1, 5, 30, 30, 60, 240]),
        requester=ANYBODY,
        incident=st.sampled_from(["", "", "INC-2"]),
        bot_is_up=st.booleans(),
    )
    def time_passes(self, minutes: float, requester: Actor, incident: str, *, bot_is_up: bool) -> None:
        self.now += timedelta(minutes=minutes)
        if bot_is_up and self.operation.state in {State.AWAITING_APPROVAL, State.READY}:
            self.happens(TimePassed())
        if self.operation.state.has_ended:
            self.proposes(requester, incident)

    @rule(
        minutes=st.sampled_from([0, 0.5, 1, 5]),
        which=st.integers(0, 5),
        in_a_hurry=st.booleans(),
        answer=ANSWERS,
    )
    def all_goes_well(self, minutes: float, which: int, answer, *, in_a_hurry: bool) -> None:
        """As far as it can: somebody who may asks, nobody objects, and Slack answers."""
        breaks_glass = in_a_hurry and self.model.asks("break-glass", "orders")
        roles = {"responder"} if breaks_glass else ASKERS
        able = [actor for actor in PEOPLE if self.model.holds(actor, roles, "orders", self.now)]
        stuck = self.operation.state is State.PROPOSED and self.operation.requester not in able
        if able and (stuck or self.operation.state.has_ended or self.operation.state is State.NEEDS_HUMAN):
            self.proposes(able[which % len(able)], "INC-3" if breaks_glass else "")
        if self.operation.state is State.PROPOSED:
            self.confirms(self.operation.requester, "good")
        if self.operation.state is State.AWAITING_APPROVAL:
            self.everybody_approves()
        if self.operation.state is State.READY:
            self.time_passes(minutes, self.operation.requester, "", bot_is_up=True)
        if self.operation.state in {State.READY, State.SUBMITTING}:
            self.the_bot_looks("good", answer)
        if self.operation.incident:
            self.signs_off(None, "good")

    # Who may do what changes, at any time.

    @rule(
        to=st.sampled_from([*EVERYBODY, *GROUPS]),
        role=st.sampled_from(ROLES),
        pattern=PATTERNS,
        lasts=st.none() | SPANS,
    )
    def somebody_gets_a_grant(self, to, role: str, pattern: str, lasts: timedelta | None) -> None:
        until = None if lasts is None else self.now + lasts
        self.model.given.append(Given(to, role, pattern, until))

    @rule(which=st.integers(0, 20))
    @precondition(lambda self: self.model.given)
    def a_grant_is_revoked(self, which: int) -> None:
        self.model.given.pop(which % len(self.model.given))

    @rule(who=ANYBODY, group=st.sampled_from(GROUPS))
    def somebody_joins_or_leaves(self, who: Actor, group: Group) -> None:
        self.model.groups[group] ^= {who}

    @rule(who=st.sampled_from(PEOPLE), kind=st.sampled_from([*Kind, Kind.MEMBER, Kind.MEMBER]))
    def somebody_becomes(self, who: Actor, kind: Kind) -> None:
        self.model.becomes(who, kind)

    @rule(pattern=PATTERNS, said=RULES)
    def a_rule_is_set(self, pattern: str, said: Said) -> None:
        self.model.rules[pattern] = said

    @rule(pattern=PATTERNS, minutes=st.sampled_from([1, 5, 360]))
    def a_freeze_is_set(self, pattern: str, minutes: int) -> None:
        self.model.freezes[pattern] = self.now + timedelta(minutes=minutes)

    @rule(what=st.sampled_from(["rules", "freezes"]))
    def all_are_removed(self, what: str) -> None:
        getattr(self.model, what).clear()

    @invariant()
    def nobody_from_outside_ever_counts(self) -> None:
        approvers = [approval.by for approval in self.operation.approval.given]
        assert len(approvers) == len(set(approvers))
        assert {*approvers} <= self.request.said_yes - {self.operation.requester}
        assert all(approver.team == HOME for approver in approvers)
        review = self.operation.review
        assert (None if review is None else review.by) == self.reviewed_by


@pytest.mark.parametrize(
    ("role", "said", "way"),
    [
        ("operator", {}, "0 approvals"),
        ("requester", {}, "1 approvals"),
        ("requester", {"approvals": 2}, "2 approvals"),
        ("responder", {"break-glass": True}, "glass"),
    ],
)
def test_if_all_goes_well_it_is_sent(role, said, way):
    RandomCast.sent.clear()
    cast = RandomCast()
    cast.begin(PEOPLE[0], role, (Kind.MEMBER, Kind.MEMBER), [("*", said)])
    cast.all_goes_well(1, 0, Accepted(), in_a_hurry=False)
    assert [*RandomCast.sent] == [way]


def test_nothing_is_sent_without_what_the_rules_ask_for_at_that_moment():
    RandomCast.sent.clear()
    run_state_machine_as_test(RandomCast, settings=settings(max_examples=300, stateful_step_count=40))
    assert len(RandomCast.sent) > 1, "it never got that far"
