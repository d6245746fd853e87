"""Event details: what an entry says beyond who, when and on which pipeline, and which of it is text or names people.

Each field is what the audit log keeps under that name. The schema gives the type of what this version writes. Nothing
is rejected: entries of earlier versions can hold other values, such as a sentence for a rule, and have to arrive, too.
"""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, JsonValue, WithJsonSchema

from bot.domain.events import Event, EventKind

TEXT = "text"  # what can be redacted
PEOPLE = "people"
_MARK = "x-redacted-with"

_Text = Annotated[JsonValue, WithJsonSchema({"type": "string"})]
_Number = Annotated[JsonValue, WithJsonSchema({"type": "integer"})]
_NumberOrNull = Annotated[JsonValue, WithJsonSchema({"type": ["integer", "null"]})]
_TextOrNull = Annotated[JsonValue, WithJsonSchema({"type": ["string", "null"]})]
_Flag = Annotated[JsonValue, WithJsonSchema({"type": "boolean"})]
_Names = Annotated[JsonValue, WithJsonSchema({"type": "array", "items": {"type": "string"}})]
_Objects = Annotated[JsonValue, WithJsonSchema({"type": "array", "items": {"type": "object"}})]
_Object = Annotated[JsonValue, WithJsonSchema({"type": "object"})]


def _of(description: str, redacted_with: str = "") -> Any:
    extra: dict[str, JsonValue] = {_MARK: redacted_with} if redacted_with else {}
    return Field(default=None, description=description, json_schema_extra=extra)


class EventDetails(BaseModel):
    """What the audit log keeps of an event. Only what applies to it is there."""

    model_config = ConfigDict(frozen=True, extra="allow")

    action: _Text = _of("What was tried: `clear`, `approve`, `granted`, …")
    after: _Text = _of("The bot's time after a reset.")
    approved_by: _Text = _of("Slack ids of the approvers, with spaces between.", PEOPLE)
    asked: _Names = _of("Slack ids of the admins who were asked.", PEOPLE)
    before: JsonValue = _of(
        "What a change replaced or removed: a rule, a freeze or grants; or the time before a reset."
    )
    begun: _Flag = _of("Whether a call of the plan was sent.")
    button: _Text = _of("The id of an unknown button.", TEXT)
    called: _Text = _of("Slack ids of the people or groups who were mentioned, with spaces between.", PEOPLE)
    channel: _Text = _of("The Slack channel of the request's card.")
    count: _Number = _of("Approvals given.")
    ending: _Text = _of("How it ended, such as `cleared`.")
    file: _Text = _of("The archive, as a path on the bot's server.")
    first: _Number = _of("The first entry that was archived.")
    grant: _NumberOrNull = _of("The id of the grant that decided; null if none did.")
    grant_count: _Number = _of("How many grants the archived entries gave that had not ended.")
    grants: _Objects = _of("These grants; only in entries of earlier versions.")
    grants_sha256: _Text = _of("The SHA-256 of the list of these grants, which the database has.")
    group: _Text = _of("The Slack user group of a grant.")
    hash: _Text = _of("The hash of the last entry that was archived.")
    healthy: _NumberOrNull = _of("Whether Feldera says that it is healthy: 1, 0, or null if it did not say.")
    incident: _Text = _of("The incident that was named.", TEXT)
    last: _Number = _of("The last entry that was archived.")
    lost: _Text = _of("Slack ids of approvers whose approvals no longer count.", PEOPLE)
    message: _Text = _of("What Feldera, Slack or the bot says about it.", TEXT)
    needed: _Number = _of("Approvals needed.")
    note: _Text = _of("The note of a grant.", TEXT)
    number: _Number = _of("The id of a grant.")
    operations: _Number = _of("The requests that were archived.")
    pattern: _Text = _of("The pipelines that a grant, rule or freeze is for.")
    phase: _Text = _of("The phase that a start has reached.")
    pipeline: _Text = _of("The pipeline.")
    plan: _Text = _of("The steps, with spaces between, if they are not just a clear.")
    reason: _Text = _of("The reason that somebody gave.", TEXT)
    request: _Text = _of("The id of a request, as somebody typed or clicked it.", TEXT)
    reviewed: _Text = _of("Feldera's id of the pipeline that was previewed.")
    role: _Text = _of("The role of a grant, or that was asked for.")
    rule: _Object = _of("The keys of a rule, as people type them.")
    rules: _Text = _of("The patterns of the rules that decided, with spaces between.")
    seconds: _NumberOrNull = _of("How long it took, or has taken so far.")
    sends: _Number = _of("Calls that may have arrived.")
    shell: _Text = _of("Who did it in the shell, such as `shell:ana`.", PEOPLE)
    state: _Text = _of("The request's state at that moment.")
    step: _Text = _of("The step, if the plan is not just a clear: `stop`, `clear` or `start`.")
    team: _Text = _of("The Slack workspace of a grant.")
    told: _Text = _of("Slack ids of the people or groups who were notified, with spaces between.", PEOPLE)
    ts: _Text = _of("The id of the request's card in its channel, as Slack has it.")
    trouble: _Text = _of("The kind of problem that Feldera has.")
    until: _TextOrNull = _of("When a grant or a freeze ends; null if it does not.")
    user: _Text = _of("The Slack id of the person of a grant.", PEOPLE)
    usual: _NumberOrNull = _of("Seconds that it usually takes; null if that is not known.")
    why: _Text = _of("Why it was denied.")


# A freeze or a grant that a change replaced has `by` beside `reason` and `note`, a grant that was archived `who`.
_WITH: Mapping[str, str] = {
    "by": PEOPLE,
    "who": PEOPLE,
    **{
        name: str(field.json_schema_extra[_MARK])
        for name, field in EventDetails.model_fields.items()
        if isinstance(field.json_schema_extra, dict) and _MARK in field.json_schema_extra
    },
}
# Earlier versions wrote a sentence in place of these: it can name people, and repeat what somebody wrote.
_ONCE_SENTENCES = frozenset({"before", "rule"})


def details_of(event: Event, redacted: frozenset[str]) -> EventDetails:
    """What the event says, without what is `redacted`: `TEXT`, `PEOPLE`, or both."""
    data: Any = dict(event.data)
    if not redacted:
        return EventDetails.model_validate(data)
    kept = {
        name: _redacted(value, redacted)
        for name, value in data.items()
        if name in EventDetails.model_fields
        and _WITH.get(name) not in redacted
        and not (
            name in _ONCE_SENTENCES and isinstance(value, str) and event.kind is not EventKind.CLOCK_RESET
        )
    }
    return EventDetails.model_validate(kept)


def _redacted(value: Any, redacted: frozenset[str]) -> Any:
    if isinstance(value, dict):
        return {
            name: _redacted(each, redacted) for name, each in value.items() if _WITH.get(name) not in redacted
        }
    return [_redacted(each, redacted) for each in value] if isinstance(value, list) else value
