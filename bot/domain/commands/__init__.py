"""What people type after `/pipeline`, read into a typed command. Nothing here runs anything."""

from bot.domain.commands.table import VERBS, find_verb, parse
from bot.domain.commands.verb import Verb
from bot.domain.commands.words import COMMAND, Clear, Command, Help, Start, Status, Stop, Wish

__all__ = [
    "COMMAND",
    "VERBS",
    "Clear",
    "Command",
    "Help",
    "Start",
    "Status",
    "Stop",
    "Verb",
    "Wish",
    "find_verb",
    "parse",
]
