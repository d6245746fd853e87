"""On Enterprise Grid a member is whoever Slack says belongs to the workspace, whatever team a payload names."""

import pytest

from bot.domain.access.permissions import Role
from bot.domain.events import EventKind
from bot.simulator.slack import Grid, NotPossibleError
from tests.stories.decided import approved

pytestmark = pytest.mark.usefixtures("grid")

HERE, ELSEWHERE, THE_GRID = "T0ACME", "T0SALES", "E0ACME"
OF_BOTH = {"team": ELSEWHERE, "workspaces": (HERE, ELSEWHERE)}

MEMBERS = {
    "at home here": {},
    "at home in another workspace": OF_BOTH,
    "at home nowhere": {"team": THE_GRID, "workspaces": (HERE,)},
    "of no team in payloads": {"workspaces": (HERE,), "team_in_payloads": False},
    "acting in another workspace": OF_BOTH | {"acts_in": ELSEWHERE},
}
OTHERS = {
    "of another workspace": {"team_id": ELSEWHERE, "workspaces": (ELSEWHERE,)},
    "of the Grid, and of no workspace": {"team_id": THE_GRID, "workspaces": ()},
    "of no team in payloads": {"team_id": ELSEWHERE, "workspaces": (ELSEWHERE,), "team_in_payloads": False},
    "gone from here, still at home": {"team_id": HERE, "workspaces": (ELSEWHERE,)},
    "of another company, without a Grid": {
        "team_id": "T0OTHER",
        "workspaces": None,
        "team_in_payloads": False,
    },
}


@pytest.fixture
def grid(workspace):
    workspace.slack.workspace.joins_grid(Grid(THE_GRID, "Acme Group"))


@pytest.mark.parametrize("who", MEMBERS)
def test_a_member_may_do_what_is_granted(workspace, who):
    """Commands, clicks, modals, Home and decisions, with grants to a person or a group of the bot's workspace."""
    ana, ben = workspace.adds_person("ana", **MEMBERS[who]), workspace.adds_person("ben", **MEMBERS[who])
    workspace.grants_group(workspace.user_group("team", ana), Role.REQUESTER)
    workspace.grants(ben, Role.APPROVER)
    ana.requests("orders")
    assert "🙋 Waiting for approval, requested" in ben.opens_home()
    assert ben.told("Approve") == [approved()]
    workspace.passes(minutes=1)
    assert workspace.feldera.clears["orders"] == 1
    workspace.feldera.adds("reports")
    ana.requests("reports")
    ben.opens("Deny…")
    assert "You denied" in ben.submits("not again")
    assert f"`{ana.id}` of the workspace `{HERE}`): a member" in ana.types("/pipeline whoami")
    assert {entry.event.by.team for entry in workspace.entries() if entry.event.by} == {HERE}
    workspace.cards()
    workspace.threads()


@pytest.mark.parametrize("who", OTHERS)
def test_nobody_else_of_the_grid(workspace, ana, who):
    """They see the card in a channel that is shared, and nothing that is granted to them lets them act on it."""
    eve = workspace.adds_person("eve")
    for trait, value in OTHERS[who].items():
        setattr(eve.profile, trait, value)
    for role in Role:
        workspace.grants(eve, role)
    ana.requests("orders")
    with pytest.raises(NotPossibleError):
        eve.types("/pipeline clear orders")
    assert eve.told("Approve") == [
        "🚫 You may not approve a clear of `orders`: you are not a full member of this Slack workspace, and only full members can use this bot."
    ]
    assert workspace.record(EventKind.REFUSED) == [
        "03:00 refused by eve [op]: action=approve pipeline=orders state=awaiting_approval why=not_a_member"
    ]
    workspace.passes(minutes=1)
    assert workspace.sent == []
    workspace.card()


@pytest.mark.parametrize(
    ("trait", "value"),
    [
        ("guest", True),
        ("single_channel_guest", True),
        ("deactivated", True),
        ("is_bot", True),
        ("workspaces", (ELSEWHERE,)),
    ],
)
def test_whoever_is_no_member_any_more(workspace, ana, trait, value):
    """Of the Grid, and even of the workspace: not even an approval from before counts."""
    gus = workspace.adds_person("gus", **OF_BOTH)
    workspace.grants(gus, Role.APPROVER)
    ana.requests("orders")
    workspace.feldera_goes_down()
    assert gus.told("Approve") == [approved()]
    setattr(gus.profile, trait, value)
    workspace.feldera_comes_back()
    workspace.passes(minutes=1)
    assert workspace.sent == []
    assert "there are no longer enough approvals" in workspace.thread()[-1]
    workspace.card()


def test_one_person_is_one_person_wherever_they_act(workspace, ana):
    """Whoever asked here approves nothing of their own from another workspace."""
    ana.profile.workspaces = (HERE, ELSEWHERE)
    workspace.grants(ana, Role.APPROVER)
    ana.requests("orders")
    ana.profile.team_id, ana.profile.acts_in = ELSEWHERE, ELSEWHERE
    assert ana.told("Approve") == [
        "🚫 You requested the clear of `orders` yourself, so somebody else must approve or deny it."
    ]
    workspace.passes(minutes=1)
    assert workspace.sent == []
    workspace.card()


def test_an_app_that_was_installed_for_the_whole_grid_since(workspace, ana, ben, cem):
    """What is then sent from other workspaces is answered, and nothing is done: not even for members."""
    ana.requests("orders")
    cem.opens("Deny…")
    workspace.slack.workspace.is_enterprise_install = True
    no = "🏢 This app is installed for a whole organization, and I serve one workspace alone: I do nothing for anybody."
    (clicked,) = ben.told("Approve")
    answers = [ben.types("/pipeline whoami"), clicked, cem.submits("not now")]
    answers.append(ben.uses_shortcut("Clear a pipeline"))
    assert [no in answer for answer in answers] == [True, True, True, True]
    assert ben.opens_home() == ""
    workspace.passes(minutes=1)
    assert workspace.sent == []
    assert "🙋 Waiting for approval, requested" in workspace.card()
