"""One local certificate, read and searched: what `ctscan inspect` shows. Pure; no file is opened here."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from ctscan.errors import FormatError
from ctscan.model import Certificate, Finding, Problem
from ctscan.personal.rules import find_in_text, find_personal_data
from ctscan.x509.attribute_certificate import read_attribute_certificate
from ctscan.x509.certificate import read_certificate, read_tbs
from ctscan.x509.text import salvage_strings


@dataclass(frozen=True, slots=True)
class Inspected:
    """What bytes given as a certificate hold. `certificate` is None when they can't be read as one: then `findings`
    come from their readable strings, and `problems` begins with the reason."""

    sha256: bytes  # of the bytes as given
    certificate: Certificate | None
    findings: tuple[Finding, ...]
    problems: tuple[Problem, ...]


def inspect_der(der: bytes, domains: tuple[str, ...] = ()) -> Inspected:
    """Read a certificate (a bare TBSCertificate or an attribute certificate too) and apply every rule. Never raises for
    what the bytes hold. `domains`: canonical ones, in whose hosts names of people are looked for."""
    digest = hashlib.sha256(der).digest()
    try:
        certificate = read_certificate(der)
    except FormatError as refused:
        other = _read_other(der)
        if other is None:
            return inspect_unreadable(der, Problem("certificate", str(refused)))
        certificate = other
    findings, problems = find_personal_data(certificate, domains)
    return Inspected(digest, certificate, findings, (*certificate.problems, *problems))


def inspect_unreadable(data: bytes, why: Problem) -> Inspected:
    """What the readable strings hold of bytes that can't be read as what they should be."""
    findings, problems = find_in_text(salvage_strings(data))
    return Inspected(hashlib.sha256(data).digest(), None, findings, (why, *problems))


def _read_other(der: bytes) -> Certificate | None:
    for read in (read_tbs, read_attribute_certificate):
        try:
            return read(der)
        except FormatError:
            continue
    return None
