"""A bot of one Feldera gets a second one, or loses it: what is under way under the old names is not left behind."""

import pytest
from inline_snapshot import snapshot

from bot.domain.errors import UserError
from bot.simulator.feldera import FelderaSimulator
from tests.workspace import Workspace


def gets_a_second_feldera(workspace: Workspace) -> None:
    """While the bot is down: the one that there was becomes the target `prod`."""
    second = FelderaSimulator(workspace.clock, installation=1)
    workspace.run(second.start())
    workspace.felderas = {"prod": workspace.feldera, "staging": second}


def refusal(workspace: Workspace) -> str:
    with pytest.raises(UserError) as refused:
        workspace.starts()
    return refused.value.message


def test_nothing_starts_while_something_is_under_way_under_the_old_names(workspace: Workspace) -> None:
    """With the settings from before it ends as it would have; then they can be changed."""
    ana = workspace.operator("ana")
    workspace.feldera.sticks_clearing("orders")
    ana.clears("orders")
    workspace.passes(seconds=10)
    workspace.dies()
    gets_a_second_feldera(workspace)
    assert refusal(workspace) == snapshot(
        "Something is still under way on orders, and with these settings nobody could look after it: the Felderas of the settings are prod, staging, and pipelines are called TARGET/NAME. Run the bot with the settings from before until that has ended, and change them then."
    )
    felderas, workspace.felderas = workspace.felderas, {}
    workspace.starts()
    workspace.feldera.unsticks("orders")
    workspace.passes(minutes=1)
    assert workspace.thread()[-1] == snapshot("✅ Cleared `orders` after 12 seconds. @ana")
    assert "✅ Cleared." in workspace.card()
    workspace.dies()
    workspace.felderas = felderas
    workspace.starts()
    assert "`prod/orders`" in ana.asks("/pipeline clear orders")


def test_a_request_that_waits_is_under_way_as_well(workspace: Workspace) -> None:
    """Approved later, it could not be carried out."""
    ana = workspace.requester("ana")
    ana.requests("orders")
    workspace.passes(seconds=1)
    workspace.dies()
    gets_a_second_feldera(workspace)
    assert "Something is still under way on orders" in refusal(workspace)
    felderas, workspace.felderas = workspace.felderas, {}
    workspace.starts()
    ana.clicks("Withdraw")
    ana.reads()
    workspace.card()
    workspace.thread()
    workspace.dies()
    workspace.felderas = felderas
    workspace.starts()


def test_a_target_that_is_taken_away_with_something_under_way_on_it(workspace: Workspace) -> None:
    ana = workspace.operator("ana")
    workspace.dies()
    gets_a_second_feldera(workspace)
    workspace.starts()
    workspace.felderas["staging"].adds("users")
    workspace.felderas["staging"].sticks_clearing("users")
    ana.clears("staging/users")
    workspace.passes(seconds=10)
    workspace.dies()
    both = workspace.felderas
    workspace.felderas = {}
    assert refusal(workspace) == snapshot(
        "Something is still under way on staging/users, and with these settings nobody could look after it: the settings have one Feldera, and pipelines go by their own names. Run the bot with the settings from before until that has ended, and change them then."
    )
    workspace.felderas = {"dev": both["staging"], "prod": both["prod"]}
    assert refusal(workspace) == snapshot(
        "Something is still under way on staging/users, and with these settings nobody could look after it: the Felderas of the settings are dev, prod, and pipelines are called TARGET/NAME. Run the bot with the settings from before until that has ended, and change them then."
    )
    workspace.felderas = both
    workspace.starts()
    workspace.felderas["staging"].unsticks("users")
    workspace.passes(minutes=1)
    assert "✅ Cleared." in workspace.card()
    assert workspace.thread()[-1].startswith("✅ Cleared `staging/users`")


def test_a_preview_from_before_comes_to_nothing(workspace: Workspace) -> None:
    """Its button is answered; nothing is taken on that nobody could carry out."""
    ana = workspace.operator("ana")
    ana.asks("/pipeline clear orders")
    workspace.dies()
    gets_a_second_feldera(workspace)
    workspace.starts()
    assert ana.told("Clear orders") == snapshot(
        [
            "❌ There are several Felderas here, and `orders` does not say which: type `TARGET/orders`. Did you mean `prod/orders`?"
        ]
    )
    assert workspace.cards() == []
    assert workspace.sent == []


def test_one_feldera_among_the_targets_is_one_without_a_name(workspace: Workspace) -> None:
    """Nobody reads of a target, and what was granted before goes on to hold."""
    ana = workspace.operator("ana", "orders*")
    workspace.dies()
    workspace.felderas = {"prod": workspace.feldera}
    workspace.starts()
    ana.clears("orders")
    workspace.passes(seconds=10)
    assert workspace.thread()[-1] == "✅ Cleared `orders` after 2 seconds. @ana"
    assert "✅ Cleared." in workspace.card()
