"""What the database, Slack and Feldera say of one pipeline's clear, held against each other.

The database is read as it lies there, by SQL of its own, while the bot is dead or alive.
"""

import sqlite3
from contextlib import closing
from dataclasses import dataclass

from bot.simulator.slack import Channel, Message
from tests.processes.world import World

COPY = "an older copy of this card"


@dataclass(frozen=True, slots=True)
class Row:
    """An operation as stored; `owes_its_end` while Slack is not known to have taken its last line."""

    pipeline: str
    state: str
    sends: int
    card_posts: int
    card_ts: str | None
    is_shown: bool
    owes_its_end: bool
    owes_lines: int

    @property
    def phase(self) -> str:
        """Where in its life a kill met it."""
        return "ended" if self.state == "succeeded" else self.state


def rows(world: World) -> dict[str, Row]:
    """The operation of each pipeline: the confirmed one, if there are several."""
    with closing(sqlite3.connect(world.database)) as db:
        found = db.execute(
            """
            SELECT pipeline, state, json_extract(document, '$.attempt.sends'),
              json_extract(document, '$.display.posts'), card_ts, rendered_version = version,
              EXISTS (SELECT 1 FROM postings JOIN events ON events.id = event
                      WHERE operation = operations.id AND kind = 'ended' AND ts IS NULL),
              (SELECT count(*) FROM postings JOIN events ON events.id = event
               WHERE operation = operations.id AND ts IS NULL)
            FROM operations ORDER BY confirmed_at IS NOT NULL, created_at
            """
        ).fetchall()
        (confirmed_twice,) = db.execute(
            "SELECT count(confirmed_at) - count(DISTINCT pipeline) FROM operations WHERE confirmed_at IS NOT NULL"
        ).fetchone()
    assert confirmed_twice == 0
    return {row[0]: Row(*row[:5], *map(bool, row[5:7]), row[7]) for row in found}


def phase(world: World, name: str) -> str:
    row = rows(world).get(name)
    return "none" if row is None else row.phase


def requests(world: World, name: str) -> int:
    """How many clears were asked for, whatever came of them."""
    path = f"/v0/pipelines/{name}/clear"
    return sum(request.method == "POST" and request.path == path for request in world.feldera.requests)


def lines(channel: Channel) -> list[Message]:
    """What stands in threads."""
    return [message for message in channel.messages if message.thread_ts is not None]


def last_lines(channel: Channel, name: str) -> list[Message]:
    """Each copy of the line that ends the clear."""
    return [line for line in lines(channel) if f"Cleared `{name}` after" in line.text]


async def until_told(world: World, name: str, channel: Channel, *, within: float = 40.0) -> None:
    """The last line is in the thread, and the card shows the end, too."""

    def is_told() -> bool:
        cards = [world.reads(card) for card in world.cards(channel)]
        ended = [card for card in cards if card.startswith(f"Clear {name}\n✅ Cleared after")]
        return bool(ended and last_lines(channel, name))

    await world.slack.until(is_told, within=within)


def balance(world: World, name: str, channel: Channel, *, may_repeat: int = 0) -> None:
    """One clear that changed something, one card, one thread, one last line; and all of it is in the database.

    The last line may stand there again for each time the bot was killed while it owed that line: Slack may have
    taken it. A copy of the card may stand there only if posting it was begun again, and then the card says so.
    """
    row = rows(world)[name]
    assert world.feldera.clears[name] == 1
    assert row.phase == "ended"
    assert row.is_shown
    assert row.owes_lines == 0
    cards = world.cards(channel)
    assert 1 <= len(cards) <= row.card_posts
    (card,) = [each for each in cards if each.ts == row.card_ts]
    assert (COPY in world.reads(card)) is (row.card_posts > 1)
    assert {line.thread_ts for line in lines(channel)} == {row.card_ts}
    assert 1 <= len(last_lines(channel, name)) <= 1 + may_repeat
