"""Log protocols: each is found by its file."""

from __future__ import annotations

import asyncio

import pytest
from support.logs import LogBuilder

from ctscan.http.client import Client
from ctscan.model import LogProtocol
from ctscan.sources.logs import open_log
from ctscan.sources.logs.tuning import Tuning


@pytest.mark.parametrize("protocol", LogProtocol)
def test_every_protocol_has_a_file_that_opens_its_logs(protocol: LogProtocol) -> None:
    async def run() -> None:
        client = Client()
        log = LogBuilder("log").log("http://127.0.0.1/", protocol)
        source = open_log(log, client, Tuning(concurrency=6))
        assert source.log is log and source.window.limit == 6
        assert source.proofs == ("hash tiles" if protocol is LogProtocol.STATIC_CT else "on request")
        await source.aclose()
        await client.aclose()

    asyncio.run(run())
