"""Suppressions and receipts of forgetting, as lines for readers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ctscan.model import Code, IdentifierKind, Message
from ctscan.model.forgetting import ForgetReceipt, KnownRecipient, Recipient
from ctscan.model.suppression import Suppression, SuppressionKind
from ctscan.views.text import Texts


class SuppressionText(Code):
    """Sentence about suppressions."""

    WOULD_FORGET = "suppression.would-forget"  # parameters: certificates, findings, keys, evidence, quarantined
    WOULD_RESTRICT = "suppression.would-restrict"  # parameters: certificates, findings
    FORGOT = "suppression.forgot"  # parameters: number, certificates, findings, keys, evidence, quarantined
    DID_RESTRICT = "suppression.did-restrict"  # parameters: number, certificates, findings
    CONFIRM = "suppression.confirm"
    TELL = "suppression.tell"
    TO_REPOSITORY = "suppression.to-repository"  # parameters: name, day
    TO_DOSSIER = "suppression.to-dossier"  # parameters: name, day
    TO_LETTER = "suppression.to-letter"  # parameters: name, day, notice
    TO_EXPORT = "suppression.to-export"  # parameters: name, day
    TO_ALERT = "suppression.to-alert"  # parameters: name, day
    NOT_REACHED = "suppression.not-reached"
    DEFERRED = "suppression.deferred"
    NONE = "suppression.none"
    FORGOTTEN = "suppression.forgotten"  # parameters: number, day, ground, identifiers, certificates, case
    RESTRICTED = "suppression.restricted"  # parameters: number, day, ground, identifiers, certificates, case
    LIFTED = "suppression.lifted"  # parameters: number, day, lifts
    LOST = "suppression.lost"  # parameters: number, day


_RECIPIENTS = {
    Recipient.REPOSITORY: SuppressionText.TO_REPOSITORY,
    Recipient.DOSSIER: SuppressionText.TO_DOSSIER,
    Recipient.EXPORT: SuppressionText.TO_EXPORT,
    Recipient.ALERT: SuppressionText.TO_ALERT,
}


def receipt(given: ForgetReceipt, say: Texts) -> Iterator[str]:
    """Write a receipt: what went, whom to tell, what waits, what isn't reached."""
    yield say(_done(given))
    if not given.is_done:
        yield say(SuppressionText.CONFIRM())
    yield from _list(SuppressionText.TELL, [_recipient(one, say) for one in given.recipients], say)
    yield from _list(SuppressionText.DEFERRED, [say(one) for one in given.deferred], say)
    yield from _list(SuppressionText.NOT_REACHED, [say(one) for one in given.outside], say)


def _done(given: ForgetReceipt) -> Message:
    gone = given.removed
    number, certificates, findings = given.number, gone.certificates, gone.findings
    if given.restrict and given.is_done:
        return SuppressionText.DID_RESTRICT(number=number, certificates=certificates, findings=findings)
    if given.restrict:
        return SuppressionText.WOULD_RESTRICT(certificates=certificates, findings=findings)
    keys, evidence, quarantined = gone.keys, gone.evidence, gone.quarantined
    if given.is_done:
        return SuppressionText.FORGOT(
            number=number,
            certificates=certificates,
            findings=findings,
            keys=keys,
            evidence=evidence,
            quarantined=quarantined,
        )
    return SuppressionText.WOULD_FORGET(
        certificates=certificates, findings=findings, keys=keys, evidence=evidence, quarantined=quarantined
    )


def _list(title: SuppressionText, found: Sequence[str], say: Texts) -> Iterator[str]:
    if found:
        yield say(title())
        yield from (f"  - {line}" for line in found)


def _recipient(one: KnownRecipient, say: Texts) -> str:
    day = f"{one.at:%Y-%m-%d}"
    if one.kind is Recipient.LETTER:
        return say(SuppressionText.TO_LETTER(name=one.name, day=day, notice=one.notice))
    return say(_RECIPIENTS[one.kind](name=one.name, day=day))


def lines(entries: Sequence[Suppression], say: Texts) -> Iterator[str]:
    """Write a line for each suppression."""
    if not entries:
        yield say(SuppressionText.NONE())
    for entry in entries:
        yield say(_entry(entry))


def _entry(entry: Suppression) -> Message:
    day, ground, case = f"{entry.at:%Y-%m-%d}", str(entry.ground), entry.case or "-"
    if entry.kind is SuppressionKind.LIFTED:
        return SuppressionText.LIFTED(number=entry.number, day=day, lifts=entry.lifts)
    if entry.kind is SuppressionKind.LOST:
        return SuppressionText.LOST(number=entry.number, day=day)
    number, identifiers = entry.number, len(entry.identifiers)
    certificates = sum(one.kind == IdentifierKind.IDENTITY for one in entry.certificates)
    if entry.kind is SuppressionKind.RESTRICTED:
        return SuppressionText.RESTRICTED(
            number=number, day=day, ground=ground, identifiers=identifiers, certificates=certificates, case=case
        )
    return SuppressionText.FORGOTTEN(
        number=number, day=day, ground=ground, identifiers=identifiers, certificates=certificates, case=case
    )
