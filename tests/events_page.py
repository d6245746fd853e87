"""docs/events.md and docs/events.schema.json, from the models of events: `python -m tests.events_page` writes them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bot.webhooks.cloud_event import CloudEvent
from bot.webhooks.event_types import PREFIX, TYPES

DOCS = Path(__file__).parent.parent / "docs"
PAGE = DOCS / "events.md"
SCHEMA = DOCS / "events.schema.json"

_BEGINNING = """\
# Events

For people who build what receives the bot's events: a SIEM, a chat of another team, a deployment tool. Each entry of the audit
log is an event: what was requested, decided, sent and done, each denial, and each change of access. `python -m tests.events_page` writes
this page from the bot's own models.

## Set it up

Each receiver has a name of your choice, which is part of its variables. This one is `siem`:

```dotenv
PIPELINE_BOT_WEBHOOKS__SIEM__URL=https://siem.example.com/hooks/pipeline-bot
PIPELINE_BOT_WEBHOOKS__SIEM__SECRET=whsec_…
PIPELINE_BOT_WEBHOOKS__SIEM__EVENTS=request.sent request.ended request.needs_attention
PIPELINE_BOT_WEBHOOKS__SIEM__PIPELINES=prod-* orders-*
PIPELINE_BOT_WEBHOOKS__SIEM__REDACT=text
```

