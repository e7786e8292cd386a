"""Matching of a certificate's issuer to a CA profile. Pure.

    1. traps: a key, an organisation or an owner in the CCADB that belongs to somebody else takes a profile out
    2. key: the nearest key of the chain that a profile lists
    3. organisation: the exact O of the issuer; case and spaces don't count
    4. owner: the exact name of the owner that the CCADB gives for a key of the chain; where it leads to another profile
       than the organisation does, the owner counts, because companies are sold and keep their names
    5. else the baseline, with the contacts of the CCADB

A part of a name never matches: "IdenTrust" contains "Entrust", and the O of a root of Google is "GlobalSign".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from ctscan.authorities.ca_profiles import folded
from ctscan.errors import InputError
from ctscan.model import Authority, Certificate
from ctscan.model.ca_profile import CaProfile, ProfileMatch, Trap
from ctscan.model.ca_terms import MatchReason

_DEEPEST: Final = 16  # CAs above each other
_WIDEST: Final = 16  # issuers of CAs on one level
_ORGANISATION: Final = "2.5.4.10"
_SUBJECT_KEY_ID: Final = "2.5.29.14"


class IssuerFacts(Struct, frozen=True):
    """Facts of an issuer that profiles are matched by.

    `key_ids`: key identifiers from the issuer to its root, as far as known; the first is the authority key identifier
    of the certificate. `organisations`: every O of the issuer's name.
    """

    key_ids: tuple[bytes, ...]
    organisations: tuple[str, ...]


def issuer_facts(certificate: Certificate, ca_certificates: Iterable[Certificate] = ()) -> IssuerFacts:
    """Collect the facts of a certificate's issuer.

    Args:
        ca_certificates: CA certificates at hand, by which the chain is walked to its root.
    """
    attributes = (one for window in certificate.issuer.windows for one in window.attributes)
    texts = (one.text for one in attributes if one.oid == _ORGANISATION and one.text is not None)
    organisations = dict.fromkeys(text for found in texts for text in (found.value, found.repaired) if text)
    return IssuerFacts(chain_of(certificate.authority_key_id, _parents(ca_certificates)), tuple(organisations))


def chain_of(key_id: bytes, parents: Mapping[bytes, Sequence[bytes]]) -> tuple[bytes, ...]:
    """Walk from the key of an issuer to that of its root, the nearest first; a cross-signed CA has several parents.

    Args:
        parents: key identifier of a CA -> those of its own issuers.
    """
    chain = dict.fromkeys([key_id] if key_id else [])
    for _ in range(_DEEPEST):
        above = [parent for known in chain for parent in parents.get(known, ()) if parent and parent not in chain]
        if not above:
            break
        chain |= dict.fromkeys(above[:_WIDEST])
    return tuple(chain)


def _parents(ca_certificates: Iterable[Certificate]) -> dict[bytes, list[bytes]]:
    parents: dict[bytes, list[bytes]] = defaultdict(list)
    for certificate in ca_certificates:
        if own := subject_key_id(certificate):
            parents[own].append(certificate.authority_key_id)
    return parents


def subject_key_id(certificate: Certificate) -> bytes:
    """Return the subject key identifier (RFC 5280 section 4.2.1.2); b"" without a well-formed one."""
    for extension in certificate.extensions:
        value = extension.value
        if extension.oid == _SUBJECT_KEY_ID and len(value) > 2 and value[0] == 0x04 and value[1] == len(value) - 2:
            return value[2:]
    return b""


def match_profile(
    issuer: IssuerFacts, profiles: Sequence[CaProfile], authorities: Iterable[Authority] = ()
) -> ProfileMatch:
    """Match an issuer to a profile.

    Args:
        authorities: records of the CCADB, of any CA; those with a key of the chain count.

    Raises:
        InputError: no profile is the baseline, and none matches.
    """
    records = _nearest(issuer, authorities)
    owners = tuple(dict.fromkeys(one.owner for one in records))
    named = _Names(issuer, frozenset(map(folded, issuer.organisations)), frozenset(map(folded, owners)))
    traps = [trap for profile in profiles if (trap := named.trap_of(profile)) is not None]
    found = _found(named, [p for p in profiles if not p.is_baseline and named.trap_of(p) is None])
    if found is not None:
        return replace(found, owners=owners, authorities=records)
    reason = MatchReason.BASELINE_TRAP if traps else MatchReason.BASELINE
    others = tuple(dict.fromkeys(trap.owner for trap in traps))
    return ProfileMatch(baseline(profiles), reason, owners=owners or others, authorities=records)


def _found(named: _Names, profiles: Sequence[CaProfile]) -> ProfileMatch | None:
    by_key, by_name, by_owner = named.by_key(profiles), named.by_organisation(profiles), named.by_owner(profiles)
    if by_key is not None:
        return ProfileMatch(by_key, MatchReason.KEY, by_name if by_name is not by_key else None)
    if len(by_owner) == 1 and by_name is not by_owner[0]:
        return ProfileMatch(by_owner[0], MatchReason.OWNER, by_name)
    if by_name is not None:
        return ProfileMatch(by_name, MatchReason.ORGANISATION)
    return None


def baseline(profiles: Sequence[CaProfile]) -> CaProfile:
    """Return the profile that holds for every CA. InputError when there is none."""
    for profile in profiles:
        if profile.is_baseline:
            return profile
    raise InputError("ca_policies: expected a profile with baseline = true, found none; install ctscan again")


def _nearest(issuer: IssuerFacts, authorities: Iterable[Authority]) -> tuple[Authority, ...]:
    """Find the records for the nearest key of the chain that has any: an intermediate CA may have another owner than
    its root."""
    wanted = set(issuer.key_ids)
    known = [one for one in authorities if one.key_id in wanted]
    for key_id in issuer.key_ids:
        if found := tuple(one for one in known if one.key_id == key_id):
            return found
    return ()


class _Names(Struct, frozen=True):
    """Issuer with its organisations and owners folded for comparison."""

    issuer: IssuerFacts
    organisations: frozenset[str]
    owners: frozenset[str]

    def trap_of(self, profile: CaProfile) -> Trap | None:
        """Find the trap of a profile that the issuer is. An owner of the profile among the owners of the key speaks
        against a trap by owner: the CA is cross-signed."""
        own = not self.owners.isdisjoint(map(folded, profile.owners))
        return next((trap for trap in profile.traps if self._is(trap, by_owner=not own)), None)

    def _is(self, trap: Trap, *, by_owner: bool) -> bool:
        if trap.key_id and trap.key_id in self.issuer.key_ids:
            return True
        if trap.organisation and folded(trap.organisation) in self.organisations:
            return True
        return by_owner and folded(trap.owner) in self.owners

    def by_key(self, profiles: Sequence[CaProfile]) -> CaProfile | None:
        owner_of = {key.key_id: profile for profile in profiles for key in profile.keys}
        return next((owner_of[key_id] for key_id in self.issuer.key_ids if key_id in owner_of), None)

    def by_organisation(self, profiles: Sequence[CaProfile]) -> CaProfile | None:
        found = [p for p in profiles if not self.organisations.isdisjoint(map(folded, p.organisations))]
        return found[0] if len(found) == 1 else None

    def by_owner(self, profiles: Sequence[CaProfile]) -> list[CaProfile]:
        return [profile for profile in profiles if not self.owners.isdisjoint(map(folded, profile.owners))]


def profiles_named(profiles: Sequence[CaProfile], what: str) -> list[CaProfile]:
    """Find profiles for a person: by file name, name, owner, organisation or key identifier, whole words only.

    Returns:
        The profiles that the text names whole, else those that have its words in a name, in their order.
    """
    number = "".join(what.split()).replace(":", "").lower()
    text = folded(what)
    whole = [
        profile
        for profile in profiles
        if text in map(folded, _names(profile)) or number in {key.key_id.hex() for key in profile.keys}
    ]
    return whole or [
        profile for profile in profiles if text and any(_has_words(name, text) for name in _names(profile))
    ]


def profiles_of_key(profiles: Sequence[CaProfile], authorities: Sequence[Authority], what: str) -> list[CaProfile]:
    """Find the profiles of the owners of CAs that were found by a key identifier or a fingerprint. Text that is
    neither finds none: by a part of a name very many CAs may be found."""
    number = "".join(what.split()).replace(":", "").lower()
    owners = {folded(one.owner) for one in authorities if number in (one.key_id.hex(), one.sha256.hex())}
    return [profile for profile in profiles if number and not owners.isdisjoint(map(folded, profile.owners))]


def _names(profile: CaProfile) -> tuple[str, ...]:
    return (profile.id, profile.name, *profile.owners, *profile.organisations)


def _has_words(name: str, text: str) -> bool:
    """Return whether all words of a text stand side by side in a name."""
    plain = ("".join(letter if letter.isalnum() else " " for letter in one) for one in (folded(name), text))
    words, wanted = (" ".join(one.split()) for one in plain)
    return bool(wanted) and f" {wanted} " in f" {words} "
