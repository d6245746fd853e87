"""The part of Feldera's OpenAPI document that the bot meets: `python -m tests.fuzz.openapi_excerpt openapi.json > tests/fuzz/feldera.json`.

Feldera publishes the document with each version: `openapi.json` in its repository, and in its package `feldera-rest-api`.
Only what answers look like is kept, as JSON Schema; no descriptions, no examples, no fields that the bot never asks for.
"""

import json
import sys
from pathlib import Path
from typing import Any

PIPELINE = "/v0/pipelines/{pipeline_name}"
USED = {
    "GET /v0/pipelines",
    f"GET {PIPELINE}",
    f"GET {PIPELINE}/events",
    f"POST {PIPELINE}/clear",
    f"POST {PIPELINE}/stop",
    f"POST {PIPELINE}/start",
    "GET /v0/config",
    "GET /v0/config/session",
    "GET /v0/cluster_healthz",
}
WORDS = {"description", "example", "title", "default", "deprecated", "externalDocs"}
NOT_ASKED_FOR = {"program_info", "runtime_config"}  # most of the document


def excerpt(document: dict[str, Any]) -> dict[str, Any]:
    """Per request and status the schema of the body; None where the document names none."""
    answers: dict[str, Any] = {}
    for used in sorted(USED):
        method, path = used.split()
        answers[used] = {
            status: _schema(document, response.get("content", {}).get("application/json", {}).get("schema"))
            for status, response in document["paths"][path][method.lower()]["responses"].items()
        }
    return {"source": "Feldera's openapi.json", "version": document["info"]["version"], "answers": answers}


def _schema(document: dict[str, Any], schema: Any) -> Any:
    """Without references, and with `nullable` as JSON Schema says it."""
    if not isinstance(schema, dict):
        return [_schema(document, each) for each in schema] if isinstance(schema, list) else schema
    if "$ref" in schema:
        return _schema(document, document["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    kept = {key: value for key, value in schema.items() if key not in WORDS | {"nullable", "properties"}}
    made = {key: _schema(document, value) for key, value in kept.items()}
    if "properties" in schema:
        made["properties"] = {
            name: _schema(document, value)
            for name, value in schema["properties"].items()
            if name not in NOT_ASKED_FOR
        }
    return {"anyOf": [made, {"type": "null"}]} if schema.get("nullable") else made


if __name__ == "__main__":
    made = json.dumps(excerpt(json.loads(Path(sys.argv[1]).read_text())), indent=1, sort_keys=True)
    sys.stdout.write(f"{made}\n")
