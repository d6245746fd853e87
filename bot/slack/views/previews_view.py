"""Previews of plans, as the person who asked sees them. Pure."""

from slack_sdk.models.blocks import Block, ButtonElement

from bot.domain.access.authorization import Authorization
from bot.domain.durations import span_in_words
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
from bot.slack.text.spans import NOTHING, Text, code

CONFIRM = "confirm_clear"  # action ids; see `card.CLOSE`
BREAK_GLASS = "break_glass"
DROP = "never_mind"
STOP_AND_CLEAR = "stop_and_clear"

_DELETES_STATE = "⚠️ Clearing deletes the pipeline's checkpoints and state: it starts empty afterwards. This *cannot be undone*."


_STOPS_BY_FORCE = "⚠️ A forced stop loses {}. This *cannot be undone*."
_IN_ORDER = "It is one request: {}, one after the other. If a step fails, the rest is left undone."


def preview(shown: Preview) -> Message:
    operation, pipeline, authority = shown.operation, shown.pipeline, shown.authority
    name, plan = pipeline.name, operation.plan
    what_then = _what_then(authority)
    doing = plan_text.action_name(plan).capitalize()
    only_you = Text("Only you see this.")
    return message(
        Text(" ").join(
            [Text("{} {}?", doing, name), _at_stake(operation, with_times=True), what_then, only_you]
        ),
        blocks.section(
            Text("*{} `{}`?* Nothing happens unless you press the button. Only you see this.", doing, name)
        ),
        state(pipeline, operation.previewed, plan, operation.incident),
        blocks.reason(operation.reason),
        *consequences(authority, operation.previewed, plan),
        blocks.buttons(_go(operation, authority), blocks.button("Never mind", DROP, operation.id)),
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


def consequences(authority: Authorization, reviewed: Fingerprint, plan: Plan) -> list[Block]:
    """What cannot be undone, how the steps depend on each other, and who decides."""
    told = [
        Text(_STOPS_BY_FORCE, lost(reviewed)) if plan == STOP else NOTHING,
        Text(_DELETES_STATE) if StepName.CLEAR in plan and not _is_cleared(reviewed) else NOTHING,
        _begins(reviewed) if plan == START else NOTHING,
        Text(_IN_ORDER, ", ".join(step.value for step in plan)) if len(plan) > 1 else NOTHING,
        _what_then(authority),
    ]
    return [blocks.section(text) for text in told if text]


def _is_cleared(reviewed: Fingerprint) -> bool:
    return reviewed.cleared and not reviewed.was_wanted


def _begins(reviewed: Fingerprint) -> Text:
    if reviewed.cleared or reviewed.checkpoints.count == 0:
        return Text("▶️ It starts empty: there is no checkpoint to go on from.")
    return Text("▶️ It goes on from its last checkpoint.")


def _at_stake(operation: Operation, *, once_sent: bool = False, with_times: bool = False) -> Text:
    """What would be lost. A dialog is shown to one person and for a moment: it does without times."""
    plan = operation.plan
    if plan == START:
        return Text("This loses nothing.")
    verb = "destroys" if StepName.CLEAR in plan else "loses"
    goes = Text("This {} {}.", verb, costs(operation, with_times=with_times))
    if StepName.CLEAR in plan and StepName.STOP in plan:
        goes += Text(" The stop loses {}.", lost(operation.previewed, with_times=with_times))
    return Text("{} It cannot be cancelled{}.", goes, Text(" once it is sent") if once_sent else NOTHING)


def _go(operation: Operation, authority: Authorization) -> ButtonElement:
    name, plan = operation.pipeline, operation.plan
    if authority.is_break_glass:
        return blocks.button("Run as break-glass…", BREAK_GLASS, operation.id, style="danger")
    asks = authority.approvals_needed > 0
    doing = plan_text.title(plan, name)
    harmless = asks or plan == START
    return blocks.button(
        "Ask for approval" if asks else doing,
        CONFIRM,
        operation.id,
        style="primary" if harmless else "danger",
        confirm=blocks.are_you_sure(
            Text("Ask to {} {}?", plan_text.action_name(plan), name) if asks else Text("{}?", doing),
            _at_stake(operation, once_sent=asks),
            yes="Ask" if asks else plan[0].value.capitalize() if len(plan) == 1 else "Do it",
            no="Go back",
        ),
    )


def _what_then(authority: Authorization) -> Text:
    requirements = authority.requirements
    if authority.is_break_glass:
        return Text(
            "🚨 As break-glass this runs at once, without approval. Everyone who could have approved is notified, "
            "and one of them must review it afterwards."
        )
    stop = (
        Text(" It can be cancelled for {} before it is sent.", span_in_words(requirements.stop_window))
        if requirements.stop_window
        else NOTHING
    )
    if authority.approvals_needed == 0:
        return Text("⏱️{}", stop) if stop else NOTHING
    return Text(
        "🙋 Needs {approvals} from {others} within {time}.{stop}",
        approvals=approvals_in_words(authority.approvals_needed),
        others="another person" if authority.approvals_needed == 1 else "other people",
        time=span_in_words(requirements.approve_within),
        stop=stop,
    )


def approvals_in_words(needed: int) -> str:
    return "1 approval" if needed == 1 else f"{needed} approvals"
