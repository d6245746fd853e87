"""The `Verb` type: how a verb of `/pipeline` is written, what it does, and which parser reads the words after it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.access.permissions import ASKS, Action
from bot.domain.commands.model import COMMAND, Command
from bot.domain.pipelines.targets import ONE, Targets

_OPTIONAL = re.compile(r" ?\[[^\]]*\]")

ONLY_YOU_SEE_IT = "Only you see the answer."

EVERYBODY: tuple[Action, ...] = ()
REQUESTERS = ASKS
VIEWERS = (Action.VIEW,)
APPROVERS = (Action.APPROVE,)
ADMINS = (Action.ADMINISTER,)
ANY_ROLE = tuple(Action)


class VerbGroup(StrEnum):
    """A heading of the help, in the order in which they are shown."""

    OPERATE = "Operate"
    APPROVE = "Approve"
    LOOK = "Look"
    ADMINISTER = "Administer"


@dataclass(frozen=True, slots=True)
class Verb:
    """A row of the verb table.

    `needs`: somebody who may do one of these on some pipeline can use it; if empty, everybody can. `ids`: its words
    name people, groups or channels, so that a mention is read as its id. `targets` are those of the bot that parses
    them. `other_word` can be typed instead of `word`.
    """

    word: str
    arguments: str
    group: VerbGroup
    needs: tuple[Action, ...]
    summary: str
    details: str
    example: str
    read: Callable[["Verb", str], Command]
    ids: bool = False
    other_word: str | None = None
    targets: Targets = ONE

    @property
    def usage(self) -> str:
        return " ".join(filter(None, (COMMAND, self.word, self.arguments)))

    @property
    def brief(self) -> str:
        """`clear NAME`: without the command and all that may be left out."""
        return f"{self.word} {_OPTIONAL.sub('', self.arguments)}".strip()
