"""The books of a chaos run: what the audit log has, held against what people did and what the oracle says of it.

What does not balance is listed in words; an empty list is a good day.
"""

from collections import Counter
from collections.abc import Iterator

from tests.chaos.acts import Act
from tests.chaos.ends import Ends
from tests.chaos.events import Post
from tests.chaos.facts import Asked, When
from tests.chaos.lengths import SHELL
from tests.chaos.oracle import Oracle
from tests.chaos.records import SENT, Entry, Records, Row

CHANGES = {
    "granted": "grant",
    "revoked": "revoke",
    "rule_set": "rule",
    "rule_dropped": "rule",
    "frozen": "freeze",
    "unfrozen": "unfreeze",
}
DECISIONS = {"approved", "signed_off", "confirmed", "requested", "glass_broken", "ended"}
ID_TYPED = 6  # characters at least


class Books:
    def __init__(self, records: Records, acts: list[Act], oracle: Oracle) -> None:
        self.records, self.acts, self.oracle = records, acts, oracle
        self.sent: Counter[str] = Counter()

    # What does not balance

    def complaints(self) -> list[str]:
        broken = self.records.world.broken()
        return [
            *([f"the audit log does not verify: {broken}"] if broken else []),
            *(f"no entry of the audit log announced {post}" for post in self.records.unannounced),
            *self._against_entries(),
            *self._against_answers(),
            *Ends(self.records).complaints(),
            *(
                f"text from people or Feldera reached Slack as markup: {each}"
                for each in self.records.world.slack.suspicious
            ),
        ]

    def _against_entries(self) -> Iterator[str]:
        """Each entry has somebody's act behind it; each act and each request to Feldera was permitted."""
        requests: dict[str, Asked] = {}
        repeated = [*self.records.repeated]
        for entry in self.records.entries:
            while repeated and repeated[0][0].moment < entry.when.moment:
                post, announced = repeated.pop(0)
                yield from self._against_post(post, requests[announced.operation or ""])
            asked = requests.get(entry.operation or "")
            if entry.kind in CHANGES and not entry.when.moment < self.records.world.first_moment:
                yield from self._against_change(entry)
            elif entry.kind == "proposed" and entry.operation:
                row = self.records.rows[entry.operation]
                who = entry.by or row.requester
                requests[row.id] = Asked(who, row.pipeline, row.plan, row.incident, entry.when)
                yield from self._against_proposal(entry, row, who)
            elif asked is not None and entry.kind in SENT:
                yield from self._against_sending(entry, asked)
            elif asked is not None and entry.kind in DECISIONS:
                yield from self._against_decision(entry, asked)

    def _against_change(self, entry: Entry) -> Iterator[str]:
        who = entry.by or SHELL
        verb = CHANGES[entry.kind]
        found = [
            act
            for act in self._acts_at(who, entry)
            if act.label.startswith(f"{verb} ") and str(entry.data["pattern"]) in act.label.split()
        ]
        if not found:
            yield f"nobody typed what the audit log has: {entry}"
            return
        act = found[-1]
        if who != SHELL:
            yield from (
                f"{who} was let {act.label} without {each}"
                for each in self.oracle.against_change(act.label, who, entry.when)
            )
        self.oracle.changes(act.label, act.at, act.until or act.at, by=who)

    def _against_proposal(self, entry: Entry, row: Row, who: str) -> Iterator[str]:
        typed = [
            act
            for act in self._acts_at(who, entry)
            if row.pipeline in act.about.split() and act.how == "typed"
        ]
        # A preview's button may offer another plan; and Slack may deliver a command again, even after a restart.
        rows, moment = self.records.rows, entry.when.moment
        done = [act.about for act in self.acts if act.who == who and act.began <= moment]
        about = [getattr(rows.get(each), "pipeline", each) for each in done]
        if not any(row.pipeline in each for each in about):
            yield f"nobody asked for what the audit log has: {entry}"
        for act in typed[-1:]:
            steps = {"--stop": ["stop"], "--restart": ["stop", "start"], "--start": ["start"]}
            words = act.label.split()
            if words[0] in {"clear", "stop", "start"}:
                wanted = {words[0], *(step for word in words for step in steps.get(word, []))}
                if {*row.plan} - wanted - {"stop"} or ("--break-glass" in words) != bool(row.incident):
                    yield f"{who} typed {act.label!r}, and the request is {row}"

    def _against_decision(self, entry: Entry, asked: Asked) -> Iterator[str]:
        kind = entry.data.get("ending", "") if entry.kind == "ended" else entry.kind
        if entry.by is not None:
            found = [act for act in self._acts_at(entry.by, entry) if _is_about(act, entry)]
            if not found:
                yield f"nobody did what the audit log has: {entry}"
            yield from (
                f"{entry.by} was let say {kind} of {asked} without {each}"
                for each in self.oracle.against_decision(str(kind), asked, entry.by, entry.when)
            )
        match entry.kind:
            case "confirmed" | "requested" | "glass_broken":
                self.oracle.confirmed(asked, entry.when)
            case "approved":
                self.oracle.approved(asked, entry.by or "", entry.when)
            case "ended":
                asked.is_over = True

    def _against_sending(self, entry: Entry, asked: Asked) -> Iterator[str]:
        step, post = str(entry.data.get("step", "clear")), self.records.post_of.get(entry.id)
        if post is not None:
            yield from self._against_post(post, asked)
            return
        lacking = self.oracle.against_post(asked, step, entry.when)
        yield from (
            f"{step} at {entry.when.at} ({entry.id}) meant without {each}: {asked}" for each in lacking
        )
        asked.sent.append(step)

    def _against_post(self, post: Post, asked: Asked) -> Iterator[str]:
        when = When(post.moment, post.at)
        yield from (
            f"{post} without {each}: {asked}" for each in self.oracle.against_post(asked, post.step, when)
        )
        asked.sent.append(post.step)
        self.sent["break-glass" if asked.incident else f"{self.oracle.needs(asked, when)} approvals"] += 1
        self.sent[post.step] += 1

    def _against_answers(self) -> Iterator[str]:
        """What a person was told is done is in the audit log."""
        verbs = {verb: kind for kind, verb in CHANGES.items()}
        for act in self.acts:
            said = "\n".join(act.told)
            verb = act.label.split(maxsplit=1)[0] if act.label else ""
            mine = [
                each
                for each in self.records.entries
                if act.began <= each.when.moment <= act.ended and each.by == act.who
            ]
            if (
                act.how == "typed"
                and verb in verbs
                and "✅" in said
                and not any(CHANGES.get(each.kind) == verb for each in mine)
            ):
                yield f"told that it is done, and no entry: {act}"
            if (
                "👍 You approved" in said
                and act.how == "pressed"
                and not any(each.kind == "approved" for each in mine)
            ):
                yield f"told that it is approved, and no entry: {act}"

    def _acts_at(self, who: str, entry: Entry) -> list[Act]:
        return [act for act in self.acts if act.who == who and act.began <= entry.when.moment <= act.ended]


def _is_about(act: Act, entry: Entry) -> bool:
    """By a button or a modal of this operation, by its id, or by a form or a command about its pipeline."""
    words = act.about.replace('"', " ").split()
    return (
        (entry.operation or "?") in act.about
        or any(len(word) >= ID_TYPED and (entry.operation or "?").startswith(word) for word in words)
        or entry.pipeline in words
    )
