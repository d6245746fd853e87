"""A stateful Slack over real HTTP and WebSocket, as strict as the real one.

Start with `SlackSimulator`; `render` shows a message as a person reads it.
"""

from bot.simulator.slack.delivery import RecordedDelivery
from bot.simulator.slack.interactions import Answer, Button
from bot.simulator.slack.messages import Channel, Message, Version
from bot.simulator.slack.people import NotPossibleError, Person
from bot.simulator.slack.simulator import SlackSimulator
from bot.simulator.slack.text import render, render_text
from bot.simulator.slack.web_api import RecordedCall

__all__ = [
    "Answer",
    "Button",
    "Channel",
    "Message",
    "NotPossibleError",
    "Person",
    "RecordedCall",
    "RecordedDelivery",
    "SlackSimulator",
    "Version",
    "render",
    "render_text",
]
