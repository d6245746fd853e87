"""Pipeline text: its state in sentences, links to messages about it, names of its settings. Pure."""

from bot.domain.operations.operation import Operation
from bot.domain.pipelines.pipeline import Checkpoints, Pipeline, Storage
from bot.domain.pipelines.targets import DEFAULT, THE_ONLY, TargetName
from bot.slack.text import labels
from bot.slack.text.mrkdwn import at, escaped, link, size


def deployment(pipeline: Pipeline) -> str:
    text = f"{escaped(pipeline.status)} since {at(pipeline.status_since)}"
    if pipeline.status == pipeline.desired_status:
        return text
    return f"{text}, wanted {escaped(pipeline.desired_status)} since {at(pipeline.desired_status_since)}"


def storage(pipeline: Pipeline) -> str:
    """The storage, with its checkpoints."""
    shown = labels.storage(pipeline)
    return f"{shown}, {checkpoints(pipeline.checkpoints)}" if pipeline.storage is Storage.IN_USE else shown


def checkpoints(checkpoints: Checkpoints) -> str:
    if checkpoints.count == 0:
        return "no checkpoints"
    noun = "checkpoint" if checkpoints.count == 1 else "checkpoints"
    weight = "size unknown" if checkpoints.size is None else size(checkpoints.size)
    return f"{checkpoints.count} {noun}, {weight}"


def link_to(operation: Operation, workspace_url: str) -> str:
    if operation.display.card is None:
        return "its card, which is about to be posted"
    return link(
        permalink(workspace_url, operation.display.card.channel, operation.display.card.ts), "its thread"
    )


def permalink(workspace_url: str, channel: str, ts: str) -> str:
    """Slack's link to a message. `workspace_url` ends with a slash."""
    return f"{workspace_url}archives/{channel}/p{ts.replace('.', '')}"


def host_setting(target: TargetName) -> str:
    """The variable for this Feldera's address."""
    return _setting(target, "HOST")


def tenant_setting(target: TargetName) -> str:
    """The variable for the tenant at this Feldera."""
    return _setting(target, "TENANT")


def _setting(target: TargetName, what: str) -> str:
    if target in {THE_ONLY, DEFAULT}:
        return f"`FELDERA_{what}`"
    return f"`PIPELINE_BOT_TARGETS__{target.upper().replace('-', '_')}__{what}`"
