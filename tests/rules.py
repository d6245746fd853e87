"""Any rule that there can be, for properties: a key that is added is generated here, for all of them."""

from datetime import timedelta

from hypothesis import strategies as st

from bot.domain.access.rules import Rule

_UNITS = {"seconds": (60, 9_999), "minutes": (1, 9_999), "hours": (1, 168), "days": (1, 7)}
_LENGTHS = st.one_of(  # as people type them: one number of up to four digits, and one unit
    st.integers(*ends).map(lambda number, unit=unit: timedelta(**{unit: number}))
    for unit, ends in _UNITS.items()
)
_EXPRESSIONS = st.sampled_from(
    ["INC-\\d+ .*", " x", "x ", "a=b approvals=2", "matching=x", "^x y$", "\n"]
) | st.text(alphabet=" azA09='\"`-#:,;&<>/é\n\t\N{NO-BREAK SPACE}", min_size=1, max_size=40)
SAID = {
    "approvals": st.integers(0, 5),
    "ask_channel": st.sampled_from(["C012", "C0OPS", "G012"]),
    "ask_group": st.sampled_from(["S012", "S0ONCALL"]),
    "approve_within": _LENGTHS,
    "remind_after": _LENGTHS,
    "reason_required": st.booleans(),
    "reason_pattern": _EXPRESSIONS,
    "stop_window": st.integers(0, 60).map(lambda each: timedelta(seconds=each)),
    "break_glass": st.booleans(),
}
"""By the fields of a rule."""


PATTERNS = st.sampled_from(["*", "orders-*", "a[bc]?"])


def any_rules(
    patterns: st.SearchStrategy[str] = PATTERNS, **instead: st.SearchStrategy[object]
) -> st.SearchStrategy[Rule]:
    """Rules on these patterns, each field said or not; of the fields in `instead`, those values."""
    said = {field: st.none() | values for field, values in SAID.items()} | instead
    return st.builds(Rule, patterns, **said)
