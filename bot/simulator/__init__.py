"""A Feldera and a Slack that keep state and speak real HTTP and WebSocket.

They are as strict as the real services, import nothing of the code they help to test, and cannot be reached
from `pipeline-bot run` by any setting. The tests, `pipeline-bot demo` and `python -m bot.simulator` share them.
"""
