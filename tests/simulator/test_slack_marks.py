"""What of each place somebody has not read, and what of it calls for them."""

import pytest

from bot.simulator.slack import SlackSimulator
from bot.simulator.slack.workspace import Content
from tests.clock import MovableClock

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


@pytest.fixture
def office():
    return Office()


def counts(person, channel="ops"):
    unread = person.unread(channel)
    return unread.count, unread.mentions


def test_what_was_said_since_one_looked_is_unread(office):
    """For everybody but who said it, until they look."""
    office.posts("one", by=office.ana)
    office.posts("two")
    assert (counts(office.ana), counts(office.ben)) == ((1, 0), (2, 0))
    office.ben.reads("ops")
    assert (counts(office.ana), counts(office.ben)) == ((1, 0), (0, 0))
    three = office.posts("three")
    assert office.ben.news() == [three]


def test_a_mention_rings(office):
    """Of the person, of a group of theirs, and of a crowd."""
    oncall = office.slack.adds_user_group("oncall", [office.ana])
    office.posts(f"<@{office.ana.id}> look")
    office.posts(f"<!subteam^{oncall.id}> look")
    office.posts("<!here> look")
    office.posts("ana, look")
    assert (counts(office.ana), counts(office.ben)) == ((4, 3), (4, 1))


def test_a_group_that_is_switched_off_rings_nobody(office):
    oncall = office.slack.adds_user_group("oncall", [office.ana])
    oncall.is_disabled()
    office.posts(f"<!subteam^{oncall.id}> look")
    assert counts(office.ana) == (1, 0)


@pytest.mark.parametrize(
    "block",
    [
        {"type": "section", "text": {"type": "mrkdwn", "text": "<@U01ANA>"}},
        {"type": "context", "elements": [{"type": "mrkdwn", "text": "by <@U01ANA>"}]},
    ],
)
def test_a_mention_in_a_block_rings(office, block):
    office.posts(Content("look", (block,)))
    assert counts(office.ana) == (1, 1)


def test_what_only_looks_like_a_mention_rings_nobody(office):
    """Plain text, and what was escaped."""
    plain = {"type": "section", "text": {"type": "plain_text", "text": f"<@{office.ana.id}>"}}
    office.posts(Content(f"&lt;@{office.ana.id}&gt;", (plain,)))
    assert counts(office.ana) == (1, 0)


def test_a_mention_added_by_an_edit_rings_nobody(office):
    """What was posted is what notified people, or did not; an edit makes nothing unread either."""
    message = office.posts("look")
    office.ana.reads("ops")
    office.slack.workspace.edits(message, Content(f"<@{office.ana.id}> look"))
    assert (counts(office.ana), counts(office.ben)) == ((0, 0), (1, 0))


def test_direct_messages_ring(office):
    office.posts("hello", to=office.ana.dm)
    assert counts(office.ana, office.ana.dm) == (1, 1)
    assert counts(office.ana) == (0, 0)


def test_what_one_person_alone_sees_is_unread_for_them_and_rings_nobody(office):
    office.shows(office.ana, f"Only for <@{office.ana.id}>")
    assert (counts(office.ana), counts(office.ben)) == ((1, 0), (0, 0))
    office.ana.reads("ops")
    assert counts(office.ana) == (0, 0)


def test_a_reply_is_unread_for_who_takes_part(office):
    """Who began the thread, wrote in it before, or was mentioned in it."""
    cleo = office.slack.adds_person("cleo")
    root = office.posts(f"Asked by <@{office.ana.id}>")
    for person in (office.ana, office.ben, cleo):
        person.reads("ops")
    office.posts("one", thread_ts=root.ts)
    assert (counts(office.ana), counts(office.ben), counts(cleo)) == ((1, 0), (0, 0), (0, 0))
    office.posts("two", by=office.ben, thread_ts=root.ts)
    office.posts("three", thread_ts=root.ts)
    assert (counts(office.ana), counts(office.ben), counts(cleo)) == ((3, 0), (1, 0), (0, 0))


def test_a_mention_in_a_thread_calls_somebody_in(office):
    """From then on they take part."""
    root = office.posts("card")
    office.ben.reads("ops")
    office.posts("one", thread_ts=root.ts)
    office.posts(f"<@{office.ben.id}>, two", thread_ts=root.ts)
    office.posts("three", thread_ts=root.ts)
    assert counts(office.ben) == (2, 1)


def test_a_thread_is_read_by_itself(office):
    """Looking at the channel leaves its threads unread, and looking at one thread the others."""
    roots = [office.posts(f"<@{office.ana.id}>") for _ in range(2)]
    for root in roots:
        office.posts("reply", thread_ts=root.ts)
    assert counts(office.ana) == (4, 2)
    office.ana.reads("ops")
    assert counts(office.ana) == (2, 0)
    office.ana.reads("ops", thread=roots[0].ts)
    assert [message.thread_ts for message in office.ana.news()] == [roots[1].ts]


def test_an_answer_to_one_person_in_a_thread_is_unread_for_them(office):
    """They asked there, whether they take part or not; it is read with the thread."""
    root = office.posts("card")
    office.ben.reads("ops")
    office.shows(office.ben, "No.", thread_ts=root.ts)
    assert counts(office.ben) == (1, 0)
    office.ben.reads("ops", thread=root.ts)
    assert counts(office.ben) == (0, 0)


def test_what_is_deleted_is_not_unread(office):
    office.slack.workspace.deletes(office.posts(f"<@{office.ana.id}>"))
    assert counts(office.ana) == (0, 0)


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
    """Of the places a person is in."""
    elsewhere = office.slack.adds_channel("elsewhere", members=[office.ben])
    office.posts("one")
    office.posts("two", to=office.ana.dm)
    office.posts("<!here>", to=elsewhere)
    unread = office.ana.unread()
    assert (unread.count, unread.mentions) == (2, 1)
