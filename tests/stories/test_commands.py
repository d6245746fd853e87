"""What can be typed after `/pipeline`, and what is answered when it cannot be read."""

import pytest
from inline_snapshot import snapshot

from tests.workspace import Workspace


@pytest.mark.parametrize("typed", ["/pipeline", "/pipeline help", "/pipeline  HELP "])
def test_help_for_everybody(workspace: Workspace, typed: str) -> None:
    """Help takes no permission: whoever is new reads what there is, and how to type it."""
    assert workspace.stranger("eve").types(typed) == snapshot("""\
*What I can do with pipelines*
• `/pipeline clear NAME [--stop] [--start] [--restart] [--break-glass INCIDENT] [reason…]`
   Clear a pipeline's storage, after showing you what that destroys; stop it first, start it again.
• `/pipeline stop NAME [--break-glass INCIDENT] [reason…]`
   Stop a pipeline by force, after showing you what that loses.
• `/pipeline start NAME [--break-glass INCIDENT] [reason…]`
   Start a pipeline, and watch until it runs or fails.
• `/pipeline status NAME`
   Show a pipeline's state, its last events and operations, to you alone.
• `/pipeline list [PATTERN]`
   List the pipelines that you may see: their state, and what is under way on them.
• `/pipeline pending`
   List the requests that wait for approval, and broken glasses that wait to be signed off.
• `/pipeline approve ID`
   Approve a request, as its button does.
• `/pipeline deny ID reason…`
   Deny a request, and say why.
• `/pipeline withdraw ID`
   Take your own request back.
• `/pipeline sign-off ID`
   Sign off a broken glass, having looked at what was done and why.
• `/pipeline can-i clear|stop|start NAME`
   Tell whether you may do that to a pipeline, what it would take, and which grant and rule say so.
• `/pipeline whoami`
   Show who you are to this bot, and what is granted to you.
• `/pipeline history [NAME|@user]`
   Page through the record, of a pipeline or of a person.
• `/pipeline grant @user|@group ROLE PATTERN [for 12h] [note…]`
   Give a person or a user group a role on the pipelines that match a pattern.
• `/pipeline revoke @user|@group ROLE PATTERN`
   Take a grant away, written as it was given.
• `/pipeline grants [@user|@group|PATTERN]`
   List the grants.
• `/pipeline rule PATTERN key=value…|off`
   Say what a clear takes on the pipelines that match a pattern.
• `/pipeline rules`
   List the rules and the freezes.
• `/pipeline freeze PATTERN for|until WHEN reason…`
   Let nothing new start on the pipelines that match a pattern.
• `/pipeline unfreeze PATTERN`
   Lift a freeze, written as it was put.
• `/pipeline help [VERB]`
   Show this, or more about one verb.
More about one: `/pipeline help clear`.\
""")


