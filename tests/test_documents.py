"""What is written down agrees with what is built."""

import re
from pathlib import Path

import pytest
import yaml

from bot.config import Settings
from bot.domain.access.permissions import Action, Role
from bot.domain.commands import COMMAND, VERBS, parse
from bot.domain.operations.operation import State
from bot.feldera.target_settings import FelderaSettings
from bot.slack.views.forms.clear_form_view import SHORTCUT, TITLE
from tests import command_page

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = (ROOT / "README.md", *sorted(DOCS.glob("*.md")))
README = (ROOT / "README.md").read_text()
README_MAX = 160  # lines: what a newcomer reads in a few minutes
ARCHITECTURE = (DOCS / "architecture.md").read_text()
OPERATE = (DOCS / "operate.md").read_text()
RESPONDERS = (DOCS / "responders.md").read_text()
SETTINGS = (DOCS / "settings.md").read_text()
LIFECYCLE = (DOCS / "lifecycle.md").read_text()
MANIFEST = yaml.safe_load((ROOT / "app_manifest.yml").read_text())


def test_the_readme_is_short():
    assert len(README.splitlines()) <= README_MAX


@pytest.mark.parametrize("page", PAGES[1:], ids=lambda page: page.name)
def test_every_page_begins_with_whom_it_is_for(page):
    _title, _empty, first, *_rest = page.read_text().splitlines()
    assert first.startswith("For ")


def test_the_page_of_commands_is_that_of_the_tables():
    """What each command is called, takes and does is written once, in the bot."""
    assert command_page.PAGE.read_text() == command_page.page(), "write it: python -m tests.command_page"


def test_the_page_of_commands_shows_required_options_without_brackets():
    shown = command_page.page()
    assert "`pipeline-bot archive FILE --older-than DURATION [--dry-run]`" in shown
    assert "`pipeline-bot webhooks seek RECEIVER --after ENTRY`" in shown


@pytest.mark.parametrize("page", [README, RESPONDERS], ids=["README", "responders"])
def test_the_commands_that_the_pages_show_are_understood(page):
    typed = re.findall(rf"`{COMMAND} ([^`]+)`", page)
    assert typed
    for command in typed:
        parse(command)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_relative_link_leads_somewhere(page):
    """To a file of the repository, and to a heading of the page, by the anchor that GitHub gives it."""
    for link in links(page.read_text()):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.is_relative_to(ROOT), link
        assert target.exists(), link
        assert not anchor or anchor in anchors(target.read_text()), link


def test_the_readme_links_to_every_page():
    assert set(links(README)) >= {f"docs/{page.name}" for page in PAGES[1:]}


def links(text: str) -> list[str]:
    prose = without_code(text)
    written = re.findall(r"\]\(([^)\s]+)\)", prose) + re.findall(r"(?:src|srcset)=\"([^\"]+)\"", prose)
    return [link for link in written if not re.match(r"\w+:", link)]


def anchors(text: str) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", without_code(text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def without_code(text: str) -> str:
    return re.sub(r"^ *```.*?^ *```$", "", text, flags=re.MULTILINE | re.DOTALL)


def test_the_page_of_settings_has_each_with_its_default():
    rows = dict(re.findall(r"^\| `([A-Z_]+)` \| (.+?) \|", SETTINGS, re.MULTILINE))
    assert rows.keys() == {name.upper() for name in Settings.model_fields}
    assert rows["PIPELINE_BOT_LISTEN"] == f"`{Settings.model_fields['pipeline_bot_listen'].default}`"
    assert rows["PIPELINE_BOT_DATABASE"] == f"`{Settings.model_fields['pipeline_bot_database'].default}`"
    assert rows["SLACK_API_URL"] == f"`{Settings.model_fields['slack_api_url'].default}`"
    assert (
        rows["FELDERA_REQUEST_TIMEOUT"] == f"`{Settings.model_fields['feldera_request_timeout'].default:g}`"
    )


def test_the_page_of_settings_has_each_of_a_target():
    """They are those of the single Feldera, and listed by their own names."""
    section = SETTINGS.partition("## Several Felderas")[2]
    listed = set(re.findall(r"`([A-Z_]+)`", section)) - {"FELDERA_", "FELDERA_HOST"}
    assert listed >= {name.upper() for name in FelderaSettings.model_fields}
    assert {f"feldera_{name}" for name in FelderaSettings.model_fields} <= Settings.model_fields.keys()


def test_the_readme_has_every_role():
    assert re.findall(r"^\| `([a-z]+)` \| ", README, re.MULTILINE) == [role.value for role in Role]


def test_the_manifest_offers_the_command_as_the_parser_reads_it():
    """The usage hint in Slack is made of the verbs, and mentions arrive as ids."""
    (command,) = MANIFEST["features"]["slash_commands"]
    assert (command["command"], command["should_escape"]) == (COMMAND, True)
    for hinted in command["usage_hint"].split(" | "):
        word = hinted.partition(" ")[0]
        assert word in {verb.word for verb in VERBS}


