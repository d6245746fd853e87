"""Audit log anchors, heads noted elsewhere: parses those that were kept, and says where the bot put them."""

import json
import re
from collections.abc import Iterable, Iterator

from bot.cli.output import moment
from bot.domain.audit_chain import GENESIS, Head
from bot.engine.loops.audit_anchor import LOGGED
from bot.slack.sentences.pipeline_text import permalink
from bot.store.shell_store import Administration

_HEAD = re.compile(r"(?<![0-9])([0-9]{1,18}):([0-9a-f]{64})(?![0-9a-f])")
_EVENT = "audit_head"  # in the bot's log, with the entry's number and its hash


def head_of(text: str) -> Head | None:
    """`1234:9f86d0…`, as `audit head` prints it; None if it is not a head."""
    match = _HEAD.fullmatch(text.strip().lower())
    if match is None:
        return None
    head = int(match[1]), match[2]
    return None if head[0] == 0 and head[1] != GENESIS else head


def heads_in(lines: Iterable[str]) -> Iterator[Head]:
    """Those in the bot's log, as JSON after any prefix of a line, and those written as `ID:HASH`."""
    for line in lines:
        logged = _logged(line)
        if logged is not None:
            yield logged
        else:
            yield from ((int(match[1]), match[2]) for match in _HEAD.finditer(line))


def where_to_look(administration: Administration) -> list[str]:
    """Where heads have been put, a sentence each. The database says so: it helps to find them, and proves nothing."""
    said = []
    posted = administration.posted_head()
    if posted is not None:
        url = administration.workspace_url()
        place = permalink(url, posted.channel, posted.ts) if url else f"channel {posted.channel}"
        said.append(f"The bot posted the head of entry {posted.head[0]} on {moment(posted.at)}: {place}")
    logged_at = administration.last_done(LOGGED)
    if logged_at is not None:
        said.append(f"The bot logged a head on {moment(logged_at)}: a line `{_EVENT}`.")
    if said:
        return [*said, "Take it from there: the database's own copy proves nothing."]
    return ["The bot logs its head daily, and posts it to PIPELINE_BOT_AUDIT_CHANNEL if that is set."]


def _logged(line: str) -> Head | None:
    _, brace, rest = line.partition("{")
    try:
        said = json.loads(brace + rest)
    except (ValueError, RecursionError):
        return None
    if not isinstance(said, dict) or said.get("event") != _EVENT:
        return None
    return head_of(f"{said.get('entry')}:{said.get('hash')}")
