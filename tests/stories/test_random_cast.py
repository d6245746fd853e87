"""Random people at the whole bot: whatever they type and press, no clear reaches Feldera without what the rules ask for.

Simulated Slack and Feldera, the real bot and its file between them, and the clock: what they do comes in any order, by
anybody, and `Watched` compares what comes of it with the access model.
"""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from bot.domain.operations.operation import SHORT_ID
from tests.access_model import VERBS, Given, Request, Said, typed
from tests.stories.cast_drawn import (
    ADMIN,
    ANYBODY,
    ASKER,
    CHANGE,
    DEEDS,
    GIVEN,
    HOUSES,
    MEANWHILE,
    MOMENTS,
    MOSTLY,
    ORDER,
    PATTERN,
    PIPELINE,
    RESPONDER,
    RULE,
    SMOOTHLY,
    TWO_OF_THEM,
    TYPIST,
    WHICH,
    deed,
)
from tests.stories.cast_watched import CAST, Deed, Watched, flipped_bit_is_found, label_of


class RandomCast(Watched):
    # What people do.

    @deed(3, who=ASKER, pipeline=PIPELINE, goes_on=MOSTLY)
    def somebody_asks(self, who: str, pipeline: str, *, goes_on: bool) -> None:
        self.asks(who, pipeline, "", goes_on=goes_on)

    @deed(3, who=RESPONDER, pipeline=PIPELINE, goes_on=MOSTLY)
    def somebody_is_in_a_hurry(self, who: str, pipeline: str, *, goes_on: bool) -> None:
        self.asks(who, pipeline, "INC-1", goes_on=goes_on)

    @deed(5, who=ASKER, pipeline=PIPELINE, order=ORDER, at_once=st.booleans(), meanwhile=MEANWHILE)
    def all_goes_well(
        self, who: str, pipeline: str, order: list[str], meanwhile: str, *, at_once: bool
    ) -> None:
        """As far as it can: somebody asks and others approve; but something may happen before it is sent."""
        self.asks(who, pipeline, "", goes_on=True)
        self.several_approve(order, 8, 0, at_once=at_once)
        approvers = [each for key in self._waiting() for each in sorted(self.requests[key].said_yes)]
        leads = [each for each in approvers if each in self.house.groups["leads"]]
        match meanwhile:
            case "a lead leaves" if leads:
                self.slack_changes(leads[-1], "a lead")
            case "an approver is a guest" if approvers:
                self.slack_changes(approvers[-1], "guest")
            case "the asker is a guest":
                self.slack_changes(who, "guest")
            case "it is frozen":
                self.somebody_changes_access("root", ("*", 1))
            case "it runs":
                self.somebody_else(pipeline, "starts")
            case "a right is revoked":
                self.somebody_revokes("root", len(order[0] + who))
        self.time_passes(60)

    def asks(self, who: str, pipeline: str, incident: str, *, goes_on: bool) -> None:
        self.pipeline_is_in_use(pipeline)
        glass = f"--break-glass {incident} " if incident else ""
        told = self.types(who, f"clear {pipeline} {glass}lag")
        if any("*Clear `" in line or "*Ask to clear `" in line for line in told):
            buttons = self.buttons(who)
            offered = [each.element["value"] for each in buttons if label_of(each) == "Never mind"]
            for shown in offered:  # two, if Slack delivered the command twice
                self.requests.setdefault(shown, Request(who, pipeline, incident != "", self.turn))
            if goes_on:
                self.the_asker_goes_on(offered[-1])

    def the_asker_goes_on(self, shown: str) -> None:
        request = self.requests[shown]
        for label in ("Ask for approval", f"Clear {request.pipeline}", "Run as break-glass…"):
            self.presses(request.by, label, shown)
        self.fills_in(request.by, request.pipeline)

    @deed(4, order=ORDER, many=st.integers(1, 8), which=WHICH, at_once=st.booleans())
    def several_approve(self, order: list[str], many: int, which: int, *, at_once: bool) -> None:
        for about in self._waiting()[-1 - which % 2 :][:1]:
            if at_once:
                found = {who: self.buttons(who) for who in order[:2]}
                pressed = {
                    who: [each for each in shown if label_of(each) == "Approve"]
                    for who, shown in found.items()
                    if not self.people[who].profile.deactivated
                }
                self.happens(*(self.pressing(who, shown[-1]) for who, shown in pressed.items() if shown))
            for who in order[:many]:
                self.presses(who, "Approve", about)

    def _waiting(self) -> list[str]:
        return [key for key, each in self.requests.items() if each.asked_at and not each.is_over]

    @deed(3, who=ANYBODY, which=WHICH)
    def somebody_presses(self, who: str, which: int) -> None:
        found = self.buttons(who)
        if found and not self.people[who].profile.deactivated:
            self.happens(self.pressing(who, found[-1 - which % len(found)]))

    @deed(3, who=ANYBODY, which=WHICH)
    def somebody_presses_what_was_there(self, who: str, which: int) -> None:
        """From a screen that is old; or, as no client of Slack would let them, what another was shown alone."""
        for each in CAST:
            self.buttons(each)
        if self.seen and not self.people[who].profile.deactivated:
            _, button = self.seen[-1 - which % len(self.seen)]
            self.happens(self.pressing(who, button))

    @deed(2, who=ANYBODY, answer=st.sampled_from(["orders", "billing", "no"]))
    def fills_in(self, who: str, answer: str) -> None:
        person = self.people[who].person
        modal = person.modal
        if modal is None or self.people[who].profile.deactivated:
            return
        if "submit" in modal.body:
            work = self.people[who].submitting(answer)
            self.happens(Deed(who, work, modal.body["private_metadata"]))
        if person.modal is not None:
            self.workspace.does(person.closes_modal())

    @deed(
        3,
        who=TYPIST,
        verb=st.sampled_from(["approve", "approve", "deny", "withdraw", "review"]),
        which=WHICH,
    )
    def somebody_types_an_id(self, who: str, verb: str, which: int) -> None:
        newest = [*self.requests][-3:]
        if newest:
            about = newest[-1 - which % len(newest)]
            why = " not now" if verb == "deny" else ""
            self.types(who, f"{verb} {about[:SHORT_ID]}{why}", about)

    @deed(who=TYPIST, text=st.sampled_from(["pending", "rules", "whoami", "history", "can-i clear orders"]))
    def somebody_looks(self, who: str, text: str) -> None:
        self.types(who, text)

    # Who may do what changes: by chat, by the shell, in Slack.

    @deed(4, who=ADMIN, change=CHANGE)
    def somebody_changes_access(self, who: str, change: Given | tuple[str, Any]) -> None:
        """By a command: what holds afterwards goes by whether they are told that it is done."""
        house, now = self.house, self.now
        match change:
            case Given(to, role, pattern):
                text, changes = f"grant @{to} {role} {pattern}", partial(house.given.append, change)
            case (pattern, dict() as rule):
                text, changes = (
                    f"rule {pattern} {typed(rule)}",
                    partial(house.rules.__setitem__, pattern, rule),
                )
            case (pattern, int(minutes)):
                text = f"freeze {pattern} for {minutes}m release day"
                until = now + timedelta(minutes=minutes)
                changes = partial(house.freezes.__setitem__, pattern, until)
            case (pattern, "unfreeze"):
                text, changes = f"unfreeze {pattern}", partial(house.freezes.pop, pattern, None)
            case (pattern, _):
                text, changes = f"rule {pattern} off", partial(house.rules.pop, pattern, None)

        def made() -> None:
            assert house.administers(who, pattern, now), f"{who} was let change access"
            assert not isinstance(change, Given) or not house.reaches(change.to, who), "in their own favour"
            changes()

        self.types(who, text, changes=made)

    @deed(who=ADMIN, which=WHICH)
    def somebody_revokes(self, who: str, which: int) -> None:
        taken = self.house.given[which % len(self.house.given)]

        def made() -> None:
            assert self.house.administers(who, taken.pattern, self.now), f"{who} was let change access"
            self.house.takes_away(taken)

        self.types(who, f"revoke @{taken.to} {taken.role} {taken.pattern}", changes=made)

    @deed(given=GIVEN, minutes=st.sampled_from([0, 1, 60]))
    def the_shell_grants(self, given: Given, minutes: int) -> None:
        until = self.now + timedelta(minutes=minutes) if minutes else None
        given = replace(given, until=until)
        self.house.given.append(given)
        self.workspace.administers(self.gives(given))
        self.time_passes(0)

    @deed(pattern=PATTERN, rule=RULE)
    def the_shell_rules(self, pattern: str, rule: Said) -> None:
        self.house.rules[pattern] = rule
        self.workspace.rules(pattern, typed(rule))
        self.time_passes(0)

    @deed(3, who=ANYBODY, becomes=st.sampled_from(["a lead", "a lead", "a lead", "member", "guest", "gone"]))
    def slack_changes(self, who: str, becomes: str) -> None:
        """Somebody joins the leads or leaves them, is a guest from now on, is deactivated, or is neither any more."""
        leads, teammate = self.house.groups["leads"], self.people[who]
        if becomes == "a lead":
            (self.leads.leaves if who in leads else self.leads.joins)(teammate)
            leads ^= {who}
            return
        teammate.profile.guest, teammate.profile.deactivated = becomes == "guest", becomes == "gone"
        self.house.colleagues -= {who}
        self.house.colleagues |= {who} if becomes == "member" and who != "ext" else set()

    # What goes on elsewhere.

    somebody_else = deed(
        pipeline=PIPELINE, doing=st.sampled_from(["starts", "stops", "clears", "makes anew"])
    )(Watched.somebody_else)

    @deed(3, seconds=MOMENTS)
    def time_goes_on(self, seconds: int) -> None:
        self.time_passes(seconds)

    @deed(
        trouble=st.sampled_from(
            ["reply lost", "request lost", "Feldera down", "who", "groups", "twice", "bot restarts"]
        )
    )
    def something_fails(self, trouble: str) -> None:
        workspace = self.workspace
        match trouble:
            case _ if self.is_down:
                workspace.feldera_comes_back()
                self.is_down = False
                self.time_passes(20)
            case "reply lost":
                workspace.feldera.loses_the_next_reply()
            case "request lost":
                workspace.feldera.drops_the_next_request()
            case "Feldera down":
                workspace.feldera_goes_down()
                self.is_down = True
            case "who":
                workspace.slack.fails_next("users.info", "fatal_error")
            case "groups":
                workspace.slack.fails_next("usergroups.users.list", "fatal_error")
            case "twice":
                workspace.slack.delivers_twice()
            case _:
                workspace.restarts()
        self._weighs_what_was_sent()


