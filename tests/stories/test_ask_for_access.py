"""A refusal names the admins who can help, and its button writes to them what was tried: rarely, and on the record."""

import pytest
from inline_snapshot import snapshot

from bot.domain.access.permissions import Role
from bot.domain.events import EventKind
from tests.workspace import Teammate, Workspace

CLEAR = "/pipeline clear orders"
TRIED = (
    "🔑 @eve tried to clear `orders`, and needs the role *requester*, *operator* or *responder* on `orders`. "
    "To allow it, type `/pipeline grant U03EVE requester orders`."
)
ASKED = "📨 Asked @ada to let you request a clear of `orders`. They can grant you the role *requester* on `orders`."
NOBODY = "No admin in Slack can grant it: ask the person who runs the bot to run this on the bot's server:"


@pytest.fixture
def ada(workspace: Workspace) -> Teammate:
    return workspace.admin("ada", "ord*")


@pytest.fixture
def eve(workspace: Workspace) -> Teammate:
    """Somebody without any grant."""
    return workspace.adds_person("eve")


def sentence_on_admins(said: str) -> str:
    """What a refusal says of who can help."""
    return said.split("` role", 1)[-1].split("on `orders`. ", 1)[1]


@pytest.mark.usefixtures("ada")
def test_a_refusal_names_the_admins_of_the_pipeline(workspace, eve):
    """Three at most, the nearest first, and never the person who asks."""
    assert sentence_on_admins(eve.types(CLEAR)) == "This admin can grant it: @ada.\n[Ask for access]"
    bob, cat = workspace.admin("bob"), workspace.admin("cat")
    workspace.admin("dan"), workspace.admin("pam", "payments")
    assert (
        sentence_on_admins(eve.types(CLEAR))
        == "These admins can grant it: @ada, @bob, @cat.\n[Ask for access]"
    )
    assert (
        sentence_on_admins(cat.types(CLEAR))
        == "These admins can grant it: @ada, @bob, @dan.\n[Ask for access]"
    )
    assert sentence_on_admins(bob.types("/pipeline can-i clear orders")).startswith(
        "These admins can grant it: @ada, @cat, @dan.\n"
    )
    for person in (eve, bob, cat):
        person.reads()


def test_an_admin_who_could_not_help_is_not_named(workspace, ada, eve):
    """A guest, somebody deactivated, a bot, somebody of another company, one whose grant has expired."""
    workspace.revokes(ada)
    for name, traits in {
        "gil": {"guest": True},
        "ext": {"team": "T0OTHER"},
        "app": {"is_bot": True},
        "old": {},
        "was": {},
    }.items():
        person = workspace.adds_person(name, **traits)
        workspace.grants(person, Role.ADMIN, **({"hours": 1} if name == "was" else {}))
        if name == "old":
            person.person.is_deactivated()
    workspace.passes(hours=2)
    assert sentence_on_admins(eve.types(CLEAR)) == (f"{NOBODY} `pipeline-bot grant U03EVE requester orders`.")


def test_admins_of_a_group_are_named(workspace, ada, eve):
    """As far as they can be read: otherwise the refusal says that it could not look."""
    workspace.revokes(ada)
    bob, gus = workspace.adds_person("bob"), workspace.adds_person("gus", guest=True)
    workspace.grants_group(workspace.user_group("leads", gus, bob, eve), Role.ADMIN)
    assert sentence_on_admins(eve.types(CLEAR)) == "This admin can grant it: @bob.\n[Ask for access]"
    workspace.passes(minutes=2)
    workspace.slack.refuses("usergroups.users.list", "missing_scope")
    said = sentence_on_admins(eve.types("/pipeline can-i clear orders"))
    assert said == snapshot("""\
I cannot check right now which admins can grant it (`the Slack app lacks a scope`). Try again in a minute, or ask the person who runs the bot to run this on the bot's server: `pipeline-bot grant U03EVE requester orders`.\
""")


@pytest.mark.usefixtures("ada")
def test_slack_says_nothing_of_the_admins(workspace, eve):
    """The refusal does not wait for one after the other, and says what could not be checked."""
    for number in range(6):
        workspace.admin(f"adm{number}")
    eve.types("/pipeline whoami")
    before = len(workspace.slack.calls)
    workspace.slack.refuses("users.info", "fatal_error", lambda said: said["user"] != eve.id)
    assert sentence_on_admins(eve.types(CLEAR)) == (
        "I cannot check right now which admins can grant it (`Slack is in trouble`). Try again in a minute, or "
        "ask the person who runs the bot to run this on the bot's server: `pipeline-bot grant U03EVE requester orders`."
    )
    assert len(workspace.slack.calls) == before + 3


def test_the_button_writes_to_the_admins(workspace, ada, eve):
    """What was tried, and the command that allows it; it works as it is written."""
    eve.types(CLEAR)
    assert eve.told("Ask for access") == [ASKED]
    assert ada.dms() == [TRIED]
    assert workspace.record(EventKind.ACCESS_REQUESTED) == snapshot(
        ['03:00 access_requested by eve: asked=["U02ADA"] pipeline=orders role=requester']
    )
    assert ada.types("/pipeline grant U03EVE requester orders").startswith("✅ @eve is *requester*")
    assert eve.asks(CLEAR).endswith("[Ask for approval] [Never mind]")


def test_somebody_who_has_the_permission_by_now_is_told_so(workspace, ada, eve):
    eve.types(CLEAR)
    button = eve.finds("Ask for access")
    workspace.grants(eve, Role.OPERATOR, "orders")
    eve.presses(button)
    assert eve.reads() == [
        "✅ You already have the role for this, so I asked nobody. Type `/pipeline clear orders reason…`."
    ]
    assert ada.dms() == []


