"""Grants by chat: admins give and take roles on patterns, to people and groups; it counts from the next command on."""

import pytest
from inline_snapshot import snapshot

from bot.domain.access.permissions import Role
from bot.domain.events import EventKind
from tests.workspace import Workspace


def test_what_an_admin_grants_counts_at_once(workspace: Workspace) -> None:
    """Granted, usable; revoked, gone: the very next command sees it, and the record keeps both."""
    root, ana = workspace.admin("root"), workspace.stranger("ana")
    assert root.types("/pipeline grant @ana operator orders") == snapshot(
        "✅ @ana is *operator* on `orders`."
    )
    assert ana.asks("/pipeline clear orders").startswith("*Clear `orders`?*")
    assert root.types("/pipeline revoke @ana operator orders") == snapshot(
        "✅ @ana is no longer *operator* on `orders`. Before: number 2 by @root, until revoked."
    )
    assert ana.types("/pipeline clear orders").startswith("🚫 You may not clear `orders`")
    assert workspace.record(EventKind.GRANTED, EventKind.REVOKED) == snapshot(
        [
            "03:00 granted by root: grant=1 number=2 pattern=orders role=operator team=T0ACME user=U03ANA",
            '03:00 revoked by root: before=[{"by": "T0ACME/U02ROOT", "note": "", "number": 2, "role": "operator", "until": null}] grant=1 pattern=orders role=operator team=T0ACME user=U03ANA',
        ]
    )


def test_a_grant_for_a_while_ends_by_itself(workspace: Workspace) -> None:
    """`for 12h` is the end of it, and the note says why it was given."""
    root, ana = workspace.admin("root"), workspace.stranger("ana")
    assert root.types("/pipeline grant @ana operator ord* for 12h on call, see INC-7") == snapshot(
        "✅ @ana is *operator* on `ord*` until Mar 2, 2026 at 3:00:00 PM."
    )
    workspace.passes(hours=11, minutes=59)
    assert ana.asks("/pipeline clear orders").startswith("*Clear `orders`?*")
    workspace.passes(minutes=2)
    assert ana.types("/pipeline clear orders") == snapshot(
        "🚫 You may not clear `orders`: that takes the role *requester*, *operator* or *responder* on it. Your *operator* on `ord*` ended Mar 2, 2026 at 3:00:00 PM. An admin of this bot can grant it. You are `U03ANA`."
    )
    assert ana.types("/pipeline grants") == snapshot(
        "@ana: number 2, *operator* on `ord*` until Mar 2, 2026 at 3:00:00 PM (lapsed), `on call, see INC-7`"
    )


def test_a_grant_in_force_is_not_given_twice(workspace: Workspace) -> None:
    """The same person, role and pattern: the answer shows the grant there is, and nothing is written."""
    root = workspace.admin("root")
    workspace.stranger("ana")
    root.types("/pipeline grant @ana viewer orders")
    assert root.types("/pipeline grant @ana viewer orders") == snapshot(
        "Nothing to change: @ana is *viewer* on `orders`. It is granted already, number 2 by @root, until revoked."
    )
    assert len(workspace.record(EventKind.GRANTED)) == 1


def test_what_is_not_there_cannot_be_revoked(workspace: Workspace) -> None:
    """A grant is revoked as it was given, letter by letter; another pattern is another grant."""
    root, ana = workspace.admin("root"), workspace.operator("ana", pattern="orders*")
    assert root.types("/pipeline revoke @ana operator orders") == snapshot(
        "Nothing to change: there is no grant of *operator* on `orders` to @ana. `/pipeline grants` lists them, written as they were given."
    )
    assert ana.asks("/pipeline clear orders").startswith("*Clear `orders`?*")
    assert workspace.record(EventKind.REVOKED) == []


