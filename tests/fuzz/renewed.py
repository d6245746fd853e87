"""A bot that is fuzzed for many examples: to start one takes longer than an example does."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Generic, Protocol, Self, TypeVar


class Closable(Protocol):
    def closes(self) -> None: ...


_T = TypeVar("_T", bound=Closable)


class Renewed(Generic[_T]):
    """Another one after so many examples, and after one that failed: Hypothesis repeats that from the beginning."""

    def __init__(self, make: Callable[[Path], _T], *, examples: int) -> None:
        self._make = make
        self._examples = examples
        self._used = 0
        self._current: tuple[_T, TemporaryDirectory[str]] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        with suppress(
            *([] if kind is None else [AssertionError])
        ):  # what failed says more than what it left behind
            self.closes()

    @contextmanager
    def for_an_example(self) -> Iterator[_T]:
        if self._used >= self._examples:
            self.closes()
        if self._current is None:
            folder = TemporaryDirectory()
            self._current, self._used = (self._make(Path(folder.name)), folder), 0
        self._used += 1
        try:
            yield self._current[0]
        except BaseException:
            with suppress(AssertionError):
                self.closes()
            raise

    def closes(self) -> None:
        """Stop the current one, if there is one, and check what it leaves."""
        if self._current is None:
            return
        (made, folder), self._current = self._current, None
        try:
            made.closes()
        finally:
            folder.cleanup()
