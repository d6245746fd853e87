"""Error text for failed Slack lookups: why there is no answer, for the person who needed it. Pure.

Of Slack's own text, it repeats an error code at most.
"""

import re

from bot.slack.api.web_api import NO_JSON_OBJECT, CallRefused, CallUnanswered

UNREADABLE = "Slack's answer makes no sense"

_CODE = re.compile(r"[a-z0-9_]{1,60}")
_SCOPE = re.compile(r"[a-z:._]{1,60}")

_WHY = {
    "plan_upgrade_required": "this workspace's Slack plan has no user groups",
    "no_such_subteam": "there is no such user group, or it is disabled",
    **dict.fromkeys(
        ("not_authed", "invalid_auth", "account_inactive", "token_revoked", "token_expired"),
        "Slack does not accept the bot's token",
    ),
}


def why_refused(refused: CallRefused) -> str:
    """The reason as a clause, without a full stop."""
    if refused.error == "missing_scope":
        needed = f"the scope {refused.needed}" if _SCOPE.fullmatch(refused.needed) else "a scope"
        return f"the Slack app lacks {needed}"
    code = refused.error if _CODE.fullmatch(refused.error) else "no word that makes sense"
    return _WHY.get(code, f"Slack refuses to say ({code})")


def why_silent(nothing: CallUnanswered) -> str:
    """The same, for a call without a usable answer."""
    if nothing.is_silence:
        return "Slack cannot be reached"
    return UNREADABLE if nothing.why == NO_JSON_OBJECT else "Slack is in trouble"


def must_wait(seconds: float) -> str:
    """The same, while Slack's rate limit holds."""
    return f"Slack rate-limited me; retry in {max(round(seconds), 1)} s"
