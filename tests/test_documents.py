"""What is written down agrees with what is built."""

import re
from pathlib import Path

import yaml

from bot.cli.main import COMMANDS
from bot.config import Settings
from bot.domain.access.permissions import Action, Role
from bot.domain.commands import COMMAND, VERBS
from bot.domain.operations.operation import State
from bot.feldera.target_settings import FelderaSettings
from bot.slack.views.forms.clear_form_view import SHORTCUT, TITLE

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text()
MANIFEST = yaml.safe_load((ROOT / "app_manifest.yml").read_text())


def test_the_readme_has_every_verb_as_help_writes_it():
    for verb in VERBS:
        usage = verb.usage.replace("|", "\\|")
        assert f"| `{usage}` |" in README


def test_the_readme_has_every_setting_with_its_default():
    rows = dict(re.findall(r"^\| `([A-Z_]+)` \| (.+?) \|", README, re.MULTILINE))
    assert rows.keys() == {name.upper() for name in Settings.model_fields}
    assert rows["PIPELINE_BOT_LISTEN"] == f"`{Settings.model_fields['pipeline_bot_listen'].default}`"
    assert rows["PIPELINE_BOT_DATABASE"] == f"`{Settings.model_fields['pipeline_bot_database'].default}`"
    assert rows["SLACK_API_URL"] == f"`{Settings.model_fields['slack_api_url'].default}`"
    assert (
        rows["FELDERA_REQUEST_TIMEOUT"] == f"`{Settings.model_fields['feldera_request_timeout'].default:g}`"
    )


def test_the_readme_has_every_setting_of_a_target():
    """They are those of the single Feldera, and listed by their own names."""
    section = README.partition("### Several Felderas")[2].partition("###")[0]
    listed = set(re.findall(r"`([A-Z_]+)`", section)) - {"FELDERA_", "FELDERA_HOST"}
    assert listed >= {name.upper() for name in FelderaSettings.model_fields}
    assert {f"feldera_{name}" for name in FelderaSettings.model_fields} <= Settings.model_fields.keys()


def test_the_readme_has_every_shell_command_and_role():
    listed = set(re.findall(r"^\| `pipeline-bot (\w+)", README, re.MULTILINE))
    assert listed == set(COMMANDS)
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
    assert f"*{TITLE}*" in README


def test_the_lines_for_http_give_every_kind_of_delivery_an_address():
    """Over HTTP Slack needs to be told where commands, clicks and events go; the rest of those lines is the manifest's."""
    lines = README.partition("### Over HTTP instead of Socket Mode")[2].partition("```yaml")[2]
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


def test_the_design_page_shows_every_state():
    """The states are the contract between versions; the diagram has them all and no other."""
    diagram = README.partition("stateDiagram-v2")[2].partition("```")[0]
    shown = {word for edge in re.findall(r"(\S+) --> (\w+)", diagram) for word in edge} - {"[*]"}
    assert shown == {state.value for state in State}


# The verbs with which the column *May* begins to say each of them.
MAY = {
    "see": Action.VIEW,
    "ask": Action.REQUEST,
    "clear": Action.CLEAR,
    "stop": Action.STOP,
    "start": Action.START,
    "approve": Action.APPROVE,
    "deny": Action.APPROVE,
    "sign": Action.APPROVE,
    "break": Action.BREAK_GLASS,
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
        role: {MAY[verb] for clause in may.split("; ") for verb in verbs(clause) if verb != "nothing"}
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
        r"^\| ([^|]+) \| [^|]+ \| `([^`]+)` \|$", (ROOT / "docs" / "glossary.md").read_text(), re.MULTILINE
    )
    assert len(rows) > 30
    assert [term for term, _ in rows] == sorted(term for term, _ in rows)
    for term, name in rows:
        if name.endswith(".py"):
            assert (ROOT / "bot" / name).is_file(), term
        else:
            assert re.search(rf"\b(class|def) {name}\b|^ *{name}\b *[=:]", code, re.MULTILINE), term
