"""On Enterprise Grid a member is whoever Slack says belongs to the workspace, whatever team a payload names."""

from collections.abc import Mapping
from typing import Any

import pytest
from inline_snapshot import snapshot

from bot.domain.access.permissions import Role
from bot.domain.events import EventKind
from bot.simulator.slack import Grid, NotPossibleError
from tests.workspace import Workspace

pytestmark = pytest.mark.usefixtures("grid")

HERE, ELSEWHERE, THE_GRID = "T0ACME", "T0SALES", "E0ACME"

MEMBERS: Mapping[str, Mapping[str, Any]] = {
    "at home here": {},
    "at home in another workspace": {"team": ELSEWHERE, "workspaces": (ELSEWHERE, HERE)},
    "at home nowhere": {"team": THE_GRID, "workspaces": (HERE,)},
    "of no team in payloads": {"workspaces": (HERE,), "team_in_payloads": False},
    "acting in another workspace": {"team": ELSEWHERE, "workspaces": (HERE, ELSEWHERE), "acts_in": ELSEWHERE},
}
OTHERS: Mapping[str, Mapping[str, Any]] = {
    "of another workspace": {"team": ELSEWHERE, "workspaces": (ELSEWHERE,)},
    "of the Grid, and of no workspace": {"team": THE_GRID, "workspaces": ()},
    "of no team in payloads": {"team": ELSEWHERE, "workspaces": (ELSEWHERE,), "team_in_payloads": False},
    "gone from here, still at home": {"team": HERE, "workspaces": (ELSEWHERE,)},
    "of another company, without a Grid": {"team": "T0OTHER", "workspaces": None, "team_in_payloads": False},
}


@pytest.fixture
def grid(workspace: Workspace) -> None:
    workspace.slack.workspace.joins_grid(Grid(THE_GRID, "Acme Group"))


@pytest.mark.parametrize("who", MEMBERS)
def test_a_member_may_do_what_is_granted(workspace: Workspace, who: str) -> None:
    """Commands, clicks, modals, Home and decisions, with grants written for the workspace of the bot."""
    ana, ben = workspace.stranger("ana", **MEMBERS[who]), workspace.stranger("ben", **MEMBERS[who])
    workspace.grants(ana, Role.REQUESTER)
    workspace.grants(ben, Role.APPROVER)
    ana.requests("orders")
    assert "🙋 Waiting for approval." in ben.opens_home()
    assert ben.told("Approve") == ["👍 Approved: 1 of 1."]
    workspace.passes(minutes=1)
    assert workspace.feldera.clears["orders"] == 1
    workspace.feldera.adds("reports")
    ana.requests("reports")
    ben.opens("Deny")
    assert "Denied" in ben.submits("not again")
    assert f"`{ana.id}` of `{HERE}`: a member" in ana.types("/pipeline whoami")
    assert {entry.event.by.team for entry in workspace.entries() if entry.event.by} == {HERE}
    workspace.cards()
    workspace.threads()


def test_a_member_of_a_group(workspace: Workspace) -> None:
    """What a group of the workspace may do, its members from elsewhere on the Grid may do."""
    ana = workspace.stranger("ana", **MEMBERS["at home in another workspace"])
    workspace.grants_group(workspace.user_group("oncall", ana), Role.OPERATOR)
    assert ana.asks("/pipeline clear orders").startswith("*Clear `orders`?*")


@pytest.mark.parametrize("who", OTHERS)
def test_nobody_else_of_the_grid(workspace: Workspace, who: str) -> None:
    """They see the card in a channel that is shared, and nothing that is granted to them lets them act on it."""
    ana, eve = workspace.requester("ana"), workspace.stranger("eve")
    for trait, value in OTHERS[who].items():
        setattr(eve.profile, {"team": "team_id"}.get(trait, trait), value)
    for role in Role:
        workspace.grants(eve, role)
    ana.requests("orders")
    with pytest.raises(NotPossibleError):
        eve.types("/pipeline clear orders")
    assert eve.told("Approve") == snapshot(
        ["🚫 You may not approve a clear of `orders`: only members of this workspace may do anything here."]
    )
    assert workspace.record(EventKind.REFUSED) == snapshot(
        ["03:00 refused by eve [op]: action=approve pipeline=orders state=awaiting_approval why=not_a_member"]
    )
    workspace.passes(minutes=1)
    assert workspace.feldera.clears["orders"] == 0
    workspace.card()


