"""One certificate from outside, read and searched for personal data. Pure; never raises for what the bytes hold."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ctscan.collect.result_filter import Wanted
from ctscan.errors import FormatError
from ctscan.model import Certificate, EntryKind, Finding, Problem, RepositoryEntry, RepositoryHit
from ctscan.personal.rules import find_in_text, find_personal_data
from ctscan.x509.certificate import read_certificate, read_tbs
from ctscan.x509.precertificate import split_precertificate
from ctscan.x509.text import salvage_strings


@dataclass(frozen=True, slots=True)
class Examined:
    """`hit`: what is to be kept, None when nothing is; `unreadable`: the certificate can't be read, so that what it
    holds is known by its readable strings only. `certificate`: what was read, kept or not."""

    hit: RepositoryHit | None
    unreadable: bool = False
    certificate: Certificate | None = None


def examine(entry: RepositoryEntry, wanted: Wanted) -> Examined:
    """Read what a repository gave and keep it if it is wanted."""
    kind, leaf, submitted = split_precertificate(entry.der)
    try:
        certificate = read_tbs(leaf) if kind is EntryKind.PRECERT else read_certificate(leaf)
    except FormatError as error:
        return _salvaged(entry, wanted, str(error))
    except Exception as error:  # one bad certificate must not end a search; the type alone, the message may quote it
        return _salvaged(entry, wanted, f"the reader failed with {type(error).__name__}")
    findings, failures = find_personal_data(certificate, wanted.domains)
    if failures:
        certificate = replace(certificate, problems=certificate.problems + failures)
    if not findings and failures:
        return _salvaged(entry, wanted, _reason(failures))
    if not _is_kept(wanted, findings, certificate):
        return Examined(None, certificate=certificate)
    return Examined(RepositoryHit(entry, kind, leaf, certificate, findings, submitted), certificate=certificate)


def _is_kept(wanted: Wanted, findings: tuple[Finding, ...], certificate: Certificate) -> bool:
    return bool(findings) and wanted.keeps(findings, certificate, ())


def _salvaged(entry: RepositoryEntry, wanted: Wanted, reason: str) -> Examined:
    """What the readable strings hold; without anything that is wanted nothing is kept."""
    strings = salvage_strings(entry.der)
    findings, failures = find_in_text(strings)
    if not findings or not wanted.keeps(findings, None, strings):
        return Examined(None, unreadable=True)
    reason = "; ".join(filter(None, (reason, _reason(failures))))
    return Examined(
        RepositoryHit(entry, EntryKind.X509, entry.der, None, findings, reason=reason),
        unreadable=True,
    )


def _reason(failures: tuple[Problem, ...]) -> str:
    return "; ".join(f"{failure.path}: {failure.what}" for failure in failures)
