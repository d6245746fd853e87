"""A Home: whatever there is to be shown, Slack takes it, it says how much is left out, and nothing in it acts."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.access.permissions import Group, Kind, Membership, Role
from bot.domain.access.rules import Freeze
from bot.domain.home_content import HomeAction, HomePage, Item
from bot.domain.ids import GroupId, OperationId, TeamId
from bot.domain.operations.operation import Operation, State
from bot.domain.operations.outcome import Ending, Outcome
from bot.domain.pipelines.pipeline import Checkpoints
from bot.simulator.slack.blocks.block_rules import problems_in_view, view_is_too_large
from bot.slack.views.home_view import DECISIONS_SHOWN, REQUESTS_SHOWN, UNDERWAY_SHOWN, home
from tests.clock import START
from tests.domain.samples import ANA, BEN, IN_EVERY_STATE, awaiting, grant, needs_human, ready
from tests.operations import changed
from tests.slack.reading import ENTITY, LONGEST_WHOLE_NAME, OWN_TOKEN, TOKEN, WORKSPACE_URL, hostile, texts

OPEN = [operation for operation in IN_EVERY_STATE.values() if operation.confirmed_at is not None]


def page(**parts) -> HomePage:
    return replace(HomePage(Membership(BEN), (grant(BEN, Role.APPROVER, "*"),)), **parts)


def item(operation: Operation, *deeds: HomeAction) -> Item:
    return Item(operation, frozenset(deeds))


def numbered(many: int, operation: Operation) -> list[Operation]:
    return [replace(operation, id=OperationId(f"op{number}")) for number in range(many)]


def shown(view) -> str:
    return "\n".join(texts(view["blocks"]))


def check(view) -> None:
    """Slack takes it, and nothing in it acts but what the bot itself wrote."""
    assert problems_in_view(view) == []
    assert not view_is_too_large(view)
    for text in texts(view["blocks"]):
        rest = OWN_TOKEN.sub("", text.replace("<!subteam^S1>", ""))
        assert not TOKEN.findall(rest), rest
        assert not {"<", ">"} & set(rest), rest
        assert "&" not in ENTITY.sub("", rest), rest


def test_every_part_at_its_fullest_fits():
    """A hundred of everything, with the longest names: what is left out is counted."""
    longest = {"pipeline": LONGEST_WHOLE_NAME, "reason": "&" * 3000}
    glass = needs_human(**longest, incident="&" * 100)
    full = page(
        grants=tuple(grant(BEN, Role.APPROVER, "[!o]*" * 40, id=each, note="&" * 500) for each in range(100)),
        unread="&" * 500,
        decides=tuple(item(each, *HomeAction) for each in numbered(100, glass)),
        requests=tuple(
            item(each, *HomeAction) for each in numbered(100, ready(**longest, cancellable_until=START))
        ),
        underway=tuple(item(each, *HomeAction) for each in numbered(100, awaiting(**longest))),
        ended=tuple(
            numbered(100, replace(glass, state=State.DENIED, outcome=Outcome(Ending.DENIED, "&" * 3000)))
        ),
        freezes=(Freeze(1, "o" * 200, START, "&" * 3000, "T1/UCLEO", START),) * 100,
    )
    view = home(full, WORKSPACE_URL)
    check(view)
    text = shown(view)
    for most in (DECISIONS_SHOWN, REQUESTS_SHOWN, UNDERWAY_SHOWN):
        assert f"… and {100 - most} more: `/pipeline pending` lists what waits." in text
    assert len(view["blocks"]) <= 100


@settings(deadline=None, max_examples=50)  # long texts, many times over
@given(
    text=hostile,
    operation=st.sampled_from(OPEN),
    checkpoints=st.builds(Checkpoints, st.integers(0, 10**6), st.none() | st.integers(0, 10**15)),
    ending=st.sampled_from(Ending),
)
def test_no_text_of_others_breaks_or_rings(text, operation, checkpoints, ending):
    """Reasons, notes, incidents, Feldera's and Slack's own words, wherever they are shown."""
    told = changed(
        operation,
        pipeline=LONGEST_WHOLE_NAME,
        reason=text,
        incident=text,
        outcome=Outcome(ending, text, text, by=BEN),
        ended_at=START + timedelta(seconds=9),
        previewed=replace(operation.previewed, checkpoints=checkpoints),
        displaced=text or None,
    )
    group = Group(TeamId("T1"), GroupId("S1"))
    offered = item(told, *HomeAction)
    check(
        home(
            page(
                grants=(grant(BEN, Role.VIEWER, "*", note=text), grant(group, Role.VIEWER, "*", note=text)),
                unread=text,
                decides=(offered,),
                requests=(offered,),
                underway=(offered,),
                ended=(told,),
                freezes=(Freeze(1, "*", START, text, "T1/UCLEO", START),),
            ),
            WORKSPACE_URL,
        )
    )


@settings(deadline=None)
@given(text=hostile, kind=st.sampled_from(Kind))
def test_the_page_of_whoever_may_see_nothing(text, kind):
    """Slack's own words for why it did not tell are shown as what they are."""
    check(home(HomePage(Membership(BEN, kind, why=text), unread=text), WORKSPACE_URL))


OFFERED = {
    State.AWAITING_APPROVAL: {HomeAction.APPROVE, HomeAction.DENY, HomeAction.WITHDRAW},
    State.NEEDS_HUMAN: {HomeAction.CLOSE},
}


def buttons(view):
    return [each for block in view["blocks"] if block["type"] == "actions" for each in block["elements"]]


@pytest.mark.parametrize("state", [each.state for each in OPEN])
def test_a_button_is_there_only_where_its_card_has_it(state):
    """What a person may do and what the card offers: both, or there is no button."""
    operation = replace(IN_EVERY_STATE[state], requester=ANA)
    assert buttons(home(page(underway=(item(operation),)), WORKSPACE_URL)) == []
    for deed in HomeAction:
        found = buttons(home(page(underway=(item(operation, deed),)), WORKSPACE_URL))
        assert [each["value"] for each in found] == [operation.id] * (deed in OFFERED.get(state, set()))


def test_the_same_page_looks_the_same_and_its_buttons_say_aloud_what_they_are_for():
    """Its digest tells whether anything changed: nothing on it depends on when it was made."""
    offered = page(decides=(item(awaiting(), HomeAction.APPROVE, HomeAction.DENY),), ended=(needs_human(),))
    view = home(offered, WORKSPACE_URL)
    assert view == home(offered, WORKSPACE_URL)
    (row,) = (block for block in view["blocks"] if block["type"] == "actions")
    assert row["elements"][0]["accessibility_label"] == "Approve: Clear orders"
