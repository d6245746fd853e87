"""The check of Socket Mode: how many WebSockets the app has. Slack deals out commands and clicks among all of them."""

from bot.domain.diagnosis import CheckResult, failed, passed
from bot.store.bot_state import CountedConnections

CONNECTIONS = "slack connections"


def over_http() -> list[CheckResult]:
    return [passed(CONNECTIONS, "HTTP mode: there are none.")]


def several(others: int) -> CheckResult:
    """More than one bot's."""
    return failed(
        CONNECTIONS,
        f"The app has {others} other {'connection' if others == 1 else 'connections'}: more than one bot uses this app token, "
        "and each gets only some of the commands and clicks.",
        "Stop all but one, or give each its own app. Right after a bot was killed, it can be its own old connection.",
    )


def of_the_running_bot(counted: CountedConnections) -> list[CheckResult]:
    """As the bot counted them when it last connected: another one would take deliveries, if only for a moment."""
    if counted.others:
        return [several(counted.others)]
    at = f"{counted.at:%Y-%m-%d %H:%M} UTC"
    return [passed(CONNECTIONS, f"The running bot's is the only one, as of {at}, when it connected.")]
