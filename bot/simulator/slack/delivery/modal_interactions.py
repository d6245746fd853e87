"""Interactions in a modal (submit, press, fill in) as Slack sends them, and what the app's ack does to the modal.

An ack that Slack would not accept leaves the modal as it is, with an error for the person: `invalid_modal_response`, or
`invalid_options_response` where a menu asked for its options.
"""

from dataclasses import dataclass
from typing import Any

from bot.simulator.slack.blocks import element_rules
from bot.simulator.slack.blocks.form_inputs import Input, Option, option_of
from bot.simulator.slack.blocks.schema import items
from bot.simulator.slack.delivery.interactions import Answer, Interactions, button_report
from bot.simulator.slack.errors import Refused
from bot.simulator.slack.state.messages import Block
from bot.simulator.slack.state.open_views import View, Views
from bot.simulator.slack.state.profiles import Profile

INVALID = Answer(error="invalid_modal_response")
INVALID_OPTIONS = "invalid_options_response"
_check_options = items(element_rules.option, most=element_rules.OPTIONS, fewest=0)


@dataclass(frozen=True, slots=True)
class ModalButton:
    """A button in a modal as somebody saw it; the modal may have changed since."""

    view: View
    block_id: str
    element: Block


@dataclass(frozen=True, slots=True)
class Suggestions:
    """The options that a menu shows for what was typed into it, or Slack's error instead."""

    options: tuple[Option, ...] = ()
    error: str | None = None

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(option.label for option in self.options)


@dataclass(frozen=True, slots=True)
class Modals:
    interactions: Interactions

    @property
    def views(self) -> Views:
        return self.interactions.views

    async def submit(self, person: Profile, view: View) -> Answer:
        """Send the view with its values, and apply the ack to it."""
        view.errors = {}
        payload = {
            "type": "view_submission",
            **self.interactions.sender(person),
            "trigger_id": self.views.issues_trigger(person.id),
            "view": self.views.told(view),
            "response_urls": [],
        }
        ack = await self.interactions.deliver("interactive", payload, accepts_response_payload=True)
        if ack.error is not None:
            return Answer(error=ack.error)
        try:
            return self._follows(ack.body, view)
        except Refused:
            return INVALID

    async def press(self, person: Profile, button: ModalButton) -> Answer:
        """A press comes with the view and without a response_url: there is no message to answer."""
        told = button_report(button.block_id, button.element, self.views.workspace.clock.now())
        return await self._acts(person, button.view, told)

    async def change(self, person: Profile, view: View, changed: Input) -> Answer:
        """Change an input's value; the app is notified if the input has `dispatch_action`."""
        self.views.workspace.changes.note()
        if not changed.reports_at_once:
            return Answer()
        now = self.views.workspace.clock.now()
        told = {**changed.told(view.values[changed.key]), "action_ts": f"{now.timestamp():.6f}"}
        return await self._acts(person, view, told)

    async def ask(self, person: Profile, view: View, menu: Input, *, typed: str) -> Suggestions:
        """Ask the app for the options of a menu. The view keeps the option picked before."""
        block_id, action_id = menu.key
        payload = {
            "type": "block_suggestion",
            **self.interactions.sender(person),
            "container": {"type": "view", "view_id": view.id},
            "view": self.views.told(view),
            "block_id": block_id,
            "action_id": action_id,
            "value": typed,
        }
        picked = menu.among(view.values[menu.key])
        view.suggested[menu.key] = picked
        ack = await self.interactions.deliver("interactive", payload, accepts_response_payload=True)
        if ack.error is not None:
            return Suggestions(error=ack.error)
        options: Any = ack.body.get("options")
        if list(_check_options(options, "/options")):
            return Suggestions(error=INVALID_OPTIONS)
        view.suggested[menu.key] = (*(each for each in picked if each not in options), *options)
        return Suggestions(tuple(option_of(option) for option in options))

    async def _acts(self, person: Profile, view: View, told: dict[str, Any]) -> Answer:
        payload = {
            "type": "block_actions",
            **self.interactions.sender(person),
            "container": {"type": "view", "view_id": view.id},
            "trigger_id": self.views.issues_trigger(person.id),
            "view": self.views.told(view),
            "actions": [told],
        }
        ack = await self.interactions.deliver("interactive", payload, accepts_response_payload=False)
        return Answer(error=ack.error)

    def _follows(self, body: dict[str, Any], view: View) -> Answer:
        """Apply the app's answer to a submission; an empty answer closes the view."""
        action = body.get("response_action")
        if not body:
            self.views.takes_away(view)
        elif action == "update":
            self.views.replaces(view, body.get("view"))
        elif action == "errors":
            return self._shows(body.get("errors"), view)
        else:
            return INVALID
        return Answer()

    def _shows(self, errors: Any, view: View) -> Answer:
        """An error is shown under the input whose block id it names; any other is invalid."""
        labels = {each.block_id: each.label for each in view.inputs}
        if not isinstance(errors, dict) or not errors or not errors.keys() <= labels.keys():
            return INVALID
        view.errors = {block_id: str(text) for block_id, text in errors.items()}
        self.views.workspace.changes.note()
        return Answer(errors={labels[block_id]: text for block_id, text in view.errors.items()})
