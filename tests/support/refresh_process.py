"""`ctscan status --refresh` as a process of its own, whose connections go to a server of CAs on this machine.

    python -m support.refresh_process <index> <port> [ocsp]

All is as in the command, but that every host name leads to loopback, which the guard allows here, and that answers of
CAs are asked for again.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

import ctscan.app as app
from ctscan.cli.process import run, stop_on_signal
from ctscan.config import Config
from ctscan.http.ssrf_guard import guarded_transport


async def _loopback(host: str, port: int) -> Sequence[str]:
    return ["127.0.0.1"]


async def _refresh(db: str, port: int, ocsp: bool) -> int:
    transport = guarded_transport(resolve=_loopback, allows=lambda address: address == "127.0.0.1", ports=(port,))
    config = Config(db=db, contact="ct@example.org", purpose="case 17", ocsp=ocsp)
    with stop_on_signal() as stop:
        result = await app.refresh(
            config, (), who="tester", force=True, progress=lambda _: None, stop=stop, transport=transport
        )
    return result.exit_code


if __name__ == "__main__":
    sys.exit(run(_refresh(sys.argv[1], int(sys.argv[2]), "ocsp" in sys.argv[3:])))
