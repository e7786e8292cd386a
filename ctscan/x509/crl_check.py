"""Check of a certificate against a revocation list (RFC 5280 section 6.3.3), without trust anchors.

The list, the certificate and certificates of CAs are the only evidence. An entry on a list of the CA means revoked,
however old the list is. Not revoked needs more: a current and complete list of the CA, for certificates of this kind,
that would name the certificate. Everything else is unknown, with the reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from ctscan.errors import FormatError, ProofError
from ctscan.model import Certificate, Issuer, Message, Revocation, RevocationState, StatusReason
from ctscan.x509.access_locations import DistributionPoint, access_locations, url_key
from ctscan.x509.crl import HOLD, REMOVED, RevocationList, RevokedEntry, verify_crl
from ctscan.x509.crl_header import ListFacts
from ctscan.x509.issuer_lookup import MAX_KEYS, Issuers, is_issued_by, read_signer, same_name

MAX_SKEW: Final = timedelta(minutes=5)
"""Allowed difference between the clocks of a CA and of this machine."""


class _Query(Struct, frozen=True):
    """A certificate to check. `signers`: further CA certificates, for lists with another signer than the issuer."""

    certificate: Certificate
    issuers: Issuers
    signers: tuple[Issuer, ...]
    checked: datetime
    url: str


def check_by_crl(
    certificate: Certificate,
    issuers: Issuers,
    crl: RevocationList,
    checked: datetime,
    url: str,
    *,
    delta: RevocationList | None = None,
    signers: Sequence[Issuer] = (),
) -> Revocation:
    """Check the revocation of a certificate by a list. Never raises.

    Args:
        certificate: the certificate.
        issuers: its issuers, as `find_issuers` returns them.
        crl: the list.
        checked: time of the check.
        url: address from which `crl` was fetched.
        delta: list of changes to `crl`; ignored unless it fits.
        signers: other CA certificates with the name of the list's issuer: another key of the CA, or the publisher of an
            indirect list. Such a certificate counts when the CA's key signed it, or when its key signed the CA's
                certificate.
    """
    query = _Query(certificate, issuers, tuple(signers), checked, url)
    why = _unusable_reason(query, crl)
    if why:  # the dates of an unusable list prove nothing
        return replace(_unknown(query, crl.facts, why), this_update=None, next_update=None)
    entry = _entry_of(query, crl)
    if delta is not None and not crl.facts.is_delta and _is_delta_of(query, crl.facts, delta):
        return _from_list_and_delta(query, crl.facts, entry, delta)
    return _from_list(query, crl.facts, entry)


# --- whether the list can be used ----------------------------------------------------------------------------------


def _unusable_reason(query: _Query, crl: RevocationList) -> Message | None:
    """Return the reason why the list is unusable; None: it is usable."""
    facts = crl.facts
    if not query.issuers.found:
        return query.issuers.why or StatusReason.ISSUER_UNKNOWN()
    why = _out_of_scope_reason(query, facts) or _unsigned_reason(query, crl)
    if why:
        return why
    if facts.has_unknown:
        return StatusReason.LIST_CRITICAL()
    if facts.this_update > query.checked + MAX_SKEW:
        return StatusReason.LIST_IN_FUTURE()
    return None


def _out_of_scope_reason(query: _Query, facts: ListFacts) -> Message | None:
    scope, certificate = facts.scope, query.certificate
    is_own = same_name(facts.issuer, certificate.issuer)
    points = _points(query, facts)
    if not is_own and not points:
        return StatusReason.LIST_OF_OTHER_CA()
    if not is_own and not scope.indirect:
        return StatusReason.LIST_NOT_INDIRECT()
    if scope.names and not any(name in scope.names for point in points for name in point.names):
        return StatusReason.LIST_OF_OTHER_PART()
    if scope.only_attribute:
        return StatusReason.LIST_OF_ATTRIBUTES()
    if scope.only_ca and not certificate.is_ca:
        return StatusReason.LIST_OF_CAS()
    if scope.only_user and certificate.is_ca:
        return StatusReason.LIST_OF_SUBSCRIBERS()
    return None


def _points(query: _Query, facts: ListFacts) -> list[DistributionPoint]:
    """Return the distribution points of the certificate that lead to lists of this issuer."""
    is_own = same_name(facts.issuer, query.certificate.issuer)
    return [
        point
        for point in access_locations(query.certificate).crls
        if (any(same_name(name, facts.issuer) for name in point.issuers) if point.issuers else is_own)
    ]


def _unsigned_reason(query: _Query, crl: RevocationList) -> Message | None:
    """Return the reason why no entitled CA signed the list; None: an entitled CA did."""
    why: Message | None = None
    own = query.issuers.found
    if same_name(crl.facts.issuer, query.certificate.issuer):
        for issuer in own:
            try:
                verify_crl(crl, issuer.der)
            except ProofError as error:
                why = why or StatusReason.LIST_UNVERIFIED(detail=str(error))
            else:
                return None
    if any(_signs_for(signer, query, crl) for signer in _other_signers(query, crl)):
        return None
    return why or StatusReason.LIST_SIGNER_UNKNOWN()


def _other_signers(query: _Query, crl: RevocationList) -> Iterator[Issuer]:
    """Yield at most MAX_KEYS other CA certificates with the name of the list's issuer."""
    left = MAX_KEYS
    for signer in query.signers:
        try:
            is_named = same_name(read_signer(signer.der).certificate.subject, crl.facts.issuer)
        except FormatError:
            continue
        if is_named and signer not in query.issuers.found and left:
            left -= 1
            yield signer


