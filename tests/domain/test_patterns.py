"""Pipeline patterns: what they may be made of, and how two of them lie to each other."""

from fnmatch import fnmatchcase

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.access.patterns import checked_pattern, covers, may_overlap
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


@pytest.mark.parametrize("pattern", ["", "orders eu", "orders/*", "*\n", "ordérs", "a" * 201, "`*`", "{a,b}"])
def test_a_pattern_that_matches_no_name_is_refused(pattern):
    """Better at once than a grant that silently never applies."""
    with pytest.raises(BadPattern):
        checked_pattern(pattern)


@pytest.mark.parametrize("pattern", ["*", "orders-*", "Orders_[!a-c]?", "orders"])
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
    """`covers` never errs towards yes."""
    narrow, name = narrow_and_name
    assert fnmatchcase(name, narrow)
    if covers(wide, narrow):
        assert fnmatchcase(name, wide)


@given(st.sampled_from(["a", "a*", "ab*", "*", "a?*"]), patterns, names)
def test_covering_holds_for_every_shape_of_pattern(wide, narrow, name):
    """The same, with open brackets and negations, and names that happen to match."""
    if covers(wide, narrow) and fnmatchcase(name, narrow):
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
    """Whichever is named first."""
    assert may_overlap(one, other) is may
    assert may_overlap(other, one) is may


@given(patterns_and_a_name(), patterns)
def test_a_name_in_both_patterns_is_always_seen(one_and_name, other):
    """`may_overlap` never errs towards no."""
    one, name = one_and_name
    if fnmatchcase(name, other):
        assert may_overlap(one, other)
        assert may_overlap(other, one)
