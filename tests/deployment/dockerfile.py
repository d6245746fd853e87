"""A Dockerfile as the steps of its stages, as far as ours goes: an instruction that is not known here is an error."""

import json
import shlex
from dataclasses import dataclass, field, replace
from pathlib import Path
from string import Template

from dockerfile_parse import DockerfileParser

WITHOUT_STEPS = {"ARG", "COMMENT", "EXPOSE", "VOLUME"}


@dataclass(frozen=True, slots=True)
class Run:
    command: str
    folder: str
    environment: dict[str, str]


@dataclass(frozen=True, slots=True)
class Copy:
    """`stage` is where the sources are; empty for the build context."""

    sources: tuple[str, ...]
    target: str
    stage: str


@dataclass(frozen=True, slots=True)
class Stage:
    name: str
    steps: tuple[Run | Copy, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)
    folder: str = "/"
    user: str = "0:0"
    command: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()
    health: tuple[str, ...] = ()


def stages(path: Path) -> list[Stage]:
    with path.open("rb") as file:
        steps = [(step["instruction"], step["value"]) for step in DockerfileParser(fileobj=file).structure]
    found: list[Stage] = []
    for instruction, value in steps:
        if instruction == "FROM":
            found.append(Stage(name=value.partition(" AS ")[2]))
        elif instruction not in WITHOUT_STEPS:
            found[-1] = after(found[-1], instruction, value)
    return found


def after(stage: Stage, instruction: str, value: str) -> Stage:
    match instruction:
        case "ENV":
            pairs = dict(word.split("=", 1) for word in shlex.split(value))
            known = {"PATH": "/usr/local/bin:/usr/bin:/bin", **stage.environment}
            said = {name: Template(text).substitute(known) for name, text in pairs.items()}
            return replace(stage, environment=stage.environment | said)
        case "WORKDIR":
            return replace(stage, folder=value)
        case "USER":
            return replace(stage, user=value)
        case "RUN":
            return replace(stage, steps=(*stage.steps, Run(value, stage.folder, stage.environment)))
        case "COPY":
            words = value.split()
            source = words.pop(0).removeprefix("--from=") if words[0].startswith("--from=") else ""
            *sources, target = words
            where = target if target.startswith("/") else f"{stage.folder}/{target}"
            return replace(stage, steps=(*stage.steps, Copy(tuple(sources), where, source)))
        case "ENTRYPOINT":
            return replace(stage, command=tuple(json.loads(value)))
        case "CMD":
            return replace(stage, arguments=tuple(json.loads(value)))
        case "HEALTHCHECK":
            return replace(stage, health=tuple(json.loads(value.partition(" CMD ")[2])))
        case other:
            raise NotImplementedError(f"{other}: teach this file what it does")
