"""The oracle: who might do what, and whether each request to Feldera was permitted at its moment, worked out apart from the bot.

It knows what people typed and pressed, what Slack says of them, and nothing of the bot's own rules: naive code, written
from `docs/access.md` and `docs/guarantees.md`. Where those allow the bot to be a little late, or where two things
happened at the same moment, it lets either order pass.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from tests.chaos.cast import FIRST_RULES, GROUPS, SEATS
from tests.chaos.facts import Asked, Held, Known, When
from tests.chaos.lengths import SHELL, length

FRESH = timedelta(
    seconds=7
)  # what Slack says is asked for five seconds before the last look, two before the call
REMEMBERED = timedelta(seconds=67)  # for an action of a person: an answer of Slack's is good for a minute
DRIFT = 0.006  # the bot's time follows the wall clock by 0.5 % of what passes
LATE = timedelta(hours=4)
WITHIN = timedelta(hours=1)
ASKERS = {"requester", "operator", "responder"}
POWERS = ASKERS | {"approver"}


def matches(pattern: str, name: str) -> bool:
    """The patterns of the cast are a name, or a beginning and a star."""
    return name.startswith(pattern[:-1]) if pattern.endswith("*") else name == pattern


def ages(duration: timedelta, *, longest: bool) -> timedelta:
    """A duration by the world's clock, of which the bot's differs a little."""
    return duration * (1 + DRIFT if longest else 1 - DRIFT) + timedelta(seconds=2 if longest else -2)


class Oracle:
    def __init__(self) -> None:
        self.kinds: dict[str, Known[str]] = {}
        self.groups: dict[str, Known[frozenset[str]]] = {handle: Known() for handle in GROUPS}
        self.touched: dict[str, list[When]] = {}
        self.held = [Held(who, *seat) for who, seat in [*SEATS.items(), *GROUPS.items()] if seat[0]]
        self.rules: dict[str, dict[str, str]] = {pattern: dict(said) for pattern, said in FIRST_RULES.items()}
        self.freezes: dict[str, datetime] = {}

    # What holds

    def might_hold(
        self, who: str, roles: Iterable[str], pipeline: str, when: When, within: timedelta = FRESH
    ) -> bool:
        """Whether this person may count as having one of these roles on the pipeline."""
        return any(
            held.role in roles and matches(held.pattern, pipeline)
            for held in self._held_by(who, when, within)
        )

    def might_administer(self, who: str, pattern: str, when: When) -> bool:
        return any(
            held.role == "admin" and (held.pattern == pattern or matches(held.pattern, pattern.rstrip("*")))
            for held in self._held_by(who, when, REMEMBERED)
        )

    def _held_by(self, who: str, when: When, within: timedelta) -> list[Held]:
        if "member" not in self.kinds[who].around(when, within):
            return []
        groups = {
            handle
            for handle, known in self.groups.items()
            if any(who in members for members in known.around(when, within))
        }
        current = [held for held in self.held if held.until is None or when.at < held.until]
        return [held for held in current if held.to == who or held.to in groups]

    def says(self, key: str, pipeline: str) -> list[str]:
        """What the rules on a pipeline say of a key."""
        rules = [said for pattern, said in self.rules.items() if matches(pattern, pipeline)]
        return [said[key] for said in rules if key in said]

    def needs(self, asked: Asked, when: When) -> int:
        if asked.incident:
            return 0
        said = self.says("approvals", asked.pipeline)
        if said and {"clear", "stop"} & {*asked.plan}:
            return max(map(int, said))
        return 0 if self.might_hold(asked.by, {"operator"}, asked.pipeline, when) else 1

    def is_frozen(self, pipeline: str, at: datetime) -> bool:
        """For sure."""
        return any(at < until and matches(pattern, pipeline) for pattern, until in self.freezes.items())

    def might_break_glass(self, pipeline: str) -> bool:
        said = self.says("break-glass", pipeline)
        return bool(said) and all(each == "allowed" for each in said)

    # What is learned

    def confirmed(self, asked: Asked, when: When) -> None:
        asked.confirmed = when
        limits = [length(said) for said in self.says("within", asked.pipeline)]
        asked.approve_by = when.at + ages(min(limits, default=WITHIN), longest=True)
        self._ready(asked, when)

    def approved(self, asked: Asked, who: str, when: When) -> None:
        asked.approved.add(who)
        self._ready(asked, when)

    def _ready(self, asked: Asked, when: When) -> None:
        """With what may have been the last consent."""
        asked.ready = when
        loses = {"clear", "stop"} & {*asked.plan} and not asked.incident
        said = [timedelta(seconds=int(said[:-1])) for said in self.says("cancel-window", asked.pipeline)]
        asked.window = max(said, default=timedelta(0)) if loses else timedelta(0)

    def changes(self, text: str, since: datetime, until: datetime, *, by: str) -> None:
        """A change of access that was typed between these two moments, and made."""
        verb, *words = text.split()
        match verb:
            case "grant" | "revoke":
                to, role, pattern = words[0].removeprefix("@"), words[1], words[2]
                end = until + ages(length(words[4]), longest=True) if words[3:4] == ["for"] else None
                if verb == "revoke":
                    self.held = [h for h in self.held if (h.to, h.role, h.pattern) != (to, role, pattern)]
                else:
                    self.held.append(Held(to, role, pattern, end))
            case "rule":
                before = {} if by == SHELL else self.rules.get(words[0], {})
                said = dict(word.split("=") for word in words[1:] if word != "off")
                rule = {} if words[1] == "off" else {**before, **said}
                self.rules[words[0]] = {key: value for key, value in rule.items() if value}
            case "freeze":
                self.freezes[words[0]] = since + ages(length(words[2]), longest=False)
            case "unfreeze":
                self.freezes.pop(words[0], None)

    # What it says

    def against_post(self, asked: Asked, step: str, when: When) -> list[str]:
        """What a request to Feldera lacks at this moment."""
        roles = {"responder"} if asked.incident else ASKERS
        approvers = {
            who
            for who in asked.approved - {asked.by}
            if self.might_hold(who, {"approver"}, asked.pipeline, when)
        }
        first = {*asked.sent} <= {step}
        lacks: dict[str, Any] = {
            "that it was confirmed": asked.confirmed is None,
            "that it is not over": asked.is_over,
            f"a {step} in its plan {asked.plan}": step not in asked.plan,
            "steps in their order": step in asked.plan
            and bool(asked.sent)
            and asked.plan.index(step) < asked.plan.index(asked.sent[-1]),
            f"a role of {asked.by} in {sorted(roles)}": not self.might_hold(
                asked.by, roles, asked.pipeline, when
            ),
            f"{self.needs(asked, when)} approvals, but {sorted(approvers)}": len(approvers)
            < self.needs(asked, when),
            "a rule that allows break-glass": asked.incident and not self.might_break_glass(asked.pipeline),
            "that nothing is frozen": first and self.is_frozen(asked.pipeline, when.at),
            "the end of its cancel window": first
            and asked.ready
            and when.at < asked.ready.at + ages(asked.window, longest=False),
            "that it is in time": first
            and asked.ready
            and when.at > asked.ready.at + ages(LATE, longest=True),
            "the pipeline that was reviewed": first
            and any(
                asked.proposed.moment < touched.moment < when.moment and touched.at < when.at - FRESH
                for touched in self.touched.get(asked.pipeline, ())
            ),
        }
        return [what for what, is_lacking in lacks.items() if is_lacking]

    def against_change(self, text: str, who: str, when: When) -> list[str]:
        """What a change of access in Slack lacks."""
        verb, *words = text.split()
        pattern = words[2] if verb in {"grant", "revoke"} else words[0]
        to = words[0].removeprefix("@")
        # In a group at every moment that may count, so surely.
        own = to == who or (
            to in self.groups and all(who in each for each in self.groups[to].around(when, REMEMBERED))
        )
        lacks = {
            f"that {who} is an admin of {pattern}": not self.might_administer(who, pattern, when),
            "that it is for somebody else": verb == "grant" and own,
        }
        return [what for what, is_lacking in lacks.items() if is_lacking]

    def against_decision(self, kind: str, asked: Asked, who: str, when: When) -> list[str]:
        """What an approval, a denial, a cancel, a review or a close lacks."""
        roles: dict[str, set[str]] = {
            "approved": {"approver"},
            "denied": {"approver"},
            "signed_off": {"approver"},
            "stopped": POWERS,
            "closed": {"operator"},
        }
        lacks = {
            f"a role of {who} to say {kind}": kind in roles
            and not self.might_hold(who, roles[kind], asked.pipeline, when, REMEMBERED),
            "that it is somebody else's": kind in {"approved", "denied", "signed_off"} and who == asked.by,
            "that it is their own": kind in {"withdrawn", "confirmed", "requested", "glass_broken"}
            and who != asked.by,
            "that it is in time": kind == "approved"
            and asked.approve_by is not None
            and when.at > asked.approve_by,
        }
        return [what for what, is_lacking in lacks.items() if is_lacking]
