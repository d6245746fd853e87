"""A person's part of a page's state: who they are, their conversations, messages, modal and Home tab.

`Person` alone decides what that is; this module only renders it, and never changes anything.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import tzinfo
from typing import Any, Protocol
from weakref import WeakKeyDictionary

from bot.simulator.slack import Channel, Person, SlackSimulator
from bot.simulator.web.manifest import Command, Manifest, Shortcut
from bot.simulator.web.view import page_models
from bot.simulator.web.view.block_rendering import Display
from bot.simulator.web.view.message_rendering import RenderedMessages, initials

HOME = "home"
"""The id of the app's Home tab among the places."""
_KINDS: dict[str, page_models.PlaceKind] = {"public": "channel", "private": "private", "im": "dm"}
_RENDERED: "WeakKeyDictionary[Person, defaultdict[tzinfo, RenderedMessages]]" = WeakKeyDictionary()
"""The cache of a person goes when their workspace goes."""


class Scene(Protocol):
    """The part of a sandbox that a person can see; `people` is by name, `about` has a line on each by id."""

    @property
    def slack(self) -> SlackSimulator: ...
    @property
    def people(self) -> Mapping[str, Person]: ...
    @property
    def about(self) -> Mapping[str, str]: ...
    @property
    def manifest(self) -> Manifest: ...


def person_view(scene: Scene, person: Person, zone: tzinfo) -> dict[str, Any]:
    """The state of that person's page, in their time zone."""
    display = Display(person.reader(zone))
    rendered = _RENDERED.setdefault(person, defaultdict(RenderedMessages))[zone]
    home, modal = person.home, person.modal
    return {
        "workspace": scene.slack.workspace.team_name,
        "me": _myself(scene, person),
        "people": [_somebody(scene, each) for each in scene.people.values()],
        "places": _places(scene, person),
        **rendered.messages(person, display, bot_id=scene.slack.workspace.bot_user_id),
        "modal": None if modal is None else display.modal(modal),
        "home": None if home is None else rendered.home(home, display),
        "commands": [_command(each) for each in scene.manifest.commands],
        "shortcuts": [_shortcut(each) for each in scene.manifest.shortcuts],
    }


def _myself(scene: Scene, person: Person) -> page_models.Myself:
    about = scene.about.get(person.id, "")
    return {"id": person.id, "name": person.name, "about": about, "initials": initials(person.name)}


def _somebody(scene: Scene, person: Person) -> page_models.Somebody:
    return {**_myself(scene, person), "unread": person.unread().mentions}


def _places(scene: Scene, person: Person) -> list[page_models.Place]:
    home: page_models.Place = {
        "id": HOME,
        "name": "Home",
        "kind": "home",
        "unread": 0,
        "mentions": 0,
        "takes_text": False,
    }
    return [home, *(_place(scene, person, channel) for channel in person.places)]


def _place(scene: Scene, person: Person, channel: Channel) -> page_models.Place:
    unread = person.unread(channel)
    return {
        "id": channel.id,
        "name": scene.slack.workspace.bot_name if channel.kind == "im" else channel.name,
        "kind": _KINDS[channel.kind],
        "unread": unread.count,
        "mentions": unread.mentions,
        "takes_text": person.can_write_in(channel),
    }


def _command(command: Command) -> page_models.Command:
    return {"command": command.command, "description": command.description, "hint": command.hint}


def _shortcut(shortcut: Shortcut) -> page_models.Shortcut:
    return {"name": shortcut.name, "description": shortcut.description}
