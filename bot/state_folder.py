"""The folder where shell commands keep their state, by the XDG Base Directory Specification."""

from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict


class _Folders(BaseSettings):
    """Where programs keep their state: the XDG Base Directory Specification, and `$HOME`."""

    model_config = SettingsConfigDict(env_ignore_empty=True, extra="ignore")

    xdg_state_home: Path | None = None
    home: Path | None = None


def state_folder() -> Path | None:
    """The folder for the shell commands' state of this person; None if they have no folder of their own."""
    folders = _Folders()
    if folders.xdg_state_home is not None and folders.xdg_state_home.is_absolute():
        return folders.xdg_state_home / "pipeline-bot"
    return None if folders.home is None else folders.home / ".local" / "state" / "pipeline-bot"
