"""What of each place somebody has not read, and what of it calls for them."""

import pytest

from bot.simulator.slack import SlackSimulator
from bot.simulator.slack.state.workspace import Content
from tests.clock import MovableClock
from tests.simulator.slack_apps import section

BOT = "U0PIPELINE"


class Office:
    """A workspace with two people, a channel, and the bot."""

    def __init__(self):
        self.slack = SlackSimulator(MovableClock())
        self.ana, self.ben = self.slack.adds_person("ana"), self.slack.adds_person("ben")
        self.ops = self.slack.adds_channel("ops")

    def posts(self, text, *, by=None, to=None, **how):
        content = text if isinstance(text, Content) else Content(text)
        user = by.id if by else BOT
        return self.slack.workspace.posts(to or self.ops, user, content=content, **how)

    def shows(self, person, text, **how):
        return self.slack.workspace.shows_only(person.id, self.ops, content=Content(text), **how)

    def counts(self, channel="ops"):
        """Of ana and of ben: messages, and how many of them ring."""
        unread = [person.unread(channel) for person in (self.ana, self.ben)]
        return [(each.count, each.mentions) for each in unread]


@pytest.fixture
def office():
    return Office()


def test_what_was_said_since_one_looked_is_unread(office):
    office.posts("one", by=office.ana)
    office.posts("two")
    assert office.counts() == [(1, 0), (2, 0)]
    office.ben.reads("ops")
    assert office.counts() == [(1, 0), (0, 0)]
    three = office.posts("three")
    assert office.ben.news() == [three]


def test_a_mention_rings(office):
    """Of the person, of a group of theirs that is not switched off, and of a crowd; in a block as in a text."""
    oncall = office.slack.adds_user_group("oncall", [office.ana])
    office.posts(f"<@{office.ana.id}> look")
    office.posts(f"<!subteam^{oncall.id}> look")
    office.posts("<!here> look")
    office.posts("ana, look")
    assert office.counts() == [(4, 3), (4, 1)]
    oncall.is_disabled()
    assert office.counts() == [(4, 2), (4, 1)]
    mention = {"type": "mrkdwn", "text": f"by <@{office.ana.id}>"}
    office.posts(Content("look", (section(f"<@{office.ana.id}>"),)))
    office.posts(Content("look", ({"type": "context", "elements": [mention]},)))
    assert office.counts() == [(6, 4), (6, 1)]


def test_what_only_looks_like_a_mention_rings_nobody(office):
    plain = {"type": "section", "text": {"type": "plain_text", "text": f"<@{office.ana.id}>"}}
    office.posts(Content(f"&lt;@{office.ana.id}&gt;", (plain,)))
    assert office.counts() == [(1, 0), (1, 0)]


def test_a_mention_added_by_an_edit_rings_nobody(office):
    """What was posted is what notified people, or did not; an edit makes nothing unread either."""
    message = office.posts("look")
    office.ana.reads("ops")
    office.slack.workspace.edits(message, Content(f"<@{office.ana.id}> look"))
    assert office.counts() == [(0, 0), (1, 0)]


def test_direct_messages_ring(office):
    office.posts("hello", to=office.ana.dm)
    direct = office.ana.unread(office.ana.dm)
    assert (direct.count, direct.mentions) == (1, 1)
    assert office.counts() == [(0, 0), (0, 0)]


def test_what_one_person_alone_sees_is_unread_for_them_and_rings_nobody(office):
    root = office.posts("card")
    office.ana.reads("ops")
    office.shows(office.ana, f"Only for <@{office.ana.id}>")
    office.shows(office.ana, "No.", thread_ts=root.ts)
    assert office.counts() == [(2, 0), (1, 0)]
    office.ana.reads("ops")
    assert office.counts() == [(1, 0), (1, 0)]
    office.ana.reads("ops", thread=root.ts)
    assert office.counts() == [(0, 0), (1, 0)]


def test_a_reply_is_unread_for_who_takes_part(office):
    """Who began the thread, wrote in it before, or was mentioned in it: from then on."""
    root = office.posts(f"Asked by <@{office.ana.id}>")
    other = office.posts("card")
    for person in (office.ana, office.ben):
        person.reads("ops")
    office.posts("one", thread_ts=root.ts)
    assert office.counts() == [(1, 0), (0, 0)]
    office.posts("two", by=office.ben, thread_ts=root.ts)
    office.posts("three", thread_ts=root.ts)
    assert office.counts() == [(3, 0), (1, 0)]
    for text in ("one", f"<@{office.ben.id}>, two", "three"):
        office.posts(text, thread_ts=other.ts)
    assert office.counts() == [(3, 0), (3, 1)]


def test_a_thread_is_read_by_itself(office):
    """Looking at the channel leaves its threads unread, and looking at one thread the others."""
    roots = [office.posts(f"<@{office.ana.id}>") for _ in range(2)]
    for root in roots:
        office.posts("reply", thread_ts=root.ts)
    assert office.counts()[0] == (4, 2)
    office.ana.reads("ops")
    assert office.counts()[0] == (2, 0)
    office.ana.reads("ops", thread=roots[0].ts)
    assert [message.thread_ts for message in office.ana.news()] == [roots[1].ts]


def test_reading_rings_the_bell_once(office):
    """A page that looks again on every change must not be told of its own look for ever."""
    office.posts("one")
    with office.slack.workspace.changes.heard() as rung:
        office.ana.reads("ops")
        assert rung.is_set()
        rung.clear()
        office.ana.reads("ops")
        office.ana.reads("ops", thread="1.000100")
        assert not rung.is_set()


def test_unread_everywhere_is_the_sum(office):
    elsewhere = office.slack.adds_channel("elsewhere", members=[office.ben])
    office.posts("one")
    office.posts("two", to=office.ana.dm)
    office.posts("<!here>", to=elsewhere)
    office.slack.workspace.deletes(office.posts(f"<@{office.ana.id}>"))
    unread = office.ana.unread()
    assert (unread.count, unread.mentions) == (2, 1)
