"""Lists as text: what fits, and how much more there is. Pure."""

from collections.abc import Sequence

from bot.slack.text.mrkdwn import TEXT_MAX
from bot.slack.text.spans import Text

LIST_SHOWN = 900
ROWS_SHOWN = 40  # of a list; more would not fit Slack's limits


def either(choices: Sequence[Text]) -> Text:
    """`a`, `a or b`, `a, b or c`."""
    *first, last = choices
    return Text("{} or {}", Text(", ").join(first), last) if first else last


def some_of(choices: Sequence[Text], joint: Text | None = None) -> Text:
    """As many as leave room in a text for another such list, and how many more there are."""
    between = joint or Text(", ")
    shown: list[Text] = []
    room = LIST_SHOWN
    for choice in choices:
        room -= len(choice) + len(between)
        if room < 0:
            break
        shown.append(choice)
    left = len(choices) - len(shown)
    return between.join([*shown, Text("{} more", left)] if left else shown)


def cut(lines: Sequence[Text]) -> Text:
    """The lines that fit one text, and how many more there are."""
    shown: list[Text] = []
    room = TEXT_MAX - 60
    for line in lines[:ROWS_SHOWN]:
        if room < len(line) + 1:
            break
        shown.append(line)
        room -= len(line) + 1
    left = len(lines) - len(shown)
    return Text("\n").join([*shown, Text("… and {} more.", left)] if left else shown)
