"""`/pipeline list`: the pipelines that the caller may see, with what is under way on them, to them alone."""

from datetime import timedelta

import pytest
from inline_snapshot import snapshot

from bot.domain.access.permissions import Role
from tests.workspace import Teammate, Workspace


def test_every_state_at_a_glance(workspace: Workspace) -> None:
    """Sign and word of the deployment, since when, the storage, and an error where there is one."""
    oli, ben = workspace.viewer("oli"), workspace.viewer("ben")
    feldera, day = workspace.feldera, timedelta(days=1)
    feldera.adds("payments", running=True, since=workspace.clock.now() - day)
    feldera.adds("archive", storage="Cleared", since=workspace.clock.now() - 40 * day)
    feldera.adds("Broken", program_status="SqlError", checkpoints=[None])
    feldera.adds("reports", provision_takes=60)
    feldera.someone_starts("reports")
    workspace.passes(seconds=1)
    assert [oli.types("/pipeline list")] == snapshot(
        [
            """\
*5 pipelines you can see*
⏹️ `archive`: Stopped some time ago (Jan 21, 2026 at 3:00 AM) · ⬜ cleared
[Details]
⏹️ `Broken`: Stopped some time ago (Mar 2, 2026 at 3:00 AM) · 💾 holds data: 1 checkpoint, size unknown · ⚠️ does not compile (SqlError)
[Details]
⏹️ `orders`: Stopped some time ago (Mar 2, 2026 at 3:00 AM) · 💾 holds data: 3 checkpoints, 7.0 MiB
[Details]
▶️ `payments`: Running, started some time ago (Mar 1, 2026 at 3:00 AM) · 💾 holds data: 3 checkpoints, 7.0 MiB
[Details]
🔄 `reports`: Provisioning, began some time ago (Mar 2, 2026 at 3:00 AM); told to start some time ago (Mar 2, 2026 at 3:00 AM) · 💾 holds data: 3 checkpoints, 7.0 MiB
[Details]\
"""
        ]
    )
    assert oli.hears() == snapshot("5 pipelines you can see")
    assert ben.reads() == []


def test_what_is_under_way(workspace: Workspace) -> None:
    """Who holds a pipeline, who waits for approval, what is frozen: in the words of the status, with links."""
    oli, ben = workspace.operator("oli"), workspace.requester("ben")
    for name in ("payments", "users"):
        workspace.feldera.adds(name)
    workspace.feldera.sticks_clearing("orders")
    oli.clears("orders", "schema change")
    ben.requests("payments")
    workspace.freezes("us*", hours=2)
    workspace.passes(minutes=2)
    below = [line for line in oli.asks("/pipeline list").split("\n") if line[0] in "⏳🙋🧊"]
    assert below == snapshot(
        [
            "⏳ Under way: clear (id `ID1`), requested by @oli some time ago (Mar 2, 2026 at 3:00 AM) · Thread",
            "🙋 Waiting for approval: clear (id `ID2`), requested by @ben some time ago (Mar 2, 2026 at 3:00 AM), 0 of 1 approvals, expires in 58 min (Mar 2, 2026 at 4:00 AM) · Thread",
            "🧊 frozen by `shell:owner`, ends in 1 h 58 min (Mar 2, 2026 at 5:00 AM): `release day`",
        ]
    )
    assert oli.hears() == snapshot("3 pipelines you can see")
    assert len(set(oli.links())) == 2
    workspace.feldera.unsticks("orders")
    workspace.passes(minutes=1)
    assert "Under way" not in oli.asks("/pipeline list orders")
    ben.reads()
    workspace.threads()


def test_only_what_the_caller_may_see(workspace: Workspace) -> None:
    """Neither the rows nor the numbers tell of other pipelines."""
    oli = workspace.viewer("oli", pattern="orders*")
    for name in ("orders-eu", "prod-orders", "payments"):
        workspace.feldera.adds(name)
    assert shape(oli.asks("/pipeline list")) == ["*2 pipelines you can see*", "orders", "orders-eu"]
    matching = "*2 pipelines you can see* matching `*orders*`\n"
    assert oli.asks("/pipeline list *orders*").startswith(matching)


