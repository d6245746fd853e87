"""The part of the table of verbs that is for admins, and the lists of grants and rules beside it: see `verbs`."""

from bot.domain.commands import parsers
from bot.domain.commands.model import COMMAND
from bot.domain.commands.verb import ADMINS, ANY_ROLE, EVERYBODY, ONLY_YOU_SEE_IT, Verb, VerbGroup

ACCESS_VERBS: tuple[Verb, ...] = (
    Verb(
        word="grant",
        arguments="@user|@group ROLE PATTERN [for 12h] [note…]",
        group=VerbGroup.ADMINISTER,
        needs=ADMINS,
        summary="Give a person or a user group a role on a pattern.",
        details=(
            "Roles: viewer, requester, operator, approver, responder, admin. PATTERN is a name or a glob such as "
            "`orders-*` (names are case-sensitive). Without `for` it has no expiry. Only "
            "full members of this workspace can use the bot, even with a grant. Needs the role admin on the pattern, and you cannot raise your own "
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
        summary="Take a role on a pattern away from a person or a user group.",
        details="PATTERN must be written exactly as in the grant. Needs the role admin on the pattern.",
        example="revoke @ana operator orders-*",
        read=parsers.revoke,
        ids=True,
    ),
    Verb(
        word="grants",
        arguments="[@user|@group|PATTERN]",
        group=VerbGroup.LOOK,
        needs=EVERYBODY,
        summary="List your grants, and those on pipelines that you are an admin of.",
        details=ONLY_YOU_SEE_IT,
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
            "The keys that you name change, the others stay; `approvals=` without a value removes that key, `off` removes the rule. "
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
        details=ONLY_YOU_SEE_IT,
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
            "profile, or in UTC if you end it with `Z`. An approved request waits until the "
            "freeze ends, unless it expires first; one that was already sent goes on. A freeze blocks break-glass, too. A freeze lasts 30 days at most. Needs the role admin on the pattern."
        ),
        example="freeze prod-* for 4h release day",
        read=parsers.freeze,
    ),
    Verb(
        word="unfreeze",
        arguments="PATTERN",
        group=VerbGroup.ADMINISTER,
        needs=ADMINS,
        summary="Remove the freeze on a pattern.",
        details="PATTERN must be written exactly as in the freeze. Needs the role admin on the pattern.",
        example="unfreeze prod-*",
        read=parsers.unfreeze,
    ),
    Verb(
        word="doctor",
        arguments="",
        group=VerbGroup.ADMINISTER,
        needs=ADMINS,
        summary="Check that everything the bot needs works.",
        details=(
            f"{ONLY_YOU_SEE_IT} It checks Slack, each Feldera, the database with its backups, and grants and rules; it changes nothing and "
            "posts nothing. Needs the role admin on some pattern; what it finds in grants and rules is shown only to an admin on all pipelines (`*`). "
            "`pipeline-bot doctor` checks the same in the shell, also while the bot is down."
        ),
        example="doctor",
        read=parsers.diagnose,
    ),
)
