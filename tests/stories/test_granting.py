"""Grants by chat: admins give and take roles on patterns, to people and groups; it counts from the next command on."""

import pytest
from inline_snapshot import snapshot

from bot.domain.access.permissions import Role
from bot.domain.events import EventKind

PREVIEW = "*Clear `orders`?*"
NO_ROLE = (
    "🚫 You may not clear `orders`: you need the role *requester*, *operator* or *responder* on `orders`."
)


@pytest.fixture
def root(workspace):
    return workspace.admin("root")


@pytest.fixture
def eve(workspace):
    """Somebody to whom nothing is granted yet."""
    return workspace.adds_person("eve")


def test_what_an_admin_grants_counts_at_once(workspace, root, eve):
    """Granted, usable; revoked, gone: the very next command sees it, and the record keeps both, once."""
    given, taken = "grant @eve operator orders", "revoke @eve operator orders"
    assert root.types(f"/pipeline {given}") == "✅ @eve is *operator* on `orders`."
    assert root.types(f"/pipeline {given}") == snapshot(
        "Already granted: @eve is *operator* on `orders` (grant #2 by @root, no expiry)."
    )
    assert eve.asks("/pipeline clear orders").startswith(PREVIEW)
    assert root.types("/pipeline revoke @eve operator orders*") == snapshot(
        "Nothing to change: there is no grant of *operator* on `orders*` to @eve. Did you mean `/pipeline revoke U03EVE operator orders`?"
    )
    assert eve.asks("/pipeline clear orders").startswith(PREVIEW)
    assert root.types(f"/pipeline {taken}") == snapshot(
        """\
✅ @eve is no longer *operator* on `orders`. Before: grant #2 by @root, no expiry.
Undo: `/pipeline grant U03EVE operator orders`\
"""
    )
    assert eve.types("/pipeline clear orders").startswith(NO_ROLE)
    assert workspace.record(EventKind.GRANTED, EventKind.REVOKED) == snapshot(
        [
            "03:00 granted by root: grant=1 number=2 pattern=orders role=operator team=T0ACME user=U03EVE",
            '03:00 revoked by root: before=[{"by": "T0ACME/U02ROOT", "note": "", "number": 2, "role": "operator", "until": null}] grant=1 pattern=orders role=operator team=T0ACME user=U03EVE',
        ]
    )


def test_a_grant_for_a_while_ends_by_itself(workspace, root, eve):
    """`for 12h` is the end of it, and the note says why it was given."""
    said = root.types("/pipeline grant @eve operator ord* for 12h on call, see INC-7")
    assert said == "✅ @eve is *operator* on `ord*` until Mar 2, 2026 at 3:00 PM."
    workspace.passes(hours=11, minutes=59)
    assert eve.asks("/pipeline clear orders").startswith(PREVIEW)
    workspace.passes(minutes=2)
    ended = "Your role *operator* on `ord*` ended some time ago (Mar 2, 2026 at 3:00 PM)."
    assert eve.types("/pipeline clear orders").startswith(f"{NO_ROLE} {ended}")
    assert eve.types("/pipeline grants") == snapshot(
        "✗ @eve: *operator* on `ord*` (grant #2, note: `on call, see INC-7`) expired some time ago (Mar 2, 2026 at 3:00 PM)"
    )