def test_a_pattern_that_matches_nothing_says_so_and_no_more(workspace: Workspace) -> None:
    """The same sentence whether there is such a pipeline or not."""
    oli = workspace.viewer("oli", pattern="orders")
    workspace.feldera.adds("prod-users")
    for pattern in ("prod-*", "test-*"):
        nothing = f"No pipeline that you can see matches `{pattern}` (names are case-sensitive)."
        assert oli.asks(f"/pipeline list {pattern}") == nothing
    for name in ("prod-users", "nothing"):
        nothing = f"No pipeline that you can see matches `{name}` (names are case-sensitive)."
        more = f" `/pipeline list *{name}*` finds it anywhere in a name."
        assert oli.asks(f"/pipeline list {name}") == nothing + more
    workspace.feldera.someone_clears("orders")
    workspace.passes(seconds=5)
    workspace.feldera.someone_deletes("orders")
    assert oli.asks("/pipeline list") == "There is no pipeline that you can see."


def test_whoever_may_see_nothing_is_told_no(workspace: Workspace) -> None:
    """At once, without a look at Feldera, and on record; an admin sees no pipelines either."""
    eve, root = workspace.adds_person("eve"), workspace.admin("root")
    before = len(workspace.feldera.requests)
    assert eve.types("/pipeline list prod-*") == snapshot(
        """\
🚫 There is no pipeline that you are allowed to see: you need one of the roles *viewer*, *requester*, *operator*, *approver* or *responder* on at least one pipeline. This admin can grant it: @root.
[Ask for access]\
"""
    )
    assert root.types("/pipeline list").startswith("🚫 There is no pipeline that you are allowed to see: ")
    assert len(workspace.feldera.requests) == before
    assert workspace.record() == snapshot(
        [
            "03:00 refused by eve: action=view pattern=prod-* why=no_grant",
            "03:00 refused by root: action=view pattern=* why=no_grant",
        ]
    )
    assert root.types("/pipeline history").split("\n")[1:3] == snapshot(
        [
            "🚫 denied @root: list pipelines (no grant) some time ago (Mar 2, 2026 at 3:00 AM)",
            "🚫 denied @eve: list the pipelines that match `prod-*` (no grant) some time ago (Mar 2, 2026 at 3:00 AM)",
        ]
    )


def test_a_group_that_slack_does_not_tell(workspace: Workspace) -> None:
    oli = workspace.viewer("oli", pattern="orders")
    workspace.feldera.adds("payments")
    workspace.grants_group(workspace.user_group("oncall", oli), Role.VIEWER, "payments")
    workspace.slack.downgrades_plan()
    title, row, _, missing = oli.asks("/pipeline list").split("\n")
    assert title == "*1 pipeline you can see*"
    assert "`orders`" in row
    assert missing == snapshot(
        "Your user groups cannot be checked right now (`this workspace's Slack plan has no user groups`): pipelines that you see through a group may not be listed."
    )


def test_page_by_page(workspace: Workspace) -> None:
    """Next and Previous turn the page in place; the pattern stays, and each page is decided anew."""
    oli = workspace.viewer("oli")
    for number in range(30):
        workspace.feldera.adds(f"prod-{number:02}")
    shown = [shape(oli.asks("/pipeline list prod-*"))]
    shown += [shape(*oli.told(label)) for label in ("Next", "Next", "Previous", "Previous")]
    title = "*Pipelines you can see* matching `prod-*`"
    first = [f"{title}: 1 to 12 of 30", "prod-00", "prod-11", "[Next]"]
    second = [
        f"{title}: 13 to 24 of 30",
        "prod-12",
        "prod-23",
        "[Previous] [Next]",
    ]
    third = [f"{title}: 25 to 30 of 30", "prod-24", "prod-29", "[Previous]"]
    assert shown == [first, second, third, second, first]
    workspace.revokes(oli)
    assert oli.told("Next")[0].startswith("🚫 There is no pipeline that you are allowed to see: ")


def test_a_page_is_found_by_the_name_beside_it(workspace: Workspace) -> None:
    """Pipelines come and go between two clicks, and nobody misses one or sees one twice."""
    oli = workspace.viewer("oli")
    for number in range(30):
        workspace.feldera.adds(f"prod-{number:02}", storage="Cleared")
    oli.asks("/pipeline list prod-*")
    for gone in ("prod-03", "prod-11"):
        workspace.feldera.someone_deletes(gone)
    workspace.feldera.adds("prod-00a")
    assert shape(*oli.told("Next"))[1:3] == ["prod-12", "prod-23"]
    for number in range(12, 30):
        workspace.feldera.someone_deletes(f"prod-{number}")
    assert shape(*oli.told("Next")) == [
        "*11 pipelines you can see* matching `prod-*`",
        "prod-00",
        "prod-10",
    ]


