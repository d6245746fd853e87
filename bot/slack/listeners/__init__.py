"""What arrives from Slack: commands, clicks and modals, each turned into one call of a handler and an answer.

A listener parses, lets the handlers decide and write, and acknowledges. What is written is written before the ack, unless
Slack itself is so slow to tell who somebody is that its three seconds would pass: then the ack says that the answer
follows. Looking at Feldera takes longer, so it follows in a task of `Errands`. Whatever happens, the person hears
something. Trusts the ids in a payload that Bolt verified, and nothing else in it: a button's value is
only looked up, never believed.
"""

from bot.slack.listeners.context import ListenerContext
from bot.slack.listeners.home_tab import HomeTab
from bot.slack.listeners.registration import register

__all__ = ["HomeTab", "ListenerContext", "register"]
