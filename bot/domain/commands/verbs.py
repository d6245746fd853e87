"""The table of verbs: it drives parsing, help and did-you-mean. A guess is only ever offered, never executed."""

import difflib
from dataclasses import replace

from bot.domain.access.rule_keys import EXAMPLES
from bot.domain.commands import list_parser, parsers
from bot.domain.commands.model import COMMAND, Command, Help
from bot.domain.commands.tokens import first_word, plain, quoted
from bot.domain.commands.verb import Verb
from bot.domain.errors import Misunderstood
from bot.domain.pipelines.targets import ONE, Targets

ALMOST_THE_SAME = 0.75  # of 1: a typo of a letter or two
_DESTRUCTIVE = frozenset({"clear", "stop"})


def parse(text: str, targets: Targets = ONE) -> Command:
    """Parse what followed `/pipeline`, for a bot with these targets.

    Raises:
        Misunderstood: with what to type instead.
    """
    word, rest = first_word(plain(text))
    if not word:
        return Help(verb=None)
    verb = find_verb(word)
    if verb is None:
        raise Misunderstood(_unknown_verb(word, rest))
    if verb.ids:
        rest = first_word(plain(text, ids=True))[1]
    return verb.read(replace(verb, targets=targets), rest)


def find_verb(word: str) -> Verb | None:
    return next((verb for verb in VERBS if word.lower() in {verb.word, verb.other_word}), None)


def _read_help(_verb: Verb, rest: str) -> Help:
    word, extra = first_word(rest)
    if not word:
        return Help(verb=None)
    verb = find_verb(word)
    if verb is None or extra:
        close = _closest(word)
        if close:
            raise Misunderstood(
                f"There is no help on `{quoted(rest)}`. Did you mean `{COMMAND} help {close}`?"
            )
        raise Misunderstood(
            f"There is no help on `{quoted(rest)}`. Type `{COMMAND} help`, or `{COMMAND} help` and one of: {_words()}."
        )
    return Help(verb=verb.word)


def _unknown_verb(word: str, rest: str) -> str:
    close = _closest(word)
    if close:
        meant = " ".join(filter(None, (COMMAND, close, rest)))
        return f"I do not know `{quoted(word)}`. Did you mean `{quoted(meant)}`?"
    return f"I do not know `{quoted(word)}`. I know: {_words()}. Type `{COMMAND} help`."


def _closest(word: str) -> str | None:
    """The likeliest intended verb, if any; one that destroys data only if hardly any other can be meant."""
    close = difflib.get_close_matches(word.lower(), _every_word(), n=2)
    likely = [each for each in close if each not in _DESTRUCTIVE or _resembles(word.lower(), each)]
    return likely[0] if likely else None


def _every_word() -> list[str]:
    return [word for verb in VERBS for word in (verb.word, verb.other_word) if word]


def _resembles(word: str, verb: str) -> bool:
    return word[:1] == verb[:1] and difflib.SequenceMatcher(None, word, verb).ratio() >= ALMOST_THE_SAME


def _words() -> str:
    return ", ".join(f"`{verb.word}`" for verb in VERBS)


_ALONE = "Only you see the answer."

