"""The `Verb` type: how a verb of `/pipeline` is written, what it does, and which parser reads the words after it."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.domain.commands.model import COMMAND, Command
from bot.domain.pipelines.targets import ONE, Targets


@dataclass(frozen=True, slots=True)
class Verb:
    """A row of the verb table.

    `ids`: its words name people, groups or channels, so that a mention is read as its id. `targets` are
    those of the bot that parses them. `other_word` can be typed instead of `word`.
    """

    word: str
    arguments: str
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
