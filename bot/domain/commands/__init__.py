"""Commands: what people type after `/pipeline`, parsed into typed values. Nothing here runs anything."""

from bot.domain.commands.command_line import parse
from bot.domain.commands.model import (
    COMMAND,
    Clear,
    Command,
    Help,
    HelpTopic,
    PipelineCommand,
    Start,
    Status,
    Stop,
)
from bot.domain.commands.verb import Verb, VerbGroup
from bot.domain.commands.verbs import VERBS, find_verb

__all__ = [
    "COMMAND",
    "VERBS",
    "Clear",
    "Command",
    "Help",
    "HelpTopic",
    "PipelineCommand",
    "Start",
    "Status",
    "Stop",
    "Verb",
    "VerbGroup",
    "find_verb",
    "parse",
]
