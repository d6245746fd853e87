"""The API key by which the bot is let into the Felderas of a run: deleted, without the right to change, or another tenant's."""

from collections.abc import Collection

from tests.chaos.cast import TARGETS
from tests.chaos.world import ChaosWorld

KEY = "apikey:chaos"


class Keys:
    """A run without a key has Felderas without authentication: only another Feldera can be at the address there."""

    def __init__(self, world: ChaosWorld) -> None:
        self.world = world
        self._deleted: set[str] = set()

    def follow(self, target: str, lasting: Collection[str]) -> None:
        """Let the key be as the outages that last say: of several, a deleted one counts most."""
        feldera = self.world.felderas[target]
        (other,) = (each for each in TARGETS if each != target)
        tenant = self.world.felderas[other] if f"{target} another_tenant" in lasting else feldera
        if not self.world.has_key:
            feldera.answers_as(tenant)
        elif f"{target} key_deleted" not in lasting:
            feldera.gives_key(KEY, tenant, "read" if f"{target} key_read_only" in lasting else "write")
            self._deleted.discard(target)
        elif target not in self._deleted:
            feldera.someone_deletes_the_key(KEY)
            self._deleted.add(target)
