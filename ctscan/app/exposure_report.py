"""Use case that reports the exposure of a scope.

scope, basis ──► counts of the index ──► figures, scores, change, advice ──► record ──► report
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct
from msgspec.structs import replace

from ctscan.app.exposure_checking import checked_exposure
from ctscan.app.recording import key_of, recorded
from ctscan.app.wiring import CLOCK, opened_index
from ctscan.clock import Clock
from ctscan.errors import InputError, UsageError
from ctscan.index.protocols import Authorities, BasisStore, DamageNoting, Exposure, LogStore, Retention, Runs, Trail
from ctscan.model import AuditAction, AuditState, Remark
from ctscan.resources import data_text, version

if TYPE_CHECKING:
    from ctscan.config import Config
    from ctscan.model import Authority
    from ctscan.model.ca_profile import ProfileMatch
    from ctscan.model.exposure import (
        Change,
        ExposureCounts,
        ExposureQuestion,
        ExposureReport,
        Ignored,
        ReportBasis,
        Weights,
    )
    from ctscan.model.suppression import SuppressionsAsked
    from ctscan.personal.scope import Scope

WEIGHTS = "exposure/weights.toml"


class ReportIndex(Runs, BasisStore, LogStore, Exposure, Authorities, DamageNoting, Retention, Protocol):
    """Index with the roles that a report is made from."""


class ReportOptions(Struct, frozen=True):
    """Options of a report.

    Attributes:
        scope: terms of `--scope`; none: the scope of the settings.
        since: moment to compare with; None: the last report on the same scope, made an hour ago or earlier.
        with_people: name the people.
        k: least number of persons of a report for publication; 0: an internal report.
        form: format, for the record.
    """

    scope: tuple[str, ...] = ()
    since: datetime | None = None
    with_people: bool = False
    k: int = 0
    form: str = "json"


async def report_exposure(config: Config, options: ReportOptions, *, who: str, clock: Clock = CLOCK) -> ExposureReport:
    """Make a report. The trail records it, and whether people are named in it.

    Raises:
        UsageError: there is no scope, a term of it is wrong, `since` is still to come, or a report for publication has
            too few persons.
        IndexFault: the index is missing or damaged, or the trail can't be written.
    """
    from ctscan.answer.applied_limits import kept_rules
    from ctscan.exposure.publishing import published

    scope, now = _scope(config, options.scope), clock.now()
    if options.since is not None and options.since > now:
        raise UsageError("report: --since: expected a day that has begun, got a later one")
    async with recorded(config, AuditAction.REPORT, who=who, clock=clock) as change:
        mark = await _scope_mark(config, change.trail, scope)
        since = None if options.k else options.since or await _last_report(change.trail, mark, now)
        async with opened_index(config) as index:
            await classify(index)
            with index.noted_damage() as damage:
                basis = await _basis(index, scope, now, config)
                basis = _without_objectors(basis, await index.suppressions_of([], []))
                question = _question(scope, replace(options, since=since), config, now)
                found = await checked_exposure(config, index, question)
                authorities = await index.authorities()
                basis = replace(basis, kept_rules=await kept_rules(index))  # behind the counts: limits only grow
            if damage:
                basis = _doubted(basis, damage)
        facts = _Facts(_weights(), authorities, config.report_ignore, now, since)
        made = _report(found, basis, scope, options, facts)
        if options.k:
            made = published(made, options.k)
        change.detail = _detail(options, mark)
    return made


def _doubted(basis: ReportBasis, damage: set[str]) -> ReportBasis:
    """Say that the index is damaged: no report on it is complete."""
    doubt = Remark.DAMAGED(parts=", ".join(sorted(damage)))
    return replace(basis, complete=False, remarks=(doubt, *basis.remarks))


def _without_objectors(basis: ReportBasis, word: SuppressionsAsked) -> ReportBasis:
    """Say that people who objected are left out. Where their record was lost, no report is complete."""
    remarks = basis.remarks if not word.any else (*basis.remarks, Remark.WITHOUT_OBJECTORS())
    if word.lost is None:
        return replace(basis, remarks=remarks)
    lost = Remark.SUPPRESSIONS_LOST(day=f"{word.lost:%Y-%m-%d}")
    return replace(basis, complete=False, remarks=(*remarks, lost))


def _detail(options: ReportOptions, mark: str) -> str:
    parts = [options.form, *(["publish"] if options.k else []), *(["with people"] if options.with_people else [])]
    return " ".join([*parts, *([mark] if mark else [])])


def _scope(config: Config, terms: Sequence[str]) -> Scope:
    """Take the scope of the options, else that of the settings, else everything in the index."""
    from ctscan.app.scoping import configured_scope
    from ctscan.personal.scope import Scope, parse_scope

    if terms:
        return parse_scope(terms)
    if config.scope or config.scope_file:
        return configured_scope(config)
    return Scope(everything=True)


async def _basis(index: ReportIndex, scope: Scope, now: datetime, config: Config) -> ReportBasis:
    from ctscan.answer.report_basis import report_basis

    return await report_basis(index, scope.text, now, config.stale_after)


def _question(scope: Scope, options: ReportOptions, config: Config, now: datetime) -> ExposureQuestion:
    from ctscan.model.exposure import ExposureQuestion

    return ExposureQuestion(
        everything=scope.everything,
        domains=scope.domains,
        emails=scope.emails,
        has_organisation=NamesOrganisation(frozenset(scope.organisations)) if scope.organisations else None,
        now=now,
        since=options.since,
        ignored=config.report_ignore,
        with_people=options.with_people and not options.k,
    )


class NamesOrganisation(Struct, frozen=True):
    """Function of a subject as text: whether it names one of the organisations. Another process can receive it."""

    organisations: frozenset[str]

    def __call__(self, subject: str) -> bool:
        """Return whether the subject names one of them."""
        from ctscan.personal.normalise.name_tokens import fold_text
        from ctscan.x509.subject_text import values_in

        return any(fold_text(value) in self.organisations for value in values_in(subject, "O"))


async def classify(index: Exposure) -> int:
    """Read the purposes of certificates that an older version wrote; return their number."""
    from ctscan.errors import FormatError
    from ctscan.model import EntryKind
    from ctscan.x509.certificate import read_certificate, read_tbs
    from ctscan.x509.certificate_use import OTHER, hosts_of, uses_of

    row = count = 0
    while portion := await index.unclassified_after(row):
        found = []
        for row, der, kind in portion:
            try:
                certificate = (read_certificate if kind == EntryKind.X509 else read_tbs)(der)
                found.append((row, " ".join(uses_of(certificate)), hosts_of(certificate)))
            except FormatError:
                found.append((row, OTHER, ()))
        await index.save_uses(found)
        count += len(found)
    return count


def _weights() -> Weights:
    from ctscan.exposure.weights import parse_weights

    return parse_weights(data_text(WEIGHTS))


class _Facts(Struct, frozen=True):
    """Facts of a report beside the counts."""

    weights: Weights
    authorities: Sequence[Authority]
    ignored: Sequence[Ignored]
    now: datetime
    since: datetime | None


def _report(
    found: ExposureCounts,
    basis: ReportBasis,
    scope: Scope,
    options: ReportOptions,
    facts: _Facts,
) -> ExposureReport:
    from ctscan.exposure.advising import advice
    from ctscan.exposure.figures import figures
    from ctscan.exposure.scoring import domain_scores, issuer_scores
    from ctscan.model.exposure import ExposureReport, Structure

    weights = facts.weights
    owners, profiles = _owners(found, facts.authorities)
    made = figures(found, owners, weights, facts.now)
    return ExposureReport(
        made_at=facts.now,
        version=version(),
        scope=tuple(scope.text.split(", ")),
        basis=basis,
        figures=made,
        structure=Structure(found.hosts, dict(sorted(found.units.items(), key=lambda one: (-one[1], one[0])))),
        ignored=_ignored(found, facts.ignored),
        people=found.people,
        are_people_named=options.with_people,
        domain_scores=domain_scores(found.counted.domains, weights),
        issuer_scores=issuer_scores(found, weights),
        change=_change(found, facts.since),
        advice=advice(found, made, profiles, weights, is_owner_list_there=bool(facts.authorities)),
    )


def _owners(
    found: ExposureCounts, authorities: Sequence[Authority]
) -> tuple[dict[tuple[int, bytes], str], dict[str, tuple[str, str]]]:
    """Match each issuer to its owner; return owners by issuer and key, and owner and profile by the issuer's name."""
    from ctscan.model.exposure import UNKNOWN

    owners: dict[tuple[int, bytes], str] = {}
    profiles: dict[str, tuple[str, str]] = {}
    matched = _matches({(one.issuer, one.key_id) for one in found.counted.alike}, found.issuers, authorities)
    for place, match in matched.items():
        owner = next(iter(match.owners), "") or ("" if match.profile.is_baseline else match.profile.owner)
        owners[place] = owner or UNKNOWN
        profile = "" if match.profile.is_baseline else match.profile.id
        profiles[found.issuers.get(place[0]) or UNKNOWN] = (owner or UNKNOWN, profile)
    return owners, profiles


