"""Use cases that read logs: scan and backfill."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

from ctscan.app.recording import recorded
from ctscan.app.scoping import check_consent, configured_scope
from ctscan.app.search_listener import SilentListener
from ctscan.app.wiring import CLOCK, index_key_path, privacy_files
from ctscan.errors import CtscanError, UsageError, worst
from ctscan.model import AuditAction

if TYPE_CHECKING:
    import asyncio
    from datetime import datetime

    from ctscan.app.alert_rounds import Alerting
    from ctscan.app.search_listener import SearchListener
    from ctscan.app.searching import SearchPlan
    from ctscan.clock import Clock
    from ctscan.config import Config
    from ctscan.model import LogChoice
    from ctscan.model.log import LogKey
    from ctscan.model.results import SearchResults
    from ctscan.model.scan_report import ScanReport
    from ctscan.scan.events import Emit, Event
    from ctscan.scan.run import ScanClock, ScanRequest, ScanResult


def silence() -> AbstractContextManager[Emit]:
    """Open a listener that ignores the events of logs."""

    def ignore(event: Event) -> None:
        pass

    return nullcontext(ignore)


async def scan(
    config: Config,
    *,
    who: str,
    command: str,
    plan: SearchPlan | None = None,
    reads_logs: bool = True,
    searching: Callable[[], AbstractContextManager[SearchListener]] = SilentListener,
    reading: Callable[[], AbstractContextManager[Emit]] = silence,
    stop: asyncio.Event,
    clock: ScanClock | None = None,
) -> ScanReport:
    """Ask the repositories of a plan for the scope, then read the logs to their heads.

    Args:
        who: the account, for the record.
        command: the command line, for the record.
        plan: questions to repositories, from `plan_scope_search`; None asks no repository.
        reads_logs: False asks the repositories only.
        searching: opens the listener for questions, when the first one is due.
        reading: opens the listener for logs, when the first one is due.
        stop: ends the scan when set; committed batches stay.

    Raises:
        UsageError: a setting is missing or can't be understood, or a wide term of the scope lacks consent.
        SourceError: the log list can't be fetched.
        IndexFault: the index can't be used. Faults of a log or repository are in the report.
    """
    await check_consent(config)
    _check_endpoint(config)
    request = scan_request(config, who=who, command=command, now=(clock or CLOCK).now()) if reads_logs else None
    found = None
    if plan is not None:
        from ctscan.app.searching import search  # not at the top: most scans ask no repository

        if request is not None:
            await _check(request, clock)
        with searching() as listener:
            found = await search(config, plan, who=who, listener=listener, stop=stop, clock=clock or CLOCK)
    if request is None or stop.is_set():
        return _report(None, found, was_cut=reads_logs)
    return _report(await _read(config, request, reading, stop, clock), found)


async def backfill(
    config: Config,
    *,
    who: str,
    command: str,
    reading: Callable[[], AbstractContextManager[Emit]] = silence,
    stop: asyncio.Event,
    clock: ScanClock | None = None,
) -> ScanReport:
    """Read the entries before the newest entry that was read, newest first. Arguments and errors: see `scan`."""
    await check_consent(config)
    request = scan_request(config, who=who, command=command, now=(clock or CLOCK).now(), past=True)
    return _report(await _read(config, request, reading, stop, clock), None)


def scan_request(config: Config, *, who: str, command: str, now: datetime, past: bool = False) -> ScanRequest:
    """Turn settings into the request of a scan, or of a backfill (`past`).

    Raises:
        UsageError: the scope is missing or can't be understood.
    """
    from ctscan.scan.run import ScanRequest

    return ScanRequest(
        db=config.db,
        scope=configured_scope(config),
        contact=config.contact,
        log_lists=config.log_lists,
        logs=config.logs,
        keys=keys_of(config),
        log_key=log_key_of(config),
        start=config.start,
        purpose=config.purpose,
        follow=config.follow and not past,
        past=past,
        jobs=config.jobs,
        quarantine_days=config.days_of_quarantine,
        give_up_after=config.timeouts.give_up,
        who=who,
        command=command,
        tuning=config.tuning,
        limits=config.keep.limits(now),
        privacy=privacy_files(config),
        key_file=index_key_path(config),
    )


def log_key_of(config: Config) -> LogKey | None:
    """Return key and origin of a log in a folder that doesn't describe it; None where they aren't given.

    Raises:
        UsageError: only one of the two is given.
    """
    from ctscan.model.log import LogKey

    if bool(config.log_key) != bool(config.origin):
        given, missing = ("log_key", "origin") if config.log_key else ("origin", "log_key")
        raise UsageError(f"{given}: expected {missing} too, which together describe a log in a folder; give both")
    return LogKey(config.log_key, config.origin) if config.log_key and config.origin else None


def keys_of(config: Config) -> LogChoice | None:
    """Return the choice of logs that file and environment give; None where they give none."""
    from ctscan.model import LogChoice

    if not config.keys:
        return None
    return LogChoice(tuple(config.keys.get("log_lists", ())), tuple(config.keys.get("logs", ())))


def _check_endpoint(config: Config) -> None:
    """Check the settings of the endpoint of metrics, where there is one."""
    if config.metrics_listen is not None:
        from ctscan.app.metrics_endpoint import check_endpoint

        check_endpoint(config)


async def _check(request: ScanRequest, clock: ScanClock | None) -> None:
    """Check the reading of logs before repositories are asked."""
    from ctscan.scan.run import check_request

    await check_request(request, clock)


async def _read(
    config: Config,
    request: ScanRequest,
    reading: Callable[[], AbstractContextManager[Emit]],
    stop: asyncio.Event,
    clock: ScanClock | None,
) -> ScanResult:
    from ctscan.app.alert_rounds import Alerting, watched
    from ctscan.scan.events import Notice
    from ctscan.scan.run import run_scan

    about_alerts = await watched(config)  # a wrong channel is found before anything is recorded or asked
    action = AuditAction.BACKFILL if request.past else AuditAction.SCAN
    async with recorded(config, action, who=request.who, clock=clock or CLOCK) as change:
        with reading() as emit:
            alerts = Alerting(config, lambda text: emit(Notice(text)), request.who, action, stop, clock or CLOCK)
            if about_alerts:
                emit(Notice(about_alerts))
            served = _endpoint(config, request, emit, clock or CLOCK)
            async with served, alerts.rounds(beside=request.follow):
                result = await _or_tell(alerts, run_scan(request, emit, stop, clock))
            change.detail, change.exit_code = str(result.run), result.exit_code
            await _purge(config, request.who, emit, stop, clock or CLOCK)
            await alerts.round()
    return result


async def _or_tell(alerts: Alerting, work: Awaitable[ScanResult]) -> ScanResult:
    """Await a scan; where it fails as a whole, make a round of alerts: a log list that can't be had is one."""
    try:
        return await work
    except CtscanError:
        await alerts.round()
        raise


