"""Settings of all tests: `tests/` on the path (helpers are `support.x`), repeatable and quick property tests, files in
memory, and less start-up work for each process."""

from __future__ import annotations

import gc
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

TESTS = Path(__file__).parent
sys.path.insert(0, str(TESTS))

settings.register_profile("quick", derandomize=True, max_examples=20, deadline=None, database=None)
settings.register_profile("long", settings.get_profile("quick"), max_examples=200)
settings.load_profile("quick")

# Each client loads its trusted CA certificates, 150 in 30 ms. A single certificate suffices: no test uses the network.
os.environ["SSL_CERT_FILE"] = str(TESTS / "support" / "no_server.pem")

# Hundreds of tests start ctscan as a process; without compiled modules each process would compile all modules.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# Tests commit thousands of times, each time waiting for the disk: against a loss of power, which no test has. TMPDIR
# chooses another place.
MEMORY = Path("/dev/shm")  # noqa: S108 - each test has a folder of its own there, as in /tmp
if "TMPDIR" not in os.environ and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= 2 << 30:
    os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)

# Tests make many objects and few circles of them: a collection for every 700 objects cost a tenth of the time.
gc.set_threshold(20_000)


def pytest_configure(config: pytest.Config) -> None:
    """Let each worker begin to collect at another file. In a fresh clone each file is then compiled by one of them, and
    the others read its byte code: 8 s of the processor for each worker."""
    if not config.option.markexpr.startswith("not long"):  # `make long`, which runs the property tests, too
        settings.load_profile("long")
    worker = getattr(config, "workerinput", None)
    if worker is not None and [Path(path).resolve() for path in config.args] == [TESTS]:
        files = sorted(map(str, TESTS.rglob("test_*.py")))
        first = len(files) * int(worker["workerid"].removeprefix("gw")) // worker["workercount"]
        config.args[:] = files[first:] + files[:first]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give tests the same order in each worker."""
    items.sort(key=lambda item: item.path)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Keep the garbage collector away from 14,000 tests and all modules, which stay to the end: walking over them took
    a tenth of the time that finding them takes, and 0.3 s in each later collection."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.enable()


def files_of_the_root() -> set[str]:
    """List what lies in the root of the repository, without the folders of tools."""
    return {path.name for path in TESTS.parent.iterdir() if not path.name.startswith(".")}


BEFORE = files_of_the_root()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail where a test left a file in the root of the repository. The process that hands out tests looks for all."""
    if hasattr(session.config, "workerinput"):
        return
    if left := sorted(files_of_the_root() - BEFORE):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        print(f"\na test left files in the root of the repository: {', '.join(left)}", file=sys.stderr)  # noqa: T201
