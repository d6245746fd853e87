"""What the shell explains of itself."""

import pytest

from bot.cli.main import cli


def test_the_list_of_commands_cuts_no_sentence_short(shell):
    listed = shell.does("--help").partition("Commands:\n")[2].splitlines()
    assert {line.split()[0] for line in listed} == set(cli.commands)
    assert all(line.endswith(".") and not line.endswith("...") for line in listed)


@pytest.mark.parametrize("command", ["grant", "revoke"])
def test_the_usage_has_a_word_for_each_argument(shell, command):
    """Those that the explanation below it uses."""
    assert shell.does(command, "--help").startswith(
        f"Usage: pipeline-bot {command} [OPTIONS] WHO ROLE PATTERN\n"
    )
