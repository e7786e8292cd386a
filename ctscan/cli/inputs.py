"""Local certificates as commands want them: where they came from, what they hold, and what went wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256

from ctscan.errors import InputError
from ctscan.model import Certificate, Finding, Problem
from ctscan.personal.analyse import DerKind, analyse, salvage
from ctscan.personal.scope import Scope
from ctscan.sources.files import Input, read_inputs
from ctscan.x509.containers import certificate_extractor

OUTERMOST = ("certificate", "tbsCertificate")
"""Where the reader notes that the end of a certificate is missing."""


@dataclass(frozen=True, slots=True)
class LocalCertificate:
    """One certificate, or an input that can't be read as one: then `certificate` is None, `findings` come from its
    readable strings, and `problems` begins with the reason.

    `sha256` is that of the bytes as given; None when there were none.
    """

    source: str
    sha256: bytes | None
    certificate: Certificate | None
    findings: tuple[Finding, ...]
    problems: tuple[Problem, ...]


def local_certificates(paths: Iterable[str], domains: tuple[str, ...] = ()) -> Iterator[LocalCertificate]:
    """Everything in files, directories and standard input (`-`). Never raises for what they hold. `domains`: canonical
    ones, in whose hosts names of people are looked for."""
    for found in read_inputs(paths, certificate_extractor()):
        yield _inspected(found, domains)


def readable_certificates(path: str) -> Iterator[tuple[str, Certificate]]:
    """`(source, certificate)` of everything at a path. InputError when anything there can't be read, or is cut off:
    half a certificate has another identity than the whole, so it would be looked up in vain."""
    for found in local_certificates([path]):
        if found.certificate is None:
            raise InputError(complaint(found))
        if any(p.path in OUTERMOST and p.what.endswith("clipped") for p in found.certificate.problems):
            raise InputError(
                f"{found.source}: expected a whole certificate, got one that is cut off; get the file again"
            )
        yield found.source, found.certificate


def complaint(found: LocalCertificate) -> str:
    """Why an input could not be read, in one line."""
    what = found.problems[0].what if found.problems else "expected a certificate, found none"
    return f"{found.source}: {what}"


def _inspected(found: Input, domains: tuple[str, ...]) -> LocalCertificate:
    scope = Scope(everything=True, domains=domains)
    if found.der is not None:
        data, inspected = found.der, analyse(found.der, DerKind.ANY, scope)
    elif found.problem is not None and found.problem.unread:
        data, inspected = found.problem.unread, salvage(found.problem.unread, found.problem, scope)
    else:
        return LocalCertificate(found.source, None, None, (), (found.problem,) if found.problem else ())
    return LocalCertificate(
        found.source, sha256(data).digest(), inspected.certificate, inspected.findings, inspected.problems
    )
