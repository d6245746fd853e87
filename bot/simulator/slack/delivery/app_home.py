"""The event `app_home_opened`. What a person does on the Home tab is delivered as in a modal.

The event carries the published view, if there is one, and no trigger id: it cannot open a modal. The person
sees nothing of the app's answer.
"""

from dataclasses import dataclass
from typing import Any, Literal

from bot.simulator.slack.delivery.interactions import VERIFICATION_TOKEN, Answer, Interactions
from bot.simulator.slack.state.profiles import Profile

Tab = Literal["home", "messages"]


@dataclass(frozen=True, slots=True)
class AppHome:
    interactions: Interactions

    async def opened(self, person: Profile, tab: Tab) -> Answer:
        """Send `app_home_opened`; the answer has the error that Slack itself would record for the delivery."""
        workspace, views = self.interactions.workspace, self.interactions.views
        now = workspace.clock.now()
        event: dict[str, Any] = {
            "type": "app_home_opened",
            "user": person.id,
            "channel": workspace.direct_messages(person).id,
            "tab": tab,
            "event_ts": f"{now.timestamp():.6f}",
        }
        published = views.homes.get(person.id)
        if tab == "home" and published is not None:
            event["view"] = views.told(published)
        authorization = {
            "enterprise_id": None if workspace.grid is None else workspace.grid.id,
            "team_id": None if workspace.is_enterprise_install else workspace.team_id,
            "user_id": workspace.bot_user_id,
            "is_bot": True,
            "is_enterprise_install": workspace.is_enterprise_install,
        }
        payload = {
            "token": VERIFICATION_TOKEN,
            "team_id": workspace.team_id,
            "api_app_id": workspace.app_id,
            "event": event,
            "type": "event_callback",
            "event_id": f"Ev{workspace.next_number():08}",
            "event_time": int(now.timestamp()),
            "authorizations": [authorization],
            "is_ext_shared_channel": False,
        }
        ack = await self.interactions.deliver("events_api", payload, accepts_response_payload=False)
        return Answer(error=ack.error)
