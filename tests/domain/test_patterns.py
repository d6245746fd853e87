"""Pipeline patterns: what they may be made of, and how two of them lie to each other."""

from fnmatch import fnmatchcase

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.access.patterns import can_match, checked_anywhere, checked_pattern, covers, may_overlap
from bot.domain.errors import BadPattern
from bot.domain.ids import PipelineName
from bot.domain.pipelines.targets import ONE, TargetName, Targets, full_name

PIECES = ["a", "b", "-", "*", "?", "[ab]", "[!a]", "["]
patterns = st.lists(st.sampled_from(PIECES), min_size=1, max_size=5).map("".join)
names = st.text("ab-", min_size=1, max_size=5)
LITERALS = {"*": st.text("ab-", max_size=3), "?": st.sampled_from("ab-"), "[ab]": st.sampled_from("ab")}


@st.composite
def patterns_and_a_name(draw) -> tuple[str, str]:
    """A pattern, and a name that it matches."""
    pieces = draw(st.lists(st.sampled_from(["a", "b", "-", *LITERALS]), min_size=1, max_size=5))
    return "".join(pieces), "".join(draw(LITERALS.get(piece, st.just(piece))) for piece in pieces)


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
    with pytest.raises(BadPattern, match="is not a valid pipeline pattern: use"):
        checked_pattern(pattern)


EMPTY_CLASSES = ["[z-a]", "x[9-0]*", "a[!-A-Za-z0-9_]a"]
TOO_LONG = ["a" * 101, "?" * 101, "*" + "-" * 101 + "*"]


@pytest.mark.parametrize("pattern", [*EMPTY_CLASSES, *TOO_LONG])
def test_a_glob_that_no_name_matches_is_refused(pattern):
    with pytest.raises(BadPattern, match="matches no pipeline: names have 1 to 100 letters"):
        checked_pattern(pattern)


GLOBS = ["*", "?", "orders-*", "Orders_[!a-c]?", "orders", "*-*", "?" * 100, "*" * 200, "*" + "-" * 100 + "*"]
OLD = ["-*", "_orders", "*-", "orders_", "[-_]*", "[!a-zA-Z0-9]", "a[-]"]
LITERAL_DASHES = ["[a-]x", "[-a]*", "x[-]x", "x[!-A-Za-z0-9]x", "[A-z]", "[a-z0-9]"]


@pytest.mark.parametrize("pattern", [*GLOBS, *OLD, *LITERAL_DASHES])
def test_a_pattern_that_may_match_is_taken_as_it_is(pattern):
    """Nothing is normalised: what was typed is what is stored and compared."""
    assert checked_pattern(pattern) == pattern


BOTH = Targets((TargetName("prod"), TargetName("staging")))
pipeline_names = st.from_regex(r"[A-Za-z0-9_-]{1,10}", fullmatch=True).map(PipelineName)
CLASSES = ["[a-z]", "[!a]", "[-_]", "[Z-a]", "[9-]", "[o-s]"]


@st.composite
def patterns_of_a_pipeline(draw) -> tuple[Targets, str, str]:
    """Targets, what a pipeline is called there, and a pattern that matches it: of a part for each character."""
    targets = draw(st.sampled_from([ONE, BOTH]))
    name = full_name(draw(st.sampled_from(targets.all)), draw(pipeline_names))
    pattern = ""
    for character in name:
        classes = [each for each in CLASSES if fnmatchcase(character, each)]
        pattern += draw(st.sampled_from([character, f"*{character}", f"{character}*", "*", "?", *classes]))
    return targets, name, pattern


@given(patterns_of_a_pipeline())
@example((BOTH, "prod/a", "*?*/a"))
def test_no_pattern_that_some_name_matches_is_refused(matched):
    """What is refused could never have been of use."""
    targets, name, pattern = matched
    assert fnmatchcase(name, pattern)
    assert checked_pattern(pattern, targets) == pattern


@pytest.mark.parametrize(
    ("wide", "narrow", "covered"),
    [
        ("*", "orders-[ab]?", True),
        ("orders-*", "orders-*", True),
        ("orders-*", "orders-eu", True),
        ("orders-*", "orders-eu-*", True),
        ("orders-?", "orders-?", True),
        ("orders-??", "orders-eu", True),
        ("orders-*", "orders*", False),
        ("orders-*", "order?-eu", False),
        ("orders-*", "*", False),
        ("orders-*", "Orders-eu", False),
        ("orders", "orders*", False),
        ("*-eu", "orders-eu", True),
        ("*-eu", "orders-*", False),
        ("*", "*", True),
    ],
)
def test_an_admin_of_one_pattern_is_an_admin_of_the_narrower(wide, narrow, covered):
    """Where it cannot be told easily, the answer is no: nobody administers what they might not reach."""
    assert covers(wide, narrow) is covered


@given(patterns, patterns_and_a_name())
@example("orders-*", ("orders-*", "orders-"))
def test_whoever_covers_a_pattern_covers_every_name_in_it(wide, narrow_and_name):
    narrow, name = narrow_and_name
    assert fnmatchcase(name, narrow)
    if covers(wide, narrow):
        assert fnmatchcase(name, wide)


@pytest.mark.parametrize(
    ("one", "other", "may"),
    [
        ("orders-*", "orders-eu", True),
        ("orders-*", "*", True),
        ("orders-*", "*-eu", True),
        ("orders-*", "orders-eu-*", True),
        ("orders", "orders", True),
        ("orders-*", "billing-*", False),
        ("orders", "billing", False),
        ("orders-*", "orders", False),
        ("orders-?", "orders-eu", False),
    ],
)
def test_patterns_that_may_share_a_name(one, other, may):
    assert may_overlap(one, other) is may
    assert may_overlap(other, one) is may


@given(patterns_and_a_name(), patterns)
def test_a_name_in_both_patterns_is_always_seen(one_and_name, other):
    one, name = one_and_name
    if fnmatchcase(name, other):
        assert may_overlap(one, other)
        assert may_overlap(other, one)


CAN = [
    "*",
    "prod/*",
    "*/orders",
    "p*s",
    "prod/orders-[ab]",
    "?rod/x",
    "[a-p]rod?x",
    "staging*",
    "*g/a*",
    "prod*s",
]


@pytest.mark.parametrize("pattern", CAN)
def test_a_pattern_of_names_with_targets(pattern):
    assert checked_pattern(pattern, BOTH) == pattern


CANNOT = [
    "orders",
    "orders*",
    "dev/*",
    "prod",
    "prod/",
    "Prod/*",
    "prod/[z-a]*",
    "prod/a/b",
    "*/*/*",
    "prod-*",
]


@pytest.mark.parametrize("pattern", [*CANNOT, "prod/" + "?" * 101])
def test_a_pattern_of_no_name_with_a_target_is_refused(pattern):
    with pytest.raises(BadPattern, match="matches no pipeline"):
        checked_pattern(pattern, BOTH)


@pytest.mark.parametrize("pattern", ["prod/*", "*/orders", "orders/*"])
def test_with_one_feldera_a_slash_is_no_part_of_a_pattern(pattern):
    with pytest.raises(BadPattern, match="is not a valid pipeline pattern"):
        checked_pattern(pattern)
    assert not can_match(pattern, ONE)
    assert checked_anywhere(pattern) == pattern
