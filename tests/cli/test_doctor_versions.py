"""`doctor`, of versions: the bot's, and those of Python, SQLite and the schema, each beside what the bot supports."""

import re

import pytest

from bot.diagnostics.versions import python_result, sqlite_result
from bot.store.connection.database import open_database
from bot.store.schema.migrations import migrations
from tests.cli.diagnosed import only

pytestmark = pytest.mark.anyio


async def test_a_database_of_a_newer_version(world, examined):
    """The bot refuses it: what it does not know of could be what makes a clear unsafe."""
    with open_database(world.database) as db:
        known = len(migrations.applied(db))
        db["_sqlite_migrations"].insert(
            {"migration_set": "pipeline-bot", "name": "m999_later", "applied_at": "2027-01-01"}
        )
    found = await examined(world)
    assert only(found, "versions schema") == (
        "failed",
        f"{known + 1} is newer than {known}, the newest that this version supports: the bot refuses it.",
        "Start the version that used the database last, or a later one.",
    )
    assert only(found, "database")[0] == "failed"


async def test_the_versions_are_compared_with_what_the_bot_supports(world, examined):
    found = await examined(world)
    assert only(found, "versions schema")[1].startswith("There is no database yet; this version creates ")
    world.operator("ana")
    found = await examined(world)
    said = {each.name: each.found for each in found if each.name.startswith("versions")}
    assert re.fullmatch(r"pipeline-bot [0-9.]+\.", said["versions"])
    assert re.fullmatch(r"3\.[0-9]+\.[0-9]+ is supported \(3\.11 or later\)\.", said["versions python"])
    assert re.fullmatch(r"3\.[0-9]+\.[0-9]+ is supported \(3\.31 or later\)\.", said["versions sqlite"])
    assert re.fullmatch(r"[0-9]+, which this version has\.", said["versions schema"])
    world.database.write_text("Dear diary")
    assert only(await examined(world), "versions schema")[0] == "unknown"


@pytest.mark.parametrize(
    ("result", "status", "said"),
    [
        (python_result((3, 10, 9), (3, 11)), "failed", "3.10.9 is older than 3.11, which the bot needs."),
        (python_result((3, 11, 0), (3, 11)), "ok", "3.11.0 is supported (3.11 or later)."),
        (
            sqlite_result((3, 30, 1), has_json=True),
            "failed",
            "3.30.1 is older than 3.31, which the bot needs.",
        ),
        (sqlite_result((3, 31, 0), has_json=True), "ok", "3.31.0 is supported (3.31 or later)."),
        (sqlite_result((3, 37, 2), has_json=False), "failed", "3.37.2 was built without JSON functions."),
    ],
)
def test_a_version_at_the_edge_of_what_is_supported(result, status, said):
    assert (result.status, result.found) == (status, said)