def test_the_request_of_somebody_who_may_not_see_it(workspace, ada, eve):
    """For a button on a card, the role that it takes."""
    workspace.requester("ben").requests("orders")
    (said,) = eve.told("Approve")
    assert sentence_on_admins(said) == "This admin can grant it: @ada.\n[Ask for access]"
    eve.clicks("Ask for access")
    eve.reads()
    assert ada.dms() == snapshot(
        [
            "🔑 @eve tried to approve a clear of `orders`, and needs the role *approver* on `orders`. To allow it, type `/pipeline grant U03EVE approver orders`."
        ]
    )
    workspace.grants(eve, Role.APPROVER)
    assert eve.told("Ask for access") == snapshot(
        [
            "✅ You already have the role for this, so I asked nobody. Type the command again, or press the button that was refused before."
        ]
    )
    workspace.card()


def test_a_list_of_nothing(ada, eve):
    """Admins of all that it lists are named, if there are any."""
    assert eve.types("/pipeline list ord*") == snapshot("""\
🚫 There is no pipeline that you are allowed to see: you need one of the roles *viewer*, *requester*, *operator*, *approver* or *responder* on at least one pipeline. This admin can grant it: @ada.
[Ask for access]\
""")
    eve.clicks("Ask for access")
    assert eve.reads() == snapshot(
        ["📨 Asked @ada to let you see `ord*`. They can grant you the role *viewer* on `ord*`."]
    )
    assert ada.dms() == snapshot(
        [
            "🔑 @eve tried to see `ord*`, and needs the role *viewer*, *requester*, *operator*, *approver* or *responder* on `ord*`. To allow it, type `/pipeline grant U03EVE viewer ord*`."
        ]
    )


def test_a_list_of_everything_without_an_admin_of_everything(ada, eve):
    """Those are asked who can grant it on some pipelines; on which, they choose."""
    assert eve.types("/pipeline list") == snapshot("""\
🚫 There is no pipeline that you are allowed to see: you need one of the roles *viewer*, *requester*, *operator*, *approver* or *responder* on at least one pipeline. @ada can grant it on some pipelines.
[Ask for access]\
""")
    eve.clicks("Ask for access")
    assert eve.reads() == snapshot(
        [
            "📨 Asked @ada to let you see pipelines. They can grant you the role *viewer* on the pipelines that they are admins of."
        ]
    )
    assert ada.dms() == snapshot(
        [
            "🔑 @eve tried to see pipelines, and needs the role *viewer*, *requester*, *operator*, *approver* or *responder* on some pipelines. To allow it, type `/pipeline grant U03EVE viewer PATTERN`, with pipelines that you are an admin of as `PATTERN`."
        ]
    )


def test_access_to_some_pipelines_is_enough_for_a_list(workspace, ada, eve):
    """An admin of some pipelines gave it: the old button says so, and nobody is asked again."""
    eve.types("/pipeline list")
    workspace.grants(eve, Role.VIEWER, "ord*")
    assert eve.told("Ask for access") == snapshot(
        [
            "✅ You already have the role for this, so I asked nobody. Type the command again, or press the button that was refused before."
        ]
    )
    assert ada.dms() == []


def test_a_refusal_in_a_modal(workspace, ada, ana, ben):
    """From Home, where there is no message: the modal turns into the answer."""
    ana.requests("orders")
    ben.opens_home()
    workspace.revokes(ben)
    assert "[Ask for access]" in ben.opens_from_home("Approve")
    ben.clicks("Ask for access")
    assert "\n📨 Asked @ada to let you approve a clear of `orders`." in ben.screen
    assert ada.dms()[0].startswith(
        "🔑 @ben tried to approve a clear of `orders`, and needs the role *approver*"
    )
    workspace.card()


def test_guests_and_people_who_cannot_be_checked_are_offered_nothing(workspace, ada):
    """No grant would help a guest; and whoever cannot be checked may have the role already."""
    gil = workspace.adds_person("gil", guest=True)
    assert "Ask for access" not in gil.types(CLEAR)
    eva = workspace.adds_person("eva")
    eva.types(CLEAR)
    button = eva.finds("Ask for access")
    workspace.passes(minutes=2)
    workspace.slack.fails_next("users.info", "fatal_error")
    eva.presses(button)
    (said,) = eva.reads()
    assert said.startswith("🚫 You may not clear `orders`: your account cannot be checked right now")
    eva.person.is_deactivated()
    workspace.passes(minutes=2)
    assert ada.dms() == []


def test_the_last_admin_is_gone_at_the_press(workspace, ada, eve):
    """Admins are looked up anew; nobody who is none any more is written to."""
    eve.types(CLEAR)
    button = eve.finds("Ask for access")
    workspace.revokes(ada)
    eve.presses(button)
    (said,) = eve.reads()
    assert sentence_on_admins(said) == f"{NOBODY} `pipeline-bot grant U03EVE requester orders`."
    assert ada.dms() == []
    assert workspace.record(EventKind.ACCESS_REQUESTED) == []


def test_the_audit_log_shows_who_was_asked(workspace, ada, eve):
    eve.types(CLEAR)
    eve.told("Ask for access")
    ada.dms()
    assert workspace.operator("oli").types("/pipeline history orders").split("\n")[1] == snapshot(
        "📨 access requested *requester* on `orders` by @eve some time ago (Mar 2, 2026 at 3:00 AM): asked @ada"
    )
