"""A stateful Slack over real HTTP and WebSocket, as strict as the real one.

Start with `SlackSimulator`; `render` shows a message as a person reads it, `render_view` a modal.
"""

from bot.simulator.slack.delivery import RecordedDelivery
from bot.simulator.slack.forms import Option
from bot.simulator.slack.interactions import Answer, Button
from bot.simulator.slack.marks import Unread
from bot.simulator.slack.messages import Channel, Message, Version
from bot.simulator.slack.modals import ModalButton, Suggestions
from bot.simulator.slack.people import Person
from bot.simulator.slack.profiles import Grid
from bot.simulator.slack.refusals import NotPossibleError
from bot.simulator.slack.response_urls import RecordedAnswer
from bot.simulator.slack.simulator import SlackSimulator
from bot.simulator.slack.text import render, render_text, render_view
from bot.simulator.slack.views import View
from bot.simulator.slack.web_api import RecordedCall
from bot.simulator.slack.workspace import UserGroup

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
