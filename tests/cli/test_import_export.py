"""`access export` and `access import`: the file, what it would change, and what it changes, on a real database."""

import getpass
import json
import stat

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.access.lint.linter import NO_ONE_CLOSES
from bot.domain.access.lint.principals import NOBODY_IS_ADMIN
from bot.domain.events import EventKind
from bot.domain.ids import TeamId
from tests.cli.test_access_file import GIVES, HOME, RULES, DesiredAccess, written

NOTICED = f"notice: {NOBODY_IS_ADMIN}\n"
NO_OPERATOR = f"notice: {NO_ONE_CLOSES.format(pattern='orders-*')}\n"
UNSEEN = "notice: People were not looked up in Slack: SLACK_BOT_TOKEN is missing.\n"
FILE = """team: T1
grants:
- {user: U0ANA, role: requester, pattern: orders-*}
- {group: S0LEADS, role: approver, pattern: orders-*}
rules:
- {pattern: orders-*, approvals: 2, channel: C0OPS}
"""


@pytest.fixture
def file(shell):
    with shell.administration() as administration:
        administration.remember_team(TeamId("T1"))
    path = shell.folder / "access.yml"
    path.write_text(FILE)
    return path


def exported(shell):
    return shell.does("access", "export")


def granted(shell):
    return json.loads(shell.does("grants", "--json"))


def test_an_import_shows_what_it_would_change_and_changes_nothing(shell, file):
    """Among it, that nobody would be left who can change access in Slack."""
    shell.does("grant", "U0BEN", "admin", "*")
    before = exported(shell)
    said = shell.types("access", "import", str(file))
    assert (said.status, said.stdout, said.stderr) == (
        0,
        (
            "- grant U0BEN admin *\n"
            "+ grant S0LEADS approver orders-*\n"
            "+ grant U0ANA requester orders-*\n"
            "+ rule orders-* approvals=2 channel=C0OPS\n"
        ),
        f"{NOTICED}{NO_OPERATOR}{UNSEEN}4 changes. Dry run: nothing changed. Apply with --yes.\n",
    )
    assert exported(shell) == before


def test_with_yes_it_is_made_at_once_and_recorded(shell, file):
    """Each change is an entry of its own, with who made it."""
    shell.does("grant", "U0BEN", "operator", "*")
    said = shell.types("access", "import", str(file), "--yes")
    assert (said.status, said.stderr) == (0, f"{NOTICED}{NO_OPERATOR}{UNSEEN}4 changes made.\n")
    held = [(one["user"] or one["group"], one["role"]) for one in granted(shell)]
    assert held == [("S0LEADS", "approver"), ("U0ANA", "requester")]
    with shell.administration() as administration:
        assert administration.verify().broken is None
        entries = list(administration.entries())
    kinds = [EventKind.GRANTED, EventKind.REVOKED, EventKind.GRANTED, EventKind.GRANTED, EventKind.RULE_SET]
    assert [entry.event.kind for entry in entries] == kinds
    assert {entry.event.data["shell"] for entry in entries} == {f"shell:{getpass.getuser()}"}


def test_an_import_of_an_export_changes_nothing(shell, file):
    shell.types("access", "import", str(file), "--yes")
    shell.does("grant", "U0ANA", "viewer", "*", "--for", "12h", "--note", "yes: 'no'")
    shell.does("access", "export", str(file))
    with shell.administration() as administration:
        head = administration.head()
    said = shell.types("access", "import", str(file), "--yes")
    assert (said.status, said.stdout) == (0, "")
    assert said.stderr.splitlines()[-1] == "Nothing to change."
    with shell.administration() as administration:
        assert administration.head() == head


def test_an_import_says_what_is_wrong_with_the_outcome(shell, file):
    file.write_text(FILE.replace("- {group: S0LEADS, role: approver, pattern: orders-*}\n", ""))
    said = shell.types("access", "import", str(file))
    assert said.stderr.splitlines()[0] == (
        "problem: The rule on orders-* needs 2 approvals, but no one can approve there. "
        "Grant approver on orders-* to someone."
    )


def test_what_a_file_does_not_speak_of_is_left_alone(shell, file):
    """A file of rules takes nobody's grants away."""
    shell.does("grant", "U0BEN", "operator", "*")
    file.write_text("rules: []")
    said = shell.types("access", "import", str(file), "--yes")
    assert said.stderr == f"{NOTICED}{UNSEEN}Nothing to change.\n"
    assert len(granted(shell)) == 1


def test_a_grant_of_the_file_that_has_expired_is_left_out(shell, file):
    file.write_text("grants: [{user: U0ANA, role: viewer, pattern: x, until: 2020-01-01}]")
    said = shell.types("access", "import", str(file), "--yes")
    left_out = "notice: 1 grant of the file expired already and had no effect.\n"
    assert (said.stdout, said.stderr) == ("", f"{left_out}{UNSEEN}Nothing to change.\n")


def test_a_slip_in_the_file_is_said_with_its_line_and_nothing_is_changed(shell, file):
    before = exported(shell)
    file.write_text(f"{FILE}- {{pattern: x, quorum: 2}}\n")
    assert shell.is_refused("access", "import", str(file), "--yes") == (
        f"{file}: Line 7: `quorum` is not a key of a rule. Keys: pattern, approvals, channel, group, within, remind, "
        "reason, cancel-window, break-glass, matching.\n"
    )
    assert exported(shell) == before


def test_the_file_may_come_by_standard_input_and_be_json(shell):
    text = json.dumps({"rules": [{"pattern": "*", "reason": "required"}]})
    said = shell.types("access", "import", "-", "--yes", stdin=text)
    assert said.stdout == "+ rule * reason=required\n"


