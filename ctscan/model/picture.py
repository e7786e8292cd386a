"""Picture of one person: all that the answers to several look-ups say about this person, each datum once."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

from ctscan.model.identifier import IdentifierKind
from ctscan.model.message import Code, Message

if TYPE_CHECKING:
    from ctscan.model.finding import Confidence, Finding, Qualifier, Sensitivity, SubjectKind
    from ctscan.model.match import CertificateSummary, Sighting
    from ctscan.model.revocation import Revocation, Status
    from ctscan.model.search import RepositorySighting


class HeldReason(Code):
    """Reason why a certificate that a look-up found is held back: whether it is about the person is unclear."""

    ONLY_DOMAIN = "held.only-domain"  # only the domain was asked for, which many people share
    ONLY_MAILBOX = "held.only-mailbox"  # it holds a mailbox made from the name
    PART_OF_NAME = "held.part-of-name"
    NAME_OF_SEVERAL = "held.name-of-several"  # no single person in it bears the whole name
    ROLE_MAILBOX = "held.role-mailbox"  # a mailbox of a function stands beside a person
    REFUSED = "held.refused"  # a decision of the case refuses it
    NO_SINGLE_PERSON = "held.no-single-person"  # it was asked for itself, and names several people or nobody


class ByteForm(StrEnum):
    """Form in which a dossier holds a certificate."""

    CERTIFICATE = "certificate"  # certificates/<sha256>.pem
    PRECERTIFICATE = "precertificate"  # precertificates/<identity>.der: the TBSCertificate that a log proves
    LEFT_OUT = "left out"  # other people's data stands in it, or may
    NOT_KEPT = "not kept"  # the index holds no bytes of it


class Place(Struct, frozen=True):
    """Field of a certificate in which a datum stands, with the subject that the certificate gives it."""

    identity: bytes  # of the certificate
    path: str
    subject_kind: SubjectKind
    confidence: Confidence


class Datum(Struct, frozen=True):
    """Datum of the person, once, with every place.

    Attributes:
        category: fideslang key.
        canonical: form in which it is compared.
        values: spellings as written, the most frequent first.
        sensitivity: degree of protection by law, the highest of all places.
        qualifiers: reservations; `DERIVED`: it follows from another value.
        places: places, in the order of the certificates of the picture.
        since: time of the oldest sighting in a log, or in a repository where no log shows it; None: unknown.
    """

    category: str
    canonical: str
    values: tuple[str, ...]
    sensitivity: Sensitivity
    qualifiers: tuple[Qualifier, ...]
    places: tuple[Place, ...]
    since: datetime | None


class PersonCertificate(Struct, frozen=True):
    """Certificate that is about the person, without the data of other people.

    Attributes:
        certificate: summary; subject and issuer hold a mark in place of other people's data.
        findings: findings about the person.
        matched_as: kinds of the identifiers that found it; a name alone may be that of a namesake.
        sightings: places in logs.
        repositories: places in repositories.
        status: status at the moment of the answer.
        revocations: statements of CAs, one for each source.
        owners: owners of the CA by the CCADB, each once.
        profile: name of the CA's profile; empty where there is none.
        hidden: number of findings about other people that are left out.
        is_redacted: other people's data, or a part that could not be read, stands in it, so that its bytes are left
            out: a signed certificate can't be changed.
        is_role: only the mailbox of a function of the person stands in it.
        form: form in which a dossier holds it.
        has_proofs: a dossier holds the proofs of its sightings.
    """

    certificate: CertificateSummary
    findings: tuple[Finding, ...]
    matched_as: tuple[IdentifierKind, ...]
    sightings: tuple[Sighting, ...]
    repositories: tuple[RepositorySighting, ...]
    status: Status | None
    revocations: tuple[Revocation, ...]
    owners: tuple[str, ...]
    profile: str = ""
    hidden: int = 0
    is_redacted: bool = False
    is_role: bool = False
    form: ByteForm = ByteForm.NOT_KEPT
    has_proofs: bool = False

    @property
    def path(self) -> str:
        """Path of its bytes in a package; empty where they are left out."""
        match self.form:
            case ByteForm.CERTIFICATE:
                name = self.certificate.sha256 or self.certificate.identity
                return f"certificates/{name.hex()}.pem"
            case ByteForm.PRECERTIFICATE:
                return f"precertificates/{self.certificate.identity.hex()}.der"
            case _:
                return ""

    @property
    def proofs_path(self) -> str:
        """Path of its proofs in a package; empty where there are none."""
        return f"proofs/{self.certificate.identity.hex()}.json" if self.has_proofs else ""

    @property
    def is_by_name_only(self) -> bool:
        """True when nothing but a name found it: other people may bear the same name."""
        return self.matched_as == (IdentifierKind.NAME,)


class HeldBack(Struct, frozen=True):
    """Certificate that is held back, for the handler: its identity and the reason."""

    identity: bytes
    reason: Message


class Picture(Struct, frozen=True):
    """Picture of a person.

    Attributes:
        data: data by category and canonical form.
        certificates: certificates, the newest sighting first.
        held_back: certificates that are held back, with the reason.
    """

    data: tuple[Datum, ...]
    certificates: tuple[PersonCertificate, ...]
    held_back: tuple[HeldBack, ...]
