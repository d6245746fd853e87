"""Rules and freezes by chat: what a clear takes on a pattern, put and dropped by whoever administers all of it."""

import pytest
from inline_snapshot import snapshot

from bot.domain.events import EventKind
from tests.workspace import Workspace


def listed(text: str) -> list[str]:
    """The rules and freezes of an answer to `/pipeline rules`, between its first line and its last."""
    first, *lines, last = text.split("\n")
    assert first == "*Rules and freezes*"
    assert (
        last
        == "Where no rule sets `approvals`, a requester or responder needs 1 approval, and an operator none."
    )
    return lines


def test_a_rule_is_set_changed_and_removed(workspace: Workspace) -> None:
    """One rule a pattern: a change keeps the keys that it does not name, and says each key before and after."""
    root = workspace.admin("root")
    assert root.types("/pipeline rule prod-* approvals=2 within=2h reason=required") == snapshot(
        "✅ New rule on `prod-*`: approvals=2 within=2h reason=required."
    )
    assert root.types("/pipeline rule prod-* approvals=3 cancel-window=30s break-glass=allowed") == snapshot(
        "✅ Changed the rule on `prod-*`: approvals 2 → 3, cancel-window not set → 30s, break-glass not set → allowed. Unchanged: within=2h reason=required."
    )
    assert listed(root.types("/pipeline rules")) == [
        "📏 `prod-*`: approvals=3 within=2h reason=required cancel-window=30s break-glass=allowed"
    ]
    assert root.types("/pipeline rule prod-* off") == snapshot(
        """\
✅ No rule on `prod-*` any more. Before: approvals=3 within=2h reason=required cancel-window=30s break-glass=allowed.
Undo: `/pipeline rule prod-* approvals=3 within=2h reason=required cancel-window=30s break-glass=allowed`\
"""
    )
    assert listed(root.types("/pipeline rules")) == ["None that concerns you."]
    assert root.types("/pipeline rule prod-* off") == snapshot(
        "Nothing to change: there is no rule on `prod-*`. `/pipeline rules` lists what there is."
    )
    assert workspace.record() == snapshot(
        [
            '03:00 rule_set by root: grant=1 pattern=prod-* rule={"approvals": "2", "reason": "required", "within": "2h"}',
            '03:00 rule_set by root: before={"approvals": "2", "reason": "required", "within": "2h"} grant=1 pattern=prod-* rule={"approvals": "3", "break-glass": "allowed", "cancel-window": "30s", "reason": "required", "within": "2h"}',
            '03:00 rule_dropped by root: before={"approvals": "3", "break-glass": "allowed", "cancel-window": "30s", "reason": "required", "within": "2h"} grant=1 pattern=prod-*',
        ]
    )


def test_a_key_is_removed_by_its_name_alone(workspace: Workspace) -> None:
    """The last key takes the rule with it; what is not there is not removed."""
    root = workspace.admin("root")
    root.types("/pipeline rule orders approvals=2 channel=#ops matching=INC-\\d+")
    answers = [
        root.types(f"/pipeline rule {typed}")
        for typed in (
            "orders channel= matching=",
            "orders within=",
            "orders approvals=2",
            "orders approvals=",
            "orders approvals=",
        )
    ]
    assert answers == snapshot(
        [
            "✅ Changed the rule on `orders`: channel #ops → not set, matching `INC-\\d+` → not set. Unchanged: approvals=2.",
            "Nothing to change: the rule on `orders` is approvals=2 already.",
            "Nothing to change: the rule on `orders` is approvals=2 already.",
            """\
✅ No rule on `orders` any more. Before: approvals=2.
Undo: `/pipeline rule orders approvals=2`\
""",
            "Nothing to change: there is no rule on `orders`. `/pipeline rules` lists what there is.",
        ]
    )
    assert len(workspace.record()) == 3


def test_what_follows_a_removed_matching_is_not_lost(workspace: Workspace) -> None:
    root = workspace.admin("root")
    workspace.rules("orders", "matching=INC")
    assert root.types("/pipeline rule orders matching= approvals=2") == snapshot(
        "🤔 `matching=…` takes everything that follows it: write `approvals=2` before it."
    )
    assert workspace.record() == []


