"""Rules and freezes by chat: what a clear takes on a pattern, put and dropped by whoever administers all of it."""

import pytest
from inline_snapshot import snapshot

from bot.domain.events import EventKind
from tests.workspace import Workspace


def test_a_rule_is_put_replaced_and_dropped(workspace: Workspace) -> None:
    """One rule a pattern; each change says what was there before, to the admin and to the record."""
    root = workspace.admin("root")
    assert root.types("/pipeline rule prod-* approvals=2 within=2h reason=required") == snapshot(
        "✅ Rule on `prod-*`: approvals=2 within=2h reason=required."
    )
    assert root.types("/pipeline rule prod-* approvals=3 stop=30s break-glass=allowed") == snapshot(
        "✅ Rule on `prod-*`: approvals=3 stop=30s break-glass=allowed. Before: approvals=2 within=2h reason=required."
    )
    assert root.types("/pipeline rules") == snapshot("""\
*Rules and freezes*
📏 `prod-*`: approvals=3 stop=30s break-glass=allowed
Without a rule a requester needs 1 approval, an operator none.\
""")
    assert root.types("/pipeline rule prod-* off") == snapshot(
        "✅ No rule on `prod-*` any more. Before: approvals=3 stop=30s break-glass=allowed."
    )
    assert root.types("/pipeline rules") == snapshot("""\
*Rules and freezes*
None that concerns you.
Without a rule a requester needs 1 approval, an operator none.\
""")
    assert root.types("/pipeline rule prod-* off") == snapshot(
        "Nothing to change: there is no rule on `prod-*`. `/pipeline rules` lists them, written as they were given."
    )
    assert workspace.record() == snapshot(
        [
            '03:00 rule_set by root: grant=1 pattern=prod-* rule={"approvals": "2", "reason": "required", "within": "2h"}',
            '03:00 rule_set by root: before={"approvals": "2", "reason": "required", "within": "2h"} grant=1 pattern=prod-* rule={"approvals": "3", "break-glass": "allowed", "stop": "30s"}',
            '03:00 rule_dropped by root: before={"approvals": "3", "break-glass": "allowed", "stop": "30s"} grant=1 pattern=prod-*',
        ]
    )


def test_a_rule_counts_from_the_next_command_on(workspace: Workspace) -> None:
    """An operator who cleared alone needs approvals a moment later."""
    root, ana = workspace.admin("root"), workspace.operator("ana")
    assert ana.types("/pipeline can-i clear orders").startswith("✅ You may clear `orders` yourself.")
    root.types("/pipeline rule orders approvals=2")
    assert ana.types("/pipeline can-i clear orders").startswith(
        "🙋 You may ask to clear `orders`: it takes 2 approvals by others"
    )
    root.types("/pipeline rule orders off")
    assert ana.types("/pipeline can-i clear orders").startswith("✅ You may clear `orders` yourself.")


