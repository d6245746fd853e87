"""No token, key or response URL is kept or logged, whatever goes wrong around them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.workspace import Workspace

KEY = "apikey:" + "s3cr3t" * 20


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[Workspace]:
    """A Feldera that asks for a key; one pipeline."""
    workspace = Workspace(tmp_path, feldera_key=KEY)
    workspace.feldera.adds("orders", clear_takes=20.0)
    yield workspace
    workspace.closes()


def test_nothing_secret_is_stored_or_logged(guarded: Workspace) -> None:
    """A clear with every trouble on its way: the database's bytes and each line of the log are free of secrets."""
    ana = guarded.operator("ana")
    guarded.slack.loses_the_next_reply("chat.postMessage")
    guarded.feldera.loses_the_next_reply()
    ana.clears("orders", "because of xoxb-not-ours")
    guarded.slack.rate_limits("chat.update", retry_after=1)
    guarded.slack.answers_500("chat.postMessage")
    guarded.feldera.loses_its_database()
    guarded.passes(seconds=15)
    guarded.feldera.finds_its_database()
    guarded.feldera_goes_down()
    guarded.passes(seconds=30)
    guarded.restarts()
    guarded.feldera_comes_back()
    guarded.passes(minutes=2)
    ana.reads()
    assert "✅ Cleared after" in guarded.cards()[-1]
    assert guarded.thread()[-1].startswith("✅ Cleared `orders`")
    assert len(guarded.logged) > 10
    urls = [made.envelope.payload["response_url"] for made in guarded.slack.deliveries]
    secrets = [KEY, guarded.slack.bot_token, guarded.slack.app_token, guarded.slack.signing_secret, *urls]
    assert len(urls) == 2
    stored = b"".join(file.read_bytes() for file in guarded.database.parent.iterdir() if file.is_file())
    assert b"orders" in stored
    for secret in secrets:
        assert [line for line in guarded.logged if secret in line] == []
        assert secret.encode() not in stored
        assert secret.removeprefix("apikey:").encode() not in stored
