"""`doctor` and `access import`, of the people and groups with access: each is looked up in Slack."""

from datetime import timedelta

import pytest

from bot.domain.access.changes import GrantRole
from bot.domain.access.lint.principals import NOBODY_IS_ADMIN
from bot.domain.access.permissions import Role
from tests.cli.diagnosed import only
from tests.cli.test_doctor_database import actor

pytestmark = pytest.mark.anyio


async def test_more_people_than_slack_allows_at_once(world, examined, capsys):
    """Those who were not asked about are counted, and with some time they are asked about, too."""
    ana, ben = world.slack.adds_person("ana"), world.slack.adds_person("ben")
    world.administers(GrantRole(actor(ana), Role.ADMIN, "*"), GrantRole(actor(ben), Role.VIEWER, "*"))
    world.slack.rate_limits("users.info", retry_after=1, times=2)
    assert only(await examined(world), "access") == (
        "unknown",
        "Slack was asked about 0 of 2 people; the rest were not looked up, because of the limit on look-ups.",
        "To look up all, run it with more than --lookup-minutes 0.",
    )
    assert capsys.readouterr().err == ""
    world.slack.rate_limits("users.info", retry_after=1, times=2)
    found = await examined(world, lookups_within=timedelta(minutes=5))
    assert only(found, "access") == ("ok", "No problems in 2 grants and 0 rules.", "")
    assert capsys.readouterr().err == (
        "Looking people up in Slack, about 50 a minute: 5 minutes at most (--lookup-minutes).\n"
    )


async def test_an_import_looks_the_people_up(world):
    ben = world.slack.adds_person("ben", guest=True)
    file = world.folder / "access.yml"
    file.write_text(f"team: T0ACME\ngrants:\n- {{user: {ben.id}, role: viewer, pattern: orders}}\n")
    async with world.bot("access", "import", "access.yml") as process:
        assert await process.ends() == 0
        assert await process.rest_of_output() == f"+ grant {ben.id} viewer orders\n"
    assert process.stderr.splitlines() == [
        f"warning: {ben.id} is a guest: the grant (viewer on orders) has no effect. Remove it from the file.",
        f"notice: {NOBODY_IS_ADMIN}",
        f"notice: There is no database at {world.database} yet.",
        "1 change. Dry run: nothing changed. Apply with --yes.",
    ]