@pytest.mark.parametrize(
    ("verb", "told"),
    [
        (
            "clear",
            snapshot("""\
`/pipeline clear NAME [--stop] [--start] [--restart] [--break-glass INCIDENT] [reason…]`
Clear a pipeline's storage, after showing you what that destroys; stop it first, start it again.
Shows what the clear would destroy, to you alone, and asks once more before anything happens. Without NAME, a form opens in which you choose the pipeline. The pipeline must be stopped: `--stop` stops it first, `--start` starts it afterwards, `--restart` does both, all as one request with one approval. A clear dissociates the pipeline's storage, which can delete it: all checkpoints are gone, and it cannot be cancelled. What follows NAME and the options is the reason, shown on the card. An *operator* clears at once where no rule asks for approvals; a *requester* asks, and others approve. In an emergency a *responder* can break the glass where a rule allows it: it runs at once, everybody who could have approved is told, and one of them has to sign it off afterwards.
For example: `/pipeline clear orders schema change, see INC-42`\
"""),
        ),
        (
            "status",
            snapshot("""\
`/pipeline status NAME`
Show a pipeline's state, its last events and operations, to you alone.
Only you see the answer. Any role on the pipeline will do, but admin.
For example: `/pipeline status orders`\
"""),
        ),
        (
            "help",
            snapshot("""\
`/pipeline help [VERB]`
Show this, or more about one verb.
Only you see the answer.
For example: `/pipeline help clear`\
"""),
        ),
        (
            "Clear",
            snapshot("""\
`/pipeline clear NAME [--stop] [--start] [--restart] [--break-glass INCIDENT] [reason…]`
Clear a pipeline's storage, after showing you what that destroys; stop it first, start it again.
Shows what the clear would destroy, to you alone, and asks once more before anything happens. Without NAME, a form opens in which you choose the pipeline. The pipeline must be stopped: `--stop` stops it first, `--start` starts it afterwards, `--restart` does both, all as one request with one approval. A clear dissociates the pipeline's storage, which can delete it: all checkpoints are gone, and it cannot be cancelled. What follows NAME and the options is the reason, shown on the card. An *operator* clears at once where no rule asks for approvals; a *requester* asks, and others approve. In an emergency a *responder* can break the glass where a rule allows it: it runs at once, everybody who could have approved is told, and one of them has to sign it off afterwards.
For example: `/pipeline clear orders schema change, see INC-42`\
"""),
        ),
    ],
)
def test_help_on_a_verb(workspace: Workspace, verb: str, told: str) -> None:
    """Each verb says how it is typed, what it does, which role it takes, and gives an example."""
    assert workspace.stranger("eve").types(f"/pipeline help {verb}") == told


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (
            "/pipeline claer orders",
            snapshot("🤔 I do not know `claer`. Did you mean `/pipeline clear orders`?"),
        ),
        (
            "/pipeline claer orders schema change",
            snapshot("🤔 I do not know `claer`. Did you mean `/pipeline clear orders schema change`?"),
        ),
        (
            "/pipeline delete orders",
            snapshot(
                "🤔 I do not know `delete`. I know: `clear`, `stop`, `start`, `status`, `list`, `pending`, `approve`, `deny`, `withdraw`, `sign-off`, `can-i`, `whoami`, `history`, `grant`, `revoke`, `grants`, `rule`, `rules`, `freeze`, `unfreeze`, `help`. Type `/pipeline help`."
            ),
        ),
        (
            "/pipeline orders",
            snapshot(
                "🤔 I do not know `orders`. I know: `clear`, `stop`, `start`, `status`, `list`, `pending`, `approve`, `deny`, `withdraw`, `sign-off`, `can-i`, `whoami`, `history`, `grant`, `revoke`, `grants`, `rule`, `rules`, `freeze`, `unfreeze`, `help`. Type `/pipeline help`."
            ),
        ),
        (
            "/pipeline help delete",
            snapshot(
                "🤔 There is no help on `delete`. Type `/pipeline help`, or `/pipeline help` and one of: `clear`, `stop`, `start`, `status`, `list`, `pending`, `approve`, `deny`, `withdraw`, `sign-off`, `can-i`, `whoami`, `history`, `grant`, `revoke`, `grants`, `rule`, `rules`, `freeze`, `unfreeze`, `help`."
            ),
        ),
        (
            "/pipeline help clear now",
            snapshot("🤔 There is no help on `clear now`. Did you mean `/pipeline help clear`?"),
        ),
        (
            "/pipeline status",
            snapshot(
                "🤔 Which pipeline? Type `/pipeline status NAME`, for example `/pipeline status orders`."
            ),
        ),
        (
            "/pipeline status orders now",
            snapshot(
                "🤔 `status` takes one pipeline name and nothing after it. Type `/pipeline status orders`."
            ),
        ),
        (
            "/pipeline clear orders/../payments",
            snapshot(
                "🤔 `orders/../payments` cannot be the name of a pipeline: 1 to 100 letters, digits, `-` and `_`. Type `/pipeline clear NAME [--stop] [--start] [--restart] [--break-glass INCIDENT] [reason…]`."
            ),
        ),
        (
            "/pipeline clear -orders",
            snapshot(
                "🤔 I do not know the option `-orders`. There are: `--stop`, `--start`, `--restart`, `--break-glass`. Type `/pipeline clear NAME [--stop] [--start] [--restart] [--break-glass INCIDENT] [reason…]`; a NAME that begins with a dash is put in quotes."
            ),
        ),
        (
            "/pipeline clear orders schema change --start=true",
            snapshot(
                "🤔 `--start` takes no value: write it alone. Type `/pipeline clear NAME [--stop] [--start] [--restart] [--break-glass INCIDENT] [reason…]`."
            ),
        ),
        (
            "/pipeline clear naïve",
            snapshot(
                "🤔 `naïve` cannot be the name of a pipeline: 1 to 100 letters, digits, `-` and `_`. Type `/pipeline clear NAME [--stop] [--start] [--restart] [--break-glass INCIDENT] [reason…]`."
            ),
        ),
        (
            f"/pipeline status {'x' * 101}",
            snapshot(
                "🤔 `xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…` cannot be the name of a pipeline: 1 to 100 letters, digits, `-` and `_`. Type `/pipeline status NAME`."
            ),
        ),
        (
            "/pipeline clear @ben",
            snapshot(
                "🤔 `@ben` cannot be the name of a pipeline: 1 to 100 letters, digits, `-` and `_`. Type `/pipeline clear NAME [--stop] [--start] [--restart] [--break-glass INCIDENT] [reason…]`."
            ),
        ),
        (
            "/pipeline clear #ops",
            snapshot(
                "🤔 `#ops` cannot be the name of a pipeline: 1 to 100 letters, digits, `-` and `_`. Type `/pipeline clear NAME [--stop] [--start] [--restart] [--break-glass INCIDENT] [reason…]`."
            ),
        ),
        (
            "/pipeline `rm` *x* <!channel> & co",
            snapshot(
                "🤔 I do not know `'rm'`. I know: `clear`, `stop`, `start`, `status`, `list`, `pending`, `approve`, `deny`, `withdraw`, `sign-off`, `can-i`, `whoami`, `history`, `grant`, `revoke`, `grants`, `rule`, `rules`, `freeze`, `unfreeze`, `help`. Type `/pipeline help`."
            ),
        ),
    ],
)
def test_what_cannot_be_read_is_answered_with_what_to_type(
    workspace: Workspace, typed: str, told: str
) -> None:
    """Nothing is guessed and nothing is asked of Feldera: the answer says what to type instead."""
    ana = workspace.operator("ana")
    workspace.stranger("ben")
    assert ana.types(typed) == told
    assert workspace.feldera.requests == []


