"""The two answers that are more than a sentence, whole: what people see before they decide."""

from inline_snapshot import snapshot

from bot.domain.pipelines.pipeline import PipelineError
from bot.engine import replies
from bot.slack.views.answers import answer
from tests.domain.samples import CARRIED, FREEZE, awaiting, pipeline, proposed, running, waiting
from tests.slack.reading import WORKSPACE_URL, check


def test_a_preview():
    """What is destroyed, that it cannot be cancelled, and two buttons that carry only the operation's id."""
    message = answer(replies.Preview(proposed(), pipeline(), CARRIED), WORKSPACE_URL)
    check(message)
    assert message.text == snapshot(
        "Clear orders? This destroys the storage, with 2 checkpoints (3.0 MiB). It cannot be cancelled. Only you see this."
    )
    assert list(message.blocks) == snapshot(
        [
            {
                "text": {
                    "text": "*Clear `orders`?* Nothing happens unless you press the button. Only you see this.",
                    "type": "mrkdwn",
                },
                "type": "section",
            },
            {
                "fields": [
                    {
                        "text": """\
*Deployment*
⏹️ Stopped since <!date^1772413200^{date_short_pretty} at {time_secs}|2026-03-02 01:00:00 UTC>\
""",
                        "type": "mrkdwn",
                    },
                    {
                        "text": """\
*Storage*
💾 in use, 2 checkpoints, 3.0 MiB\
""",
                        "type": "mrkdwn",
                    },
                    {
                        "text": """\
*A clear would destroy*
the storage, with 2 checkpoints (3.0 MiB)\
""",
                        "type": "mrkdwn",
                    },
                ],
                "type": "section",
            },
            {
                "text": {"emoji": False, "text": "Reason: schema change", "type": "plain_text"},
                "type": "section",
            },
            {
                "text": {
                    "text": "⚠️ Clearing dissociates the pipeline's storage, which can delete it: its checkpoints and state are gone for good, and the next start begins from nothing. It *cannot be cancelled*.",
                    "type": "mrkdwn",
                },
                "type": "section",
            },
            {
                "elements": [
                    {
                        "action_id": "confirm_clear",
                        "confirm": {
                            "title": {"text": "Clear orders?", "type": "plain_text"},
                            "text": {
                                "text": "This destroys the storage, with 2 checkpoints (3.0 MiB). It cannot be cancelled.",
                                "type": "plain_text",
                            },
                            "confirm": {"text": "Clear", "type": "plain_text"},
                            "deny": {"text": "Go back", "type": "plain_text"},
                            "style": "danger",
                        },
                        "style": "danger",
                        "text": {"emoji": False, "text": "Clear orders", "type": "plain_text"},
                        "type": "button",
                        "value": "op1",
                    },
                    {
                        "action_id": "never_mind",
                        "text": {"emoji": False, "text": "Never mind", "type": "plain_text"},
                        "type": "button",
                        "value": "op1",
                    },
                ],
                "type": "actions",
            },
        ]
    )


def test_a_status():
    """Actual and wanted, since when, storage, program, the error without its details, who holds it or asks."""
    broken = running(error=PipelineError("worker <panic>\nat line 3", "RuntimeError.WorkerPanic"))
    message = answer(replies.Described(broken, waiting(), awaiting(), FREEZE), WORKSPACE_URL)
    check(message)
    assert message.text == snapshot("orders: Running, wanted Running, storage in use, program Success.")
    assert list(message.blocks) == snapshot(
        [
            {"text": {"emoji": False, "text": "orders", "type": "plain_text"}, "type": "header"},
            {
                "fields": [
                    {
                        "text": """\
*Deployment*
▶️ Running since <!date^1772420400^{date_short_pretty} at {time_secs}|2026-03-02 03:00:00 UTC>\
""",
                        "type": "mrkdwn",
                    },
                    {
                        "text": """\
*Wanted*
Running since <!date^1772413200^{date_short_pretty} at {time_secs}|2026-03-02 01:00:00 UTC>\
""",
                        "type": "mrkdwn",
                    },
                    {
                        "text": """\
*Storage*
💾 in use, 2 checkpoints, 3.0 MiB\
""",
                        "type": "mrkdwn",
                    },
                    {
                        "text": """\
*Program*
Success since <!date^1772413200^{date_short_pretty} at {time_secs}|2026-03-02 01:00:00 UTC>\
""",
                        "type": "mrkdwn",
                    },
                    {
                        "text": """\
*Last error*
`worker &lt;panic&gt; at line 3`\
""",
                        "type": "mrkdwn",
                    },
                    {
                        "text": """\
*Operation*
⏳ clear `op1`, asked for by <@UANA> <!date^1772420400^{date_short_pretty} at {time_secs}|2026-03-02 03:00:00 UTC>: <https://acme.slack.com/archives/C1/p1700000000000100|its thread>\
""",
                        "type": "mrkdwn",
                    },
                    {
                        "text": """\
*Waiting for approval*
🙋 clear `op1`, asked for by <@UANA> <!date^1772420400^{date_short_pretty} at {time_secs}|2026-03-02 03:00:00 UTC>: <https://acme.slack.com/archives/C1/p1700000000000100|its thread>\
""",
                        "type": "mrkdwn",
                    },
                    {
                        "text": """\
*Frozen*
🧊 until <!date^1772506800^{date_short_pretty} at {time_secs}|2026-03-03 03:00:00 UTC>: `year end`\
""",
                        "type": "mrkdwn",
                    },
                ],
                "type": "section",
            },
            {
                "text": {
                    "text": """\
*Last events, by Feldera's record*
none\
""",
                    "type": "mrkdwn",
                },
                "type": "section",
            },
            {
                "text": {
                    "text": """\
*Last operations*
none\
""",
                    "type": "mrkdwn",
                },
                "type": "section",
            },
            {"elements": [{"text": "Only you see this.", "type": "mrkdwn"}], "type": "context"},
        ]
    )
