"""The settings of receivers: what is refused before anything is sent, and that no error or log shows a secret."""

import base64
import json

import pytest
from pydantic import ValidationError

from bot.config import BadSettings, Settings, load
from bot.proxy_routes import routes
from bot.webhooks.receiver_settings import ReceiverSettings
from tests.webhooks.receiver import OTHER_SECRET, SECRET

LEAST = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1", "FELDERA_HOST": "localhost:8080"}
PREFIX = "PIPELINE_BOT_WEBHOOKS__"
RECEIVER = {"SIEM__URL": "https://siem.example.com/hook?token=hush", "SIEM__SECRET": SECRET}

pytestmark = pytest.mark.usefixtures("environment")


@pytest.fixture
def receivers_of(environment):
    def loaded(**given):
        for name, value in (LEAST | {f"{PREFIX}{key}": value for key, value in given.items()}).items():
            environment.setenv(name, value)
        return load(Settings).receivers

    return loaded


@pytest.fixture
def refusal_of(receivers_of):
    def refused(**given):
        with pytest.raises(BadSettings) as refusal:
            receivers_of(**given)
        return refusal.value.message.replace(PREFIX, "").split("\n")

    return refused


def test_there_are_none_unless_they_are_set(receivers_of):
    assert receivers_of() == {}


def test_several_receivers_each_with_its_own_settings(receivers_of):
    found = receivers_of(
        **RECEIVER,
        SIEM__EVENTS="request.ended, pipeline_bot.access.granted",
        SIEM__PIPELINES="prod/* orders-[ab]",
        SIEM__REDACT="text people",
        TEAM_CHAT__URL="http://127.0.0.1:8080/hook",
        TEAM_CHAT__SECRET=f"{SECRET} {OTHER_SECRET}",
    )
    siem, chat = found["siem"], found["team-chat"]
    assert (siem.host, siem.events) == ("siem.example.com", ("request.ended", "access.granted"))
    assert (siem.pipelines, siem.redact) == (("prod/*", "orders-[ab]"), {"text", "people"})
    assert list(chat.secrets) == [SECRET, OTHER_SECRET]
    assert (chat.events, chat.pipelines, chat.redact) == ((), (), frozenset())


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (
            {"SIEM__URL": "http://siem.example.com"},
            "SIEM__URL: must begin with https://: http:// is for this",
        ),
        ({"SIEM__URL": "http://127.0.0.1.example.com"}, "SIEM__URL: must begin with https://"),
        ({"SIEM__URL": "https://ana:hush@siem.example.com"}, "SIEM__URL: must have no user and no password"),
        ({"SIEM__URL": "siem.example.com/hush"}, "SIEM__URL: must be a URL such as https://"),
        ({"SIEM__URL": "ftp://siem.example.com/hush"}, "SIEM__URL: must be a URL such as https://"),
        ({"SIEM__URL": "https:///hush"}, "SIEM__URL: must be a URL such as https://"),
        ({"SIEM__URL": "https://siem.example.com/#hush"}, "SIEM__URL: must end before any #."),
        ({"SIEM__SECRET": "hush"}, "SIEM__SECRET: must be whsec_ and 24 to 64 bytes in base64"),
        ({"SIEM__SECRET": f"{SECRET} hush"}, "SIEM__SECRET: must be whsec_ and 24 to 64 bytes in base64"),
        ({"SIEM__EVENTS": "request.ended ended"}, "SIEM__EVENTS: 'ended' is no type of events"),
        ({"SIEM__PIPELINES": "a$"}, "SIEM__PIPELINES: 'a$' is not a valid pipeline pattern"),
        ({"SIEM__REDACT": "all"}, "SIEM__REDACT: 'all' cannot be left out: write text or people, or both."),
        ({"SIEM__TOKEN": "hush"}, "SIEM__TOKEN: there is no such setting of a webhook."),
        ({"SIEM__HTTPS_TLS_CERT": "hush.pem"}, "SIEM__HTTPS_TLS_CERT: path does not point to a file."),
        ({"CHAT__URL": "https://chat.example.com"}, "CHAT__SECRET is missing."),
        ({"SIEM_": "hush"}, "SIEM_ has no value of its own. Set NAME__URL and so on."),
        (
            {"Ä__URL": "https://a.example", "Ä__SECRET": SECRET},
            "Ä: a receiver's name has letters, digits and",
        ),
        ({"siem__url": "https://a.example"}, None),
    ],
)
def test_what_is_refused(refusal_of, receivers_of, changed, said):
    """One error, in words, that does not repeat what may be secret."""
    if said is None:
        assert list(receivers_of(**RECEIVER | changed)) == ["siem"]
        return
    errors = [line.lower() for line in refusal_of(**RECEIVER | changed)]
    assert any(line.startswith(said.lower()) for line in errors), errors
    assert not any("hush" in line for line in errors)


@pytest.mark.parametrize(("size", "is_enough"), [(23, False), (24, True), (64, True), (65, False)])
def test_the_size_of_a_secret(size, is_enough):
    """As Standard Webhooks wants it, with or without the padding of base64."""
    encoded = base64.b64encode(bytes(size)).decode()
    for text in (encoded, encoded.rstrip("=")):
        given = {"url": "https://siem.example.com", "secret": f"whsec_{text}"}
        if is_enough:
            assert ReceiverSettings.model_validate(given)
        else:
            with pytest.raises(ValidationError):
                ReceiverSettings.model_validate(given)


def test_nothing_shows_an_address_or_a_secret(receivers_of):
    (settings,) = receivers_of(**RECEIVER).values()
    shown = f"{settings!r} {settings} {json.dumps(settings.model_dump(mode='json'), default=str)}"
    assert "hush" not in shown
    assert "whsec_" not in shown


def test_a_certificate_that_is_none(refusal_of, tmp_path):
    (tmp_path / "odd.pem").write_text("odd")
    (said,) = refusal_of(**RECEIVER, SIEM__HTTPS_TLS_CERT="odd.pem")
    assert said.startswith("SIEM__HTTPS_TLS_CERT: odd.pem cannot be read:")


def test_doctor_says_which_way_a_receiver_is_reached(receivers_of, environment):
    environment.setenv("HTTPS_PROXY", "http://ana:hush@proxy.example.com:3128")
    receivers_of(**RECEIVER)
    assert list(routes(load(Settings)))[-1] == (
        "Proxy: the webhook receiver siem at siem.example.com is reached through proxy.example.com:3128."
    )
