"""Sentences about mailboxes of a name and similar identifiers, which stand beside an answer. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctscan.views.say import Say

if TYPE_CHECKING:
    from ctscan.model import Answer, Match, Offer
    from ctscan.views.text import Texts


def mailboxes_heading(given: Answer, texts: Texts) -> str:
    """Write the heading above certificates with a mailbox of the name: they are no matches."""
    return texts(Say.MAILBOXES(count=len(given.mailboxes)))


def mailbox_heading(match: Match, number: int, given: Answer, texts: Texts) -> str:
    """Write the heading of a certificate with a mailbox of the name."""
    every = len(given.shown_mailboxes)
    if match.score < 1:
        return texts(Say.MAILBOX_WITH_INITIAL(number=number, all=every))
    return texts(Say.MAILBOX(number=number, all=every))


def offer_lines(given: Answer, texts: Texts) -> list[str]:
    """Write a line for each similar identifier: what to type, the number of its certificates, and the relation."""
    return [_offer_line(offer, texts) for offer in given.offers]


def _offer_line(offer: Offer, texts: Texts) -> str:
    number = Say.CERTIFICATES(count=offer.certificates)
    if offer.at_least:
        number = Say.AT_LEAST(certificates=texts(number))
    return texts(Say.OFFER(identifier=offer.identifier, certificates=texts(number), reason=texts(offer.reason)))
