"""Work that is killed (SIGKILL) at many moments from its beginning to its end, without the cost of starting Python.

    ended = kill_often("index.test_kills:migrate", [folder0, folder1, …])

A process imports the module once and forks for each folder. The first fork runs undisturbed and is timed; each of the
others is killed at its share of that time. Folder `k` of `n` is killed at `k / (n - 1)` of it.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from support import forked


def kill_often(work: str, folders: Sequence[Path]) -> list[bool]:
    """Run `work`, as `module:function`, in each folder. Returns whether it ended before it was killed, by folder."""
    words = [sys.executable, "-m", "support.killing", work, *map(str, folders)]
    said = forked.run(words, stdout=forked.PIPE, check=True, timeout=300).stdout
    ended: list[bool] = json.loads(said)
    assert ended[0], "the undisturbed one failed"
    assert len(ended) == len(folders)
    return ended


def _fork(work: Callable[[Path], object], folder: Path) -> int:
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work(folder)
            code = 0
        finally:
            os._exit(code)
    return child


def _main(name: str, *folders: str) -> None:
    module, _, function = name.partition(":")
    work = getattr(importlib.import_module(module), function)
    began = time.monotonic()
    _, status = os.waitpid(_fork(work, Path(folders[0])), 0)
    whole = time.monotonic() - began
    ended = [os.waitstatus_to_exitcode(status) == 0]
    for number, folder in enumerate(folders[1:], 1):
        child = _fork(work, Path(folder))
        time.sleep(whole * number / (len(folders) - 1))
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        code = os.waitstatus_to_exitcode(status)
        assert code in (0, -signal.SIGKILL), f"{folder}: {code}"
        ended.append(code == 0)
    print(json.dumps(ended))  # noqa: T201


if __name__ == "__main__":
    _main(*sys.argv[1:])