def test_two_admins_change_one_rule_at_once(workspace: Workspace) -> None:
    """Each names a key of their own, and both changes are kept."""
    root, zoe = workspace.admin("root"), workspace.admin("zoe")
    workspace.rules("orders", "approvals=1")
    workspace.at_once(
        root.typing("/pipeline rule orders within=2h"), zoe.typing("/pipeline rule orders reason=required")
    )
    assert all(line.startswith("✅ Changed the rule on `orders`:") for line in [*root.reads(), *zoe.reads()])
    assert listed(root.types("/pipeline rules")) == ["📏 `orders`: approvals=1 within=2h reason=required"]


def test_the_help_says_that_keys_are_changed_one_by_one(workspace: Workspace) -> None:
    told = workspace.admin("root").types("/pipeline help rule")
    assert (
        "The keys that you name change, the others stay; `approvals=` without a value removes that key, `off` removes the rule."
        in told
    )


def test_the_old_name_of_the_cancel_window_is_read(workspace: Workspace) -> None:
    """Set and removed by it as before; the new name is shown."""
    root = workspace.admin("root")
    root.types("/pipeline rule prod-* approvals=2 stop=30s")
    assert listed(root.types("/pipeline rules")) == ["📏 `prod-*`: approvals=2 cancel-window=30s"]
    root.types("/pipeline rule prod-* stop=")
    assert listed(root.types("/pipeline rules")) == ["📏 `prod-*`: approvals=2"]


def test_a_rule_counts_from_the_next_command_on(workspace: Workspace) -> None:
    root, ana = workspace.admin("root"), workspace.operator("ana")
    can_i = "/pipeline can-i clear orders"
    assert ana.types(can_i).startswith("✅ Yes, you can clear `orders` without approval.")
    root.types("/pipeline rule orders approvals=2")
    assert ana.types(can_i).startswith("🙋 Yes, you can clear `orders` with 2 approvals")
    root.types("/pipeline rule orders off")
    assert ana.types(can_i).startswith("✅ Yes, you can clear `orders` without approval.")


def test_a_rule_names_channels_and_groups_as_slack_shows_them(workspace: Workspace) -> None:
    """Picked from Slack's lists, and shown so that it can be typed again."""
    root = workspace.admin("root")
    workspace.user_group("leads")
    root.types("/pipeline rule orders channel=#ops group=@leads matching=INC-\\d+ or so")
    assert listed(root.types("/pipeline rules")) == [
        "📏 `orders`: channel=#ops group=@leads matching=`INC-\\d+ or so`"
    ]


def test_what_cannot_be_read_changes_nothing(workspace: Workspace) -> None:
    root = workspace.admin("root")
    typed = [
        "rule orders",
        "rule bad/pattern approvals=1",
        "rule orders colour=red",
        "rule orders approvals=9",
        "rule orders within=30d",
        "rule orders cancel-window=5m",
        "rule orders matching=[",
        "freeze orders until yesterday because",
        "freeze orders for 4h",
        "freeze orders until 2020-01-01T00:00 because",
        "freeze orders for 31d because",
        "unfreeze orders now",
        "rules orders",
    ]
    assert [root.types(f"/pipeline {each}") for each in typed] == snapshot(
        [
            "🤔 Type `/pipeline rule PATTERN key=value…|off`, for example `/pipeline rule prod-* approvals=2 reason=required`.",
            "🤔 'bad/pattern' is not a valid pipeline pattern: use the letters, digits, - and _ of pipeline names, and * ? [abc] [!abc] [a-z] to match several.",
            "🤔 Unknown key `colour`. Allowed keys: `approvals`, `channel`, `group`, `within`, `remind`, `reason`, `cancel-window`, `break-glass`, `matching`.",
            "🤔 approvals is 0 to 5, not 9.",
            "🤔 within is 1m to 7d.",
            "🤔 cancel-window is 0s to 60s.",
            "🤔 '[' is not a valid regular expression (RE2 says: missing ]: [).",
            "🤔 Say how long: `for 4h`, `until 18:00` or `until 2026-11-25T08:00` (in your time zone). Type `/pipeline freeze PATTERN for|until WHEN reason…`.",
            "🤔 Give a reason: everyone it blocks will see it. Type `/pipeline freeze PATTERN for|until WHEN reason…`.",
            "🤔 2020-01-01 00:00 Etc/UTC has passed. Give a later time.",
            "🤔 A freeze lasts at most 30 days, so that none is forgotten. Give an earlier end, and set it again when it expires.",
            "🤔 `now` is too much here. Type `/pipeline unfreeze PATTERN`.",
            "🤔 `orders` is too much here. Type `/pipeline rules`.",
        ]
    )
    assert workspace.record() == []


