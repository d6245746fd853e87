"""`grant`, `revoke` and `grants`, as an operator types them."""

import getpass
import json
import os
import re
import stat
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.store.administration import Administration
from tests.cli.conftest import Shell

HOME = ("--team", "T0ACME")


def listed(shell):
    return json.loads(shell.does("grants", "--json"))


def test_a_grant_says_what_was_granted_and_is_listed(shell):
    """Every field, for programs, with its moments in ISO 8601."""
    before = datetime.now(UTC)
    said = shell.does("grant", "U0ANA", "operator", "orders-*", "--for", "12h", "--note", "on call", *HOME)
    assert re.fullmatch(
        r"Granted: U0ANA is operator on orders-\*, until [-\d]+ [:\d]+ UTC \(number 1\)\.\n", said
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
        "role": "operator",
        "pattern": "orders-*",
        "is_current": True,
        "granted_by": f"shell:{getpass.getuser()}",
        "note": "on call",
    }


def test_without_a_duration_it_lasts_until_it_is_revoked(shell):
    said = shell.does("grant", "U0ANA", "viewer", "orders", *HOME)
    assert said == "Granted: U0ANA is viewer on orders, until revoked (number 1).\n"
    (grant,) = listed(shell)
    assert grant["expires_at"] is None


def test_what_is_granted_already_is_not_called_granted(shell):
    """The same words again change nothing, and say so; other words are a grant of their own."""
    for said in ("Granted", "Already granted"):
        assert shell.does("grant", "U0ANA", "viewer", "orders", *HOME) == (
            f"{said}: U0ANA is viewer on orders, until revoked (number 1).\n"
        )
    assert shell.does("grant", "U0ANA", "viewer", "orders", "--note", "new", *HOME).endswith("(number 2).\n")
    assert [grant["id"] for grant in listed(shell)] == [1, 2]


@pytest.mark.skipif(os.getuid() != 0, reason="only root may become somebody without a name")
def test_who_has_no_name_grants_by_number():
    """In a container the process often has a uid that no /etc/passwd knows."""
    becoming = "import os; from bot.cli.main import main; os.setuid(54_321); main()"
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        shell = Shell(Path(folder), command=("-c", becoming))
        shell.does("grant", "U0ANA", "viewer", "*", *HOME)
        (grant,) = listed(shell)
    assert grant["granted_by"] == "shell:uid:54321"


def test_the_database_it_creates_is_private(shell):
    """The first grant is often given before the bot's first run."""
    shell.does("grant", "U0ANA", "viewer", "*", *HOME)
    assert stat.S_IMODE(shell.database.stat().st_mode) == 0o600


def test_the_table_is_for_people(shell):
    shell.does("grant", "U0ANA", "operator", "orders-*", "--note", "on call", *HOME)
    shell.does("grant", "T0OTHER/W0BEN", "viewer", "*", "--for", "7d")
    rows = [re.split(r"\s{2,}", line.strip()) for line in shell.does("grants").splitlines()]
    assert rows[0][:6] == ["NUMBER", "TEAM", "USER", "ROLE", "PATTERN", "UNTIL"]
    assert rows[0][6:] == ["GRANTED BY", "GRANTED AT", "NOTE"]
    assert rows[1][:6] == ["1", "T0ACME", "U0ANA", "operator", "orders-*", "no end"]
    assert rows[1][8] == "on call"
    assert rows[2][:5] == ["2", "T0OTHER", "W0BEN", "viewer", "*"]
    assert rows[2][5].endswith(" UTC")


def test_a_lapsed_grant_stays_in_the_list(shell):
    """Whoever asks why something is refused has to see it."""
    shell.does("grant", "U0ANA", "viewer", "*", *HOME)
    yesterday = datetime.now(UTC) - timedelta(days=1)
    with Administration.open(shell.database) as administration:
        (known,) = administration.grants()
        administration.grant(
            known.principal,
            known.role,
            pattern="orders",
            granted_by="shell:owner",
            now=yesterday,
            expires_at=yesterday + timedelta(hours=1),
        )
    assert [grant["is_current"] for grant in listed(shell)] == [True, False]
    assert "  lapsed 20" in shell.does("grants").splitlines()[2]


@pytest.mark.parametrize("command", [["grants"], ["grants", "--json"], ["revoke", "U0ANA", "viewer", "*"]])
def test_a_database_that_is_not_there_is_not_made_by_asking(shell, command):
    """At a mistyped path nobody has any grant, which would be believed."""
    said = shell.is_refused(*command, PIPELINE_BOT_DATABASE="typo.db")
    assert said == (
        "There is no database typo.db yet. The first `pipeline-bot grant` creates it, or the bot's first run; "
        "PIPELINE_BOT_DATABASE says where.\n"
    )
    assert list(shell.folder.iterdir()) == []


def test_without_any_grant_it_says_so(shell):
    shell.does("grant", "U0ANA", "viewer", "*", *HOME)
    shell.does("revoke", "U0ANA", "viewer", "*", *HOME)
    assert shell.does("grants") == (
        "No grants: nobody may do anything yet. Give the first with `pipeline-bot grant`.\n"
    )
    assert listed(shell) == []


