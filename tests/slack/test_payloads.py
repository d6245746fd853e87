"""What Slack delivers is read once: every form that Slack documents, and nothing that is not of Slack's form."""

import copy
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.ids import Actor
from bot.slack import payloads
from bot.slack.listeners.context import ListenerContext
from bot.slack.payloads import Unreadable, read

URL = "https://hooks.slack.com/actions/T0ACME/1/x"
# With fields that the bot does not read, as Slack sends them.
COMMAND = {
    "token": "x", "team_id": "T0ACME", "team_domain": "acme", "channel_id": "C0OPS", "channel_name": "ops",
    "user_id": "U0ANA", "user_name": "ana", "command": "/pipeline", "text": "clear orders", "api_app_id": "A0BOT",
    "is_enterprise_install": "false", "response_url": URL, "trigger_id": "1.2.abc",
}  # fmt: skip
SENDER = {
    "user": {"id": "U0ANA", "username": "ana", "name": "ana", "team_id": "T0ACME"},
    "team": {"id": "T0ACME", "domain": "acme"},
    "api_app_id": "A0BOT", "token": "x", "enterprise": None, "is_enterprise_install": False, "trigger_id": "1.3.abc",
}  # fmt: skip
VIEW = {
    "id": "V0FORM", "type": "modal", "callback_id": "deny_request", "private_metadata": "op-1", "hash": "156.cd",
    "state": {"values": {"answer": {"answer": {"type": "plain_text_input", "value": "why"}}}},
    "app_installed_team_id": "T0ACME",
}  # fmt: skip
CLICK = {
    "type": "block_actions",
    **SENDER,
    "container": {"type": "message", "message_ts": "1.1", "channel_id": "C0OPS", "is_ephemeral": False},
    "channel": {"id": "C0OPS", "name": "ops"},
    "message": {"ts": "1.1", "user": "U0BOT", "bot_id": "B0BOT", "blocks": []},
    "response_url": URL,
    "state": {"values": {}},
    "actions": [{"type": "button", "action_id": "approve", "block_id": "b", "value": "op-1"}],
}
SUBMISSION = {"type": "view_submission", **SENDER, "view": VIEW, "response_urls": []}
SHORTCUT = {"type": "shortcut", **SENDER, "callback_id": "clear_a_pipeline"}
OPTIONS = {
    "type": "block_suggestion",
    **SENDER,
    "container": {"type": "view", "view_id": "V0FORM"},
    "view": VIEW,
    "block_id": "pipeline",
    "action_id": "choose_pipeline",
    "value": "ord",
}
HOME = {
    "type": "event_callback",
    "team_id": "T0ACME",
    "event": {"type": "app_home_opened", "user": "U0ANA", "channel": "D0ANA", "tab": "home", "view": VIEW},
    "authorizations": [{"enterprise_id": None, "team_id": "T0ACME", "user_id": "U0BOT", "is_bot": True}],
    "is_ext_shared_channel": False,
}
PAYLOADS = {
    "slash_command": COMMAND,
    "block_actions": CLICK,
    "view_submission": SUBMISSION,
    "shortcut": SHORTCUT,
    "block_suggestion": OPTIONS,
    "app_home_opened": HOME,
}
GRID = {"enterprise_id": "E0ORG", "enterprise_name": "Org", "is_enterprise_install": "true"}


