"""Threads in which the system looks up host names, and that nobody waits for at the end.

A lookup can take as long as the resolver likes, and nothing can cut it short. Python would wait for its thread, when
the loop is closed and once more when the process ends. It must run nothing that has to be finished: what the bot
writes goes through the store's own thread.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import ParamSpec, TypeVar

_P = ParamSpec("_P")
_T = TypeVar("_T")


class DnsThreads(ThreadPoolExecutor):
    """The loop's default executor, which asyncio wants to be of this class: a thread for each call."""

    def submit(self, fn: Callable[_P, _T], /, *args: _P.args, **kwargs: _P.kwargs) -> Future[_T]:
        future: Future[_T] = Future()

        def work() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                result = fn(*args, **kwargs)
            except BaseException as error:  # noqa: BLE001 - whoever waits for the result gets it
                future.set_exception(error)
            else:
                future.set_result(result)

        threading.Thread(target=work, name="lookup", daemon=True).start()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: FBT001, FBT002 - as inherited
        """Nothing to do: the threads end with the process."""