def test_everybody_sees_their_own_grants_and_an_admin_those_on_their_patterns(workspace: Workspace) -> None:
    """Who may do what is nobody else's business."""
    workspace.feldera.adds("prod-1")
    root = workspace.admin("root", pattern="prod-*")
    ana, ben = workspace.operator("ana", pattern="prod-1"), workspace.requester("ben", pattern="orders")
    eve = workspace.stranger("eve")
    assert root.types("/pipeline grants") == snapshot("""\
@root: number 1, *admin* on `prod-*`
@ana: number 2, *operator* on `prod-1`\
""")
    assert ana.types("/pipeline grants") == snapshot("@ana: number 2, *operator* on `prod-1`")
    assert ben.types("/pipeline grants") == snapshot("@ben: number 3, *requester* on `orders`")
    assert eve.types("/pipeline grants") == snapshot(
        "No grants to show: you see your own, and those on patterns that you administer."
    )


def test_the_list_of_grants_can_be_narrowed(workspace: Workspace) -> None:
    """To one person, one group, or a pattern: all that may concern some pipeline it matches."""
    root, ana = workspace.admin("root"), workspace.operator("ana", pattern="prod-*")
    workspace.requester("ben", pattern="orders")
    oncall = workspace.user_group("oncall")
    workspace.grants_group(oncall, Role.RESPONDER, "prod-*")
    assert root.types("/pipeline grants @ana") == snapshot("@ana: number 2, *operator* on `prod-*`")
    assert root.types("/pipeline grants @oncall") == snapshot(
        "@oncall: number 4, *responder* on `prod-*` through @oncall"
    )
    assert root.types("/pipeline grants prod-7") == snapshot("""\
@root: number 1, *admin* on `*`
@ana: number 2, *operator* on `prod-*`
@oncall: number 4, *responder* on `prod-*` through @oncall\
""")
    assert ana.types("/pipeline grants @ben") == snapshot(
        "No grants to show: you see your own, and those on patterns that you administer."
    )


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
def test_only_admins_change_grants(workspace: Workspace, role: Role) -> None:
    """No other role is above anybody, however much it may do to pipelines."""
    workspace.stranger("eve")
    ana = workspace.stranger("ana")
    workspace.grants(ana, role)
    assert ana.types("/pipeline grant @eve viewer orders").startswith(
        "🚫 You may not grant *viewer* on `orders`"
    )
    assert ana.types("/pipeline revoke @ana viewer orders").startswith(
        "🚫 You may not revoke *viewer* on `orders`"
    )
    assert workspace.record(EventKind.GRANTED, EventKind.REVOKED) == []
    assert len(workspace.record(EventKind.REFUSED)) == 2


def test_an_admin_has_no_power_over_pipelines(workspace: Workspace) -> None:
    """`admin` is for access alone: not even a look."""
    root = workspace.admin("root")
    assert root.types("/pipeline clear orders") == snapshot(
        "🚫 You may not clear `orders`: that takes the role *requester*, *operator* or *responder* on it. An admin of this bot can grant it. You are `U02ROOT`."
    )
    assert root.types("/pipeline status orders") == snapshot(
        "🚫 You may not see `orders`: that takes the role *viewer*, *requester*, *operator*, *approver* or *responder* on it. An admin of this bot can grant it. You are `U02ROOT`."
    )
    assert workspace.feldera.requests == []


