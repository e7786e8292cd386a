"""Endpoint of metrics beside a scan that follows: `GET /metrics`, for Prometheus.

The measures are kept for `KEPT` seconds, and what takes longer to count (findings, cases) for `COUNTED` seconds or
thirty times as long as the counting took, so that counting never takes more than a thirtieth of the time. One measuring
runs at a time; requests wait for it, and get 503 where it takes longer than a scrape waits.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

from msgspec.structs import replace

from ctscan.app.wiring import CLOCK
from ctscan.clock import Clock
from ctscan.errors import UsageError
from ctscan.model.metrics import MeasuredPart

if TYPE_CHECKING:
    import asyncio

    from ctscan.config import Config
    from ctscan.http.page_server import Page
    from ctscan.model.metrics import Measures

KEPT = 5.0
COUNTED = 60.0
SHARE = 30
ANSWER_WITHIN = 8.0  # seconds: Prometheus waits for ten by default
PATH = "/metrics"

Line = Callable[[str], None]
"""Receiver of a line for the operator."""


def check_endpoint(config: Config) -> None:
    """Check the settings of the endpoint, before anything is read.

    Raises:
        UsageError: it would listen beyond this machine without consent, or prometheus_client isn't installed.
    """
    if config.metrics_listen is None:
        return
    if not config.metrics_listen.is_loopback and not config.metrics_beyond_loopback:
        raise UsageError(
            "listen under [metrics]: expected an address of this machine alone (127.0.0.1 or [::1]), got another; add "
            "beyond_loopback = true where others may see how your scans are doing"
        )
    from ctscan.views.metrics import check_installed

    check_installed()


@asynccontextmanager
async def metrics_served(config: Config, say: Line, clock: Clock = CLOCK) -> AsyncIterator[None]:
    """Serve the metrics of an index until the end of the block, where the settings say so. The work in the block goes
    on without the endpoint where its address can't be had."""
    from ctscan.http.page_server import serve_page

    address = config.metrics_listen
    if address is None:
        yield
        return
    kept = KeptMeasures(config, say, clock)
    async with AsyncExitStack() as stack:
        try:
            port = await stack.enter_async_context(serve_page(address.host, address.port, PATH, kept.page))
        except OSError as error:
            say(f"metrics: can't listen on {address}: {error.strerror}; the scan goes on without")
        else:
            stack.push_async_callback(kept.end)
            say(f"metrics: http://{replace(address, port=port)}{PATH}")
        yield


class KeptMeasures:
    """Measures of an index, taken anew where those that are kept are too old."""

    def __init__(self, config: Config, say: Line, clock: Clock = CLOCK) -> None:
        self._config = config
        self._say = say
        self._clock = clock
        self._kept: Measures | None = None
        self._kept_at = self._counted_at = -COUNTED
        self._count_again_after = COUNTED
        self._taking: asyncio.Task[Measures] | None = None
        self._rendered: dict[str, bytes] = {}
        self._problems: tuple[str, ...] = ()

    async def page(self, accept: str) -> Page:
        """Make the page of the metrics; 503 where they can't be taken now."""
        from ctscan.http.page_server import Page
        from ctscan.scan.safe_message import safe_message
        from ctscan.views.metrics import media_type, render_metrics

        form = media_type(accept)
        try:
            found = await self._measures()
            self._report(found.problems)
        except Exception as error:  # the reading goes on, and the next request tries again
            self._report((safe_message(error),))
            return Page(503, "text/plain; charset=utf-8", b"the index can't be measured now\n")
        if form not in self._rendered:
            self._rendered[form] = render_metrics(found, form)
        return Page(200, form, self._rendered[form])

    async def end(self) -> None:
        """End a measuring that is under way."""
        import asyncio

        if self._taking is not None:
            self._taking.cancel()
            await asyncio.gather(self._taking, return_exceptions=True)

    def _report(self, problems: tuple[str, ...]) -> None:
        """Say a problem once, until there is another or none."""
        for problem in problems:
            if problem not in self._problems:
                self._say(f"metrics: {problem}")
        self._problems = problems

    async def _measures(self) -> Measures:
        import asyncio  # not at the top: a look-up needs no event loop

        if self._kept is not None and self._clock.monotonic() - self._kept_at < KEPT:
            return self._kept
        if self._taking is None or self._taking.done():
            self._taking = asyncio.get_running_loop().create_task(self._measure())
        return await asyncio.wait_for(asyncio.shield(self._taking), ANSWER_WITHIN)

    async def _measure(self) -> Measures:
        """Measure, counting anew only what was counted long enough ago."""
        from ctscan.app.measuring import measure

        began = self._clock.monotonic()
        is_due = self._kept is None or began - self._counted_at >= self._count_again_after
        found = await measure(self._config, before=None if is_due else self._kept, clock=self._clock)
        if is_due:
            seconds = sum(found.parts[part].seconds for part in (MeasuredPart.FINDINGS, MeasuredPart.CASES))
            self._counted_at, self._count_again_after = began, max(COUNTED, SHARE * seconds)
        self._kept, self._kept_at, self._rendered = found, self._clock.monotonic(), {}
        return found
