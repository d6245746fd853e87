"""A person's part of the page's state: exactly what the simulated Slack shows them, and quickly."""

import json
from dataclasses import dataclass, field
from datetime import UTC
from time import perf_counter
from zoneinfo import ZoneInfo

import pytest

from bot.simulator.slack import SlackSimulator
from bot.simulator.slack.state.open_views import View
from bot.simulator.slack.state.workspace import Content
from bot.simulator.web import manifest
from bot.simulator.web.view.message_rendering import initials
from bot.simulator.web.view.person_view import person_view
from tests.clock import MovableClock
from tests.simulator.slack_apps import actions, button, plain, section

BERLIN = ZoneInfo("Europe/Berlin")


@dataclass
class Scene:
    """A workspace with ana, an operator, and ben; the bot, and the channel they are all in."""

    clock: MovableClock = field(default_factory=MovableClock)

    def __post_init__(self):
        self.manifest = manifest.load()
        self.slack = SlackSimulator(self.clock)
        self.bot = self.slack.workspace.bot_user_id
        self.ana, self.ben = self.slack.adds_person("ana"), self.slack.adds_person("ben")
        self.people = {person.name: person for person in (self.ana, self.ben)}
        self.about = {self.ana.id: "Operator of everything"}
        self.ops = self.slack.adds_channel("ops")

    def posts(self, text, *blocks, to=None, **how):
        return self.slack.workspace.posts(to or self.ops, self.bot, content=Content(text, blocks), **how)

    def shows(self, person, text, **how):
        return self.slack.workspace.shows_only(person.id, self.ops, content=Content(text), **how)

    def visible_to(self, person, zone=UTC):
        state = person_view(self, person, zone)
        json.dumps(state)
        return state

    def message(self, message, person, zone=UTC):
        return self.visible_to(person, zone)[f"message/{message.channel.id}/{message.ts}"]

    def texts(self, person):
        state = self.visible_to(person)
        return [each["text"] for key, each in state.items() if key.startswith("message/")]


@pytest.fixture
def scene():
    return Scene()


def test_who_somebody_is_and_what_they_can_type_and_choose(scene):
    scene.posts(f"<@{scene.ben.id}>")
    state = scene.visible_to(scene.ana)
    ana = {"id": scene.ana.id, "name": "ana", "about": "Operator of everything", "initials": "An"}
    ben = {"id": scene.ben.id, "name": "ben", "about": "", "initials": "Be"}
    assert (state["workspace"], state["me"]) == ("Acme", ana)
    assert state["people"] == [{**ana, "unread": 0}, {**ben, "unread": 1}]
    assert [each["command"] for each in state["commands"]] == ["/pipeline"]
    assert state["commands"][0]["hint"].startswith("clear NAME")
    description = "Choose a pipeline and see what a clear deletes"
    assert state["shortcuts"] == [{"name": "Clear a pipeline", "description": description}]


def test_where_somebody_can_go(scene):
    """Home first, then their channels by name, then the bot; with what is unread there, and where they can type."""
    leads = scene.slack.adds_channel("leads", private=True, members=[scene.ana])
    scene.slack.adds_channel("alerts", members=[scene.ben]).archive()
    scene.posts("hello", to=scene.ana.dm)
    scene.posts("one")
    scene.posts("<!here> two")
    keys = ("id", "name", "kind", "unread", "mentions", "takes_text")
    assert [tuple(place[key] for key in keys) for place in scene.visible_to(scene.ana)["places"]] == [
        ("home", "Home", "home", 0, 0, False),
        (leads.id, "leads", "private", 0, 0, True),
        (scene.ops.id, "ops", "channel", 2, 1, True),
        (scene.ana.dm.id, "pipeline", "dm", 1, 1, True),
    ]
    places = [(place["name"], place["takes_text"]) for place in scene.visible_to(scene.ben)["places"]]
    assert places == [("Home", False), ("alerts", False), ("ops", True), ("pipeline", True)]


def test_a_message_as_it_stands(scene):
    """When it was said is told in the reader's time zone."""
    scene.clock.passes(hours=20, minutes=34)
    message = scene.posts("*Clear* orders", section("orders"), actions(button("Approve", "approve")))
    shown = scene.message(message, scene.ana, BERLIN)
    row = message.blocks[1]["block_id"]
    assert [block["type"] for block in shown.pop("blocks")] == ["section", "actions"]
    assert shown == {
        "place": scene.ops.id,
        "ts": message.ts,
        "thread": None,
        "from": {"name": "pipeline", "kind": "bot", "initials": "Pi"},
        "time": "12:34 AM",
        "day": "Today",
        "moment": "2026-03-02T23:34:00.000100+00:00",
        "ephemeral": False,
        "edited": False,
        "version": 0,
        "text": "Clear orders",
        "replies": 0,
        "repliers": [],
        "last_reply": None,
        "is_new": True,
    }
    assert scene.ana.button_on(message, version=0, block_id=row, action_id="approve")
    assert scene.message(message, scene.ana)["day"] == "Today"
    scene.clock.passes(hours=1)
    assert scene.message(message, scene.ana, BERLIN)["day"] == "Today"
    assert scene.message(message, scene.ana)["day"] == "Yesterday"


