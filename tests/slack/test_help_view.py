"""Help in words: one line a command, each verb and topic in full on request, and what waits for somebody."""

from dataclasses import replace

import pytest
from inline_snapshot import snapshot

from bot.domain.access.permissions import Kind, Role
from bot.domain.commands import VERBS, HelpTopic, find_verb
from bot.domain.commands.usable_verbs import UsableVerb
from bot.domain.home_content import HomeAction, HomePage, Item
from bot.domain.pipelines.targets import Targets
from bot.engine.replies import CommandHelp, WaitingForYou
from bot.slack.views import answers, help_view
from tests.domain.samples import ANA, BEN, awaiting, grant, membership, needs_human
from tests.slack.reading import WORKSPACE_URL, check

ALL = tuple(UsableVerb(verb) for verb in VERBS)
MEMBER = HomePage(membership(), (grant(),))
LINE_MAX = 110  # characters: a line on a wide screen


def shown(reply):
    message = answers.answer(reply, WORKSPACE_URL)
    check(message)
    return message


def test_a_line_a_command_under_four_headings():
    text = shown(CommandHelp(ALL, MEMBER, Targets())).text
    headings = [line for line in text.splitlines() if line.startswith("*")]
    assert headings == ["*Operate*", "*Approve*", "*Look*", "*Administer*"]
    lines = [line for line in text.splitlines() if line.startswith("`")]
    assert len(lines) == len(VERBS)
    for verb in VERBS:
        (line,) = [line for line in lines if line.startswith(f"`/pipeline {verb.brief}`")]
        assert line.endswith(f" – {verb.summary}")
        assert len(line) <= LINE_MAX, line


def test_a_group_without_a_command_has_no_heading():
    reply = CommandHelp((UsableVerb(find_verb("grants")),), MEMBER, Targets())
    assert shown(reply).text == snapshot("""\
*Look*
`/pipeline grants` – List your grants, and those on pipelines that you are an admin of.
More about a command: `/pipeline help clear`.\
""")


def test_what_cannot_be_checked_is_marked():
    verbs = (UsableVerb(find_verb("status")), UsableVerb(find_verb("approve"), is_certain=False))
    page = replace(MEMBER, unread="Slack is in trouble")
    assert shown(CommandHelp(verbs, page, Targets())).text == snapshot("""\
Some of your user groups cannot be checked right now (`Slack is in trouble`): commands that depend on them are marked ❔.
*Approve*
❔ `/pipeline approve ID` – Approve a request.
*Look*
`/pipeline status NAME` – Show a pipeline's state, what is under way, its recent events and requests.
More about a command: `/pipeline help clear`.\
""")


@pytest.mark.parametrize("kind", Kind)
def test_without_a_role_it_says_how_to_get_one(kind):
    page = HomePage(membership(kind=kind), unread="Slack is in trouble" if kind is Kind.UNKNOWN else "")
    first = shown(CommandHelp((UsableVerb(find_verb("help")),), page, Targets())).text.splitlines()[0]
    assert first.startswith(
        {
            Kind.MEMBER: "You have no role here, so you cannot see or change pipelines. An admin of this bot can",
            Kind.UNKNOWN: "Your account cannot be checked right now (`Slack is in trouble`). Try again in a minute.",
            Kind.GUEST: "Guests of this workspace cannot do anything here, even with a grant.",
        }.get(
            kind, "You are not a full member of this Slack workspace, and only full members can use this bot."
        )
    )


def test_each_topic_has_a_button_that_explains_it():
    message = shown(CommandHelp(ALL, MEMBER, Targets()))
    buttons = message.blocks[-1]["elements"]
    assert [button["value"] for button in buttons] == [*HelpTopic]
    for button in buttons:
        check(help_view.about(button["value"]))


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.word)
def test_a_verb_in_full(verb):
    """From the table that the parser reads by."""
    details = help_view.about(verb.word)
    check(details)
    if verb.word not in {*HelpTopic}:
        for part in (verb.usage, verb.summary, verb.details, verb.example):
            assert part in details.text
    else:
        assert verb.usage in details.text


def test_a_target_is_named_where_a_name_is():
    targets = Targets(("eu", "us"))
    assert "a pipeline as `TARGET/PIPELINE`, such as `eu/orders`" in help_view.about("status", targets).text
    assert "TARGET" not in help_view.about("whoami", targets).text
    assert "TARGET" in shown(CommandHelp(ALL, MEMBER, targets)).text


