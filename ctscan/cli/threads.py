"""Threads that don't hold a process back: a stopped command ends while a thread still waits."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

_Task = tuple["Future[Any]", Callable[[], Any]]


class DaemonExecutor(ThreadPoolExecutor):
    """Executor of an event loop whose threads end with the process.

    A thread may wait for the system's resolver, or for the next octet of a pipe, and nothing can interrupt it. The
    threads of the standard executor are joined at the end of the process; these are not.
    """

    def __init__(self, most: int = 32) -> None:
        super().__init__(max_workers=1)  # its threads are never started
        self._most = most
        self._tasks: queue.SimpleQueue[_Task | None] = queue.SimpleQueue()
        self._idle = threading.Semaphore(0)
        self._workers = 0

    def submit(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Run a function in one of the threads."""
        future: Future[T] = Future()
        self._tasks.put((future, lambda: function(*args, **kwargs)))
        if not self._idle.acquire(blocking=False) and self._workers < self._most:
            self._workers += 1
            threading.Thread(target=self._work, name=f"ctscan-{self._workers}", daemon=True).start()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Let idle threads end; busy threads are left alone."""
        for _ in range(self._workers):
            self._tasks.put(None)
        super().shutdown(wait=False, cancel_futures=cancel_futures)

    def _work(self) -> None:
        while (task := self._tasks.get()) is not None:
            _run(*task)
            del task  # or an idle thread would keep its result alive
            self._idle.release()


def _run(future: Future[Any], function: Callable[[], Any]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        result = function()
    except BaseException as error:  # raised where the result is awaited
        future.set_exception(error)
    else:
        future.set_result(result)
