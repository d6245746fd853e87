"""The settings: what is read from where, and how everything that is wrong with them is said at once."""

import ssl
from pathlib import Path

import pytest

from bot.config import BadSettings, Mode, Settings, load

LEAST = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1", "FELDERA_HOST": "localhost:8080"}


pytestmark = pytest.mark.usefixtures("environment")


@pytest.fixture
def settings_of(environment):
    """Loads the settings from the least there must be, with some variables changed; None takes one away."""

    def loaded(**changed):
        for name, value in (LEAST | changed).items():
            if value is not None:
                environment.setenv(name, value)
        return load(Settings)

    return loaded


@pytest.fixture
def refusal_of(settings_of):
    def refused(**changed):
        with pytest.raises(BadSettings) as refusal:
            settings_of(**changed)
        return refusal.value.message.split("\n")

    return refused


def test_what_need_not_be_said(settings_of):
    """The defaults, for Socket Mode and a Feldera without authentication on this machine."""
    settings = settings_of()
    assert (settings.mode, settings.slack_api_url) == (Mode.SOCKET, "https://slack.com/api/")
    assert settings.pipeline_bot_database == Path("pipeline-bot.db")
    assert settings.listen == ("127.0.0.1", 3000)
    for field in (
        "pipeline_bot_audit_channel",
        "feldera_api_key",
        "feldera_auth_token_command",
        "feldera_tenant",
    ):
        assert getattr(settings, field) is None
    assert (settings.feldera_https_tls_cert, settings.feldera_tls_insecure) == (None, False)
    assert settings.feldera_request_timeout == 30


def test_feldera_by_the_names_its_own_tools_use(settings_of, tmp_path):
    certificate = tmp_path / "feldera.pem"
    certificate.write_text(ssl.DER_cert_to_PEM_cert(ssl.create_default_context().get_ca_certs(True)[0]))
    settings = settings_of(
        FELDERA_HOST="https://feldera.example.com",
        FELDERA_API_KEY="apikey:abc",
        FELDERA_TENANT="acme",
        FELDERA_HTTPS_TLS_CERT=str(certificate),
        FELDERA_TLS_INSECURE="1",
        FELDERA_REQUEST_TIMEOUT="60",
        PIPELINE_BOT_AUDIT_CHANNEL="C0AUDIT",
    )
    assert (settings.feldera_host, settings.feldera_tenant) == ("https://feldera.example.com", "acme")
    assert settings.feldera_api_key.get_secret_value() == "apikey:abc"
    assert settings.feldera_https_tls_cert == certificate
    assert (settings.feldera_tls_insecure, settings.feldera_request_timeout) == (True, 60.0)
    assert settings.pipeline_bot_audit_channel == "C0AUDIT"


def test_a_command_may_fetch_the_token_instead_of_a_key(settings_of, refusal_of):
    command = "vault read -f jwt"
    assert settings_of(FELDERA_AUTH_TOKEN_COMMAND=command).feldera_auth_token_command == command
    assert refusal_of(FELDERA_API_KEY="apikey:a", FELDERA_AUTH_TOKEN_COMMAND="b") == [
        "FELDERA_API_KEY and FELDERA_AUTH_TOKEN_COMMAND exclude each other: set one of them."
    ]


def test_all_that_is_malformed_is_said_at_once_and_no_value_is_repeated(refusal_of):
    """Each by the variable's own name, with what it should look like; a value may be a secret in the wrong place."""
    said = refusal_of(
        SLACK_BOT_TOKEN="xoxp-hush",
        SLACK_APP_TOKEN="xoxb-hush",
        SLACK_API_URL="hush.slack.com",
        PIPELINE_BOT_MODE="hush",
        PIPELINE_BOT_LISTEN="hush",
        PIPELINE_BOT_AUDIT_CHANNEL="#hush",
        FELDERA_HOST="https://ana:hush@feldera.example.com",
        FELDERA_API_KEY="apikey:hu sh",
        FELDERA_TENANT="hush\u00e9",
        FELDERA_TLS_INSECURE="hush",
        FELDERA_REQUEST_TIMEOUT="hush",
        FELDERA_HTTPS_TLS_CERT="/nowhere/hush.pem",
    )
    assert said == [
        "SLACK_BOT_TOKEN: must begin with xoxb- or xoxe.xoxb-.",
        "SLACK_API_URL: must be a URL such as https://slack.com/api/.",
        "FELDERA_HOST: Feldera's host must not hold a user or password; use an API key.",
        "FELDERA_API_KEY: Feldera's API key must be one word of printable ASCII characters.",
        "FELDERA_TENANT: Feldera's tenant must be a name or an id of printable ASCII characters.",
        "FELDERA_HTTPS_TLS_CERT: Path does not point to a file.",
        "FELDERA_TLS_INSECURE: input should be a valid boolean, unable to interpret input.",
        "FELDERA_REQUEST_TIMEOUT: input should be a valid number, unable to parse string as a number.",
        "SLACK_APP_TOKEN: must begin with xapp-.",
        "PIPELINE_BOT_MODE: input should be 'socket' or 'http'.",
        "PIPELINE_BOT_LISTEN: must be HOST:PORT, such as 127.0.0.1:3000.",
        "PIPELINE_BOT_AUDIT_CHANNEL: must be a channel's id, such as C0123ABCD (in Slack: the channel's details, at the end).",
    ]


