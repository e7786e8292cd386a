"""Recipients of somebody's data, as searches, cases and alerts show them: they hear of an erasure (GDPR article 19).
Pure."""

from __future__ import annotations

from collections.abc import Iterable

from ctscan.model import Search
from ctscan.model.alert_record import AlertDisclosure
from ctscan.model.case import Case, CaseAction
from ctscan.model.forgetting import KnownRecipient, Recipient

_ACTIONS = {
    CaseAction.DOSSIER_MADE: Recipient.DOSSIER,
    CaseAction.LETTER_WRITTEN: Recipient.LETTER,
    CaseAction.EXPORTED: Recipient.EXPORT,
}


def recipients(
    searches: Iterable[Search], cases: Iterable[Case], told: Iterable[AlertDisclosure] = ()
) -> tuple[KnownRecipient, ...]:
    """Return the recipients, the oldest first.

    Args:
        searches: searches that named the person: the repository learnt of them.
        cases: cases of the person: dossiers, letters and exports went out.
        told: alerts about certificates of the person; each recipient is named once.
    """
    found = [KnownRecipient(Recipient.REPOSITORY, one.repository, one.started) for one in searches]
    found += [
        KnownRecipient(kind, event.get("ca") or case.number, event.at, _notice(case, kind))
        for case in cases
        for action, kind in _ACTIONS.items()
        for event in case.of(action)
    ]
    first = {one.recipient: one.begun for one in sorted(told, key=lambda one: one.begun, reverse=True)}
    found += [KnownRecipient(Recipient.ALERT, name, at) for name, at in first.items()]
    return tuple(sorted(found, key=lambda one: one.at))


def _notice(case: Case, kind: Recipient) -> str:
    """Return the command that drafts the notice to a CA."""
    if kind is not Recipient.LETTER:
        return ""
    return f"ctscan letters --case {case.number} --sender controller --kind notice"
