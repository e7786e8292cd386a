"""Types of attributes, otherNames and extensions that hold personal data, or that show the person a certificate is
about.

Rules are checked against this list: `ctscan rules --types` shows for each type the rules that read it, or the reason
why none has to. Strings of types on no list are searched like all strings. The list holds facts only; the rules hold
the meaning of values.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from ctscan.x509.oids import attribute_name, extension_name, other_name_name

if TYPE_CHECKING:
    from ctscan.personal.rules import Rule


class TypeKind(StrEnum):
    """Usual places of a type's values. Rules read the values wherever they stand."""

    ATTRIBUTE = "attribute of a name"
    DIRECTORY_ATTRIBUTE = "directory attribute"
    OTHER_NAME = "otherName"
    EXTENSION = "extension"
    CLASSIFIER = "policy, purpose or statement"
    REQUEST = "attribute of a request"


class Treatment(StrEnum):
    """Treatments of a type's values."""

    FOUND = "found"  # by rules for this type
    EVIDENCE = "evidence"  # shows the person or organisation that the certificate, or another value, is about
    SEARCHED = "searched"  # free text or a container: by the rules for texts and for the types inside
    CONTEXT = "context"
    ORGANISATION = "organisation"
    HOST = "host"
    CLASSIFIER = "classifier"
    NOT_READ = "not read"


class Type(Struct, frozen=True):
    """Type of values. `treatment` and `why` hold where no rule covers the type; NOT_READ: a rule has to cover it."""

    kind: TypeKind
    oid: str
    name: str
    treatment: Treatment = Treatment.NOT_READ
    why: str = ""


class Coverage(Struct, frozen=True):
    """Coverage of a type: the rules that read it, its use as evidence, or the reason for neither."""

    type: Type
    treatment: Treatment
    rules: tuple[str, ...]
    is_evidence: bool
    why: str


def coverage(rules: Iterable[Rule], evidence: Collection[str]) -> Iterator[Coverage]:
    """Yield the coverage of each type. `evidence`: types that show the person or organisation of a certificate."""
    by_type: dict[str, list[str]] = {}
    for rule in rules:
        for oid in rule.covers:
            by_type.setdefault(oid, []).append(rule.id)
    for known in TAXONOMY:
        found = tuple(sorted(by_type.get(known.oid, ())))
        is_evidence = known.oid in evidence
        treatment = known.treatment
        if found and treatment is not Treatment.CLASSIFIER:
            treatment = Treatment.FOUND
        elif found or is_evidence:  # rules read a classifier to understand other values
            treatment = Treatment.EVIDENCE
        yield Coverage(known, treatment, found, is_evidence, known.why if treatment is known.treatment else "")


# --- the list ------------------------------------------------------------------------------------------------------
#
# `;` separates the entries of a block. An entry holds the last arcs, a name where the standard gives none, and after
# `@` the treatment and the reason where no rule covers the type.

_A, _S, _O, _E, _P, _R = TypeKind
_INSIDE = "@searched names, addresses and texts inside are read where they stand"
_TEXT = "@searched free text"
_ADDRESSES = "@searched for addresses inside"
_OF_ORGANISATION = "@organisation names or numbers an organisation"
_OF_HOST = "@host names a machine or a service"

