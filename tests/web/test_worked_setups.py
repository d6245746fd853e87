"""The named scenarios are the worked set-ups of docs/access.md: the same access as the commands printed there give."""

import re
import shlex
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.cli.main import cli
from bot.domain.ids import TeamId
from bot.simulator.web.sandbox import Sandbox
from bot.simulator.web.scenario import load, path_of
from bot.store.shell_store import Administration
from tests.web.visit import visiting

pytestmark = pytest.mark.anyio

PAGE = (Path(__file__).parents[2] / "docs" / "access.md").read_text()
SECTION = PAGE.partition("## Two worked set-ups")[2].partition("\n## ")[0]
BLOCKS = re.findall(r"```sh\n(.+?)```", SECTION, re.DOTALL)
PEOPLE = {"U0LEAD": "lea", "U0HEAD": "hana"}


@pytest.fixture
async def visit(request, tmp_path):
    folder = tmp_path / "sandbox"
    folder.mkdir()
    async with visiting(Sandbox(load(path_of(request.param)), folder)) as ready:
        await ready.until_connected()
        yield ready


def ids(visit):
    """The ids that the page stands in for: of the groups and channels by their names, of people by `PEOPLE`."""
    world = visit.world
    return {
        **{f"S0{handle.upper()}": group.id for handle, group in world.groups.items()},
        **{f"C0{name.upper()}": channel.id for name, channel in world.channels.items()},
        **{given: world.people[name].id for given, name in PEOPLE.items() if name in world.people},
    }


def typed(visit, block, database):
    """Type the commands of the page, with this workspace's ids, for an empty database."""
    known = ids(visit)
    with Administration.open(database) as administration:
        administration.remember_team(TeamId(visit.world.slack.workspace.team_id))
    for line in block.splitlines():
        program, *words = shlex.split(line)
        assert program == "pipeline-bot"
        if words == ["doctor"]:
            continue  # it changes nothing
        assert words[0] in {"grant", "rule"}
        arguments = [re.sub(r"\b[SUC]0[A-Z]+\b", lambda found: known[found[0]], word) for word in words]
        done = CliRunner().invoke(cli, arguments, env={"PIPELINE_BOT_DATABASE": str(database)})
        assert done.exit_code == 0, (line, done.output)


def access(database):
    with Administration.reading(database) as administration:
        grants = [
            (each.principal, each.role, each.pattern, each.expires_at) for each in administration.grants()
        ]
        return grants, administration.rules()


@pytest.mark.parametrize(
    ("visit", "number"),
    [("small-team", 0), ("production", 1)],
    indirect=["visit"],
    ids=["small-team", "production"],
)
@pytest.mark.usefixtures("environment")
async def test_the_access_of_a_named_scenario_is_that_of_the_page(visit, number, tmp_path):
    """Grant by grant and rule by rule: whoever tries it and then types the commands gets what they tried."""
    typed(visit, BLOCKS[number], tmp_path / "typed.db")
    grants, rules = access(tmp_path / "typed.db")
    assert grants
    assert rules
    assert access(visit.sandbox.simulation.bot.folder / "pipeline-bot.db") == (grants, rules)
    state = await visit.state("")
    assert state["me"]["name"] == next(iter(visit.world.people))
    assert {each["name"] for each in state["people"]} == set(visit.world.people)


def test_the_page_says_how_each_is_tried():
    assert len(BLOCKS) == 2
    for name in ("small-team", "production"):
        assert f"pipeline-bot sandbox --scenario {name}`" in SECTION


@pytest.mark.parametrize("visit", ["small-team"], indirect=True)
async def test_a_small_team_approves_a_request_of_support(visit):
    """Sam requests, the engineers are notified, one of them approves; whoever is new has no access."""
    await visit.types("nia", "/pipeline clear orders try")
    await visit.until_seen("nia", "operator")
    sam = await visit.previews("sam", "orders")
    assert (await sam.clicks("Ask for approval")).error is None
    await visit.until_seen("eli", "Approvals")
    assert visit.person("eli").unread().mentions == 1
    assert (await visit.person("eli").clicks("Approve")).error is None
    await visit.until_seen("sam", "✅ Cleared `orders`")
    assert visit.world.feldera.clears == {"orders": 1}


@pytest.mark.parametrize("visit", ["production"], indirect=True)
async def test_production_needs_a_ticket_and_two_approvals_and_can_be_cancelled(visit):
    """Without a ticket nothing is proposed. The second approval opens the cancel window; then it is cleared."""
    await visit.types("eva", "/pipeline clear prod-ledger bad backfill")
    await visit.until_seen("eva", "[A-Z]+-[0-9]+")
    await visit.types("eva", "/pipeline clear prod-ledger OPS-12 bad backfill")
    await visit.until_seen("eva", "[Never mind]")
    assert (await visit.person("eva").clicks("Ask for approval")).error is None
    for lead in ("lara", "leo"):
        await visit.until_seen(lead, "[Approve]")
        assert (await visit.person(lead).clicks("Approve")).error is None
    await visit.until_seen("eva", "[Cancel request]")
    assert visit.world.feldera.clears == {}
    await visit.world.advances_clock(timedelta(seconds=31))
    await visit.until_seen("eva", "✅ Cleared `prod-ledger`")
    assert visit.world.feldera.clears == {"prod-ledger": 1}
