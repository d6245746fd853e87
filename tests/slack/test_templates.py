"""Templates: every one is well-formed, and none is put together from values."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.domain.commands import VERBS
from bot.slack.sentences.outcome_sentences import BY_OTHERS, OUTCOMES
from bot.slack.text.templates import Gap, pieces

SLACK = Path(__file__).parents[2] / "bot" / "slack"
TAKE_TEMPLATES = frozenset({"Text", "said", "filled"})


def calls() -> Iterator[tuple[str, ast.Call]]:
    for path in sorted(SLACK.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and node.args and _name(node.func) in TAKE_TEMPLATES:
                yield f"{path.name}:{node.lineno}:{node.col_offset}", node


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def test_no_template_is_put_together() -> None:
    """A literal, or a row of a table of literals: a value in a template would get in unescaped."""
    found = {where: call.args[0] for where, call in calls()}
    assert len(found) > 300
    made = [
        where
        for where, template in found.items()
        if isinstance(template, ast.JoinedStr | ast.BinOp | ast.IfExp)
        or (isinstance(template, ast.Call) and _name(template.func) != "get")
    ]
    assert made == []


def test_every_gap_has_its_value_and_every_value_its_gap() -> None:
    """Also in sentences that no test shows."""
    for where, call in calls():
        template, *values = call.args
        spread = any(isinstance(each, ast.Starred) for each in values) or any(
            keyword.arg is None for keyword in call.keywords
        )
        if isinstance(template, ast.Constant) and _name(call.func) != "filled" and not spread:
            gaps = [piece.key for piece in pieces(template.value) if isinstance(piece, Gap)]
            assert {key for key in gaps if isinstance(key, int)} == set(range(len(values))), where
            assert {key for key in gaps if isinstance(key, str)} == {each.arg for each in call.keywords}, (
                where
            )


def test_every_template_closes_its_marks() -> None:
    """Also of sentences that no test shows."""
    literals = [
        node.value for node in (call.args[0] for _, call in calls()) if isinstance(node, ast.Constant)
    ]
    outcomes = [*OUTCOMES.values(), *BY_OTHERS.values()]
    sentences = [each for words in outcomes for each in (words.sentence, words.verdict, *words.then)]
    for template in [*literals, *sentences]:
        pieces(template)
    for verb in VERBS:
        pieces(verb.summary)
        pieces(verb.details)


@pytest.mark.parametrize("template", ["*bold", "a `b", "`a*` *b"])
def test_a_mark_that_is_not_closed_is_refused(template: str) -> None:
    """Slack would show it as it stands."""
    with pytest.raises(ValueError, match="not closed"):
        pieces(template)
