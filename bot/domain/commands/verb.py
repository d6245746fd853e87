"""One verb of `/pipeline`: how it is written, what it does, and which parser reads the words after it."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.domain.commands.model import COMMAND, Command
from bot.domain.pipelines.targets import ONE, Targets


@dataclass(frozen=True, slots=True)
class Verb:
    """A row of the table: how a verb is written, what it does, and how the words after it are read.

    `ids`: its words name people, groups or channels, so that a mention counts as what it stands for. `targets` are
    those of the bot that reads them.
    """

    word: str
    arguments: str
    summary: str
    details: str
    example: str
    read: Callable[["Verb", str], Command]
    ids: bool = False
    targets: Targets = ONE

    @property
    def usage(self) -> str:
        return " ".join(filter(None, (COMMAND, self.word, self.arguments)))