@pytest.mark.parametrize(
    "typed",
    [
        "/pipeline clear “orders-eu” “schema” – it’s due",
        "/pipeline\N{NO-BREAK SPACE}clear\N{NO-BREAK SPACE}‘orders-eu’\N{NO-BREAK SPACE}“schema” – it’s due",
        "/pipeline Clear orders\N{NON-BREAKING HYPHEN}eu  “schema”  – it’s due",
        "/pipeline CLEAR `orders-eu` \N{ZERO WIDTH SPACE}“schema” – it’s due",
    ],
)
def test_what_a_phone_makes_of_it(workspace: Workspace, typed: str) -> None:
    """Curly quotes, dashes and unbreakable or invisible spaces are read as what the person meant."""
    ana = workspace.operator("ana")
    workspace.feldera.adds("orders-eu")
    typed = typed.replace("/pipeline\N{NO-BREAK SPACE}", "/pipeline ")
    preview = ana.asks(typed)
    assert preview.startswith("*Clear `orders-eu`?*")
    assert '\nReason: "schema" - it\'s due\n' in preview


def test_a_reason_is_shown_as_it_was_typed(workspace: Workspace) -> None:
    """Mentions, links and `&` in a reason stay plain text: nobody is rung, and nothing is formatted."""
    ana = workspace.operator("ana")
    workspace.stranger("ben")
    reason = "*ask* @ben & @channel, see https://example.com/INC-42?a=1&b=2 <!here> `x` in #ops"
    preview = ana.asks(f"/pipeline clear orders {reason}")
    assert reason_in(preview) == snapshot(
        "Reason: *ask* @ben & @channel, see https://example.com/INC-42?a=1&b=2 <!here> `x` in #ops"
    )
    ana.clicks("Clear orders")
    ana.reads()
    workspace.passes(seconds=10)
    assert reason_in(workspace.card()) == reason_in(preview)
    workspace.thread()


def test_a_reason_of_many_words_is_cut(workspace: Workspace) -> None:
    """Slack would refuse a text that is too long, so what is shown ends in an ellipsis."""
    ana = workspace.operator("ana")
    preview = ana.asks(f"/pipeline clear orders {'because ' * 400}")
    assert reason_in(preview).endswith("because bec…")
    ana.clicks("Clear orders")
    ana.reads()
    workspace.passes(seconds=10)
    assert reason_in(workspace.card()) == reason_in(preview)
    workspace.thread()


def reason_in(message: str) -> str:
    (line,) = (line for line in message.split("\n") if line.startswith("Reason: "))
    return line