@settings(max_examples=35, deadline=None, derandomize=True, phases=[Phase.explicit, Phase.generate])
@example(rules=TWO_OF_THEM, deeds=[("all_goes_well", {**SMOOTHLY, "meanwhile": ""})], bit=0)
@example(rules=TWO_OF_THEM, deeds=[("all_goes_well", {**SMOOTHLY, "meanwhile": "a lead leaves"})], bit=1)
@example(
    rules=TWO_OF_THEM, deeds=[("all_goes_well", {**SMOOTHLY, "meanwhile": "the asker is a guest"})], bit=2
)
@given(
    rules=HOUSES,
    deeds=st.lists(st.one_of(DEEDS), min_size=35, max_size=35),
    bit=st.integers(0, 2**20),
)
def play(rules: dict[str, Said], deeds: list[tuple[str, dict[str, Any]]], bit: int) -> None:
    """One play. What fails is shown as it was drawn: each play is a whole bot, and to shrink it takes minutes."""
    with TemporaryDirectory() as folder:
        cast = RandomCast(Path(folder), rules)
        try:
            for name, drawn in deeds:
                getattr(cast, name)(**drawn)
        finally:
            cast.curtain()
        assert flipped_bit_is_found(cast.workspace.database, bit)


def test_no_clear_without_what_the_rules_ask_for():
    """Whoever types, presses, joins, leaves, is granted, revoked, frozen out, in any order; and yet some are sent."""
    RandomCast.sent.clear()
    RandomCast.verbs.clear()
    play()
    assert {"glass", "0 approvals", "1 approvals", "2 approvals"} <= {*RandomCast.sent}, (
        "it never got that far"
    )
    assert {*VERBS} <= RandomCast.verbs, "nobody typed these"
