"""Why Slack did not answer a question, in words for the person who has to do without the answer. Pure.

What Slack says of itself is never repeated whole: its error code at most.
"""

import re
from collections.abc import Mapping
from typing import Any

from slack_sdk.errors import SlackClientError

RETRY_AFTER_UNSAID = 30.0  # seconds, for a 429 without the header
_SECONDS = re.compile(r"[0-9]{1,6}(\.[0-9]+)?")
_CODE = re.compile(r"[a-z0-9_]{1,60}")
_SCOPE = re.compile(r"[a-z:._]{1,60}")

_WHY = {
    "plan_upgrade_required": "this workspace's Slack plan has no user groups",
    "no_such_subteam": "that user group was deleted or is disabled",
    "fatal_error": "Slack is in trouble",
    "internal_error": "Slack is in trouble",
    "service_unavailable": "Slack is in trouble",
    "request_timeout": "Slack is in trouble",
    **dict.fromkeys(
        ("not_authed", "invalid_auth", "account_inactive", "token_revoked", "token_expired"),
        "Slack does not accept the bot's token",
    ),
}


def code_of(error: SlackClientError) -> str:
    """Slack's word for it, such as `ratelimited`; empty if it sent none (a page instead of JSON)."""
    code = _body(error).get("error")
    return code if isinstance(code, str) and _CODE.fullmatch(code) else ""


def why_refused(error: SlackClientError) -> str:
    """The reason as a clause, without a full stop."""
    code = code_of(error)
    if code == "missing_scope":
        needed = str(_body(error).get("needed", ""))
        return (
            f"the Slack app lacks the scope {needed}"
            if _SCOPE.fullmatch(needed)
            else "the Slack app lacks a scope"
        )
    if not code:
        return "Slack is in trouble"
    return _WHY.get(code, f"Slack refuses to say ({code})")


def must_wait(seconds: float) -> str:
    """The reason while Slack has us wait."""
    return f"Slack is asked too often and wants {max(round(seconds), 1)} s of quiet"


def retry_after(error: SlackClientError) -> float:
    """How many seconds a 429 says to wait."""
    headers = getattr(getattr(error, "response", None), "headers", None) or {}
    for key, value in dict(headers).items():
        said = str(value[0] if isinstance(value, list) and value else value)
        if key.lower() == "retry-after":
            return float(said) if _SECONDS.fullmatch(said) else RETRY_AFTER_UNSAID
    return RETRY_AFTER_UNSAID


def _body(error: SlackClientError) -> Mapping[str, Any]:
    """What Slack said, or nothing: slack_sdk hands over a raw response where the body was no JSON."""
    data = getattr(getattr(error, "response", None), "data", None)
    return data if isinstance(data, Mapping) else {}
