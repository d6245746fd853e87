"""A stateful Slack over real HTTP and WebSocket, as strict as the real one.

Start with `SlackSimulator`; `render` shows a message as a person reads it, `render_view` a modal.
"""

from bot.simulator.slack.api.web_api import RecordedCall
from bot.simulator.slack.blocks.form_inputs import Option
from bot.simulator.slack.delivery.delivery import RecordedDelivery
from bot.simulator.slack.delivery.interactions import Answer, Button
from bot.simulator.slack.delivery.modal_interactions import ModalButton, Suggestions
from bot.simulator.slack.errors import NotPossibleError
from bot.simulator.slack.people.person import Person
from bot.simulator.slack.rendering.plain_text import render, render_text, render_view
from bot.simulator.slack.simulator import SlackSimulator
from bot.simulator.slack.state.messages import Channel, Message, Version
from bot.simulator.slack.state.open_views import View
from bot.simulator.slack.state.profiles import Grid
from bot.simulator.slack.state.response_urls import RecordedAnswer
from bot.simulator.slack.state.unread_marks import Unread
from bot.simulator.slack.state.workspace import UserGroup

__all__ = [
    "Answer",
    "Button",
    "Channel",
    "Grid",
    "Message",
    "ModalButton",
    "NotPossibleError",
    "Option",
    "Person",
    "RecordedAnswer",
    "RecordedCall",
    "RecordedDelivery",
    "SlackSimulator",
    "Suggestions",
    "Unread",
    "UserGroup",
    "Version",
    "View",
    "render",
    "render_text",
    "render_view",
]