_BLOCKS: Final[tuple[tuple[TypeKind, str, str], ...]] = (
    (
        _A,
        "2.5.4.",
        f"""3; 4; 42; 43; 44; 41; 65; 12; 5; 6 @context a country alone identifies nobody; 7; 8; 9; 10; 11; 97;
        13 {_TEXT}; 15 @classifier shows that the serial number is a company's; 16; 17; 18; 19; 20; 21; 23; 24; 25; 26;
        31 {_INSIDE}; 32 {_INSIDE}; 33 {_INSIDE}; 34 {_INSIDE}; 35; 36 {_INSIDE}; 45; 46; 49 {_INSIDE}; 50 {_INSIDE};
        51; 54 {_OF_ORGANISATION}; 72; 83 {_ADDRESSES}; 86 {_ADDRESSES}; 100 {_OF_HOST}; 104; 105""",
    ),
    (_A, "1.2.840.113549.1.9.", f"1; 2 {_TEXT}; 7; 8; 20 {_TEXT}"),
    (
        _A,
        "0.9.2342.19200300.100.1.",
        f"""1; 2 {_TEXT}; 3; 4 {_TEXT}; 5; 6; 7; 8 {_TEXT}; 9 {_OF_HOST};
        10 {_INSIDE}; 20; 21 {_INSIDE}; 25 @context parts of a domain; 39; 40; 41; 42; 44; 55; 60""",
    ),
    (_A, "2.16.840.1.113730.3.1.", "3; 39; 241"),
    (_A, "", "1.2.840.113556.1.4.656; 1.3.6.1.4.1.42.2.11.2.1 address of a key holder (Sun, KeyWitness)"),
    (_S, "1.3.6.1.5.5.7.9.", "1; 2; 3; 4; 5"),
    (
        _A,
        "1.3.6.1.4.1.311.60.2.1.",
        "; ".join(f"{arc} @classifier shows that the serial number is a company's" for arc in (1, 2, 3)),
    ),
    (_A, "", "1.3.36.8.3.14 nameAtBirth; 0.2.262.1.10.7.20 nameDistinguisher"),
    (
        _E,
        "1.3.36.8.3.",
        f"3; 2; 5; 6 serial number of the card (ICCSN); 8 {_TEXT}; 15 {_TEXT}",
    ),
    (
        _O,
        "1.3.6.1.",
        f"""4.1.311.20.2.3; 4.1.311.25.1 GUID of a domain controller {_OF_HOST};
        4.1.311.25.2.1 security identifier of an account; 5.2.2; 5.5.7.8.1 personal data (RFC 3039); 5.5.7.8.3;
        5.5.7.8.4 {_OF_HOST}; 5.5.7.8.5; 5.5.7.8.6; 5.5.7.8.7 {_OF_HOST}; 5.5.7.8.8 {_OF_HOST}; 5.5.7.8.9;
        5.5.7.8.11 {_OF_HOST}; 4.1.57264.1.7 user name (Sigstore)""",
    ),
    (_O, "", "1.3.36.8.4.1 personal data (SigI); 2.16.840.1.101.3.6.6"),
    (_E, "", "1.3.6.1.4.1.311.25.2; 2.16.840.1.101.3.6.9.1 interim background check (PIV)"),
    (
        _E,
        "1.3.6.1.4.1.57264.1.",
        """1 issuer of the token (Sigstore) @context a service that vouches for accounts; 5 repository;
        6 branch or tag @context part of a repository; 9 address of the build; 12 address of the repository;
        16 address of the owner; 17 number of the owner; 18 address of the build configuration; 21 address of the run;
        24 subject of the token""",
    ),
    (
        _E,
        "2.5.29.",
        f"""17 {_INSIDE}; 18 {_INSIDE}; 9 {_INSIDE}; 30 {_INSIDE}; 31 {_INSIDE}; 46 {_INSIDE}; 35 {_INSIDE};
        32 {_INSIDE}; 29 certificateIssuer @context stands in revocation lists, not in certificates""",
    ),
    (
        _E,
        "1.3.6.1.5.5.7.1.",
        f"1 {_INSIDE}; 11 {_INSIDE}; 2; 3 {_INSIDE}; 12",
    ),
    (
        _E,
        "",
        f"""2.23.140.3.1 {_OF_ORGANISATION}; 2.16.840.1.113730.1.13 {_TEXT};
        1.3.6.1.4.1.311.21.7 @classifier the template distinguishes users from machines;
        1.3.6.1.4.1.311.20.2 @classifier the template distinguishes users from machines;
        1.3.6.1.4.1.11129.2.4.3 poison @classifier marks a precertificate;
        1.3.6.1.4.1.52266.1 LEI (GLEIF) {_OF_ORGANISATION}; 1.3.6.1.4.1.52266.2 role in an organisation (GLEIF)""",
    ),
    # Brazil
    (
        _O,
        "2.16.76.1.",
        f"""3.1 birth date and numbers of a person; 3.2 name of the person responsible;
        3.3 number of a company (CNPJ) {_OF_ORGANISATION}; 3.4 birth date and numbers of the person responsible;
        3.5 voter registration; 3.6 social security number of a person (CEI); 3.7 the same of a company
        {_OF_ORGANISATION}; 3.8 name of a company {_OF_ORGANISATION}; 3.9 identity number (RIC);
        4.2.1.1 registration with the bar (OAB); 4.3 social name""",
    ),
    # Spain
    (
        _A,
        "1.3.6.1.4.1.5734.1.",
        f"""1 given name (FNMT); 2 first surname; 3 second surname; 4 identity number; 6 company {_OF_ORGANISATION};
        7 tax number of a company {_OF_ORGANISATION}; 8 component {_OF_HOST}; 14 entity {_OF_ORGANISATION};
        15 tax number of an entity {_OF_ORGANISATION}; 16 given name of the person responsible; 17 first surname of the
        person responsible; 18 second surname of the person responsible; 19 identity number of the person
        responsible""",
    ),
    (_E, "", "1.3.6.1.4.1.5734.1.33 type of certificate (FNMT) @classifier distinguishes people from entities"),
    (
        _A,
        "2.16.724.1.3.5.7.2.",
        f"""1 type of certificate (public employee) @classifier names the kind of certificate; 2 authority
        {_OF_ORGANISATION}; 3 tax number of the authority {_OF_ORGANISATION}; 4 identity number; 5 personnel number;
        6 given name; 7 first surname; 8 second surname; 9 e-mail address {_ADDRESSES};
        10 unit {_OF_ORGANISATION}; 11 post""",
    ),
    (
        _A,
        "1.3.6.1.4.1.14862.1.4.4.1.",
        f"""2 authority (first profile) {_OF_ORGANISATION}; 4 identity number; 5 personnel number; 6 given name; 7 first
        surname; 8 second surname; 10 unit {_OF_ORGANISATION}; 11 post""",
    ),
    (
        _A,
        "1.3.6.1.4.1.18332.",
        """10.1 given name (ANF AC); 10.2 first surname; 10.3 second surname; 10.4 identity number; 20.6 identity
        number of the person responsible; 29.5 e-mail address""",
    ),
    (
        _A,
        "1.3.6.1.4.1.",
        f"""18838.1.1 tax number of the person acting (AEAT); 17326.30.3 tax number of an entity (Camerfirma)
        {_OF_ORGANISATION}; 13177.0.1 given name (Firmaprofesional)""",
    ),
    # Portugal
    (_A, "", "2.16.620.1.1.1.2.2.0.2.1 post of the holder (SCEE)"),
    # Czechia, Slovenia, the Netherlands
    (_O, "1.3.6.1.4.1.", "11801.2.1 number of a client of the Ministry of Labour (MPSV); 23624.4.6 customer (I.CA)"),
    (_E, "", "1.3.6.1.4.1.23624.4.7 number of the card (I.CA)"),
    (_A, "", f"1.3.6.1.4.1.5939.2.3 tax number of a company (Halcom) {_OF_ORGANISATION}"),
    (_O, "", "2.5.5.5 number of a care provider (UZI)"),
    # Taiwan, Ukraine
    (
        _S,
        "2.16.886.1.100.2.",
        "1 type of subject @classifier distinguishes citizens from other subjects; 51 end of the identity number",
    ),
    (
        _S,
        "1.2.804.2.1.1.1.11.1.4.",
        """1.1 tax number of a person (DRFO); 2.1 number of an organisation or sole trader (EDRPOU); 11.1 number in the
        demographic register (UNZR); 7.1 tax number of a person (DRFO, other profile)""",
    ),
    (_O, "1.3.6.1.4.1.19398.1.1.4.", "1 telephone number; 2 address"),
    # Russia, Belarus
    (
        _A,
        "1.2.643.",
        f"""100.3 social insurance number (SNILS); 3.131.1.1 tax number (INN); 100.4 tax number of an organisation
        (INNLE) {_OF_ORGANISATION}; 100.1 register number of an organisation (OGRN) {_OF_ORGANISATION}; 100.5 register
        number of a sole trader (OGRNIP)""",
    ),
    (_E, "", "1.2.643.100.114 how the holder was identified @classifier says nothing of the holder's identity"),
    (_A, "1.2.112.1.2.1.1.", "1.1.1 personal number; 1.1.2 payer's number (UNP); 5.1 post"),
    # Korea, Japan, China
    (_O, "", "1.2.410.200004.10.1.1 name and hash of the resident number (KISA)"),
    (
        _O,
        "1.2.392.200149.8.5.5.",
        """1 name (JPKI); 2 replaced characters of the name; 3 gender; 4 date of birth; 5 address; 6 replaced characters
        of the address""",
    ),
    (
        _E,
        "1.2.156.10260.4.1.",
        f"""1 identity card or passport; 2 social insurance number; 3 register number of an organisation
        {_OF_ORGANISATION}; 4 code of an organisation {_OF_ORGANISATION}; 5 tax number""",
    ),
    (_E, "", "1.2.86.11.7.1 identity card"),
    # Chile, Ecuador, Colombia, Venezuela
    (
        _O,
        "1.3.6.1.4.1.",
        f"8658.1 tax number (RUT, SII); 8321.1 tax number (RUT); 8321.2 tax number of the issuer {_OF_ORGANISATION}",
    ),
    (
        _E,
        "1.3.6.1.4.1.37947.3.",
        f"""1 identity card or passport; 2 given names; 3 first surname; 4 second surname; 5 post; 7 address;
        8 telephone number; 9 town; 10 company {_OF_ORGANISATION}; 11 tax number (RUC)""",
    ),
    (_A, "1.3.6.1.4.1.", "23267.2.2 identity card (Certicámara); 23267.2.3 tax number (NIT); 4710.1.3.1 identity card"),
    (_O, "2.16.862.2.", f"1 code of the certification authority {_OF_ORGANISATION}; 2 tax number (RIF)"),
    # certificate requests: enrolment of Microsoft, CRMF, CMC
    (
        _R,
        "1.3.6.1.4.1.311.",
        f"""21.20; 13.2.1; 13.2.2 @context names a program that keeps keys; 13.2.3 @context the version of an operating
        system identifies nobody; 13.1 {_INSIDE}""",
    ),
    (_R, "1.3.6.1.5.5.7.", f"5.1.1; 5.1.2; 5.2.1 {_TEXT}; 7.2"),
    # policies, purposes and statements that show the subject's kind
    (
        _P,
        "2.23.140.1.",
        """2.1 domain-validated; 2.2 organisation-validated; 2.3 individual-validated; 1 extended validation;
        3 extended validation, code signing; 4.1 code signing; 5.1.1 S/MIME mailbox-validated, legacy;
        5.1.2 S/MIME mailbox-validated, multipurpose; 5.1.3 S/MIME mailbox-validated, strict;
        5.2.1 S/MIME organisation-validated, legacy; 5.2.2 S/MIME organisation-validated, multipurpose;
        5.2.3 S/MIME organisation-validated, strict; 5.3.1 S/MIME sponsor-validated, legacy; 5.3.2 S/MIME
        sponsor-validated, multipurpose; 5.3.3 S/MIME sponsor-validated, strict; 5.4.1 S/MIME individual-validated,
        legacy; 5.4.2 S/MIME individual-validated, multipurpose; 5.4.3 S/MIME individual-validated, strict""",
    ),
    (
        _P,
        "0.4.0.",
        """194112.1.0 QCP-n; 194112.1.1 QCP-l; 194112.1.2 QCP-n-qscd; 194112.1.3 QCP-l-qscd; 194112.1.4 QEVCP-w;
        194112.1.5 QNCP-w; 194112.1.6 QNCP-w-gen; 1456.1.1 QCP+ (legacy); 1456.1.2 QCP (legacy); 2042.1.1 NCP;
        2042.1.2 NCP+; 2042.1.3 LCP; 1862.1.1 qualified certificate; 1862.1.6.1 for signatures; 1862.1.6.2 for seals;
        1862.1.6.3 for web sites; 194121.1.1 semantics of natural persons; 194121.1.2 semantics of legal persons;
        194121.1.3 semantics of natural persons (eIDAS); 194121.1.4 semantics of legal persons (eIDAS)""",
    ),
    (
        _P,
        "1.",
        """3.6.1.5.5.7.3.4 e-mail protection; 3.6.1.5.5.7.3.2 client authentication; 3.6.1.5.5.7.3.1 server
        authentication; 3.6.1.5.5.7.3.36 document signing; 3.6.1.4.1.311.10.3.12 document signing (Microsoft);
        3.6.1.4.1.311.20.2.2 smart card logon; 3.6.1.5.2.3.4 Kerberos log-in of a client; 2.840.113583.1.1.5 document
        signing (Adobe)""",
    ),
    (_P, "", "2.16.840.1.101.3.2.1.3.13 FPKI common authentication (PIV)"),
)


def _types(kind: TypeKind, prefix: str, block: str) -> Iterator[Type]:
    for entry in block.split(";"):
        facts, _, treatment = " ".join(entry.split()).partition(" @")
        arcs, _, name = facts.partition(" ")
        word, _, why = treatment.partition(" ")
        oid = prefix + arcs
        if kind is TypeKind.CLASSIFIER:
            word, why = "classifier", "shows how a certificate was issued, not for which person"
        yield Type(kind, oid, name or _standard_name(kind, oid), Treatment(word or "not read"), why)


def _standard_name(kind: TypeKind, oid: str) -> str:
    names = {TypeKind.EXTENSION: extension_name, TypeKind.OTHER_NAME: other_name_name}
    return names.get(kind, attribute_name)(oid)


TAXONOMY: Final[tuple[Type, ...]] = tuple(
    known for kind, prefix, block in _BLOCKS for known in _types(kind, prefix, block)
)
