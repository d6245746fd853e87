"""Parsers of the words after a verb. Each takes all of them, or says what to type instead."""

import re
from datetime import timedelta

from bot.domain.access.patterns import checked_anywhere, checked_pattern
from bot.domain.access.permissions import Role
from bot.domain.commands import model
from bot.domain.commands.options import BREAK_GLASS, OF_A_CLEAR, Options, options, without_options
from bot.domain.commands.request_ids import request_id
from bot.domain.commands.rule_syntax import rule_edit_of
from bot.domain.commands.tokens import first_word, quoted, unquoted, without_dashes
from bot.domain.commands.verb import Verb
from bot.domain.durations import local_moment, span
from bot.domain.errors import BadPattern, BadRule, Misunderstood
from bot.domain.ids import PIPELINE_NAME_MAX, GroupId, PipelineName, UserId
from bot.domain.operations.plans import CLEAR, START, STOP, StepName

_USER = re.compile(r"[UW][A-Z0-9]{2,}")
_GROUP = re.compile(r"S[A-Z0-9]{2,}")
FOR = re.compile(r"-{0,2}for", re.IGNORECASE)  # as the shell spells it, too


def clear(verb: Verb, rest: str) -> model.Clear | model.ClearByForm:
    if not rest:
        return model.ClearByForm()
    read = options(rest, known=OF_A_CLEAR, usage=verb.usage)
    name, reason = _name_and_reason(verb, read)
    return model.Clear(
        name=name,
        reason=reason,
        incident=_incident(verb, name, reason, read),
        stop=StepName.STOP in read.steps,
        start=StepName.START in read.steps,
    )


def stop(verb: Verb, rest: str) -> model.Stop:
    read = options(rest, known=(BREAK_GLASS,), usage=verb.usage)
    name, reason = _name_and_reason(verb, read)
    return model.Stop(name=name, reason=reason, incident=_incident(verb, name, reason, read))


def start(verb: Verb, rest: str) -> model.Start:
    read = options(rest, known=(BREAK_GLASS,), usage=verb.usage)
    name, reason = _name_and_reason(verb, read)
    return model.Start(name=name, reason=reason, incident=_incident(verb, name, reason, read))


def _name_and_reason(verb: Verb, read: Options) -> tuple[PipelineName, str]:
    name, *reason = read.words or ("",)
    return _pipeline(verb, name), " ".join(reason)


def _incident(verb: Verb, name: PipelineName, reason: str, read: Options) -> str:
    if read.incident is None:
        return ""
    if not read.incident or not reason:
        raise Misunderstood(
            "Break-glass needs an incident and a reason. "
            f"Type `{model.COMMAND} {verb.word} {name} --break-glass INCIDENT reason…`."
        )
    return read.incident


def status(verb: Verb, rest: str) -> model.Status:
    return model.Status(_only_pipeline(verb, rest))


def can_i(verb: Verb, rest: str) -> model.CanI:
    action, name = first_word(rest)
    plan = {"stop": STOP, "clear": CLEAR, "start": START}.get(action.lower())
    if plan is None:
        raise Misunderstood(f"Ask about a clear, a stop or a start: type `{verb.usage}`.")
    return model.CanI(_only_pipeline(verb, name), plan)


def pending(verb: Verb, rest: str) -> model.Pending:
    _nothing_more(verb, rest)
    return model.Pending()


def who_am_i(verb: Verb, rest: str) -> model.WhoAmI:
    _nothing_more(verb, rest)
    return model.WhoAmI()


def diagnose(verb: Verb, rest: str) -> model.Diagnose:
    _nothing_more(verb, rest)
    return model.Diagnose()


def rules(verb: Verb, rest: str) -> model.Rules:
    _nothing_more(verb, rest)
    return model.Rules()


def approve(verb: Verb, rest: str) -> model.Approve:
    request, extra = request_id(verb, rest)
    _nothing_more(verb, extra)
    return model.Approve(request)


def deny(verb: Verb, rest: str) -> model.Deny:
    request, reason = request_id(verb, rest)
    if not reason:
        raise Misunderstood(
            f"Give a reason: the person who asked will see it. Type `{model.COMMAND} deny {request} reason…`."
        )
    return model.Deny(request, without_options(reason, usage=verb.usage))


def withdraw(verb: Verb, rest: str) -> model.Withdraw:
    request, extra = request_id(verb, rest)
    _nothing_more(verb, extra)
    return model.Withdraw(request)


def sign_off(verb: Verb, rest: str) -> model.SignOff:
    request, extra = request_id(verb, rest)
    _nothing_more(verb, extra)
    return model.SignOff(request)


def history(verb: Verb, rest: str) -> model.HistoryCommand:
    word, extra = first_word(rest)
    _nothing_more(verb, extra)
    if not word:
        return model.HistoryCommand()
    if _USER.fullmatch(word):
        return model.HistoryCommand(user=UserId(word))
    return model.HistoryCommand(name=_pipeline(verb, word))


def grant(verb: Verb, rest: str) -> model.GrantCommand:
    who, role, pattern, rest = _grant(verb, rest)
    pattern = _pattern(verb, pattern)
    lasts = None
    word, after = first_word(rest)
    said, separator, length = word.partition("=")
    if FOR.fullmatch(said):
        length, rest = (length, after) if separator else first_word(after)
        lasts = _length(length, "`for 12h`, `for 7d`")
    return model.GrantCommand(who, role, pattern, lasts, note=without_options(rest, usage=verb.usage))


