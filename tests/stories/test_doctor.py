"""`/pipeline doctor`: an admin sees whether everything the bot needs works, while it runs."""

import re
import sqlite3
from contextlib import closing

import pytest

from bot.domain.access.permissions import Role
from bot.store.backup.backup_time import BACKUP
from bot.store.shell_store import Administration
from tests.teammate import Teammate
from tests.workspace import Workspace


@pytest.fixture
def root(workspace: Workspace) -> Teammate:
    """An admin of everything, and a backup of just now."""
    with Administration.open(workspace.database) as administration:
        administration.done(BACKUP, workspace.clock.now())
    return workspace.admin("root")


def first_line(said: str) -> str:
    return said.partition("\n")[0]


def lines_marked(said: str, mark: str) -> list[str]:
    return [line.removeprefix(f"{mark} ") for line in said.split("\n")[1:] if line.startswith(mark)]


def names(lines: list[str]) -> list[str]:
    return [line.partition(":")[0] for line in lines]


def test_a_bot_that_works(workspace: Workspace, root: Teammate) -> None:
    """The verdict first; only the admin is told, and nothing is posted or sent."""
    calls = len(workspace.slack.calls)
    said = root.asks("/pipeline doctor")
    assert first_line(said) == "✅ *24 of 25 checks passed, 1 could not be made.*"
    assert names(lines_marked(said, "❔")) == ["*slack manifest*"]
    assert names(lines_marked(said, "✅"))[:4] == ["*settings*", "*bot*", "*slack token*", "*slack scopes*"]
    assert "*slack connections*: Only this bot is connected with this app." in lines_marked(said, "✅")
    assert {call.method for call in workspace.slack.calls[calls:]} <= {"auth.test", "users.info"}
    assert workspace.channel.messages == []
    assert {request.method for request in workspace.feldera.requests} == {"GET"}


@pytest.mark.parametrize("workspace", ["http"], indirect=True)
@pytest.mark.usefixtures("workspace")
def test_over_http(root: Teammate) -> None:
    said = root.asks("/pipeline doctor")
    assert first_line(said) == "✅ *24 of 25 checks passed, 1 could not be made.*"
    assert "*slack connections*: HTTP mode: there are none." in lines_marked(said, "✅")


def test_what_is_wrong_comes_first_with_what_to_do(workspace: Workspace, root: Teammate) -> None:
    outside = workspace.slack.adds_channel("outside", bot_is_member=False)
    workspace.rules("orders", f"approvals=1 channel={outside.id}")
    workspace.admin("ana", "users")
    workspace.run(workspace.feldera.goes_down())
    said = root.asks("/pipeline doctor")
    assert re.fullmatch(r"❌ \*\d of 22 checks failed, .* passed\.\*", first_line(said))
    channels, feldera, *access = lines_marked(said, "❌")
    assert channels == (
        "*slack channels* #outside: It is for requests on orders, but the bot is not in it. "
        "*→* Invite it there: `/invite @pipeline-bot`."
    )
    assert feldera.startswith("*feldera*: At http://feldera.example: No connection to Feldera at ")
    assert set(names(access)) <= {"*access*"}
    assert said.index("❌ *slack channels*") < said.index("❔ *slack manifest*") < said.index("✅ *settings*")


def test_one_slow_answer_delays_no_other(workspace: Workspace, root: Teammate) -> None:
    """The ack does not wait for it, and says something that is true whatever follows."""
    workspace.bot.background_tasks.patience = 0.1
    workspace.slack.hangs("auth.test")
    assert root.types("/pipeline doctor").startswith("🩺 Checking… This takes some seconds.")
    workspace.settles()
    (said,) = root.reads()
    workspace.slack.lets_go()
    assert "*slack token*: No answer after 5 s." in lines_marked(said, "❔")
    passed = names(lines_marked(said, "✅"))
    assert {"*feldera*", "*database*", "*audit log*", "*disk*"} <= set(passed)


def test_two_who_ask_at_once_are_answered_by_the_same_checks(workspace: Workspace, root: Teammate) -> None:
    """However many admins ask, each service is asked once."""
    other = workspace.admin("other")
    answers = []

    async def asking(somebody: Teammate) -> None:
        answers.append(await somebody.typing("/pipeline doctor"))

    before = [call.method for call in workspace.slack.calls].count("auth.test")
    workspace.at_once(asking(root), asking(other))
    assert [workspace.reads(answer.message)[:1] for answer in answers] == ["✅", "✅"]
    assert [call.method for call in workspace.slack.calls].count("auth.test") == before + 1


