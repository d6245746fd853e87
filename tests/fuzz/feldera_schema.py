"""What Feldera's answers look like by its own OpenAPI document (`feldera.json`, see `openapi_excerpt.py`).

`hypothesis-jsonschema` makes values of a schema, but not with the Hypothesis of today, whose inner parts it uses. The few
keywords that Feldera uses are made here; `jsonschema` decides whether a value conforms.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from jsonschema import Draft7Validator, FormatChecker

Schema = dict[str, Any]
ANSWERS: dict[str, dict[str, Schema | None]] = json.loads(
    (Path(__file__).parent / "feldera.json").read_text()
)["answers"]
PIPELINE = "/v0/pipelines/{pipeline_name}"
_MOMENTS = st.datetimes(timezones=st.timezones(no_cache=True) | st.none()).map(
    lambda moment: moment.isoformat()
)

_PLAIN: dict[str | None, st.SearchStrategy[Any]] = {
    "null": st.none(),
    "boolean": st.booleans(),
    "uuid": st.uuids().map(str),
    "date-time": _MOMENTS,
    "string": st.text(max_size=20),
}
_ANYTHING = st.none() | st.booleans() | st.text(max_size=5) | st.just({})


def endpoint(method: str, path: str) -> str:
    """As the document names it; empty for one that it does not have."""
    parts = path.split("/")
    if path.startswith("/v0/pipelines/"):
        parts[3] = "{pipeline_name}"
    named = f"{method} {'/'.join(parts)}"
    return named if named in ANSWERS else ""


def schema_of(method: str, path: str, status: int) -> Schema | None:
    return ANSWERS.get(endpoint(method, path), {}).get(str(status))


def conforms(schema: Schema, value: Any) -> bool:
    """Moments are taken for such whatever they say."""
    return bool(Draft7Validator(schema, format_checker=FormatChecker(["uuid"])).is_valid(value))


def problems(schema: Schema, value: Any) -> list[str]:
    return [error.message for error in Draft7Validator(schema).iter_errors(value)]


def properties(schema: Schema) -> dict[str, Schema]:
    """Those of the object that the schema describes, or of the objects in its list."""
    if "items" in schema:
        return properties(schema["items"])
    found = dict(schema.get("properties", {}))
    for part in schema.get("allOf", []):
        found |= properties(part)
    return found


def values(schema: Schema) -> st.SearchStrategy[Any]:
    """Values that conform, as far as a schema without more keywords can say."""
    return _values(json.dumps(schema, sort_keys=True))


@cache
def _values(text: str) -> st.SearchStrategy[Any]:
    schema = json.loads(text)
    for several in ("anyOf", "oneOf"):
        if several in schema:
            return st.one_of(*map(values, schema[several]))
    if "allOf" in schema:
        parts = [values(part) for part in schema["allOf"]]
        return (
            parts[0]
            if len(parts) == 1
            else st.tuples(*parts).map(lambda made: {k: v for part in made for k, v in part.items()})
        )
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    match schema.get("type"):
        case "array":
            return st.lists(values(schema["items"]), max_size=3)
        case "object":
            return _objects(schema)
        case "integer":
            return st.integers(min_value=schema.get("minimum"))
    return _PLAIN.get(schema.get("format") or schema.get("type"), _ANYTHING)


def _objects(schema: Schema) -> st.SearchStrategy[Any]:
    made = {name: values(inner) for name, inner in schema.get("properties", {}).items()}
    required = {name: made.pop(name) for name in schema.get("required", []) if name in made}
    return st.fixed_dictionaries(required, optional=made)
