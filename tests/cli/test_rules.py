"""`rule`, `rules`, `freeze` and `unfreeze`, as an operator types them."""

import getpass
import json
import re
import shlex
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.access.rule_keys import RULE_KEYS
from bot.domain.events import EventKind

EVERY_KEY = (
    "approvals=2 channel=C0OPS group=S0ONCALL within=2h remind=30m reason=required cancel-window=30s break-glass=allowed "
    r"matching=INC-\d+ .*"
)


def listed(shell):
    return json.loads(shell.does("rules", "--json"))


def recorded(shell):
    with shell.administration() as administration:
        assert administration.verify().broken is None
        return [(entry.event.kind, entry.event.data.get("before")) for entry in administration.entries()]


def test_a_rule_says_what_was_said_and_is_listed(shell):
    """Every key, in one word or in many; `matching` takes all that follows."""
    assert shell.does("rule", "prod-*", *EVERY_KEY.split(" ")) == f"New rule on prod-*: {EVERY_KEY}.\n"
    assert shell.does("rules").splitlines()[1].split(maxsplit=1) == ["prod-*", EVERY_KEY]
    assert listed(shell)["rules"] == [
        {
            "pattern": "prod-*",
            "approvals": 2,
            "channel": "C0OPS",
            "group": "S0ONCALL",
            "within": "2h",
            "remind": "30m",
            "reason": "required",
            "matching": r"INC-\d+ .*",
            "cancel-window": "30s",
            "break-glass": "allowed",
        }
    ]


def test_the_old_name_of_a_key_is_read_and_the_new_one_written(shell):
    shell.does("rule", "prod-*", "approvals=2", "stop=30s")
    assert listed(shell)["rules"] == [{"pattern": "prod-*", "approvals": 2, "cancel-window": "30s"}]
    shell.does("rule", "prod-*", "stop=")
    assert listed(shell)["rules"] == [{"pattern": "prod-*", "approvals": 2}]


def test_a_rule_keeps_the_keys_that_are_not_named(shell):
    """`KEY=` alone removes one, and the last one takes the rule with it."""
    shell.does("rule", "prod-*", "approvals=2", "reason=required", "channel=C0OPS")
    assert shell.does("rule", "prod-*", "approvals=1", "within=2h", "channel=") == (
        "Changed the rule on prod-*: approvals 2 → 1, channel C0OPS → not set, within not set → 2h. "
        "Unchanged: reason=required.\n"
    )
    same = "Nothing to change: the rule on prod-* is already approvals=1 within=2h reason=required.\n"
    assert shell.does("rule", "prod-*", "approvals=1") == shell.does("rule", "prod-*", "remind=") == same
    assert shell.does("rule", "prod-*", "approvals=", "within=", "reason=").startswith(
        "Removed the rule on prod-* ("
    )
    assert shell.fails("rule", "prod-*", "approvals=").startswith("There is no rule on prod-*.")
    assert [kind for kind, _ in recorded(shell)] == [
        EventKind.RULE_SET,
        EventKind.RULE_SET,
        EventKind.RULE_DROPPED,
    ]


def test_a_rule_is_dropped(shell):
    shell.does("rule", "prod-*", "approvals=2")
    assert shell.does("rule", "prod-*", "off") == (
        "Removed the rule on prod-* (approvals=2).\nUndo: pipeline-bot rule 'prod-*' approvals=2\n"
    )
    assert listed(shell)["rules"] == []
    assert shell.fails("rule", "prod-*", "off") == (
        "There is no rule on prod-*. `pipeline-bot rules` lists rules and freezes.\n"
    )
    assert recorded(shell)[1:] == [(EventKind.RULE_DROPPED, {"approvals": "2"})]


def test_what_was_removed_comes_back_by_the_command_that_the_answer_has(shell):
    shell.does("rule", "prod-*", *EVERY_KEY.split(" "))
    shell.does("freeze", "ord*", "until", "18:00", "release day, it's late")
    before = listed(shell)
    for removed in (("rule", "prod-*", "off"), ("unfreeze", "ord*")):
        undo = shell.does(*removed).splitlines()[-1].removeprefix("Undo: ")
        shell.does(*shlex.split(undo)[1:])
    assert listed(shell)["rules"] == before["rules"]
    (freeze,) = listed(shell)["freezes"]
    assert {key: freeze[key] for key in ("pattern", "until", "reason")} == {
        key: before["freezes"][0][key] for key in ("pattern", "until", "reason")
    }


def test_what_was_probably_meant_is_offered(shell):
    shell.does("rule", "prod-*", "approvals=2", "within=2h")
    assert shell.fails("rule", "prod", "off").endswith("Did you mean `pipeline-bot rule 'prod-*' off`?\n")
    assert shell.fails("rule", "prod", "within=").endswith(
        "Did you mean `pipeline-bot rule 'prod-*' within=`?\n"
    )


