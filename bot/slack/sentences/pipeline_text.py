"""Pipeline text: its state in sentences, links to messages about it, names of its settings. Pure."""

from datetime import datetime

from bot.domain.access.rules import Freeze
from bot.domain.operations.operation import Operation, State
from bot.domain.pipelines.pipeline import Pipeline, Storage
from bot.domain.pipelines.targets import DEFAULT, THE_ONLY, TargetName
from bot.slack.sentences import labels
from bot.slack.sentences.access import rule_text
from bot.slack.sentences.losses import checkpoints
from bot.slack.sentences.plan_text import action_name
from bot.slack.sentences.time_left import time_left
from bot.slack.text.spans import NOTHING, Text, ago, at, code, link, mention, shortened

WORD_SHOWN = 24  # characters: as long as Feldera's longest word for a state


def deployment(pipeline: Pipeline) -> Text:
    """`Stopped 2 hours ago (…)`, and what was requested last if it is not so yet."""
    now = labels.status_and_age(pipeline.status, pipeline.status_since)
    requested = Text("{} {}", labels.requested(pipeline.desired_status), ago(pipeline.desired_status_since))
    return now if pipeline.status == pipeline.desired_status else Text("{}; {}", now, requested)


def storage(pipeline: Pipeline) -> Text:
    """`💾 holds data: 2 checkpoints, 3.0 MiB`."""
    shown = labels.storage(pipeline)
    if pipeline.storage is not Storage.IN_USE:
        return shown
    return Text("{}: {}", shown, checkpoints(pipeline.checkpoints))


def link_to(operation: Operation, workspace_url: str) -> Text:
    """To stand in a sentence."""
    return _link(operation, workspace_url, "its thread") or Text("its card, which is about to be posted")


def thread_link(operation: Operation, workspace_url: str) -> Text:
    """` · Thread`, to end a line of a list; nothing while the card is not posted yet."""
    shown = _link(operation, workspace_url, "Thread")
    return Text(" · {}", shown) if shown else NOTHING


def _link(operation: Operation, workspace_url: str, label: str) -> Text:
    card = operation.display.card
    return NOTHING if card is None else link(permalink(workspace_url, card.channel, card.ts), label)


def permalink(workspace_url: str, channel: str, ts: str) -> str:
    """Slack's link to a message. `workspace_url` ends with a slash."""
    return f"{workspace_url}archives/{channel}/p{ts.replace('.', '')}"


def host_setting(target: TargetName) -> Text:
    """The variable for this Feldera's address."""
    return _setting(target, "HOST")


def tenant_setting(target: TargetName) -> Text:
    """The variable for the tenant at this Feldera."""
    return _setting(target, "TENANT")


def _setting(target: TargetName, what: str) -> Text:
    if target in {THE_ONLY, DEFAULT}:
        return Text("`FELDERA_{}`", what)
    return Text("`PIPELINE_BOT_TARGETS__{}__{}`", target.upper().replace("-", "_"), what)


def frozen_in_words(freeze: Freeze) -> Text:
    """`frozen by @ben until Mar 2 at 7:00 AM: `release day``."""
    return Text(
        "frozen by {} until {}: {}", rule_text.whose(freeze.by), at(freeze.until), code(freeze.reason)
    )


def frozen_until(freeze: Freeze, now: datetime) -> Text:
    """`frozen by @ben, ends in 3 h 40 min (today at 6:00 PM): `release day``."""
    by, left = rule_text.whose(freeze.by), time_left(freeze.until, now)
    return Text("{} frozen by {}, ends {}: {}", labels.FROZEN, by, left, code(freeze.reason))


def under_way(operation: Operation, workspace_url: str, now: datetime) -> Text:
    """`⏳ Under way: clear (id `7fk2qa`), requested by @ana 2 minutes ago (…) · Thread`, and until when it waits."""
    return Text(
        "{} {}: {}{}{}",
        labels.sign(operation.state),
        labels.words(operation.state),
        labels.what(operation),
        waits_until(operation, now),
        thread_link(operation, workspace_url),
    )


def waits_until(operation: Operation, now: datetime) -> Text:
    """`, 1 of 2 approvals, expires in 40 min (today at 6:00 PM)`, to follow a request; nothing unless it waits for approval."""
    approval = operation.approval
    if operation.state is not State.AWAITING_APPROVAL:
        return NOTHING
    left = NOTHING if approval.deadline is None else Text(", expires {}", time_left(approval.deadline, now))
    return Text(", {} of {} approvals{}", len(approval.given), approval.needed, left)


def in_brief(
    pipeline: Pipeline, live: Operation | None, pending: Operation | None, freeze: Freeze | None
) -> Text:
    """Its state, and the requests on it, in one sentence without times: for screen readers and notifications."""
    told = [_status(pipeline), Text("storage {}", labels.words(pipeline.storage))]
    if pipeline.error is not None:
        told.append(Text("has an error"))
    elif pipeline.does_not_compile:
        told.append(Text("does not compile"))
    if live is not None:
        told.append(Text("{} {}", _whose(live), _LIVE.get(live.state, "under way")))
    if pending is not None:
        another = NOTHING if live is None else Text("another ")
        told.append(Text("{}{} waits for approval", another, _whose(pending)))
    if freeze is not None:
        told.append(Text("frozen"))
    return Text("{}: {}.", pipeline.name, Text(", ").join(told))


_LIVE = {State.READY: "is not sent yet", State.NEEDS_HUMAN: "needs attention"}


def _whose(operation: Operation) -> Text:
    return Text("{} by {}", action_name(operation.plan), mention(operation.requester.user))


def _status(pipeline: Pipeline) -> Text:
    text = shortened(pipeline.status, WORD_SHOWN)
    wanted = pipeline.desired_status
    return text if wanted == pipeline.status else Text("{}, desired {}", text, shortened(wanted, WORD_SHOWN))
