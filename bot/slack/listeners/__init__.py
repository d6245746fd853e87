"""Bolt listeners for commands, block actions, modals and the Home tab: each makes one handler call and replies.

A listener parses, lets the handlers decide and write, and acks. Writes come before the ack, unless Slack is so slow to
say who somebody is that its three seconds would pass: then the ack says that the reply follows. Looking at Feldera
takes longer, so it runs as a background task (`BackgroundTasks`). The person always gets a reply. It trusts the ids in
a payload that Bolt verified, and nothing else in it: a button's value is only looked up, never trusted.
"""

from bot.slack.listeners.context import ListenerContext
from bot.slack.listeners.home_tab import HomeTab
from bot.slack.listeners.registration import register

__all__ = ["HomeTab", "ListenerContext", "register"]
