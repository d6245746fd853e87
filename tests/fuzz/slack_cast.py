"""A workspace in which a bit of everything goes on, and the deliveries of Slack that could come next in it.

They are those of real screens: whatever was typed and pressed so far, and a press of every button that somebody sees. So
a button, a form or a command that a later version of the bot has is fuzzed once somebody here comes upon it;
`test_delivery_kinds.py` says which listener nobody comes upon.
"""

import copy
from pathlib import Path
from typing import Any

from bot.simulator.slack.blocks.buttons import pressable
from bot.simulator.slack.delivery.delivery import NOT_DISPATCHED, Ack, Envelope
from bot.simulator.slack.delivery.interactions import Button
from bot.simulator.slack.delivery.modal_interactions import ModalButton
from tests.teammate import Teammate
from tests.workspace import Workspace

PIPELINES = ("orders", "billing", "users", "prod-db", "stuck", "held", "urgent", "urgent-2")
EVENTS: list[dict[str, Any]] = [  # that the bot is not subscribed to, or only when its address is set
    {"type": "url_verification", "token": "t", "challenge": "c"},
    *(
        {"type": "event_callback", "team_id": "T1", "event_id": "Ev1", "event": event}
        for event in (
            {"type": "member_joined_channel", "user": "U1", "channel": "C1", "team": "T1"},
            {"type": "message", "user": "U1", "channel": "C1", "text": "clear orders", "ts": "1.1"},
            {"type": "app_mention", "user": "U1", "channel": "C1", "text": "<@U2> clear orders", "ts": "1.1"},
            {"type": "user_change", "user": {"id": "U1", "deleted": True}},
            {"type": "app_uninstalled"},
            {"type": "tokens_revoked", "tokens": {"oauth": ["U1"], "bot": ["U2"]}},
        )
    ),
]
OTHER_KINDS: list[dict[str, Any]] = [  # of interactions
    {"type": "block_actions", "trigger_id": "1.1", "user": {"id": "U1"}, "team": {"id": "T1"}, "actions": [{"type": "button", "action_id": "of_an_older_bot", "value": "1"}]},
    {"type": "view_closed", "view": {"id": "V1", "type": "modal"}, "is_cleared": False, "user": {"id": "U1"}},
    {"type": "message_action", "callback_id": "clear", "trigger_id": "1.1", "user": {"id": "U1"}, "message": {"ts": "1.1"}},
    {"type": "interactive_message", "callback_id": "approve", "actions": [{"name": "approve", "type": "button"}]},
    {"type": "dialog_submission", "callback_id": "approve", "submission": {"a": "b"}, "user": {"id": "U1"}},
    {"type": "dialog_cancellation", "callback_id": "approve", "user": {"id": "U1"}},
    {"type": "workflow_step_edit", "callback_id": "approve", "workflow_step": {}, "user": {"id": "U1"}},
]  # fmt: skip


