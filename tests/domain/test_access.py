"""Who may do what: the answer is no, unless one of this person's own current grants covers it."""

from datetime import timedelta
from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.access import Action, Grant, Role, checked_pattern, decide
from bot.domain.errors import BadPattern
from bot.domain.names import Actor, PipelineName, TeamId, UserId
from tests.clock import START
from tests.domain.samples import ANA, BEN

ORDERS = PipelineName("orders-eu")


def grant(principal=ANA, role=Role.OPERATOR, pattern="orders-*", **differences) -> Grant:
    fields = {
        "id": 1,
        "granted_by": "root",
        "granted_at": START,
        "expires_at": None,
        "note": "",
    } | differences
    return Grant(principal=principal, role=role, pattern=pattern, **fields)


def may(action, *grants, actor=ANA, name=ORDERS, now=START) -> bool:
    return decide(actor, action, name, grants, now).allowed


@pytest.mark.parametrize("action", Action)
def test_the_default_is_no(action):
    """Without a grant nobody may do anything."""
    decision = decide(ANA, action, ORDERS, (), START)
    assert not decision.allowed
    assert decision.grant is None
    assert decision.lapsed is None


@pytest.mark.parametrize(
    ("role", "action", "allowed"),
    [
        (Role.VIEWER, Action.VIEW, True),
        (Role.VIEWER, Action.CLEAR, False),
        (Role.OPERATOR, Action.VIEW, True),
        (Role.OPERATOR, Action.CLEAR, True),
    ],
)
def test_a_role_allows_its_actions_only(role, action, allowed):
    """A viewer sees; an operator clears too."""
    assert may(action, grant(role=role)) is allowed


@pytest.mark.parametrize(
    ("pattern", "name", "matches"),
    [
        ("orders-*", "orders-eu", True),
        ("orders-*", "Orders-eu", False),
        ("ORDERS-*", "orders-eu", False),
        ("orders-*", "orders", False),
        ("orders", "orders-eu", False),
        ("*", "orders-eu", True),
        ("orders-??", "orders-eu", True),
        ("orders-?", "orders-eu", False),
        ("orders-[a-e]u", "orders-eu", True),
        ("orders-[!a-e]u", "orders-eu", False),
        ("rders-*", "orders-eu", False),
    ],
)
def test_a_pattern_covers_whole_names_and_minds_case(pattern, name, matches):
    """Feldera's names are case-sensitive, and so are the globs over them, on every platform."""
    assert may(Action.CLEAR, grant(pattern=pattern), name=PipelineName(name)) is matches


@pytest.mark.parametrize(("seconds", "allowed"), [(-1, True), (0, False), (1, False)])
def test_a_grant_ends_at_its_very_moment(seconds, allowed):
    """`expires_at` is the first moment at which it is over."""
    lapsing = grant(expires_at=START)
    decision = decide(ANA, Action.CLEAR, ORDERS, [lapsing], START + timedelta(seconds=seconds))
    assert decision.allowed is allowed
    assert decision.grant == (lapsing if allowed else None)
    assert decision.lapsed == (None if allowed else lapsing)


def test_the_same_user_id_in_another_workspace_is_somebody_else():
    """A principal is a team and a user: user ids alone identify nobody."""
    assert not may(Action.CLEAR, grant(), actor=Actor(TeamId("T2"), ANA.user))
    assert not may(Action.CLEAR, grant(principal=BEN))


def test_a_current_grant_beats_a_lapsed_one():
    """Any one grant that covers it is enough, wherever it stands in the list."""
    lapsed, current = grant(expires_at=START), grant(id=2)
    assert decide(ANA, Action.CLEAR, ORDERS, [lapsed, current], START).grant == current
    assert decide(ANA, Action.CLEAR, ORDERS, [current, lapsed], START).grant == current


def test_a_no_says_what_it_would_take():
    """The roles that would allow it, and the grant that lapsed last; never more than that."""
    older = grant(expires_at=START - timedelta(days=2))
    newer = grant(id=2, expires_at=START - timedelta(days=1))
    decision = decide(ANA, Action.CLEAR, ORDERS, [newer, older], START)
    assert (decision.would_allow, decision.lapsed) == ((Role.OPERATOR,), newer)
    assert decide(ANA, Action.VIEW, ORDERS, (), START).would_allow == (Role.VIEWER, Role.OPERATOR)


