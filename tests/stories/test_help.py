"""Help and the bare command: each shows what its reader can use, and nothing about anybody else's requests."""

import pytest
from inline_snapshot import snapshot

from bot.domain.access.permissions import Role
from bot.domain.commands import VERBS
from tests.workspace import Teammate, Workspace

ARGUMENTS = {
    "can-i": "clear orders",
    "approve": "zzzzzz",
    "deny": "zzzzzz no",
    "review": "zzzzzz",
    "grant": "@vic viewer prod-1",
    "revoke": "@vic viewer prod-1",
    "rule": "prod-1 approvals=1",
    "freeze": "prod-1 for 1h no",
    "unfreeze": "prod-1",
}
NEEDS_NAME = ("clear", "stop", "start", "status")
DENIED = ("🚫 You may not", "🚫 There is no pipeline that you are allowed to see")
WITHOUT_ROLE = {"withdraw", "pending", "rules", "history"}  # they find nothing for somebody without a role


def verbs_in(said: str) -> set[str]:
    return {line.split("`")[1].split()[1] for line in said.splitlines() if line.startswith("`/pipeline ")}


@pytest.mark.parametrize("role", [None, *Role])
def test_what_is_not_shown_is_denied(workspace: Workspace, role: Role | None) -> None:
    """And nothing that is shown is denied for lack of a role."""
    workspace.adds_person("vic")
    somebody = workspace.adds_person("eve")
    if role is not None:
        workspace.grants(somebody, role)
    shown = verbs_in(somebody.types("/pipeline help"))
    for word in {verb.word for verb in VERBS} - WITHOUT_ROLE - {"approve", "deny", "review", "help"}:
        arguments = "orders" if word in NEEDS_NAME else ARGUMENTS.get(word, "")
        said = somebody.types(f"/pipeline {word} {arguments}".strip())
        said = "".join(somebody.reads()) or said
        assert said.startswith(DENIED) is (word not in shown), (word, said)


def test_help_without_a_role(workspace: Workspace) -> None:
    """How to get access comes first."""
    assert workspace.adds_person("eve").types("/pipeline help") == snapshot("""\
You have no role here, so you cannot see or change pipelines. An admin of this bot can give you one: ask them to type `/pipeline grant @you requester PIPELINE`, with your name, the role and the pipeline that you need.
*Look*
`/pipeline can-i clear|stop|start NAME` – Show whether you can do it, what approval that needs, and why.
`/pipeline whoami` – Show your account and your grants.
`/pipeline grants` – List your grants, and those on pipelines that you are an admin of.
`/pipeline help` – Show the commands that you can use, or more about one of them.
More about a command: `/pipeline help clear`.
[Roles] [Rules] [Break-glass]\
""")


def test_help_of_an_operator(workspace: Workspace) -> None:
    assert workspace.operator("ana").types("/pipeline  HELP ") == snapshot("""\
*Operate*
`/pipeline clear NAME` – Clear a pipeline's storage. First shows what that deletes, and asks you to confirm.
`/pipeline stop NAME` – Stop a pipeline by force. First shows what that loses, and asks you to confirm.
`/pipeline start NAME` – Start a pipeline, and watch until it runs or fails.
`/pipeline withdraw ID` – Withdraw your own request.
*Look*
`/pipeline status NAME` – Show a pipeline's state, what is under way, its recent events and requests.
`/pipeline list` – List the pipelines that you can see: their state, and what is under way on them.
`/pipeline pending` – List what waits for approval or review.
`/pipeline can-i clear|stop|start NAME` – Show whether you can do it, what approval that needs, and why.
`/pipeline whoami` – Show your account and your grants.
`/pipeline history` – List past requests, newest first: all, or those of a pipeline or of a person.
`/pipeline grants` – List your grants, and those on pipelines that you are an admin of.
`/pipeline rules` – List the rules and freezes that concern you.
`/pipeline help` – Show the commands that you can use, or more about one of them.
More about a command: `/pipeline help clear`.
[Roles] [Rules] [Break-glass]\
""")


def test_help_while_slack_tells_nothing(workspace: Workspace) -> None:
    """Everything is shown: nothing that somebody may use is hidden by an outage."""
    ana = workspace.operator("ana")
    workspace.slack.fails_next("users.info", "internal_error", times=20)
    said = ana.types("/pipeline help")
    assert said.startswith(
        "Your account cannot be checked right now (`Slack is in trouble`). Try again in a minute."
    )
    assert len([line for line in said.splitlines() if "`/pipeline " in line]) == len(VERBS) + 1
    assert "\n❔ `/pipeline clear NAME` – " in said
    assert "\n`/pipeline whoami` – " in said


