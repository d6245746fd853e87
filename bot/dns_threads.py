"""Threads for DNS lookups, which shutdown does not wait for.

A lookup can take as long as the resolver likes, and nothing can cut it short. Python would wait for its thread when the
loop closes, and again when the process ends. Nothing that must finish may run here: what the bot writes goes through
the store's own thread.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import ParamSpec, TypeVar

_P = ParamSpec("_P")
_T = TypeVar("_T")


class DnsThreads(ThreadPoolExecutor):
    """The loop's default executor, for which asyncio requires this base class: one thread per call."""

    def submit(self, fn: Callable[_P, _T], /, *args: _P.args, **kwargs: _P.kwargs) -> Future[_T]:
        future: Future[_T] = Future()

        def work() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                result = fn(*args, **kwargs)
            except BaseException as error:  # noqa: BLE001 - the future passes it on
                future.set_exception(error)
            else:
                future.set_result(result)

        threading.Thread(target=work, name="lookup", daemon=True).start()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: FBT001, FBT002 - as inherited
        """Nothing to do: the threads end with the process."""
