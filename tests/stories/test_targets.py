"""Several Felderas: each pipeline is called by its target, and what is so on one of them means nothing on another."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from bot.domain.access.permissions import Role
from bot.domain.errors import UserError
from bot.simulator.feldera import FelderaSimulator
from tests.workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """Two Felderas, `prod` and `staging`, each with a stopped pipeline `orders`."""
    workspace = Workspace(tmp_path, targets=("prod", "staging"))
    for feldera in workspace.felderas.values():
        feldera.adds("orders")
    yield workspace
    workspace.closes()


def clears_of(workspace: Workspace) -> dict[str, int]:
    return {target: feldera.clears["orders"] for target, feldera in workspace.felderas.items()}


def test_a_pipeline_is_called_by_its_target_everywhere(workspace: Workspace) -> None:
    """In the preview, on the card, in its thread and in the record; that of the same name is left alone."""
    ana = workspace.operator("ana")
    preview = ana.asks("/pipeline clear prod/orders schema change")
    assert preview.startswith("*Clear `prod/orders`?*")
    assert preview.endswith("[Clear prod/orders] [Never mind]")
    assert ana.told("Clear prod/orders") == ["⏳ Confirmed. Follow the clear of `prod/orders` in its thread."]
    workspace.passes(seconds=10)
    assert workspace.card().startswith("Clear prod/orders\n")
    assert workspace.thread()[-1] == "✅ Cleared `prod/orders` after 2 seconds. @ana"
    assert "pipeline=prod/orders reason=schema change" in workspace.record()[0]
    assert clears_of(workspace) == {"prod": 1, "staging": 0}


def test_two_of_one_name_hold_each_other_up_in_nothing(workspace: Workspace) -> None:
    ana = workspace.operator("ana")
    for target, feldera in workspace.felderas.items():
        feldera.sticks_clearing("orders")
        ana.clears(f"{target}/orders")
    workspace.passes(seconds=10)
    ana.reads()
    assert ana.asks("/pipeline clear prod/orders").startswith(
        "✋ Another request is open on `prod/orders`: @ana"
    )
    for feldera in workspace.felderas.values():
        feldera.unsticks("orders")
    workspace.passes(minutes=1)
    assert [thread[-1] for thread in workspace.threads()] == [
        "✅ Cleared `prod/orders` after 12 seconds. @ana",
        "✅ Cleared `staging/orders` after 12 seconds. @ana",
    ]
    assert clears_of(workspace) == {"prod": 1, "staging": 1}


def test_rights_rules_and_freezes_of_one_hold_for_no_other(workspace: Workspace) -> None:
    """A glob over names with targets; `orders*` is none of them."""
    ana, ben = workspace.operator("ana", "prod/*"), workspace.operator("ben")
    assert ana.types("/pipeline clear staging/orders").startswith("🚫 You may not clear `staging/orders`:")
    assert ana.asks("/pipeline list").startswith("*1 pipeline you can see*\n⏹️ `prod/orders`:")
    workspace.grants(ana, Role.OPERATOR, "*/orders")
    assert "Clear `staging/orders`?" in ana.asks("/pipeline clear staging/orders")
    workspace.rules("prod/*", "approvals=2")
    workspace.freezes("staging/*", hours=1)
    assert "Needs approval from 2 other people" in ben.asks("/pipeline clear prod/orders")
    frozen = ben.asks("/pipeline clear staging/orders")
    assert frozen.startswith("🧊 `staging/orders` is frozen until ")
    assert frozen.endswith(
        "An admin can remove the freeze with `/pipeline unfreeze staging/*`; that unfreezes every pipeline that matches it."
    )


def test_a_name_without_a_target_is_answered_with_what_could_be_meant(workspace: Workspace) -> None:
    """Never taken for one of them, were there only one; whoever may see nothing is shown no name."""
    ana, ben, eve = (
        workspace.operator("ana"),
        workspace.operator("ben", "prod/*"),
        workspace.adds_person("eve"),
    )
    workspace.felderas["prod"].adds("payments")
    asked = [
        *((person, "clear orders") for person in (ana, ben, eve)),
        *((ana, typed) for typed in ("status payments", "can-i clear paiments", "status nothing-like-it")),
    ]
    assert [person.asks(f"/pipeline {typed}") for person, typed in asked] == snapshot(
        [
            "❌ This bot serves several Felderas. Type which one you mean: `prod/orders` or `staging/orders`.",
            "❌ This bot serves several Felderas. Type which one you mean: `prod/orders`.",
            "❌ This bot serves several Felderas. Put the one that you mean in front of the name: `TARGET/orders`.",
            "❌ This bot serves several Felderas. Type which one you mean: `prod/payments`.",
            "❌ This bot serves several Felderas. Put the one that you mean in front of the name: `TARGET/paiments`. Did you mean `prod/payments`?",
            "❌ This bot serves several Felderas. Put the one that you mean in front of the name: `TARGET/nothing-like-it`.",
        ]
    )


def test_a_name_that_its_target_does_not_have(workspace: Workspace) -> None:
    """The same name elsewhere is the likeliest thing that was meant."""
    ana = workspace.operator("ana")
    workspace.felderas["staging"].adds("payments")
    typed = ("status prod/payments", "status prod/order", "history Prod/orders")
    assert [ana.asks(f"/pipeline {each}") for each in typed] == snapshot(
        [
            "❌ Feldera has no pipeline `prod/payments` (names are case-sensitive). Did you mean `staging/payments`?",
            "❌ Feldera has no pipeline `prod/order` (names are case-sensitive). Did you mean `prod/orders`?",
            "❌ There is no Feldera called `Prod` here, and so no `Prod/orders`. Did you mean `prod/orders` or `staging/orders`?",
        ]
    )


def test_help_tells_how_pipelines_are_called(workspace: Workspace) -> None:
    ana = workspace.adds_person("ana")
    called = "This bot serves several Felderas: write a pipeline as `TARGET/PIPELINE`, such as `prod/orders`. Targets: `prod`, `staging`."
    assert ana.types("/pipeline help").split("\n")[-2] == called
    assert ana.types("/pipeline help status").split("\n")[-1] == called
    assert "TARGET" not in ana.types("/pipeline help whoami")


def test_a_pattern_that_matches_on_no_target_is_refused(workspace: Workspace) -> None:
    """Better at once than a rule that silently never holds. What stands already can be taken away all the same."""
    cleo = workspace.admin("cleo")
    typed = ("rule orders* approvals=2", "freeze dev/* for 1h move", "list orders")
    assert [cleo.types(f"/pipeline {each}") for each in typed] == snapshot(
        [
            "🤔 'orders*' matches no pipeline: names begin with a target, as in prod/orders*, or */orders* for every target. The targets are prod, staging.",
            "🤔 'dev/*' matches no pipeline: there is no target dev. The targets are prod, staging.",
            "🤔 'orders' matches no pipeline: names begin with a target, as in prod/orders, or */orders for every target. The targets are prod, staging.",
        ]
    )
    assert cleo.types("/pipeline rule orders* off").startswith("Nothing to change: there is no rule")
    assert cleo.types("/pipeline rule prod/orders* approvals=2").startswith("✅ New rule on `prod/orders*`")


def test_the_longest_names_fit_wherever_they_are_shown(tmp_path: Path) -> None:
    """Asked for, approved, and read in the record, by buttons and dialogs: Slack takes all of it."""
    name = f"{'t' * 30}/{'n' * 100}"
    workspace = Workspace(tmp_path, targets=("t" * 30, "b"))
    workspace.feldera.adds("n" * 100)
    ana, ben = workspace.requester("ana"), workspace.approver("ben")
    ana.requests(name)
    ben.clicks("Approve")
    workspace.passes(seconds=10)
    assert workspace.thread()[-1] == f"✅ Cleared `{name}` after 2 seconds. @ana (approved by @ben)"
    assert f"Clear {name}" in workspace.card()
    eve = workspace.adds_person("eve")
    for _ in range(10):
        eve.types(f"/pipeline clear {name}")
    assert "[Older]" in ana.types(f"/pipeline history {name}")
    (older,) = ana.told("Older")
    assert f"✅ Cleared: clear of `{name}`, requested by @ana" in older
    assert "@ana looked at the preview" in ana.told("Details")[0]
    assert f"*Clear {name}*" in ana.opens_home()
    assert f"`{name}`" in ana.asks("/pipeline list")
    ana.reads()
    ben.reads()
    workspace.closes()


@pytest.fixture
def single(tmp_path: Path) -> Iterator[Workspace]:
    """One Feldera without a target, with `orders`."""
    workspace = Workspace(tmp_path)
    workspace.feldera.adds("orders")
    yield workspace
    workspace.closes()


def restarts_with(workspace: Workspace, felderas: dict[str, FelderaSimulator]) -> str:
    """The settings are changed while the bot is down; returns why it does not start."""
    if workspace._bot is not None:
        workspace.dies()
    workspace.felderas = felderas
    try:
        workspace.starts()
    except UserError as refused:
        return refused.message
    return ""


def with_a_second(workspace: Workspace) -> dict[str, FelderaSimulator]:
    """The one that there was becomes the target `prod`."""
    second = FelderaSimulator(workspace.clock, installation=1)
    workspace.run(second.start())
    return {"prod": workspace.feldera, "staging": second}


@pytest.mark.parametrize("what", ["clear", "request"])
def test_nothing_starts_while_something_is_under_way_under_the_old_names(
    single: Workspace, what: str
) -> None:
    """With the settings from before it ends as it would have; then they can be changed."""
    ana = single.operator("ana") if what == "clear" else single.requester("ana")
    single.feldera.sticks_clearing("orders")
    ana.clears("orders") if what == "clear" else ana.requests("orders")
    single.passes(seconds=10)
    both = with_a_second(single)
    assert restarts_with(single, both) == snapshot(
        "Requests are under way on orders, which these settings do not reach: the Felderas in the settings are prod, staging, and pipelines are named TARGET/NAME. Run the bot with the previous settings until those requests have ended; then change the settings."
    )
    assert restarts_with(single, {}) == ""
    if what == "request":
        ana.told("Withdraw")
    single.feldera.unsticks("orders")
    single.passes(minutes=1)
    single.thread()
    assert restarts_with(single, both) == ""
    assert "`prod/orders`" in ana.asks("/pipeline clear orders")


def test_a_target_that_is_taken_away_with_something_under_way_on_it(workspace: Workspace) -> None:
    ana, both = workspace.operator("ana"), workspace.felderas
    both["staging"].sticks_clearing("orders")
    ana.clears("staging/orders")
    workspace.passes(seconds=10)
    assert "the settings have one Feldera, and pipeline names have no target." in restarts_with(workspace, {})
    renamed = {"dev": both["staging"], "prod": both["prod"]}
    assert restarts_with(workspace, renamed).startswith("Requests are under way on staging/orders")
    assert restarts_with(workspace, both) == ""
    both["staging"].unsticks("orders")
    workspace.passes(minutes=1)
    assert workspace.thread()[-1].startswith("✅ Cleared `staging/orders`")


def test_a_preview_from_before_comes_to_nothing(single: Workspace) -> None:
    """Its button is answered; nothing is taken on that nobody could carry out."""
    ana = single.operator("ana")
    ana.asks("/pipeline clear orders")
    assert restarts_with(single, with_a_second(single)) == ""
    assert ana.told("Clear orders")[0].startswith("❌ This bot serves several Felderas.")
    assert single.cards() == []
    assert single.sent == []


def test_one_feldera_among_the_targets_is_one_without_a_name(single: Workspace) -> None:
    """Nobody reads of a target, and what was granted before goes on to hold."""
    ana = single.operator("ana", "orders*")
    assert restarts_with(single, {"prod": single.feldera}) == ""
    ana.clears("orders")
    single.passes(seconds=10)
    assert single.thread()[-1] == "✅ Cleared `orders` after 2 seconds. @ana"
