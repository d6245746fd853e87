"""Changes of who may do what that nobody types in Slack: by the shell, and in Slack's own administration."""

from typing import Any

from bot.domain.access.changes import DropRule, RemoveFreeze, RevokeRole, SetFreeze, SetRule
from bot.domain.commands.rule_syntax import rule_of
from bot.domain.errors import UserError
from tests.chaos.acts import Acting
from tests.chaos.cast import CAST
from tests.chaos.lengths import SHELL, length


class Access(Acting):
    def shell_changes_access(self, who: str, text: str) -> None:  # noqa: ARG002 - drawn as for Slack
        """The same change by the person who runs the bot. The shell replaces a whole rule, and says how long in its own way."""
        now = self.world.clock.now()
        verb, *words = text.split()
        pattern = words[2] if verb in {"grant", "revoke"} else words[0]
        match verb:
            case "grant":
                until = now + length(words[4]) if "for" in words else None
                change: Any = self.world.grant(words[0].removeprefix("@"), words[1], pattern, until)
            case "revoke":
                same = self.world.grant(words[0].removeprefix("@"), words[1], pattern)
                change = RevokeRole(same.principal, same.role, same.pattern)
            case "rule" if words[1] != "off" and not words[1].endswith("="):
                change = SetRule(rule_of(pattern, " ".join(words[1:])))
            case "rule":
                change, text = DropRule(pattern), f"rule {pattern} off"
            case "freeze":
                change = SetFreeze(pattern, now + length(words[2]), "release day")
            case _:
                change = RemoveFreeze(pattern)
        act = self.act(SHELL, "typed", text, text)
        self.acts.append(act)
        try:
            self.world.administers(change)
        except UserError as error:  # the database is locked
            act.error = str(error)
        self.world.settles()
        self._ended(act)

    def slack_changes(self, who: str, becomes: str) -> None:
        """Somebody joins a group or leaves it, is a guest from now on, is deactivated, or is neither any more."""
        teammate = self.world.people[who]
        if becomes in self.world.groups:
            group = self.world.groups[becomes]
            (group.leaves if who in self.members(becomes) else group.joins)(teammate)
        else:
            teammate.profile.guest, teammate.profile.deactivated = becomes == "guest", becomes == "gone"

    def members(self, handle: str) -> set[str]:
        ids = self.world.groups[handle].member_ids
        return {who for who in CAST if self.world.people[who].id in ids}
