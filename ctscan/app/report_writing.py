"""Use case that writes a report of exposure in a format, to a file or for stdout."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from ctscan.app.dossier_package import written_whole
from ctscan.app.exposure_report import ReportOptions, report_exposure
from ctscan.app.wiring import CLOCK
from ctscan.clock import Clock
from ctscan.errors import UsageError

if TYPE_CHECKING:
    from ctscan.config import Config
    from ctscan.model.exposure import ExposureReport
    from ctscan.views.text import Texts

REPORT_FORMS = ("html", "pdf", "json", "csv", "xlsx")
"""Formats of a report, each the ending of its file."""

_BINARY = ("pdf", "xlsx")


class WrittenReport(Struct, frozen=True):
    """Report as it was written. `complete`: everything in its basis was read; `remark`: its charts are missing, and
    what to install."""

    content: bytes
    complete: bool
    remark: str = ""


def report_form(path: str | None) -> str:
    """Choose the format by the ending of a file; JSON for stdout.

    Raises:
        UsageError: the ending is no format.
    """
    if path is None:
        return "json"
    form = Path(path).suffix.lower().removeprefix(".")
    if form not in REPORT_FORMS:
        raise UsageError(
            f"report: -o: expected a file that ends in .{', .'.join(REPORT_FORMS)}, got another; or give --format"
        )
    return form


async def write_report(
    config: Config, options: ReportOptions, path: Path | None, *, who: str, clock: Clock = CLOCK
) -> WrittenReport:
    """Make a report and write it; the audit trail records it.

    Args:
        config: settings.
        options: options of the report; `form` is its format.
        path: file, written over; None: only return the content.
        who: account, for the record.
        clock: clock.

    Raises:
        UsageError, IndexFault: as `report_exposure`, and for a format whose extra isn't installed.
        InputError: the file can't be written.
    """
    if path is None and options.form in _BINARY:
        raise UsageError(f"report: expected -o FILE for {options.form}, got none; stdout shows text only")
    check_installed(options.form)
    made = await report_exposure(config, options, who=who, clock=clock)
    content, remark = rendered(made, options.form, config.lang)
    if path is not None:
        with written_whole(path.parent, path.name) as file:
            file.write(content)
    return WrittenReport(content, made.basis.complete, remark)


def check_installed(form: str) -> None:
    """Check that the extra of a format is there. UsageError, which names the remedy, without it."""
    if form == "pdf":
        from ctscan.views.dossier.typesetting import check_installed as check_typst

        check_typst("report --format pdf", "reports")
    if form == "xlsx":
        from ctscan.views.exposure.report_xlsx import check_installed as check_xlsx

        check_xlsx()


def rendered(made: ExposureReport, form: str, lang: str) -> tuple[bytes, str]:
    """Render a report; return it, and a remark where its charts are missing."""
    from ctscan.views.text import texts

    if form == "json":
        from ctscan.views.json import exposure_report, to_json

        return f"{to_json(exposure_report(made))}\n".encode(), ""
    say = texts(lang)
    if form == "csv":
        from ctscan.views.exposure.report_csv import render_csv

        return render_csv(made, say), ""
    if form == "xlsx":
        from ctscan.views.exposure.report_xlsx import render_xlsx

        return render_xlsx(made, say), ""
    return _drawn(made, form, say)


def _drawn(made: ExposureReport, form: str, say: Texts) -> tuple[bytes, str]:
    from ctscan.app.chart_process import drawings
    from ctscan.views.exposure.report_html import render_html

    found, remark = drawings(made, say)
    if form == "html":
        return render_html(made, say, found), remark
    from ctscan.views.exposure.report_pdf import render_pdf

    return render_pdf(made, say, found), remark
