"""What a person does in a modal (submit, close, press a button), as Slack sends it, and what the app's ack does to it.

An ack Slack would not take leaves the modal as it is, with an error for the person: `invalid_modal_response`.
"""

from dataclasses import dataclass
from typing import Any

from bot.simulator.slack.forms import inputs
from bot.simulator.slack.interactions import Answer, Interactions, told_of_button
from bot.simulator.slack.messages import Block
from bot.simulator.slack.refusals import Refused
from bot.simulator.slack.views import View, Views
from bot.simulator.slack.workspace import Profile

INVALID = Answer(error="invalid_modal_response")


@dataclass(frozen=True, slots=True)
class ModalButton:
    """A button in a modal as somebody saw it; the modal may have changed since."""

    view: View
    block_id: str
    element: Block


@dataclass(frozen=True, slots=True)
class Modals:
    interactions: Interactions

    @property
    def views(self) -> Views:
        return self.interactions.views

    async def submit(self, person: Profile, view: View) -> Answer:
        """Send the view with what stands in it, and do to it what the ack says."""
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

    async def close(self, person: Profile, view: View) -> Answer:
        """Take the view off the screen; the app hears of it only if it asked to (`notify_on_close`)."""
        cleared = bool(view.body.get("clear_on_close"))
        payload = {
            "type": "view_closed",
            **self.interactions.sender(person),
            "view": self.views.told(view),
            "is_cleared": cleared,
        }
        self.views.takes_away(view, with_those_below=cleared)
        if not view.body.get("notify_on_close"):
            return Answer()
        ack = await self.interactions.deliver("interactive", payload, accepts_response_payload=False)
        return Answer(error=ack.error)

    async def press(self, person: Profile, button: ModalButton) -> Answer:
        """A press comes with the view and without a response_url: there is no message to answer."""
        view = button.view
        payload = {
            "type": "block_actions",
            **self.interactions.sender(person),
            "container": {"type": "view", "view_id": view.id},
            "trigger_id": self.views.issues_trigger(person.id),
            "view": self.views.told(view),
            "actions": [told_of_button(button.block_id, button.element, self.views.workspace.clock.now())],
        }
        ack = await self.interactions.deliver("interactive", payload, accepts_response_payload=False)
        return Answer(error=ack.error)

    def _follows(self, body: dict[str, Any], view: View) -> Answer:
        """Do what the app answered to a submission; an empty answer closes the view."""
        action = body.get("response_action")
        if not body:
            self.views.takes_away(view)
        elif action == "clear":
            self.views.takes_away(view, with_those_below=True)
        elif action == "update":
            self.views.replaces(view, body.get("view"))
        elif action == "push":
            self.views.pushes(view.user_id, body.get("view"))
        elif action == "errors":
            return self._shows(body.get("errors"), view)
        else:
            return INVALID
        return Answer()

    def _shows(self, errors: Any, view: View) -> Answer:
        """Errors stand under the inputs whose block ids they name, and under nothing else."""
        labels = {each.block_id: each.label for each in inputs(view.blocks)}
        if not isinstance(errors, dict) or not errors or not errors.keys() <= labels.keys():
            return INVALID
        view.errors = {block_id: str(text) for block_id, text in errors.items()}
        self.views.workspace.changes.note()
        return Answer(errors={labels[block_id]: text for block_id, text in view.errors.items()})
