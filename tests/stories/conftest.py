from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.workspace import Teammate, Workspace


@pytest.fixture
def workspace(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Workspace]:
    """A team with a channel, the bot in it over Socket Mode (or `"http"`), and a Feldera with one stopped pipeline, `orders`."""
    workspace = Workspace(tmp_path, over_http=getattr(request, "param", "socket") == "http")
    workspace.feldera.adds("orders")
    yield workspace
    workspace.closes()


@pytest.fixture
def ana(workspace: Workspace) -> Teammate:
    """Somebody who asks, and lets others decide."""
    return workspace.requester("ana")


@pytest.fixture
def ben(workspace: Workspace) -> Teammate:
    return workspace.approver("ben")


@pytest.fixture
def cem(workspace: Workspace) -> Teammate:
    return workspace.approver("cem")


@pytest.fixture
def oli(workspace: Workspace) -> Teammate:
    """Somebody who clears by themselves."""
    return workspace.operator("oli")


@pytest.fixture
def form(oli: Teammate) -> Teammate:
    """`oli` with the form open, who has looked at `orders`."""
    oli.opens_form()
    oli.chooses("orders")
    return oli
