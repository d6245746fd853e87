"""How messages are held against Slack's rules, and the worst texts that strangers may put into them."""

import re

from hypothesis import strategies as st

from bot.domain.ids import PipelineName
from bot.domain.pipelines.targets import TARGET_NAME_MAX
from bot.simulator.slack.blocks.block_rules import problems_in_blocks
from bot.slack.text.blocks import Message

WORKSPACE_URL = "https://acme.slack.com/"
LONGEST_EDIT = 4000  # characters of `text`: chat.update refuses more with msg_too_long
LONGEST_NAME = PipelineName("_" + "-_" * 48 + "Zz-")
LONGEST_WHOLE_NAME = PipelineName(
    f"{'t' * TARGET_NAME_MAX}/{LONGEST_NAME}"
)  # where there are several Felderas

TOKEN = re.compile(r"<[^<>]*>")
OWN_TOKEN = re.compile(
    r"<@U[A-Z0-9]+>|<#[CG][A-Z0-9]+>|<!subteam\^S(?:[A-Z]+|0[A-Z0-9]+)>"
    r"|<!date\^\d+\^\u200b(?:\{ago\} \()?\{(?:date_short_pretty\} at \{time|time_secs)\}\)?(?: \(\{ago\}\))?\|[-0-9: ]+ UTC>"
    rf"|<{re.escape(WORKSPACE_URL)}archives/[A-Z0-9]+/p\d+\|(?:its thread|Thread)>"
)
ENTITY = re.compile(r"&(?:amp|lt|gt);")

WORST = [
    "&" * 3000,
    "`" * 300,
    "<!channel> <!here> <!everyone>",
    "<@W0EVIL> <#D0EVIL|x> <https://evil.example|Feldera> <!subteam^S1>",
    "{name} {0} {requester.user} %s",
    "*bold* _it_ ~no~ ```\n> quote",
    "\N{RIGHT-TO-LEFT OVERRIDE}derolpxe\N{POP DIRECTIONAL FORMATTING}" * 100,
    "line\nline\r\n" * 1000,
    "😀" * 3000,
    "",
]
hostile = st.one_of(st.sampled_from(WORST), st.text(max_size=400), st.text("&<>`|!@ \n", max_size=3000))


def texts(shown: object) -> list[str]:
    """Every string inside blocks in which Slack reads markup."""
    if isinstance(shown, dict):
        if shown.get("type") == "mrkdwn":
            return [shown["text"]]
        return [text for part in shown.values() for text in texts(part)]
    if isinstance(shown, (list, tuple)):
        return [text for part in shown for text in texts(part)]
    return []


def check(message: Message, *, longest: int = LONGEST_EDIT) -> None:
    """Slack takes it, and nothing in it acts but what the bot itself wrote."""
    assert problems_in_blocks(list(message.blocks)) == []
    assert 0 < len(message.text) <= longest
    for text in (message.text, *texts(message.blocks)):
        for token in TOKEN.findall(text):
            assert OWN_TOKEN.fullmatch(token), token
        rest = OWN_TOKEN.sub("", text)
        assert not {"<", ">"} & set(rest), rest
        assert "&" not in ENTITY.sub("", rest), rest
