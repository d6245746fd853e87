"""Where settings are read from: the environment and a file, and what a command line puts in their place."""

from dataclasses import dataclass
from pathlib import Path

ENV_FILE = ".env"  # in the current folder


@dataclass(frozen=True, slots=True)
class SettingsSource:
    """`env_file` is read where it exists; `database` overrides the setting, if it is given."""

    env_file: Path = Path(ENV_FILE)
    database: Path | None = None
