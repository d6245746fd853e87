"""The pieces messages are built of."""

from hypothesis import given
from hypothesis import strategies as st

from bot.slack.text import blocks
from bot.slack.text.blocks import BUTTON_MAX, REASON_MAX
from bot.slack.text.spans import NOTHING, Text
from tests.slack.reading import check, hostile

SAID = Text("said")


def test_a_message_leaves_out_what_is_not_there():
    """No reason and no notes mean no blocks, not empty ones, which Slack refuses."""
    message = blocks.message(SAID, blocks.section(SAID), blocks.reason(""), blocks.context(NOTHING, NOTHING))
    assert [block["type"] for block in message.blocks] == ["section"]
    check(message)


@given(hostile)
def test_a_reason_stands_in_plain_text(text):
    """Where no markup is read: one line, and no longer than people read."""
    block = blocks.reason(text)
    if not text:
        assert block is None
        return
    shown = block.to_dict()["text"]
    assert shown["type"] == "plain_text"
    assert len(shown["text"]) <= len("Reason: ") + REASON_MAX
    check(blocks.message(SAID, block))


def test_a_reason_keeps_its_own_characters():
    """Plain text is not escaped: `<` is `<`."""
    assert blocks.reason("a < b & c").to_dict()["text"]["text"] == "Reason: a < b & c"


@given(st.text("Clear a-_9", min_size=1).filter(str.strip), st.sampled_from([None, "danger"]))
def test_a_button_carries_an_id_and_fits(label, style):
    """Its value is the operation's id alone: what it does is read from the store."""
    button = blocks.button(label, "act", "op1", style=style)
    shown = button.to_dict()
    assert (shown["action_id"], shown["value"]) == ("act", "op1")
    assert len(shown["text"]["text"]) <= BUTTON_MAX
    check(blocks.message(SAID, blocks.buttons(button)))