def _matches(
    places: set[tuple[int, bytes]], names: Mapping[int, str], authorities: Sequence[Authority]
) -> dict[tuple[int, bytes], ProfileMatch]:
    from ctscan.app.ca_policies import shipped_profiles
    from ctscan.authorities.profile_matching import IssuerFacts, match_profile
    from ctscan.x509.subject_text import values_in

    profiles, by_key = shipped_profiles(), defaultdict(list)
    for authority in authorities:
        by_key[authority.key_id].append(authority)
    return {
        (issuer, key_id): match_profile(
            IssuerFacts((key_id,) if key_id else (), values_in(names.get(issuer, ""), "O")), profiles, by_key[key_id]
        )
        for issuer, key_id in sorted(places)
    }


def _ignored(found: ExposureCounts, ignored: Sequence[Ignored]) -> tuple[tuple[Ignored, int], ...]:
    return tuple((one, found.counted.ignored.get(number, 0)) for number, one in enumerate(ignored))


def _change(found: ExposureCounts, since: datetime | None) -> Change | None:
    from ctscan.model.exposure import Change

    if since is None or found.before is None:
        return None
    names = ("certificates", "findings", "persons", "addresses", "people_addresses")
    before = {name: int(getattr(found.before, name)) for name in names}
    return Change(since, before, {name: int(getattr(found.counted.totals, name)) for name in names}, found.seen_since)


async def _scope_mark(config: Config, trail: Trail, scope: Scope) -> str:
    """Return the words of the record by which reports of one scope are found; empty without the key of the trail.

    A keyed digest, since a scope may hold somebody's address.
    """
    try:
        key = await key_of(config, trail)
    except InputError:
        return ""
    return f"{_MARK}{key.identifier_digest('scope', scope.text).hex()[:_MARK_DIGITS]}"


async def _last_report(trail: Trail, mark: str, now: datetime) -> datetime | None:
    """Return the time of the last report on the same scope; one of the last hour is the same report in another
    format."""
    if not mark:
        return None
    done = (
        event.at
        for event in await trail.events(_EVENTS)
        if event.action == AuditAction.REPORT and event.state == AuditState.DONE
        if event.detail.endswith(mark) and event.at <= now - _SAME_REPORT
    )
    return next(done, None)


_EVENTS = 5_000  # of the trail, the newest
_MARK, _MARK_DIGITS = "scope ", 16
_SAME_REPORT = timedelta(hours=1)
