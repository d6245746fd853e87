"""Several Felderas: each pipeline is called by its target, and what is so on one of them means nothing on another."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from bot.domain.access.permissions import Role
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
    ana.types("/pipeline clear prod/orders schema change")
    assert ana.reads() == snapshot(
        [
            """\
*Clear `prod/orders`?* Nothing happens unless you press the button. Only you see this.
*Deployment*
⏹️ Stopped since Mar 2, 2026 at 3:00:00 AM
*Storage*
💾 in use, 3 checkpoints, 7.0 MiB
*A clear would destroy*
the storage, with 3 checkpoints (7.0 MiB)
Reason: schema change
⚠️ Clearing dissociates the pipeline's storage, which can delete it: its checkpoints and state are gone for good, and the next start begins from nothing. It *cannot be cancelled*.
[Clear prod/orders] [Never mind]\
"""
        ]
    )
    ana.clicks("Clear prod/orders")
    assert ana.reads() == snapshot(["⏳ Confirmed. Follow `prod/orders` in its thread."])
    workspace.passes(seconds=10)
    assert workspace.card() == snapshot("""\
Clear prod/orders
*State*
✅ Cleared.
*Requested by*
@ana
*Destroys*
the storage, with 3 checkpoints (7.0 MiB)
Reason: schema change
✓ Confirmed by @ana · Mar 2, 2026 at 3:00:00 AM
✓ Request sent · Mar 2, 2026 at 3:00:00 AM
✓ Feldera reports the storage as cleared · Mar 2, 2026 at 3:00:02 AM
✅ Cleared `prod/orders` after 2 seconds.
Id `ID1`\
""")
    assert workspace.thread() == snapshot(
        [
            "📤 Sent the request to Feldera, Mar 2, 2026 at 3:00:00 AM.",
            "⏳ Feldera accepted it, Mar 2, 2026 at 3:00:00 AM: the storage is being cleared. From here it cannot be cancelled.",
            "✅ Cleared `prod/orders` after 2 seconds. @ana",
        ]
    )
    assert workspace.record() == snapshot(
        [
            "03:00 proposed by ana [op]: pipeline=prod/orders reason=schema change reviewed=…",
            "03:00 confirmed by ana [op]: grant=1",
            "03:00 sent [op]: grant=1",
            "03:00 accepted [op]",
            "03:00 ended [op]: ending=cleared",
        ]
    )
    assert clears_of(workspace) == {"prod": 1, "staging": 0}


def test_two_of_one_name_hold_each_other_up_in_nothing(workspace: Workspace) -> None:
    """Each has a lock of its own."""
    ana = workspace.operator("ana")
    for feldera in workspace.felderas.values():
        feldera.sticks_clearing("orders")
    ana.clears("prod/orders")
    ana.clears("staging/orders")
    workspace.passes(seconds=10)
    ana.reads()
    assert ana.asks("/pipeline clear prod/orders") == snapshot(
        "✋ Another operation holds `prod/orders`: @ana asked for a clear Mar 2, 2026 at 3:00:00 AM. Follow it in its thread."
    )
    for feldera in workspace.felderas.values():
        feldera.unsticks("orders")
    workspace.passes(minutes=1)
    assert [thread[-1] for thread in workspace.threads()] == snapshot(
        [
            "✅ Cleared `prod/orders` after 12 seconds. @ana",
            "✅ Cleared `staging/orders` after 12 seconds. @ana",
        ]
    )
    assert all("✅ Cleared." in card for card in workspace.cards())
    assert clears_of(workspace) == {"prod": 1, "staging": 1}


def test_a_right_on_one_is_none_on_another(workspace: Workspace) -> None:
    """A glob over names with targets; `orders*` is none of them."""
    ana = workspace.operator("ana", "prod/*")
    assert ana.types("/pipeline clear staging/orders") == snapshot(
        "🚫 You may not clear `staging/orders`: that takes the role *requester*, *operator* or *responder* on it. An admin of this bot can grant it. You are `U02ANA`."
    )
    assert ana.asks("/pipeline list") == snapshot("""\