def changed(payload: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """The payload with another value there; `...` takes it away."""
    made = copy.deepcopy(payload)
    *there, last = path.split(".")
    place: Any = made
    for key in there:
        place = place[int(key)] if isinstance(place, list) else place[key]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return made


@pytest.mark.parametrize("kind", PAYLOADS)
def test_what_slack_sends(kind):
    delivery = read(PAYLOADS[kind])
    assert delivery is not None
    assert ListenerContext.who(SimpleNamespace(home="T0ACME"), delivery) == Actor("T0ACME", "U0ANA")


@pytest.mark.parametrize(
    "payload",
    [
        *(COMMAND | {"channel_id": id_, "channel_name": name} for id_, name in
          [("D0ANA", "directmessage"), ("G0SECRET", "privategroup"), ("C0MPIM", "mpdm-ana--ben-1")]),
        COMMAND | GRID,
        COMMAND | {"text": ""},
        COMMAND | {"text": None},
        changed(COMMAND, "text", ...),
        COMMAND | {"user_id": "W0GRID"},
        COMMAND | {"text": "status orders " + "é🎉" * 1_000},
        # An app of a whole organization, and people of other workspaces of it.
        CLICK | {"team": None, "enterprise": {"id": "E0ORG", "name": "Org"}, "is_enterprise_install": True},
        CLICK | {"team": {"id": "T0ACME", "domain": "acme", "enterprise_id": "E0ORG", "enterprise_name": "Org"}},
        changed(CLICK, "user.team_id", ...),
        changed(CLICK, "user.team_id", None),
        changed(CLICK, "user.team_id", "E0ORG"),
        changed(CLICK, "user.id", "W0ANA"),
        changed(CLICK, "enterprise", ...),
        changed(CLICK, "channel", ...),
        changed(CLICK, "actions.0.value", ...),
        changed(CLICK, "response_url", ...) | {"view": VIEW | {"type": "home", "callback_id": "", "state": None}},
        changed(SUBMISSION, "view.state.values", {}),
        changed(SUBMISSION, "view.state.values.answer.answer.value", None),
        changed(SUBMISSION, "response_urls", [{"response_url": URL, "channel_id": "C0OPS"}]),
        changed(OPTIONS, "value", ""),
        changed(HOME, "event.view", ...),
        changed(HOME, "event.tab", "messages"),
        HOME | {"enterprise_id": "E0ORG"},
    ],
)  # fmt: skip
def test_the_forms_that_slack_varies(payload):
    """Other kinds of places, organizations, people of other workspaces, and fields that are empty or not there."""
    assert read(payload) is not None


@pytest.mark.parametrize(
    "payload",
    [
        {"type": "url_verification", "token": "t", "challenge": "c"},
        {"ssl_check": "1", "token": "t"},
        {"type": "view_closed", **SENDER, "view": VIEW, "is_cleared": False},
        {"type": "message_action", **SENDER, "callback_id": "cb", "channel": {"id": "C0OPS"}, "message": {"ts": "1.1"}},
        HOME | {"event": {"type": "message", "user": "U0ANA", "channel": "D0ANA", "text": "hi", "ts": "1.1"}},
        HOME | {"event": {"type": "reaction_added", "user": "U0ANA", "item": {"type": "message", "channel": "C0OPS"}}},
        {},
    ],
)  # fmt: skip
def test_what_the_bot_does_not_read(payload):
    assert read(payload) is None


ODD = [
    7,
    7.0,
    True,
    None,
    [],
    {},
    "",
    "7",
    "u0ana",
    "U0ANA\n",
    "U0\N{ARABIC-INDIC DIGIT ONE}",
    "U" + "0" * 99,
]
IDS = [
    ("slash_command", ["user_id", "team_id", "channel_id"]),
    ("block_actions", ["user.id"]),
    ("view_submission", ["user.id", "view.id"]),
    ("shortcut", ["user.id"]),
    ("block_suggestion", ["user.id", "view.id"]),
    ("app_home_opened", ["team_id", "event.user"]),
]


@pytest.mark.parametrize("odd", ODD, ids=repr)
@pytest.mark.parametrize(("kind", "paths"), IDS)
def test_an_id_that_is_none(kind, paths, odd):
    """What is read of somebody or something is an id of Slack's form, or nothing is read at all."""
    for path in paths:
        with pytest.raises(Unreadable) as found:
            read(changed(PAYLOADS[kind], path, odd))
        assert found.value.kind == kind


@pytest.mark.parametrize("odd", [7, True, [], "", "t0acme"], ids=repr)
def test_a_workspace_that_is_none(odd):
    """It may not be told at all, but if it is, then as an id."""
    for path in ("user.team_id", "team.id"):
        with pytest.raises(Unreadable):
            read(changed(CLICK, path, odd))


TEXTS = [
    ("slash_command", "text", 40_000),
    ("slash_command", "trigger_id", 255),
    ("block_actions", "actions.0.action_id", 255),
    ("block_actions", "actions.0.value", 3_000),
    ("view_submission", "view.private_metadata", 3_000),
    ("view_submission", "view.callback_id", 255),
    ("view_submission", "view.state.values.answer.answer.value", 3_000),
    ("shortcut", "callback_id", 255),
    ("block_suggestion", "value", 40_000),
    ("app_home_opened", "event.view.hash", 255),
]


@pytest.mark.parametrize(("kind", "path", "longest"), TEXTS)
def test_a_text_that_is_none(kind, path, longest):
    """It is text, whole characters of it, and no more than Slack itself lets through."""
    payload = PAYLOADS[kind]
    assert read(changed(payload, path, "\0é" * (longest // 2))) is not None
    for odd in (7, 1.5, ["x"], {"x": "y"}, "x" * (longest + 1), "half an emoji: \ud83d"):
        with pytest.raises(Unreadable):
            read(changed(payload, path, odd))


@pytest.mark.parametrize(
    "payload",
    [
        COMMAND | {"type": "block_actions"},  # Bolt would take it for either
        changed(CLICK, "actions", [CLICK["actions"][0]] * 2),
        changed(CLICK, "actions", []),
        SHORTCUT | {"response_url": [URL]},  # Bolt would take it for the address of a reply
        changed(SUBMISSION, "response_urls", [{"response_url": {"url": URL}}]),
    ],
)
def test_what_is_several_things_at_once_or_nothing(payload):
    with pytest.raises(Unreadable):
        read(payload)


@given(st.sampled_from(list(PAYLOADS)), st.data())
def test_nothing_of_a_payload_is_in_what_is_said_of_it(kind, data):
    """Whoever sent it chose its words: the log gets the names of our own fields."""
    payload = copy.deepcopy(PAYLOADS[kind])
    payload[data.draw(st.sampled_from(list(payload)))] = data.draw(
        st.sampled_from(["secret", 666, ["secret"], {"secret": {"secret": "secret"}}])
    )
    try:
        read(payload)
    except Unreadable as unreadable:
        said = f"{unreadable.kind} {unreadable.where} {unreadable.why}"
        assert "secret" not in said
        assert "666" not in said


def test_where_an_unreadable_click_is_answered():
    odd = changed(CLICK, "user.id", 7)
    assert payloads.response_url(odd) == URL
    for other in (None, 7, "file:///etc/passwd", "https://a b", ...):
        assert payloads.response_url(changed(odd, "response_url", other)) is None