def test_feldera_does_not_answer(workspace: Workspace) -> None:
    oli = workspace.viewer("oli")
    workspace.feldera_goes_down()
    assert oli.asks("/pipeline list") == snapshot(
        "❌ I cannot look at the pipelines now: Feldera does not answer (`No connection to Feldera at feldera.example.`). Try again in a minute."
    )
    workspace.feldera_comes_back()
    workspace.feldera.answers_next(503, body={"message": "no", "error_code": "Busy", "details": {}})
    assert oli.asks("/pipeline list") == snapshot(
        "❌ I cannot look at the pipelines now: Feldera is busy (`no`). Try again in a minute."
    )


def test_rows_that_cannot_be_read_hide_no_other(workspace: Workspace) -> None:
    """One with a name keeps its row; others are not listed, and that is said: they might be what was looked for."""
    oli = workspace.viewer("oli")
    odd = {"name": "odd", "storage_status": 7}
    workspace.feldera.answers_next(200, body=[odd, {"name": "or/ders"}, None])
    assert oli.asks("/pipeline list") == snapshot("""\
*1 pipeline you can see*
❔ `odd`: Feldera's answer does not have the form this bot knows.
[Details]
2 pipelines are not listed: I cannot read their names in Feldera's answer.\
""")
    workspace.feldera.answers_next(200, body=[odd, {"name": 7}])
    assert oli.asks("/pipeline list orders").endswith(
        "\n1 pipeline is not listed: I cannot read its name in Feldera's answer."
    )


@pytest.mark.parametrize("name", ["n" * 69, "_orders", "orders_"])
def test_a_name_from_before_feldera_limited_them(workspace: Workspace, name: str, oli: Teammate) -> None:
    """It is listed with the others, looked at by its name, and cleared."""
    workspace.feldera.adds(name)
    told = oli.asks("/pipeline list")
    assert f"⏹️ `{name}`: Stopped" in told
    assert "⏹️ `orders`: Stopped" in told
    assert oli.asks(f"/pipeline status {name}").startswith(f"{name}\n*Deployment*")
    oli.clears(name)
    workspace.passes(seconds=10)
    assert "✅ Cleared after" in workspace.card()
    workspace.thread()


def test_what_cannot_be_a_pattern(workspace: Workspace) -> None:
    """Nobody may type what no pipeline could match, and nobody's markup acts."""
    oli = workspace.viewer("oli")
    patterns = ("<!channel> `x`", "[z-a]", "`x`y")
    assert [oli.types(f"/pipeline list {pattern}") for pattern in patterns] == snapshot(
        [
            "🤔 `'x'` is too much here. Type `/pipeline list [PATTERN] [--running] [--stopped] [--busy]`.",
            "🤔 '[z-a]' matches no pipeline: names have 1 to 100 letters, digits, - and _.",
            "🤔 '`x`y' is not a valid pipeline pattern: use the letters, digits, - and _ of pipeline names, and * ? [abc] [!abc] [a-z] to match several.",
        ]
    )


def test_ten_thousand_pipelines(workspace: Workspace) -> None:
    """One request to Feldera, and the same twelve rows: a large Feldera only has more pages."""
    oli = workspace.viewer("oli", pattern="p-*")
    workspace.feldera.adds_many(f"p-{number:05}" for number in range(10_000))
    before = len(workspace.feldera.requests)
    workspace.bot.background_tasks.patience = 0.0
    assert oli.types("/pipeline list").startswith("🔎 Looking at the pipelines…")
    (page,) = oli.reads()
    title = "*Pipelines you can see*: 1 to 12 of 10,000"
    assert shape(page) == [title, "p-00000", "p-00011", "[Next]"]
    assert [request.path for request in workspace.feldera.requests[before:]] == ["/v0/pipelines"]


def shape(answer: str) -> list[str]:
    """The title, the first and the last row's names, and the buttons if any."""
    title, *rest = answer.split("\n")
    rows = [line.split("`")[1] for line in rest if "`" in line and "requested by" not in line]
    pages = [line for line in rest if line.startswith(("[Previous]", "[Next]"))]
    return [title, rows[0], rows[-1], *pages]
