"""The two ways to hear no: the app asks for what the service refuses, a person tries what the client does not offer."""

from typing import Any


class Refused(Exception):  # noqa: N818 - a refusal is an ordinary answer of the service, not a failure of it
    """Answered as `{"ok": false, "error": code, **details}`; with `retry_after` (seconds), as 429."""

    def __init__(self, code: str, *, retry_after: int | None = None, **details: Any) -> None:
        super().__init__(code)
        self.code = code
        self.retry_after = retry_after
        self.details = details


class NotPossibleError(Exception):
    """Slack offers this person no way to do that."""
