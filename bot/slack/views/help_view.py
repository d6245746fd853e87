"""Help: the commands that the person can use, more about one, and what waits for them. Pure."""

import re
from collections.abc import Iterable, Iterator

from bot.domain.commands import Verb, VerbGroup, find_verb
from bot.domain.commands.model import HelpTopic
from bot.domain.commands.usable_verbs import UsableVerb
from bot.domain.home_content import HomeAction, HomePage, Item
from bot.domain.pipelines.targets import ONE, Targets
from bot.engine import replies
from bot.slack.sentences.access.getting_access import how_to_get_access
from bot.slack.sentences.labels import UNKNOWN, asked_at
from bot.slack.sentences.pipeline_text import link_to, thread_link
from bot.slack.sentences.plan_text import title
from bot.slack.sentences.state_text import state_now
from bot.slack.text import blocks
from bot.slack.text.blocks import Message, message, said, section
from bot.slack.text.lists import cut
from bot.slack.text.spans import NOTHING, Text, ago, at, code, mention
from bot.slack.views import help_topics
from bot.slack.views.home_view import nothing_waits_for_you

TARGETS_SHOWN = 10
WAITING_SHOWN = 8  # lines of each kind
_TOPICS = {HelpTopic.ROLES: "Roles", HelpTopic.RULES: "Rules", HelpTopic.BREAK_GLASS: "Break-glass"}


def topic_action(topic: HelpTopic) -> str:
    """The action id of the button that explains it; see `card.CLOSE`."""
    return f"help_{topic.value}"


def command_help(shown: replies.CommandHelp) -> Message:
    """A section for each group, since one for all could be too long for Slack."""
    parts = [
        *_access(shown.page, Text("commands that depend on them are marked {}", UNKNOWN)),
        *_groups(shown.verbs),
    ]
    more = Text("More about a command: `{COMMAND} help clear`.{}", _on_names(shown.targets))
    topics = [blocks.plain_button(label, topic_action(topic), topic) for topic, label in _TOPICS.items()]
    return message(
        Text("\n").join([*parts, more]), *map(section, parts), blocks.context(more), blocks.buttons(*topics)
    )


def about(subject: str, targets: Targets = ONE) -> Message:
    """More about a topic or a verb."""
    if subject in {*HelpTopic}:
        return help_topics.on(HelpTopic(subject))
    verb = find_verb(subject)
    if verb is None:
        return help_topics.on(HelpTopic.ROLES)
    keys = Text("\nKeys:\n{}", help_topics.rule_keys()) if verb.word == "rule" else NOTHING
    return _details(verb, keys, _on_names(targets) if re.search("NAME|PATTERN", verb.arguments) else NOTHING)


def waiting_for_you(shown: replies.WaitingForYou, workspace_url: str) -> Message:
    page = shown.page
    otherwise = Text("something may be missing here")
    if not all(each.is_certain for each in shown.verbs):
        otherwise += Text(", and commands that depend on them are marked {}", UNKNOWN)
    parts = [*_access(page, otherwise)]
    if page.decides:
        parts.append(_list("Waiting for you", [_to_decide(item, workspace_url) for item in page.decides]))
    elif page.grants and not page.requests:
        parts.append(nothing_waits_for_you(page))
    if page.requests:
        parts.append(_list("Your requests", [_requested(item, workspace_url) for item in page.requests]))
    commands = Text("\n").join(map(_line, shown.verbs))
    if commands:
        parts.append(Text("*Commands*\n{}", commands))
    more = Text("`{COMMAND} help` shows the commands that you can use.")
    return message(Text("\n").join([*parts, more]), *map(section, parts), blocks.context(more))


def _access(page: HomePage, otherwise: Text) -> Iterator[Text]:
    """What keeps something from the person: no role, or what cannot be checked right now and so is `otherwise`."""
    if not page.grants:
        yield how_to_get_access(page.membership.kind, page.unread)
    elif page.unread:
        yield Text(
            "Some of your user groups cannot be checked right now ({}): {}.",
            code(page.unread),
            otherwise,
        )


def _groups(verbs: Iterable[UsableVerb]) -> Iterator[Text]:
    usable = tuple(verbs)
    for group in VerbGroup:
        lines = [_line(each) for each in usable if each.verb.group is group]
        if lines:
            yield Text("*{}*\n{}", group.value, Text("\n").join(lines))


def _line(usable: UsableVerb) -> Text:
    verb = usable.verb
    mark = NOTHING if usable.is_certain else Text("{} ", UNKNOWN)
    return Text("{}`{COMMAND} {}` – {}", mark, verb.brief, Text(verb.summary))


def _list(heading: str, lines: list[Text]) -> Text:
    shown = lines[:WAITING_SHOWN]
    left = len(lines) - len(lines[:WAITING_SHOWN])
    if left:
        shown.append(Text("… and {} more: `{COMMAND} pending` lists them.", left))
    return cut([Text("*{}*", heading), *shown])


def _to_decide(item: Item, workspace_url: str) -> Text:
    operation = item.operation
    if HomeAction.APPROVE in item.actions:
        todo = Text(
            "type `{COMMAND} approve {}`, or decide in {}",
            operation.short_id,
            link_to(operation, workspace_url),
        )
    elif HomeAction.SIGN_OFF in item.actions:
        todo = Text("review it in {}", link_to(operation, workspace_url))
    else:
        todo = Text("needs attention{}", thread_link(operation, workspace_url))
    return Text(
        "• *{}*, requested by {} {}: {}",
        title(operation.plan, operation.pipeline),
        mention(operation.requester.user),
        ago(asked_at(operation)),
        todo,
    )


def _requested(item: Item, workspace_url: str) -> Text:
    operation = item.operation
    approval = operation.approval
    given = NOTHING
    if len(approval.given) < approval.needed:
        until = NOTHING if approval.deadline is None else Text(", expires {}", at(approval.deadline))
        given = Text(" {} of {} approvals{}.", len(approval.given), approval.needed, until)
    return Text(
        "• *{}*{}: {}{}",
        title(operation.plan, operation.pipeline),
        thread_link(operation, workspace_url),
        state_now(operation),
        given,
    )


def _on_names(targets: Targets) -> Text:
    if not targets.names:
        return NOTHING
    shown = [code(target) for target in targets.names[:TARGETS_SHOWN]]
    more = len(targets.names) - len(shown)
    if more:
        shown.append(Text("{} more", more))
    return Text(
        "\nThis bot serves several Felderas: write a pipeline as `TARGET/PIPELINE`, such as `{}/orders`. Targets: {}.",
        targets.names[0],
        Text(", ").join(shown),
    )


def _details(verb: Verb, keys: Text, note: Text) -> Message:
    return said(
        "`{usage}`\n{summary}\n{details}{keys}\nFor example: `{COMMAND} {example}`{note}",
        usage=verb.usage,
        summary=Text(verb.summary),
        details=Text(verb.details),
        keys=keys,
        example=verb.example,
        note=note,
    )