@pytest.mark.parametrize(
    "typed",
    ["rule * approvals=5", "rule orders off", "freeze orders for 4h because", "unfreeze orders"],
)
def test_only_an_admin_of_all_of_it(workspace: Workspace, typed: str) -> None:
    """An admin of other pipelines, and somebody who may do all else, are refused alike; both are in the record."""
    workspace.rules("orders", "approvals=2")
    workspace.freezes("orders", hours=2)
    for somebody in (workspace.admin("ada", pattern="prod-*"), workspace.operator("ana")):
        assert somebody.types(f"/pipeline {typed}").startswith("🚫 You may not ")
    assert [line.split(" why=")[1] for line in workspace.record()] == ["no_admin", "no_admin"]


def test_a_freeze_is_put_moved_and_lifted(workspace: Workspace) -> None:
    """Nothing runs while it lasts; a second one on the same pattern takes its place."""
    root, ana = workspace.admin("root"), workspace.operator("ana")
    assert root.types("/pipeline freeze ord* for 4h release day") == snapshot(
        "✅ 🧊 `ord*` is frozen until Mar 2, 2026 at 7:00 AM (in 4 h): no clear, stop or start, not even break-glass. Reason: `release day`."
    )
    assert ana.asks("/pipeline clear orders").startswith("🧊 `orders` is frozen until ")
    assert root.types("/pipeline freeze ord* until 18:00 release took longer") == snapshot(
        "✅ 🧊 `ord*` is frozen until 18:00 Etc/UTC, today (in 15 h): no clear, stop or start, not even break-glass. Reason: `release took longer`. Before: frozen by @root until Mar 2, 2026 at 7:00 AM: `release day`."
    )
    assert listed(ana.types("/pipeline rules")) == snapshot(
        ["🧊 `ord*`: frozen by @root until Mar 2, 2026 at 6:00 PM: `release took longer`"]
    )
    assert root.types("/pipeline unfreeze ord*") == snapshot(
        """\
✅ No freeze on `ord*` any more. Before: frozen by @root until Mar 2, 2026 at 6:00 PM: `release took longer`.
Undo: `/pipeline freeze ord* until 2026-03-02T18:00Z release took longer`\
"""
    )
    assert ana.asks("/pipeline clear orders").startswith("*Clear `orders`?*")
    assert root.types("/pipeline unfreeze ord*").startswith(
        "Nothing to change: there is no freeze on `ord*`."
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
    assert ana.asks("/pipeline clear orders").startswith("🧊 `orders` is frozen until ")
    workspace.passes(minutes=2)
    assert ana.asks("/pipeline clear orders").startswith("*Clear `orders`?*")
    assert root.types("/pipeline unfreeze *").startswith("Nothing to change")


def test_who_sees_which_rules(workspace: Workspace) -> None:
    workspace.rules("prod-*", "approvals=2")
    workspace.rules("orders", "approvals=1")
    workspace.rules("ord*", "reason=required")
    workspace.freezes("prod-1", hours=1)
    people = workspace.admin("root"), workspace.viewer("ana", pattern="orders"), workspace.adds_person("eve")
    all_of_it, some, nothing = (listed(person.types("/pipeline rules")) for person in people)
    assert all_of_it == [
        "📏 `ord*`: reason=required",
        "📏 `orders`: approvals=1",
        "📏 `prod-*`: approvals=2",
        "🧊 `prod-1`: frozen by `shell:owner` until Mar 2, 2026 at 4:00 AM: `release day`",
    ]
    assert some == all_of_it[:2]
    assert nothing == ["None that concerns you."]
