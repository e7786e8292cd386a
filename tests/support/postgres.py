"""PostgreSQL server for tests: started in a temporary folder, reached by a socket in it, removed after the tests.

PostgreSQL refuses to run as root; under root it runs as `postgres` or, if there is no such user, as `nobody`.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

PLACES = ("/usr/lib/postgresql", "/usr/pgsql*", "/usr/local/pgsql")  # Debian, Red Hat, built from source
QUICK = ("fsync=off", "full_page_writes=off", "synchronous_commit=off", "shared_buffers=16MB", "max_connections=20")
LOCALES = ("C.UTF-8", "en_US.UTF-8", "C")


def binaries() -> Path | None:
    """Find the folder with `initdb` and `postgres`: from PATH, else the newest folder of a package."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    folders = [path.parent for place in PLACES for path in Path("/").glob(f"{place[1:]}/**/bin/initdb")]
    return max(folders, key=lambda folder: [int(n) for n in re.findall(r"\d+", str(folder))], default=None)


def missing() -> str:
    """Explain why no server can run here; empty if a server can."""
    if sys.platform == "win32":
        return "the test server is reached by a Unix socket"
    try:
        import psycopg  # noqa: F401
    except ImportError:
        return "psycopg isn't installed: pip install 'ctscan[postgres]'"
    found = binaries()
    if found is None or not (found / "postgres").exists():
        return "no PostgreSQL server: apt install postgresql (or initdb and postgres in PATH)"
    return ""


@contextmanager
def server() -> Iterator[Path]:
    """Start a server without test databases; yield the folder of its socket."""
    found = binaries()
    assert found is not None
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    account = _account()
    if account:
        os.chown(folder, *account)
    run: dict[str, Any] = {"cwd": folder, "env": {"LC_ALL": "C", "TZ": "UTC", "PATH": str(found)}}
    if account:
        run |= {"user": account[0], "group": account[1], "extra_groups": []}
    try:
        _initialise(found, folder, run)
        settings = [word for setting in QUICK for word in ("-c", setting)]
        command = [found / "postgres", "-D", folder / "data", "-k", folder, "-c", "listen_addresses=", *settings]
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log, **run)
        try:
            _await(process, folder)
            yield folder
        finally:
            _stop(process)
    finally:
        shutil.rmtree(folder)


def url(folder: Path, database: str, user: str) -> str:
    """Build the URL of a database of a server."""
    return f"postgresql://{user}@/{database}?host={quote(str(folder), safe='')}"


def _account() -> tuple[int, int] | None:
    """Return `(user, group)` to run as; None: the current user."""
    if os.geteuid() != 0:
        return None
    import pwd

    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    entry = known.get("postgres") or known["nobody"]
    return entry.pw_uid, entry.pw_gid


def _initialise(found: Path, folder: Path, run: dict[str, Any]) -> None:
    said = b""
    for locale in LOCALES:
        options = ["-U", "postgres", "-A", "trust", "-E", "UTF8", f"--locale={locale}", "--no-sync"]
        done = subprocess.run([found / "initdb", "-D", folder / "data", *options], capture_output=True, **run)
        if done.returncode == 0:
            return
        said = done.stderr
    raise RuntimeError(f"initdb failed: {said.decode(errors='replace')}")


def _await(process: subprocess.Popen[bytes], folder: Path) -> None:
    import psycopg

    end = time.monotonic() + 60
    while True:
        try:
            psycopg.connect(url(folder, "postgres", "postgres")).close()
            return
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > end:
                raise RuntimeError((folder / "log").read_text(errors="replace")) from None
            time.sleep(0.02)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGINT)  # "fast": ends its sessions
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


# --- a database like that of crt.sh ----------------------------------------------------------------------------------

SCHEMA = Path(__file__).with_name("crtsh_schema.sql")
TABLES = "fixture, fixture_name, certificate, ca_certificate, ccadb_certificate, crl_revoked, ct_log_entry, ct_log"


class CrtshDatabase:
    """Databases of a server with the schema of crt.sh, filled by tests. A guest connects with `url`."""

    def __init__(self, folder: Path) -> None:
        import psycopg

        self._folder = folder
        with psycopg.connect(url(folder, "postgres", "postgres"), autocommit=True) as connection:
            connection.execute("CREATE ROLE guest LOGIN PASSWORD 'guest'")
            connection.execute("CREATE DATABASE certwatch")
        self.url = url(folder, "certwatch", "guest")
        self.admin = psycopg.connect(url(folder, "certwatch", "postgres"), autocommit=True)
        self.admin.execute(SCHEMA.read_text(encoding="utf-8"))

    def another(self, name: str, change: str) -> str:
        """Create an empty copy of the database, run some statements on it; return its URL."""
        import psycopg

        with psycopg.connect(url(self._folder, "postgres", "postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        with psycopg.connect(url(self._folder, name, "postgres"), autocommit=True) as connection:
            connection.execute(SCHEMA.read_text(encoding="utf-8"))
            connection.execute(change)
        return url(self._folder, name, "guest")

    def clear(self) -> None:
        """Leave nothing in the tables."""
        self.admin.execute(f"TRUNCATE {TABLES}")

    def hold(
        self,
        id: int,
        names: Sequence[tuple[str, str | bytes]],
        *,
        der: bytes = b"",
        not_after: str | None = "2026-05-05",
        ca: int = 7,
        seconds: float = 0.0,
    ) -> bytes:
        """Put a certificate into the database; return its bytes. Its serial number is its id in four bytes."""
        der = der or f"certificate {id}".encode()
        execute = self.admin.execute
        fixture = "INSERT INTO fixture VALUES (sha256(%s), %s, %s, %s)"
        execute(fixture, (der, id.to_bytes(4, "big"), not_after, seconds))
        for kind, text in names:
            raw = text if isinstance(text, bytes) else text.encode()
            execute("INSERT INTO fixture_name VALUES (sha256(%s), %s, %s)", (der, kind, raw))
        execute("INSERT INTO certificate VALUES (%s, %s, %s)", (id, ca, der))
        return der

    def close(self) -> None:
        """Close the connection that fills the tables."""
        self.admin.close()
