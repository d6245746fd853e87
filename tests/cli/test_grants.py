"""`grant`, `revoke` and `grants`, as an operator types them."""

import getpass
import json
import re
import shlex
import stat
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.access.changes import GrantRole
from bot.domain.access.lint.principals import NOBODY_IS_ADMIN
from bot.domain.access.permissions import Role
from bot.domain.events import EventKind

HOME = ("--team", "T0ACME")


def listed(shell):
    return json.loads(shell.does("grants", "--json"))


def test_a_grant_says_what_was_granted_and_is_listed(shell):
    before = datetime.now(UTC)
    said = shell.does("grant", "U0ANA", "operator", "orders-*", "--for", "12h", "--note", "on call", *HOME)
    assert re.fullmatch(
        r"Granted: U0ANA is operator on orders-\* \(grant #1, expires [-\d]+ [:\d]+ UTC\)\.\n", said
    )
    (grant,) = listed(shell)
    granted_at = datetime.fromisoformat(grant.pop("granted_at"))
    expires_at = datetime.fromisoformat(grant.pop("expires_at"))
    assert before <= granted_at <= datetime.now(UTC)
    assert expires_at - granted_at == timedelta(hours=12)
    assert grant == {
        "id": 1,
        "team": "T0ACME",
        "user": "U0ANA",
        "group": None,
        "role": "operator",
        "pattern": "orders-*",
        "is_current": True,
        "granted_by": f"shell:{getpass.getuser()}",
        "note": "on call",
    }


def test_without_a_duration_it_lasts_until_it_is_revoked_and_is_given_once(shell):
    """A repeated command changes nothing, and is no entry in the record. The first often creates the database."""
    said = "U0ANA is viewer on orders (grant #1, no expiry).\n"
    assert shell.does("grant", "U0ANA", "viewer", "orders", *HOME) == f"Granted: {said}"
    assert shell.does("grant", "U0ANA", "viewer", "orders", *HOME) == f"Already granted: {said}"
    (grant,) = listed(shell)
    assert grant["expires_at"] is None
    assert stat.S_IMODE(shell.database.stat().st_mode) == 0o600
    with shell.administration() as administration:
        assert len(list(administration.entries())) == 1


def test_the_table_is_for_people(shell):
    shell.does("grant", "U0ANA", "operator", "orders-*", "--note", " on\ncall \x1b[31m", *HOME)
    shell.does("grant", "W0BEN", "viewer", "*", "--for", "7d", *HOME)
    heading, ana, ben = shell.does("grants").splitlines()
    assert heading.split("  ")[0] == "NUMBER"
    columns = [re.split(r"\s{2,}", line.strip()) for line in (heading, ana, ben)]
    assert columns[0] == ["NUMBER", "WHO", "ROLE", "PATTERN", "EXPIRES", "GRANTED BY", "GRANTED AT", "NOTE"]
    assert columns[1][:5] == ["1", "U0ANA", "operator", "orders-*", "never"]
    assert columns[1][7] == "on call [31m"  # nobody's words command the terminal
    assert columns[2][:4] == ["2", "W0BEN", "viewer", "*"]
    assert columns[2][4].endswith(" UTC")


def test_an_expired_grant_stays_in_the_list(shell):
    shell.does("grant", "U0ANA", "viewer", "*", *HOME)
    yesterday = datetime.now(UTC) - timedelta(days=1)
    with shell.administration() as administration:
        (known,) = administration.grants()
        lapsed = GrantRole(known.principal, known.role, "orders", expires_at=yesterday + timedelta(hours=1))
        administration.administer(lapsed, by="shell:owner", now=yesterday)
    assert [grant["is_current"] for grant in listed(shell)] == [True, False]
    assert "  expired 20" in shell.does("grants").splitlines()[2]


def test_without_any_grant_it_says_so(shell):
    shell.begins()
    assert shell.does("grants") == (
        "No grants: no one has access yet. Grant the first role: `pipeline-bot grant U0123ABCD admin '*'`.\n"
    )
    assert listed(shell) == []


def test_a_grant_is_taken_away_as_it_was_given(shell):
    """All that say the same; another pattern or role is another grant."""
    shell.does("grant", "U0ANA", "operator", "orders-*", *HOME)
    shell.does("grant", "U0ANA", "operator", "orders-*", "--note", "again", *HOME)
    shell.does("grant", "U0ANA", "viewer", "orders-*", *HOME)
    assert shell.does("revoke", "U0ANA", "operator", "orders-*", *HOME).splitlines() == [
        "Revoked: U0ANA was operator on orders-* (grant #1, no expiry).",
        "Revoked: U0ANA was operator on orders-* (grant #2, no expiry).",
        "Undo: pipeline-bot grant --team T0ACME U0ANA operator 'orders-*'",
        "Undo: pipeline-bot grant --note again --team T0ACME U0ANA operator 'orders-*'",
    ]
    assert [grant["role"] for grant in listed(shell)] == ["viewer"]
    assert shell.fails("revoke", "U0ANA", "operator", "orders-*", *HOME) == (
        "No such grant: U0ANA is not operator on orders-*. "
        "Did you mean `pipeline-bot revoke --team T0ACME U0ANA viewer 'orders-*'`?\n"
    )
    assert shell.fails("revoke", "U0BEN", "operator", "orders-*", *HOME).endswith(
        "`pipeline-bot grants` lists all.\n"
    )


