"""A random cast under random rules: nothing is sent without what the rules ask for at that very moment.

The machine drives operations as the bot does, and each time compares with `Cast`, which works out by itself what is
asked for. Requests, clicks, grants, groups, rules and freezes come in any order, by anybody, and look-ups fail.
"""

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
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
from bot.domain.access.permissions import Action, Kind, Role
from bot.domain.access.request import Request
from bot.domain.access.rules import Freeze, Rule
from bot.domain.audit_chain import GENESIS, Entry, link, verify
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
from tests.clock import START
from tests.domain.cast_model import (
    ANYBODY,
    APPROVERS,
    ASKERS,
    BREAKERS,
    EVERYBODY,
    GROUPS,
    HOME,
    LOOKUPS,
    PATTERNS,
    PEOPLE,
    RULES,
    SPANS,
    Cast,
)
from tests.domain.samples import CARD, DOWN, cleared, grant, pipeline, proposed

SAY = (Action.CLEAR, Action.REQUEST, Action.APPROVE, Action.BREAK_GLASS)
ANSWERS = st.sampled_from([NotSent(DOWN), NotSent(DOWN), Unknown(DOWN), Unknown(DOWN), Accepted()])
GOOD_FOR = timedelta(hours=4)


class RandomCast(RuleBasedStateMachine):
    sent: ClassVar[Counter[str]] = Counter()

    @initialize(
        requester=ANYBODY,
        role=st.sampled_from([Role.REQUESTER, Role.OPERATOR, Role.RESPONDER]),
        kinds=st.tuples(st.sampled_from(Kind), st.sampled_from(Kind)),
        rules=st.lists(RULES, max_size=2),
    )
    def curtain(self, requester: Actor, role: Role, kinds: tuple[Kind, Kind], rules: list[Rule]) -> None:
        self.now = START
        self.cast = Cast()
        self.record: list[Entry] = []
        self.granted = 0
        self.cast.kinds.update(zip(PEOPLE[4:], kinds, strict=True))
        for each in rules:
            self.a_rule_is_set(each)
        self.somebody_gets_a_grant(requester, role, "*", None)
        for actor in PEOPLE[:4]:
            self.somebody_gets_a_grant(actor, Role.APPROVER, "*", None)
        self.begins(requester, "INC-1" if role is Role.RESPONDER else "")

    def begins(self, requester: Actor, incident: str) -> None:
        self.operation: Operation = proposed(requester=requester, incident=incident, created_at=self.now)
        self.said_yes: set[Actor] = set()
        self.approve_by = self.ready_at = self.stop_until = None
        self.signed: Actor | None = None

    def access_data(self, lookups: str, *people: Actor) -> AccessData:
        return self.cast.access_data([*people], lookups)

    def happens(self, input_: Input) -> Transition:
        before = self.operation
        after = advance(before, input_, self.now)
        self.operation = after.operation
        for event in after.events:
            self._writes_down(event)
        if (
            before.state is not State.READY
            and self.operation.state is State.READY
            and not before.attempt.sends
        ):
            thought_over = timedelta(0) if before.incident else self.cast.stop_window()
            self.ready_at, self.stop_until = self.now, self.now + thought_over
        if before.state is State.PROPOSED and self.operation.confirmed_at is not None:
            self._was_rightly_asked(input_)
        if isinstance(after.effect, Send):
            assert self._lacks() == [], "sent all the same"
            self.sent["glass" if before.incident else f"{before.approval.needed} approvals"] += 1
        return after

    def _writes_down(self, event) -> None:
        number, previous = len(self.record) + 1, self.record[-1].hash if self.record else GENESIS
        made = link(previous, entry_id=number, operation=self.operation.id, event=event)
        self.record.append(Entry(number, self.operation.id, event, made))

    def _was_rightly_asked(self, input_: Input) -> None:
        requester = self.operation.requester
        assert input_.by == requester
        assert self.cast.holds(requester, BREAKERS if self.operation.incident else ASKERS, self.now)
        assert not self.cast.is_frozen(self.now)
        assert not self.operation.incident or self.cast.allows_breaking_glass()
        self.approve_by = self.now + self.cast.approve_within()

    def _lacks(self) -> list[str]:
        """What the rules ask for at this moment, and the operation has not."""
        cast, now, requester, incident = (
            self.cast,
            self.now,
            self.operation.requester,
            self.operation.incident,
        )
        carried = {who for who in self.said_yes if who != requester and cast.holds(who, APPROVERS, now)}
        lacking = {
            "a requester who may": not cast.holds(requester, BREAKERS if incident else ASKERS, now),
            "approvals": not incident and len(carried) < cast.needs(requester, now),
            "glass that may be broken": bool(incident) and not cast.allows_breaking_glass(),
            "a thaw": cast.is_frozen(now),
            "time": self.ready_at is None or now >= self.ready_at + GOOD_FOR,
            "the stop window's end": self.stop_until is None or now < self.stop_until,
        }
        return [what for what, lacks in lacking.items() if lacks]

    # What people do.

    @rule(by=ANYBODY, lookups=LOOKUPS)
    @precondition(lambda self: self.operation.state is State.PROPOSED)
    def confirms(self, by: Actor, lookups: str) -> None:
        by = by if by == self.operation.requester else self.operation.requester if lookups == "good" else by
        basis = authorization_for(self.operation, self.access_data(lookups, by), self.now)
        self.happens(Confirmed(by, basis, self.operation.pipeline))
        self.happens(CardPlaced(CARD))

    @rule(by=ANYBODY, lookups=LOOKUPS)
    def approves(self, by: Actor, lookups: str) -> None:
        access_data = self.access_data(lookups, by)
        before = self.operation
        request = Request.of(before)
        request = replace(request, approved_by=request.approved_by | {by})
        may = self.cast.holds(by, APPROVERS, self.now) and by != before.requester
        in_time = before.state is State.AWAITING_APPROVAL and self.now < self.approve_by
        if may and in_time:
            self.said_yes.add(by)
        decision = access_data.may(by, Action.APPROVE, before.pipeline, self.now)
        self.happens(Approved(by, decision, authority_of(request, access_data, self.now)))
        counted = len(self.operation.approval.given) > len(before.approval.given)
        assert not counted or (may and in_time)
        if may and in_time and lookups == "good":
            assert by in {approval.by for approval in self.operation.approval.given}

    @rule()
    @precondition(lambda self: self.operation.state is State.AWAITING_APPROVAL)
    def everybody_approves(self) -> None:
        for by in EVERYBODY:
            self.approves(by, "good")

    @rule(by=ANYBODY, lookups=LOOKUPS)
    @precondition(lambda self: self.operation.state is State.AWAITING_APPROVAL)
    def denies(self, by: Actor, lookups: str) -> None:
        decision = self.access_data(lookups, by).may(by, Action.APPROVE, self.operation.pipeline, self.now)
        self.happens(DeniedByApprover(by, decision, "not now"))
        if self.operation.state is State.DENIED:
            assert by != self.operation.requester
            assert self.cast.holds(by, APPROVERS, self.now)

    @rule(by=ANYBODY)
    @precondition(lambda self: self.operation.state in {State.PROPOSED, State.AWAITING_APPROVAL})
    def withdraws(self, by: Actor) -> None:
        self.happens(Withdrawn(by))
        assert self.operation.state is not State.WITHDRAWN or by == self.operation.requester

    @rule(by=ANYBODY, lookups=LOOKUPS)
    @precondition(lambda self: self.operation.state is State.READY)
    def stops(self, by: Actor, lookups: str) -> None:
        access_data = self.access_data(lookups, by)
        decisions = [access_data.may(by, action, self.operation.pipeline, self.now) for action in SAY]
        self.happens(Stopped(by, max(decisions, key=lambda decision: decision.allowed)))
        if self.operation.state.has_ended:
            assert self.cast.holds(by, ASKERS | APPROVERS, self.now)

    @rule(by=ANYBODY, lookups=LOOKUPS)
    @precondition(lambda self: self.operation.incident)
    def signs_off(self, by: Actor, lookups: str) -> None:
        before = self.operation
        decision = self.access_data(lookups, by).may(by, Action.APPROVE, before.pipeline, self.now)
        self.happens(SignedOff(by, decision))
        if self.operation.review != before.review:
            assert before.review is None
            assert by != before.requester
            assert self.cast.holds(by, APPROVERS, self.now)
            self.signed = by

    # The bot, driven as its loop drives it.

    @rule(lookups=LOOKUPS, answer=ANSWERS)
    @precondition(lambda self: self.operation.state in {State.READY, State.SUBMITTING})
    def the_bot_looks(self, lookups: str, answer) -> None:
        before = self.operation
        people = [before.requester, *(approval.by for approval in before.approval.given)]
        lacks = self._lacks()
        basis = authorization_for(before, self.access_data(lookups, *people), self.now)
        after = self.happens(Looked(Seen(pipeline()), basis))
        if before.state is State.READY and lookups == "good":
            assert isinstance(after.effect, Send) is (lacks == []), lacks
        if isinstance(after.effect, Send):
            self.happens(Answered(answer))

    @rule()
    @precondition(lambda self: self.operation.state is State.WAITING)
    def feldera_has_cleared_it(self) -> None:
        self.happens(
            Looked(Seen(cleared()), authorization_for(self.operation, AccessData(freezes=()), self.now))
        )
        assert self.operation.state is State.SUCCEEDED

    @rule(
        minutes=st.sampled_from([0.2, 0.5, 1, 5, 30, 30, 60, 240]),
        requester=ANYBODY,
        incident=st.sampled_from(["", "", "INC-2"]),
        bot_is_up=st.booleans(),
    )
    def time_passes(self, minutes: float, requester: Actor, incident: str, *, bot_is_up: bool) -> None:
        """It is due, if it is; and whoever has seen one end asks for the next."""
        self.now += timedelta(minutes=minutes)
        if bot_is_up and self.operation.state in {State.AWAITING_APPROVAL, State.READY}:
            self.happens(TimePassed())
        if self.operation.state.has_ended:
            self.begins(requester, incident)

    @rule(
        minutes=st.sampled_from([0, 0.5, 1, 5]),
        which=st.integers(0, 5),
        in_a_hurry=st.booleans(),
        answer=ANSWERS,
    )
    def all_goes_well(self, minutes: float, which: int, answer, *, in_a_hurry: bool) -> None:
        """As far as it can: somebody who may asks, nobody objects, and Slack answers."""
        roles = BREAKERS if in_a_hurry and self.cast.allows_breaking_glass() else ASKERS
        able = [actor for actor in PEOPLE if self.cast.holds(actor, roles, self.now)]
        stuck = self.operation.state is State.PROPOSED and self.operation.requester not in able
        if able and (stuck or self.operation.state.has_ended or self.operation.state is State.NEEDS_HUMAN):
            self.begins(able[which % len(able)], "INC-3" if roles is BREAKERS else "")
        if self.operation.state is State.PROPOSED:
            self.confirms(self.operation.requester, "good")
        if self.operation.state is State.AWAITING_APPROVAL:
            self.everybody_approves()
        if self.operation.state is State.READY:
            self.time_passes(minutes, self.operation.requester, "", bot_is_up=True)
        if self.operation.state in {State.READY, State.SUBMITTING}:
            self.the_bot_looks("good", answer)

    # Who may do what changes, at any time.

    @rule(
        principal=st.sampled_from([*EVERYBODY, *GROUPS]),
        role=st.sampled_from(Role),
        pattern=PATTERNS,
        lasts=st.none() | SPANS,
    )
    def somebody_gets_a_grant(self, principal, role: Role, pattern: str, lasts: timedelta | None) -> None:
        self.granted += 1
        until = None if lasts is None else self.now + lasts
        self.cast.grants.append(grant(principal, role, pattern, id=self.granted, expires_at=until))

    @rule(which=st.integers(0, 20))
    @precondition(lambda self: self.cast.grants)
    def a_grant_is_revoked(self, which: int) -> None:
        self.cast.grants.pop(which % len(self.cast.grants))

    @rule(who=ANYBODY, group=st.sampled_from(GROUPS))
    def somebody_joins_or_leaves(self, who: Actor, group) -> None:
        self.cast.joined[who] ^= {group.group}

    @rule(who=st.sampled_from(PEOPLE), kind=st.sampled_from([*Kind, Kind.MEMBER, Kind.MEMBER]))
    def somebody_becomes(self, who: Actor, kind: Kind) -> None:
        self.cast.kinds[who] = kind

    @rule(a_rule=RULES)
    def a_rule_is_set(self, a_rule: Rule) -> None:
        self.cast.rules[a_rule.pattern] = a_rule

    @rule()
    def rules_are_dropped(self) -> None:
        self.cast.rules.clear()

    @rule(
        pattern=PATTERNS,
        lasts=st.sampled_from([timedelta(minutes=1), timedelta(minutes=5), timedelta(hours=6)]),
    )
    def a_freeze_is_put(self, pattern: str, lasts: timedelta) -> None:
        until: datetime = self.now + lasts
        self.cast.freezes[pattern] = Freeze(1, pattern, until, "year end", "T1/UF", self.now)

    @rule()
    def freezes_are_lifted(self) -> None:
        self.cast.freezes.clear()

    # What must never be.

    @invariant()
    def nobody_from_outside_ever_counts(self) -> None:
        approvers = [approval.by for approval in self.operation.approval.given]
        assert len(approvers) == len(set(approvers))
        assert {*approvers} <= self.said_yes - {self.operation.requester}
        assert all(approver.team == HOME for approver in approvers)
        signed = self.operation.review
        assert (None if signed is None else signed.by) == self.signed

    def teardown(self) -> None:
        """The record of the whole run is whole, and any entry that was changed is found."""
        record = getattr(self, "record", [])
        assert verify(record).broken is None
        for entry in record[-3:]:
            forged = replace(entry, event=replace(entry.event, at=entry.event.at + timedelta.resolution))
            assert verify([forged if each is entry else each for each in record]).broken.id == entry.id


@pytest.mark.parametrize(
    ("role", "rule", "way"),
    [
        (Role.OPERATOR, Rule("*"), "0 approvals"),
        (Role.REQUESTER, Rule("*"), "1 approvals"),
        (Role.REQUESTER, Rule("*", approvals=2), "2 approvals"),
        (Role.RESPONDER, Rule("*", break_glass=True), "glass"),
    ],
)
def test_if_all_goes_well_it_is_sent(role, rule, way):
    """Each way to a request is within the machine's reach, however its dice fall: else its plays would prove nothing."""
    RandomCast.sent.clear()
    cast = RandomCast()
    cast.curtain(PEOPLE[0], role, (Kind.MEMBER, Kind.MEMBER), [rule])
    cast.all_goes_well(1, 0, Accepted(), in_a_hurry=False)
    assert [*RandomCast.sent] == [way]


def test_nothing_is_sent_without_what_the_rules_ask_for_at_that_moment():
    """Whoever asks, approves, joins, leaves, is granted, revoked, frozen out, in any order; and yet some are sent."""
    RandomCast.sent.clear()
    run_state_machine_as_test(RandomCast, settings=settings(max_examples=400, stateful_step_count=40))
    assert len(RandomCast.sent) > 1, "it never got that far"
