"""What `pipeline-bot sandbox` refuses before anything is started."""

import pytest


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("https://me:hunter2@feldera.example", "must not hold a user or password; use an API key."),
        ("ftp://feldera.example", "must begin with http:// or https://."),
        ("https://feldera.example/?tenant=1", "must end before any ? or #."),
    ],
)
def test_where_no_feldera_can_be_is_said_before_anybody_is_asked(shell, url, sentence):
    """Without a word of the address, which may hold a password."""
    assert shell.is_refused("sandbox", "--feldera", url) == f"--feldera: Feldera's host {sentence}\n"


def test_a_key_that_is_none_is_said_and_not_repeated(shell):
    said = shell.is_refused("sandbox", "--feldera", "localhost", FELDERA_API_KEY="hunter 2")
    assert said == "FELDERA_API_KEY: Feldera's API key must be one word of plain characters.\n"


def test_a_scenario_that_is_not_there_is_said(shell):
    said = shell.is_refused("sandbox", "--scenario", "mine.yaml")
    assert said == "mine.yaml cannot be read: No such file or directory.\n"
