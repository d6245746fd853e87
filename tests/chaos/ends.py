"""How a chaos run ended: each request is over, or says why not, and has told so once; clears are those in the audit log."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from itertools import pairwise

from bot.simulator.feldera.api.faults import RecordedRequest
from bot.simulator.slack import Message
from tests.chaos.records import SENT, Entry, Records, Row

ENDED = {"succeeded", "unnecessary", "refused", "stale", "expired", "denied", "withdrawn", "closed"}
ACCEPTED = 202
RESENT_AFTER = timedelta(seconds=14.9)  # fifteen, by the bot's clock
LOST_MOST = 3
DID_NOTHING = {503, 429, 404, 400, 401}


class Ends:
    def __init__(self, records: Records) -> None:
        self.records, self.world = records, records.world
        self.entries: dict[str, list[Entry]] = defaultdict(list)
        for entry in records.entries:
            self.entries[entry.operation or ""].append(entry)

    def complaints(self) -> list[str]:
        return [*self._against_repetitions(), *self._against_operations(), *self._against_clears()]

    def _against_repetitions(self) -> Iterator[str]:
        """A request is repeated only if it certainly did nothing, or 15 s after its answer was lost; three times at most."""
        records = self.records
        made: dict[tuple[str, str], list[RecordedRequest]] = defaultdict(list)
        operation_of = {id(post): entry.operation for post, entry in records.repeated}
        for entry_id, post in records.post_of.items():
            operation_of[id(post)] = records.entries[entry_id - 1].operation
        for post in self.world.posts:
            request = self.world.felderas[post.target].requests[post.place]
            made[operation_of.get(id(post)) or "nobody", post.step].append(request)
        for (operation, step), found in made.items():
            for before, after in pairwise(found):
                if before.status == ACCEPTED and not before.is_lost:
                    yield f"{step} of {operation} was accepted at {before.at}, and repeated at {after.at}"
                elif before.status not in DID_NOTHING and after.at - before.at < RESENT_AFTER:
                    yield f"{step} of {operation} was repeated too soon: at {before.at} and {after.at}"
            if sum(each.is_lost for each in found) > LOST_MOST:
                yield f"{step} of {operation} was sent {len(found)} times"

    def _against_operations(self) -> Iterator[str]:
        for row in self.records.rows.values():
            if row.state == "proposed" and not row.is_confirmed:
                continue  # a preview that nobody went on with
            ends = [entry for entry in self.entries[row.id] if entry.kind == "ended"]
            calls = [entry for entry in self.entries[row.id] if entry.kind == "needs_human"]
            if row.state not in ENDED and not (row.state == "needs_human" and calls):
                yield f"not over, and nobody is told why: {row}"
            if len(ends) != (row.state in ENDED):
                yield f"{len(ends)} ends in the audit log: {row}"
            if row.is_confirmed and not row.is_abandoned:
                if not row.is_shown:
                    yield f"its card is old: {row}"
                for entry in ends or calls[-1:]:
                    yield from self._against_last_line(row, entry)

    def _against_last_line(self, row: Row, entry: Entry) -> Iterator[str]:
        """Once in its thread; again only if the connection to Slack, or the bot, broke as it was posted."""
        ts = self.records.lines.get(entry.id)
        line = next((each for each in self._posted if each.ts == ts), None)
        if ts is None or (ts and line is None):
            yield f"its last line is not in Slack: {row} {entry}"
        elif line is not None:
            same = [
                each for each in self._posted if (each.thread_ts, each.text) == (line.thread_ts, line.text)
            ]
            broke = sum(
                call.is_lost and call.method == "chat.postMessage" and call.args.get("text") == line.text
                for call in self.world.slack.calls
            )
            if len(same) > 1 + broke + len(self.world.breaks):
                yield f"its last line is in Slack {len(same)} times: {row} {line.text}"

    @cached_property
    def _posted(self) -> list[Message]:
        channels = self.world.slack.workspace.channels.values()
        return [message for channel in channels for message in channel.messages]

    def _against_clears(self) -> Iterator[str]:
        """Clears that took effect in Feldera are those in the audit log: one for each request that says so."""
        spans: dict[str, list[_Span]] = defaultdict(list)
        for row in self.records.rows.values():
            mine = self.entries[row.id]
            sent = [each for each in mine if each.kind in SENT and each.data.get("step", "clear") == "clear"]
            if sent:
                told = [each for each in mine if each.kind in {"ended", "step_done"} and each.id > sent[0].id]
                last = told[0].when.moment if told else self.world.moment
                says = bool(told) and str(told[0].data["ending"]).startswith("cleared")
                spans[row.pipeline].append(_Span(row, sent[0].when.moment, last, says))
        for clear in self.world.clears:
            if not clear.elsewhere and not any(span.first <= clear.moment for span in spans[clear.pipeline]):
                yield f"a clear that is not in the audit log: {clear}"
        for pipeline, found in spans.items():
            for span in found:
                yield from self._against_span(pipeline, span)

    def _against_span(self, pipeline: str, span: "_Span") -> Iterator[str]:
        if self.world.was_touched(pipeline, span.first, span.last):
            return  # somebody else's clear, or another run: both are proofs of their own
        clears = [each for each in self.world.clears if each.pipeline == pipeline]
        own = [each for each in clears if span.first <= each.moment <= span.last]
        if span.says_cleared and not own:
            yield f"said to be cleared, and Feldera knows of no clear: {span.row}"
        if len(own) > 1:
            yield f"cleared more than once: {span.row} {own}"


@dataclass(frozen=True, slots=True)
class _Span:
    """The moments between the first request to clear and what was said of it."""

    row: Row
    first: int
    last: int
    says_cleared: bool
