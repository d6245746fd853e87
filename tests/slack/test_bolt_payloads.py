"""Bolt finds what it reads in every payload that the bot accepts: it never breaks on an odd one."""

import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_bolt.kwargs_injection.async_utils import build_async_required_kwargs
from slack_bolt.request.async_request import AsyncBoltRequest

from bot.slack.payloads import Unreadable, read

# What Bolt looks at.
_KEYS = [
    "type",
    "team",
    "enterprise",
    "user",
    "channel",
    "authorizations",
    "event",
    "item",
    "message",
    "previous_message",
    "response_urls",
    "assistant_thread",
    "id",
    "view",
    "actions",
    "is_ext_shared_channel",
    "app_installed_team_id",
    "team_id",
    "user_id",
]
_PLAIN = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["U1", "T1"])
)
json_values = st.recursive(
    _PLAIN,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_KEYS), inner, max_size=5),
    max_leaves=12,
)


@given(json_values)
def test_bolt_takes_whatever_reads(payload):
    """Bolt looks into a payload as soon as it gets it, and broke on an odd one: such a one does not get there."""
    try:
        read(payload)
    except Unreadable:
        return
    AsyncBoltRequest(body=payload, mode="socket_mode")


_TYPES = [*("view_closed", "view_submission", "interactive_message", "dialog_submission", "dialog_cancellation"),
          *("workflow_step_edit", "message_action", "dialog_suggestion", "event_callback", "of tomorrow")]  # fmt: skip
_OF_ALL_TYPES = st.sampled_from(["view", "actions", "event", "callback_id", "action_id", "workflow_step"])


@pytest.mark.parametrize("kind", _TYPES)
@given(parts=st.dictionaries(_OF_ALL_TYPES, st.none() | st.just({}) | json_values, min_size=2, max_size=6))
def test_bolt_finds_its_parts_in_whatever_reads(kind, parts):
    """For each middleware Bolt takes a payload apart by its type, also by types that the bot has no listener for."""
    payload = {**parts, "type": kind}
    try:
        read(payload)
    except Unreadable:
        return
    request = AsyncBoltRequest(body=payload, mode="socket_mode")
    build_async_required_kwargs(
        logger=logging.getLogger(),
        required_arg_names=["payload"],
        request=request,
        response=None,
        this_func=test_bolt_finds_its_parts_in_whatever_reads,
    )