@pytest.mark.parametrize("typed", ["status", "Status", "`status`"])
def test_help_on_a_verb(workspace: Workspace, typed: str) -> None:
    """Each verb says how it is typed, what it does, which role it takes, and gives an example."""
    assert workspace.adds_person("eve").types(f"/pipeline help {typed}") == snapshot("""\
`/pipeline status NAME`
Show a pipeline's state, what is under way, its recent events and requests.
Only you see the answer. It has buttons for what you can do to the pipeline now. Needs a role on the pipeline; *admin* alone is not enough.
For example: `/pipeline status orders`\
""")


@pytest.mark.parametrize(
    ("typed", "begins"),
    [
        ("roles", "*Roles*"),
        ("role", "*Roles*"),
        ("Rules", "*Rules*"),
        ("rule", "`/pipeline rule PATTERN key=value…|off`"),
        ("break glass", "*Break-glass*"),
        ("breakglass", "*Break-glass*"),
        ("break-glass", "*Break-glass*"),
        ("review", "`/pipeline review ID`"),
        ("ruels", "🤔 There is no help on `ruels`. Did you mean `/pipeline help rules`?"),
    ],
)
def test_topics(workspace: Workspace, typed: str, begins: str) -> None:
    assert workspace.adds_person("eve").types(f"/pipeline help {typed}").startswith(begins)


def test_the_buttons_of_the_help(workspace: Workspace) -> None:
    """Each answers beside the help, which stays; no permission is needed to read what roles there are."""
    eve = workspace.adds_person("eve")
    eve.types("/pipeline help")
    for label in ("Roles", "Rules", "Break-glass"):
        (said,) = eve.told(label)
        assert said.startswith(f"*{label}*\n")
    workspace.restarts()
    assert eve.told("Roles")[0].startswith("*Roles*\n")


def test_the_bare_command(workspace: Workspace, ana: Teammate, ben: Teammate) -> None:
    """What waits for each: their own request, and what they can approve; nothing of it for anybody else."""
    workspace.rules("orders", "approvals=1")
    ana.requests("orders")
    assert ana.types("/pipeline") == snapshot("""\
*Your requests*
• *Clear orders* · Thread: 🙋 Waiting for approval, requested some time ago (Mar 2, 2026 at 3:00 AM). 0 of 1 approvals, expires Mar 2, 2026 at 4:00 AM.
*Commands*
`/pipeline clear NAME` – Clear a pipeline's storage. First shows what that deletes, and asks you to confirm.
`/pipeline status NAME` – Show a pipeline's state, what is under way, its recent events and requests.
`/pipeline list` – List the pipelines that you can see: their state, and what is under way on them.
`/pipeline help` shows the commands that you can use.\
""")
    assert ben.types("/pipeline").replace(workspace.request(), "ID") == snapshot("""\
*Waiting for you*
• *Clear orders*, requested by @ana some time ago (Mar 2, 2026 at 3:00 AM): type `/pipeline approve ID`, or decide in its thread
*Commands*
`/pipeline status NAME` – Show a pipeline's state, what is under way, its recent events and requests.
`/pipeline list` – List the pipelines that you can see: their state, and what is under way on them.
`/pipeline help` shows the commands that you can use.\
""")
    assert workspace.viewer("vic", pattern="payments").types("/pipeline") == snapshot("""\
✅ Nothing is waiting for you.
*Commands*
`/pipeline status NAME` – Show a pipeline's state, what is under way, its recent events and requests.
`/pipeline list` – List the pipelines that you can see: their state, and what is under way on them.
`/pipeline help` shows the commands that you can use.\
""")
    assert workspace.adds_person("eve").types("/pipeline") == snapshot("""\
You have no role here, so you cannot see or change pipelines. An admin of this bot can give you one: ask them to type `/pipeline grant @you requester PIPELINE`, with your name, the role and the pipeline that you need.
`/pipeline help` shows the commands that you can use.\
""")
    assert workspace.admin("ada").types("/pipeline") == snapshot("""\
✅ Nothing is waiting for you.
`/pipeline help` shows the commands that you can use.\
""")
    workspace.card()


def test_the_bare_command_while_a_group_cannot_be_read(workspace: Workspace) -> None:
    """It says that something may be missing, and does not say that nothing waits."""
    eve = workspace.viewer("eve")
    workspace.grants_group(workspace.user_group("leads", eve), Role.APPROVER)
    workspace.slack.rate_limits("usergroups.users.list", retry_after=30)
    assert eve.types("/pipeline") == snapshot("""\
Some of your user groups cannot be checked right now (`Slack rate-limited me; retry in 30 s`): something may be missing here.
Nothing is waiting for you, as far as I can tell without your groups.
*Commands*
`/pipeline status NAME` – Show a pipeline's state, what is under way, its recent events and requests.
`/pipeline list` – List the pipelines that you can see: their state, and what is under way on them.
`/pipeline help` shows the commands that you can use.\
""")
