"""Somebody of a story's team, in what they can do at their keyboard and what they are shown there."""

import json
import re
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

from bot.domain.ids import Actor, TeamId, UserId
from bot.simulator.slack import Answer, Channel, Person, render_text, render_view

if TYPE_CHECKING:
    from bot.simulator.slack.state.profiles import Profile
    from tests.workspace import Workspace

CHANNEL = "ops"


class Teammate:
    """Somebody at their keyboard: types, clicks, and reads what only they are shown."""

    def __init__(self, person: Person, workspace: "Workspace") -> None:
        self._person = person
        self._workspace = workspace

    @property
    def person(self) -> Person:
        """This person in the simulated Slack, for what is done to them there."""
        return self._person

    @property
    def profile(self) -> "Profile":
        """What Slack knows of this person."""
        return self._workspace.slack.workspace.people[self.id]

    @property
    def id(self) -> str:
        return self._person.id

    @property
    def name(self) -> str:
        return self._person.name

    @property
    def actor(self) -> Actor:
        """As the bot knows this person, whichever workspace is their home: by the workspace of its own."""
        return Actor(TeamId(self._workspace.slack.workspace.team_id), UserId(self._person.id))

    def types(self, text: str, channel: Any = CHANNEL) -> str:
        """Type a command; returns what Slack shows at once, which thereby has been read."""
        answer = self._workspace.does(self._person.types(text, channel=channel))
        return self._workspace.reads(answer.message) if answer.message else answer.error or ""

    def typing(self, text: str, channel: Any = CHANNEL) -> Coroutine[Any, Any, Answer]:
        """For `Workspace.at_once`."""
        return self._person.types(text, channel=channel)

    def asks(self, text: str, channel: Any = CHANNEL) -> str:
        """Type a command that takes a look at Feldera; returns the one message that comes of it."""
        acknowledged = self.types(text, channel=channel)
        (answer,) = [said for said in (acknowledged, *self.reads()) if said]
        return answer

    def clicks(self, label: str, **how: Any) -> str | None:
        """Press the button as it is rendered now; returns Slack's complaint, if any."""
        return self._workspace.does(self._person.clicks(label, **how)).error

    def clicking(self, label: str) -> Coroutine[Any, Any, Any]:
        """A click under way: for `workspace.run` and the like, when the bot is given no time to react."""
        return self._person.clicks(label)

    def clears(self, pipeline: str, reason: str = "", channel: Any = CHANNEL) -> list[str]:
        """Ask, read the preview, confirm; returns what the confirmation turned into."""
        self.types(f"/pipeline clear {pipeline} {reason}", channel=channel)
        self.reads()
        self.clicks(f"Clear {pipeline}")
        return self.reads()

    def requests(self, pipeline: str, reason: str = "", channel: Any = CHANNEL) -> list[str]:
        """Ask for a clear that others have to approve; returns what the preview turned into."""
        self.types(f"/pipeline clear {pipeline} {reason}", channel=channel)
        self.reads()
        self.clicks("Ask for approval")
        return self.reads()

    def confirms(self, text: str, label: str) -> list[str]:
        """Type a command, read its preview, and press this button; returns what the confirmation turned into."""
        self.types(text)
        self.reads()
        self.clicks(label)
        return self.reads()

    def breaks_glass(self, pipeline: str, why: str = "INC-123 lag alarm at night") -> list[str]:
        """Clear in an emergency, the pipeline's name typed again; returns what the preview turned into."""
        self.types(f"/pipeline clear {pipeline} --break-glass {why}")
        self.reads()
        self.opens("Run as break-glass…")
        self.submits(pipeline)
        return self.reads()

    def told(self, label: str, *, below: str = "") -> list[str]:
        """Press the button as it is rendered now; returns what this person alone is answered.

        `below`: the first one beside or below this text, where there are several.
        """
        self.presses(self._person.finds(label, below=below))
        return self.reads()

    def approves(self, request: str) -> list[str]:
        """Approve by the id: type the command, and press the button of its answer; returns what that turns into."""
        self.types(f"/pipeline approve {request}")
        return self.told("Approve")

    def opens(self, label: str) -> str:
        """Press a button that opens a modal; returns what is on the screen then."""
        return self._opened(self._person.clicks(label))

    def opens_by(self, button: Any) -> str:
        """The same, with a button found before."""
        return self._opened(self._person.presses(button))

    def _opened(self, press: Coroutine[Any, Any, Answer]) -> str:
        self._workspace.does(press)
        # The button is answered first and the modal opens then, as Slack wants it: wait until it is there.
        self._workspace.run(self._workspace.slack.until(lambda: self._person.modal is not None))
        return self.screen

    def opens_home(self) -> str:
        """Open the app's Home tab; returns what stands there then."""
        self._workspace.does(self._person.opens_home())
        return self.home()

    def home(self) -> str:
        """The Home of this person as it stands now; nothing where none was published."""
        home = self._person.home
        return "" if home is None else self._workspace.named(render_view(home, self._workspace.slack.names))

    def clicks_home(self, label: str, *, below: str = "") -> str:
        """Press the button on Home (the one below the text `below`, of several); returns what stands there then."""
        self._workspace.does(self._person.presses(self.finds_on_home(label, below=below)))
        return self.home()

    def opens_from_home(self, label: str, *, below: str = "") -> str:
        """Press a button on Home that is answered by a modal; returns what is on the screen then."""
        return self._opened(self._person.presses(self.finds_on_home(label, below=below)))

    def finds_on_home(self, label: str, *, below: str = "") -> Any:
        """A button on Home to press later, whatever becomes of the page."""
        return self._person.finds_on_home(label, below=below)

    @property
    def screen(self) -> str:
        """The modal on this person's screen; nothing where there is none."""
        modal = self._person.modal
        return "" if modal is None else self._workspace.named(render_view(modal, self._workspace.slack.names))

    def uses_shortcut(self, name: str) -> str:
        """Choose one of the app's shortcuts; returns what is on the screen then."""
        self._workspace.does(self._person.uses_shortcut(name))
        return self.screen

    def opens_form(self, channel: Any = CHANNEL) -> str:
        """Type `/pipeline clear` alone; returns what is on the screen then."""
        assert self.types("/pipeline clear", channel=channel) == ""
        return self.screen

    def looks_for(self, typed: str) -> list[str]:
        """Type into the menu of the form; returns what it offers, or Slack's complaint alone."""
        found = self._workspace.does(self._person.looks_for(typed))
        return [found.error] if found.error else list(found.labels)

    def looking_for(self, typed: str) -> Coroutine[Any, Any, Any]:
        """For `Workspace.run` and the like, when the bot is given no time to react."""
        return self._person.looks_for(typed)

    def picks(self, label: str) -> str:
        """Pick an option that was found; returns what is on the screen then."""
        self._workspace.does(self._person.picks(label))
        return self.screen

    def picking(self, label: str) -> Coroutine[Any, Any, Answer]:
        """For `Workspace.at_once` and the like."""
        return self._person.picks(label)

    def chooses(self, label: str) -> str:
        """Look for a pipeline and pick it; returns what is on the screen then."""
        self.looks_for(label)
        return self.picks(label)

    def ticks(self, label: str) -> str:
        """Tick a checkbox of the form, or untick it; returns what is on the screen then."""
        self._workspace.does(self._person.ticks(label))
        return self.screen

    def submits(self, answer: str | None = None, **given: str) -> str:
        """Fill in the modal (`answer`: its one input) and submit it; returns what is on the screen then."""
        filled = given if answer is None else {"answer": answer}
        self._workspace.does(self._person.submits(**filled))
        return self.screen

    def submitting(self, answer: str) -> Coroutine[Any, Any, Answer]:
        """For `Workspace.at_once`."""
        return self._person.submits(answer=answer)

    def closes_modal(self) -> None:
        self._workspace.does(self._person.closes_modal())

    def finds(self, label: str, *, below: str = "") -> Any:
        """A button to press later, whatever becomes of its message."""
        return self._person.finds(label, below=below)

    def presses(self, button: Any) -> str | None:
        return self._workspace.does(self._person.presses(button)).error

    def pressing(self, button: Any) -> Coroutine[Any, Any, Answer]:
        """For `Workspace.at_once`."""
        return self._person.presses(button)

    def reads(self) -> list[str]:
        """What this person alone is shown, as it stands now: all that was not read in this version."""
        unread = [message for message in self._person.ephemerals if self._workspace.is_unread(message)]
        return [self._workspace.reads(message) for message in unread]

    def dms(self) -> list[str]:
        """The bot's direct messages to this person."""
        return [self._workspace.reads(message) for message in self._person.dms]

    def hears(self) -> str:
        """What a screen reader says of the latest answer to this person: the text without its blocks."""
        return render_text(self._person.ephemerals[-1].text, self._workspace.slack.names)

    @property
    def last_confirm(self) -> str | None:
        return self._person.last_confirm

    @property
    def dm(self) -> Channel:
        """The conversation with the bot, to type in."""
        return self._person.dm

    def links(self) -> list[str]:
        """Where the links in the latest answer to this person lead."""
        latest = self._person.ephemerals[-1]
        return re.findall(r"<(https?://[^|>]+)", json.dumps(latest.blocks))
