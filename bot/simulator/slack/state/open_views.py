"""Modals and Home tabs: trigger ids, the views.* methods, and what each person has open: one modal at most.

A trigger id opens one view within three seconds by the workspace's clock; it belongs to the person whose command or press
caused it.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Any

from bot.simulator.slack.api.message_content import invalid, read_json
from bot.simulator.slack.api.message_methods import Call, Method
from bot.simulator.slack.blocks.block_rules import problems_in_view, view_is_too_large
from bot.simulator.slack.blocks.form_inputs import Input, Key, Values, carried_over, inputs, state_of
from bot.simulator.slack.errors import Refused
from bot.simulator.slack.state.messages import Block
from bot.simulator.slack.state.workspace import Content, Workspace

TRIGGER_LIFETIME = timedelta(seconds=3)


@dataclass(eq=False, slots=True)
class View:
    """A view in its current version; `body` is what the app sent, `hash` changes with every update.

    `blocks` are those of the body with all their ids, `before` those it had before its last update, `values` the values
    of the inputs, and `errors` the app's errors by block id. `suggested` are the app's options by input: those that were
    picked, and those it suggested last.
    """

    id: str
    user_id: str
    body: dict[str, Any]
    hash: str
    blocks: tuple[Block, ...] = ()
    before: tuple[Block, ...] = ()
    values: Values = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    suggested: dict[Key, tuple[Block, ...]] = field(default_factory=dict)

    @property
    def inputs(self) -> tuple[Input, ...]:
        return tuple(inputs(self.blocks, self.suggested))


@dataclass(slots=True)
class _Trigger:
    user_id: str
    issued_at: datetime
    used: bool = False


@dataclass
class Views:
    workspace: Workspace
    modals: dict[str, View] = field(default_factory=dict)
    """The open modal by user id."""
    homes: dict[str, View] = field(default_factory=dict)
    _triggers: dict[str, _Trigger] = field(default_factory=dict)

    @property
    def methods(self) -> dict[str, Method]:
        return {
            "views.open": Method(self._open),
            "views.update": Method(self._update),
            "views.publish": Method(self._publish),
        }

    def issues_trigger(self, user_id: str) -> str:
        trigger_id = f"{self.workspace.next_number()}.{self.workspace.next_number()}.{token_hex(16)}"
        self._triggers[trigger_id] = _Trigger(user_id, self.workspace.clock.now())
        return trigger_id

    def told(self, view: View) -> dict[str, Any]:
        """The view as answers and payloads show it."""
        return {
            "private_metadata": "",
            "callback_id": "",
            "external_id": "",
            "clear_on_close": False,
            "notify_on_close": False,
            "close": None,
            "submit": None,
            **view.body,
            "id": view.id,
            "hash": view.hash,
            "blocks": list(view.blocks),
            "state": state_of(view.blocks, view.values, view.suggested),
            "root_view_id": view.id,
            "previous_view_id": None,
            "team_id": self.workspace.team_id,
            "app_id": self.workspace.app_id,
            "app_installed_team_id": self.workspace.team_id,
            "bot_id": self.workspace.bot_id,
        }

    def takes_away(self, view: View) -> None:
        """Close the view, if it is still open."""
        if self.modals.get(view.user_id) is view:
            del self.modals[view.user_id]
            self.workspace.changes.note()

    def replaces(self, view: View, body: Any) -> None:
        """Show `body` instead of it.

        Raises:
            Refused: as `views.update` is.
        """
        self._changes(view, self._checked(body, "modal"), expected=None)

    def _open(self, call: Call) -> dict[str, Any]:
        body = self._checked(call.args.get("view"), "modal")
        user_id = self._redeems(call.argument("trigger_id"))
        view = self._new(user_id, body)
        self.modals[user_id] = view
        return {"view": self.told(view)}

    def _update(self, call: Call) -> dict[str, Any]:
        body = self._checked(call.args.get("view"), "modal")
        view_id = call.argument("view_id")
        view = next((each for each in self.modals.values() if each.id == view_id), None)
        if view is None:
            raise Refused("not_found")
        self._changes(view, body, expected=call.args.get("hash"))
        return {"view": self.told(view)}

    def _publish(self, call: Call) -> dict[str, Any]:
        body = self._checked(call.args.get("view"), "home")
        if not self.workspace.home_tab:
            raise Refused("not_enabled")
        user_id = call.argument("user_id")
        if user_id not in self.workspace.people:
            raise Refused("user_not_found")
        if published := self.homes.get(user_id):
            self._changes(published, body, expected=call.args.get("hash"))
            return {"view": self.told(published)}
        self.homes[user_id] = self._new(user_id, body)
        return {"view": self.told(self.homes[user_id])}

    def _checked(self, given: Any, surface: str) -> dict[str, Any]:
        body = read_json(given, "invalid_arguments")
        if problems := problems_in_view(body):
            raise invalid("invalid_arguments", problems)
        if body["type"] != surface:
            raise Refused("invalid_arguments")
        if view_is_too_large(body):
            raise Refused("view_too_large")
        self.workspace.looks_at(Content("", tuple(body["blocks"])))
        return dict(body)

    def _redeems(self, trigger_id: str) -> str:
        trigger = self._triggers.get(trigger_id)
        if trigger is None:
            raise Refused("invalid_trigger_id")
        if trigger.used:
            raise Refused("exchanged_trigger_id")
        if self.workspace.clock.now() - trigger.issued_at > TRIGGER_LIFETIME:
            raise Refused("expired_trigger_id")
        trigger.used = True
        return trigger.user_id

    def _new(self, user_id: str, body: dict[str, Any]) -> View:
        view = View(f"V{self.workspace.next_number():08}", user_id, body, self._next_hash())
        self._fills(view, body)
        return view

    def _changes(self, view: View, body: dict[str, Any], *, expected: Any) -> None:
        if expected is not None and expected != view.hash:
            raise Refused("hash_conflict")
        view.hash = self._next_hash()
        self._fills(view, body)

    def _fills(self, view: View, body: dict[str, Any]) -> None:
        view.before = view.blocks
        view.body, view.blocks, view.errors = body, self.workspace.with_ids(body["blocks"]), {}
        view.values = carried_over(view.blocks, view.values)
        self.workspace.changes.note()

    def _next_hash(self) -> str:
        return f"{int(self.workspace.clock.now().timestamp())}.{token_hex(4)}"
