"""The part of a page's state that no Slack shows: the clock, the bot's process, the real state of pipelines, the switches.

It is the same for everybody. Keys begin with `world/`; those of the traffic log are its own.
"""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

import humanize

from bot.simulator.feldera import FelderaSimulator
from bot.simulator.web import fault_controls
from bot.simulator.web.fault_controls import Group, Switch
from bot.simulator.web.world import World

LOG_SHOWN = 40
"""Lines of the bot's own log."""


def simulation_state(world: World, zone: ZoneInfo) -> Mapping[str, Any]:
    ahead = world.clock.ahead
    return {
        "world/clock": {
            "now": f"{world.clock.now().astimezone(zone):%a %b %d, %H:%M:%S}",
            "ahead": f"moved on by {humanize.precisedelta(ahead, minimum_unit='minutes')}" if ahead else None,
        },
        "world/bot": {
            "state": "down" if not world.bot.is_up else "up" if world.bot.serving is not None else "starting",
            "connected": world.is_connected,
            "transport": "HTTP" if world.over_http else "Socket Mode",
            "log": list(world.bot.log)[-LOG_SHOWN:],
        },
        "world/feldera": {
            "real": None if world.real is None else world.real.url,
            "up": world.feldera is None or world.feldera.is_up,
        },
        "world/pipelines": [] if world.feldera is None else _pipelines(world.feldera),
        "world/switches": _switches(world),
    }


def _pipelines(feldera: FelderaSimulator) -> list[Mapping[str, Any]]:
    return [
        {
            "name": each.name,
            "deployment": each.deployment_status,
            "desired": each.deployment_desired_status,
            "storage": each.storage.value,
            "program": each.program_status.value,
            "checkpoints": len(each.checkpoints),
            "error": (each.error or {}).get("message"),
            "clears": feldera.clears[each.name],
            "id": each.id[:8],
        }
        for each in sorted(feldera.pipelines, key=lambda each: each.name)
    ]


def _switches(world: World) -> list[Mapping[str, Any]]:
    """Those of what is simulated. `on` is a list of names where each pipeline has the switch."""
    return [
        {
            "do": each.do,
            "label": each.label,
            "kind": each.kind,
            "group": group,
            "on": _on(each, group, world),
        }
        for group, switches in fault_controls.SWITCHES.items()
        if group == "Slack" or world.feldera is not None
        for each in switches
    ]


def _on(switch: Switch, group: Group, world: World) -> bool | list[str]:
    is_on = switch.is_on or (lambda _place: False)
    if group == "Pipelines":
        return [each.name for each in (world.feldera.pipelines if world.feldera else ()) if is_on(each)]
    return is_on(world.slack if group == "Slack" else world.feldera)
