"""Tenancy: whose pipelines a caller sees, and its faults: another tenant, an ambiguous login, a list that lacks rows.

Each tenant is a `FelderaSimulator` of its own; which one answers a caller is decided by the caller's key.
"""

from dataclasses import dataclass

from bot.simulator.feldera.api.authentication import Gate
from bot.simulator.feldera.state.pipelines import World

DEFAULT_TENANT_ID = "00000000-0000-0000-0000-000000000000"
"""Of the tenant `default`, to which everybody belongs where no authentication is configured: the same everywhere."""


@dataclass(frozen=True, slots=True)
class Tenant:
    id: str
    name: str
    world: World


class ListLosses:
    """Existing pipelines that the next lists leave out."""

    def __init__(self) -> None:
        self._next: list[str | None] = []

    def arrange(self, name: str | None, times: int) -> None:
        """A pipeline's name, or None for all of them."""
        self._next += [name] * times

    def keeps(self) -> "Keeps":
        """What the list at hand keeps; each list uses up one loss."""
        return Keeps(all_of_them=True) if not self._next else Keeps(but_for=self._next.pop(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeps:
    all_of_them: bool = False
    but_for: str | None = None

    def __call__(self, name: str) -> bool:
        return self.all_of_them or (self.but_for is not None and name != self.but_for)


class Tenancy:
    """The part of a `FelderaSimulator` that selects the tenant of a caller."""

    tenant: Tenant
    _gate: Gate[Tenant]
    _losses: ListLosses

    def answers_as(self, other: "Tenancy") -> None:
        """From now on show callers the other's tenant at this address; its own again with itself.

        The address leads to another Feldera, or the caller's login to another tenant. Keys given by `gives_key` keep theirs.
        """
        self._gate.everyone = other.tenant

    def gives_key(self, key: str, tenant: "Tenancy", role: str = "write") -> None:
        """A new key, which opens this tenant."""
        self._gate.learns(key, role, tenant.tenant)

    def login_is_ambiguous(self, ambiguous: bool = True) -> None:  # noqa: FBT001, FBT002  reads as the sentence it is
        """The caller belongs to several tenants and names none: a session without a tenant, 400 for all else."""
        self._gate.is_ambiguous = ambiguous

    def lists_nothing(self, times: int = 1) -> None:
        """The next lists are empty: 200, and no row."""
        self._losses.arrange(None, times)

    def leaves_out(self, name: str, times: int = 1) -> None:
        """The next lists have every row but this one."""
        self._losses.arrange(name, times)
