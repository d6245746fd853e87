"""The check of versions: the bot's, and those of Python, SQLite and the database's schema, each beside what the bot supports."""

import re
import sys
from importlib.metadata import metadata, version

from bot.diagnostics.context import CheckContext
from bot.domain.diagnosis import CheckResult, failed, passed, unknown, warning
from bot.store.diagnosis_facts import DiagnosisFacts
from bot.store.schema.versions import SQLITE, SQLITE_SINCE, newest_schema, sqlite_has_json

VERSIONS = "versions"
PYTHON_NAME, SQLITE_NAME, SCHEMA_NAME = f"{VERSIONS} python", f"{VERSIONS} sqlite", f"{VERSIONS} schema"
_PACKAGE = "pipeline-bot"


async def versions(context: CheckContext) -> list[CheckResult]:
    facts = await context.facts()
    schema = facts.schema if isinstance(facts, DiagnosisFacts) else context.unread_schema
    return [
        passed(VERSIONS, f"pipeline-bot {version(_PACKAGE)}."),
        python_result(sys.version_info[:3], python_since()),
        sqlite_result(SQLITE, has_json=sqlite_has_json()),
        schema_result(schema, newest_schema()),
    ]


def python_since() -> tuple[int, ...]:
    """As the installed package requires it, from `requires-python` in pyproject.toml."""
    found = re.search(r">=\s*([0-9.]+)", metadata(_PACKAGE)["Requires-Python"] or "")
    return () if found is None else tuple(int(part) for part in found[1].strip(".").split("."))


def python_result(running: tuple[int, ...], since: tuple[int, ...]) -> CheckResult:
    if running < since:
        return failed(
            PYTHON_NAME, _too_old(running, since), f"Install the bot with Python {_dotted(since)} or later."
        )
    return passed(PYTHON_NAME, _supported(running, since))


def sqlite_result(linked: tuple[int, ...], *, has_json: bool) -> CheckResult:
    """`linked` is the SQLite that this Python uses."""
    advice = f"Use a Python with SQLite {_dotted(SQLITE_SINCE)} or later and its JSON functions."
    if linked < SQLITE_SINCE:
        return failed(SQLITE_NAME, _too_old(linked, SQLITE_SINCE), advice)
    if not has_json:
        return failed(SQLITE_NAME, f"{_dotted(linked)} was built without JSON functions.", advice)
    return passed(SQLITE_NAME, _supported(linked, SQLITE_SINCE))


def schema_result(found: int | None, newest: int) -> CheckResult:
    """`found` is the database's, `newest` that of this version of the bot; 0 if there is no database yet."""
    if found is None:
        return unknown(SCHEMA_NAME, f"The database's cannot be read; this version has {newest}.")
    if not found:
        return passed(SCHEMA_NAME, f"There is no database yet; this version creates {newest}.")
    if found > newest:
        return failed(
            SCHEMA_NAME,
            f"{found} is newer than {newest}, the newest that this version supports: the bot refuses it.",
            "Start the version that used the database last, or a later one.",
        )
    if found < newest:
        return warning(
            SCHEMA_NAME,
            f"{found} is older than {newest}, which this version has.",
            "The next start of the bot keeps a copy of the database and migrates it.",
        )
    return passed(SCHEMA_NAME, f"{found}, which this version has.")


def _supported(found: tuple[int, ...], since: tuple[int, ...]) -> str:
    return f"{_dotted(found)} is supported ({_dotted(since)} or later)."


def _too_old(found: tuple[int, ...], since: tuple[int, ...]) -> str:
    return f"{_dotted(found)} is older than {_dotted(since)}, which the bot needs."


def _dotted(numbers: tuple[int, ...]) -> str:
    return ".".join(map(str, numbers))
