"""The door from bytes to findings: reads a certificate, applies every rule, salvages strings of unreadable bytes.

    bytes -> read, by kind -> rules -> findings -> is it in scope?
               └ unreadable -> readable strings -> text rules ┘

Logs, chains, repositories, files, `inspect`, `prove` and `reindex` use this door and no other. Pure. No bytes make it
fail: an exception of a reader or a rule becomes the reason why the certificate counts as unreadable.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from enum import Enum
from itertools import islice
from typing import Final, Protocol

from msgspec import Struct
from msgspec.structs import replace

from ctscan.errors import FormatError
from ctscan.model import Certificate, EntryKind, Finding, LookupKey, Problem
from ctscan.personal.rules import find_in_text, find_personal_data, is_rule_failure
from ctscan.personal.scope import Scope
from ctscan.x509.attribute_certificate import read_attribute_certificate
from ctscan.x509.certificate import read_certificate, read_tbs
from ctscan.x509.certificate_request import read_request
from ctscan.x509.text import salvage_strings


class DerKind(Enum):
    """Structure that bytes are read as. Of several possible structures the first that fits counts."""

    CERTIFICATE = "certificate"
    TBS = "TBSCertificate"
    LEAF = "certificate or attribute certificate"
    ANY = "certificate, TBSCertificate, attribute certificate or certificate request"


def kind_of_leaf(kind: EntryKind) -> DerKind:
    """Return the kind of kept bytes: certificates and TBSCertificates of logs, attribute certificates of files."""
    return DerKind.TBS if kind is EntryKind.PRECERT else DerKind.LEAF


class ResultFilter(Protocol):
    """Choice of the certificates to keep: by a scope, or by the identifier that a search asks for."""

    @property
    def domains(self) -> tuple[str, ...]:
        """Canonical domains in whose hosts rules look for names of people."""
        ...

    @property
    def scope_text(self) -> str:
        """Canonical text of the scope without addresses, for the record; empty for an identifier."""
        ...

    @property
    def scope_emails(self) -> int:
        """Number of addresses in the scope."""
        ...

    def keeps(self, findings: Sequence[Finding], certificate: Certificate | None, strings: Iterable[str]) -> bool:
        """Return whether to keep a certificate with these findings.

        An unreadable certificate is None; `strings` are its readable strings.
        """
        ...

    def is_too_old(self, certificate: Certificate) -> bool:
        """Return whether retention leaves a certificate out, whatever is found in it (`personal.keeping`)."""
        ...


class Analysis(Struct, frozen=True):
    """Personal data in a certificate.

    Attributes:
        certificate: as read, with the problems of rules that failed; None when it is unreadable.
        findings: in the certificate, or in its readable strings when it is unreadable.
        problems: of the reader and of the rules, in this order; of an unreadable certificate the reason comes first.
        unreadable: the reason, without any data of the certificate; empty when the certificate was read.
        in_scope: whether the filter keeps it. A readable certificate without findings is never in scope; an unreadable
            certificate can be in scope by its strings alone.
        is_complete: whether every rule was applied without failure, so that missing findings mean there are none.
        is_tbs: whether the bytes were read as a bare TBSCertificate.
        partly_read: whether a part was left unread by a bound of the reader or of a rule, or by a reader or a rule that
            failed: anybody's data may stand there. The problems with `is_cut` say which part. An unreadable certificate
            of which every string was searched is not partly read.
        is_too_old: whether retention leaves it out. It is then neither in scope nor partly read: nothing of it is kept.
    """

    certificate: Certificate | None
    findings: tuple[Finding, ...]
    problems: tuple[Problem, ...]
    unreadable: str = ""
    in_scope: bool = True
    is_complete: bool = True
    is_tbs: bool = False
    partly_read: bool = False
    is_too_old: bool = False

    @property
    def findings_in_scope(self) -> tuple[Finding, ...]:
        """Findings to keep: none of a certificate that is kept only because it was partly read."""
        return self.findings if self.in_scope else ()

    @property
    def unkept_keys(self) -> tuple[LookupKey, ...]:
        """Look-up keys of findings that are out of scope, for the comparison with people who objected."""
        return () if self.in_scope else tuple({key: None for finding in self.findings for key in finding.keys})

    @property
    def is_kept(self) -> bool:
        """Whether a certificate without proof (of a chain, a repository, a file) is kept."""
        return (bool(self.findings) and self.in_scope) or self.partly_read


MAX_STRINGS: Final = 250_000
"""Strings of an unreadable certificate that are compared with a scope."""

_TOO_MANY_STRINGS: Final = Problem("certificate", f"more than {MAX_STRINGS} readable strings", is_cut=True)

KEEP_ALL: Final = Scope(everything=True)

_Reader = Callable[[bytes], Certificate]

_READERS: Final[dict[DerKind, tuple[_Reader, ...]]] = {
    DerKind.CERTIFICATE: (read_certificate,),
    DerKind.TBS: (read_tbs,),
    DerKind.LEAF: (read_certificate, read_attribute_certificate),
    DerKind.ANY: (read_certificate, read_tbs, read_attribute_certificate, read_request),
}


def analyse(der: bytes, kind: DerKind = DerKind.ANY, scope: ResultFilter = KEEP_ALL) -> Analysis:
    """Read a certificate and find the personal data in it.

    Args:
        der: the certificate, from its first octet to its last.
        kind: how to read it.
        scope: decides `Analysis.in_scope`, and names the domains in whose hosts names of people are looked for.

    Returns:
        The findings of all rules. Where the certificate can't be read, or a rule failed and no other rule found
        anything: the findings in its readable strings. No content of `der` makes it raise.
    """
    reason, has_failed = "", False
    for read in _READERS[kind]:
        try:
            certificate = read(der)
        except FormatError as error:
            reason = reason or str(error)
        except Exception as error:  # a bad certificate must not end a scan; the message may quote it, the type can't
            reason, has_failed = f"the reader failed with {type(error).__name__}", True
        else:
            try:
                return _search(der, certificate, scope, is_tbs=read is read_tbs)
            except Exception as error:  # of the code around the rules: attribution, grouping, scope
                if scope.is_too_old(certificate):
                    return _too_old(certificate, (), certificate.problems, is_complete=False)
                reason, has_failed = f"the search for personal data failed with {type(error).__name__}", True
                break
    return salvage(der, Problem("certificate", reason, is_cut=has_failed), scope)


def salvage(data: bytes, reason: Problem, scope: ResultFilter = KEEP_ALL) -> Analysis:
    """Find personal data in the readable strings of bytes that can't be read as a certificate.

    Args:
        data: the bytes.
        reason: why they can't be read, without any of their data.
        scope: decides `Analysis.in_scope`.

    Returns:
        An unreadable analysis. No content of `data` makes it raise.
    """
    findings, failures = find_in_text(data)
    in_scope = scope.keeps(findings, None, islice(salvage_strings(data), MAX_STRINGS))
    is_cut = not in_scope and len(data) > MAX_STRINGS and _has_more_strings(data)
    problems = (reason, *failures, *((_TOO_MANY_STRINGS,) if is_cut else ()))
    return Analysis(
        None,
        findings,
        problems,
        unreadable="; ".join((reason.what, *map(_sentence, failures))),
        in_scope=in_scope,
        is_complete=False,
        partly_read=any(problem.is_cut for problem in problems),
    )


def _has_more_strings(data: bytes) -> bool:
    return next(islice(salvage_strings(data), MAX_STRINGS, None), None) is not None


def _finder_for_requests() -> Callable[[Certificate, tuple[str, ...]], tuple[tuple[Finding, ...], tuple[Problem, ...]]]:
    from ctscan.personal.request_search import find_in_request  # not at the top: logs hold no requests

    return find_in_request


def _search(der: bytes, certificate: Certificate, scope: ResultFilter, *, is_tbs: bool) -> Analysis:
    find = find_personal_data if certificate.request is None else _finder_for_requests()
    findings, problems = find(certificate, scope.domains)
    is_complete = True
    if problems:
        is_complete = not any(map(is_rule_failure, problems))
        if not is_complete and not findings and not scope.is_too_old(certificate):
            return _salvage_after(problems, der, certificate, scope)
        certificate = replace(certificate, problems=certificate.problems + problems)
    if scope.is_too_old(certificate):
        return _too_old(certificate, findings, certificate.problems, is_complete=is_complete, is_tbs=is_tbs)
    return Analysis(
        certificate,
        findings,
        certificate.problems,
        in_scope=bool(findings) and scope.keeps(findings, certificate, ()),
        is_complete=is_complete,
        is_tbs=is_tbs,
        partly_read=any(problem.is_cut for problem in certificate.problems),
    )


def _too_old(
    certificate: Certificate,
    findings: tuple[Finding, ...],
    problems: tuple[Problem, ...],
    *,
    is_complete: bool,
    is_tbs: bool = False,
) -> Analysis:
    return Analysis(
        certificate,
        findings,
        problems,
        in_scope=False,
        is_complete=is_complete,
        is_tbs=is_tbs,
        is_too_old=True,
    )


def _salvage_after(
    failures: tuple[Problem, ...], der: bytes, certificate: Certificate, scope: ResultFilter
) -> Analysis:
    """Salvage a certificate that was read, because rules failed on it and no other rule found anything."""
    salvaged = salvage(der, Problem("certificate", "; ".join(map(_sentence, failures)), is_cut=True), scope)
    reason, *others = salvaged.problems
    return replace(salvaged, problems=(reason, *certificate.problems, *failures, *others))


def _sentence(problem: Problem) -> str:
    return f"{problem.path}: {problem.what}"
