"""Where settings are read from: the environment first, then the file .env; and which variables are the bot's."""

from pathlib import Path

import pytest

from bot.config import BadSettings, Mode, Settings, SlackSettings, StoreSettings, load

LEAST = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1", "FELDERA_HOST": "localhost:8080"}

pytestmark = pytest.mark.usefixtures("environment")


def test_an_env_file_is_read_and_the_environment_goes_first(environment, tmp_path):
    """What else stands in it is somebody else's, and an empty value is none."""
    (tmp_path / ".env").write_text(
        "SLACK_BOT_TOKEN=xoxb-file\n"
        "SLACK_APP_TOKEN='xapp-file'\n"
        "SLACK_SIGNING_SECRET=\n"
        "export FELDERA_HOST=feldera.example.com # ours\n"
        "SOMETHING_ELSE=1\n"
    )
    environment.setenv("SLACK_BOT_TOKEN", "xoxb-environment")
    settings = load(Settings)
    assert settings.slack_bot_token.get_secret_value() == "xoxb-environment"
    assert settings.slack_app_token.get_secret_value() == "xapp-file"
    assert settings.slack_signing_secret is None
    assert settings.feldera_host == "feldera.example.com"
    assert settings.mode is Mode.SOCKET


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (
            b"SLACK_BOT_TOKEN=xoxp-hush\nFELDERA_HOST=localhost\nSLACK_APP_TOKEN=xapp-1",
            ["SLACK_BOT_TOKEN: must begin with xoxb- or xoxe.xoxb-."],
        ),
        (
            b"SLACK_BOT_TOKEN=xoxb-\xff\xfe",
            ["The file .env cannot be read: it is not text in UTF-8."],
        ),
        # A line that may hold a secret is not repeated.
        (
            b"# ours\nSLACK_BOT_TOKEN=xoxb-1\n\nFELDERA_API_KEY: hush\nFELDERA_HOST=localhost\n",
            [
                "SLACK_APP_TOKEN (for Socket Mode) or SLACK_SIGNING_SECRET (for HTTP) is missing: set one of them.",
                "Line 4 of .env cannot be read: write it as NAME=value.",
            ],
        ),
    ],
)
def test_a_mistake_in_the_env_file_is_said_like_any_other(tmp_path, written, said):
    (tmp_path / ".env").write_bytes(written)
    with pytest.raises(BadSettings) as refusal:
        load(Settings)
    assert refusal.value.message.split("\n") == said


def test_the_shell_needs_no_more_than_it_uses(environment):
    """Where the database is; and Slack's token only to ask which workspace this is."""
    environment.setenv("PIPELINE_BOT_DATABASE", "/var/lib/bot.db")
    assert load(StoreSettings).pipeline_bot_database == Path("/var/lib/bot.db")
    with pytest.raises(BadSettings) as refusal:
        load(SlackSettings)
    assert refusal.value.message == "SLACK_BOT_TOKEN is missing."


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("PIPELINE_BOT_DATBASE", "PIPELINE_BOT_DATABASE"),
        ("PIPELINE_BOT_AUDIT_CHANEL", "PIPELINE_BOT_AUDIT_CHANNEL"),
        ("PIPELINE_BOT_TARGET__PROD__HOST", "PIPELINE_BOT_TARGETS"),
        ("FELDERA_APIKEY", "FELDERA_API_KEY"),
        ("FELDERA_HOTS", "FELDERA_HOST"),
        ("FELDERA_TENNANT", "FELDERA_TENANT"),
        ("SLACK_BOT_TOKN", "SLACK_BOT_TOKEN"),
        ("slack_app_tokens", "SLACK_APP_TOKEN"),
    ],
)
@pytest.mark.parametrize("where", ["the environment", ".env"])
def test_a_variable_that_is_almost_one_of_ours_is_a_mistake(environment, tmp_path, typed, meant, where):
    """What would be passed over in silence is asked back; its value, which may be a secret, is not repeated."""
    given = LEAST | {typed: "hush"}
    if where == ".env":
        (tmp_path / ".env").write_text("".join(f"{name}={value}\n" for name, value in given.items()))
    else:
        for name, value in given.items():
            environment.setenv(name, value)
    with pytest.raises(BadSettings) as refusal:
        load(Settings)
    assert refusal.value.message == (
        f"{typed.upper()} in {where} is not a variable of the bot. Did you mean {meant}? Rename or remove it."
    )


OTHERS = (
    "FELDERA_HTTPS_TLS_KEY FELDERA_PLATFORM_VERSION FELDERA_TLS_KEY PIPELINE_BOT_IMAGE PIPELINE_HOST SLACK_API_TOKEN "
    "SLACK_BOT_TOKEN_OLD SLACK_CLIENT_ID SLACK_CLIENT_SECRET SLACK_USER_TOKEN SLACK_WEBHOOK_URL"
)


def test_a_variable_of_another_program_or_without_a_value_means_nothing(environment):
    for name, value in (LEAST | dict.fromkeys(OTHERS.split(), "1") | {"FELDERA_APIKEY": ""}).items():
        environment.setenv(name, value)
    settings = load(Settings)
    assert (settings.feldera_host, settings.feldera_api_key) == (LEAST["FELDERA_HOST"], None)
