"""A command leaves one message, and what stands there is true, whatever becomes of Feldera, Slack and the bot."""

from datetime import timedelta

import pytest

from bot.domain.access.permissions import Role
from bot.domain.commands import VERBS
from tests.workspace import Teammate, Workspace

CLEAR = "/pipeline clear orders"
PREVIEW = "*Clear `orders`?*"
LOOKING = (
    "🔎 Looking at `orders`… This is taking longer than usual. If no answer follows within a few minutes, "
    "type the command again: looking changes nothing."
)
WAIT = ("🔎 Looking at", "⏳ This is taking longer", "🩺 Checking")

every_command = pytest.mark.parametrize(
    "typed", [f"/pipeline {verb.example}" for verb in VERBS], ids=[verb.word for verb in VERBS]
)


@pytest.fixture
def rae(workspace: Workspace) -> Teammate:
    """Somebody who may do everything."""
    rae = workspace.adds_person("rae")
    for role in Role:
        workspace.grants(rae, role)
    return rae


def shown(person: Teammate) -> list[str]:
    """All that this person alone is shown now."""
    person.reads()
    return [person._workspace.reads(message) for message in person.person.ephemerals]


def slowly(workspace: Workspace) -> None:
    """Feldera answers nothing from now on, and no ack waits for it."""
    workspace.bot.background_tasks.patience = 0.0
    workspace.feldera.hangs("GET")


def answers(workspace: Workspace) -> None:
    workspace.slack.lets_go()
    workspace.feldera.lets_go()
    workspace.settles()
    workspace.bot.background_tasks.patience = 10.0


@every_command
def test_an_answer_in_time(rae: Teammate, typed: str) -> None:
    """It is all that is shown: nobody is told first that it follows."""
    answer = rae.types(typed)
    assert shown(rae) == [answer]
    assert answer
    assert not answer.startswith(WAIT)


@every_command
@pytest.mark.parametrize("slack", ["replaces", "adds", "refuses"])
def test_a_late_answer(workspace: Workspace, rae: Teammate, typed: str, slack: str) -> None:
    """It takes the place of what the ack said, if Slack lets it; otherwise it follows, and both are true."""
    slowly(workspace)
    workspace.slack.hangs("users.info")  # commands that do not ask Feldera are slow, too
    workspace.slack.replaces_after_commands(slack)
    said = workspace.run(rae.typing(typed))
    assert said.error is None
    answers(workspace)
    *before, answer = shown(rae)
    announced = [said.text] if said.text.startswith(WAIT) else []
    assert before == ([] if slack == "replaces" else announced)
    assert not answer.startswith(WAIT)


@pytest.mark.parametrize("slack", ["replaces", "adds", "refuses"])
def test_a_late_preview_can_be_confirmed(workspace: Workspace, oli: Teammate, slack: str) -> None:
    slowly(workspace)
    workspace.slack.replaces_after_commands(slack)
    workspace.run(oli.typing(CLEAR))
    answers(workspace)
    assert shown(oli)[-1].startswith(PREVIEW)
    oli.clicks("Clear orders")
    assert shown(oli) == [LOOKING] * (slack != "replaces") + [
        "⏳ Confirmed. Follow the clear of `orders` in its thread."
    ]
    workspace.passes(seconds=10)
    assert workspace.follows() == "✅ Cleared"


def test_the_bot_is_gone_before_it_answers(workspace: Workspace, oli: Teammate) -> None:
    """What the ack said stays on the screen. It told what to do, and that nothing has changed, which is so."""
    slowly(workspace)
    workspace.run(oli.typing(CLEAR))
    workspace.dies()
    workspace.feldera.lets_go()
    workspace.starts()
    assert shown(oli) == [LOOKING]
    assert (workspace.sent, workspace.record(), workspace.cards()) == ([], [], [])
    assert oli.asks(CLEAR).startswith(PREVIEW)


def test_the_response_url_has_expired(workspace: Workspace, oli: Teammate) -> None:
    slowly(workspace)
    workspace.run(oli.typing(CLEAR))
    workspace.clock.passes(minutes=31)
    answers(workspace)
    assert shown(oli) == [LOOKING]
    assert [answer.error for answer in workspace.slack.answers] == ["expired_url"]
    assert workspace.sent == []


def test_the_answer_is_lost(workspace: Workspace, oli: Teammate) -> None:
    """Slack may have shown it, so it is not sent again."""
    oli.asks(CLEAR)  # who oli is, is known from here on
    slowly(workspace)
    workspace.run(oli.typing(CLEAR))
    workspace.slack_goes_down()
    answers(workspace)
    workspace.slack_comes_back()
    assert shown(oli)[1:] == [LOOKING]
    assert workspace.slack.answers == []
    assert any("answer_not_delivered" in line for line in workspace.logged)


def test_a_command_uses_its_response_url_twice_at_most(workspace: Workspace, oli: Teammate) -> None:
    """Slack takes five messages: one that refuses to replace costs no more than a second."""
    slowly(workspace)
    workspace.slack.replaces_after_commands("refuses")
    workspace.run(oli.typing(CLEAR))
    answers(workspace)
    assert [answer.error for answer in workspace.slack.answers] == ["cant_update_message", None]
    assert shown(oli)[0] == LOOKING


def test_nobody_waits_for_an_ack_behind_a_long_line(workspace: Workspace, oli: Teammate) -> None:
    """Eight look at a time: the ninth is told at once, whatever an ack could wait."""
    oli.asks("/pipeline status orders")  # who answers at this address is known from here on
    slowly(workspace)
    for _ in range(8):
        workspace.run(oli.typing(CLEAR))
    workspace.bot.background_tasks.patience = timedelta(minutes=1).total_seconds()
    assert workspace.run(oli.typing(CLEAR)).text == LOOKING
    answers(workspace)
    assert [said[:17] for said in shown(oli)[-8:]] == [PREVIEW] * 8