@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        ("approvals=6", "approvals is 0 to 5, not 6."),
        ("approvals", "approvals needs a value, such as approvals=2."),
        ("quorum=2", "Unknown key quorum. Allowed keys: approvals, channel,"),
        ("within=soon", "soon is not a valid length of time: write 30s, 45m, 2h or 1d."),
        ("cancel-window=61s", "cancel-window is 0s to 60s."),
        ("channel=#ops", "channel is a channel's id, such as C0123ABCD. `pipeline-bot"),
        ("matching=(", "'(' is not a valid regular expression"),
        ("reason=maybe", "maybe is neither required nor optional."),
        ("matching=\udcff", "A rule may have printable characters only."),
    ],
)
def test_a_rule_that_cannot_be_is_refused_with_what_to_write(shell, said, complaint):
    refused = shell.is_refused("rule", "prod-*", *said.split())
    assert complaint in refused
    assert "`pipeline-bot rule --help`" in refused or "printable characters" in refused
    assert not shell.database.exists()


def test_a_rule_says_something_and_is_on_pipelines(shell):
    assert "Missing argument" in shell.is_refused("rule", "prod-*")
    assert shell.is_refused("rule", "prod/*", "approvals=1").startswith(
        "'prod/*' is not a valid pipeline pattern"
    )


def test_help_on_rules_has_every_key(shell):
    shown = shell.does("rule", "--help").partition("approvals=2")
    keys = re.findall(r"^ *([-a-z]+)=", "".join(shown[1:]), re.MULTILINE)
    assert keys == [key.name for key in RULE_KEYS]


def test_without_any_rule_the_usual_is_said(shell):
    shell.begins()
    assert shell.does("rules") == (
        "No rules: a requester or responder needs 1 approval, an operator none. `pipeline-bot rule --help` explains each key.\n"
    )


def test_a_freeze_is_listed_until_another_takes_its_place_or_it_is_lifted(shell):
    said = shell.does("freeze", "prod-*", "for", "4h", "release", "day")
    until = re.fullmatch(
        r"Frozen: no clear, stop or start on prod-\* until (.*) UTC, not even break-glass: release day\.\n",
        said,
    )[1]
    (freeze,) = listed(shell)["freezes"]
    assert (freeze["pattern"], freeze["reason"], freeze["by"]) == (
        "prod-*",
        "release day",
        f"shell:{getpass.getuser()}",
    )
    lasts = datetime.fromisoformat(freeze["until"]) - datetime.fromisoformat(freeze["at"])
    assert lasts == timedelta(hours=4)
    shown = shell.does("rules").splitlines()
    assert shown[2].split() == ["FROZEN", "UNTIL", "BY", "REASON"]
    assert until in shown[3]
    longer = shell.does("freeze", "prod-*", "for", "8h", "it takes longer")
    assert re.search(
        r"\. It replaces a freeze \(until [-\d]+ [:\d]+ UTC, by shell:\w+: release day\)\.\n\Z", longer
    )
    assert [freeze["reason"] for freeze in listed(shell)["freezes"]] == ["it takes longer"]
    assert shell.fails("unfreeze", "prod") == (
        "There is no freeze on prod. Did you mean `pipeline-bot unfreeze 'prod-*'`?\n"
    )
    lifted = shell.does("unfreeze", "prod-*")
    assert lifted.startswith("Removed the freeze on prod-* (until ")
    assert listed(shell)["freezes"] == []
    assert [kind for kind, _ in recorded(shell)] == [EventKind.FROZEN, EventKind.FROZEN, EventKind.UNFROZEN]


def test_a_freeze_until_a_moment(shell):
    """A date, or the next time a clock shows it, in UTC."""
    later = (datetime.now(UTC) + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    shell.does("freeze", "a", "until", later, "audit")
    shell.does("freeze", "b", "until", "18:00", "audit")
    ends = [datetime.fromisoformat(freeze["until"]) for freeze in listed(shell)["freezes"]]
    assert ends[0].strftime("%Y-%m-%dT%H:%M") == later
    assert ends[1].strftime("%H:%M") == "18:00"
    assert timedelta(0) < ends[1] - datetime.now(UTC) <= timedelta(days=1)


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("for", "soon"), "'soon' is not a valid duration. Write 30m, 4h or 2d."),
        (("for", "18:00"), "'18:00' is not a valid duration"),
        (("until", "4h"), "'4h' is not a valid time. Write 18:00 or 2026-11-25T08:00, in UTC."),
        (("until", "2020-01-01"), "2020-01-01 00:00 UTC has passed. Give a later time."),
        (("until", "0001-01-01T00:00+14:00"), "is not a valid time"),
        (("for", "0h"), "'0h' is not a valid duration. Write 30m, 4h or 2d."),
        (("for", "31d"), "A freeze lasts at most 30 days"),
        (("until", "2999-01-01"), "A freeze lasts at most 30 days"),
    ],
)
def test_a_freeze_that_cannot_be_is_refused(shell, words, complaint):
    assert complaint in shell.is_refused("freeze", "prod-*", *words, "release day")
    assert not shell.database.exists()


def test_a_freeze_needs_a_reason(shell):
    assert "Missing argument" in shell.is_refused("freeze", "prod-*", "for", "4h")
    assert shell.is_refused("freeze", "prod-*", "for", "4h", " ").startswith("Give a reason")
