"""`doctor`, of Feldera: whether it answers, its version, and the bot's tenant, role and key."""

import pytest

from bot.diagnostics.feldera import version_result
from bot.domain.pipelines.pipeline import Problem
from bot.feldera import answers
from bot.feldera.installation import SUPPORTED_SINCE, TESTED_WITH, Installation, numbered
from bot.simulator.feldera import FelderaSimulator
from tests.cli.diagnosed import of_check, only
from tests.feldera.replies import reply
from tests.processes.world import World

pytestmark = pytest.mark.anyio


async def test_a_feldera_that_does_not_answer(world, failures):
    await world.feldera.goes_down()
    ((name, said, _),) = await failures(world)
    assert name == "feldera"
    assert said.startswith(f"At {world.feldera.url}: No connection to Feldera at ")


async def test_a_key_that_may_not_clear(tmp_path, examined, failures):
    """Feldera: keys are `read` unless one asks for more."""
    world = World(tmp_path)
    world.feldera = FelderaSimulator(world.clock, api_keys={"apikey:r": "read", "apikey:w": "write"})
    async with world.slack, world.feldera:
        said = "The bot has the role read in the tenant default, but a clear needs the role write."
        assert await failures(world, FELDERA_API_KEY="apikey:r") == [
            ("feldera role", said, "Create an API key with that role.")
        ]
        assert await failures(world, FELDERA_AUTH_TOKEN_COMMAND="echo apikey:r") == [
            ("feldera role", said, "Have the token command print tokens of an account with that role.")
        ]
        assert only(await examined(world, FELDERA_API_KEY="apikey:w"), "feldera role") == (
            "ok",
            "The bot has the role write in the tenant default, which can clear.",
            "",
        )
        assert await failures(world, FELDERA_API_KEY="apikey:x") == [
            (
                "feldera",
                (
                    f"At {world.feldera.url}: Feldera rejects the bot's credentials (401), which it also does while it "
                    "cannot reach its database."
                ),
                "Try again in 20 s; if it persists, check the credentials.",
            )
        ]


async def test_a_tenant_that_is_not_the_one_that_is_set(tmp_path, failures):
    """Feldera ignores it beside an API key: the bot would act on another tenant than the one it was meant for."""
    world = World(tmp_path)
    world.feldera = FelderaSimulator(world.clock, api_keys={"apikey:w": "write"})
    async with world.slack, world.feldera:
        assert await failures(world, FELDERA_API_KEY="apikey:w", FELDERA_TENANT="default") == []
        assert await failures(world, FELDERA_API_KEY="apikey:w", FELDERA_TENANT="team-b") == [
            (
                "feldera tenant",
                "Feldera answers for its tenant default, and team-b is set; an API key has a tenant of its own.",
                "Set FELDERA_TENANT to that tenant, or use credentials of the other one.",
            )
        ]


async def test_a_key_that_others_can_read_on_its_way(world, examined):
    found = await examined(world, FELDERA_HOST="http://feldera.invalid", FELDERA_API_KEY="apikey:k")
    assert of_check(found, "feldera address") == [
        (
            "warning",
            (
                "The key or token goes to another machine over plain HTTP: anyone on the way can read it. "
                "Use https:// where you can."
            ),
            "",
        )
    ]


async def test_two_targets_are_one_feldera(world, failures):
    assert await failures(world, PIPELINE_BOT_TARGETS__PROD__HOST=world.feldera.url) == [
        (
            "feldera targets",
            "Feldera prod is the same Feldera and tenant as default. Remove one of them from the settings.",
            "",
        )
    ]


def installed(version):
    found = answers.installation(reply(200, {"version": version, "edition": "Open source"}))
    assert not isinstance(found, Problem)
    return found


@pytest.mark.parametrize(
    ("version", "status", "said"),
    [
        ("0.96.0", "failed", "0.96 cannot clear pipelines."),
        ("0.326.9", "warning", "0.326 is older than 0.327."),
        ("0.327.0", "ok", "0.327 is supported."),
        ("0.337.4", "ok", "0.337 is supported."),
        ("0.401.0", "ok", "0.401 is supported, and newer than 0.337, with which the bot was tested."),
        ("1.0.0", "ok", "1.0 is supported, and newer than 0.337, with which the bot was tested."),
        ("main", "unknown", "The bot cannot compare it: Feldera main (Open source)."),
    ],
)
def test_the_version_beside_the_supported_range(version, status, said):
    found = version_result("feldera version", installed(version))
    assert (found.status.value, found.found) == (status, said)
    assert found.advice == ("" if status in {"ok", "unknown"} else "Upgrade Feldera to 0.327 or later.")


def test_the_range_is_one_that_is_tested():
    assert SUPPORTED_SINCE <= TESTED_WITH
    assert numbered(Installation("", TESTED_WITH).version) == "0.337"
