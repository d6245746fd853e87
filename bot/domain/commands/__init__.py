"""What people type after `/pipeline`, read into a typed command. Nothing here runs anything."""

from bot.domain.commands.table import VERBS, Verb, find_verb, parse
from bot.domain.commands.words import COMMAND, Clear, Command, Help, Status

__all__ = ["COMMAND", "VERBS", "Clear", "Command", "Help", "Status", "Verb", "find_verb", "parse"]
