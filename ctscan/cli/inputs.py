"""Local certificates as commands want them: read, searched for personal data, and with all that went wrong."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ctscan.errors import FormatError, InputError
from ctscan.model import Certificate, Finding, Problem
from ctscan.personal.rules import find_in_text, find_personal_data
from ctscan.sources.files import Input, read_inputs
from ctscan.x509.certificate import read_certificate
from ctscan.x509.text import salvage_strings


@dataclass(frozen=True, slots=True)
class Inspected:
    """One certificate, or an input that can't be read as one (`certificate` is None) with what its text gave away.

    `sha256` is that of the bytes as given; None when there were none.
    """

    source: str
    sha256: bytes | None
    certificate: Certificate | None
    findings: tuple[Finding, ...]
    problems: tuple[Problem, ...]


def inspect_inputs(paths: Iterable[str]) -> Iterator[Inspected]:
    """Everything in files, directories and standard input (`-`). Never raises for what they hold."""
    for found in read_inputs(paths):
        yield _inspected(found)


def certificates_in(path: str) -> Iterator[tuple[str, Certificate]]:
    """`(source, certificate)` of everything at a path. InputError when there is anything that can't be read."""
    for found in inspect_inputs([path]):
        if found.certificate is None:
            raise InputError(complaint(found))
        yield found.source, found.certificate


def _inspected(found: Input) -> Inspected:
    if found.der is None:
        return Inspected(found.source, None, None, (), (found.problem,) if found.problem else ())
    sha256 = hashlib.sha256(found.der).digest()
    try:
        certificate = read_certificate(found.der)
    except FormatError as error:
        findings, problems = find_in_text(salvage_strings(found.der))
        return Inspected(found.source, sha256, None, findings, (Problem("certificate", str(error)), *problems))
    findings, problems = find_personal_data(certificate)
    return Inspected(found.source, sha256, certificate, findings, (*certificate.problems, *problems))


def complaint(found: Inspected) -> str:
    """Why an input could not be read, in one line."""
    what = found.problems[0].what if found.problems else "no certificate in it"
    return f"{found.source}: {what}"
