"""Professions by word and by type: professions of health or law, and institutions, which are no person.

Admission to such a profession is registered, supervised and bound to secrecy; being insured, or a patient, is health
data itself. Words are compared folded (no accents, small letters), by their beginning.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ctscan.personal.normalise.name_tokens import fold_text

_TELEMATICS: Final = "1.2.276.0.76.4."
_LAW_AND_TAXES: Final = "1.3.36.8.3.11.1."
"""Arc of the naming authority for law, economics and taxes (Common PKI SigG profile)."""

_HEALTH_ARCS: Final = {
    30: "physician",
    31: "dentist",
    32: "pharmacist",
    33: "assistant pharmacist",
    34: "pharmaceutical engineer",
    35: "pharmaceutical technical assistant",
    36: "pharmaceutical commercial assistant",
    37: "pharmacy helper",
    38: "pharmacy assistant",
    39: "pharmaceutical assistant",
    40: "skilled pharmacy worker",
    41: "pharmacy trainee",
    42: "student of pharmacy",
    43: "trainee technical assistant",
    44: "apprentice commercial assistant",
    45: "psychotherapist",
    46: "psychological psychotherapist",
    47: "psychotherapist for children and young people",
    48: "ambulance officer",
    49: "insured person",
    178: "emergency paramedic",
    232: "nurse",
    233: "nurse for the elderly",
    234: "nursing specialist",
    235: "midwife",
    236: "physiotherapist",
    237: "optician",
    238: "hearing aid acoustician",
    239: "orthopaedic shoemaker",
    240: "orthopaedic technician",
    241: "dental technician",
    274: "occupational therapist",
    275: "speech therapist",
    276: "podiatrist",
    277: "nutrition therapist",
    305: "orthopaedic shoemaker and technician",
    308: "optician and acoustician",
    312: "supplier of medical aids",
    313: "hairdresser for medical wigs",
    315: "masseur",
    316: "sociotherapist",
    318: "voice, speech and swallowing therapist",
    319: "dietician",
}
_LAW_ARCS: Final = {
    1: "lawyer",
    2: "lawyer",
    3: "legal adviser",
    4: "tax adviser",
    5: "tax adviser",
    6: "tax agent",
    7: "tax agent",
    8: "notary",
    9: "notary",
    10: "deputy of a notary",
    11: "deputy of a notary",
    12: "administrator of a notary's office",
    13: "administrator of a notary's office",
    14: "auditor",
    15: "auditor",
    16: "sworn accountant",
    17: "sworn accountant",
    18: "patent attorney",
    19: "patent attorney",
}
PROFESSIONS: Final[Mapping[str, str]] = {
    **{f"{_TELEMATICS}{arc}": words for arc, words in _HEALTH_ARCS.items()},
    **{f"{_LAW_AND_TAXES}{arc}": words for arc, words in _LAW_ARCS.items()},
}
"""Types of professions that people have, with plain words (gemSpec_OID table 402; Common PKI part 1 SigG profile)."""

INSTITUTIONS: Final = frozenset(
    f"{_TELEMATICS}{arc}"
    for arc in (
        *(*range(50, 60), 187, 190, 210, *range(223, 232), *range(242, 258), *range(262, 272)),
        *(*range(278, 283), *range(284, 287), 292, 295, 303, 304, 306, 311, 314, 317),
    )
)
"""Types of institutions of health care (gemSpec_OID table 403)."""


def is_technical(oid: str) -> bool:
    """Return whether a type under the arc of German health telematics is the role of a service or a device (gemSpec_OID
    table 406): neither a profession nor an institution."""
    return oid.startswith(_TELEMATICS) and oid not in PROFESSIONS and oid not in INSTITUTIONS


_HEALTH_WORDS: Final = (
    *("arzt", "aerzt", "zahnarzt", "tierarzt", "facharzt", "apotheker", "psychother", "psycholog", "pfleg", "kranken"),
    *("hebamme", "rettungs", "notfallsan", "sanitat", "physiother", "ergother", "logopad", "podolog", "augenopt"),
    *("horakust", "orthopad", "zahntech", "heilprakt", "versicherte", "pharmaz", "medizin", "physician", "doctor of m"),
    *("medical", "dentist", "nurse", "pharmacist", "midwife", "paramedic", "surgeon", "psychiatr", "therapist"),
    *("huisarts", "tandarts", "verpleeg", "verloskund", "medisch", "medico", "medica", "enfermer", "farmac", "odontol"),
    *("infermier", "medecin", "infirmier", "pharmacien", "dentiste", "sage femme", "lekarz", "pielegniark"),
    *("lakare", "sjukskoterska", "lege", "sykepleier", "laege", "sygeplejerske", "laakari", "врач", "медсестра"),
)
_LAW_WORDS: Final = (
    *("rechtsanw", "rechtsbeist", "syndikus", "patentanw", "notar", "steuerber", "steuerbev", "wirtschaftspruf"),
    *(
        "richter",
        "staatsanw",
        "rechtspfleg",
        "gerichtsvoll",
        "buchpruf",
        "lawyer",
        "attorney",
        "solicitor",
        "barrister",
    ),
    *(
        "notary",
        "judge",
        "prosecutor",
        "bailiff",
        "abogad",
        "procurador",
        "registrador",
        "advogad",
        "avvocat",
        "notaio",
    ),
    *("avocat", "huissier", "magistrat", "advocaat", "gerechtsdeurw", "advokat", "adwokat", "radca praw", "адвокат"),
    *("нотариус", "нотаріус", "судья", "суддя"),
)
_INSTITUTION_WORDS: Final = frozenset(
    [
        *("betriebsstatte", "krankenhaus", "krankenhausapotheke", "klinik", "apotheke", "zahnarztpraxis", "praxis"),
        *("arztpraxis", "institution", "rettungsleitstelle", "krankenkasse", "hospital", "clinic", "pharmacy"),
        *("kammer", "verband", "gemeinschaftspraxis", "pflegedienst", "pflegeheim"),
    ]
)


def tells_health_or_law(text: str) -> bool:
    """Return whether a profession, title or role belongs to health or law."""
    folded = f" {fold_text(text[:1000])}"
    return any(f" {word}" in folded for word in (*_HEALTH_WORDS, *_LAW_WORDS))


def is_institution(text: str) -> bool:
    """Return whether the words name a workplace: a practice, a hospital, a pharmacy."""
    return not _INSTITUTION_WORDS.isdisjoint(fold_text(text[:1000]).split())
