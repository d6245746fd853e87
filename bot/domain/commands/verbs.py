"""The table of verbs: it drives parsing, help and did-you-mean."""

from bot.domain.commands import list_parser, parsers
from bot.domain.commands.model import COMMAND, Help
from bot.domain.commands.tokens import unquoted
from bot.domain.commands.verb import (
    ADMINS,
    ANY_ROLE,
    APPROVERS,
    EVERYBODY,
    REQUESTERS,
    VIEWERS,
    Verb,
    VerbGroup,
)


def _read_help(_verb: Verb, rest: str) -> Help:
    """What it is about is looked up in the whole table, once there is one."""
    return Help(unquoted(rest) or None)


_ALONE = "Only you see the answer."

VERBS: tuple[Verb, ...] = (
    Verb(
        word="clear",
        arguments="NAME [--stop] [--start] [--restart] [--break-glass INCIDENT] [reason…]",
        group=VerbGroup.OPERATE,
        needs=REQUESTERS,
        summary="Clear a pipeline's storage; first it shows what that deletes.",
        details=(
            "Shows what the clear would destroy, to you alone, and asks once more before anything happens. "
            "Without NAME, a form opens in which you choose the pipeline. "
            "The pipeline must be stopped: `--stop` stops it first, `--start` starts it afterwards, `--restart` does both, "
            "all as one request with one approval. A clear deletes the pipeline's checkpoints and state: it "
            "starts empty afterwards, and that cannot be undone. What follows NAME and the options is the reason, "
            "shown on the card. An *operator* clears at once where no rule asks for approvals; a *requester* asks, and "
            "others approve. In an emergency a *responder* can run it as break-glass where a rule allows it: it runs at "
            "once, everyone who could have approved is notified, and one of them must review it afterwards."
        ),
        example="clear orders schema change, see INC-42",
        read=parsers.clear,
    ),
    Verb(
        word="stop",
        arguments="NAME [--break-glass INCIDENT] [reason…]",
        group=VerbGroup.OPERATE,
        needs=REQUESTERS,
        summary="Stop a pipeline by force; first it shows what that loses.",
        details=(
            "A forced stop loses everything after the last checkpoint; the storage stays. Rules and approvals hold as for a "
            "clear: an *operator* stops it at once where no rule asks for approvals, a *requester* asks."
        ),
        example="stop orders its source is broken",
        read=parsers.stop,
    ),
    Verb(
        word="start",
        arguments="NAME [--break-glass INCIDENT] [reason…]",
        group=VerbGroup.OPERATE,
        needs=REQUESTERS,
        summary="Start a pipeline, and watch until it runs or fails.",
        details=(
            "It is compiled first if need be, and goes on from its storage, or starts empty if that was cleared. An *operator* "
            "starts it at once, a *requester* needs one approval."
        ),
        example="start orders",
        read=parsers.start,
    ),
    Verb(
        word="status",
        arguments="NAME",
        group=VerbGroup.LOOK,
        needs=VIEWERS,
        summary="Show a pipeline's state, what is under way, its recent events and requests.",
        details=f"{_ALONE} It has buttons for what you can do to the pipeline now. Needs a role on it other than admin.",
        example="status orders",
        read=parsers.status,
    ),
    Verb(
        word="list",
        arguments="[PATTERN] [--running] [--stopped] [--busy]",
        group=VerbGroup.LOOK,
        needs=VIEWERS,
        summary="List the pipelines that you can see: their state, and what is under way on them.",
        details=(
            f"{_ALONE} PATTERN is a name or a glob such as `orders-*` or `*orders*`; names are case-sensitive. "
            "`--running` shows pipelines that are not fully stopped, `--stopped` those that are, and `--busy` those on which a "
            "request is under way or waits, or which Feldera is changing; with several, each pipeline that any of "
            "them shows. Each pipeline has buttons for what you can do to it now. Needs a role other than admin."
        ),
        example="list orders-* --running",
        read=list_parser.list_them,
    ),
    Verb(
        word="pending",
        arguments="",
        group=VerbGroup.LOOK,
        needs=VIEWERS,
        summary="List what waits for approval or review.",
        details=f"{_ALONE} You see those of pipelines that you may see.",
        example="pending",
        read=parsers.pending,
    ),
    Verb(
        word="approve",
        arguments="ID",
        group=VerbGroup.APPROVE,
        needs=APPROVERS,
        summary="Approve a request.",
        details="Shows what will be lost, with the button *Approve*. The id is on the card, and in `pending`; its first "
        "characters will do. Needs the role approver.",
        example="approve 7fk2qa",
        read=parsers.approve,
    ),
    Verb(
        word="deny",
        arguments="ID reason…",
        group=VerbGroup.APPROVE,
        needs=APPROVERS,
        summary="Deny a request, and say why.",
        details="The person who asked reads the reason. Needs the role approver.",
        example="deny 7fk2qa not during the audit",
        read=parsers.deny,
    ),
    Verb(
        word="withdraw",
        arguments="ID",
        group=VerbGroup.OPERATE,
        needs=REQUESTERS,
        summary="Withdraw your own request.",
        details="Until it is approved; after that, as long as it can still be cancelled.",
        example="withdraw 7fk2qa",
        read=parsers.withdraw,
    ),
    Verb(
        word="sign-off",
        other_word="review",
        arguments="ID",
        group=VerbGroup.APPROVE,
        needs=APPROVERS,
        summary="Mark a break-glass request as reviewed.",
        details=(
            "Needs the role approver. Nobody reviews their own break-glass request. "
            f"`{COMMAND} review ID` is the same."
        ),
        example="sign-off 7fk2qa",
        read=parsers.sign_off,
    ),
    Verb(
        word="can-i",
        arguments="clear|stop|start NAME",
        group=VerbGroup.LOOK,
        needs=EVERYBODY,
        summary="Tell whether you may do that, what it needs, and what decides.",
        details=_ALONE,
        example="can-i clear orders",
        read=parsers.can_i,
    ),
    Verb(
        word="whoami",
        arguments="",
        group=VerbGroup.LOOK,
        needs=EVERYBODY,
        summary="Show your account and your grants.",
        details=_ALONE,
        example="whoami",
        read=parsers.who_am_i,
    ),
    Verb(
        word="history",
        arguments="[NAME|@user]",
        group=VerbGroup.LOOK,
        needs=(*VIEWERS, *ADMINS),
        summary="List past requests, newest first: all, or those of a pipeline or of a person.",
        details=(
            f"{_ALONE} A line a request: what came of it, who requested it and when, and how long it took; *Details* shows "
            "all that happened to it. You see what concerns pipelines that you may see; an admin sees the changes of access, too."
        ),
        example="history orders",
        read=parsers.history,
        ids=True,
    ),
    Verb(
        word="grant",
        arguments="@user|@group ROLE PATTERN [for 12h] [note…]",
        group=VerbGroup.ADMINISTER,
        needs=ADMINS,
        summary="Give a person or a user group a role on a pattern.",
        details=(
            "Roles: viewer, requester, operator, approver, responder, admin. PATTERN is a name or a glob such as "
            "`orders-*` (names are case-sensitive). Without `for` it has no expiry. You are told if it has no effect: only "
            "members of this workspace may do anything. Needs the role admin on the pattern, and you cannot raise your own "
            f"access. `{COMMAND} help roles` says what each role may do."
        ),
        example="grant @ana operator orders-* for 12h on call",
        read=parsers.grant,
        ids=True,
    ),
    Verb(
        word="revoke",
        arguments="@user|@group ROLE PATTERN",
        group=VerbGroup.ADMINISTER,
        needs=ADMINS,
        summary="Revoke a grant (same person, role and pattern).",
        details="Needs the role admin on the pattern.",
        example="revoke @ana operator orders-*",
        read=parsers.revoke,
        ids=True,
    ),
    Verb(
        word="grants",
        arguments="[@user|@group|PATTERN]",
        group=VerbGroup.LOOK,
        needs=EVERYBODY,
        summary="List your grants, and those that you administer.",
        details=f"{_ALONE} Admins see those on their patterns; everybody sees their own.",
        example="grants orders-*",
        read=parsers.grants,
        ids=True,
    ),
    Verb(
        word="rule",
        arguments="PATTERN key=value…|off",
        group=VerbGroup.ADMINISTER,
        needs=ADMINS,
        summary="Set approval rules for a pattern.",
        details=(
            "The keys that you name change, the others stay; `approvals=` alone removes that key, `off` removes the rule. "
            f"`{COMMAND} help rules` lists the keys. Needs the role admin on the pattern."
        ),
        example="rule prod-* approvals=2 reason=required",
        read=parsers.rule,
        ids=True,
    ),
    Verb(
        word="rules",
        arguments="",
        group=VerbGroup.LOOK,
        needs=ANY_ROLE,
        summary="List the rules and freezes that concern you.",
        details=_ALONE,
        example="rules",
        read=parsers.rules,
    ),
    Verb(
        word="freeze",
        arguments="PATTERN for|until WHEN reason…",
        group=VerbGroup.ADMINISTER,
        needs=ADMINS,
        summary="Block clears, stops and starts until a given time.",
        details=(
            "WHEN is a length such as `4h`, or a time such as `18:00` or `2026-11-25T08:00`: in the time zone of your Slack "
            "profile, or in UTC if you end it with `Z`. A request that is ready waits until the freeze ends, or expires; one "
            "that was sent goes on. A freeze lasts 30 days at most. Needs the role admin on the pattern."
        ),
        example="freeze prod-* for 4h release day",
        read=parsers.freeze,
    ),
    Verb(
        word="unfreeze",
        arguments="PATTERN",
        group=VerbGroup.ADMINISTER,
        needs=ADMINS,
        summary="Remove a freeze (same pattern).",
        details="Needs the role admin on the pattern.",
        example="unfreeze prod-*",
        read=parsers.unfreeze,
    ),
    Verb(
        word="help",
        arguments="[VERB|roles|rules|break-glass]",
        group=VerbGroup.LOOK,
        needs=EVERYBODY,
        summary="Show the commands that you can use, or more about one of them.",
        details=f"{_ALONE} `{COMMAND}` alone shows what waits for you.",
        example="help clear",
        read=_read_help,
    ),
)


def find_verb(word: str) -> Verb | None:
    return next((verb for verb in VERBS if word.lower() in {verb.word, verb.other_word}), None)