*Pipelines*: 1 that you may see.
⏹️ `prod/orders`: Stopped since Mar 2, 2026 at 3:00:00 AM · 💾 in use, 3 checkpoints, 7.0 MiB\
""")
    workspace.grants(ana, Role.OPERATOR, "*/orders")
    assert "Clear `staging/orders`?" in ana.asks("/pipeline clear staging/orders")


def test_rules_and_freezes_of_one_hold_for_no_other(workspace: Workspace) -> None:
    ana = workspace.operator("ana")
    workspace.rules("prod/*", "approvals=2")
    workspace.freezes("staging/*", hours=1)
    assert "It takes 2 approvals" in ana.asks("/pipeline clear prod/orders")
    assert ana.asks("/pipeline clear staging/orders") == snapshot(
        "Nothing new starts on `staging/orders`, not by breaking the glass either: 🧊 until Mar 2, 2026 at 4:00:00 AM: `release day` (by `shell:owner`). An admin can lift it: `/pipeline unfreeze staging/*`."
    )


def test_a_name_without_a_target_is_answered_with_what_could_be_meant(workspace: Workspace) -> None:
    """Never taken for one of them, were there only one."""
    ana, ben = workspace.operator("ana"), workspace.operator("ben", "prod/*")
    workspace.felderas["prod"].adds("payments")
    assert ana.types("/pipeline clear orders") == snapshot(
        "🔎 Looking at `orders`… If nothing more comes within a few minutes, type it again: nothing has been changed."
    )
    assert ana.reads() == snapshot(
        [
            "❌ There are several Felderas here, and `orders` does not say which: type `TARGET/orders`. Did you mean `prod/orders` or `staging/orders`?"
        ]
    )
    assert ben.asks("/pipeline clear orders") == snapshot(
        "❌ There are several Felderas here, and `orders` does not say which: type `TARGET/orders`. Did you mean `prod/orders`?"
    )
    assert ana.asks("/pipeline status payments") == snapshot(
        "❌ There are several Felderas here, and `payments` does not say which: type `TARGET/payments`. Did you mean `prod/payments`?"
    )
    assert ana.asks("/pipeline can-i clear paiments") == snapshot(
        "❌ There are several Felderas here, and `paiments` does not say which: type `TARGET/paiments`. Did you mean `prod/payments`?"
    )
    assert ana.asks("/pipeline history Prod/orders") == snapshot(
        "❌ There is no Feldera called `Prod` here, and so no `Prod/orders`. Did you mean `prod/orders` or `staging/orders`?"
    )
    assert ana.asks("/pipeline status nothing-like-it") == snapshot(
        "❌ There are several Felderas here, and `nothing-like-it` does not say which: type `TARGET/nothing-like-it`."
    )


def test_help_tells_how_pipelines_are_called(workspace: Workspace) -> None:
    """Where it matters."""
    ana = workspace.stranger("ana")
    assert ana.types("/pipeline help").split("\n")[-2:] == snapshot(
        [
            "More about one: `/pipeline help clear`.",
            "There are several Felderas here, and a NAME is `TARGET/NAME`, such as `prod/orders`. The targets are `prod` and `staging`.",
        ]
    )
    assert ana.types("/pipeline help status") == snapshot("""\
`/pipeline status NAME`
Show a pipeline's state, its last events and operations, to you alone.
Only you see the answer. Any role on the pipeline will do, but admin.
For example: `/pipeline status orders`
There are several Felderas here, and a NAME is `TARGET/NAME`, such as `prod/orders`. The targets are `prod` and `staging`.\
""")
    assert "TARGET" not in ana.types("/pipeline help whoami")


def test_whoever_may_see_nothing_is_shown_no_name(workspace: Workspace) -> None:
    eve = workspace.stranger("eve")
    assert eve.asks("/pipeline clear orders") == snapshot(
        "❌ There are several Felderas here, and `orders` does not say which: type `TARGET/orders`."
    )


def test_a_name_that_one_target_does_not_have(workspace: Workspace) -> None:
    """The same name elsewhere is the likeliest thing that was meant."""
    ana = workspace.operator("ana")
    workspace.felderas["staging"].adds("payments")
    assert ana.asks("/pipeline status prod/payments") == snapshot(
        "❌ Feldera has no pipeline `prod/payments` (upper and lower case count). Did you mean `staging/payments`?"
    )
    assert ana.asks("/pipeline status prod/order") == snapshot(
        "❌ Feldera has no pipeline `prod/order` (upper and lower case count). Did you mean `prod/orders`?"
    )


def test_a_pattern_that_matches_on_no_target_is_refused(workspace: Workspace) -> None:
    """Better at once than a rule that silently never holds. What stands already can be taken away all the same."""
    cleo = workspace.admin("cleo")
    assert cleo.types("/pipeline rule orders* approvals=2") == snapshot(
        "🤔 'orders*' matches no pipeline: their names begin with a target here, as in prod/orders*, or */orders* for every target. The targets are prod, staging."
    )
    assert cleo.types("/pipeline freeze dev/* for 1h move") == snapshot(
        "🤔 'dev/*' matches no pipeline: no target is called dev. The targets are prod, staging."
    )
    assert cleo.types("/pipeline rule orders* off") == snapshot(
        "Nothing to change: there is no rule on `orders*`. `/pipeline rules` lists them, written as they were given."
    )
    assert cleo.types("/pipeline rule prod/orders* approvals=2") == snapshot(
        "✅ Rule on `prod/orders*`: approvals=2."
    )
    assert cleo.types("/pipeline list orders") == snapshot(
        "🤔 'orders' matches no pipeline: their names begin with a target here, as in prod/orders, or */orders for every target. The targets are prod, staging."
    )


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
    eve = workspace.stranger("eve")
    for _ in range(8):
        eve.types(f"/pipeline clear {name}")
    assert "[Older]" in ana.types(f"/pipeline history {name}")
    (older,) = ana.told("Older")
    assert f"`{name}`: previewed by @ana" in older
    assert f"`{name}`" in ana.opens_home()
    assert f"`{name}`" in ana.asks("/pipeline list")
    ana.reads()
    ben.reads()
    workspace.closes()