def test_it_leaves_lookups_in_slack_to_what_people_do(workspace: Workspace, root: Teammate) -> None:
    """Slack allows about a hundred a minute, and there can be more grants than that."""
    for number in range(90):
        workspace.viewer(f"viewer{number}")
    said = root.asks("/pipeline doctor")
    assert said.startswith("✅")
    (line,) = [line for line in lines_marked(said, "❔") if line.startswith("*access*")]
    assert line.startswith("*access*: Slack was asked about 50 of 91 people; the rest were not looked up")
    assert line.endswith("*→* `pipeline-bot doctor` looks up all.")
    oli = workspace.operator("oli")  # nobody was asked about yet
    assert oli.asks("/pipeline clear orders").startswith("*Clear `orders`?*")


def test_an_admin_of_a_part_is_not_told_how_many_people_have_access(workspace: Workspace) -> None:
    for number in range(60):
        workspace.viewer(f"viewer{number}")
    said = workspace.admin("ana", "orders").asks("/pipeline doctor")
    assert "*access*" in said
    assert " of 6" not in said


def test_an_admin_of_a_part_is_shown_no_names_of_others(workspace: Workspace, root: Teammate) -> None:
    """Grants and rules elsewhere are none of their business: they are told how many findings there are."""
    outside = workspace.slack.adds_channel("outside", bot_is_member=False)
    workspace.rules("payroll-*", f"approvals=1 channel={outside.id}")
    eve = workspace.adds_person("eve", guest=True)
    workspace.grants(eve, Role.VIEWER, "payroll-*")
    ana = workspace.admin("ana", "orders")
    mine, all_of_it = ana.asks("/pipeline doctor"), root.asks("/pipeline doctor")
    assert "payroll" in all_of_it
    assert "payroll" not in mine
    assert eve.id not in mine
    assert first_line(mine).startswith("❌")
    assert "*slack channels*: 1 finding. *→* An admin of every pipeline can see more." in mine


def test_an_admin_of_a_part_is_shown_no_channel_that_slack_does_not_answer_for(
    workspace: Workspace, root: Teammate
) -> None:
    """No more than if Slack answers: a channel is named by rules elsewhere."""
    board = workspace.slack.adds_channel("payroll-board")
    workspace.rules("payroll-*", f"approvals=1 channel={board.id}")
    ana = workspace.admin("ana", "orders")
    workspace.slack.fails_next("chat.postEphemeral", "internal_error", times=2)
    mine, all_of_it = ana.asks("/pipeline doctor"), root.asks("/pipeline doctor")
    assert "#payroll-board" in all_of_it
    assert "payroll" not in mine
    assert "❔ *slack channels*: 1 finding. *→* An admin of every pipeline can see more." in mine


def test_nobody_else_may_check(workspace: Workspace, root: Teammate) -> None:
    """They are told who can grant it, and no service is asked anything for them."""
    oli = workspace.operator("oli")
    asked = len([call for call in workspace.slack.calls if call.method == "auth.test"])
    said = oli.asks("/pipeline doctor")
    assert said.startswith(
        "🚫 You may not check the bot: you need the role *admin* on at least one pipeline."
    )
    assert "@root" in said
    assert "doctor" not in oli.types("/pipeline help")
    assert "/pipeline doctor" in root.types("/pipeline help")
    assert len([call for call in workspace.slack.calls if call.method == "auth.test"]) == asked


def test_an_audit_log_that_was_changed(workspace: Workspace, root: Teammate) -> None:
    with closing(sqlite3.connect(workspace.database)) as by_hand, by_hand:
        for (name,) in by_hand.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            by_hand.execute(f"DROP TRIGGER {name}")
        by_hand.execute("UPDATE events SET at = replace(at, '2026', '2025') WHERE id = 1")
    (line,) = lines_marked(root.asks("/pipeline doctor"), "❌")
    assert line.startswith("*audit log*: Broken at entry 1, which was changed")
    with closing(sqlite3.connect(workspace.database)) as by_hand, by_hand:
        by_hand.execute("UPDATE events SET at = replace(at, '2025', '2026') WHERE id = 1")


def test_no_secret_is_shown(workspace: Workspace, root: Teammate) -> None:
    said = root.asks("/pipeline doctor")
    for secret in (workspace.slack.bot_token, workspace.slack.app_token, workspace.slack.signing_secret):
        assert secret not in said


def test_a_bot_that_is_not_ready_says_why(workspace: Workspace, root: Teammate) -> None:
    workspace.bot.readiness.stopping.set()
    assert lines_marked(root.asks("/pipeline doctor"), "❌") == ["*bot*: The bot is stopping."]
    workspace.bot.readiness.stopping.clear()
