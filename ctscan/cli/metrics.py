"""`ctscan metrics`: the state of scans, index and cases for Prometheus."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

import ctscan.app as app
from ctscan.cli import options
from ctscan.cli.program import command, complain
from ctscan.config import load_settings

FORMS = ("prometheus", "openmetrics")


@command(
    "metrics",
    exits={
        0: "the metrics are printed or written",
        1: "the index can't be read, the file can't be written, or a part could not be measured",
        2: "",
    },
    example="ctscan metrics\nctscan metrics -o /var/lib/node_exporter/textfile/ctscan.prom",
)
@click.option(
    "-o",
    "--output",
    "path",
    metavar="FILE",
    help="Write them into this file, in place of an older one, for the textfile collector of node_exporter.  "
    "[default: stdout]",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMS),
    default=FORMS[0],
    show_default=True,
    help="Write the text format of Prometheus, or OpenMetrics.",
)
@options.config
@options.db
@options.verbose
def COMMAND(path: str | None, form: str, verbose: int, **given: Any) -> int:  # noqa: N802 - found by this name
    """Print metrics of logs, basis, findings by category, and cases for Prometheus.

    No personal data is in them: labels are names and operators of logs, categories, and states. No log is asked.
    While 'ctscan scan --follow' runs, the key [metrics] listen serves the same at /metrics.
    """
    from ctscan.cli.process import run

    config = load_settings(**given)
    content, problems = run(app.render_measures(config, is_open=form == "openmetrics"))
    if path is None:
        click.echo(content.decode(), nl=False)
    else:
        app.write_metrics(Path(path).expanduser(), content)
    for problem in problems:
        complain(f"metrics: {problem}")
    return 1 if problems else 0
