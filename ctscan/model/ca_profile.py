"""CA profiles: statements of the texts of a certification authority on requests of data subjects, with their sources.

    CaProfile ── sources: texts, each with its layer, date, version and grade
        │
        ├─ facts: FactKey, value, section of the text, source
        ├─ conflicts: texts that disagree on a key, and the text that prevails for us
        └─ keys, organisations, owners, traps: how a certificate is matched to the profile

A key that has no fact is open: the text doesn't say. `authorities/ca_profiles.py` reads profiles.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from ctscan.model.ca_terms import ConflictReason, MatchReason, NoLetter, ProfileFault, RetentionCaveat
from ctscan.model.ca_values import Assigned, Contact, FactValue, ResponseTime, Right, RightPosition, Words
from ctscan.model.ca_vocabulary import FactKey, Grade, Layer, SectionWord
from ctscan.on_first_use import late_pattern

if TYPE_CHECKING:
    from ctscan.model.authority import Authority, AuthorityList
    from ctscan.model.message import Code, Message

_SECTION_WORDS: Final = {code.value.partition(".")[2].replace("-", " "): code for code in SectionWord}
_PARTS: Final = late_pattern(r"(?:^|(?<=[;,] ))[^;,]+")


class ProfileSource(Struct, frozen=True):
    """Text that facts come from. `day`: its own date; with `is_undated`, the day on which a stored copy was read.
    `url`: empty where only a copy is known."""

    id: str
    layer: Layer
    title: str
    url: str
    day: date
    version: str
    grade: Grade
    is_undated: bool = False


class ProfileFact(Struct, frozen=True):
    """Statement of a text. `section`: its section, with line or paragraph where known."""

    key: FactKey
    value: FactValue
    section: str
    source: ProfileSource

    @property
    def place(self) -> str:
        """Section with codes in place of words such as `whole text`; titles of sections stay as the text has them."""
        return _PARTS.sub(lambda part: str(_SECTION_WORDS.get(part[0], part[0])), self.section)

    @property
    def day(self) -> date:
        """Date of the text: a letter says "as of"."""
        return self.source.day

    @property
    def grade(self) -> Grade:
        """Share of the text that was read."""
        return self.source.grade


class ProfileConflict(Struct, frozen=True):
    """Texts of a CA that disagree on a key. `prevails`: id of the source that counts for us; both are named."""

    key: FactKey
    sources: tuple[str, ...]
    prevails: str
    reason: ConflictReason


class RootKey(Struct, frozen=True):
    """Key of a CA that belongs to the profile. `key_id`: subject key identifier."""

    key_id: bytes
    name: str


class Trap(Struct, frozen=True):
    """CA that looks like one of the profile, and has another owner. An empty field compares with nothing."""

    owner: str
    key_id: bytes = b""
    organisation: str = ""


class CaProfile(Struct, frozen=True):
    """Statements of a CA's texts on requests of data subjects, and the certificates that they hold for."""

    id: str  # name of the file without its suffix
    name: str
    grade: Grade  # of the main text
    owners: tuple[str, ...]  # as the CCADB names them
    organisations: tuple[str, ...]  # exact O of issuers
    keys: tuple[RootKey, ...]
    traps: tuple[Trap, ...]
    seat: str  # ISO 3166-1; empty: several
    languages: tuple[str, ...]  # of its texts, ISO 639-1
    sources: tuple[ProfileSource, ...]
    facts: tuple[ProfileFact, ...]
    conflicts: tuple[ProfileConflict, ...] = ()
    no_letter: NoLetter | None = None
    is_baseline: bool = False  # holds for every CA without a profile

    @property
    def owner(self) -> str:
        """Owner in the CCADB, else the name of the profile."""
        return self.owners[0] if self.owners else self.name

    @property
    def as_of(self) -> date:
        """Date of the oldest text: every fact is at least as new."""
        return min(source.day for source in self.sources)

    def source(self, id: str) -> ProfileSource:
        """Find a source by its id. KeyError when there is none."""
        return {source.id: source for source in self.sources}[id]

    def facts_of(self, key: FactKey) -> tuple[ProfileFact, ...]:
        """Return all facts of a key, the prevailing one first; empty: the texts don't say."""
        found = [fact for fact in self.facts if fact.key is key]
        conflict = self.conflict(key)
        return tuple(sorted(found, key=lambda fact: conflict is not None and fact.source.id != conflict.prevails))

    def fact(self, key: FactKey) -> ProfileFact | None:
        """Return the fact that counts for us; None: the texts don't say."""
        return next(iter(self.facts_of(key)), None)

    def conflict(self, key: FactKey) -> ProfileConflict | None:
        """Return the conflict on a key."""
        return next((conflict for conflict in self.conflicts if conflict.key is key), None)

    def position(self, right: Right) -> RightPosition | None:
        """Return the position on a right; None: the texts don't say."""
        fact = self.fact(right.key)
        return fact.value if fact is not None and isinstance(fact.value, RightPosition) else None

    def response_time(self) -> ResponseTime | None:
        """Return the time in which the CA says that it answers; None: the statutory time counts. A text of before 2020
        (grade B) sets no time of today."""
        fact = self.fact(FactKey.RESPONSE_TIME)
        if fact is None or fact.grade is Grade.B or not isinstance(fact.value, ResponseTime):
            return None
        return fact.value if fact.value.count else None

    def words(self, key: FactKey) -> tuple[Code, ...]:
        """Return all words of a key of `WORDS`, each once."""
        found = (fact.value for fact in self.facts_of(key))
        return tuple(dict.fromkeys(code for value in found if isinstance(value, Words) for code in value.codes))

    def contacts(self, key: FactKey) -> tuple[Contact, ...]:
        """Return the postal addresses, e-mail addresses, numbers or forms, hidden ones included."""
        return tuple(fact.value for fact in self.facts_of(key) if isinstance(fact.value, Contact))

    def assigned(self, key: FactKey) -> tuple[Assigned, ...]:
        """Return the roles, addressees or legal bases with their circumstances."""
        return tuple(fact.value for fact in self.facts_of(key) if isinstance(fact.value, Assigned))


