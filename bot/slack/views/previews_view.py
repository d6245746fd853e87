"""Previews of plans, as the person who asked sees them. Pure."""

from slack_sdk.models.blocks import Block, ButtonElement

from bot.domain.access.authorization import Authorization
from bot.domain.ids import PipelineName
from bot.domain.operations.fingerprints import Fingerprint
from bot.domain.operations.operation import Operation
from bot.domain.operations.plans import START, STOP, Plan, StepName
from bot.domain.pipelines.pipeline import Pipeline
from bot.engine.replies import Preview
from bot.slack.sentences import plan_text
from bot.slack.sentences.labels import Field, deployment_sign, in_order
from bot.slack.sentences.losses import costs, destroyed, lost
from bot.slack.sentences.pipeline_text import deployment, storage
from bot.slack.text import blocks
from bot.slack.text.blocks import Message, message
from bot.slack.text.quantities import exactly
from bot.slack.text.spans import NOTHING, Text, code

CONFIRM = "confirm_clear"  # action ids; see `card.CLOSE`
BREAK_GLASS = "break_glass"
DROP = "never_mind"
STOP_AND_CLEAR = "stop_and_clear"

_DELETES_STATE = "⚠️ `{}` loses all its state, and is empty when it runs again. This *cannot be undone*."
_STOPS_BY_FORCE = "⚠️ The stop is forced: no checkpoint is made first. This *cannot be undone*."
_IN_ORDER = "It is one request: {}, one after the other. If a step fails, the steps after it are not done."


def preview(shown: Preview) -> Message:
    operation, pipeline, authority = shown.operation, shown.pipeline, shown.authority
    name, plan = pipeline.name, operation.plan
    title, go = _title(plan, name, authority), _go(operation, authority)
    return message(
        Text(" ").join([title, _at_stake(operation, authority, with_times=True), _what_then(authority)]),
        blocks.section(
            Text(
                "*{}* Nothing happens until you press *{}*. Only you see this.",
                _title(plan, Text("`{}`", name), authority),
                _label(plan, name, authority),
            )
        ),
        state(pipeline, operation.previewed, plan, operation.incident),
        blocks.reason(operation.reason),
        *consequences(name, authority, operation.previewed, plan),
        blocks.buttons(go, blocks.button("Never mind", DROP, operation.id)),
    )


def state(pipeline: Pipeline, reviewed: Fingerprint, plan: Plan, incident: str = "") -> Block:
    """The pipeline's state, and what of it the plan would destroy or lose."""
    rows = {
        Field.DEPLOYMENT: Text("{} {}", deployment_sign(pipeline.status), deployment(pipeline)),
        Field.STORAGE: storage(pipeline),
        Field.WOULD_DESTROY: destroyed(reviewed) if StepName.CLEAR in plan else None,
        Field.LOSES: lost(reviewed) if StepName.STOP in plan else None,
        Field.RUN_AS_BREAK_GLASS: code(incident, 100) if incident else None,
    }
    return blocks.fields(*in_order(rows))


def consequences(
    name: PipelineName, authority: Authorization, reviewed: Fingerprint, plan: Plan
) -> list[Block]:
    """What cannot be undone, how the steps depend on each other, and who decides."""
    told = [
        Text(_STOPS_BY_FORCE) if plan == STOP and reviewed.was_wanted else NOTHING,
        Text(_DELETES_STATE, name) if StepName.CLEAR in plan and not _is_cleared(reviewed) else NOTHING,
        _begins(reviewed) if plan == START else NOTHING,
        Text(_IN_ORDER, ", ".join(step.value for step in plan)) if len(plan) > 1 else NOTHING,
        _what_then(authority),
    ]
    return [blocks.section(text) for text in told if text]


def _is_cleared(reviewed: Fingerprint) -> bool:
    return reviewed.cleared and not reviewed.was_wanted


def _begins(reviewed: Fingerprint) -> Text:
    if reviewed.cleared or reviewed.checkpoints.count == 0:
        return Text("▶️ It starts empty: there is no checkpoint to resume from.")
    return Text("▶️ It resumes from its last checkpoint.")


def _at_stake(operation: Operation, authority: Authorization, *, with_times: bool = False) -> Text:
    """What would be lost. A dialog is shown to one person and for a moment: it does without times."""
    plan, reviewed = operation.plan, operation.previewed
    this = "Once approved, this" if authority.approvals_needed else "This"
    if plan == START:
        return Text("This loses nothing.")
    if plan == STOP and not reviewed.was_wanted:
        return Text("This loses nothing more: Feldera is already stopping the pipeline.")
    if StepName.CLEAR in plan and _is_cleared(reviewed):
        return Text("{} deletes {}.", this, costs(operation, with_times=with_times))
    verb = "deletes" if StepName.CLEAR in plan else "loses"
    goes = Text("{} {} {}, and cannot be undone.", this, verb, costs(operation, with_times=with_times))
    if StepName.CLEAR in plan and StepName.STOP in plan and reviewed.was_wanted:
        goes += Text(" The stop loses {}.", lost(reviewed, with_times=with_times))
    return goes


def _title(plan: Plan, name: Text | PipelineName, authority: Authorization) -> Text:
    """`Clear orders?`, or `Ask to clear orders?` where others decide."""
    action = plan_text.action_name(plan)
    if authority.approvals_needed:
        return Text("Ask to {} {}?", action, name)
    return Text("{} {}?", action.capitalize(), name)


def _label(plan: Plan, name: PipelineName, authority: Authorization) -> str:
    """What the button that goes ahead says."""
    if authority.is_break_glass:
        return "Run as break-glass"
    return "Ask for approval" if authority.approvals_needed else plan_text.title(plan, name)


def _go(operation: Operation, authority: Authorization) -> ButtonElement:
    name, plan = operation.pipeline, operation.plan
    label = _label(plan, name, authority)
    if authority.is_break_glass:
        return blocks.button(f"{label}…", BREAK_GLASS, operation.id, style="danger")
    asks = authority.approvals_needed > 0
    harmless = asks or plan == START
    return blocks.button(
        label,
        CONFIRM,
        operation.id,
        style="primary" if harmless else "danger",
        confirm=blocks.are_you_sure(
            _title(plan, name, authority),
            _at_stake(operation, authority),
            yes="Ask" if asks else plan_text.action_name(plan).capitalize(),
            no="Go back",
        ),
    )


def _what_then(authority: Authorization) -> Text:
    requirements = authority.requirements
    if authority.is_break_glass:
        return Text(
            "🚨 Break-glass runs this at once, without approval. Everyone who could have approved is notified, "
            "and one of them must review it afterwards."
        )
    waits = Text(
        "waits {} before it is sent to Feldera; until then you, or anybody else who can request or approve it, can cancel it on its card",
        exactly(requirements.stop_window),
    )
    if authority.approvals_needed == 0:
        return Text("⏱️ The request {}.", waits) if requirements.stop_window else NOTHING
    return Text(
        "🙋 Needs {approval} within {time}, or it expires.{window}",
        approval=approval_from(authority.approvals_needed),
        time=exactly(requirements.approve_within),
        window=Text(" After the last approval it {}.", waits) if requirements.stop_window else NOTHING,
    )


def approval_from(needed: int) -> str:
    """Who has to approve, besides the requester: `approval from 2 other people`."""
    return f"approval from {needed} other {'person' if needed == 1 else 'people'}"


def approvals_in_words(needed: int) -> str:
    return "1 approval" if needed == 1 else f"{needed} approvals"
