"""The App Home of a person: what waits for them, what goes on, nothing that is not theirs, and how to get in."""

from inline_snapshot import snapshot

from bot.domain.access.permissions import Role
from bot.domain.events import Event, EventKind
from tests.workspace import Teammate, Workspace

NOTHING_WAITS = "Waiting for you\n✅ Nothing is waiting for you.\n"
NO_ROLE = (
    "\nYou have no role here, so you cannot see or change pipelines. An admin of this bot can give you one"
)


def above_access(teammate: Teammate) -> str:
    """Their Home as it stands, down to what is granted to them."""
    return teammate.home().partition("Your access")[0]


def test_what_waits_for_an_approver(workspace: Workspace, ana: Teammate, ben: Teammate) -> None:
    """Whoever opens Home reads what they have to decide, with what it destroys and why, and the buttons for it."""
    ana.requests("orders", "schema change, see INC-42")
    assert ben.opens_home() == snapshot("""\
Waiting for you
*Clear orders* · `ID1` · Thread
🙋 Waiting for approval, requested some time ago (Mar 2, 2026 at 3:00 AM).
Deletes: the storage, with 3 checkpoints (7.0 MiB)
Requested by @ana: `schema change, see INC-42`
Approvals: 0 of 1
Expires: Mar 2, 2026 at 4:00 AM
[Approve] [Deny…]
Your access
🔑 *approver* on `*` (grant #2, no expiry)
Only you see this page. It updates itself for an hour after you open it or press a button on it. `/pipeline help` shows the commands that you can use.\
""")
    workspace.threads()


def test_four_people_see_four_pages(workspace: Workspace) -> None:
    """The requester's own with *Withdraw*, the approver's to decide, no others' pipelines, and to an admin none at all."""
    workspace.feldera.adds("payments")
    ana, ben = workspace.requester("ana"), workspace.approver("ben", pattern="orders")
    vic, root = workspace.viewer("vic", pattern="pay*"), workspace.admin("root", pattern="orders*")
    ana.requests("orders", "schema change")
    ana.requests("payments")
    workspace.passes(seconds=5)
    ana.reads()
    assert ana.opens_home().startswith(NOTHING_WAITS + "Your requests\n*Clear orders*")
    assert ana.home().count("\n[Withdraw]\n") == 2
    assert "Clear orders" in ben.opens_home()
    assert "payments" not in ben.home()
    vic.opens_home()
    assert above_access(vic) == snapshot("""\
Waiting for you
✅ Nothing is waiting for you.
Under way
*Clear payments* · `ID2` · Thread
🙋 Waiting for approval, requested some time ago (Mar 2, 2026 at 3:00 AM). Requested by @ana. 0 of 1 approvals, expires Mar 2, 2026 at 4:00 AM.
""")
    workspace.freezes("orders", hours=4)
    workspace.freezes("payments", hours=4)
    root.opens_home()
    assert above_access(root) == snapshot("""\
Waiting for you
✅ Nothing is waiting for you.
Freezes
• `orders`: frozen by `shell:owner` until Mar 2, 2026 at 7:00 AM: `release day`
""")
    assert len(workspace.cards()) == 2


def test_a_plan_of_several_steps(workspace: Workspace, ana: Teammate, ben: Teammate) -> None:
    """Whoever has to decide reads the whole of it and what each step costs; then how far it is."""
    ana.confirms("/pipeline clear orders --restart schema change", "Ask for approval")
    workspace.passes(seconds=2)
    ana.reads()
    assert "*Stop, clear and start orders* · `ID1` · Thread\n" in ben.opens_home()
    assert "\nDeletes: the storage, with 3 checkpoints (7.0 MiB)\n" in ben.home()
    ben.clicks_home("Approve")
    workspace.passes(seconds=4)
    assert (
        "\n⏳ Starting (Provisioning), began some time ago (Mar 2, 2026 at 3:00 AM). Requested by @ana"
        in ben.home()
    )
    workspace.passes(seconds=30)
    assert above_access(ben) == snapshot("""\
Waiting for you
✅ Nothing is waiting for you.
Recent
*Stop, clear and start orders*: ✅ Stopped already, cleared and started: running after 5 seconds · some time ago (Mar 2, 2026 at 3:00 AM). Requested by @ana · Thread
`/pipeline history` shows all requests.
""")
    workspace.threads()


def test_a_request_that_waits_for_others(workspace: Workspace) -> None:
    """Whoever approved is not asked again, sees that it still waits, and may yet deny it."""
    workspace.rules("orders", "approvals=2")
    ana, ben, vic = workspace.requester("ana"), workspace.approver("ben"), workspace.viewer("vic")
    ana.requests("orders")
    ben.opens_home()
    vic.opens_home()
    ben.told("Approve")
    workspace.passes(seconds=5)
    assert above_access(ben) == snapshot("""\
Waiting for you
✅ Nothing is waiting for you.
Under way
*Clear orders* · `ID1` · Thread
🙋 Waiting for approval, requested some time ago (Mar 2, 2026 at 3:00 AM). Requested by @ana. 1 of 2 approvals, expires Mar 2, 2026 at 4:00 AM.
[Deny…]
""")
    assert above_access(vic) == above_access(ben).replace("[Deny…]\n", "")
    workspace.threads()


def test_a_freeze_comes_and_goes(workspace: Workspace) -> None:
    """It stands on the page of whom it concerns, and leaves it the moment it ends."""
    vic, root = workspace.viewer("vic"), workspace.admin("root")
    vic.opens_home()
    root.types("/pipeline freeze orders* for 20m release day")
    workspace.passes(seconds=5)
    assert "Freezes\n• `orders*`: frozen by @root until Mar 2, 2026 at 3:20 AM: `release day`\n" in vic.home()
    workspace.passes(minutes=19, seconds=54)
    assert "Freezes" in vic.home()
    workspace.passes(seconds=2)
    assert "Freezes" not in vic.home()


