"""The parts of `app_manifest.yml` that people see in Slack's client: the bot's name, its commands and its shortcuts."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

PATH = Path(__file__).parent / "app_manifest.yml"
"""A link to the one at the top of the repository; in an installed package, that file."""


@dataclass(frozen=True, slots=True)
class Command:
    command: str
    description: str
    hint: str


@dataclass(frozen=True, slots=True)
class Shortcut:
    name: str
    description: str
    callback_id: str


@dataclass(frozen=True, slots=True)
class Manifest:
    bot_name: str
    commands: tuple[Command, ...]
    shortcuts: tuple[Shortcut, ...]
    takes_messages: bool
    """Whether people can write to the app in their direct messages with it."""


def load() -> Manifest:
    said: dict[str, Any] = yaml.safe_load(PATH.read_text(encoding="utf-8"))
    features = said["features"]
    return Manifest(
        features["bot_user"]["display_name"],
        tuple(
            Command(each["command"], each["description"], each.get("usage_hint", ""))
            for each in features["slash_commands"]
        ),
        tuple(
            Shortcut(each["name"], each["description"], each["callback_id"])
            for each in features["shortcuts"]
            if each["type"] == "global"
        ),
        not features["app_home"].get("messages_tab_read_only_enabled", False),
    )
