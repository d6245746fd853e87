"""The Web API methods about people and user groups: who somebody is, and who is in which group.

Like every method they get a `Call` whose token was checked, and answer from the workspace's state alone.
"""

from typing import Any

from bot.simulator.slack.api.message_methods import Call, Method, is_true
from bot.simulator.slack.errors import Refused
from bot.simulator.slack.state.profiles import Grid, Profile
from bot.simulator.slack.state.workspace import UserGroup, Workspace


def users_info(call: Call) -> dict[str, Any]:
    profile = call.workspace.profile(call.argument("user"))
    if profile is None:
        raise Refused("user_not_found")
    return {"user": _user(profile, call.workspace)}


def usergroups_users_list(call: Call) -> dict[str, Any]:
    group = _groups(call).get(call.argument("usergroup"))
    if group is None:
        raise Refused("no_such_subteam")
    return {"users": list(group.member_ids)}


DIRECTORY: dict[str, Method] = {
    "users.info": Method(users_info, needs="users:read"),
    "usergroups.users.list": Method(usergroups_users_list, needs="usergroups:read"),
}


def _groups(call: Call) -> dict[str, UserGroup]:
    """The groups there are for this call, by id; the disabled ones only if it asks for them."""
    if not call.workspace.has_user_groups:
        raise Refused("plan_upgrade_required")
    with_disabled = is_true(call.args.get("include_disabled"))
    groups = call.workspace.user_groups
    return {key: group for key, group in groups.items() if with_disabled or not group.disabled}


def _user(profile: Profile, workspace: Workspace) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "id": profile.id,
        "team_id": profile.team_id,
        "name": profile.name,
        "real_name": profile.name,
        "deleted": profile.deactivated,
        "is_bot": profile.is_bot,
        "is_app_user": False,
        "profile": {"display_name": profile.name, "real_name": profile.name},
    }
    if profile.workspaces is not None:
        shown["enterprise_user"] = _enterprise_user(profile, profile.workspaces, workspace.grid)
    if not profile.belongs_to(workspace.team_id):
        shown["is_stranger"] = workspace.is_outsider(profile)
    if profile.deactivated:
        return shown
    return {
        **shown,
        "is_restricted": profile.guest or profile.single_channel_guest,
        "is_ultra_restricted": profile.single_channel_guest,
        **({} if profile.tz is None else {"tz": profile.tz}),
    }


def _enterprise_user(profile: Profile, workspaces: tuple[str, ...], grid: Grid | None) -> dict[str, Any]:
    return {
        "id": profile.id,
        "enterprise_id": grid.id if grid else "E0OTHER",
        "enterprise_name": grid.name if grid else "Other",
        "is_admin": False,
        "is_owner": False,
        "is_primary_owner": False,
        "teams": list(workspaces),
    }
