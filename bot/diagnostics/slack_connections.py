"""The check of Socket Mode: how many WebSockets the app has. Slack deals out commands and clicks among all of them."""

from bot.domain.diagnosis import CheckResult, failed, passed, unknown
from bot.store.bot_state import CountedConnections
from bot.store.connection.lease_holder import Holder

CONNECTIONS = "slack connections"
_COUNT_THEM = "It counts them when it connects: try again then, or type `/pipeline doctor`."


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


def of_the_running_bot(counted: CountedConnections | None, bot: Holder | None) -> list[CheckResult]:
    """As the bot counted them when it last connected: another one would take deliveries, if only for a moment.

    What an earlier process of the bot counted is only told: since then, others may have come and gone.
    """
    at = "" if counted is None else f"{counted.at:%Y-%m-%d %H:%M} UTC"
    if counted is None or bot is None or counted.process != bot.identity:
        earlier = ""
        if counted is not None:
            others = "1 other" if counted.others == 1 else f"{counted.others} others"
            earlier = f" Counted before its last start, at {at}: {others}."
        return [unknown(CONNECTIONS, f"The running bot has not counted them yet.{earlier}", _COUNT_THEM)]
    if counted.others:
        return [several(counted.others)]
    return [passed(CONNECTIONS, f"The running bot's is the only one, as of {at}, when it connected.")]
