"""Pipeline text: its state in sentences, links to messages about it, names of its settings. Pure."""

from bot.domain.access.rules import Freeze
from bot.domain.operations.operation import Operation
from bot.domain.pipelines.pipeline import Pipeline, Storage
from bot.domain.pipelines.targets import DEFAULT, THE_ONLY, TargetName
from bot.slack.sentences import labels
from bot.slack.sentences.losses import checkpoints
from bot.slack.text.spans import Text, ago, code, link


def deployment(pipeline: Pipeline) -> Text:
    """`Stopped 2 hours ago (…)`, and what was requested last if it is not so yet."""
    now = labels.status_and_age(pipeline.status, pipeline.status_since)
    requested = Text("{} requested {}", pipeline.desired_status, ago(pipeline.desired_status_since))
    return now if pipeline.status == pipeline.desired_status else Text("{}; {}", now, requested)


def storage(pipeline: Pipeline) -> Text:
    """The storage, with its checkpoints."""
    shown = labels.storage(pipeline)
    if pipeline.storage is not Storage.IN_USE:
        return shown
    return Text("{}, {}", shown, checkpoints(pipeline.checkpoints))


def link_to(operation: Operation, workspace_url: str) -> Text:
    if operation.display.card is None:
        return Text("its card, which is about to be posted")
    return link(
        permalink(workspace_url, operation.display.card.channel, operation.display.card.ts), "its thread"
    )


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
    return Text("{}: {}", labels.frozen(freeze.until), code(freeze.reason))


def with_link(operation: Operation, workspace_url: str) -> Text:
    return Text("{}: {}", labels.asked_for(operation), link_to(operation, workspace_url))
