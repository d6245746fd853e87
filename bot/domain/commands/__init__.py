"""Commands: what people type after `/pipeline`, parsed into typed values. Nothing here runs anything."""

from bot.domain.commands.model import COMMAND, Clear, Command, Help, PipelineCommand, Start, Status, Stop
from bot.domain.commands.verb import Verb
from bot.domain.commands.verbs import VERBS, find_verb, parse

__all__ = [
    "COMMAND",
    "VERBS",
    "Clear",
    "Command",
    "Help",
    "PipelineCommand",
    "Start",
    "Status",
    "Stop",
    "Verb",
    "find_verb",
    "parse",
]
