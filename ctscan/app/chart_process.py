"""Drawing of charts in a process of its own.

The library brings a JavaScript engine. It ends its process where it gets no executable memory, as in a service that
forbids it, and values out of certificates reach it. So it draws apart: without the secrets of the environment, within a
time, and a report loses its charts at most.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from importlib.util import find_spec

from msgspec.structs import asdict

from ctscan.extras import needs
from ctscan.model.exposure import ExposureReport
from ctscan.views.exposure.chart_drawing import PACKAGE, Drawing, Drawings, drawn
from ctscan.views.exposure.chart_specs import Chart
from ctscan.views.exposure.charts import charts
from ctscan.views.text import Texts

_PROGRAM = "from ctscan.app.chart_process import draw_here; draw_here()"
_KEPT = ("PATH", "PYTHONPATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH", "SYSTEMROOT")
_SECONDS = 120


def drawings(found: ExposureReport, say: Texts) -> tuple[Drawings, str]:
    """Draw the charts of a report; return the drawings, and a remark where there are none: the reason."""
    try:
        is_installed = find_spec("vl_convert") is not None
    except ImportError:
        is_installed = False
    if not is_installed:
        return {}, f"tables only: a chart {needs('reports', PACKAGE)}"
    return _drawn_apart(charts(found, say))


def _drawn_apart(found: Mapping[str, Chart]) -> tuple[Drawings, str]:
    command = [sys.executable, "-P", "-c", _PROGRAM]
    given = json.dumps({name: asdict(one) for name, one in found.items()}).encode()
    environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
    try:
        done = subprocess.run(  # noqa: S603 - this program itself
            command, input=given, capture_output=True, env=environment, timeout=_SECONDS, check=True
        )
        return {name: Drawing(**one) for name, one in json.loads(done.stdout).items()}, ""
    except (OSError, subprocess.SubprocessError) as error:
        ended = getattr(error, "returncode", type(error).__name__)
        return {}, f"tables only: {PACKAGE} could draw no chart ({ended}); it needs memory that is executable"


def draw_here() -> None:
    """Draw charts from stdin to stdout, both JSON: the other end of `drawings`."""
    given = json.load(sys.stdin.buffer)
    made = drawn({name: Chart(**one) for name, one in given.items()})
    sys.stdout.buffer.write(json.dumps({name: asdict(one) for name, one in made.items()}).encode())
