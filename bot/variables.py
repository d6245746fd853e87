"""Detects settings that would be ignored: misspelled variables, and lines of `.env` that cannot be read.

Pure: `config` reads the environment and the file. A name that another program is known to read is not an error.
"""

import difflib
import io
from collections.abc import Collection, Iterator

from dotenv.parser import parse_stream

PREFIXES = ("PIPELINE_BOT_", "FELDERA_", "SLACK_")
RESEMBLES = 0.75  # similarity, of 1: a typo of a letter or two after the prefix
LENGTHS_DIFFER = 2  # characters at most: more is another word
PART = "__"  # PIPELINE_BOT_TARGETS__PROD__HOST: the rest is read by the targets' settings, which reject unknown names

OF_OTHERS = frozenset(
    {
        # Feldera's own server, command line and SDK
        "FELDERA_AUTH_TOKEN",
        "FELDERA_BASE_URL",
        "FELDERA_HTTPS_TLS_KEY",
        "FELDERA_TLS_CERT",
        "FELDERA_TLS_KEY",
        "FELDERA_URL",
        # Slack's SDK, Bolt, and what their examples use
        "SLACK_API_TOKEN",
        "SLACK_APP_ID",
        "SLACK_BOT_ID",
        "SLACK_CLIENT_ID",
        "SLACK_CLIENT_SECRET",
        "SLACK_TOKEN",
        "SLACK_USER_TOKEN",
        "SLACK_VERIFICATION_TOKEN",
        "SLACK_WEBHOOK_URL",
    }
)


def misspelled(names: Collection[str], known: Collection[str], where: str) -> Iterator[str]:
    """A sentence for each of `names` that is almost one of the `known` variables, all in upper case."""
    for name in sorted(set(names) - set(known) - OF_OTHERS):
        first = name.partition(PART)[0]
        meant = None if first in known else _meant(first, known)
        if meant is not None:
            yield f"{name} {where} is not a variable of the bot. Did you mean {meant}? Rename or remove it."


def unreadable_lines(text: str, file: str) -> Iterator[str]:
    """A sentence for each line of a `.env` that cannot be read; never the line, which may hold a secret."""
    for binding in parse_stream(io.StringIO(text)):
        if binding.error:
            first = binding.original.string
            line = binding.original.line + first[: len(first) - len(first.lstrip())].count("\n")
            yield f"Line {line} of {file} cannot be read: write it as NAME=value."


def _meant(name: str, known: Collection[str]) -> str | None:
    prefix = next((prefix for prefix in PREFIXES if name.startswith(prefix)), None)
    if prefix is None:
        return None
    rest = name.removeprefix(prefix)
    ours = [
        each.removeprefix(prefix)
        for each in known
        if each.startswith(prefix) and abs(len(each) - len(name)) <= LENGTHS_DIFFER
    ]
    close = difflib.get_close_matches(rest, ours, n=1, cutoff=RESEMBLES)
    # SLACK_BOT_TOKEN_OLD was renamed on purpose.
    return f"{prefix}{close[0]}" if close and not rest.startswith(f"{close[0]}_") else None