def test_a_revoked_grant_comes_back_by_the_command_that_the_answer_has(shell):
    options = ("--for", "12h", "--note", "it's -x", *HOME)
    shell.does("grant", *options, "--", "S0ONCALL", "operator", "-x*")
    (before,) = listed(shell)
    said = shell.does("revoke", *HOME, "--", "S0ONCALL", "operator", "-x*")
    program, *arguments = shlex.split(said.splitlines()[-1].removeprefix("Undo: "))
    assert (program, listed(shell)) == ("pipeline-bot", [])
    shell.does(*arguments)
    (after,) = listed(shell)
    same = ("team", "group", "role", "pattern", "note")
    assert [after[key] for key in same] == [before[key] for key in same]
    ends = [datetime.fromisoformat(grant["expires_at"]) for grant in (before, after)]
    assert timedelta(0) <= ends[0] - ends[1] <= timedelta(minutes=2)


@pytest.mark.parametrize("role", [role.value for role in Role])
def test_every_role_can_be_given_to_a_user_group_and_taken_away(shell, role):
    said = shell.does("grant", "S0ONCALL", role, "*", *HOME)
    assert said == f"Granted: S0ONCALL is {role} on * (grant #1, no expiry).\n"
    (grant,) = listed(shell)
    assert (grant["user"], grant["group"], grant["role"]) == (None, "S0ONCALL", role)
    said = shell.does("revoke", "S0ONCALL", role, "*", *HOME)
    assert said.splitlines()[0] == f"Revoked: S0ONCALL was {role} on * (grant #1, no expiry)."
    assert listed(shell) == []


def test_every_change_is_in_the_record_with_who_made_it(shell):
    shell.does("grant", "U0ANA", "operator", "orders-*", "--note", "on call", *HOME)
    shell.does("revoke", "U0ANA", "operator", "orders-*", *HOME)
    who = f"shell:{getpass.getuser()}"
    with shell.administration() as administration:
        granted, revoked = administration.entries()
        assert administration.verify().broken is None
    assert (granted.event.kind, revoked.event.kind) == (EventKind.GRANTED, EventKind.REVOKED)
    assert granted.event.data["shell"] == revoked.event.data["shell"] == who
    assert revoked.event.data["before"] == [
        {"number": 1, "role": "operator", "by": who, "until": None, "note": "on call"}
    ]


def test_the_list_can_be_of_somebody_or_of_what_may_concern_a_pattern(shell):
    """Of an id, those given to it: whoever asks about a person wants to know what they may."""
    for who, pattern in (("U0ANA", "orders-*"), ("T0ACME/U0BEN", "prod-*"), ("S0ONCALL", "*")):
        shell.does("grant", who, "operator", pattern, *(() if "/" in who else HOME))

    def those(wanted):
        return [one["user"] or one["group"] for one in json.loads(shell.does("grants", wanted, "--json"))]

    assert those("U0ANA") == ["U0ANA"]
    assert those("S0ONCALL") == ["S0ONCALL"]
    assert those("T0ACME/U0BEN") == ["U0BEN"]
    assert those("prod-b") == ["U0BEN", "S0ONCALL"]
    assert those("USERS") == ["S0ONCALL"]
    assert shell.does("grants", "U03LEAD1") == "No grants to U03LEAD1 directly.\n"
    shell.does("revoke", "S0ONCALL", "operator", "*", *HOME)
    assert shell.does("grants", "users") == "No grants on users.\n"
    assert shell.is_refused("grants", "a/b").startswith("'a/b' is not a valid pipeline pattern")


@pytest.mark.parametrize(
    ("who", "team"),
    [
        *((who, "T0ACME") for who in ("@ana", "<@U0ANA>", "u0ana", "U0ANA ", "B0BOT", "")),
        *(("U0ANA", team) for team in ("t0acme", "U0ANA", "T0ACME ")),
    ],
)
def test_who_is_no_user_or_group_or_of_no_workspace_is_refused(shell, who, team):
    """Names change hands, ids do not; a grant for a workspace that does not exist would be nobody's, in silence."""
    said = shell.is_refused("grant", who, "viewer", "*", "--team", team)
    assert said == (
        f"{team!r} is not a valid Slack workspace id. It looks like T0123ABCD.\n"
        if team != "T0ACME"
        else f"{who!r} is not a valid Slack id. A person's looks like U0123ABCD (in Slack: the person's profile, ⋮, Copy member ID), "
        "a user group's like S0123ABCD (the group, ⋮, Copy group ID).\n"
    )
    assert listed(shell) == []


