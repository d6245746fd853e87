"""Scenarios: the people, user groups, channels, access and pipelines of a sandbox, read from a YAML file.

A file is read whole and strictly: an unknown key, or a name that the file does not define, is one sentence with its
place in the file. Roles, patterns, rules and durations are written as people type them elsewhere.
"""

from collections.abc import Collection, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import (
    AfterValidator,
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from bot.domain.access.patterns import checked_pattern
from bot.domain.access.permissions import Role
from bot.domain.access.rules import Rule
from bot.domain.commands.rule_syntax import rule_of
from bot.domain.durations import span
from bot.domain.errors import BadPattern, BadRule, WrongInput
from bot.simulator.feldera.state.deployment_states import Program

FOLDER = Path(__file__).parent / "scenarios"
NAMES = tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))
"""The scenarios of the package."""
DEFAULT = FOLDER / "default.yaml"


class BadScenario(WrongInput):
    """There is no such scenario, or the file is not a valid one; the message says where."""


def _pattern(text: str) -> str:
    try:
        return checked_pattern(text)
    except BadPattern as error:
        raise ValueError(error.message) from error


def _span(given: object) -> timedelta:
    read = given if isinstance(given, timedelta) else span(str(given))
    if read is None:
        raise ValueError("not a valid duration: write 30m, 4h or 2d")
    return read


Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,39}$")]
Pattern = Annotated[str, AfterValidator(_pattern)]
Span = Annotated[timedelta, BeforeValidator(_span)]
Seconds = Annotated[float, Field(ge=0, le=86_400)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ScenarioPerson(_Part):
    name: Name
    about: Annotated[str, Field(max_length=80)] = ""
    guest: bool = False
    external: Annotated[bool, Field(validation_alias=AliasChoices("external", "elsewhere"))] = False
    """A member of another organization, in channels shared with it. `elsewhere` is the key's old spelling."""
    deactivated: bool = False


class ScenarioChannel(_Part):
    """Without `members`, every member of this workspace who is not a guest is in it."""

    name: Name
    members: tuple[Name, ...] | None = None
    private: bool = False
    bot: bool = True


class ScenarioGrant(_Part):
    """To a `person` or a `group`."""

    role: Role
    pattern: Pattern
    person: Name | None = None
    group: Name | None = None
    lasts: Annotated[Span | None, Field(alias="for")] = None
    note: str = ""

    @model_validator(mode="after")
    def _is_to_one(self) -> Self:
        if (self.person is None) == (self.group is None):
            raise ValueError("a grant needs either `person` or `group`")
        return self


class ScenarioRule(_Part):
    """A rule: `keys` as `/pipeline rule` takes them, but the channel and the group by their names."""

    pattern: Pattern
    keys: Annotated[str, Field(validation_alias=AliasChoices("keys", "says"))] = ""
    """`says` is the key's old spelling."""
    channel: Name | None = None
    group: Name | None = None

    @model_validator(mode="after")
    def _can_be_read(self) -> Self:
        self.rule(channel="C00", group="S00")
        return self

    def rule(self, *, channel: str | None, group: str | None) -> Rule:
        """The rule, with the ids of its channel and its group."""
        ids = [f"channel={channel}"] * (self.channel is not None) + [f"group={group}"] * (
            self.group is not None
        )
        try:
            return rule_of(self.pattern, " ".join([*ids, self.keys]).strip())
        except BadRule as error:
            raise ValueError(error.message) from error


class ScenarioFreeze(_Part):
    pattern: Pattern
    lasts: Annotated[Span, Field(alias="for")]
    reason: Annotated[str, Field(min_length=1)]


class ScenarioPipeline(_Part):
    """`checkpoints` are sizes in MiB, null for an unknown size; `*_takes` are seconds."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,100}$")]
    storage: Literal["InUse", "Cleared"] = "InUse"
    running: bool = False
    program: Program = Program.SUCCESS
    program_error: str | None = None
    checkpoints: tuple[float | None, ...] | None = None
    since: Span = timedelta(hours=2)
    clear_takes: Seconds = 12.0
    stop_takes: Seconds = 6.0
    provision_takes: Seconds = 6.0
    initialize_takes: Seconds = 6.0


class Scenario(_Part):
    people: Annotated[tuple[ScenarioPerson, ...], Field(min_length=1)]
    channels: Annotated[tuple[ScenarioChannel, ...], Field(min_length=1)]
    groups: dict[Name, tuple[Name, ...]] = {}
    grants: tuple[ScenarioGrant, ...] = ()
    rules: tuple[ScenarioRule, ...] = ()
    freezes: tuple[ScenarioFreeze, ...] = ()
    pipelines: tuple[ScenarioPipeline, ...] = ()

    @model_validator(mode="after")
    def _names_are_defined(self) -> Self:
        people, channels = [each.name for each in self.people], [each.name for each in self.channels]
        for what, listed in (
            ("people", people),
            ("channels", channels),
            ("pipelines", [each.name for each in self.pipelines]),
        ):
            if twice := _twice(listed):
                raise ValueError(f"two {what} are named `{twice}`")
        for what, name, there in self._named(people, channels):
            if name not in there:
                raise ValueError(f"unknown {what} `{name}`; the file has: {', '.join(there) or 'none'}")
        return self

    def _named(self, people: list[str], channels: list[str]) -> Iterator[tuple[str, str, Collection[str]]]:
        for members in self.groups.values():
            yield from (("person", name, people) for name in members)
        for channel in self.channels:
            yield from (("person", name, people) for name in channel.members or ())
        for grant in self.grants:
            if grant.person is not None:
                yield "person", grant.person, people
            if grant.group is not None:
                yield "group", grant.group, self.groups
        for rule in self.rules:
            if rule.channel is not None:
                yield "channel", rule.channel, channels
            if rule.group is not None:
                yield "group", rule.group, self.groups


def _twice(names: list[str]) -> str | None:
    return next((name for number, name in enumerate(names) if name in names[:number]), None)


def path_of(given: str) -> Path:
    """The file of a scenario given by its name in the package, or by the path of any file.

    Raises:
        BadScenario: it is neither.
    """
    if given in NAMES:
        return FOLDER / f"{given}.yaml"
    path = Path(given)
    if path.name == given and not path.suffix and not path.exists():
        raise BadScenario(
            f"Unknown scenario `{given}`. Known: {', '.join(NAMES)}. Or give the path of a YAML file."
        )
    return path


def load(path: Path = DEFAULT) -> Scenario:
    """The scenario in this file.

    Raises:
        BadScenario: it cannot be read, or is not valid.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadScenario(f"Cannot read {path}: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise BadScenario(f"Cannot read {path}: it is not UTF-8 text.") from error
    except yaml.MarkedYAMLError as error:
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise BadScenario(f"{path}{line}: invalid YAML: {error.problem or error.context}.") from error
    except yaml.YAMLError as error:
        raise BadScenario(f"{path}: invalid YAML: {str(error).splitlines()[0]}.") from error
    try:
        return Scenario.model_validate(content)
    except ValidationError as error:
        raise BadScenario("\n".join(f"{path}: {_in_words(detail)}" for detail in error.errors())) from error


def _in_words(detail: Any) -> str:
    where = ".".join(str(part + 1) if isinstance(part, int) else part for part in detail["loc"])
    match detail["type"]:
        case "extra_forbidden":
            return f"{where}: unknown key."
        case "missing":
            return f"{where} is missing."
        case "too_short":
            return f"{where}: at least one is required."
        case "model_type" | "dict_type":
            return f"{where or 'a scenario'} must be a mapping of `key: value`."
        case _:
            problem = str(detail["msg"]).removeprefix("Value error, ").rstrip(".")
            return f"{where}: {problem}." if where else f"{problem}."