| Setting | Required | Meaning |
|---|---|---|
| `URL` | yes | Where events are sent. `https://`; `http://` only to the bot's own machine. It may hold a token: it is shown nowhere but its host. |
| `SECRET` | yes | What signs them: `whsec_` and 24 to 64 random bytes in base64. Make it with `echo "whsec_$(head -c 32 /dev/urandom \\| base64)"`. |
| `EVENTS` | no | Only these [types](#types). Without it, all. |
| `PIPELINES` | no | Only events about pipelines that match one of these patterns; with several Felderas, patterns of `target/name`. Events about no pipeline, such as grants, are then left out. |
| `REDACT` | no | What is [left out](#what-leaves-the-bot): `text`, `people`, or both. |
| `HTTPS_TLS_CERT` | no | PEM file of a certificate to trust in addition to the usual ones. |

Several words have spaces or commas between them. Requests go through [the proxies](proxies.md) of the settings.

**To replace a secret**, set both, the new one first (`SECRET=whsec_new whsec_old`), and restart the bot: every event then has both
signatures. Give the receiver the new one, and remove the old one.

A new receiver gets the entries that are written after the bot's first start with it. `pipeline-bot webhooks seek siem --after 0` sends
everything from the beginning.

## Receive them

An event is a `POST` of a CloudEvent in its JSON format (`Content-Type: application/cloudevents+json`), signed by the
[Standard Webhooks](https://www.standardwebhooks.com) scheme in the headers `webhook-id`, `webhook-timestamp` and `webhook-signature`. Check the
signature with a library of that scheme before you read anything, and remember the ids that you have stored:

```python
from standardwebhooks import Webhook

webhook = Webhook(secret)  # whsec_…
stored = set()  # in your database


def receive(body, headers):
    event = webhook.verify(body, headers)  # raises WebhookVerificationError
    if event["id"] not in stored:
        store(event)  # process it later, elsewhere
        stored.add(event["id"])
    return 204
```

- **At least once.** Any status from 200 to 299 accepts an event. It is sent again, with the same `id` and `webhook-id`, until it is accepted,
  and sometimes after: if the bot ended before it noted your answer.
- **In order.** The next event is sent once you accepted the one before it. `sequence` sorts them; numbers are missing where a filter leaves
  entries out.
- **Answer within 15 seconds.** Store the event, answer, and process it afterwards.
- **Nothing is given up.** After a failure the bot waits 5 seconds, then twice as long each time, up to 5 minutes, and as long as a
  `Retry-After` in seconds says, up to an hour. A receiver that was down for a day, or a month, gets everything. It delays nobody else.
- **An event that you refuse holds those after it**, whatever your status says: answer 4xx only if you want it again, and 2xx
  to what you do not want. After 410 the bot asks once an hour, since only its operator can remove you. Redirects are failures, and not followed.
- `time` and all times in `details` are of the bot's own clock; `webhook-timestamp` is the machine's, and of this attempt.

If your copy was lost, or you missed something, the bot's operator can send it again: `pipeline-bot webhooks seek siem --after 1200`.

If the operator restores a backup of the bot's database, numbers are used a second time, for other entries with other ids. An event whose
`sequence` is not larger than the last one's, and whose `id` is new, means that.

### Without HTTP

`pipeline-bot audit export --follow` writes the same events to standard output, one a line, as they are written, until it is interrupted
or the reader closes the pipe. It reads only, and may run beside the bot as often as you like:

```sh
pipeline-bot audit export --follow --after 1200 --events 'request.ended' --redact text | vector
```

`--after` is the number of the last entry that you have (`data.entry`). `--format jsonl` writes entries as `audit export` does.

## What leaves the bot

Events have Slack ids of people, groups and channels (never names), pipeline names, the ids of grants and requests, and what people typed and
Feldera or Slack answered: reasons, incidents, notes, messages. They have no token, no key and no data of a pipeline. Decide for each
receiver:

| `REDACT` | Leaves out |
|---|---|
| `text` | What people, Feldera or Slack wrote: the fields marked *text* below. |
| `people` | Who it was: `by`, and the fields marked *people* below. |

With either, a field that this page does not list is left out, too, and so are sentences that earlier versions wrote in place of values.
`hash` is of the whole entry: somebody who guesses what was left out can confirm the guess with it.
"""


def page() -> str:
    """The page as it has to be."""
    return "\n".join((_BEGINNING, *_event(), *_types()))


def schema() -> str:
    """The JSON Schema as it has to be."""
    return json.dumps(CloudEvent.model_json_schema(), indent=2) + "\n"


def _event() -> Iterator[str]:
    document = CloudEvent.model_json_schema()
    models = document["$defs"]
    yield "## The event\n"
    yield "[`events.schema.json`](events.schema.json) is the same as JSON Schema.\n"
    yield from _fields(document)
    yield "### data\n"
    yield from _fields(models["AuditEntry"])
    yield "`by` has `team`, the workspace's id, and `user`, the person's id there.\n"
    yield "### details\n"
    yield "Only what applies is there. Entries that earlier versions wrote can have values of other types.\n"
    yield from _fields(models["EventDetails"], redacted=True)


def _fields(model: dict[str, Any], *, redacted: bool = False) -> Iterator[str]:
    yield "| Field | Type | Meaning |" + (" Redacted with |" if redacted else "")
    yield "|---|---|---|" + ("---|" if redacted else "")
    for name, field in model["properties"].items():
        row = f"| `{name}` | {_type(field)} | {field['description']} |"
        yield f"{row} {field.get('x-redacted-with', '')} |" if redacted else row
    yield ""


def _type(field: dict[str, Any]) -> str:
    match field:
        case {"const": value}:
            return f"`{value}`"
        case {"anyOf": choices}:
            return " or ".join(_type(each) for each in choices)
        case {"$ref": str(model)}:
            return "any" if model.endswith("/JsonValue") else "object"
        case {"type": "object"}:
            return "object"
        case {"type": "array"}:
            return "list"
        case {"format": "date-time"}:
            return "time"
        case {"type": [*types]}:
            return " or ".join(types)
        case {"type": str(named)}:
            return named
        case _:
            return "any"


def _types() -> Iterator[str]:
    yield "## Types\n"
    yield f"`type` is one of these, after `{PREFIX}`. `EVENTS` and `--events` take them with or without that.\n"
    yield "| Type | Meaning |"
    yield "|---|---|"
    for event_type in TYPES.values():
        yield f"| `{event_type.name}` | {event_type.meaning} |"
    yield ""


if __name__ == "__main__":
    PAGE.write_text(page())
    SCHEMA.write_text(schema())
