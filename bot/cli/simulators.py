"""Whether this installation has the simulators: an editable one does, the wheel does not."""

from importlib.util import find_spec

from bot.domain.errors import UserError


def require_simulators() -> None:
    """Let nobody go on without them.

    Raises:
        UserError: they are not installed.
    """
    if find_spec("bot.simulator") is None:
        raise UserError(
            "The simulated Slack and Feldera are not part of this installation; to have them, run "
            "`pip install --editable .` in a clone of the repository."
        )
