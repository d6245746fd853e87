"""The audit channel, which gets the audit log's head: adapter for `bot.engine.ports.AuditChannel`.

It posts through `Threads` like everything else, at the same pace.
"""

from dataclasses import dataclass

from bot.domain.ids import ChannelId
from bot.engine.ports import PostResult
from bot.slack.publishing.threads import Threads
from bot.slack.text.blocks import Message, said


@dataclass(frozen=True, slots=True)
class SlackAuditChannel:
    threads: Threads
    channel: ChannelId

    async def post_head(self, entry_id: int, head: str) -> PostResult:
        return await self.threads.post_notice(self.channel, head_notice(entry_id, head))


def head_notice(entry_id: int, head: str) -> Message:
    """What later proves the audit log unchanged, kept where the bot cannot change it."""
    return said(
        "🔏 The newest entry of the record is number {entry_id}, with the hash `{head}`. Whether the record still "
        "holds everything up to it, unchanged, is shown by `pipeline-bot audit verify --head {entry_id}:{head}`.",
        entry_id=entry_id,
        head=head,
    )