def test_a_rule_names_channels_and_groups_as_slack_shows_them(workspace: Workspace) -> None:
    """Picked from Slack's lists, and shown so that it can be typed again."""
    root = workspace.admin("root")
    workspace.user_group("leads")
    assert root.types("/pipeline rule orders channel=#ops group=@leads matching=INC-\\d+ or so") == snapshot(
        "✅ Rule on `orders`: channel=#ops group=@leads matching=`INC-\\d+ or so`."
    )
    assert root.types("/pipeline rules") == snapshot("""\
*Rules and freezes*
📏 `orders`: channel=#ops group=@leads matching=`INC-\\d+ or so`
Without a rule a requester needs 1 approval, an operator none.\
""")


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        (
            "rule",
            snapshot(
                "🤔 Type `/pipeline rule PATTERN key=value…|off`, for example `/pipeline rule prod-* approvals=2 reason=required`."
            ),
        ),
        (
            "rule orders",
            snapshot(
                "🤔 Type `/pipeline rule PATTERN key=value…|off`, for example `/pipeline rule prod-* approvals=2 reason=required`."
            ),
        ),
        (
            "rule bad/pattern approvals=1",
            snapshot(
                "🤔 'bad/pattern' is no pipeline pattern: use the letters, digits, - and _ of pipeline names, and * ? [abc] [!abc] [a-z] to match several."
            ),
        ),
        (
            "rule orders approvals",
            snapshot(
                "🤔 I do not know `approvals`. A rule is made of `approvals=2` `channel=#ops` `group=@oncall` `within=2h` `remind=30m` `reason=required` `stop=30s` `break-glass=allowed` and, last, `matching=INC-\\d+`."
            ),
        ),
        ("rule orders approvals=9", snapshot("🤔 approvals is 0 to 5, not 9.")),
        ("rule orders approvals=two", snapshot("🤔 `approvals` is a number from 0 to 5.")),
        ("rule orders within=soon", snapshot("🤔 `soon` is no length of time: write 30s, 45m, 2h or 1d.")),
        ("rule orders within=30d", snapshot("🤔 within is 1m to 7d.")),
        ("rule orders stop=5m", snapshot("🤔 stop is 0s to 60s.")),
        ("rule orders reason=maybe", snapshot("🤔 `maybe` is neither `required` nor `optional`.")),
        (
            "rule orders channel=ops",
            snapshot(
                "🤔 `channel` is a channel's id, such as C0123ABCD. Pick the channel from Slack's list with #."
            ),
        ),
        (
            "rule orders group=leads",
            snapshot(
                "🤔 `group` is a user group's id, such as S0123ABCD. Pick the group from Slack's list with @."
            ),
        ),
        (
            "rule orders matching=[",
            snapshot("🤔 '[' is no regular expression (RE2 says: missing ]: [)."),
        ),
        (
            "rule orders colour=red",
            snapshot(
                "🤔 I do not know `colour=red`. A rule is made of `approvals=2` `channel=#ops` `group=@oncall` `within=2h` `remind=30m` `reason=required` `stop=30s` `break-glass=allowed` and, last, `matching=INC-\\d+`."
            ),
        ),
        (
            "freeze",
            snapshot(
                "🤔 Type `/pipeline freeze PATTERN for|until WHEN reason…`, for example `/pipeline freeze prod-* for 4h release day`."
            ),
        ),
        (
            "freeze orders",
            snapshot(
                "🤔 Say how long: `for 4h`, `until 18:00` or `until 2026-11-25T08:00` (times are UTC). Type `/pipeline freeze PATTERN for|until WHEN reason…`."
            ),
        ),
        (
            "freeze orders for 4h",
            snapshot(
                "🤔 Say why: everybody whom it stops will read it. Type `/pipeline freeze PATTERN for|until WHEN reason…`."
            ),
        ),
        (
            "freeze orders until yesterday because",
            snapshot(
                "🤔 Say how long: `for 4h`, `until 18:00` or `until 2026-11-25T08:00` (times are UTC). Type `/pipeline freeze PATTERN for|until WHEN reason…`."
            ),
        ),
        (
            "freeze orders until 2020-01-01T00:00 because",
            snapshot("🤔 That moment has passed already: name one to come (times are UTC)."),
        ),
        (
            "freeze orders because",
            snapshot(
                "🤔 Say how long: `for 4h`, `until 18:00` or `until 2026-11-25T08:00` (times are UTC). Type `/pipeline freeze PATTERN for|until WHEN reason…`."
            ),
        ),
        (
            "unfreeze",
            snapshot("🤔 Type `/pipeline unfreeze PATTERN`, for example `/pipeline unfreeze prod-*`."),
        ),
        ("unfreeze orders now", snapshot("🤔 `now` is too much here. Type `/pipeline unfreeze PATTERN`.")),
        ("rules orders", snapshot("🤔 `orders` is too much here. Type `/pipeline rules`.")),
    ],
)
def test_what_cannot_be_read_changes_nothing(workspace: Workspace, typed: str, answer: str) -> None:
    """The answer says what to type instead."""
    root = workspace.admin("root")
    assert root.types(f"/pipeline {typed}") == answer
    assert workspace.record() == []


@pytest.mark.parametrize(
    "typed",
    [
        "rule orders approvals=0",
        "rule * approvals=5",
        "rule orders off",
        "freeze orders for 4h because",
        "freeze * for 4h because",
        "unfreeze orders",
    ],
)
def test_only_an_admin_of_all_of_it(workspace: Workspace, typed: str) -> None:
    """An admin of other pipelines, and somebody who may do all else, are refused alike; both are in the record."""
    ada = workspace.admin("ada", pattern="prod-*")
    ana = workspace.operator("ana")
    workspace.rules("orders", "approvals=2")
    workspace.freezes("orders", hours=2)
    for somebody in (ada, ana):
        assert somebody.types(f"/pipeline {typed}").startswith("🚫 You may not ")
    assert [line.split(" why=")[1] for line in workspace.record()] == ["no_admin", "no_admin"]


