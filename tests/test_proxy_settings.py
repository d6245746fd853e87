"""The variables of proxies: both spellings, `.env`, and what is refused at the start, never with its value."""

import pytest

from bot.config import BadSettings, SlackSettings, load

ONE, TWO = "http://one.example:3128", "http://two.example:3128"
TARGET = "https://slack.com/api/"


@pytest.fixture(autouse=True)
def bot_token(environment):
    environment.setenv("SLACK_BOT_TOKEN", "xoxb-1")


def proxy_for(target=TARGET):
    return load(SlackSettings).proxies.of(target)


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"])
def test_either_spelling_counts(environment, name):
    environment.setenv(name, ONE)
    assert proxy_for() == ONE


@pytest.mark.parametrize("in_order", [("https_proxy", "HTTPS_PROXY"), ("HTTPS_PROXY", "https_proxy")])
def test_of_both_the_lower_case_counts(environment, in_order):
    """Whichever the environment lists first."""
    for name in in_order:
        environment.setenv(name, TWO if name == "https_proxy" else ONE)
    assert proxy_for() == TWO


def test_an_empty_variable_is_none(environment):
    environment.setenv("https_proxy", "")
    assert proxy_for() is None
    environment.setenv("HTTPS_PROXY", ONE)
    assert proxy_for() == ONE


def test_the_env_file_counts_too(tmp_path):
    (tmp_path / ".env").write_text(f"HTTPS_PROXY={ONE}\nNO_PROXY=slack-gov.com\n")
    assert proxy_for() == ONE
    assert proxy_for("https://slack-gov.com/api/") is None


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        (
            {"all_proxy": "socks5://u:hush@proxy.example:1080"},
            "ALL_PROXY: must be an HTTP proxy, such as http://proxy.example.com:3128: SOCKS is not supported.",
        ),
        (
            {"HTTPS_PROXY": ONE, "NO_PROXY": "http://feldera"},
            (
                "NO_PROXY: has an entry that is not understood ('http://feldera'): write host names, addresses and networks "
                "such as example.com, 10.1.2.3 or 10.0.0.0/8, with commas between them."
            ),
        ),
    ],
)
def test_what_cannot_be_used_is_said(environment, variables, said):
    """A line for each, and no password."""
    for name, value in variables.items():
        environment.setenv(name, value)
    with pytest.raises(BadSettings) as refusal:
        load(SlackSettings)
    assert refusal.value.message == said


def test_without_a_proxy_its_exceptions_are_not_judged(environment):
    environment.setenv("NO_PROXY", "<local>")
    assert proxy_for() is None
