"""Limits of retention where certificates are analysed: by whichever way a certificate comes, it is kept or not."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from support.certs import EMAIL_PROTECTION, make_certificate

from ctscan.collect.result_filter import IdentifierFilter, repository_hit
from ctscan.model import RepositoryEntry
from ctscan.model.keep import KeepKind, KeptRule, Limits, Period, Unit
from ctscan.personal.analyse import DerKind, analyse
from ctscan.personal.chains import ChainReader
from ctscan.personal.identifiers import parse_identifier
from ctscan.personal.keeping import Keeping, is_kept
from ctscan.personal.scope import Scope

YEAR = Period(1, Unit.YEARS)
OLD, LIMIT, NEW = (datetime(2031, 1, day, tzinfo=UTC) for day in (1, 2, 3))
EXPIRED = KeptRule(KeepKind.EXPIRED, YEAR, LIMIT)
FINDINGS = KeptRule(KeepKind.FINDINGS, YEAR, LIMIT)


@pytest.mark.parametrize(
    ("not_before", "not_after", "rules", "kept"),
    [
        (OLD, OLD, (), True),
        (OLD, OLD, (EXPIRED,), False),
        (OLD, LIMIT, (EXPIRED,), True),  # just so long
        (OLD, NEW, (EXPIRED,), True),
        (OLD, NEW, (FINDINGS,), False),
        (LIMIT, NEW, (FINDINGS,), True),
        (OLD, NEW, (EXPIRED, FINDINGS), False),
        (NEW, OLD, (EXPIRED, FINDINGS), False),  # a certificate that ends before it begins
        (NEW, OLD, (FINDINGS,), True),
        (NEW, NEW, (EXPIRED, FINDINGS), True),
        (None, OLD, (FINDINGS,), True),
        (None, OLD, (EXPIRED,), False),
        (OLD, None, (EXPIRED,), True),
        (None, None, (EXPIRED, FINDINGS), True),  # nobody can say how old it is
    ],
)
def test_rules_and_dates(
    not_before: datetime | None, not_after: datetime | None, rules: tuple[KeptRule, ...], kept: bool
) -> None:
    assert is_kept(not_before, not_after, Limits(rules)) is kept


JANE = make_certificate([("CN", "Jane Roe")], [("email", "jane@example.org")], eku=(EMAIL_PROTECTION,), serial=1)


def limits_after_jane() -> Limits:
    certificate = analyse(JANE).certificate
    assert certificate is not None
    assert certificate.not_after is not None
    before = certificate.not_after.replace(year=certificate.not_after.year + 1)
    return Limits((KeptRule(KeepKind.EXPIRED, YEAR, before),))


def test_nothing_of_a_certificate_is_kept_that_is_too_old() -> None:
    keeping = Keeping(Scope(everything=True), limits_after_jane())
    found = analyse(JANE, DerKind.CERTIFICATE, keeping)
    assert found.is_too_old
    assert found.findings
    assert (found.in_scope, found.partly_read, found.is_kept, found.findings_in_scope) == (False, False, False, ())
    young = analyse(JANE, DerKind.CERTIFICATE, Keeping(Scope(everything=True), Limits()))
    assert young.is_kept
    assert not young.is_too_old


def test_repositories_files_and_chains_decide_alike() -> None:
    limits = limits_after_jane()
    for within in (Scope(everything=True), IdentifierFilter(parse_identifier("jane@example.org"))):
        assert repository_hit(RepositoryEntry("id 1", JANE), Keeping(within, Limits()))[0] is not None
        assert repository_hit(RepositoryEntry("id 1", JANE), Keeping(within, limits))[0] is None
    assert ChainReader(Keeping(Scope(everything=True), limits)).analyse([JANE], lambda: pytest.fail("no hit")) == []


def test_a_filter_with_limits_is_the_filter_within() -> None:
    scope = Scope(domains=("example.org",), emails=("jane@example.com",))
    keeping = Keeping(scope, Limits())
    assert (keeping.domains, keeping.scope_text, keeping.scope_emails) == (
        scope.domains, scope.scope_text, scope.scope_emails,
    )  # fmt: skip
