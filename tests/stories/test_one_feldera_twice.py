"""Two targets that are one Feldera: a pipeline would have two names, two locks, and rules that are avoided by the other name."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from bot.domain.errors import UserError
from tests.workspace import Workspace

TENANT = "0198d2a4-5e0b-7c11-9c2e-2d9d1f0a7b10"


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """Two Felderas, `prod` and `staging`, each with a stopped pipeline `orders`."""
    workspace = Workspace(tmp_path, targets=("prod", "staging"))
    for feldera in workspace.felderas.values():
        feldera.adds("orders")
    yield workspace
    workspace.closes()


def test_the_bot_does_not_start(workspace: Workspace) -> None:
    """By what they answer: here both have the tenant `default`, and the ids of their pipelines tell."""
    workspace.dies()
    workspace.felderas["staging"].answers_as(workspace.feldera)
    with pytest.raises(UserError) as refused:
        workspace.starts()
    assert refused.value.message == snapshot(
        "Feldera staging is the same Feldera and tenant as prod. Take one of them out of the settings."
    )


def test_a_rule_is_not_avoided_by_the_other_name(workspace: Workspace) -> None:
    """It becomes one while the bot runs: nothing can be asked for under the later name, and that is logged."""
    ana = workspace.operator("ana")
    workspace.rules("prod/*", "approvals=1")
    workspace.felderas["staging"].answers_as(workspace.feldera)
    assert ana.asks("/pipeline clear staging/orders") == snapshot(
        "❌ I cannot look at `staging/orders` now: the bot's settings do not fit (`staging is the same Feldera and tenant as prod`). Whoever runs the bot should check `PIPELINE_BOT_TARGETS__STAGING__HOST`. Nothing has been changed."
    )
    assert "Ask for approval" in ana.asks("/pipeline clear prod/orders")
    assert sum("feldera_is_another_target" in line for line in workspace.logged) == 1


def test_what_was_asked_for_before_is_not_sent(workspace: Workspace) -> None:
    """Reviewed on the other Feldera, confirmed, and about to be sent as its address begins to answer for the first."""
    ana = workspace.operator("ana")
    workspace.rules("*", "approvals=0 stop=20s")
    ana.clears("staging/orders")
    workspace.felderas["staging"].answers_as(workspace.feldera)
    workspace.passes(minutes=2)
    ana.reads()
    assert workspace.thread()[-1] == snapshot(
        "❌ Not cleared: what answers at Feldera's address is not Feldera (`staging is the same Feldera and tenant as prod`). Whoever runs the bot should check `PIPELINE_BOT_TARGETS__STAGING__HOST`. @ana"
    )
    assert "❌ Not cleared." in workspace.card()
    for feldera in workspace.felderas.values():
        assert feldera.clears == {}
    workspace.felderas["staging"].answers_as(workspace.felderas["staging"])
    ana.clears("staging/orders")
    workspace.passes(minutes=1)
    ana.reads()
    assert workspace.threads()[-1][-1] == snapshot("✅ Cleared `staging/orders` after 2 seconds. @ana")
    workspace.cards()
