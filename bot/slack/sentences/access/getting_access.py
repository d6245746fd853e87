"""Getting access: what somebody without a role can do about it. Pure."""

from bot.domain.access.permissions import Kind
from bot.slack.text.spans import NOTHING, Text, code

_TRY_AGAIN = Text("Try again in a minute.")


def how_to_get_access(kind: Kind, unread: str, *, again: Text = _TRY_AGAIN) -> Text:
    """`unread` is what Slack did not answer about them, if a role may depend on it; `again` says when it is asked again."""
    because = Text(" ({})", code(unread)) if unread else NOTHING
    match kind:
        case Kind.MEMBER if unread:
            return Text(
                "Whether you have a role here depends on a user group that cannot be checked right now{}. {}",
                because,
                again,
            )
        case Kind.MEMBER:
            return Text(
                "You have no role here, so you cannot see or change pipelines. An admin of this bot can give you one: ask them "
                "to type `{COMMAND} grant @you requester PIPELINE`, with your name, the role and the pipeline that you need."
            )
        case Kind.UNKNOWN:
            return Text("Your account cannot be checked right now{}. {}", because, again)
        case Kind.GUEST:
            return Text(
                "Guests of this workspace cannot do anything here, even with a grant. Ask a member of the team to do it for "
                "you, or an admin of the workspace to make you a member."
            )
        case _:
            return Text(
                "You are not a full member of this Slack workspace, and only full members can use this bot. Ask one of them to do "
                "it for you."
            )