VERBS: tuple[Verb, ...] = (
    Verb(
        word="clear",
        arguments="NAME [--stop] [--start] [--restart] [--break-glass INCIDENT] [reason…]",
        summary="Clear a pipeline's storage, after showing you what that destroys; stop it first, start it again.",
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
        summary="Stop a pipeline by force, after showing you what that loses.",
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
        summary="Show a pipeline's state, what is under way, its recent events and requests.",
        details=f"{_ALONE} It has buttons for what you can do to the pipeline now. Needs a role on it other than admin.",
        example="status orders",
        read=parsers.status,
    ),
    Verb(
        word="list",
        arguments="[PATTERN] [--running] [--stopped] [--busy]",
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
        summary="List the requests that wait for approval, and break-glass requests that await review.",
        details=f"{_ALONE} You see those of pipelines that you may see.",
        example="pending",
        read=parsers.pending,
    ),
    Verb(
        word="approve",
        arguments="ID",
        summary="Approve a request.",
        details="Shows what will be lost, with the button *Approve*. The id is on the card, and in `pending`; its first "
        "characters will do. Needs the role approver.",
        example="approve 7fk2qa",
        read=parsers.approve,
    ),
    Verb(
        word="deny",
        arguments="ID reason…",
        summary="Deny a request, and say why.",
        details="The person who asked reads the reason. Needs the role approver.",
        example="deny 7fk2qa not during the audit",
        read=parsers.deny,
    ),
    Verb(
        word="withdraw",
        arguments="ID",
        summary="Withdraw your own request.",
        details="Until it is approved; after that, as long as it can still be cancelled.",
        example="withdraw 7fk2qa",
        read=parsers.withdraw,
    ),
    Verb(
        word="sign-off",
        other_word="review",
        arguments="ID",
        summary="Mark a break-glass request as reviewed, having looked at what was done and why.",
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
        summary="Tell whether you may do that to a pipeline, what it would take, and which grant and rule say so.",
        details=_ALONE,
        example="can-i clear orders",
        read=parsers.can_i,
    ),
    Verb(
        word="whoami",
        arguments="",
        summary="Show who you are to this bot, and what is granted to you.",
        details=_ALONE,
        example="whoami",
        read=parsers.who_am_i,
    ),
    Verb(
        word="history",
        arguments="[NAME|@user]",
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
        summary="Give a person or a user group a role on the pipelines that match a pattern.",
        details=(
            "Roles: viewer, requester, operator, approver, responder, admin. PATTERN is a name or a glob such as "
            "`orders-*`; names are case-sensitive. Needs the role admin on the pattern. Nobody can grant themselves anything."
        ),
        example="grant @ana operator orders-* for 12h on call",
        read=parsers.grant,
        ids=True,
    ),
    Verb(
        word="revoke",
        arguments="@user|@group ROLE PATTERN",
        summary="Revoke a grant (same person, role and pattern).",
        details="Needs the role admin on the pattern.",
        example="revoke @ana operator orders-*",
        read=parsers.revoke,
        ids=True,
    ),
    Verb(
        word="grants",
        arguments="[@user|@group|PATTERN]",
        summary="List the grants.",
        details=f"{_ALONE} Admins see those on their patterns; everybody sees their own.",
        example="grants orders-*",
        read=parsers.grants,
        ids=True,
    ),
    Verb(
        word="rule",
        arguments="PATTERN key=value…|off",
        summary="Say what a clear takes on the pipelines that match a pattern.",
        details=(
            f"Keys: {EXAMPLES}. The keys that you name change, the others stay; `approvals=` alone removes that key, `off` "
            "removes the rule. Where several rules match, the strictest value wins. Needs the role admin on the pattern."
        ),
        example="rule prod-* approvals=2 reason=required",
        read=parsers.rule,
        ids=True,
    ),
    Verb(
        word="rules",
        arguments="",
        summary="List the rules and the freezes.",
        details=_ALONE,
        example="rules",
        read=parsers.rules,
    ),
    Verb(
        word="freeze",
        arguments="PATTERN for|until WHEN reason…",
        summary="Block clears, stops and starts of the pipelines that match a pattern, until a given time.",
        details=(
            "WHEN is a length such as `4h`, or a time in UTC such as `18:00` or `2026-11-25T08:00`. What is ready waits or "
            "lapses; what has been sent goes on. Needs the role admin on the pattern."
        ),
        example="freeze prod-* for 4h release day",
        read=parsers.freeze,
    ),
    Verb(
        word="unfreeze",
        arguments="PATTERN",
        summary="Remove a freeze (same pattern).",
        details="Needs the role admin on the pattern.",
        example="unfreeze prod-*",
        read=parsers.unfreeze,
    ),
    Verb(
        word="help",
        arguments="[VERB]",
        summary="Show this, or more about one verb.",
        details=_ALONE,
        example="help clear",
        read=_read_help,
    ),
)
