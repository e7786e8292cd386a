"""Sentences that views make themselves, as codes: answers, statuses, sightings. The words stand in data/text/."""

from __future__ import annotations

from ctscan.model import CertificateStanding, Code


class Say(Code):
    """Sentence, or part of a sentence, of a view."""

    # status of a certificate
    REVOKED = "say.revoked"
    REVOKED_ON = "say.revoked-on"
    AS_LIST_SAYS = "say.as-list-says"
    AS_RESPONDER_SAYS = "say.as-responder-says"
    AS_CLAIMED = "say.as-claimed"
    VALID = "say.valid"
    VALID_BUT = "say.valid-but"
    UNKNOWN = "say.unknown"
    EXPIRED_UNCHECKED = "say.expired-unchecked"
    EXPIRED_UNKNOWN = "say.expired-unknown"
    NOT_JUDGED = "say.not-judged"
    NO_CERTIFICATE_OF_THAT = "say.no-certificate-of-that"
    NO_CERTIFICATE_YET = "say.no-certificate-yet"
    REFRESHED = "say.refreshed"
    REFRESH_STOPPED = "say.refresh-stopped"
    MORE = "say.more"


class Standing(Code):
    """Standing of a certificate."""

    VALID = "standing.valid"
    NOT_YET_VALID = "standing.not-yet-valid"
    EXPIRED = "standing.expired"
    REVOKED = "standing.revoked"
    UNKNOWN = "standing.unknown"


STANDINGS = {
    CertificateStanding.VALID: Standing.VALID(),
    CertificateStanding.NOT_YET_VALID: Standing.NOT_YET_VALID(),
    CertificateStanding.EXPIRED: Standing.EXPIRED(),
    CertificateStanding.REVOKED: Standing.REVOKED(),
    CertificateStanding.UNKNOWN: Standing.UNKNOWN(),
}
