"""Several Felderas: one that is silent hides nothing of the others, and one with two names is none of them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from bot.domain.errors import UserError
from tests.workspace import Teammate, Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """Two Felderas, `prod` and `staging`, each with twenty stopped pipelines, `p-00` to `p-19`."""
    workspace = Workspace(tmp_path, targets=("prod", "staging"))
    for feldera in workspace.felderas.values():
        feldera.adds_many(f"p-{number:02}" for number in range(20))
    yield workspace
    workspace.closes()


def test_pages_over_targets(workspace: Workspace) -> None:
    """A pattern names the target; its pages are turned as any."""
    oli = workspace.viewer("oli")
    assert oli.asks("/pipeline list").startswith("*Pipelines you can see*: 1 to 12 of 40\n")
    oli.asks("/pipeline list staging/*")
    (page,) = oli.told("Next")
    title, row, *_ = page.split("\n")
    assert title == "*Pipelines you can see* matching `staging/*`: 13 to 20 of 20"
    assert row.startswith("⏹️ `staging/p-12`: Stopped ")


def test_one_that_does_not_answer_hides_nothing_of_the_other(workspace: Workspace) -> None:
    """Whoever may see something there hears that it is missing; nobody else hears of that Feldera."""
    oli, ben = workspace.viewer("oli"), workspace.viewer("ben", pattern="prod/p-00")
    workspace.run(workspace.felderas["staging"].goes_down())
    shown = oli.asks("/pipeline list").split("\n")
    assert [shown[0], *shown[-2:]] == snapshot(
        [
            "*Pipelines you can see*: 1 to 12 of 20",
            "The Feldera `staging` does not answer (`No connection to Feldera at staging.example.`), so its pipelines are not listed. Try again in a minute.",
            "[Next]",
        ]
    )
    title, row, _ = ben.asks("/pipeline list").split("\n")
    assert title == "*1 pipeline you can see*"
    assert row.startswith("⏹️ `prod/p-00`")


def test_the_bot_does_not_start_with_one_feldera_twice(workspace: Workspace) -> None:
    """By what they answer: here both have the tenant `default`, and the ids of their pipelines tell."""
    workspace.dies()
    workspace.felderas["staging"].answers_as(workspace.feldera)
    with pytest.raises(UserError) as refused:
        workspace.starts()
    assert refused.value.message == snapshot(
        "Feldera staging is the same Feldera and tenant as prod. Remove one of them from the settings."
    )


def test_a_rule_is_not_avoided_by_the_other_name(workspace: Workspace, oli: Teammate) -> None:
    """It becomes one while the bot runs: nothing can be asked for under the later name, and that is logged."""
    workspace.rules("prod/*", "approvals=1")
    workspace.felderas["staging"].answers_as(workspace.feldera)
    assert oli.asks("/pipeline clear staging/p-00") == snapshot(
        "❌ I cannot look at `staging/p-00` now: the bot's settings do not fit (`staging is the same Feldera and tenant as prod`). The person who runs the bot should check `PIPELINE_BOT_TARGETS__STAGING__HOST`. Nothing was sent to Feldera."
    )
    assert "Ask for approval" in oli.asks("/pipeline clear prod/p-00")
    assert sum("feldera_is_another_target" in line for line in workspace.logged) == 1


def test_the_one_that_was_there_first_keeps_its_name(tmp_path: Path) -> None:
    """Whichever comes first in the settings: `dev` begins to answer for `prod`, whose rules must not be avoided by that name."""
    workspace = Workspace(tmp_path, targets=("prod", "dev"))
    for feldera in workspace.felderas.values():
        feldera.adds("orders")
    oli = workspace.operator("oli")
    workspace.rules("prod/*", "approvals=1")
    workspace.felderas["dev"].answers_as(workspace.felderas["prod"])
    assert oli.asks("/pipeline clear dev/orders") == snapshot(
        "❌ I cannot look at `dev/orders` now: the bot's settings do not fit (`dev is the same Feldera and tenant as prod`). The person who runs the bot should check `PIPELINE_BOT_TARGETS__DEV__HOST`. Nothing was sent to Feldera."
    )
    assert "Ask for approval" in oli.asks("/pipeline clear prod/orders")
    workspace.felderas["dev"].answers_as(workspace.felderas["dev"])
    assert "Clear dev/orders" in oli.asks("/pipeline clear dev/orders")
    workspace.closes()


def test_what_was_asked_for_before_is_not_sent(workspace: Workspace, oli: Teammate) -> None:
    """Reviewed on the other Feldera, confirmed, and about to be sent as its address begins to answer for the first."""
    workspace.rules("*", "approvals=0 cancel-window=20s")
    oli.clears("staging/p-00")
    workspace.felderas["staging"].answers_as(workspace.feldera)
    workspace.passes(minutes=2)
    oli.reads()
    assert workspace.thread()[-1] == snapshot(
        "❌ `staging/p-00` was not cleared: what answers at Feldera's address is not Feldera (`staging is the same Feldera and tenant as prod`). The person who runs the bot should check `PIPELINE_BOT_TARGETS__STAGING__HOST`. @oli"
    )
    assert "\n❌ Not cleared: " in workspace.card()
    assert [feldera.clears for feldera in workspace.felderas.values()] == [{}, {}]
    workspace.felderas["staging"].answers_as(workspace.felderas["staging"])
    oli.clears("staging/p-00")
    workspace.passes(minutes=1)
    oli.reads()
    assert workspace.threads()[-1][-1] == "✅ Cleared `staging/p-00` after 2 seconds. @oli"
    workspace.cards()
