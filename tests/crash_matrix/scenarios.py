"""What people do in the crash matrix: one scenario for every kind of operation."""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bot.domain.access.permissions import Role

if TYPE_CHECKING:
    from tests.crash_matrix.stage import Stage


@dataclass(frozen=True, slots=True)
class Scenario:
    """`plans` are the steps by pipeline; `people` are the parts that they play.

    `approvals` is how many each request needs. All grants are revoked while the bot is down if `revokes`; then nothing is
    tried before `only_after`, the seam by which everybody has done what they wanted to do.
    """

    name: str
    plans: Mapping[str, tuple[str, ...]]
    roles: Mapping[str, Role]
    people: Callable[["Stage"], list[Coroutine[Any, Any, None]]]
    rules: Mapping[str, str] = field(default_factory=dict)
    targets: tuple[str, ...] = ()
    over_http: bool = False
    approvals: int = 0
    revokes: bool = False
    only_after: str = ""

    def __str__(self) -> str:
        return self.name


def _plain(stage: "Stage") -> list[Coroutine[Any, Any, None]]:
    return [stage.colleague("ana").requests("/pipeline clear orders wrong schema", "Clear orders")]


def _approved_by_two(stage: "Stage") -> list[Coroutine[Any, Any, None]]:
    ben, cem = stage.colleague("ben"), stage.colleague("cem")
    return [
        stage.colleague("ana").requests("/pipeline clear orders wrong schema", "Ask for approval"),
        *(each.decides("Approve", shown=f"{each.mention} approved") for each in (ben, cem)),
    ]


def _break_glass(stage: "Stage") -> list[Coroutine[Any, Any, None]]:
    ben = stage.colleague("ben")
    return [
        stage.colleague("rio").requests_as_break_glass(
            "/pipeline clear orders --break-glass INC-9 lag alarm", "Run as break-glass…", "orders"
        ),
        ben.decides("Mark as reviewed", shown=f"{ben.mention} reviewed"),
    ]


def _stop_clear_start(stage: "Stage") -> list[Coroutine[Any, Any, None]]:
    ben = stage.colleague("ben")
    return [
        stage.colleague("ana").requests("/pipeline clear orders --restart bad backfill", "Ask for approval"),
        ben.decides("Approve", shown=f"{ben.mention} approved"),
    ]


def _two_targets(stage: "Stage") -> list[Coroutine[Any, Any, None]]:
    return [
        stage.colleague("ana").requests("/pipeline clear prod/orders", "Clear prod/orders"),
        stage.colleague("oli", "data").requests("/pipeline clear staging/orders", "Clear staging/orders"),
    ]


CLEAR = ("clear",)
SCENARIOS = {
    scenario.name: scenario
    for scenario in (
        Scenario("plain", {"orders": CLEAR}, {"ana": Role.OPERATOR}, _plain),
        Scenario(
            "approved by two",
            {"orders": CLEAR},
            {"ana": Role.REQUESTER, "ben": Role.APPROVER, "cem": Role.APPROVER},
            _approved_by_two,
            {"orders": "approvals=2"},
            approvals=2,
        ),
        Scenario(
            "break-glass",
            {"orders": CLEAR},
            {"rio": Role.RESPONDER, "ben": Role.APPROVER},
            _break_glass,
            {"orders": "approvals=2 break-glass=allowed"},
        ),
        Scenario(
            "stop, clear and start",
            {"orders": ("stop", "clear", "start")},
            {"ana": Role.REQUESTER, "ben": Role.APPROVER},
            _stop_clear_start,
            {"orders": "approvals=1"},
            approvals=1,
        ),
        Scenario(
            "revoked while it is down",
            {"orders": CLEAR},
            {"ana": Role.OPERATOR},
            _plain,
            revokes=True,
            only_after="after commit operations.change (confirmed)",
        ),
        Scenario(
            "two targets",
            {"prod/orders": CLEAR, "staging/orders": CLEAR},
            {"ana": Role.OPERATOR, "oli": Role.OPERATOR},
            _two_targets,
            targets=("prod", "staging"),
            over_http=True,
        ),
    )
}
