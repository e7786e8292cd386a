"""Measures of an index in the text format of Prometheus, or in OpenMetrics.

Names and units follow the practice of Prometheus: base units, times in seconds since 1970, so that a rule subtracts
them from `time()`. prometheus_client writes the format and escapes labels.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from ctscan.extras import missing_extra
from ctscan.model.health import Condition
from ctscan.model.metrics import IndexMeasure, LogMeasure, Measures

if TYPE_CHECKING:
    from prometheus_client import Metric

TEXT = "text/plain; version=0.0.4; charset=utf-8"
OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"

Number = float | None


class Gauge(NamedTuple):
    """Metric without labels of its own: its name, its sentence, and the value; no sample where the value is None."""

    name: str
    says: str
    value: Callable[..., Number]


def _seconds(at: datetime | None) -> Number:
    return None if at is None else at.timestamp()


OF_LOGS = (
    Gauge("ctscan_log_is_read", "1 when scans read a log of the basis; 0 when they leave it out.", lambda m: m.is_read),
    Gauge("ctscan_log_head_entries", "Entries that the newest verified head of a log signs.", lambda m: m.head_size),
    Gauge("ctscan_log_head_signed_timestamp_seconds", "Time that a log signed with its newest head.",
          lambda m: m.head_signed),
    Gauge("ctscan_log_position_entries", "Index after the last entry that was read.", lambda m: m.position),
    Gauge("ctscan_log_read_entries", "Entries that were read; it falls where unproven ones are given up.",
          lambda m: m.read),
    Gauge("ctscan_log_backlog_entries", "Entries behind the beginning of coverage that are still to be read.",
          lambda m: m.backlog),
    Gauge("ctscan_log_read_entries_per_second", "Speed of the last reading.", lambda m: m.rate),
    Gauge("ctscan_log_growth_entries_per_second", "Growth of a log over the newest day of its heads.",
          lambda m: m.growth),
    Gauge("ctscan_log_gaps", "Gaps that a reader left with a reason.", lambda m: m.gaps),
    Gauge("ctscan_log_gap_entries", "Entries in these gaps.", lambda m: m.gap_entries),
    Gauge("ctscan_log_misbehaviours", "Pieces of evidence against a log that stand.", lambda m: m.misbehaviours),
    Gauge("ctscan_log_last_success_timestamp_seconds", "Last check of the head that ended well.",
          lambda m: _seconds(m.last_success)),
    Gauge("ctscan_log_last_check_timestamp_seconds", "Last check of the head, however it ended.",
          lambda m: _seconds(m.last_check)),
    Gauge("ctscan_log_failing", "1 while a log can't be read to its head.", lambda m: m.failing_since is not None),
    Gauge("ctscan_log_failing_since_timestamp_seconds", "First failure after the last success.",
          lambda m: _seconds(m.failing_since)),
)  # fmt: skip
"""Metrics with the labels `log` and `operator`."""

OF_INDEX = (
    Gauge("ctscan_basis_revision", "Number of the newest revision of the basis; 0 before the first scan.",
          lambda m: m.basis_revision),
    Gauge("ctscan_basis_logs", "Logs of the basis.", lambda m: m.basis_logs),
    Gauge("ctscan_basis_complete", "1 when everything in the basis was read for the scope of the settings.",
          lambda m: m.is_complete),
    Gauge("ctscan_log_list_dated_timestamp_seconds", "Date of the log list that the basis follows.",
          lambda m: _seconds(m.list_dated)),
    Gauge("ctscan_log_list_failing", "1 while the log list can't be read.", lambda m: m.list_failing_since is not None),
    Gauge("ctscan_index_damaged", "1 while damage of the index is known.", lambda m: m.is_damaged),
    Gauge("ctscan_audit_trail_sound", "1 when the audit trail is there, readable, and the one of the index.",
          lambda m: m.is_trail_sound),
    Gauge("ctscan_run_started_timestamp_seconds", "Start of the newest scan.", lambda m: _seconds(m.run_started)),
    Gauge("ctscan_run_ended_timestamp_seconds", "End of the newest scan; missing while it runs.",
          lambda m: _seconds(m.run_ended)),
)  # fmt: skip
"""Metrics of the index as a whole."""

OF_CASES = (
    Gauge("ctscan_cases_open", "Open requests of data subjects.", lambda m: m.open),
    Gauge("ctscan_cases_due_soon", "Cases whose next deadline is within seven days.", lambda m: m.due_soon),
    Gauge("ctscan_cases_overdue", "Cases whose next deadline has passed.", lambda m: m.overdue),
)
"""Metrics of the register of cases."""

OF_CHANNELS = (
    Gauge("ctscan_alerts_pending", "Alerts that wait to be sent on a channel.", lambda m: m.pending),
    Gauge("ctscan_alerts_dead", "Alerts that were given up; they are kept.", lambda m: m.dead),
    Gauge("ctscan_alerts_delivered", "Alerts that arrived, as far as they are kept.", lambda m: m.delivered),
    Gauge("ctscan_alerts_oldest_pending_timestamp_seconds", "Time of the oldest alert that waits.",
          lambda m: _seconds(m.oldest)),
    Gauge("ctscan_alerts_failing", "1 while a channel fails.", lambda m: m.failing_since is not None),
    Gauge("ctscan_alerts_last_delivered_timestamp_seconds", "Last delivery on a channel.",
          lambda m: _seconds(m.last_delivered)),
)  # fmt: skip
"""Metrics with the label `channel`."""

OF_PARTS = (
    Gauge("ctscan_measured_success", "1 when a part of these measures could be taken.", lambda m: m.is_taken),
    Gauge("ctscan_measured_timestamp_seconds", "Time at which a part was measured.", lambda m: _seconds(m.at)),
    Gauge("ctscan_measured_duration_seconds", "Time that measuring a part took.", lambda m: m.seconds),
)
"""Metrics with the label `part`."""


def check_installed() -> None:
    """Raise UsageError where prometheus_client isn't installed."""
    try:
        import prometheus_client.core  # noqa: F401
    except ImportError as error:
        raise missing_extra("metrics", "metrics") from error