def test_who_sees_which_grants(workspace, eve):
    """Everybody their own, an admin those on their patterns; narrowed to one person, one group, or a pattern."""
    ada = workspace.admin("ada", pattern="prod-*")
    ana, ben = workspace.operator("ana", pattern="prod-1"), workspace.requester("ben", pattern="orders")
    workspace.grants_group(workspace.user_group("oncall"), Role.RESPONDER, "prod-*")
    oncall = "🔑 @oncall: *responder* on `prod-*` (grant #4, no expiry)"
    ana_is, ada_is = (
        "🔑 @ana: *operator* on `prod-1` (grant #2, no expiry)",
        "🔑 @ada: *admin* on `prod-*` (grant #1, no expiry)",
    )
    nothing = "No grants to show. You can see your own, and those on pipelines that you are an admin of."
    for person, asked, told in (
        (ada, "", f"{ada_is}\n{ana_is}\n{oncall}"),
        (ada, "@ana", ana_is),
        (ada, "@oncall", oncall),
        (ada, "prod-7", f"{ada_is}\n{oncall}"),
        (ana, "", ana_is),
        (ben, "", "🔑 @ben: *requester* on `orders` (grant #3, no expiry)"),
        (ana, "@ben", nothing),
        (eve, "", nothing),
    ):
        assert person.types(f"/pipeline grants {asked}") == told


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
def test_only_admins_change_grants(workspace, eve, role):
    """No other role is above anybody, however much it may do to pipelines."""
    workspace.grants(eve, role)
    no = "🚫 You may not {} *viewer* on `orders`"
    assert eve.types("/pipeline grant @eve viewer orders").startswith(no.format("grant"))
    assert eve.types("/pipeline revoke @eve viewer orders").startswith(no.format("revoke"))
    assert workspace.record(EventKind.GRANTED, EventKind.REVOKED) == []
    assert len(workspace.record(EventKind.REFUSED)) == 2


def test_an_admin_has_no_power_over_pipelines(workspace, root):
    """`admin` is for access alone: not even a look."""
    assert root.types("/pipeline clear orders").startswith(NO_ROLE)
    assert root.types("/pipeline status orders").startswith("🚫 You may not see `orders`: you need one of")
    assert workspace.feldera.requests == []


def test_a_narrower_admin(workspace):
    """An admin of `prod-*` cannot grant what reaches beyond, nor take it away."""
    ada, ana = workspace.admin("ada", pattern="prod-*"), workspace.operator("ana")
    assert ada.types("/pipeline grant @ana viewer prod-eu-*").startswith("✅")
    for change in ("grant @ana viewer *", "grant @ana viewer prod*", "grant @ana viewer orders"):
        assert ada.types(f"/pipeline {change}").startswith("🚫 You may not grant *viewer* on `")
    no = "🚫 You may not revoke *operator* on `*`: you need the role *admin* on `*`."
    assert ada.types("/pipeline revoke @ana operator *").startswith(no)
    assert ana.asks("/pipeline status orders").startswith("orders\n")


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("grant @eve operator", "Type `/pipeline grant @user|@group ROLE PATTERN [for 12h] [note…]`, for"),
        ("grant `<!everyone>` viewer orders", "I cannot find a user `'<!everyone>'`: mention a person"),
        ("grant @eve boss orders", "`boss` is not a role. The roles are: `viewer`, `requester`, `operator`,"),
        (
            "grant @eve operator <!channel>",
            "'<!channel>' is not a valid pipeline pattern: use the letters, digits,",
        ),
    ],
)
def test_what_cannot_be_read_is_answered_with_what_to_type(workspace, root, eve, typed, answer):  # noqa: ARG001
    """A guess is never taken: nothing is granted until all of it is clear."""
    assert root.types(f"/pipeline {typed}").startswith(f"🤔 {answer}")
    assert workspace.record() == []


def test_hostile_words_stay_words(root, eve):
    """Notes ring nobody and format nothing, wherever they are shown."""
    root.types("/pipeline grant @eve viewer orders `*<!channel> & <https://evil.example|click>* @root`")
    shown = "*viewer* on `orders` (grant #2, no expiry, note: `ˋ*<!channel> & <click>* U02ROOTˋ`)"
    assert eve.types("/pipeline whoami").endswith(f"🔑 {shown}")
    assert root.types("/pipeline grants @eve") == f"🔑 @eve: {shown}"


def test_whoever_was_just_put_out_of_the_admins_grants_nothing(workspace, eve):
    """What is remembered of a person grants nothing, however often they ask."""
    rob = workspace.adds_person("rob")
    admins = workspace.user_group("admins", rob)
    workspace.grants_group(admins, Role.ADMIN)
    for number in range(6):
        assert rob.types(f"/pipeline grant @eve viewer team{number}-*").startswith("✅")
    admins.leaves(rob.person)
    for _ in range(2):
        no = "🚫 You may not grant *operator* on `*`: you need the role *admin* on `*`."
        assert rob.types("/pipeline grant @eve operator *").startswith(no)
    assert eve.types("/pipeline clear orders").startswith("🚫")
