"""JSON of a report of exposure. Fields may be added, never changed."""

from __future__ import annotations

from ctscan.model import Message
from ctscan.model.exposure import Change, ExposedPerson, ExposureReport, Figures, NotCovered, Score
from ctscan.views.json.answers import kept_rule
from ctscan.views.json.document import basis
from ctscan.views.json.values import Shape, message, time_text


def exposure_report(found: ExposureReport) -> Shape:
    """`ctscan report --format json`: shape a report."""
    shape: Shape = {
        "made_at": time_text(found.made_at),
        "version": found.version,
        "kind": "published" if found.k else "internal",
        "k": found.k or None,
        "scope": list(found.scope),
        "basis": _basis(found),
        "complete": found.basis.complete,
        "not_covered": [_not_covered(one) for one in found.basis.not_covered],
        "remarks": [_sentence(one) for one in found.basis.remarks],
        "kept_rules": [kept_rule(one) for one in found.basis.kept_rules],
        "figures": figures(found.figures),
        "score": {
            "domains": {name: _score(one) for name, one in found.domain_scores.items()},
            "issuers": {name: _score(one) for name, one in found.issuer_scores.items()},
        },
        "change": {} if found.change is None else _change(found.change),
        "advice": [_sentence(one) for one in found.advice],
    }
    if not found.k:
        shape["structure"] = {"hosts": found.structure.hosts, "units": dict(found.structure.units)}
        shape["ignored"] = [
            {"reason": one.reason, "rule": one.rule or None, "issuer": one.issuer or None, "findings": count}
            for one, count in found.ignored
        ]
    if found.are_people_named and not found.k:
        shape["people"] = [_person(one) for one in found.people]
    return shape


def _basis(found: ExposureReport) -> Shape | None:
    """Shape the basis; in a published report without the accounts and notes of those who decided on it."""
    shown = found.basis.basis
    if shown is None:
        return None
    whole = basis(shown)
    return {name: whole[name] for name in ("revision", "at", "source", "edition", "logs")} if found.k else whole


def figures(found: Figures) -> Shape:
    """Shape the figures: by_category and by_sensitivity count findings, the others certificates."""
    return {
        "certificates": found.certificates,
        "addresses": found.addresses,
        "people_addresses": found.people_addresses,
        "persons": found.persons,
        "findings": found.findings,
        **found.standings,
        "by_category": dict(found.by_category),
        "by_sensitivity": dict(found.by_sensitivity),
        "by_domain": dict(found.by_domain),
        "by_issuer": dict(found.by_issuer),
        "by_owner": dict(found.by_owner),
        "by_kind": dict(found.by_kind),
        "by_log": dict(found.by_log),
        "by_month_issued": dict(found.by_month_issued),
        "by_month_seen": dict(found.by_month_seen),
        "by_subject_kind": dict(found.by_subject_kind),
        "excess": dict(found.excess),
    }


def _not_covered(found: NotCovered) -> Shape:
    return {
        "log": found.log,
        "operator": found.operator,
        "entries": found.entries,
        "size": found.size,
        "reasons": list(found.reasons),
        **message("detail", found.detail),
    }


def _sentence(found: Message) -> Shape:
    return {"text": _text_of(found), "code": found.code, **dict(found.params)}


def _text_of(found: Message) -> str:
    from ctscan.views.text import ENGLISH, text

    return text(found, ENGLISH)


def _score(found: Score) -> Shape:
    return {
        "points": found.points,
        "certificates": found.certificates,
        "reasons": [
            {"code": str(one.code), "points": one.points, "certificates": one.certificates} for one in found.reasons
        ],
    }


def _change(found: Change) -> Shape:
    counts = {
        name: {"before": found.before[name], "now": now, "difference": now - found.before[name]}
        for name, now in found.now.items()
    }
    return {"since": time_text(found.since), "certificates_first_seen": found.seen_since, **counts}


def _person(found: ExposedPerson) -> Shape:
    return {
        "names": list(found.names),
        "addresses": list(found.addresses),
        "categories": list(found.categories),
        "sensitivities": list(found.sensitivities),
        "certificates": found.certificates,
        "findings": found.findings,
    }