def test_a_narrower_admin(workspace: Workspace) -> None:
    """An admin of `prod-*` cannot grant what reaches beyond, nor take it away."""
    ada = workspace.admin("ada", pattern="prod-*")
    ana = workspace.operator("ana")
    assert ada.types("/pipeline grant @ana viewer prod-eu-*").startswith("✅")
    assert ada.types("/pipeline grant @ana viewer *") == snapshot(
        "🚫 You may not grant *viewer* on `*`: that takes the role *admin* on it. An admin of this bot can grant it. You are `U02ADA`."
    )
    assert ada.types("/pipeline grant @ana viewer prod*").startswith("🚫")
    assert ada.types("/pipeline grant @ana viewer orders").startswith("🚫")
    assert ada.types("/pipeline revoke @ana operator *").startswith("🚫")
    assert ana.asks("/pipeline status orders").startswith("orders\n")


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        (
            "grant",
            snapshot(
                "🤔 Type `/pipeline grant @user|@group ROLE PATTERN [for 12h] [note…]`, for example `/pipeline grant @ana operator orders-* for 12h on call`."
            ),
        ),
        (
            "grant @ana operator",
            snapshot(
                "🤔 Type `/pipeline grant @user|@group ROLE PATTERN [for 12h] [note…]`, for example `/pipeline grant @ana operator orders-* for 12h on call`."
            ),
        ),
        (
            "grant ana operator orders",
            snapshot(
                "🤔 `ana` is nobody I can find: mention a person or a user group with @, and pick it from Slack's list."
            ),
        ),
        (
            "grant @nobody operator orders",
            snapshot(
                "🤔 `@nobody` is nobody I can find: mention a person or a user group with @, and pick it from Slack's list."
            ),
        ),
        (
            "grant @ana boss orders",
            snapshot(
                "🤔 `boss` is no role. There are: `viewer`, `requester`, `operator`, `approver`, `responder`, `admin`."
            ),
        ),
        (
            "grant @ana operator bad/pattern",
            snapshot(
                "🤔 'bad/pattern' is no pipeline pattern: use the letters, digits, - and _ of pipeline names, and * ? [abc] [!abc] [a-z] to match several."
            ),
        ),
        (
            "grant @ana operator [z-a]",
            snapshot("🤔 '[z-a]' matches no pipeline: names have 1 to 100 letters, digits, - and _."),
        ),
        (
            "grant @ana operator orders for ever",
            snapshot("🤔 `ever` is no length of time: type `for 12h`, `for 7d` or the like."),
        ),
        (
            "revoke @ana operator orders now",
            snapshot("🤔 `now` is too much here. Type `/pipeline revoke @user|@group ROLE PATTERN`."),
        ),
        (
            "grants orders reports",
            snapshot("🤔 `reports` is too much here. Type `/pipeline grants [@user|@group|PATTERN]`."),
        ),
    ],
)
def test_what_cannot_be_read_is_answered_with_what_to_type(
    workspace: Workspace, typed: str, answer: str
) -> None:
    """A guess is never taken: nothing is granted until all of it is clear."""
    root = workspace.admin("root")
    workspace.stranger("ana")
    assert root.types(f"/pipeline {typed}") == answer
    assert workspace.record() == []


def test_hostile_words_stay_words(workspace: Workspace) -> None:
    """Notes ring nobody and format nothing, wherever they are shown."""
    root, ana = workspace.admin("root"), workspace.stranger("ana")
    root.types("/pipeline grant @ana viewer orders `*<!channel> & <https://evil.example|click>* @root`")
    assert ana.types("/pipeline whoami") == snapshot("""\
You are @ana, `U03ANA` of `T0ACME`: a member.
🔑 number 2, *viewer* on `orders`, `ˋ*<!channel> & <click>* U02ROOTˋ`\
""")
    assert root.types("/pipeline grants @ana") == snapshot(
        "@ana: number 2, *viewer* on `orders`, `ˋ*<!channel> & <click>* U02ROOTˋ`"
    )
    assert root.types("/pipeline grant @ana viewer <!channel>") == snapshot(
        "🤔 '<!channel>' is no pipeline pattern: use the letters, digits, - and _ of pipeline names, and * ? [abc] [!abc] [a-z] to match several."
    )
    assert root.types("/pipeline grant `<!everyone>` viewer orders") == snapshot(
        "🤔 `'<!everyone>'` is nobody I can find: mention a person or a user group with @, and pick it from Slack's list."
    )


def test_whoever_was_just_put_out_of_the_admins_grants_nothing(workspace: Workspace) -> None:
    """What is remembered of a person grants nothing, however often they ask."""
    root, eve = workspace.stranger("root"), workspace.stranger("eve")
    admins = workspace.user_group("admins", root)
    workspace.grants_group(admins, Role.ADMIN)
    for number in range(6):
        assert root.types(f"/pipeline grant @eve viewer team{number}-*").startswith("✅")
    admins.leaves(root.person)
    assert root.types("/pipeline grant @eve operator *") == snapshot(
        "🚫 You may not grant *operator* on `*`: that takes the role *admin* on it. An admin of this bot can grant it. You are `U02ROOT`."
    )
    assert root.types("/pipeline grant @eve operator *").startswith("🚫")
    assert eve.types("/pipeline clear orders").startswith("🚫")