def test_missing_and_malformed_are_said_together(refusal_of):
    slips = {"FELDERA_REQUEST_TIMEOUT": "5", "PIPELINE_BOT_MODE": "http"}
    assert refusal_of(SLACK_BOT_TOKEN=None, FELDERA_HOST=None, **slips) == [
        "SLACK_BOT_TOKEN is missing.",
        "FELDERA_HOST is missing.",
        "FELDERA_REQUEST_TIMEOUT: input should be greater than or equal to 15.",
        "SLACK_SIGNING_SECRET is missing: PIPELINE_BOT_MODE=http needs it.",
    ]


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        *(("SLACK_BOT_TOKEN", token) for token in ("xoxb-a\nb", "xoxb-a b", "xoxb-caf\u00e9")),
        *(("SLACK_SIGNING_SECRET", secret) for secret in ("hush ", "hu sh", "hush\n", "\u00a0hush", " ")),
    ],
)
def test_what_was_copied_badly_is_said_before_slack_is_asked(refusal_of, variable, value):
    """A signing secret with white space would have every request refused."""
    said = refusal_of(**{"PIPELINE_BOT_MODE": "socket", variable: value})
    assert said == [f"{variable}: must be one word of printable ASCII characters."]


def test_a_certificate_that_is_none_is_said_with_the_rest(refusal_of, tmp_path):
    file = tmp_path / "notes.txt"
    file.write_text("not a certificate")
    (said,) = refusal_of(FELDERA_HTTPS_TLS_CERT=str(file))
    assert said.startswith(f"FELDERA_HTTPS_TLS_CERT: Feldera's TLS certificate {file} cannot be read: ")


def test_where_health_and_metrics_are_served(settings_of, refusal_of):
    """On this machine alone by default; empty means nowhere, though any other empty variable counts as not set."""
    assert settings_of().admin_listen == ("127.0.0.1", 9090)
    assert settings_of(PIPELINE_BOT_ADMIN_LISTEN="0.0.0.0:0").admin_listen == ("0.0.0.0", 0)  # noqa: S104
    assert settings_of(PIPELINE_BOT_ADMIN_LISTEN="").admin_listen is None
    assert refusal_of(PIPELINE_BOT_ADMIN_LISTEN="9090") == [
        "PIPELINE_BOT_ADMIN_LISTEN: must be HOST:PORT, such as 127.0.0.1:3000."
    ]


def test_health_and_metrics_are_turned_off_in_the_file(settings_of, tmp_path):
    """There, too; an address in the other place wins over an empty one."""
    (tmp_path / ".env").write_text("PIPELINE_BOT_ADMIN_LISTEN=\n")
    assert settings_of().admin_listen is None
    assert settings_of(PIPELINE_BOT_ADMIN_LISTEN="127.0.0.1:9100").admin_listen == ("127.0.0.1", 9100)
    (tmp_path / ".env").write_text("PIPELINE_BOT_ADMIN_LISTEN=127.0.0.1:9200\n")
    assert settings_of(PIPELINE_BOT_ADMIN_LISTEN="").admin_listen == ("127.0.0.1", 9200)


@pytest.mark.parametrize("listen", ["3000", ":3000", "127.0.0.1:", "127.0.0.1:65536", "::1:3000", "a b:3000"])
def test_where_to_listen_is_a_host_and_a_port(refusal_of, listen):
    assert refusal_of(PIPELINE_BOT_LISTEN=listen) == [
        "PIPELINE_BOT_LISTEN: must be HOST:PORT, such as 127.0.0.1:3000."
    ]


def test_addresses_as_they_may_be_written(settings_of):
    """GovSlack is another one: the SDK joins method names to it, so the slash at the end is added."""
    for listen, parts in (("0.0.0.0:8080", ("0.0.0.0", 8080)), ("[::1]:0", ("::1", 0))):  # noqa: S104
        assert settings_of(PIPELINE_BOT_LISTEN=listen).listen == parts
    for url in ("https://slack-gov.com/api", "https://slack-gov.com/api/"):
        assert settings_of(SLACK_API_URL=url).slack_api_url == "https://slack-gov.com/api/"


APP, SECRET = {"SLACK_APP_TOKEN": "xapp-1"}, {"SLACK_SIGNING_SECRET": "hush"}


@pytest.mark.parametrize(
    ("given", "wanted", "mode"),
    [
        (APP, None, Mode.SOCKET),
        (SECRET, None, Mode.HTTP),
        (APP | SECRET, "socket", Mode.SOCKET),
        (APP | SECRET, "http", Mode.HTTP),
    ],
)
def test_what_is_set_decides_how_slack_reaches_us(settings_of, given, wanted, mode):
    assert settings_of(**{"SLACK_APP_TOKEN": None, **given}, PIPELINE_BOT_MODE=wanted).mode is mode


BOTH = "PIPELINE_BOT_MODE is missing: set it to socket or http, since SLACK_APP_TOKEN and SLACK_SIGNING_SECRET are both set."


@pytest.mark.parametrize(
    ("given", "wanted", "said"),
    [
        (APP | SECRET, None, BOTH),
        (SECRET, "socket", "SLACK_APP_TOKEN is missing: PIPELINE_BOT_MODE=socket needs it."),
        (APP, "http", "SLACK_SIGNING_SECRET is missing: PIPELINE_BOT_MODE=http needs it."),
    ],
)
def test_how_slack_reaches_us_is_never_guessed(refusal_of, given, wanted, said):
    assert refusal_of(**{"SLACK_APP_TOKEN": None, **given}, PIPELINE_BOT_MODE=wanted) == [said]


def test_no_secret_shows_when_the_settings_are_printed(settings_of):
    settings = settings_of(
        SLACK_BOT_TOKEN="xoxb-hush",
        SLACK_APP_TOKEN="xapp-hush",
        SLACK_SIGNING_SECRET="hush",
        PIPELINE_BOT_MODE="socket",
        FELDERA_API_KEY="apikey:hush",
    )
    assert "hush" not in repr(settings)
    assert "hush" not in str(settings)
