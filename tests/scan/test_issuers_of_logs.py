"""CA certificates that a log gives for kept entries: in chains, or by fingerprint."""

from __future__ import annotations

import base64
from hashlib import sha256
from pathlib import Path

import pytest
from support.certs import make_certificate
from support.exchange import Answer
from support.logs import LogBuilder
from support.scanning import Heard, dump, host_certificate, look_up, person_certificate, scan, with_index
from support.simulator import SimulatedLog, Simulator, server_error

from ctscan.model import EntryKind, Issuer, LogProtocol
from ctscan.x509.certificate import read_certificate

CONTACT = "ca.contact@example.net"
ISSUING = make_certificate([("CN", "Example CA"), ("emailAddress", CONTACT)], ca=True)
ROOT = make_certificate([("CN", "Example Root")], ca=True, serial=2)
UNUSED = make_certificate([("CN", "Example CA of hosts"), ("emailAddress", "hosts@example.net")], ca=True, serial=3)
PEOPLE = (150, 310)
TILED = (LogProtocol.STATIC_CT, LogProtocol.HYBRID)
ALL = (*TILED, LogProtocol.RFC6962)


def chained_log(protocol: LogProtocol, size: int = 512) -> LogBuilder:
    """Build a log in which hosts have the chain of a CA and people the chain of another CA."""
    builder = LogBuilder("chains", leaf_index=protocol is LogProtocol.STATIC_CT)
    for index in range(size):
        if index in PEOPLE:
            builder.add_certificate(person_certificate("jane.roe@example.org", index), chain=(ISSUING, ROOT))
        else:
            builder.add_certificate(host_certificate(index), chain=(UNUSED,))
    return builder


def serve(sim: Simulator, protocol: LogProtocol) -> SimulatedLog:
    log = sim.add("chains", chained_log(protocol), protocol)
    log.max_batch = 256
    return log


def tuning(sim: Simulator, protocol: LogProtocol) -> dict[str, dict[str, str]]:
    """Return the tuning that says where a hybrid log keeps its tiles."""
    if protocol is not LogProtocol.HYBRID:
        return {}
    log = sim.log("chains")
    return {base64.b64encode(log.builder.id).decode(): {"tiles": log.url}}


def kept(db: Path, der: bytes) -> list[tuple[bytes, str]]:
    """Return the DER and the origin of each issuer in the index with the subject of this certificate."""
    subject = sha256(read_certificate(der).subject.raw).digest()
    found: list[Issuer] = with_index(db, lambda index: index.issuers(subject))
    for issuer in found:
        spki = read_certificate(issuer.der).spki
        assert (issuer.sha256, issuer.key_hash) == (sha256(issuer.der).digest(), sha256(spki).digest())
    return [(issuer.der, issuer.origin) for issuer in found]


def asked(log: SimulatedLog) -> list[str]:
    return [r.path.rpartition("/")[2] for r in log.requests if "/issuer/" in r.path]


@pytest.mark.parametrize("protocol", ALL)
def test_issuers_of_what_is_kept_are_kept(protocol: LogProtocol, tmp_path: Path) -> None:
    origin = "chain" if protocol is LogProtocol.RFC6962 else "log"
    with Simulator() as sim:
        log = serve(sim, protocol)
        assert scan(sim, tmp_path / "db", scope="domain:example.org", tuning=tuning(sim, protocol)).exit_code == 0
    assert kept(tmp_path / "db", ISSUING) == [(ISSUING, origin)]
    assert kept(tmp_path / "db", ROOT) == [(ROOT, origin)]
    assert kept(tmp_path / "db", UNUSED) == []
    wanted = [] if protocol is LogProtocol.RFC6962 else [sha256(der).hexdigest() for der in (ISSUING, ROOT)]
    assert asked(log) == wanted


@pytest.mark.parametrize("protocol", TILED)
def test_the_contact_of_an_authority_is_found_where_tiles_name_it(protocol: LogProtocol, tmp_path: Path) -> None:
    with Simulator() as sim:
        serve(sim, protocol)
        scan(sim, tmp_path / "db", tuning=tuning(sim, protocol))
    (match,) = look_up(tmp_path / "db", CONTACT).matches
    assert [(s.index, s.kind, s.verified) for s in match.sightings] == [(PEOPLE[0], EntryKind.CHAIN, False)]
    assert look_up(tmp_path / "db", "hosts@example.net").matches == ()


@pytest.mark.parametrize(
    "fault", [server_error(404), Answer(200, ROOT), Answer(200, b"<html>"), Answer(200, b"\0" * 300_000)]
)
def test_an_issuer_that_cant_be_had_holds_nothing_up(fault: Answer, tmp_path: Path) -> None:
    """A scan reads a log to its end although the log withholds or forges an issuer; the other issuer is kept."""
    with Simulator() as sim:
        log = serve(sim, LogProtocol.STATIC_CT)
        log.fault(f"/issuer/{sha256(ISSUING).hexdigest()}", fault)
        heard = Heard()
        assert scan(sim, tmp_path / "db", heard, give_up_after=0.4).exit_code == 0
    assert kept(tmp_path / "db", ISSUING) == []
    assert kept(tmp_path / "db", ROOT) == [(ROOT, "log")]
    assert len(look_up(tmp_path / "db", "jane.roe@example.org").matches) == len(PEOPLE)
    assert len([text for text in heard.notices if "the certificate of an issuer can't be had" in text]) == 1


def test_a_passing_fault_leaves_nothing_behind(tmp_path: Path) -> None:
    with Simulator() as sim:
        log = serve(sim, LogProtocol.STATIC_CT)
        scan(sim, tmp_path / "whole")
        log.fault("/issuer/", server_error(503), times=2)
        log.fault("/issuer/", Answer(200, b"not this"), times=1)
        assert scan(sim, tmp_path / "db").exit_code == 0
    assert dump(tmp_path / "db") == dump(tmp_path / "whole")
    assert kept(tmp_path / "db", ISSUING) == kept(tmp_path / "whole", ISSUING) == [(ISSUING, "log")]


def test_what_is_no_certificate_is_no_issuer(tmp_path: Path) -> None:
    junk = b"\x30\x03\x02\x01\x01"
    builder = LogBuilder("junk")
    builder.add_certificate(person_certificate("jane.roe@example.org", 0), chain=(junk, ISSUING))
    with Simulator() as sim:
        sim.add("junk", builder, LogProtocol.STATIC_CT)
        assert scan(sim, tmp_path / "db").exit_code == 0
    assert kept(tmp_path / "db", ISSUING) == [(ISSUING, "log")]


def test_a_long_list_of_issuers_isnt_asked_for_whole(tmp_path: Path) -> None:
    chain = tuple(make_certificate([("CN", f"Example CA {n}")], ca=True, serial=n) for n in range(1, 40))
    builder = LogBuilder("long")
    builder.add_certificate(person_certificate("jane.roe@example.org", 0), chain=chain)
    with Simulator() as sim:
        log = sim.add("long", builder, LogProtocol.STATIC_CT)
        assert scan(sim, tmp_path / "db").exit_code == 0
    assert len(asked(log)) == 10
