"""The two kinds of refusal: of the app's request by the service, and of a person's action by Slack's client."""

from typing import Any


class Refused(Exception):  # noqa: N818 - a refusal is an ordinary answer of the service, not a failure of it
    """Answered as `{"ok": false, "error": code, **details}`; with `retry_after` (seconds), as 429."""

    def __init__(self, code: str, *, retry_after: int | None = None, **details: Any) -> None:
        super().__init__(code)
        self.code = code
        self.retry_after = retry_after
        self.details = details


class NotPossibleError(Exception):
    """Slack's client does not let this person do that."""