def test_a_grant_is_taken_away_as_it_was_given(shell):
    """All that say the same; another pattern or role is another grant."""
    shell.does("grant", "U0ANA", "operator", "orders-*", *HOME)
    shell.does("grant", "U0ANA", "operator", "orders-*", "--note", "again", *HOME)
    shell.does("grant", "U0ANA", "viewer", "orders-*", *HOME)
    said = shell.does("revoke", "U0ANA", "operator", "orders-*", *HOME)
    assert said == "Revoked: U0ANA is operator on orders-*, until revoked.\n" * 2
    assert [grant["role"] for grant in listed(shell)] == ["viewer"]


def test_a_grant_that_does_not_exist_cannot_be_revoked(shell):
    shell.does("grant", "U0ANA", "viewer", "orders-*", *HOME)
    said = shell.is_refused("revoke", "U0ANA", "operator", "orders-*", *HOME)
    assert said == (
        "There is no such grant: U0ANA has no operator on orders-*. `pipeline-bot grants` lists them.\n"
    )


def test_people_of_another_workspace_are_named_with_it(shell):
    """The team in front of the user is the person's; two people with one id in two workspaces are two people."""
    shell.does("grant", "T0OTHER/U0ANA", "viewer", "*")
    shell.does("grant", "U0ANA", "viewer", "*", *HOME)
    assert [(grant["team"], grant["user"]) for grant in listed(shell)] == [
        ("T0OTHER", "U0ANA"),
        ("T0ACME", "U0ANA"),
    ]


@pytest.mark.parametrize("user", ["ana", "@ana", "<@U0ANA>", "u0ana", "U0ANA ", "B0BOT", ""])
def test_who_is_no_user_id_is_refused(shell, user):
    """Names change hands; ids do not."""
    said = shell.is_refused("grant", user, "viewer", "*", *HOME)
    assert said == (
        f"{user!r} is no Slack user id: it looks like U0123ABCD "
        "(in Slack: the person's profile, ⋮, Copy member ID).\n"
    )
    assert listed(shell) == []


@pytest.mark.parametrize("team", ["acme", "t0acme", "U0ANA", "T0ACME "])
def test_what_is_no_workspace_id_is_refused(shell, team):
    """A grant for a workspace that does not exist would be nobody's, in silence."""
    said = shell.is_refused("grant", "U0ANA", "viewer", "*", "--team", team)
    assert said == f"{team!r} is no Slack workspace id: it looks like T0123ABCD.\n"
    assert listed(shell) == []


def test_two_workspaces_for_one_person_are_refused(shell):
    said = shell.is_refused("grant", "T0OTHER/U0ANA", "viewer", "*", *HOME)
    assert said == "T0OTHER/U0ANA and --team T0ACME name two workspaces: leave one of them out.\n"
    assert listed(shell) == []


def test_a_role_that_does_not_exist_is_refused(shell):
    said = shell.is_refused("grant", "U0ANA", "admin", "*", *HOME)
    assert said.endswith("Error: Invalid value for 'ROLE': 'admin' is not one of 'viewer', 'operator'.\n")


@pytest.mark.parametrize("pattern", ["orders/*", "", "orders *", "{a,b}", "[z-a]"])
def test_a_pattern_that_can_match_no_pipeline_is_refused(shell, pattern):
    """Most likely the shell has eaten the quotes, or expanded the star."""
    said = shell.is_refused("grant", "U0ANA", "viewer", pattern, *HOME)
    assert said.startswith(f"{pattern!r} ")
    assert "pipeline" in said
    assert listed(shell) == []


@pytest.mark.parametrize("lasts", ["12", "0h", "-1h", "12 h", "1y", "forever", "99999h"])
def test_what_is_no_duration_is_refused(shell, lasts):
    said = shell.is_refused("grant", "U0ANA", "viewer", "*", f"--for={lasts}", *HOME)
    assert f"{lasts!r} is no duration; write 30m, 12h, 7d or 2w." in said
    assert not shell.database.exists()


@pytest.mark.parametrize(
    ("lasts", "duration"),
    [
        ("30m", timedelta(minutes=30)),
        ("12h", timedelta(hours=12)),
        ("7d", timedelta(days=7)),
        ("2w", timedelta(weeks=2)),
        ("9999w", timedelta(weeks=9999)),
    ],
)
def test_how_long_a_grant_lasts(shell, lasts, duration):
    shell.does("grant", "U0ANA", "viewer", "*", "--for", lasts, *HOME)
    (grant,) = listed(shell)
    granted_at = datetime.fromisoformat(grant["granted_at"])
    assert datetime.fromisoformat(grant["expires_at"]) - granted_at == duration


def test_before_the_first_run_and_without_a_token_it_says_what_to_do(shell):
    said = shell.is_refused("grant", "U0ANA", "viewer", "*")
    assert said == (
        "SLACK_BOT_TOKEN is missing.\n"
        "The workspace is not known yet, and Slack did not tell it: "
        "set SLACK_BOT_TOKEN, or name the workspace with --team T0123ABCD.\n"
    )


def test_a_database_that_cannot_be_used_is_a_sentence(shell):
    said = shell.is_refused("grant", "U0ANA", "viewer", "*", PIPELINE_BOT_DATABASE="/nowhere/bot.db")
    assert said == (
        "The database /nowhere/bot.db cannot be used: /nowhere is no directory. "
        "Create it, or choose another place for the database.\n"
    )
    shell.database.write_text("Dear diary, this is no database at all, and must stay as it is.")
    assert "cannot be used: file is not a database" in shell.is_refused("grants")
    assert shell.database.read_text().startswith("Dear diary")
