"""What an approver alone reads after an approval or a denial, in whole, for stories that are about something else."""


def approved(given: int = 1, pipeline: str = "orders", *, by: str = "ana") -> str:
    """The last approval that was needed."""
    said = f"👍 You approved the clear of `{pipeline}` requested by @{by}: {_approvals(given, given)}."
    return f"{said} After one more check it is sent to Feldera. Follow it in its thread."


def approved_first(
    given: int = 1, needed: int = 2, *, left: str = "1 h", before: str = "Mar 2, 2026 at 4:00 AM"
) -> str:
    """An approval that others must follow."""
    missing = needed - given
    more = "One more approval is" if missing == 1 else f"{missing} more approvals are"
    said = f"👍 You approved the clear of `orders` requested by @ana: {_approvals(given, needed)}."
    return f"{said} {more} needed, or the request expires in {left} ({before}). Follow it in its thread."


def _approvals(given: int, needed: int) -> str:
    return f"{given} of {needed} approval{'' if needed == 1 else 's'}"


DENIED = "❌ You denied the clear of `orders` requested by @ana. Nothing was sent to Feldera; @ana is told why. See its thread."
