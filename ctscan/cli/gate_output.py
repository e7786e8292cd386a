"""Output of `ctscan inspect` as a gate: lines, SARIF or JUnit on stdout, and the exit code."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

import ctscan.app as app
from ctscan.cli.program import complain
from ctscan.cli.wrapping import hint
from ctscan.errors import UsageError, worst
from ctscan.model.gate import GateCounts

if TYPE_CHECKING:
    from ctscan.model.gate import Gate, JudgedCertificate

FORMATS = ("sarif", "junit")
"""Formats in which only a gate writes."""


class GateOutput(Struct, frozen=True):
    """Options of the output. `baseline`: file to write; `with_values`: show values of people; `explain`: the option of
    that name, which a gate doesn't take."""

    format: str
    lang: str
    baseline: str = ""
    with_values: bool = False
    explain: str = ""


def is_gate(output: GateOutput, options: app.GateOptions) -> bool:
    """Return whether an inspection is a gate, by its options.

    Raises:
        UsageError: options don't go together.
    """
    gate_only = {
        "--baseline": options.baseline, "--ignore": options.ignore, "--write-baseline": output.baseline,
        "--format junit": output.format == "junit",
    }  # fmt: skip
    for name, is_given in gate_only.items():
        if is_given and not options.words:
            raise UsageError(f"inspect: expected --fail-on with {name}, got none: without it nothing can stop")
    has_gate = bool(options.words) or output.format in FORMATS
    if has_gate and output.explain:
        raise UsageError("inspect: expected --explain without --fail-on and --format sarif, got them together")
    if not has_gate and (output.with_values or options.skip_others):
        name = "--values" if output.with_values else "--skip-others"
        raise UsageError(f"inspect: expected --fail-on or --format sarif with {name}, got neither")
    return has_gate


def run_gate(paths: Iterable[str], options: app.GateOptions, output: GateOutput) -> int:
    """Judge certificates and print the result; return the exit code.

    Raises:
        UsageError, InputError: as `app.judge_files` and `app.write_baseline`.
    """
    gate, counts = app.gate_of(options.words), GateCounts()
    judged = _counted(app.judge_files(paths, options), counts, is_gate=gate is not None)
    if output.baseline:
        written = app.write_baseline(Path(output.baseline).expanduser(), judged)
        hint(f"{output.baseline}: {written:,} finding{'' if written == 1 else 's'}")
        return worst(code for code in counts.codes if code != _STOPPED)
    if output.format == "sarif":
        _print_pieces(_sarif(judged, options, output, counts))
    elif output.format == "junit":
        from ctscan.views.gates.junit import render_junit

        _print_pieces(render_junit(judged, with_values=output.with_values))
    elif output.format == "table":
        _print_lines(judged, output)
    else:
        _print_json(judged, is_array=output.format == "json")
    if gate is not None:
        _say_sums(counts, gate, output.lang)
    return _code(counts, gate)


_STOPPED = 5


def _code(counts: GateCounts, gate: Gate | None) -> int:
    """Choose the exit code. Without a gate an input that can't be read is as it is for every inspection: 1 where
    nothing was read, else 0."""
    return worst(code for code in counts.codes if gate is not None or code == 1)


def _counted(judged: Iterable[JudgedCertificate], counts: GateCounts, *, is_gate: bool) -> Iterator[JudgedCertificate]:
    from ctscan.views.gates.gate_words import unread_line

    for one in judged:
        counts.add(one)
        if reason := unread_line(one.found):
            complain(f"{one.found.source}: {reason}")
        yield one


def _sarif(
    judged: Iterable[JudgedCertificate], options: app.GateOptions, output: GateOutput, counts: GateCounts
) -> Iterator[str]:
    from ctscan.resources import version
    from ctscan.views.gates.sarif import SarifOptions, render_sarif

    gate = app.gate_of(options.words)
    given = SarifOptions(
        version=version(),
        rules={rule.id: rule for rule in app.rules()},
        gate=gate,
        has_baseline=bool(options.baseline),
        with_values=output.with_values,
        exit_code=lambda: _code(counts, gate),
    )
    return render_sarif(judged, given)


def _print_pieces(pieces: Iterable[str]) -> None:
    """Print a file as UTF-8, whatever the encoding of stdout."""
    out = sys.stdout.buffer
    for piece in pieces:
        out.write(piece.encode())
    out.flush()


def _print_lines(judged: Iterable[JudgedCertificate], output: GateOutput) -> None:
    from ctscan.views import tables
    from ctscan.views.gates.gate_words import certificate_lines
    from ctscan.views.text import texts

    out, say = tables.console(), texts(output.lang)
    for one in judged:
        lines = certificate_lines(one, say, with_values=output.with_values)
        if lines:
            tables.say(out, one.found.source, "bold")
        for line in lines:
            tables.say(out, line, indent=2)


def _print_json(judged: Iterable[JudgedCertificate], *, is_array: bool) -> None:
    """Print an object for each input, as without a gate, with the judgement of each finding. Values stand in it."""
    from ctscan.cli.output import JsonItems
    from ctscan.views.json import judged_certificate

    items = JsonItems(is_array=is_array)
    for one in judged:
        items.add(judged_certificate(one))
    items.end()


def _say_sums(counts: GateCounts, gate: Gate, lang: str) -> None:
    """Say the verdict on stderr: stdout holds findings, or a file."""
    from ctscan.views.gates.gate_words import sums
    from ctscan.views.text import texts

    for line in sums(counts, gate, texts(lang)):
        hint(line)
