"""Direct messages to admins who are asked for access: adapter for `bot.engine.ports.AdminMessages`.

It posts through `Threads` like everything else, at the same pace. The address is a person's id, for which Slack wants no
scope but that of posting.
"""

from dataclasses import dataclass

from bot.domain.access.permissions import Decision
from bot.domain.ids import Actor, ChannelId
from bot.engine.attempted_actions import DeniedAction
from bot.engine.ports import PostResult
from bot.slack.publishing.threads import Threads
from bot.slack.views.access.access_request_view import to_admin


@dataclass(frozen=True, slots=True)
class SlackAdminMessages:
    threads: Threads

    async def ask_for_access(
        self, admin: Actor, asker: Actor, denied: DeniedAction, decision: Decision, *, of_part: bool
    ) -> PostResult:
        message = to_admin(asker, denied, decision, of_part=of_part)
        return await self.threads.post_notice(ChannelId(admin.user), message)
