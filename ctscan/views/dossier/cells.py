"""Short texts of a dossier that several sections share: articles, gaps, data of a certificate. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ctscan.model import Answer, CertificateStanding, Finding, Freshness, Message, Remark, Sensitivity, Status
from ctscan.model.dossier import Dossier
from ctscan.model.finding import Qualifier
from ctscan.model.picture import Datum
from ctscan.model.regime import Certainty, Right
from ctscan.views.answers import KINDS, NORMALISED, QUALIFIERS, SENSITIVITIES, category, shown_value
from ctscan.views.certificates import status_words
from ctscan.views.dossier.phrases import DossierText
from ctscan.views.limits import by_reason, entries_by_reason
from ctscan.views.say import Say
from ctscan.views.text import Texts
from ctscan.views.words import moment, word

_FOR_CONTROLLER = frozenset(
    (Remark.NO_REPOSITORY, Remark.ONLY_HOSTS, Remark.MAILBOXES_CUT, Remark.OFFERS_CUT, Remark.LIMITS_OF_RECOGNITION)
)
"""Remarks that advise the controller; `dossier.json` has them all."""

NAMES_SHOWN = 20  # logs of which gaps are named, for each look-up


def article(made: Dossier, right: Right) -> str:
    """Cite the provision of a right: `Art. 15(1)(a) GDPR`; empty where the regime has none, or one that nobody read."""
    if made.regime is None:
        return ""
    laws = dict(made.regime.law)
    law = laws.get(made.lang) or laws.get("en", "")
    read = (one for one in made.regime.articles if one.certainty is not Certainty.TO_BE_CHECKED)
    return next((f"{one.article} {law}".strip() for one in read if one.right is right), "")


def stated(text: str, made: Dossier, texts: Texts) -> str:
    """Return a text of the settings, or the sentence that they don't have it."""
    return text or texts(DossierText.NOT_STATED(contact=made.controller.contact))


def kind_of(answer: Answer, texts: Texts) -> str:
    """Name the kind of an identifier."""
    return word(KINDS[answer.identifier.kind], texts)


def marks(sensitivity: Sensitivity, qualifiers: Sequence[Qualifier], texts: Texts) -> str:
    """Write the remarks on a datum: its protection, and reservations such as *derived*."""
    words = [SENSITIVITIES[sensitivity]] if sensitivity in SENSITIVITIES else []
    words += [QUALIFIERS[one] for one in qualifiers]
    return ", ".join(word(one, texts) for one in words)


def datum_values(datum: Datum, texts: Texts) -> str:
    """Write the spellings of a datum: a derived one before its origin, a date of birth in its canonical form, too."""
    written = "; ".join(datum.values)
    if datum.canonical in datum.values:
        return written
    if Qualifier.DERIVED in datum.qualifiers:
        return texts(Say.DERIVED_FROM(value=datum.canonical, origin=written))
    return f"{written} ({datum.canonical})" if datum.category in NORMALISED else written


def datum_line(finding: Finding, texts: Texts) -> str:
    """Write a datum of a certificate: kind, value, remarks and place."""
    remarks = marks(finding.sensitivity, finding.qualifiers, texts)
    value = f"{shown_value(finding, texts)} ({remarks})" if remarks else shown_value(finding, texts)
    return f"{category(finding.category, texts)}: {value} [{finding.path}]"


def standing_words(status: Status | None, texts: Texts) -> str:
    """Write the status of a certificate for a lay person; advice for the controller stays out."""
    if status is None:
        return ""
    if status.standing is not CertificateStanding.UNKNOWN:
        return status_words(status, texts)
    return texts(DossierText.STATUS_EXPIRED() if status.is_expired else DossierText.STATUS_UNKNOWN())


def gaps(answer: Answer, texts: Texts) -> Iterator[str]:
    """Name the parts of the logs that an answer doesn't cover, and the limits of the answer."""
    members = {log.id for log in answer.basis.logs} if answer.basis else set()
    lines: list[Message] = [DossierText.GAP_NEVER(log=one.name) for one in answer.not_covered if one.id in members]
    for log in answer.coverage:
        if log.gaps:
            parts = by_reason(entries_by_reason([log]), texts)
            lines.append(DossierText.GAP_ENTRIES(log=log.log, parts=parts))
        if log.freshness is Freshness.STALE:
            lines.append(DossierText.GAP_OLD(log=log.log, time=moment(log.covered_until)))
        if log.is_doubtful:
            lines.append(DossierText.GAP_DOUBT(log=log.log))
    yield from map(texts, lines[:NAMES_SHOWN])
    if len(lines) > NAMES_SHOWN:
        yield texts(DossierText.GAP_MORE(count=len(lines) - NAMES_SHOWN))
    yield from (texts(remark) for remark in answer.remarks if remark.code not in _FOR_CONTROLLER)
    if any(remark.code == Remark.LIMITS_OF_RECOGNITION for remark in answer.remarks):
        yield texts(DossierText.NOT_RECOGNISED())


def quoted_number(numbers: Sequence[int], most: int = 12) -> str:
    """List numbers of certificates, the first of them."""
    listed = ", ".join(map(str, numbers[:most]))
    return f"{listed} …" if len(numbers) > most else listed