def test_a_freeze_is_put_moved_and_lifted(workspace: Workspace) -> None:
    """Nothing new starts while it lasts; a second one on the same pattern takes its place."""
    root, ana = workspace.admin("root"), workspace.operator("ana")
    assert root.types("/pipeline freeze ord* for 4h release day") == snapshot(
        "✅ 🧊 Nothing new starts on `ord*` until Mar 2, 2026 at 7:00:00 AM: `release day`."
    )
    ana.types("/pipeline clear orders")
    assert ana.reads() == snapshot(
        [
            "Nothing new starts on `orders`, not by breaking the glass either: 🧊 until Mar 2, 2026 at 7:00:00 AM: `release day` (by @root). An admin can lift it: `/pipeline unfreeze ord*`."
        ]
    )
    assert root.types("/pipeline freeze ord* until 18:00 release took longer") == snapshot(
        "✅ 🧊 Nothing new starts on `ord*` until Mar 2, 2026 at 6:00:00 PM: `release took longer`. Before: until Mar 2, 2026 at 7:00:00 AM by @root: `release day`."
    )
    assert ana.types("/pipeline rules") == snapshot("""\
*Rules and freezes*
`ord*`: 🧊 until Mar 2, 2026 at 6:00:00 PM: `release took longer`
Without a rule a requester needs 1 approval, an operator none.\
""")
    assert root.types("/pipeline unfreeze ord*") == snapshot(
        "✅ No freeze on `ord*` any more. Before: until Mar 2, 2026 at 6:00:00 PM by @root: `release took longer`."
    )
    assert ana.asks("/pipeline clear orders").startswith("*Clear `orders`?*")
    assert root.types("/pipeline unfreeze ord*") == snapshot(
        "Nothing to change: there is no freeze on `ord*`. `/pipeline rules` lists them, written as they were given."
    )
    assert workspace.record(EventKind.FROZEN, EventKind.UNFROZEN) == snapshot(
        [
            "03:00 frozen by root: grant=1 pattern=ord* reason=release day until=2026-03-02T07:00:00+00:00",
            '03:00 frozen by root: before={"by": "T0ACME/U02ROOT", "pattern": "ord*", "reason": "release day", "until": "2026-03-02T07:00:00+00:00"} grant=1 pattern=ord* reason=release took longer until=2026-03-02T18:00:00+00:00',
            '03:00 unfrozen by root: before={"by": "T0ACME/U02ROOT", "pattern": "ord*", "reason": "release took longer", "until": "2026-03-02T18:00:00+00:00"} grant=1 pattern=ord*',
        ]
    )


def test_a_freeze_ends_by_itself(workspace: Workspace) -> None:
    """`until 06:00` is the next time that a clock in UTC shows it."""
    root, ana = workspace.admin("root"), workspace.operator("ana")
    root.types("/pipeline freeze * until 06:00 night run")
    workspace.passes(hours=2, minutes=59)
    assert ana.asks("/pipeline clear orders").startswith("Nothing new starts on `orders`")
    workspace.passes(minutes=2)
    assert ana.asks("/pipeline clear orders").startswith("*Clear `orders`?*")
    assert root.types("/pipeline unfreeze *").startswith("Nothing to change")


def test_who_sees_which_rules(workspace: Workspace) -> None:
    """Those that may concern a pipeline on which something is granted to the person, and no others."""
    workspace.rules("prod-*", "approvals=2")
    workspace.rules("orders", "approvals=1")
    workspace.rules("ord*", "reason=required")
    workspace.freezes("prod-1", hours=1)
    root, ana = workspace.admin("root"), workspace.viewer("ana", pattern="orders")
    eve = workspace.stranger("eve")
    assert root.types("/pipeline rules") == snapshot("""\
*Rules and freezes*
📏 `ord*`: reason=required
📏 `orders`: approvals=1
📏 `prod-*`: approvals=2
`prod-1`: 🧊 until Mar 2, 2026 at 4:00:00 AM: `release day`
Without a rule a requester needs 1 approval, an operator none.\
""")
    assert ana.types("/pipeline rules") == snapshot("""\
*Rules and freezes*
📏 `ord*`: reason=required
📏 `orders`: approvals=1
Without a rule a requester needs 1 approval, an operator none.\
""")
    assert eve.types("/pipeline rules") == snapshot("""\
*Rules and freezes*
None that concerns you.
Without a rule a requester needs 1 approval, an operator none.\
""")