def test_what_ended_lately_in_a_busy_record(workspace: Workspace) -> None:
    """The newest few hundred entries are read; what ended before is for `history` to show."""
    ana, vic = workspace.operator("ana"), workspace.viewer("vic")
    ana.clears("orders")
    workspace.passes(seconds=10)

    async def much_else(entries: int) -> None:
        for _ in range(entries):
            await workspace.bot.store.note(Event(EventKind.REFUSED, workspace.clock.now()))

    workspace.run(much_else(150))
    assert "*Clear orders*: ✅ Cleared after" in vic.opens_home()
    workspace.run(much_else(400))
    workspace.passes(minutes=1)
    assert "Lately" not in vic.home()
    workspace.threads()


def test_roles_for_a_while(workspace: Workspace) -> None:
    """The page says when each ends; then whatever it showed is gone, though nobody did anything."""
    workspace.feldera.adds("payments")
    ana, ben = workspace.requester("ana"), workspace.adds_person("ben")
    workspace.grants(ben, Role.APPROVER, "orders", minutes=10)
    workspace.grants(ben, Role.APPROVER, "payments", minutes=20)
    ana.requests("orders")
    ana.requests("payments")
    assert "*approver* on `orders` (grant #2, until Mar 2, 2026 at 3:10 AM)" in ben.opens_home()
    workspace.passes(minutes=9, seconds=59)
    assert ben.home().count("[Approve] [Deny…]") == 2
    workspace.passes(seconds=2)
    assert "orders" not in ben.home()
    assert "Clear payments" in ben.home()
    workspace.passes(minutes=10)
    assert ben.home() == snapshot("""\
👋 *Hello!* I stop, clear and start Feldera pipelines for people who have a role here, with the approvals that the team requires, and report the outcome.
You have no role here, so you cannot see or change pipelines. An admin of this bot can give you one: ask them to type `/pipeline grant @you requester PIPELINE`, with your name, the role and the pipeline that you need.
`/pipeline help` shows the commands that you can use.\
""")
    ana.reads()
    workspace.threads()


def test_a_role_that_is_given_and_taken_away(workspace: Workspace) -> None:
    """By a command in Slack at once; in the shell, of which nobody tells the bot, within a minute."""
    root, ben, eve = workspace.admin("root"), workspace.viewer("ben"), workspace.adds_person("eve")
    ben.opens_home()
    assert NO_ROLE in eve.opens_home()
    root.types("/pipeline grant @eve viewer orders")
    workspace.passes(seconds=1)
    assert "*viewer* on `orders`" in eve.home()
    root.types("/pipeline revoke @eve viewer orders")
    workspace.passes(seconds=1)
    assert NO_ROLE in eve.home()
    workspace.revokes(ben)
    workspace.passes(minutes=1)
    assert NO_ROLE in ben.home()


def test_whoever_may_see_nothing(workspace: Workspace, ana: Teammate, ben: Teammate) -> None:
    """Guests, strangers and whom Slack does not tell of are told how to get in, and shown nothing else."""
    gus, fay = workspace.adds_person("gus", guest=True), workspace.adds_person("fay", team="T0OTHER")
    for nobody in (gus, fay):
        workspace.grants(nobody, Role.APPROVER)
    ana.requests("orders")
    workspace.slack.fails_next("users.info", "internal_error")
    shown = [person.opens_home().split("\n")[1:] for person in (ben, gus, fay)]
    assert shown == snapshot(
        [
            ["Your account cannot be checked right now (`Slack is in trouble`). I look again in a minute."],
            [
                "Guests of this workspace cannot do anything here, even with a grant. Ask a member of the team to do it for you, or an admin of the workspace to make you a member."
            ],
            [
                "You are not a full member of this Slack workspace, and only full members can use this bot. Ask one of them to do it for you."
            ],
        ]
    )
    workspace.passes(minutes=1)
    assert ["Clear orders" in person.home() for person in (ben, gus, fay)] == [True, False, False]
    workspace.threads()


def test_a_role_through_a_user_group(workspace: Workspace) -> None:
    """Where Slack does not tell who is in it, the page says so instead of saying no; a minute later it is right."""
    ana, ben = workspace.requester("ana"), workspace.adds_person("ben")
    workspace.grants_group(workspace.user_group("leads", ben), Role.APPROVER, "orders")
    ana.requests("orders")
    workspace.passes(minutes=2)
    workspace.slack.fails_next("usergroups.users.list", "internal_error")
    assert ben.opens_home().split("\n")[1] == snapshot(
        "Whether you have a role here depends on a user group that cannot be checked right now (`Slack is in trouble`). I look again in a minute."
    )
    workspace.passes(minutes=1)
    assert "[Approve] [Deny…]" in ben.home()
    assert "*approver* on `orders` through @leads" in ben.home()
    workspace.threads()


def test_some_of_ones_roles_cannot_be_read(workspace: Workspace) -> None:
    """What is known is shown, and that there may be more is said."""
    ben = workspace.viewer("ben", pattern="orders")
    workspace.grants_group(workspace.user_group("leads", ben), Role.APPROVER)
    workspace.slack.fails_next("usergroups.users.list", "internal_error")
    assert ben.opens_home().startswith(
        "Your groups cannot be checked right now (`Slack is in trouble`): what depends on them is not shown.\nWaiting for you\n"
    )