def test_two_workspaces_for_one_person_are_refused(shell):
    said = shell.is_refused("grant", "T0OTHER/U0ANA", "viewer", "*", *HOME)
    assert said == "T0OTHER/U0ANA and --team T0ACME name two workspaces. Leave one of them out.\n"
    assert listed(shell) == []


@pytest.mark.parametrize(
    ("role", "pattern", "lasts", "complaint"),
    [
        ("boss", "*", "12h", f"'boss' is not one of {', '.join(repr(role.value) for role in Role)}."),
        # Most likely the shell has eaten the quotes, or expanded the star.
        ("viewer", "orders *", "12h", "'orders *' "),
        ("viewer", "", "12h", "'' "),
        *(
            ("viewer", "*", lasts, f"{lasts!r} is not a valid duration. Write 30m, 12h, 7d or 2w.")
            for lasts in ("12", "0h", "-1h", "forever", "99999h")
        ),
    ],
)
def test_a_grant_that_cannot_be_is_refused(shell, role, pattern, lasts, complaint):
    assert complaint in shell.is_refused("grant", "U0ANA", role, pattern, f"--for={lasts}", *HOME)
    assert list(listed(shell) if shell.database.exists() else []) == []


def test_before_the_first_run_and_without_a_token_it_says_what_to_do(shell):
    said = shell.is_refused("grant", "U0ANA", "viewer", "*")
    assert said == (
        "The Slack workspace is not known. SLACK_BOT_TOKEN is missing. To do without Slack, name the workspace: "
        "--team T0123ABCD.\n"
    )


def test_a_database_that_cannot_be_used_is_a_sentence(shell):
    said = shell.fails("grant", "U0ANA", "viewer", "*", *HOME, PIPELINE_BOT_DATABASE="/nowhere/bot.db")
    assert said == (
        "The database /nowhere/bot.db cannot be used: /nowhere is not a directory. "
        "Create it, or choose another file with --database or PIPELINE_BOT_DATABASE.\n"
    )
    shell.database.write_text("Dear diary, this is no database at all, and must stay as it is.")
    assert "cannot be used: file is not a database" in shell.fails("grants")
    assert shell.database.read_text().startswith("Dear diary")


def test_a_user_without_a_name_is_written_down_by_number(shell, monkeypatch):
    """In a container nobody may have given the user a name."""
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("os.getuid", lambda: 4_123_456)
    shell.does("grant", "U0ANA", "viewer", "*", "--team", "T1")
    with shell.administration() as administration:
        (entry,) = administration.entries()
    assert entry.event.data["shell"] == "shell:uid 4123456"


def test_another_workspace_than_the_bots_own_has_a_column(shell):
    """Two people with one id in two workspaces are two people; the team in front of the user is the person's."""
    shell.does("grant", "U0ANA", "viewer", "*", *HOME)
    assert "TEAM" not in shell.does("grants")
    shell.does("grant", "T0OTHER/U0ANA", "viewer", "*")
    heading, ana, other = shell.does("grants").splitlines()
    assert heading.split()[:3] == ["NUMBER", "TEAM", "WHO"]
    assert (ana.split()[:3], other.split()[:3]) == (["1", "T0ACME", "U0ANA"], ["2", "T0OTHER", "U0ANA"])


def test_when_the_last_admin_goes_it_is_said(shell):
    """From then on nobody can change access in Slack."""
    shell.does("grant", "U0ANA", "admin", "*", *HOME)
    shell.does("grant", "U0BEN", "admin", "x-*", *HOME)
    assert "Nobody" not in shell.does("revoke", "U0ANA", "admin", "*", *HOME)
    assert shell.does("revoke", "U0BEN", "admin", "x-*", *HOME).splitlines() == [
        "Revoked: U0BEN was admin on x-* (grant #2, no expiry).",
        NOBODY_IS_ADMIN,
        "Undo: pipeline-bot grant --team T0ACME U0BEN admin 'x-*'",
    ]


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        (("for", "12h"), "--for 12h"),
        (("for", "12h", "on", "call"), "--for 12h --note 'on call'"),
        (("on", "call"), "--note 'on call'"),
    ],
)
def test_what_is_typed_as_in_slack_is_shown_as_it_is_typed_here(shell, typed, hint):
    said = shell.is_refused("grant", "U0ANA", "viewer", "*", *typed, *HOME)
    assert said == (
        f"Unexpected {' '.join(typed)!r}: a duration and a note are options here. "
        f"Did you mean `pipeline-bot grant {hint} --team T0ACME U0ANA viewer '*'`?\n"
    )
    assert not shell.database.exists()
