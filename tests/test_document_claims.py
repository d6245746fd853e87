"""What the documents claim of the bot is so: its words, buttons, roles, log events, rule keys, settings and limits."""

import ast
import re
from datetime import timedelta
from pathlib import Path

import pytest

from bot.config import Settings
from bot.diagnostics.checks import CHECKS
from bot.diagnostics.database import BACKED_UP_WITHIN, BACKUP_FORGOTTEN
from bot.diagnostics.running_bot import ENTRIES_READ, WITHIN
from bot.domain.access.permissions import SAY, Action, Role
from bot.domain.access.requests.request_limits import OPEN_REQUESTS_MAX, REQUESTS_MAX, REQUESTS_WITHIN
from bot.domain.access.rule_keys import APPROVE_WITHIN, BY_NAME, OLD_NAMES
from bot.domain.bot_time import FOLLOWS_BY, GAP_MOST
from bot.domain.operations import polling
from bot.domain.operations.machine.outages import OUT_OF_REACH_AFTER
from bot.domain.operations.machine.transitions import (
    CONFIRMATION_GOOD_FOR,
    MAX_SENDS,
    PROPOSAL_GOOD_FOR,
    RESEND_AFTER,
)
from bot.domain.operations.machine.user_inputs import TOLD_MAX
from bot.engine.loops.sender import LOOK_GOOD_FOR
from bot.feldera.installation import SUPPORTED_SINCE, TESTED_WITH, numbered

ROOT = Path(__file__).parent.parent
FOR_DEVELOPERS = {"architecture.md", "decisions.md", "performance.md"}
PAGES = {
    path.name: path.read_text()
    for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
    if path.name not in FOR_DEVELOPERS
}
IN_WORDS = {1: "one", 2: "two", 3: "three", 4: "four", 5: "five", 10: "ten"}