def _signs_for(signer: Issuer, query: _Query, crl: RevocationList) -> bool:
    """Return whether the signer signed the list and is entitled to, on behalf of the certificate's CA."""
    facts = read_signer(signer.der)
    try:
        verify_crl(crl, signer.der)
    except ProofError:
        return False
    own = [(issuer.der, read_signer(issuer.der).certificate.spki) for issuer in query.issuers.found]
    if facts.signs_lists and any(is_issued_by(signer.der, spki) for _, spki in own):
        return True
    return any(is_issued_by(der, facts.certificate.spki) for der, _ in own)


# --- entries -------------------------------------------------------------------------------------------------------


def _entry_of(query: _Query, crl: RevocationList) -> RevokedEntry | None:
    """Return the entry of the certificate; an entry that revokes it goes before a hold and a removal."""
    issuer = query.certificate.issuer
    found = [
        entry for entry in crl.entries(query.certificate.serial) if same_name(entry.issuer or crl.facts.issuer, issuer)
    ]
    return min(found, key=lambda entry: (entry.reason == REMOVED, entry.reason == HOLD), default=None)


def _from_list(query: _Query, facts: ListFacts, entry: RevokedEntry | None) -> Revocation:
    if entry is not None:
        if entry.reason == REMOVED:
            return _unknown(query, facts, StatusReason.LIST_TAKES_BACK())
        return _revoked(query, facts, entry)
    why = _uncleared_reason(query, facts)
    return _unknown(query, facts, why) if why else _revocation(query, facts, RevocationState.NOT_REVOKED)


def _uncleared_reason(query: _Query, facts: ListFacts) -> Message | None:
    """Return the reason why absence from the list doesn't clear the certificate; None: it does."""
    if facts.is_delta:
        return StatusReason.LIST_OF_CHANGES()
    if facts.scope.reasons or not _covers_all_reasons(query, facts):
        return StatusReason.LIST_OF_SOME_REASONS()
    if facts.next_update is not None and query.checked > facts.next_update:
        return StatusReason.LIST_RUN_OUT()
    not_after = query.certificate.not_after
    if not_after is None:
        return StatusReason.END_UNREADABLE()
    keeps = facts.expired_since is not None and facts.expired_since <= not_after
    if not_after < facts.this_update and not keeps:
        return StatusReason.EXPIRED_BEFORE_LIST()
    return None


def _covers_all_reasons(query: _Query, facts: ListFacts) -> bool:
    """Return whether a distribution point without reasons leads to the list, or no point at all."""
    here = url_key(query.url)
    keys = {here, *facts.scope.names}
    leading = [point for point in _points(query, facts) if keys & set(point.names)]
    return not leading or any(not point.reasons for point in leading)


# --- with its changes ----------------------------------------------------------------------------------------------


def _is_delta_of(query: _Query, facts: ListFacts, delta: RevocationList) -> bool:
    """Return whether a delta CRL applies to this list (RFC 5280 section 5.2.4).

    It needs the same issuer, key and scope, a base not after the list, and a number not before the list's.
    """
    changes = delta.facts
    if changes.base_number is None or changes.number is None or facts.number is None:
        return False
    return (
        changes.base_number <= facts.number <= changes.number
        and changes.scope == facts.scope
        and changes.key_id == facts.key_id
        and same_name(changes.issuer, facts.issuer)
        and not _unusable_reason(query, delta)
    )


def _from_list_and_delta(
    query: _Query, facts: ListFacts, entry: RevokedEntry | None, delta: RevocationList
) -> Revocation:
    changes = delta.facts
    change = _entry_of(query, delta)
    if change is not None and change.reason != REMOVED:
        return _revoked(query, changes, change)
    is_current = changes.next_update is None or query.checked <= changes.next_update
    if not is_current:
        return _from_list(query, facts, entry)
    if change is not None and entry is not None and entry.reason == HOLD:
        entry = None
    revocation = _from_list(query, facts, entry)
    if revocation.state is not RevocationState.NOT_REVOKED:
        return revocation
    ends = [end for end in (facts.next_update, changes.next_update) if end is not None]
    return _revocation(query, changes, RevocationState.NOT_REVOKED, next_update=min(ends, default=None))


# --- answers -------------------------------------------------------------------------------------------------------


def _unknown(query: _Query, facts: ListFacts, why: Message) -> Revocation:
    return _revocation(query, facts, RevocationState.UNKNOWN, why=why)


def _revoked(query: _Query, facts: ListFacts, entry: RevokedEntry) -> Revocation:
    return _revocation(query, facts, RevocationState.REVOKED, revoked_at=entry.revoked_at, reason=entry.reason)


def _revocation(
    query: _Query,
    facts: ListFacts,
    state: RevocationState,
    *,
    why: Message | None = None,
    revoked_at: datetime | None = None,
    reason: str = "",
    next_update: datetime | None = None,
) -> Revocation:
    return Revocation(
        state=state,
        source="CRL",
        checked=query.checked,
        url=query.url,
        revoked_at=revoked_at,
        reason=reason,
        this_update=facts.this_update,
        next_update=next_update or facts.next_update,
        why=why,
    )