def _endpoint(config: Config, request: ScanRequest, emit: Emit, clock: Clock) -> AbstractAsyncContextManager[None]:
    """Serve metrics while a scan follows."""
    if not request.follow:
        return nullcontext()
    from ctscan.app.metrics_endpoint import metrics_served
    from ctscan.scan.events import Notice

    return metrics_served(config, lambda line: emit(Notice(line)), clock)


async def _purge(config: Config, who: str, emit: Emit, stop: asyncio.Event, clock: Clock) -> None:
    """Delete what became too old, and say so in a line."""
    from ctscan.app.purging import purge_after_reading
    from ctscan.scan.events import Notice
    from ctscan.views.purges import after_reading
    from ctscan.views.text import ENGLISH, texts

    receipt = await purge_after_reading(config, who=who, stop=stop, clock=clock)
    if receipt is not None and receipt.counts:
        emit(Notice(after_reading(receipt, texts(ENGLISH))))


def _report(outcome: ScanResult | None, found: SearchResults | None, *, was_cut: bool = False) -> ScanReport:
    """Sum up; the worst exit code wins. `was_cut`: the scan was stopped before a log was read."""
    from ctscan.model.scan_report import LogResult, ScanReport

    return ScanReport(
        exit_code=worst((outcome.exit_code if outcome else int(was_cut), found.exit_code if found else 0)),
        logs=tuple(
            LogResult(log.log_id, log.name, str(log.status), log.message, log.gaps, log.notes) for log in outcome.logs
        )
        if outcome
        else (),
        searches=found.searches if found else (),
    )
