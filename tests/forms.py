"""What Slack posts when a person types a command."""

from urllib.parse import urlencode

HELP_FORM = urlencode(
    {
        "command": "/pipeline",
        "text": "help",
        "team_id": "T0ACME",
        "user_id": "U1",
        "channel_id": "C1",
        "trigger_id": "1.1",
    }
)
