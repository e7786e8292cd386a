"""Use cases on files: inspect certificates and requests without an index, import certificates, look them up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING

from ctscan.app.recording import recorded
from ctscan.app.scoping import check_consent, configured_scope
from ctscan.app.wiring import CLOCK, opened_index
from ctscan.clock import Clock
from ctscan.errors import InputError, UsageError
from ctscan.model import AuditAction, CertificateSummary, Identifier, IdentifierKind, Problem

if TYPE_CHECKING:
    import asyncio
    from datetime import date

    from ctscan.config import Config
    from ctscan.model import Certificate
    from ctscan.model.certificate_request import RequestOutlook
    from ctscan.model.explanation import Explanation
    from ctscan.model.file_tally import FileTally
    from ctscan.model.results import ImportResult, LocalCertificate
    from ctscan.personal.analyse import Analysis
    from ctscan.sources.files import Input

_OUTERMOST = ("certificate", "tbsCertificate", "request")
"""Paths at which the parser reports that the end of a certificate or a request is missing."""

PUBLICATION = "exposure/publication.toml"


def inspect(
    paths: Iterable[str],
    scope: Sequence[str] = (),
    explain: str = "",
    *,
    passwords: Sequence[str] = (),
    files: FileTally | None = None,
    clock: Clock = CLOCK,
) -> Iterator[LocalCertificate]:
    """Find personal data in certificates and certificate requests of files, directories and standard input (`-`).

    Args:
        scope: terms of a scope, in whose hosts names of people are looked for.
        explain: the place of findings to explain, as `subject.2.commonName`; empty for none.
        passwords: of PKCS#12 files.
        files: counts the files while the result is iterated.
        clock: its day decides which limits of validity hold for a certificate that is issued now.

    Raises:
        UsageError: the scope can't be understood; at the end, nothing was found at the place to explain. Faults of an
            input are in its result.
    """
    from ctscan.sources.files import bounded_inputs

    inputs = bounded_inputs(paths, passwords=passwords, tally=files)
    found = _local_certificates(inputs, _domains(scope), clock.now().date(), explain)
    return _with_explanations(found) if explain else found


def inspected_with_files(
    paths: Iterable[str],
    scope: Sequence[str] = (),
    *,
    skip_others: bool = False,
    passwords: Sequence[str] = (),
    files: FileTally | None = None,
    clock: Clock = CLOCK,
) -> Iterator[tuple[str, LocalCertificate]]:
    """Inspect as `inspect`; return each result behind the path of its file. `skip_others`: skip named files without a
    certificate or a request."""
    from ctscan.sources.files import bounded_inputs

    domains, today = _domains(scope), clock.now().date()
    inputs = bounded_inputs(paths, skip_others=skip_others, passwords=passwords, tally=files)
    return ((found.file, _inspected(found, domains, today, "")) for found in inputs)


def _domains(scope: Sequence[str]) -> tuple[str, ...]:
    from ctscan.personal.scope import scope_of
    from ctscan.personal.scope_terms import numbered

    return scope_of(numbered(tuple(scope), "--scope")).domains if scope else ()


PLACES_NAMED = 12


def _with_explanations(found: Iterable[LocalCertificate]) -> Iterator[LocalCertificate]:
    """Pass certificates on; raise UsageError at the end where some were read and none of their findings was asked
    about."""
    is_read, is_explained, places = False, False, dict[str, None]()
    for one in found:
        is_read = is_read or one.certificate is not None
        is_explained = is_explained or bool(one.explained)
        places.update((finding.path, None) for finding in one.findings if len(places) < PLACES_NAMED)
        yield one
    if is_read and not is_explained:
        named = f"the place of a finding, such as {', '.join(places)}" if places else "a certificate with personal data"
        raise UsageError(f"--explain: expected {named}, got none with a finding there")


def identifiers_in(path: str, passwords: Sequence[str] = ()) -> Iterator[Identifier]:
    """Read the certificates of a file as identifiers: precertificate and certificate share an identity.

    Raises:
        InputError: an input can't be read, or is cut off: half a certificate has another identity than the whole.
    """
    from ctscan.sources.files import bounded_inputs
    from ctscan.views.listings import refusal_line

    for found in _local_certificates(bounded_inputs([path], passwords=passwords), (), CLOCK.now().date()):
        if found.certificate is None:
            raise InputError(refusal_line(found))
        if found.request is not None:
            raise InputError(
                f"{found.source}: expected a certificate, got a certificate request, which no log holds; look up its "
                "addresses and names, or give the certificate that was issued"
            )
        if found.is_clipped:
            raise InputError(
                f"{found.source}: expected a whole certificate, got one that is cut off; get the file again"
            )
        yield Identifier(kind=IdentifierKind.IDENTITY, value=found.source, canonical=found.certificate.identity.hex())


async def import_files(
    config: Config,
    paths: Sequence[str],
    *,
    who: str,
    progress: Callable[[ImportResult, tuple[Problem, ...]], None],
    stop: asyncio.Event,
    passwords: Sequence[str] = (),
    files: FileTally | None = None,
    clock: Clock = CLOCK,
) -> ImportResult:
    """Keep the certificates of files that are in scope and hold personal data.

    Args:
        who: the account, for the record.
        progress: receives the sums so far and the new problems, portion by portion.
        passwords: of PKCS#12 files.
        files: counts the files, and keeps names of those without a certificate.

    Raises:
        UsageError: the scope is missing, can't be understood, or has a wide term without consent.
        IndexFault: the index can't be used. Faults of an input are in the result.
    """
    from ctscan.collect.file_import import ImportRequest, run_import
    from ctscan.model.file_tally import FileTally
    from ctscan.personal.keeping import Keeping
    from ctscan.sources.files import bounded_inputs

    await check_consent(config)
    limits = config.keep.limits(clock.now())
    request = ImportRequest(Keeping(configured_scope(config), limits), who, config.purpose)
    async with (
        recorded(config, AuditAction.IMPORT, who=who, clock=clock) as change,
        opened_index(config, create=True) as index,
    ):
        await index.note_limits(limits)
        files = files if files is not None else FileTally()
        inputs = bounded_inputs(paths, passwords=passwords, tally=files)
        result = await run_import(index, inputs, request, progress, stop, clock, files)
        result.without_objectors = (await index.suppressions_of([], [])).any
        change.detail, change.exit_code = str(result.number), result.exit_code
    return result


def _local_certificates(
    inputs: Iterable[Input], domains: tuple[str, ...], today: date, explain: str = ""
) -> Iterator[LocalCertificate]:
    return (_inspected(found, domains, today, explain) for found in inputs)


def _inspected(found: Input, domains: tuple[str, ...], today: date, explain: str) -> LocalCertificate:
    from ctscan.model.results import LocalCertificate

    data = found.der if found.der is not None else found.problem.unread if found.problem is not None else b""
    if found.der is None and not data:
        problems = (found.problem,) if found.problem else ()
        return LocalCertificate(found.source, None, None, (), problems, is_absence=found.is_absence)
    analysis, explained = _analysed(found, data, domains, explain)
    certificate = analysis.certificate
    return LocalCertificate(
        found.source,
        sha256(data).digest(),
        None if certificate is None else _summary(certificate),
        analysis.findings,
        analysis.problems,
        is_clipped=certificate is not None and _is_clipped(certificate),
        partly_read=analysis.partly_read,
        explained=tuple(one for one in explained if one.finding.path == explain),
        request=_outlook(analysis, today),
    )


def _outlook(analysis: Analysis, today: date) -> RequestOutlook | None:
    """Say what would become public of a request; None for a certificate."""
    certificate = analysis.certificate
    if certificate is None or certificate.request is None:
        return None
    from ctscan.exposure.publication import parse_publication
    from ctscan.exposure.request_outlook import outlook
    from ctscan.resources import data_text
    from ctscan.x509.request_purposes import requested_of

    return outlook(requested_of(certificate), analysis.findings, parse_publication(data_text(PUBLICATION)), today)


def _analysed(
    found: Input, data: bytes, domains: tuple[str, ...], explain: str
) -> tuple[Analysis, tuple[Explanation, ...]]:
    """Analyse an input, or the unread bytes of its problem; explain the findings only where somebody asks."""
    from ctscan.personal import explain as explaining
    from ctscan.personal.analyse import DerKind, analyse, salvage
    from ctscan.personal.scope import Scope

    scope = Scope(everything=True, domains=domains)
    if found.der is not None and explain:
        return explaining.explain(data, DerKind.ANY, scope)
    if found.der is not None:
        return analyse(data, DerKind.ANY, scope), ()
    reason = found.problem or Problem("certificate", "unreadable")
    analysis = salvage(data, reason, scope)
    return analysis, explaining.explanations(analysis.findings) if explain else ()


def _summary(certificate: Certificate) -> CertificateSummary:
    from ctscan.x509.name_text import render_name

    return CertificateSummary(
        sha256=certificate.sha256,
        identity=certificate.identity,
        issuer=render_name(certificate.issuer),
        serial=certificate.serial_hex if certificate.serial else "",
        subject=render_name(certificate.subject),
        not_before=certificate.not_before,
        not_after=certificate.not_after,
        is_ca=certificate.is_ca,
    )


def _is_clipped(certificate: Certificate) -> bool:
    return any(problem.path in _OUTERMOST and problem.what.endswith("clipped") for problem in certificate.problems)