def test_whoever_left_the_workspace(workspace: Workspace) -> None:
    """Still of the Grid, and of the workspace no more: an approval from before does not carry the request."""
    ana, ben = (
        workspace.requester("ana"),
        workspace.stranger("ben", team=ELSEWHERE, workspaces=(HERE, ELSEWHERE)),
    )
    workspace.grants(ben, Role.APPROVER)
    ana.requests("orders")
    workspace.run(workspace.feldera.goes_down())
    assert ben.told("Approve") == ["👍 Approved: 1 of 1."]
    ben.profile.workspaces = (ELSEWHERE,)
    workspace.run(workspace.feldera.comes_back())
    workspace.passes(minutes=1)
    assert workspace.feldera.clears["orders"] == 0
    assert "the approvals do not suffice any more" in workspace.thread()[-1]
    workspace.card()


def test_one_person_is_one_person_wherever_they_act(workspace: Workspace) -> None:
    """Whoever asked here approves nothing of their own from another workspace."""
    ana = workspace.stranger("ana", team=HERE, workspaces=(HERE, ELSEWHERE))
    workspace.grants(ana, Role.REQUESTER)
    workspace.grants(ana, Role.APPROVER)
    ana.requests("orders")
    ana.profile.team_id, ana.profile.acts_in = ELSEWHERE, ELSEWHERE
    assert ana.told("Approve") == snapshot(["🚫 You asked for it yourself: others decide."])
    workspace.passes(minutes=1)
    assert workspace.feldera.clears["orders"] == 0
    workspace.card()


@pytest.mark.parametrize("kind", ["guest", "single_channel_guest", "deactivated", "is_bot"])
def test_guests_and_bots_of_the_grid(workspace: Workspace, kind: str) -> None:
    """Belonging to the workspace does not make them members: not even an approval from before counts."""
    ana, gus = workspace.requester("ana"), workspace.stranger("gus", team=ELSEWHERE, workspaces=(HERE,))
    workspace.grants(gus, Role.APPROVER)
    ana.requests("orders")
    workspace.run(workspace.feldera.goes_down())
    assert gus.told("Approve") == ["👍 Approved: 1 of 1."]
    setattr(gus.profile, kind, True)
    workspace.run(workspace.feldera.comes_back())
    workspace.passes(minutes=1)
    assert workspace.feldera.clears["orders"] == 0
    assert "the approvals do not suffice any more" in workspace.thread()[-1]
    workspace.card()


@pytest.mark.parametrize("shape", ["command", "click", "modal", "shortcut"])
def test_an_app_that_was_installed_for_the_whole_grid_since(workspace: Workspace, shape: str) -> None:
    """What is then sent from other workspaces is answered, and nothing is done: not even for members."""
    ana, ben = workspace.requester("ana"), workspace.approver("ben")
    ana.requests("orders")
    if shape == "modal":
        ben.opens("Deny")
    workspace.slack.workspace.is_enterprise_install = True
    no = "🏢 This app is installed for a whole organization, and I serve one workspace alone: I do nothing for anybody."
    match shape:
        case "command":
            assert ben.types("/pipeline whoami").startswith(no)
        case "click":
            (answer,) = ben.told("Approve")
            assert answer.startswith(no)
        case "modal":
            assert no in ben.submits("not now")
        case _:
            assert no in ben.uses_shortcut("Clear a pipeline")
    assert ben.opens_home() == ""
    workspace.passes(minutes=1)
    assert workspace.feldera.clears["orders"] == 0
    assert "🙋 Waiting for approval." in workspace.card()
