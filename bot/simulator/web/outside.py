"""The part of a page's state that no Slack shows: the clock, the bot's process, the real state of pipelines, the switches.

It is the same for everybody. Keys begin with `world/`; those of the log are `exchanges`'.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import humanize

from bot.simulator.feldera import FelderaSimulator, SimulatedPipeline
from bot.simulator.slack import SlackSimulator
from bot.simulator.web import troubles
from bot.simulator.web.troubles import PipelineSwitch, Switch
from bot.simulator.web.world import World

LOG_SHOWN = 40
"""Lines of the bot's own log."""


def outside(world: World, zone: ZoneInfo) -> Mapping[str, Any]:
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
    shown = [_switch(each, world.slack, "Slack") for each in troubles.SLACK]
    if world.feldera is None:
        return shown
    feldera, pipelines = world.feldera, world.feldera.pipelines
    return [
        *(_switch(each, feldera, "Feldera") for each in troubles.FELDERA),
        *shown,
        *(_pipeline_switch(each, pipelines) for each in troubles.PIPELINES),
    ]


def _switch(switch: Switch, place: SlackSimulator | FelderaSimulator, group: str) -> Mapping[str, Any]:
    return {
        "do": switch.do,
        "label": switch.label,
        "kind": troubles.kind(switch),
        "group": group,
        "about": None,
        "on": switch.is_on is not None and switch.is_on(place),
    }


def _pipeline_switch(switch: PipelineSwitch, pipelines: Sequence[SimulatedPipeline]) -> Mapping[str, Any]:
    is_on = switch.is_on
    return {
        "do": switch.do,
        "label": switch.label,
        "kind": troubles.kind(switch),
        "group": "Pipelines",
        "about": "pipeline",
        "on": [] if is_on is None else [each.name for each in pipelines if is_on(each)],
    }