def test_a_lapsed_viewer_has_lost_no_right_to_clear():
    """What lapsed is named only if it would have allowed this."""
    viewer = grant(role=Role.VIEWER, expires_at=START)
    assert decide(ANA, Action.CLEAR, ORDERS, [viewer], START).lapsed is None


NO_GLOBS = ["", "orders eu", "orders/*", "*\n", "ordérs", "`*`", "{a,b}", "a!", "!a", "*" * 201]
NO_CLASSES = [
    "[",
    "]",
    "[]",
    "[!]",
    "[]a]",
    "[!!a]",
    "a[b",
    "ab]",
    "[a*]",
    "[[a]]",
    "[é]",
    "[a--]",
    "[a-c-e]",
]


@pytest.mark.parametrize("pattern", [*NO_GLOBS, *NO_CLASSES])
def test_what_is_no_glob_of_names_is_refused(pattern):
    """Better at once than a grant that silently never applies."""
    with pytest.raises(BadPattern, match="is no pipeline pattern: use"):
        checked_pattern(pattern)


EMPTY_CLASSES = ["[z-a]", "x[9-0]*", "a[!-A-Za-z0-9_]a"]
BAD_ENDS = ["-*", "_orders", "*-", "orders_", "[-_]*", "[!a-zA-Z0-9]", "a[-]"]
TOO_LONG = ["a" * 64, "?" * 64, "*" + "-" * 62 + "*"]


@pytest.mark.parametrize("pattern", [*EMPTY_CLASSES, *BAD_ENDS, *TOO_LONG])
def test_a_glob_that_no_name_matches_is_refused(pattern):
    """Feldera: names begin and end with a letter or digit, and have at most 63 characters."""
    with pytest.raises(BadPattern, match="matches no pipeline: names begin and end"):
        checked_pattern(pattern)


GLOBS = ["*", "?", "orders-*", "Orders_[!a-c]?", "orders", "*-*", "?" * 63, "*" * 200, "*" + "-" * 61 + "*"]
CLASSES = ["[a-]x", "[-a]*", "x[-]x", "x[!-A-Za-z0-9]x", "[A-z]", "[a-z0-9]"]


@pytest.mark.parametrize("pattern", [*GLOBS, *CLASSES])
def test_a_pattern_that_may_match_is_taken_as_it_is(pattern):
    """Nothing is normalised: what was typed is what is stored and compared."""
    assert checked_pattern(pattern) == pattern


names = st.from_regex(r"[A-Za-z0-9]([-A-Za-z0-9_]{0,8}[A-Za-z0-9])?", fullmatch=True)
pieces = st.sampled_from(["a", "Z", "-", "_", "*", "?", "[a-z]", "[!a]", "[-_]", "[Z-a]", "[9-]", "[b-a]"])


@given(st.lists(pieces, max_size=8).map("".join), names)
def test_no_pattern_that_some_name_matches_is_refused(pattern, name):
    """What is refused could never have been of use."""
    if fnmatchcase(name, pattern):
        assert checked_pattern(pattern) == pattern


actors = st.builds(Actor, st.sampled_from("TU").map(TeamId), st.sampled_from("AB").map(UserId))
moments = st.integers(-3, 3).map(lambda hours: START + timedelta(hours=hours))
grants = st.builds(
    grant,
    principal=actors,
    role=st.sampled_from(Role),
    pattern=st.sampled_from(["*", "a", "a*", "A*", "[ab]?", "b"]),
    expires_at=st.none() | moments,
)
MAY = {(Role.VIEWER, Action.VIEW), (Role.OPERATOR, Action.VIEW), (Role.OPERATOR, Action.CLEAR)}


@given(
    actors,
    st.sampled_from(Action),
    st.sampled_from(["a", "ab", "A", "b"]),
    st.lists(grants, max_size=6),
    moments,
)
def test_allowed_exactly_by_a_covering_current_grant_of_that_very_person(actor, action, name, held, now):
    """No other way leads to yes; and where there is such a grant, the answer is not no."""
    covering = [
        each
        for each in held
        if each.principal.team == actor.team
        and each.principal.user == actor.user
        and (each.role, action) in MAY
        and fnmatchcase(name, each.pattern)
        and not (each.expires_at is not None and each.expires_at <= now)
    ]
    decision = decide(actor, action, PipelineName(name), held, now)
    assert decision.allowed is bool(covering)
    assert decision.grant in covering if covering else decision.grant is None
