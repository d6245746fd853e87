"""The form with the worst texts and the longest names: Slack takes each view, and nothing in it acts."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.access.permissions import Group
from bot.domain.ids import Actor, ChannelId, GroupId, TeamId, UserId, is_pipeline_name
from bot.domain.operations.plans import CLEAR, StepName
from bot.domain.pipelines.pipeline import Identity, Problem, ProblemKind
from bot.domain.pipelines.targets import TARGET_NAME_MAX, TargetName, Targets
from bot.engine import replies
from bot.engine.handlers.clear_form import LookAgain, Offer, Offers, Shown
from bot.engine.handlers.preconditions import Assessment
from bot.simulator.slack.blocks.block_rules import element_rules as elements
from bot.simulator.slack.blocks.block_rules import problems_in_view, view_is_too_large
from bot.slack.payloads import View
from bot.slack.views import answers
from bot.slack.views.forms import clear_form_view, form_errors, form_fields
from bot.slack.views.forms.clear_form_view import Page, Token
from tests.clock import START
from tests.domain.pipeline_samples import pipeline
from tests.domain.samples import AUTHORITIES
from tests.slack.any_reply import EVERY_REPLY, pipelines, problems, whole
from tests.slack.reading import LONGEST_WHOLE_NAME, OWN_TOKEN, TOKEN, WORKSPACE_URL, hostile, texts

TOKENS = Token("a" * 24, ChannelId("C0OPS"))
LONGEST_TARGET = TargetName("t" * TARGET_NAME_MAX)
CROWD = tuple(
    Actor(TeamId("T1"), UserId(f"U{number:010}"))
    if number % 2
    else Group(TeamId("T1"), GroupId(f"S{number}"))
    for number in range(300)
)


@st.composite
def shown(draw):
    authority = draw(st.sampled_from(AUTHORITIES))
    requirements = replace(
        authority.requirements,
        approvals=draw(st.integers(0, 5)),
        reason_patterns=tuple(["&" * 100] * draw(st.integers(0, 20))),
        ask_groups=tuple(GroupId(f"S{number:010}") for number in range(draw(st.integers(0, 10)))),
    )
    authority = replace(
        authority, requirements=requirements, eligible=CROWD[: draw(st.sampled_from([0, 1, 11, 300]))]
    )
    pipeline = replace(draw(pipelines), name=LONGEST_WHOLE_NAME)
    assessment = Assessment(pipeline, Identity("feldera.example"), authority, CLEAR, recorded_at=None)
    return Shown(assessment, START, "b" * 24)


def test_a_form_that_has_gone_advises_the_same_steps():
    plan = (StepName.STOP, StepName.CLEAR, StepName.START)
    assessment = Assessment(pipeline(), Identity("feldera.example"), AUTHORITIES[0], plan, recorded_at=None)
    again = LookAgain(Shown(assessment, START, "b" * 24), changed=True)
    assert clear_form_view.look_again_elsewhere(again).text == (
        "✋ Nothing was sent to Feldera: look at `orders` first. Type `/pipeline clear orders --restart reason…`."
    )


def check_view(view: dict) -> None:
    """Slack takes it, and none of its tokens but our own acts."""
    assert problems_in_view(view) == []
    assert not view_is_too_large(view)
    for text in texts(view):
        assert all(
            OWN_TOKEN.fullmatch(token) or token.startswith(("<!subteam^S", "<@U"))
            for token in TOKEN.findall(text)
        )


@given(shown(), st.booleans(), st.sampled_from(["C0OPS", "D0ANA", "U0ANA", "W0ANA"]))
def test_whatever_is_chosen(shown, changed, origin):
    """The preview of the longest name, with every rule and everybody who could approve."""
    check_view(clear_form_view.form(TOKENS, clear_form_view.about(shown, ChannelId(origin))))
    again = LookAgain(shown, changed=changed)
    check_view(clear_form_view.form(TOKENS, clear_form_view.about_again(again, ChannelId(origin))))
    check_view({**clear_form_view.opening(TOKENS)})


@pytest.mark.parametrize("kind", EVERY_REPLY, ids=lambda kind: kind.__name__)
@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_whatever_stands_in_the_way(kind, data):
    """Every answer fits the form, without buttons; and under a field, without markup."""
    reply = data.draw(whole(kind))
    answer = answers.answer(reply, WORKSPACE_URL)
    running = isinstance(reply, replies.NotStopped)
    page = clear_form_view.about_running(reply) if running else clear_form_view.about_objection(answer)
    view = clear_form_view.form(TOKENS, page)
    assert problems_in_view(view) == []
    assert '"actions"' not in json.dumps(view)
    for error in (form_errors.errors(reply, answer) or {}).values():
        assert 0 < len(error) <= form_errors.ERROR_MAX


@given(st.lists(problems, max_size=60))
def test_whoever_does_not_answer(found):
    unanswered = {TargetName(f"{LONGEST_TARGET[:-3]}{number:03}"): each for number, each in enumerate(found)}
    unreadable = dict.fromkeys(unanswered, 50_000)
    for offers in (Offers((), unanswered, unreadable), Offers((), {}, unreadable, tuple(unanswered))):
        check_view(clear_form_view.form(TOKENS, Page(notice=clear_form_view.notice(offers))))


@given(pipelines, hostile)
def test_a_line_of_the_menu(pipeline, message):
    """The longest name is cut for the eye, and whole in what comes back."""
    for state in (pipeline, Problem(ProblemKind.UNEXPECTED, message)):
        option = form_fields.option(Offer(LONGEST_WHOLE_NAME, state))
        assert list(elements.option(option, "")) == []
        assert option["value"] == LONGEST_WHOLE_NAME


def view(state: dict[str, Any] | None = None, *, metadata: str = "") -> View:
    """As it comes back from Slack."""
    told = {"id": "V1", "type": "modal", "private_metadata": metadata, "state": {"values": state or {}}}
    return View.model_validate(told)


@given(st.text(max_size=3_000) | st.just("x" * 24 + " C1 -"), hostile.map(lambda typed: typed[:3_000]))
def test_whatever_comes_back(metadata, typed):
    """What stands in a payload is read like typing: a token of ours, and a name, or nothing."""
    token = Token.of(view(metadata=metadata))
    assert token is None or Token.of(view(metadata=str(token))) == token
    state = {"pipeline": {"choose_pipeline": {"selected_option": {"value": typed}}}}
    filled = form_fields.chosen(view(state), Targets())
    assert filled is None or filled.name == typed
    assert (filled is not None) == is_pipeline_name(typed)
    assert form_fields.chosen(view(), Targets()) is None


def test_what_was_filled_in():
    state = {
        "pipeline": {"choose_pipeline": {"selected_option": {"value": "prod/orders"}}},
        "reason": {"reason": {"value": "  two\nlines\u202e "}},
    }
    filled = form_fields.chosen(view(state), Targets((TargetName("prod"), TargetName("eu"))))
    assert filled is not None
    assert (filled.name, filled.reason) == ("prod/orders", "two lines")
    assert form_fields.chosen(view(state), Targets()) is None