def media_type(accept: str) -> str:
    """Choose the format for an Accept header: OpenMetrics where it is asked for, else the text format."""
    return OPENMETRICS if "application/openmetrics-text" in accept else TEXT


def render_metrics(found: Measures, form: str = TEXT) -> bytes:
    """Write the measures in a format, `TEXT` or `OPENMETRICS`."""
    check_installed()
    registry = _Registry(list(families(found)))
    if form == OPENMETRICS:
        from prometheus_client.openmetrics import exposition as openmetrics

        return bytes(openmetrics.generate_latest(registry))  # type: ignore[no-untyped-call]
    from prometheus_client.exposition import generate_latest

    return generate_latest(registry)


class _Registry:
    """Collector as prometheus_client asks for it: it gives the families."""

    def __init__(self, found: list[Metric]) -> None:
        self._found = found

    def collect(self) -> Iterable[Metric]:
        """Return the families."""
        return self._found


def families(found: Measures) -> Iterator[Metric]:
    """Yield the families of metrics with their samples."""
    from prometheus_client.core import InfoMetricFamily

    yield InfoMetricFamily("ctscan_build", "Version of ctscan.", value={"version": found.version})
    by_log = [((one.name, one.operator), one) for one in found.logs]
    yield from _gauges(OF_LOGS, ("log", "operator"), by_log)
    yield _conditions(found.logs)
    if found.index is not None:
        yield from _gauges(OF_INDEX, (), [((), found.index)])
        yield _outcome(found.index)
    if found.findings is not None:
        held = Gauge("ctscan_certificates", "Certificates in the index.", lambda m: m.certificates)
        yield from _gauges((held,), (), [((), found.findings)])
        counted = Gauge("ctscan_findings", "Findings about people, by category (fideslang) and sensitivity.", float)
        by_kind = [((category, _word(words)), count) for (category, words), count in found.findings.findings.items()]
        yield from _gauges((counted,), ("category", "sensitivity"), by_kind)
    if found.cases is not None:
        yield from _gauges(OF_CASES, (), [((), found.cases)])
    yield from _gauges(OF_CHANNELS, ("channel",), [((one.name,), one) for one in found.channels])
    parts = [((str(part),), taken) for part, taken in found.parts.items()]
    yield from _gauges(OF_PARTS, ("part",), parts)


def _gauges(
    gauges: Iterable[Gauge], labels: tuple[str, ...], measured: Sequence[tuple[Sequence[str], object]]
) -> Iterator[Metric]:
    """Yield a family for each metric, with a sample for each measured thing."""
    from prometheus_client.core import GaugeMetricFamily

    for name, says, value in gauges:
        family = GaugeMetricFamily(name, says, labels=labels)
        for words, one in measured:
            number = value(one)
            if number is not None:
                family.add_metric(words, float(number))
        yield family


def _conditions(logs: Iterable[LogMeasure]) -> Metric:
    """Make a sample for each log and condition, 1 for the condition that it has."""
    from prometheus_client.core import GaugeMetricFamily

    says = "1 for the condition of a log, the worst that is known of it; 0 for the others."
    family = GaugeMetricFamily("ctscan_log_condition", says, labels=("log", "operator", "condition"))
    for one in logs:
        for condition in Condition:
            family.add_metric((one.name, one.operator, _word(condition)), float(one.condition is condition))
    return family


def _outcome(found: IndexMeasure) -> Metric:
    from prometheus_client.core import GaugeMetricFamily

    says = "1 with the outcome of the newest scan."
    family = GaugeMetricFamily("ctscan_run_outcome", says, labels=("outcome",))
    if found.run_outcome:
        family.add_metric((_word(found.run_outcome),), 1.0)
    return family


def _word(text: str) -> str:
    """Write a code as a label: `never read` becomes `never_read`."""
    return text.replace(" ", "_").replace("-", "_")
