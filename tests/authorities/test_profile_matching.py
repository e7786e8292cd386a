"""Matching of issuers to profiles: keys first, exact names, and traps that win."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from support.certs import (
    authority_key_identifier,
    basic_constraints,
    extension,
    make_certificate,
    subject_key_identifier,
)
from support.profile_files import BASELINE, KEY, minimal, profile

from ctscan.app.ca_policies import match_certificates, shipped_profiles
from ctscan.authorities.profile_matching import (
    IssuerFacts,
    baseline,
    chain_of,
    issuer_facts,
    match_profile,
    profiles_named,
    subject_key_id,
)
from ctscan.errors import InputError
from ctscan.index.open import open_index
from ctscan.model import Authority, AuthorityList, Certificate, Issuer, IssuerOrigin
from ctscan.model.ca_profile import ProfileMatch
from ctscan.model.ca_terms import MatchReason
from ctscan.x509.certificate import read_certificate

OTHER = b"\x01" * 20
TRAP = b"\xff" * 20
EXAMPLE, FLOOR = profile(), profile(BASELINE, "floor.toml")
SECOND = profile(minimal("Second", 'owners = ["Second Owner"]\norganisations = ["Second CA"]'), "second.toml")
PROFILES = (EXAMPLE, FLOOR, SECOND)


def record(owner: str, key_id: bytes, contact: str = "") -> Authority:
    return Authority(owner, "CA", b"\x02" * 32, key_id, contact=contact)


def matched(
    *organisations: str, keys: tuple[bytes, ...] = (), records: tuple[Authority, ...] = ()
) -> tuple[str, MatchReason]:
    found = match_profile(IssuerFacts(keys, organisations), PROFILES, records)
    return found.profile.id, found.reason


def test_a_key_of_the_chain_comes_first() -> None:
    assert matched(keys=(KEY,)) == ("example", MatchReason.KEY)
    assert matched(keys=(OTHER, KEY)) == ("example", MatchReason.KEY)
    found = match_profile(IssuerFacts((OTHER, KEY), ("Second CA",)), PROFILES)
    assert (found.profile.id, found.reason, found.beside) == ("example", MatchReason.KEY, SECOND)
    same = match_profile(IssuerFacts((KEY,), ("Example Trust Ltd",)), PROFILES)
    assert same.beside is None


def test_an_organisation_is_compared_whole() -> None:
    for name in ("Example Trust Ltd", "EXAMPLE TRUST  LTD", " example trust gmbh "):
        assert matched(name) == ("example", MatchReason.ORGANISATION)
    for name in ("Example Trust", "Example Trust Ltd.", "My Example Trust Ltd", "Example", ""):
        assert matched(name) == ("floor", MatchReason.BASELINE)


def test_an_owner_in_the_ccadb_is_compared_whole_and_by_its_key() -> None:
    records = (record("Example Trust Services", OTHER),)
    assert matched(keys=(OTHER,), records=records) == ("example", MatchReason.OWNER)
    assert matched(keys=(b"\x03" * 20,), records=records) == ("floor", MatchReason.BASELINE)
    assert matched(keys=(OTHER,), records=(record("Example Trust", OTHER),)) == ("floor", MatchReason.BASELINE)


def test_an_owner_counts_more_than_a_name_that_leads_elsewhere() -> None:
    found = match_profile(IssuerFacts((OTHER,), ("Second CA",)), PROFILES, (record("Example Trust Services", OTHER),))
    assert (found.profile, found.reason, found.beside) == (EXAMPLE, MatchReason.OWNER, SECOND)
    both = (record("Example Trust Services", OTHER), record("Second Owner", OTHER))
    assert matched("Second CA", keys=(OTHER,), records=both) == ("second", MatchReason.ORGANISATION)
    assert matched(keys=(OTHER,), records=both) == ("floor", MatchReason.BASELINE)


def test_the_nearest_record_of_the_chain_counts() -> None:
    records = (record("Second Owner", KEY), record("Example Trust Services", OTHER))
    found = match_profile(IssuerFacts((OTHER, b"\x09" * 20), ()), PROFILES, records)
    assert found.owners == ("Example Trust Services",)


def test_traps_win() -> None:
    assert matched("Example Trust Ltd", keys=(TRAP,)) == ("floor", MatchReason.BASELINE_TRAP)
    assert matched("Example Trust Ltd", keys=(OTHER, TRAP)) == ("floor", MatchReason.BASELINE_TRAP)
    owned = (record("Other Trust", OTHER),)
    assert matched("Example Trust Ltd", keys=(OTHER,), records=owned) == ("floor", MatchReason.BASELINE_TRAP)
    cross_signed = (*owned, record("Example Trust Services", OTHER))
    assert matched("Example Trust Ltd", keys=(OTHER,), records=cross_signed) == ("example", MatchReason.ORGANISATION)
    assert match_profile(IssuerFacts((TRAP,), ()), PROFILES).owners == ("Other Trust",)


def test_the_baseline_has_the_contacts_of_the_ccadb() -> None:
    records = tuple(record("Somebody", OTHER, contact) for contact in ("a@example.com", "", "a@example.com"))
    found = match_profile(IssuerFacts((OTHER,), ("Nobody",)), PROFILES, records)
    assert (found.profile, found.owners, found.contacts) == (FLOOR, ("Somebody",), ("a@example.com",))


def test_without_a_baseline_it_is_an_error() -> None:
    with pytest.raises(InputError, match="baseline = true"):
        baseline([EXAMPLE])


def test_a_chain_is_walked_to_its_root_and_ends() -> None:
    assert chain_of(b"a", {b"a": [b"b", b"x"], b"b": [b"c"]}) == (b"a", b"b", b"x", b"c")
    assert chain_of(b"a", {b"a": [b"b"], b"b": [b"a"]}) == (b"a", b"b")
    assert chain_of(b"", {}) == ()
    endless = {bytes([n]): [bytes([n + 1])] for n in range(200)}
    assert len(chain_of(b"\0", endless)) == 17


# --- the shipped profiles ------------------------------------------------------------------------------------------


def shipped(*organisations: str, key: str = "", records: tuple[Authority, ...] = ()) -> ProfileMatch:
    keys = (bytes.fromhex(key),) if key else ()
    return match_profile(IssuerFacts(keys, organisations), shipped_profiles(), records)


def test_identrust_contains_entrust_and_is_another_ca() -> None:
    for name in ("Entrust", "Entrust, Inc.", "Entrust Limited"):
        assert shipped(name).reason is MatchReason.BASELINE
    assert shipped("IdenTrust").profile.id == "identrust"
    assert [found.id for found in profiles_named(shipped_profiles(), "entrust")] == []
    assert [found.id for found in profiles_named(shipped_profiles(), "IdenTrust")] == ["identrust"]


def test_the_root_r4_of_globalsign_belongs_to_google() -> None:
    found = shipped("GlobalSign", key="54b07bad45b8e2407ffb0a6efbbe33c93ca384d5")
    assert (found.profile.is_baseline, found.reason) == (True, MatchReason.BASELINE_TRAP)
    assert found.owners == ("Google Trust Services LLC",)
    assert shipped("GlobalSign", key="8ff04b7fa82e4524ae4d50fa639a8bdee2dd1bbc").profile.id == "globalsign"
    assert shipped("GlobalSign").profile.id == "globalsign"


def test_starfield_services_belongs_to_amazon() -> None:
    found = shipped("Starfield Technologies, Inc.", key="9c5f00dfaa01d7302b3888a2b86d4a9cf2119183")
    assert (found.reason, found.owners) == (MatchReason.BASELINE_TRAP, ("Amazon Trust Services",))
    found = shipped("Starfield Technologies, Inc.", key="7c0c321fa7d9307fc47d68a362a8a1ceab075b27")
    assert found.profile.id == "godaddy"


def test_cybertrust_japan_is_its_own_owner() -> None:
    under_digicert = "45eba2aff492cb82312d518ba7a7219df36dc80f"
    assert shipped("DigiCert Inc", key=under_digicert).profile.id == "digicert"
    found = shipped("Cybertrust Japan Co., Ltd.", key=under_digicert)
    assert (found.profile.is_baseline, found.reason) == (True, MatchReason.BASELINE_TRAP)


def test_a_scheme_of_universities_stands_beside_the_ca_of_its_root() -> None:
    found = shipped("GEANT Vereniging", key="5379bf5aaa2b4acf5480e1d89bc09df2b20366cb")
    assert found.beside is not None
    assert (found.profile.id, found.beside.id) == ("sectigo", "geant")
    assert shipped("GEANT Vereniging").profile.id == "geant"


def test_a_ca_without_persons_gets_no_letter() -> None:
    found = shipped("Let's Encrypt").profile
    assert found.no_letter is not None
    assert [one.id for one in shipped_profiles() if one.no_letter] == ["lets-encrypt"]


# --- names that a person types --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        ("example", ["example"]),
        ("EXAMPLE TRUST", ["example"]),
        ("trust ltd", ["example"]),
        ("Trust", ["example"]),
        (KEY.hex(), ["example"]),
        (":".join(f"{octet:02X}" for octet in KEY), ["example"]),
        (TRAP.hex(), []),
        ("Second-Owner", ["second"]),
        ("econd", []),
        ("", []),
        ("  ", []),
        ("-", []),
    ],
)
def test_profiles_are_found_by_whole_words(what: str, expected: list[str]) -> None:
    assert [found.id for found in profiles_named(PROFILES, what)] == expected


# --- certificates --------------------------------------------------------------------------------------------------


ISSUING = [("O", "Somebody Else"), ("CN", "Issuing CA")]


def leaf() -> Certificate:
    keys = [authority_key_identifier(OTHER)]
    return read_certificate(make_certificate([("CN", "Jane Roe")], issuer=ISSUING, extensions=keys))


def issuing_ca() -> bytes:
    keys = [subject_key_identifier(OTHER), authority_key_identifier(KEY), basic_constraints(True)]
    return make_certificate(ISSUING, issuer=[("O", "Example"), ("CN", "Root")], extensions=keys)


def test_the_facts_of_an_issuer_come_from_the_certificate() -> None:
    ca = read_certificate(issuing_ca())
    assert (subject_key_id(ca), subject_key_id(leaf())) == (OTHER, b"")
    assert issuer_facts(leaf()) == IssuerFacts((OTHER,), ("Somebody Else",))
    assert issuer_facts(leaf(), [ca]) == IssuerFacts((OTHER, KEY), ("Somebody Else",))


def test_a_malformed_key_identifier_is_none() -> None:
    for value in (b"", b"\x04", b"\x04\x02a", b"\x0c\x01a", b"\x04\x80a"):
        der = make_certificate([("CN", "Jane Roe")], extensions=[extension("2.5.29.14", value)])
        assert subject_key_id(read_certificate(der)) == b""


def match_in(folder: Path, issuers: list[Issuer], authorities: list[Authority]) -> ProfileMatch:
    async def find() -> list[ProfileMatch]:
        async with await open_index(folder / "index.db", create=True) as index:
            await index.save_issuers(issuers)
            which = AuthorityList(datetime(2026, 1, 1, tzinfo=UTC), "records.csv", 1)
            await index.save_authorities(authorities, which)
            return await match_certificates(index, [leaf()], PROFILES)

    (found,) = asyncio.run(find())
    return found


def test_an_index_gives_the_chain_up_to_the_root(tmp_path: Path) -> None:
    der = issuing_ca()
    subject = sha256(read_certificate(der).subject.raw).digest()
    unreadable = Issuer(b"\x05" * 32, b"no certificate", subject, b"\x06" * 32, IssuerOrigin.FILE)
    issuer = Issuer(sha256(der).digest(), der, subject, b"\x07" * 32, IssuerOrigin.FILE)
    found = match_in(tmp_path, [unreadable, issuer], [])
    assert (found.profile.id, found.reason) == ("example", MatchReason.KEY)


def test_an_index_gives_the_list_of_owners(tmp_path: Path) -> None:
    found = match_in(tmp_path, [], [record("Second Owner", OTHER, "pki@example.com")])
    assert (found.profile.id, found.reason) == ("second", MatchReason.OWNER)
    assert found.contacts == ("pki@example.com",)


def test_shipped_profiles_are_read_once() -> None:
    assert shipped_profiles() is shipped_profiles()
