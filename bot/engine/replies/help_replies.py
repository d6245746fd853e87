"""Replies that orient a person: the commands that they can use, and what waits for them."""

from dataclasses import dataclass

from bot.domain.commands.usable_verbs import UsableVerb
from bot.domain.home_content import HomePage
from bot.domain.pipelines.targets import Targets


@dataclass(frozen=True, slots=True)
class CommandHelp:
    """The commands that the person can use. `page` says who they are and what they hold; nothing waits on it."""

    verbs: tuple[UsableVerb, ...]
    page: HomePage
    targets: Targets


@dataclass(frozen=True, slots=True)
class WaitingForYou:
    """What waits for the person, and the commonest commands that they can use."""

    page: HomePage
    verbs: tuple[UsableVerb, ...]
