"""The Web API methods about the app itself: which app a bot is of, and the app's manifest."""

from collections.abc import Callable, Mapping
from typing import Any

from bot.simulator.slack.api.message_methods import Call, Method
from bot.simulator.slack.errors import Refused


def bots_info(call: Call) -> dict[str, Any]:
    workspace = call.workspace
    if call.argument("bot") != workspace.bot_id:
        raise Refused("bot_not_found")
    return {"bot": {"id": workspace.bot_id, "app_id": workspace.app_id, "user_id": workspace.bot_user_id}}


def app_methods(manifest: Callable[[], Mapping[str, Any]]) -> dict[str, Method]:
    """`manifest` is that of the installed app."""

    def export(call: Call) -> dict[str, Any]:
        if call.argument("app_id") != call.workspace.app_id:
            raise Refused("app_not_found")
        return {"manifest": dict(manifest())}

    return {
        "bots.info": Method(bots_info, needs="users:read"),
        "apps.manifest.export": Method(export, caller="config"),
    }