class SlackCast:
    """`people` may: oli clear alone, ana ask, ben approve, rio run as break-glass, root administer, eve nothing."""

    def __init__(self, folder: Path, *, over_http: bool) -> None:
        self.workspace = workspace = Workspace(folder, over_http=over_http)
        for pipeline in (*PIPELINES, *(f"many-{number:02}" for number in range(20))):
            workspace.feldera.adds(pipeline)
        workspace.feldera.adds("runs", running=True)
        self.oli = workspace.operator("oli")
        self.ana = workspace.requester("ana")
        self.ben = workspace.approver("ben")
        self.rio = workspace.responder("rio")
        self.root = workspace.admin("root")
        self.eve = workspace.adds_person("eve")
        workspace.rules("prod-*", "approvals=1")
        workspace.rules("held", "cancel-window=60s")
        workspace.rules("urgent*", "break-glass=allowed")
        self.people = (self.oli, self.ana, self.ben, self.rio, self.root, self.eve)
        self._play()

    def _play(self) -> None:
        """Requests in every state, answers of every kind; nobody reads them."""
        workspace, oli, ana, ben, rio, root = (
            self.workspace,
            self.oli,
            self.ana,
            self.ben,
            self.rio,
            self.root,
        )
        workspace.feldera_drops(3)
        oli.clears("stuck")
        workspace.passes(minutes=2)
        rio.breaks_glass("urgent")
        for pipeline in ("prod-db", "billing"):
            ana.requests(pipeline, "lag")
        workspace.passes(minutes=1)
        oli.types("/pipeline clear orders schema change")
        oli.types("/pipeline clear runs")
        rio.types("/pipeline clear urgent-2 --break-glass INC-9 lag")
        ana.types("/pipeline clear users")
        ben.types(f"/pipeline approve {workspace.request('billing')}")
        self.eve.types("/pipeline clear orders")
        for typed in ("", "help", "list", "status orders", "status runs", "status", "history", "history orders", "pending", "whoami", "rules", "can-i clear orders"):  # fmt: skip
            oli.types(f"/pipeline {typed}")
        for typed in ("grant @eve viewer orders", "freeze many-01 for 1h release day", "unfreeze many-01", "rule many-02 approvals=1", "rule many-02 off", "revoke @eve viewer orders"):  # fmt: skip
            root.types(f"/pipeline {typed}")
        for typed in ("deny", "withdraw", "review", "cancel"):
            ben.types(f"/pipeline {typed} {workspace.request('billing')} not now")
        self._turns_pages()
        self._opens_forms()
        oli.clears("held")
        workspace.passes(seconds=20)
        for person in self.people:
            person.opens_home()

    def _turns_pages(self) -> None:
        for number in range(12):
            self.ana.requests("many-05", f"try {number}")
            self.ana.types(f"/pipeline withdraw {self.workspace.request('many-05')}")
            if number == 5:  # so many requests of one person in ten minutes are enough
                self.workspace.passes(minutes=10)
        self.oli.types("/pipeline history")
        self.oli.told("Older")
        self.oli.types("/pipeline list")
        self.oli.told("Next")

    def _opens_forms(self) -> None:
        """Each stays open on the screen of somebody else."""
        oli, ben, rio = self.oli, self.ben, self.rio
        ben.opens("Deny…")
        ben.submits("too early")
        ben.closes_modal()
        self.ana.requests("billing", "again")
        self.workspace.passes(seconds=10)
        ben.opens("Deny…")
        rio.opens("Run as break-glass…")
        oli.uses_shortcut("Clear a pipeline")
        oli.closes_modal()
        oli.opens_form()
        oli.chooses("many-03")
        oli.ticks("Start it afterwards")
        oli.submits(Reason="schema change")
        oli.closes_modal()
        oli.opens_form()
        oli.chooses("many-04")

    def closes(self) -> None:
        """Stop everything. Whatever was said counts as read."""
        self.workspace.reads_all()
        self.workspace.closes()

    def deliveries(self) -> list[Envelope]:
        """What Slack delivered so far, and what it would if somebody pressed, or submitted, what they see now."""
        slack = self.workspace.slack
        interactions, before = slack._interactions, len(slack.deliveries)
        transport, interactions.transport = interactions.transport, _Undelivered()
        try:
            for person in self.people:
                self.workspace.run(self._presses_all(person))
        finally:
            interactions.transport = transport
        made = [delivery.envelope for delivery in slack.deliveries]
        del slack.deliveries[before:]
        others = [("events_api", each) for each in EVENTS] + [("interactive", each) for each in OTHER_KINDS]
        return [*made, *(Envelope("", kind, copy.deepcopy(each), True) for kind, each in others)]

    async def _presses_all(self, teammate: Teammate) -> None:
        person, interactions = teammate.person, self.workspace.slack._interactions
        for message in person.sees():
            for block_id, element in pressable(message.blocks):
                await interactions.press(teammate.profile, Button(message, block_id, element))
        for view in filter(None, (person.modal, person.home)):
            for block_id, element in pressable(view.blocks):
                await person._modals.press(teammate.profile, ModalButton(view, block_id, element))
        if person.modal is not None and "submit" in person.modal.body:
            await person._modals.submit(teammate.profile, person.modal)


class _Undelivered:
    """A transport that delivers nothing."""

    async def deliver(self, _envelope: Envelope, *, copies: int) -> Ack:  # noqa: ARG002 - the protocol's
        return NOT_DISPATCHED