def test_the_manifest_asks_for_the_least_scopes_and_for_what_the_bot_needs():
    """A card that no channel takes goes to the person's DM; without the event nobody's Home would ever be published."""
    assert MANIFEST["oauth_config"]["scopes"] == {
        "bot": ["commands", "chat:write", "users:read", "usergroups:read"]
    }
    home = MANIFEST["features"]["app_home"]
    assert (home["messages_tab_enabled"], home["home_tab_enabled"]) == (True, True)
    assert MANIFEST["settings"]["event_subscriptions"] == {"bot_events": ["app_home_opened"]}


def test_the_manifest_has_the_shortcut():
    """Slack sends back the callback id of the manifest, and the code listens for its own."""
    (shortcut,) = MANIFEST["features"]["shortcuts"]
    assert (shortcut["name"], shortcut["type"]) == (TITLE, "global")
    assert shortcut["callback_id"] == SHORTCUT
    assert f"*{TITLE}*" in RESPONDERS


def test_the_lines_for_http_give_every_kind_of_delivery_an_address():
    """Over HTTP Slack needs to be told where commands, clicks and events go; the rest of those lines is the manifest's."""
    lines = OPERATE.partition("## HTTP instead of Socket Mode")[2].partition("```yaml")[2]
    over_http = yaml.safe_load(lines.partition("```")[0])
    address = "https://bot.example.com/slack/events"
    (command,) = over_http["features"]["slash_commands"]
    assert command == {"command": COMMAND, "url": address}
    settings = over_http["settings"]
    assert settings.pop("socket_mode_enabled") is False
    for name, section in settings.items():
        assert section["request_url"] == address
        assert section.get("message_menu_options_url") == (address if name == "interactivity" else None)
        unchanged = {key: value for key, value in section.items() if value != address}
        assert unchanged == {key: MANIFEST["settings"][name][key] for key in unchanged}
    assert settings.keys() == MANIFEST["settings"].keys() & {"event_subscriptions", "interactivity"}


def test_the_page_of_the_lifecycle_shows_every_state():
    """The states are the contract between versions; the table and the diagram have them all and no other."""
    named = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", LIFECYCLE, re.MULTILINE)
    assert {state for row in named for state in re.findall(r"\w+", row)} == {state.value for state in State}
    diagram = LIFECYCLE.partition("stateDiagram-v2")[2].partition("```")[0]
    shown = {word for edge in re.findall(r"(\S+) --> (\w+)", diagram) for word in edge} - {"[*]"}
    assert shown == {state.value for state in State}


# The verbs with which the column *May* begins to say each of them.
MAY = {
    "see": Action.VIEW,
    "request": Action.REQUEST,
    "clear": Action.CLEAR,
    "stop": Action.STOP,
    "start": Action.START,
    "approve": Action.APPROVE,
    "deny": Action.APPROVE,
    "review": Action.APPROVE,
    "run": Action.BREAK_GLASS,
    "change": Action.ADMINISTER,
}


def verbs(clause: str) -> list[str]:
    """Those that it begins with: `clear, stop and start`."""
    first = re.match(r"\w+(?:, \w+)*(?: and \w+)?", clause)
    return re.findall(r"\b(?!and\b)\w+", first[0]) if first else []


def test_the_readme_says_what_every_role_may():
    """No row of the table promises what the role may not, or leaves out what it may."""
    rows = dict(re.findall(r"^\| `([a-z]+)` \| ([a-z].*) \|$", README, re.MULTILINE))
    said = {
        role: {MAY[verb] for clause in may.split("; ") for verb in verbs(clause)}
        for role, may in rows.items()
        if role in set(Role)
    }
    assert said == {role.value: role.actions for role in Role}


def test_the_architecture_names_files_that_exist():
    files = {str(path) for folder in ("bot", "tests") for path in (ROOT / folder).rglob("*.py")}
    named = set(re.findall(r"[\w/]+\.py\b", ARCHITECTURE))
    assert named
    assert {name for name in named if not any(file.endswith(f"/{name}") for file in files)} == set()


def test_the_glossary_names_what_is_in_the_code():
    """Each term's last column is a file, or a name of the code."""
    code = "\n".join(path.read_text() for path in (ROOT / "bot").rglob("*.py"))
    rows = re.findall(
        r"^\| ([^|]+) \| [^|]+ \| `([^`]+)` \|$", (DOCS / "glossary.md").read_text(), re.MULTILINE
    )
    assert len(rows) > 30
    assert [term for term, _ in rows] == sorted(term for term, _ in rows)
    for term, name in rows:
        if name.endswith(".py"):
            assert (ROOT / "bot" / name).is_file(), term
        else:
            assert re.search(rf"\b(class|def) {name}\b|^ *{name}\b *[=:]", code, re.MULTILINE), term
