"""The settings of several Felderas: a target's variables begin with its name, and what is wrong with them is said by variable."""

import pytest

from bot.config import BadSettings, Settings, ShellSettings, load
from bot.domain.pipelines.targets import ONE, Targets

SLACK = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}
PROD = {"PIPELINE_BOT_TARGETS__PROD__HOST": "https://prod.example.com"}
STAGING = {"PIPELINE_BOT_TARGETS__STAGING__HOST": "staging.example.com"}


@pytest.fixture
def variables(environment):
    def put(**values):
        for name, value in (SLACK | values).items():
            environment.setenv(name, value)

    return put


@pytest.fixture
def settings_of(variables):
    def loaded(**values):
        variables(**values)
        return load(Settings)

    return loaded


@pytest.fixture
def refusal_of(settings_of):
    def refused(**variables):
        with pytest.raises(BadSettings) as refusal:
            settings_of(**variables)
        return refusal.value.message.split("\n")

    return refused


def test_each_target_has_settings_of_its_own(settings_of):
    """None is taken over from another."""
    settings = settings_of(
        **PROD,
        **STAGING,
        PIPELINE_BOT_TARGETS__PROD__API_KEY="apikey:abc",
        PIPELINE_BOT_TARGETS__PROD__TENANT="123",
        PIPELINE_BOT_TARGETS__STAGING__AUTH_TOKEN_COMMAND="print-token",
        PIPELINE_BOT_TARGETS__STAGING__TLS_INSECURE="true",
        PIPELINE_BOT_TARGETS__STAGING__REQUEST_TIMEOUT="60",
    )
    assert settings.targets == Targets(("prod", "staging"))
    prod, staging = settings.felderas.values()
    assert (prod.host, prod.api_key.get_secret_value()) == ("https://prod.example.com", "apikey:abc")
    assert (prod.tenant, prod.auth_token_command) == ("123", None)
    assert (prod.tls_insecure, prod.request_timeout) == (False, 30.0)
    assert (staging.host, staging.api_key, staging.tenant) == ("staging.example.com", None, None)
    assert staging.auth_token_command == "print-token"
    assert (staging.tls_insecure, staging.request_timeout) == (True, 60.0)
    assert "abc" not in repr(settings)


def test_the_single_feldera_is_the_target_default_beside_others(settings_of):
    settings = settings_of(FELDERA_HOST="localhost:8080", FELDERA_TENANT="acme", **PROD)
    assert settings.targets == Targets(("default", "prod"))
    assert settings.felderas["default"].tenant == "acme"
    assert settings.felderas["prod"].tenant is None


@pytest.mark.parametrize("only", [{"FELDERA_HOST": "localhost"}, PROD])
def test_one_alone_has_no_name(settings_of, only):
    settings = settings_of(**only)
    assert settings.targets == ONE
    assert len(settings.felderas) == 1


def test_a_variable_cannot_hold_a_dash_where_a_name_may(settings_of):
    settings = settings_of(PIPELINE_BOT_TARGETS__EU_WEST_1__HOST="eu.example.com", **PROD)
    assert settings.targets == Targets(("eu-west-1", "prod"))


def test_an_env_file_has_them_too(variables, tmp_path):
    variables()
    (tmp_path / ".env").write_text(
        "PIPELINE_BOT_TARGETS__PROD__HOST=a\nPIPELINE_BOT_TARGETS__PROD__API_KEY=\nFELDERA_HOST=b\n"
    )
    settings = load(Settings)
    assert settings.targets == Targets(("default", "prod"))
    assert settings.felderas["prod"].api_key is None


def test_all_that_is_wrong_is_said_at_once_and_no_value_is_repeated(refusal_of):
    assert refusal_of(
        FELDERA_HOST="localhost",
        PIPELINE_BOT_TARGETS__PROD__HOST="https://ana:hush@feldera.example.com",
        PIPELINE_BOT_TARGETS__PROD__REQUEST_TIMEOUT="hush",
        PIPELINE_BOT_TARGETS__STAGING__HOTS="hush",
        PIPELINE_BOT_TARGETS__DEV__HOST="dev",
        PIPELINE_BOT_TARGETS__DEV__API_KEY="apikey:hush",
        PIPELINE_BOT_TARGETS__DEV__AUTH_TOKEN_COMMAND="hush",
        PIPELINE_BOT_TARGETS__TEST="hush",
    ) == [
        "PIPELINE_BOT_TARGETS__PROD__HOST: Feldera's host must not hold a user or password; use an API key.",
        "PIPELINE_BOT_TARGETS__PROD__REQUEST_TIMEOUT: input should be a valid number, unable to parse string as a number.",
        "PIPELINE_BOT_TARGETS__STAGING__HOST is missing.",
        "PIPELINE_BOT_TARGETS__STAGING__HOTS: there is no such setting of a target.",
        "PIPELINE_BOT_TARGETS__DEV: API_KEY and AUTH_TOKEN_COMMAND exclude each other: set one of them.",
        "PIPELINE_BOT_TARGETS__TEST has no value of its own. Set PIPELINE_BOT_TARGETS__NAME__HOST and so on.",
    ]


def test_a_name_that_is_none_or_taken(refusal_of):
    assert refusal_of(
        FELDERA_HOST="localhost",
        PIPELINE_BOT_TARGETS__DEFAULT__HOST="a",
        PIPELINE_BOT_TARGETS__EU_WEST__HOST="b",
        **{
            "PIPELINE_BOT_TARGETS__EU-WEST__HOST": "c",
            "PIPELINE_BOT_TARGETS__ÉU__HOST": "d",
            f"PIPELINE_BOT_TARGETS__{'A' * 31}__HOST": "e",
        },
    ) == [
        f"PIPELINE_BOT_TARGETS__{'A' * 31}: a target's name has letters, digits and, between them, _ (which becomes a dash), and at most 30 characters.",
        "PIPELINE_BOT_TARGETS__DEFAULT: the target name default is already used by FELDERA_HOST. Choose another name.",
        "PIPELINE_BOT_TARGETS__EU_WEST: the target name eu-west is already used by PIPELINE_BOT_TARGETS__EU-WEST. Choose another name.",
        "PIPELINE_BOT_TARGETS__ÉU: a target's name has letters, digits and, between them, _ (which becomes a dash), and at most 30 characters.",
    ]


def test_what_belongs_to_no_feldera_is_not_passed_over(refusal_of):
    """Somebody thinks that it holds for the targets."""
    assert refusal_of(FELDERA_API_KEY="apikey:a", **PROD) == [
        "FELDERA_API_KEY is without effect: FELDERA_HOST is not set, and each target has its own settings."
    ]


@pytest.mark.parametrize("value", ["hush", '{"prod": {"host": "hush"}}'])
def test_the_targets_are_not_one_variable(refusal_of, value):
    assert refusal_of(FELDERA_HOST="localhost", PIPELINE_BOT_TARGETS=value) == [
        "PIPELINE_BOT_TARGETS has no value of its own. Set PIPELINE_BOT_TARGETS__NAME__HOST and so on."
    ]


def test_the_shell_knows_the_names_whatever_is_wrong_with_the_rest(variables):
    """A grant does not wait for a certificate."""
    variables(PIPELINE_BOT_TARGETS__PROD__HOTS="hush", FELDERA_HOST="ana:hush@")
    assert load(ShellSettings).targets == Targets(("default", "prod"))