def revoke(verb: Verb, rest: str) -> model.Revoke:
    who, role, pattern, extra = _grant(verb, rest)
    _nothing_more(verb, extra)
    return model.Revoke(who, role, _standing(pattern))


def grants(verb: Verb, rest: str) -> model.Grants:
    word, extra = first_word(rest)
    _nothing_more(verb, extra)
    if not word:
        return model.Grants()
    who = _who(word)
    return model.Grants(pattern=_standing(word)) if who is None else model.Grants(who=who)


def rule(verb: Verb, rest: str) -> model.ChangeTheRule | model.DropTheRule:
    word, said = first_word(rest)
    if not word or not said:
        raise Misunderstood(f"Type `{verb.usage}`, for example `{model.COMMAND} {verb.example}`.")
    if said.lower() == "off":
        return model.DropTheRule(_standing(word))
    try:
        edit = rule_edit_of(unquoted(word), said)
    except BadRule as error:
        raise Misunderstood(f"{error.message} {error.in_slack}".rstrip()) from error
    if edit.values.says_nothing:
        _standing(word)
    else:
        _pattern(verb, word)
    return model.ChangeTheRule(edit)


def freeze(verb: Verb, rest: str) -> model.FreezeCommand:
    word, after = first_word(rest)
    if not word:
        raise Misunderstood(f"Type `{verb.usage}`, for example `{model.COMMAND} {verb.example}`.")
    pattern = _pattern(verb, word)
    kind, after = first_word(after)
    when, reason = first_word(after)
    ends: model.Ends | None = None
    if kind.lower() == "for" and when:
        ends = _length(when, "`for 4h`, `for 2d`")
    elif kind.lower() == "until":
        ends = local_moment(when)
    if ends is None:
        raise Misunderstood(
            "Say how long: `for 4h`, `until 18:00` or `until 2026-11-25T08:00` (in your time zone). "
            f"Type `{verb.usage}`."
        )
    if not reason:
        raise Misunderstood(f"Give a reason: everyone it blocks will see it. Type `{verb.usage}`.")
    return model.FreezeCommand(pattern, ends, without_options(reason, usage=verb.usage))


def _length(word: str, such_as: str) -> timedelta:
    length = span(word)
    if not length:
        problem = (
            "is not a valid length of time" if length is None else "ends at once, and would have no effect"
        )
        raise Misunderstood(f"`{quoted(word)}` {problem}: type {such_as} or the like.")
    return length


def unfreeze(verb: Verb, rest: str) -> model.Unfreeze:
    word, extra = first_word(rest)
    if not word:
        raise Misunderstood(f"Type `{verb.usage}`, for example `{model.COMMAND} {verb.example}`.")
    _nothing_more(verb, extra)
    return model.Unfreeze(_standing(word))


def _grant(verb: Verb, rest: str) -> tuple[model.Who, Role, str, str]:
    person, rest = first_word(rest)
    role, rest = first_word(rest)
    pattern, rest = first_word(rest)
    if not pattern:
        raise Misunderstood(f"Type `{verb.usage}`, for example `{model.COMMAND} {verb.example}`.")
    who = _who(person)
    if who is None:
        raise Misunderstood(
            f"I cannot find a user `{quoted(person)}`: mention a person or a user group with @, and pick it from Slack's list."
        )
    if role.lower() not in set(Role):
        known = ", ".join(f"`{each.value}`" for each in Role)
        raise Misunderstood(f"`{quoted(role)}` is not a role. The roles are: {known}.")
    return who, Role(role.lower()), pattern, rest


def _who(word: str) -> model.Who | None:
    if _USER.fullmatch(word):
        return UserId(word)
    return GroupId(word) if _GROUP.fullmatch(word) else None


def is_group(who: model.Who) -> bool:
    return who.startswith("S")


def _pattern(verb: Verb, word: str) -> str:
    try:
        return checked_pattern(unquoted(word), verb.targets)
    except BadPattern as error:
        raise Misunderstood(error.message) from error


def _standing(word: str) -> str:
    """The pattern of something that exists: it may have been written when there were other targets."""
    try:
        return checked_anywhere(unquoted(word))
    except BadPattern as error:
        raise Misunderstood(error.message) from error


def _nothing_more(verb: Verb, extra: str) -> None:
    if extra:
        raise Misunderstood(f"`{quoted(extra)}` is too much here. Type `{verb.usage}`.")


def _only_pipeline(verb: Verb, rest: str) -> PipelineName:
    word, extra = first_word(rest)
    name = _pipeline(verb, word)
    if extra:
        raise Misunderstood(
            f"`{verb.word}` takes one pipeline name and nothing after it. "
            f"Type `{verb.usage.replace('NAME', name)}`."
        )
    return name


def _pipeline(verb: Verb, word: str) -> PipelineName:
    name = unquoted(word)
    if not name:
        raise Misunderstood(
            f"Which pipeline? Type `{verb.usage}`, for example `{model.COMMAND} {verb.example}`."
        )
    if name == word and without_dashes(word) is not None:
        raise Misunderstood(
            f"`{quoted(word)}` is no option here. Type `{verb.usage}`; a NAME that begins with a dash is put in quotes."
        )
    if not verb.targets.may_be_typed(name):
        target = f"a target (`{verb.targets.names[0]}/`), and then " if verb.targets.names else ""
        raise Misunderstood(
            f"`{quoted(name)}` cannot be the name of a pipeline: {target}1 to {PIPELINE_NAME_MAX} letters, digits, `-` "
            f"and `_`. Type `{verb.usage}`."
        )
    return PipelineName(name)
