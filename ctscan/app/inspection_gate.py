"""Use case of a gate: judge the findings of an inspection before certificates are public.

paths ──► inspect ──► judge by words, ignore list, baseline ──► certificates with judged findings
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from ctscan.app.local_files import inspected_with_files
from ctscan.errors import FormatError, InputError, UsageError
from ctscan.hidden_fields import repr_without
from ctscan.model.gate import BaselineEntry, FindingState, JudgedCertificate, KnownFindings

if TYPE_CHECKING:
    from ctscan.model.exposure import Ignored
    from ctscan.model.gate import Gate

_LARGEST = 64 << 20  # octets of a baseline: 300,000 findings


@repr_without("passwords")
class GateOptions(Struct, frozen=True):
    """Options of a gate.

    Attributes:
        words: values of `--fail-on`; none: nothing stops.
        scope: terms in whose hosts names of people are looked for.
        baseline: file of known findings; empty for none.
        ignore: file of settings whose `[report] ignore` holds; empty for none.
        skip_others: skip named files without a certificate.
        passwords: of PKCS#12 files.
    """

    words: tuple[str, ...] = ()
    scope: tuple[str, ...] = ()
    baseline: str = ""
    ignore: str = ""
    skip_others: bool = False
    passwords: tuple[str, ...] = ()


def gate_of(words: Sequence[str]) -> Gate | None:
    """Parse the words of `--fail-on`; None without any.

    Raises:
        UsageError: a word is unknown.
    """
    from ctscan.personal.gate_rules import parse_gate

    return parse_gate(words) if words else None


def judge_files(paths: Iterable[str], options: GateOptions) -> Iterator[JudgedCertificate]:
    """Inspect files, directories and standard input, and judge each finding.

    Raises:
        UsageError: a word, the scope, the baseline or the ignore list can't be understood.
        InputError: baseline or ignore list can't be read. Faults of an input are in its result.
    """
    from ctscan.personal.gate_rules import judge

    gate = gate_of(options.words)
    known = KnownFindings(
        read_baseline(options.baseline) if options.baseline else None,
        _ignore_list(options.ignore) if options.ignore else (),
    )
    inspected = inspected_with_files(paths, options.scope, skip_others=options.skip_others, passwords=options.passwords)
    return (JudgedCertificate(found, file, judge(found, gate, known)) for file, found in inspected)


def read_baseline(path: str) -> frozenset[str]:
    """Read the fingerprints of a baseline.

    Raises:
        InputError: the file can't be read.
        UsageError: it is no baseline.
    """
    from ctscan.views.gates.baseline import parse_baseline

    try:
        return parse_baseline(_read(path))
    except FormatError as error:
        raise UsageError(f"--baseline: {error}; make it with --write-baseline") from error


def write_baseline(path: Path, judged: Iterable[JudgedCertificate]) -> int:
    """Write the findings that stop a gate, and those known before that are still there, as its baseline; return their
    number.

    Raises:
        InputError: the file can't be written.
    """
    from ctscan.app.dossier_package import written_whole
    from ctscan.views.gates.baseline import render_baseline

    entries = [
        BaselineEntry(finding.fingerprint, finding.finding.rule, finding.finding.path)
        for one in judged
        for finding in one.findings
        if finding.state in (FindingState.STOPS, FindingState.KNOWN)
    ]
    with written_whole(path.parent, path.name) as file:
        file.write(render_baseline(entries))
    return len(entries)


def _read(path: str) -> bytes:
    try:
        with Path(path).expanduser().open("rb") as file:
            data = file.read(_LARGEST + 1)
    except OSError as error:
        raise InputError(f"{path}: can't be read: {error.strerror or type(error).__name__}") from error
    if len(data) > _LARGEST:
        raise InputError(f"{path}: expected a file of at most {_LARGEST >> 20} MiB, got a larger one")
    return data


def _ignore_list(path: str) -> tuple[Ignored, ...]:
    """Read `[report] ignore` of a file of settings; other tables of the file don't count."""
    from ctscan.config.report_checks import ignore_list

    try:
        found = tomllib.loads(_read(path).decode())
    except (ValueError, RecursionError) as error:
        raise UsageError(f"--ignore: {path}: expected TOML with [report] ignore, got another text") from error
    table = found.get("report")
    if not isinstance(table, dict) or "ignore" not in table:
        raise UsageError(f"--ignore: {path}: expected [report] ignore, got a file without it")
    return ignore_list(table["ignore"], f"--ignore: {path}: ignore under [report]")