def test_an_export_is_written_to_a_file_or_to_standard_output(shell, file):
    shell.types("access", "import", str(file), "--yes")
    assert shell.does("access", "export", str(file)) == f"Wrote {file}: 2 grants, 1 rule.\n"
    assert shell.does("access", "export") == shell.does("access", "export", "-") == file.read_text()
    assert stat.S_ISREG(file.stat().st_mode)


def test_files_that_cannot_be_are_sentences(shell, file):
    nowhere = shell.folder / "no" / "file"
    assert shell.fails("access", "export", str(nowhere)) == (
        f"The file {nowhere} cannot be written: No such file or directory.\n"
    )
    for path, content, why in (
        (nowhere, None, "cannot be read: No such file or directory"),
        (shell.folder, None, "cannot be read: Is a directory"),
        (file, b"grants: [\xff]", "cannot be read: it is not text in UTF-8"),
        (file, b"#" * (4 * 2**20 + 1), "is longer than 4 MiB"),
    ):
        if content is not None:
            path.write_bytes(content)
        status = 1 if content is None else 2
        said = shell.is_refused("access", "import", str(path), status=status)
        assert said == f"The file {path} {why}.\n"


ACCESS = st.builds(
    DesiredAccess,
    st.frozensets(
        GIVES.filter(lambda give: give.expires_at is None or give.expires_at.year > 2100), max_size=4
    ),
    st.lists(RULES, max_size=2, unique_by=lambda rule: rule.pattern).map(frozenset),
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ACCESS)
def test_any_file_once_imported_is_what_is_exported(shell, file, access):
    text = written(access, HOME)
    file.write_text(text, newline="")
    shell.types("access", "import", str(file), "--yes")
    assert exported(shell) == text


def test_what_an_import_would_change_cannot_be_forged(shell, file):
    """A line a change, whatever a note says: no note is a line of its own, or commands the terminal."""
    note = r"x)\n+ grant U0BOB viewer prod-*\e[1A\e[2K (ok"
    file.write_text(f'team: T1\ngrants:\n- {{user: U0ANA, role: viewer, pattern: "*", note: "{note}"}}\n')
    said = shell.types("access", "import", str(file))
    assert said.stdout == "+ grant U0ANA viewer * (x) + grant U0BOB viewer prod-* [1A [2K (ok)\n"


def test_the_same_grant_twice_in_a_file_is_noticed_and_made_once(shell, file):
    file.write_text(f"{FILE.partition('rules:')[0]}- {{user: U0ANA, role: requester, pattern: orders-*}}\n")
    said = shell.types("access", "import", str(file), "--yes")
    assert "notice: Line 5: this grant is already in line 3. Remove one of them." in said.stderr.splitlines()
    assert len(granted(shell)) == 2


def test_a_grant_of_another_workspace_is_shown_as_one(shell, file):
    """In the file to come it is left out; one that stands is revoked, with its workspace."""
    shell.does("grant", "U0OWN", "admin", "*")
    file.write_text(
        "grants: [{user: U0OWN, role: admin, pattern: '*'}, {user: U0B, role: viewer, pattern: x, team: T9}]"
    )
    said = shell.types("access", "import", str(file))
    assert said.stdout == "+ grant T9/U0B viewer x\n"
    assert NOTICED not in said.stderr
    problem = (
        "problem: U0B (viewer on x) is of the workspace T9, but the bot serves T1: the grant has no effect. "
    )
    assert said.stderr.splitlines()[0] == f"{problem}Remove it from the file."
    said = shell.types("access", "import", str(file), "--yes")
    assert said.stderr.splitlines()[0] == f"{problem}Revoke it with --team T9."


def test_drift_is_exit_status_3(shell, file):
    """For a check each night or in CI: nothing is changed by it, and nothing to change is 0."""
    assert shell.types("access", "import", str(file), "--yes").status == 0
    assert shell.types("access", "import", str(file), "--check").status == 0
    shell.does("revoke", "U0ANA", "requester", "orders-*")
    before = exported(shell)
    said = shell.types("access", "import", str(file), "--check")
    assert (said.status, said.stdout) == (3, "+ grant U0ANA requester orders-*\n")
    assert exported(shell) == before
    assert shell.is_refused("access", "import", str(file), "--check", "--yes").startswith(
        "--yes and --check exclude each other."
    )


def test_an_import_for_programs(shell, file):
    """Everything is in one document; only the database is named beside it."""
    said = shell.types("access", "import", str(file), "--check", "--json")
    assert (said.status, said.stderr) == (3, "")
    document = json.loads(said.stdout)
    assert [change[0] for change in document.pop("changes")] == ["+", "+", "+"]
    assert document == {
        "in_sync": False,
        "applied": False,
        "findings": [
            {"severity": "notice", "message": NOBODY_IS_ADMIN},
            {"severity": "notice", "message": NO_ONE_CLOSES.format(pattern="orders-*")},
        ],
        "notices": ["People were not looked up in Slack: SLACK_BOT_TOKEN is missing."],
    }
    applied = json.loads(shell.types("access", "import", str(file), "--yes", "--json").stdout)
    assert (applied["in_sync"], applied["applied"]) == (False, True)
    assert json.loads(shell.types("access", "import", str(file), "--json").stdout)["in_sync"] is True


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ACCESS)
def test_an_export_as_json_is_a_file_to_import(shell, file, access):
    file.write_text(written(access, HOME), newline="")
    shell.types("access", "import", str(file), "--yes")
    file.write_text(shell.does("access", "export", "--json"), newline="")
    assert shell.types("access", "import", str(file), "--check").status == 0