def test_the_topics():
    """Every role and every rule key on a line of its own."""
    roles = help_view.about("roles").text
    assert [line.split("*")[1] for line in roles.splitlines() if " – " in line] == [*Role]
    assert help_view.about("rules").text == snapshot("""\
*Rules*
A rule says what a request on matching pipelines needs beyond a role. Its keys:
`approvals=2` – how many other people must approve, 0 to 5
`channel=#ops` – the channel in which requests are shown
`group=@oncall` – the user group that is notified of requests
`within=2h` – how long a request waits for approval; by default 1h
`remind=30m` – after how long approvers are reminded; by default after half of `within`
`reason=required` – whether a request must give a reason
`cancel-window=30s` – how long a clear or a stop can be cancelled before it is sent: 0s to 60s; by default 0s
`break-glass=allowed` – whether a responder may run without approval in an emergency, `allowed` or `forbidden`; by default forbidden
`matching=INC-\\d+` – a regular expression; the reason must contain something that matches it. Write it last: all that follows is part of it
Where several rules match, the strictest value of each key applies: the most approvals, the shortest `within` and `remind`, the longest `cancel-window`, and break-glass only if a rule allows it and none forbids it. If several set a `channel`, the card goes to that of the rule with the longest pattern. Every `group` is notified, and the reason must satisfy every `matching`.
Where no rule sets `approvals`, a requester or responder needs 1 approval, and an operator none. Where a rule sets it, requesters, responders and operators all need that number. A start loses nothing, so `approvals`, `reason`, `cancel-window` and `matching` do not apply to it.
`/pipeline rules` lists the rules and freezes. An admin sets one: `/pipeline rule prod-* approvals=2 reason=required`.\
""")
    assert help_view.about("break-glass").text == snapshot("""\
*Break-glass*
In an emergency a *responder* can run a clear, a stop or a start at once, without approval, where a rule has `break-glass=allowed`: `/pipeline clear orders --break-glass INC-9 lag alarm`. It needs an incident and a reason.
Everyone who could have approved it is notified, and one of them must review it afterwards, with the button on its card or `/pipeline review ID`.
A freeze blocks break-glass, too. `/pipeline can-i clear orders` also tells whether you can clear it as break-glass.\
""")


def test_what_waits():
    """What to decide first, with how; then one's own; and the commonest commands."""
    own = Item(awaiting(), frozenset({HomeAction.WITHDRAW}))
    others = Item(awaiting(requester=BEN), frozenset({HomeAction.APPROVE, HomeAction.DENY}))
    review = Item(replace(needs_human(), requester=BEN, incident="INC-9"), frozenset({HomeAction.SIGN_OFF}))
    stuck = Item(replace(needs_human(), requester=BEN), frozenset({HomeAction.CLOSE}))
    page = replace(MEMBER, decides=(others, review, stuck), requests=(own,))
    commonest = tuple(UsableVerb(find_verb(word)) for word in ("clear", "status", "list"))
    assert shown(WaitingForYou(page, commonest)).text == snapshot("""\
*Waiting for you*
• *Clear orders*, requested by <@UBEN> <!date^1772420400^\u200b{ago} ({date_short_pretty} at {time})|2026-03-02 03:00 UTC>: type `/pipeline approve op1`, or decide in <https://acme.slack.com/archives/C1/p1700000000000100|its thread>
• *Clear orders*, requested by <@UBEN> <!date^1772420400^\u200b{ago} ({date_short_pretty} at {time})|2026-03-02 03:00 UTC>: review it in <https://acme.slack.com/archives/C1/p1700000000000100|its thread>
• *Clear orders*, requested by <@UBEN> <!date^1772420400^\u200b{ago} ({date_short_pretty} at {time})|2026-03-02 03:00 UTC>: needs attention · <https://acme.slack.com/archives/C1/p1700000000000100|Thread>
*Your requests*
• *Clear orders* · <https://acme.slack.com/archives/C1/p1700000000000100|Thread>: 🙋 Waiting for approval, requested <!date^1772420400^\u200b{ago} ({date_short_pretty} at {time})|2026-03-02 03:00 UTC>. 0 of 2 approvals, expires <!date^1772424000^\u200b{date_short_pretty} at {time}|2026-03-02 04:00 UTC>.
*Commands*
`/pipeline clear NAME` – Clear a pipeline's storage. First shows what that deletes, and asks you to confirm.
`/pipeline status NAME` – Show a pipeline's state, what is under way, its recent events and requests.
`/pipeline list` – List the pipelines that you can see: their state, and what is under way on them.
`/pipeline help` shows the commands that you can use.\
""")
    many = replace(page, decides=(others,) * 11)
    assert "… and 3 more: `/pipeline pending` lists them." in shown(WaitingForYou(many, commonest)).text


def test_nothing_waits():
    assert shown(WaitingForYou(MEMBER, ())).text == snapshot("""\
✅ Nothing is waiting for you.
`/pipeline help` shows the commands that you can use.\
""")
    assert shown(WaitingForYou(HomePage(membership(ANA)), ())).text == snapshot("""\
You have no role here, so you cannot see or change pipelines. An admin of this bot can give you one: ask them to type `/pipeline grant @you requester PIPELINE`, with your name, the role and the pipeline that you need.
`/pipeline help` shows the commands that you can use.\
""")
