"""The simulation controls' part of a page's state: the clock, the bot's process, the actual pipeline state, the faults.

It is the same for everybody. Keys begin with `simulation/`; those of the traffic are in `traffic_log.py`.
"""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

import humanize

from bot.simulator.feldera import FelderaSimulator
from bot.simulator.web import fault_controls
from bot.simulator.web.fault_controls import FaultControl, Group
from bot.simulator.web.simulation import Simulation

LOG_SHOWN = 40
"""Lines of the bot's own log."""


def simulation_state(simulation: Simulation, zone: ZoneInfo) -> Mapping[str, Any]:
    ahead = simulation.clock.ahead
    return {
        "simulation/clock": {
            "now": f"{simulation.clock.now().astimezone(zone):%a %b %d, %H:%M:%S}",
            "ahead": humanize.precisedelta(ahead, minimum_unit="minutes") if ahead else None,
        },
        "simulation/bot": {
            "state": "starting" if simulation.is_starting else "up" if simulation.bot.is_up else "down",
            "runs": simulation.bot.is_up or simulation.is_starting,
            "connected": simulation.is_connected,
            "transport": "HTTP" if simulation.over_http else "Socket Mode",
            "log": list(simulation.bot.log)[-LOG_SHOWN:],
        },
        "simulation/feldera": {
            "real": None if simulation.real is None else simulation.real.url,
            "up": simulation.feldera is None or simulation.feldera.is_up,
        },
        "simulation/pipelines": [] if simulation.feldera is None else _pipelines(simulation.feldera),
        "simulation/faults": _faults(simulation),
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


def _faults(simulation: Simulation) -> list[Mapping[str, Any]]:
    """Those of what is simulated. Of a pipeline's fault, `on` is the list of the pipelines that have it."""
    return [
        {
            "do": each.do,
            "label": each.label,
            "kind": each.kind,
            "group": group,
            "on": _on(each, group, simulation),
        }
        for group, controls in fault_controls.CONTROLS.items()
        if group == "Slack" or simulation.feldera is not None
        for each in controls
    ]


def _on(control: FaultControl, group: Group, simulation: Simulation) -> bool | list[str]:
    is_on = control.is_on or (lambda _simulator: False)
    if group == "Pipelines":
        return [
            each.name for each in (simulation.feldera.pipelines if simulation.feldera else ()) if is_on(each)
        ]
    return is_on(simulation.slack if group == "Slack" else simulation.feldera)
