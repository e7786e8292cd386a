"""JSON of a dossier, `dossier.json`: written piece by piece, for a dossier may hold 10,000 certificates.

The schema is documented in docs/analyst.md. Times are RFC 3339 in UTC, hashes lower-case hex, log ids base64.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec.structs import replace

from ctscan.model import Answer, Message
from ctscan.model.controller import Controller
from ctscan.model.dossier import CaseFacts, Dossier, Figures, Processing, WrittenDossier
from ctscan.model.picture import Datum, PersonCertificate
from ctscan.views.json.answers import (
    answer,
    answer_digest,
    certificate,
    finding,
    match,
    repository_sighting,
    revocation,
    sighting,
    status,
)
from ctscan.views.json.values import Shape, message, messages, time_text, to_json

FORMAT = "ctscan dossier, version 1"


def dossier_pieces(made: Dossier, counted: Figures, notes: Sequence[Message]) -> Iterator[str]:
    """Write the JSON of a dossier in pieces: an object with a field on each line, the long lists an item on each."""
    head = {
        "format": FORMAT,
        "number": made.number,
        "at": time_text(made.at),
        "version": made.version,
        "rules": made.rules,
        "lang": made.lang,
        "complete": made.is_complete,
        "nothing_found": made.is_nothing_found,
        **messages("notes", notes),
        "identity": {"how": made.identity[0], "text": made.identity[1]},
        "controller": controller(made.controller),
        "case": None if made.case is None else case_facts(made.case),
        "regime": made.regime.code if made.regime else None,
        "processing": processing(made.processing),
        "figures": figures(counted),
    }
    yield "{\n"
    for key, value in head.items():
        yield f"{to_json(key, indent=None)}: {to_json(value, indent=None)},\n"
    yield from _list("data", map(datum, made.picture.data))
    yield ",\n"
    yield from _list("certificates", map(person_certificate, made.picture.certificates))
    yield ",\n"
    yield from _list("held_back", held_back(made))
    yield ",\n"
    yield '"answers": ['
    for number, given in enumerate(made.answers):
        yield ",\n" if number else "\n"
        yield from answer_pieces(given)
    yield "]\n}\n"


def _list(name: str, items: Iterable[Shape]) -> Iterator[str]:
    yield f"{to_json(name, indent=None)}: ["
    for number, item in enumerate(items):
        yield f"{',' if number else ''}\n{to_json(item, indent=None)}"
    yield "]"


def held_back(made: Dossier) -> Iterator[Shape]:
    """Shape the certificates that are held back: how many for which reason. Which they are isn't said: they may be
    about somebody else."""
    counts: dict[Message, int] = {}
    for one in made.picture.held_back:
        counts[one.reason] = counts.get(one.reason, 0) + 1
    for reason, count in counts.items():
        yield {**message("reason", reason), "certificates": count}


def answer_pieces(given: Answer) -> Iterator[str]:
    """Write the answer to a look-up in the form for the requester, with a digest over that form."""
    text = to_json(answer(replace(given, digest=answer_digest(given)), matches=()), indent=None)
    head, name, tail = text.partition('"matches": [')  # never inside a string, where quotes are escaped
    yield head + name
    for number, found in enumerate(given.shown_matches):
        yield ("," if number else "") + to_json(match(found), indent=None)
    yield tail


def datum(found: Datum) -> Shape:
    """Shape a datum with every place."""
    return {
        "category": found.category,
        "canonical": found.canonical,
        "values": list(found.values),
        "sensitivity": str(found.sensitivity),
        "marks": [str(mark) for mark in found.qualifiers],
        "since": time_text(found.since),
        "places": [
            {
                "identity": place.identity.hex(),
                "where": place.path,
                "subject_kind": str(place.subject_kind),
                "confidence": str(place.confidence),
            }
            for place in found.places
        ],
    }


def person_certificate(one: PersonCertificate) -> Shape:
    """Shape a certificate; `path` is the place of its bytes in the package."""
    return {
        **certificate(one.certificate),
        "form": str(one.form),
        "path": one.path or None,
        "proofs": one.proofs_path or None,
        "redacted": one.is_redacted,
        "hidden_findings": one.hidden,
        "role_mailbox_only": one.is_role,
        "matched_as": [str(kind) for kind in one.matched_as],
        "owners": list(one.owners),
        "profile": one.profile or None,
        "status": None if one.status is None else status(one.status),
        "revocations": [revocation(said) for said in one.revocations],
        "findings": [finding(found) for found in one.findings],
        "sightings": [sighting(seen) for seen in one.sightings],
        "repositories": [repository_sighting(seen) for seen in one.repositories],
    }


def controller(found: Controller) -> Shape:
    """Shape the controller; nulls for what the configuration doesn't give."""
    return {
        "name": found.name,
        "address": found.address,
        "contact": found.contact,
        "authority": found.authority,
        "dpo": found.dpo or None,
        "legal_basis": found.legal_basis or None,
        "recipients": list(found.recipients),
        "safeguards": list(found.safeguards),
    }


def case_facts(found: CaseFacts) -> Shape:
    """Shape the case."""
    return {
        "number": found.number,
        "kind": str(found.kind),
        "received": str(found.received),
        "requester": found.requester or None,
        "state": str(found.state),
        "restricted": found.is_restricted,
        "statements": list(found.statements),
        "history": [
            {"at": time_text(one.at), "what": str(one.action), "text": one.text or None} for one in found.records
        ],
    }


def processing(found: Processing) -> Shape:
    """Shape the processing by the controller."""
    return {
        "purposes": list(found.purposes),
        "retention": found.retention or None,
        "quarantine_days": found.quarantine_days,
        **messages("keep", found.keep),
        "scopes": list(found.scopes),
        "asked_repositories": list(found.recipients),
        "asked_responders": list(found.responders),
        "watches": [{"since": time_text(one.since), "purpose": one.purpose or None} for one in found.watched.watches],
        "alerts": [
            {
                "recipient": one.recipient,
                "certificates": one.certificates,
                "first": time_text(one.first),
                "last": time_text(one.last),
            }
            for one in found.watched.alerts
        ],
        "lookups": [
            {
                "at": time_text(one.at),
                "what": str(one.action),
                "identifier": one.kind or None,
                "purpose": one.purpose or None,
                "case": one.case or None,
                "verdict": one.verdict or None,
            }
            for one in found.lookups
        ],
    }


def figures(found: Figures) -> Shape:
    """Shape the numbers of the first page."""
    return {
        "data": found.data,
        "categories": found.categories,
        "certificates": found.certificates,
        "valid": found.valid,
        "logs": found.logs,
        "owners": found.owners,
        "sensitive": found.sensitive,
        "held_back": found.held_back,
        "redacted": found.redacted,
        "oldest": time_text(found.oldest),
        "newest": time_text(found.newest),
    }


def written_dossier(written: WrittenDossier) -> Shape:
    """`ctscan dossier`: shape the package that was written."""
    return {
        "path": written.path,
        "sha256": written.sha256,
        "number": written.number,
        "complete": written.is_complete,
        "encrypted": written.is_encrypted,
        "passphrase_file": written.passphrase_made or None,
        "files": written.files,
        "octets": written.octets,
        "figures": figures(written.figures),
    }