# --- results -------------------------------------------------------------------------------------------------------


class ProfileMatch(Struct, frozen=True):
    """Profile that holds for a certificate. `beside`: another profile that bears the issuer's organisation, where the
    key led to this one. `authorities`: records of the CCADB for the issuer's key."""

    profile: CaProfile
    reason: MatchReason
    beside: CaProfile | None = None
    owners: tuple[str, ...] = ()  # in the CCADB, or of a trap
    authorities: tuple[Authority, ...] = ()

    @property
    def contacts(self) -> tuple[str, ...]:
        """Contacts for problem reports, as the CCADB publishes them."""
        return tuple(dict.fromkeys(one.contact for one in self.authorities if one.contact))


class RetentionEnd(Struct, frozen=True):
    """Earliest possible end of the retention at a CA. `on` None: no date follows from the texts. `counted_from`: the
    day from which `fact` counts. `others`: further facts on retention, to be shown beside it."""

    on: date | None
    counted_from: date | None
    fact: ProfileFact | None
    others: tuple[ProfileFact, ...]
    caveats: tuple[RetentionCaveat, ...]


class ProfileCheck(Struct, frozen=True):
    """Check of a profile: faults (`ProfileFault`) that don't make it unusable."""

    profile: CaProfile
    faults: tuple[Message, ...]

    @property
    def has_old_text(self) -> bool:
        """True when a text is older than the limit."""
        return any(fault.code == ProfileFault.OLD_TEXT for fault in self.faults)


class AuthorityRecords(Struct, frozen=True):
    """Records of a CA in the CCADB's list, and its profiles. `which` None: the index is missing, or holds no list."""

    which: AuthorityList | None
    authorities: tuple[Authority, ...]
    profiles: tuple[CaProfile, ...]