def test_an_edit_is_seen_in_place_and_ones_own_messages_are_ones_own(scene):
    message = scene.ana.says("waiting", channel="ops")
    mine, theirs = (scene.message(message, person) for person in (scene.ana, scene.ben))
    assert mine["from"] == {"name": "ana", "kind": "me", "initials": "An"}
    assert (theirs["from"]["kind"], mine["is_new"], theirs["is_new"]) == ("person", False, True)
    assert mine["text"] == "waiting"
    scene.slack.workspace.edits(message, Content("done"))
    shown = scene.message(message, scene.ana)
    assert (shown["text"], shown["edited"], shown["version"]) == ("done", True, 1)


@pytest.mark.parametrize(
    ("name", "short"),
    [("ana", "An"), ("pipeline-bot", "PB"), ("maria.del.mar", "MM"), ("x", "X"), ("", "?"), ("…", "?")],
)
def test_people_have_initials(name, short):
    assert initials(name) == short


def test_a_thread_tells_what_is_in_it(scene):
    root = scene.posts("card")
    scene.posts("one", thread_ts=root.ts)
    scene.ana.says("top level", channel="ops")
    scene.clock.passes(hours=22)
    scene.posts("two", thread_ts=root.ts)
    scene.slack.workspace.posts(scene.ops, scene.ben.id, content=Content("three"), thread_ts=root.ts)
    private = scene.message(scene.shows(scene.ana, "for ana", thread_ts=root.ts), scene.ana)
    shown = scene.message(root, scene.ana)
    assert (shown["replies"], shown["repliers"]) == (3, ["Pi", "Be"])
    assert shown["last_reply"] == "Today at 1:00 AM"
    assert (private["thread"], private["ephemeral"], private["replies"]) == (root.ts, True, 0)


def test_everybody_sees_what_is_theirs(scene):
    """What one person alone is told, and what is deleted, is nobody else's; a guest has the channels they are in."""
    gus = scene.slack.adds_person("gus", guest=True)
    scene.ops.member_ids = {scene.ana.id, scene.ben.id}
    shared = scene.slack.adds_channel("shared", members=[gus])
    scene.posts("for all")
    scene.shows(scene.ana, "for ana")
    scene.posts("for ben", to=scene.ben.dm)
    scene.posts("for gus", to=shared)
    scene.slack.workspace.deletes(scene.posts("for nobody"))
    assert scene.texts(scene.ana) == ["for all", "for ana"]
    assert scene.texts(scene.ben) == ["for all", "for ben"]
    assert scene.texts(gus) == ["for gus"]
    assert [place["name"] for place in scene.visible_to(gus)["places"]] == ["Home", "shared", "pipeline"]


def test_what_is_on_the_screen_and_on_home(scene):
    """Nothing, until the app puts something there; for that person alone, as it stands now."""
    state = scene.visible_to(scene.ana)
    assert (state["modal"], state["home"]) == (None, None)
    body = {"type": "modal", "title": plain("Clear")}
    modal = View("V1", scene.ana.id, body, "1", ({**section("modal"), "block_id": "b"},))
    home = View("V2", scene.ana.id, {"type": "home"}, "2", ({**section("home"), "block_id": "b"},))
    scene.slack._views.modals[scene.ana.id] = modal
    scene.slack._views.homes[scene.ana.id] = home
    state = scene.visible_to(scene.ana)
    assert (state["modal"]["id"], state["home"]["blocks"][0]["text"]) == ("V1", ["home"])
    home.hash, home.blocks = "4", ({**section("*anew*"), "block_id": "b"},)
    assert scene.visible_to(scene.ana)["home"]["blocks"][0]["text"] == [{"tag": "strong", "in": ["anew"]}]
    state = scene.visible_to(scene.ben)
    assert (state["modal"], state["home"]) == (None, None)


def test_what_ticks_is_told_anew(scene):
    """{ago} from second to second, "today" at midnight, and who is called by a group that somebody joins."""
    then = int(scene.clock.now().timestamp())
    oncall = scene.slack.adds_user_group("oncall")
    told = [f"<!date^{then}^{{ago}}|x>", f"<!date^{then}^{{date_pretty}}|x>", f"<!subteam^{oncall.id}>"]
    ago, date, mention = (scene.posts(text) for text in told)

    def texts():
        (block,) = scene.message(mention, scene.ana)["blocks"]
        return *(scene.message(each, scene.ana)["text"] for each in (ago, date)), block["text"][0]["me"]

    assert texts() == ("0 seconds ago", "Today", False)
    scene.clock.passes(seconds=5)
    assert texts() == ("5 seconds ago", "Today", False)
    oncall.joins(scene.ana)
    assert texts() == ("5 seconds ago", "Today", True)
    scene.clock.passes(days=1)
    assert texts() == ("1 day ago", "Yesterday", True)


def test_a_screen_reader_is_told_the_text(scene):
    """Without its marks; that of the blocks where the app gave none."""
    bare = scene.posts("", section("*orders* is cleared"))
    marked = scene.posts(f"*orders* was cleared by <@{scene.ana.id}>", section("x"))
    assert scene.message(bare, scene.ana)["text"] == "*orders* is cleared"
    assert scene.message(marked, scene.ana)["text"] == "orders was cleared by @ana"


def test_looking_again_is_quick(scene):
    """What was drawn is kept: a page looks again at every change and every second, and there may be many pages."""
    said = f"*State:* waiting for <@{scene.ana.id}> since <!date^1772420400^{{date_pretty}}|then> `x` _y_ "
    for _ in range(200):
        scene.posts("hello", *(section(said * 5) for _ in range(10)))
    took = []
    for _ in range(2):
        begun = perf_counter()
        person_view(scene, scene.ana, UTC)
        took.append(perf_counter() - begun)
    assert took[1] < took[0] / 10