def _texts_of_the_bot() -> str:
    """Each text in the bot's code, whole, however many lines it takes there."""
    trees = (ast.parse(path.read_text()) for path in (ROOT / "bot").rglob("*.py"))
    constants = (node.value for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return "\n".join(text for text in constants if isinstance(text, str))


TEXTS = _texts_of_the_bot()


@pytest.mark.parametrize("page", ["responders.md", "operate.md"])
def test_what_the_pages_quote_is_said_by_the_bot(page):
    prose = re.sub(r"^```.*?^```$|`[^`]*`|<[^>]*>", "", PAGES[page], flags=re.MULTILINE | re.DOTALL)
    quoted = [" ".join(words.split()) for words in re.findall(r"\"([^\"]+)\"", prose)]
    assert quoted
    assert [words for words in quoted if words not in TEXTS] == []


def test_the_log_events_are_those_of_the_bot():
    rows = re.findall(r"^\| ((?:`[a-z_]+`(?:, )?)+) \|", PAGES["operate.md"], re.MULTILINE)
    names = {name for row in rows for name in re.findall(r"[a-z_]+", row)}
    events = {name for name in names if not name.startswith("pipeline_bot_")}  # the others are metrics
    assert "needs_human" in events
    assert events - set(TEXTS.split("\n")) == set()


PRESSES = {
    "*Approve*, *Deny…*": {Action.APPROVE},
    "*Cancel request*": set(SAY),
    "*Close request*": {Action.CLEAR},
    "*Mark as reviewed*": {Action.APPROVE},
}


def test_who_may_press_what():
    """The page names exactly the roles of which one is enough."""
    rows = dict(re.findall(r"^\| (\*.+\*) \| (.+?) \| .+ \|$", PAGES["responders.md"], re.MULTILINE))
    assert rows.pop("*Withdraw*") == "the requester"
    named = {buttons: set(re.findall(r"`([a-z]+)`", who)) for buttons, who in rows.items()}
    enough = {
        buttons: {role.value for role in Role if role.actions & actions}
        for buttons, actions in PRESSES.items()
    }
    assert named == enough
    labels = {label for buttons in rows for label in re.findall(r"\*(.+?)\*", buttons)}
    assert labels - set(TEXTS.split("\n")) == set()


@pytest.mark.parametrize("page", PAGES)
def test_the_rule_keys_that_the_pages_name_exist(page):
    named = set(re.findall(r"`([a-z][a-z-]*)=[^` ]*`", PAGES[page])) - {"force"}  # a parameter of Feldera's
    assert named - BY_NAME.keys() - OLD_NAMES.keys() == set()


@pytest.mark.parametrize("page", PAGES)
def test_the_settings_that_the_pages_name_exist(page):
    """Those of a target (`PIPELINE_BOT_TARGETS__PROD__HOST`) have a name of the reader's own in them."""
    named = re.findall(r"(?<![A-Z_])(?:SLACK|FELDERA|PIPELINE_BOT)_[A-Z]\w*", PAGES[page])
    own = {name for name in named if "__" not in name} - {"FELDERA_APIKEY"}  # misspelled on purpose
    assert own - {name.upper() for name in Settings.model_fields} == set()


LIMITS = {
    "guarantees.md": [
        f"unchanged {RESEND_AFTER.seconds} seconds after the call",
        f"{IN_WORDS[MAX_SENDS]} times at most in all",
        f"more than {IN_WORDS[int(LOOK_GOOD_FOR)]} seconds pass between that look and the first byte",
        f"within {IN_WORDS[CONFIRMATION_GOOD_FOR.seconds // 3600]} hours of its last approval",
        f"after {'a day' if OUT_OF_REACH_AFTER.days == 1 else OUT_OF_REACH_AFTER} without Feldera",
    ],
    "README.md": [
        f"unchanged {RESEND_AFTER.seconds} seconds after the call",
        f"calls at most {IN_WORDS[MAX_SENDS]} times, the first included",
        f"Within the last {IN_WORDS[int(LOOK_GOOD_FOR)]} seconds before it sends",
    ],
    "responders.md": [
        f"The preview expires after {PROPOSAL_GOOD_FOR.seconds // 60} minutes",
        f"{IN_WORDS[OPEN_REQUESTS_MAX]} requests waiting for approval",
        f"{IN_WORDS[REQUESTS_MAX]} times in {IN_WORDS[REQUESTS_WITHIN.seconds // 60]} minutes",
        f"groups, {TOLD_MAX} at most",
        f"{IN_WORDS[polling.USUAL_TIMES]} times the longest of this pipeline's last ten",
        f"{polling.UNUSUAL_LEAST.seconds} seconds at least",
        f"more than {polling.UNUSUALLY_LONG.seconds // 60} minutes, a start {polling.UNUSUAL_START.seconds // 60}",
    ],
    "access.md": [
        f"one approval within {IN_WORDS[APPROVE_WITHIN.seconds // 3600]} hour",
        f"expires {IN_WORDS[CONFIRMATION_GOOD_FOR.seconds // 3600]} hours after its last approval",
    ],
    "operate.md": [
        f"at most {FOLLOWS_BY:.1%} ({FOLLOWS_BY * 3600:.0f} seconds per hour)".replace("%", " %"),
        f"up to {GAP_MOST.days} days ahead",
    ],
}


@pytest.mark.parametrize(
    ("page", "limit"), [(page, limit) for page, them in LIMITS.items() for limit in them]
)
def test_the_limits_are_those_of_the_code(page, limit):
    assert limit in " ".join(PAGES[page].split())


def test_the_supported_felderas():
    """README names the range that `doctor` checks."""
    readme = " ".join(PAGES["README.md"].split())
    assert f"{numbered(SUPPORTED_SINCE)} or later" in readme
    assert f"simulators, of Slack and of Feldera {numbered(TESTED_WITH)}" in readme
    assert f"older than {numbered(SUPPORTED_SINCE)}, or cannot clear" in PAGES["operate.md"]


def test_every_check_of_doctor_is_explained():
    section = PAGES["operate.md"].partition("## Check it")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| ((?:`[^`]+`(?:, )?)+) \|", section, re.MULTILINE)
    explained = {name for row in rows for name in re.findall("`([^`]+)`", row)}
    assert set(CHECKS) <= explained


def test_the_limits_of_doctor():
    page = PAGES["operate.md"]
    assert f"within {IN_WORDS[int(WITHIN)]} seconds" in page
    assert f"the newest {ENTRIES_READ:,} entries" in page
    assert f"more than {BACKED_UP_WITHIN // timedelta(hours=1)} hours old" in page
    assert f"after {BACKUP_FORGOTTEN.days} days" in page
