"""A CloudEvent: one audit log entry as it leaves the bot, by the attributes of CloudEvents 1.0 in their JSON format.

The same entry always gives the same document, so that a repeated delivery is recognized: `id` is the entry's hash,
which no other entry has, not even one of a restored database. The models are the source of the page docs/events.md.
"""

from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue

from bot.domain.ids import TeamId
from bot.engine.ports.webhooks import LocatedEntry
from bot.webhooks.event_details import PEOPLE, EventDetails, details_of
from bot.webhooks.event_types import PREFIX, type_of

CONTENT_TYPE = "application/cloudevents+json"
SEQUENCE_DIGITS = 20  # so that sequences sort as text, as CloudEvents' extension of that name wants

_HASH = r"^[0-9a-f]{64}$"


class Person(BaseModel):
    """Somebody in Slack."""

    model_config = ConfigDict(frozen=True)

    team: Annotated[str, Field(description="The workspace's id, such as `T0123ABCD`.")]
    user: Annotated[str, Field(description="The person's id there, such as `U0123ABCD`.")]


class AuditEntry(BaseModel):
    """An entry of the audit log."""

    model_config = ConfigDict(frozen=True)

    entry: Annotated[
        int, Field(ge=1, description="The entry's number. Numbers have no gap, but a filter leaves some out.")
    ]
    operation: Annotated[str | None, Field(description="The id of the request it is about; null if of none.")]
    pipeline: Annotated[
        str | None, Field(description="The pipeline it is about, `target/name` with several Felderas.")
    ]
    by: Annotated[
        Person | None, Field(description="Who did it in Slack; null if nobody did, or if redacted.")
    ]
    details: Annotated[
        EventDetails, Field(description="What else there is to say, by the type of the event.")
    ]
    redacted: Annotated[
        tuple[Literal["text", "people"], ...], Field(description="What the receiver's settings leave out.")
    ]
    hash: Annotated[
        str, Field(pattern=_HASH, description="The entry's hash, with which the next one is chained.")
    ]


class CloudEvent(BaseModel):
    """An event, with the attributes of CloudEvents 1.0."""

    model_config = ConfigDict(frozen=True)

    specversion: Annotated[Literal["1.0"], Field(description="The version of CloudEvents.")]
    id: Annotated[
        str, Field(pattern=_HASH, description="The entry's hash. A repeated delivery has the same id.")
    ]
    source: Annotated[str, Field(description="The bot: `/pipeline-bot/` and the id of its Slack workspace.")]
    type: Annotated[str, Field(pattern=rf"^{PREFIX}[a-z_]+\.[a-z_]+$", description="One of the types below.")]
    time: Annotated[AwareDatetime, Field(description="When it happened, by the bot's own clock.")]
    datacontenttype: Annotated[Literal["application/json"], Field(description="What `data` is.")]
    sequence: Annotated[
        str,
        Field(
            pattern=rf"^[0-9]{{{SEQUENCE_DIGITS}}}$",
            description="The entry's number with leading zeros: CloudEvents' extension for the order of events.",
        ),
    ]
    subject: Annotated[str | None, Field(description="The pipeline; absent if the event is about none.")] = (
        None
    )
    data: Annotated[AuditEntry, Field(description="The entry.")]

    @property
    def as_json(self) -> str:
        """On one line, without what is absent."""
        return self.model_dump_json(exclude_unset=True)


def source_of(team: TeamId | None) -> str:
    """A bot that has not run yet does not know its workspace."""
    return "/pipeline-bot" if team is None else f"/pipeline-bot/{team}"


def cloud_event(located: LocatedEntry, source: str, redacted: frozenset[str] = frozenset()) -> CloudEvent:
    """The entry as an event, without what is `redacted`."""
    entry, pipeline = located.entry, located.pipeline
    event = entry.event
    by = None if event.by is None or PEOPLE in redacted else Person(team=event.by.team, user=event.by.user)
    data: dict[str, object] = {
        "entry": entry.id,
        "operation": entry.operation,
        "pipeline": pipeline,
        "by": by,
        "details": details_of(event, redacted),
        "redacted": sorted(redacted),
        "hash": entry.hash,
    }
    attributes: dict[str, object] = {
        "specversion": "1.0",
        "id": entry.hash,
        "source": source,
        "type": type_of(event.kind),
        "time": event.at,
        "datacontenttype": "application/json",
        "sequence": f"{entry.id:0{SEQUENCE_DIGITS}}",
        **({} if pipeline is None else {"subject": pipeline}),
        "data": AuditEntry.model_validate(data),
    }
    return CloudEvent.model_validate(attributes)


def schema() -> dict[str, JsonValue]:
    """The JSON Schema of an event."""
    return CloudEvent.model_json_schema()
