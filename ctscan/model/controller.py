"""The controller: who runs this installation and answers for it, as dossiers and letters name it."""

from __future__ import annotations

from msgspec import Struct


class Controller(Struct, frozen=True):
    """Controller (GDPR article 4(7)), from the table `[controller]` of the settings.

    Attributes:
        name: name of the controller.
        address: postal address; lines are separated by `; `.
        contact: contact for the people concerned.
        authority: supervisory authority.
        place: country and subdivision for its public holidays, by ISO 3166 (`DE-BE`); empty: weekends only.
        dpo: data protection officer.
        legal_basis: legal basis of the processing.
        recipients: recipients or their categories.
        safeguards: safeguards of transfers to third countries.
        letterhead: folder with the letterhead and own paragraphs.
        legitimate_interest: interest that a basis of article 6(1)(f) rests on.
    """

    name: str
    address: str
    contact: str
    authority: str
    place: str = ""
    dpo: str = ""
    legal_basis: str = ""
    recipients: tuple[str, ...] = ()
    safeguards: tuple[str, ...] = ()
    letterhead: str = ""
    legitimate_interest: str = ""
