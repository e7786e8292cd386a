"""CA certificates in the chains of an RFC 6962 log: a scan finds them, and drops them with unprovable entries."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path

import pytest
from support.certs import make_certificate
from support.logs import LogBuilder
from support.scanning import Heard, dump, host_certificate, last_run, look_up, person_certificate, request, scan
from support.simulator import SimulatedLog, Simulator

from ctscan.model import EntryKind, LogProtocol, Match
from ctscan.scan.run import ScanClock, run_scan

CONTACT = "ca.contact@example.net"
ISSUING = make_certificate([("CN", "Example CA"), ("emailAddress", CONTACT)], ca=True)
ROOT = make_certificate([("CN", "Example Root")], ca=True, serial=2)
PERSON = 150


def chained_log(size: int = 400, people: Iterable[int] = (PERSON,)) -> LogBuilder:
    """Build a log of hosts and people in which every entry has the same chain."""
    builder = LogBuilder("chains", leaf_index=False)
    for index in range(size):
        der = person_certificate("jane.roe@example.org", index) if index in people else host_certificate(index)
        builder.add_certificate(der, chain=(ISSUING, ROOT))
    return builder


def serve(sim: Simulator, builder: LogBuilder, protocol: LogProtocol = LogProtocol.RFC6962) -> SimulatedLog:
    log = sim.add("chains", builder, protocol)
    log.max_batch = 64
    return log


def sightings(match: Match) -> list[tuple[int, EntryKind, bool]]:
    return [(seen.index, seen.kind, seen.verified) for seen in match.sightings]


def test_the_contact_of_an_authority_is_found_once_and_is_never_verified(tmp_path: Path) -> None:
    builder = chained_log()
    with Simulator() as sim:
        log = serve(sim, builder)
        log.publish(300)
        assert scan(sim, tmp_path / "db").exit_code == 0
        log.publish(400)
        assert scan(sim, tmp_path / "db").exit_code == 0
    answer = look_up(tmp_path / "db", CONTACT)
    (match,) = answer.matches
    assert answer.complete
    assert match.certificate.is_ca
    assert sightings(match) == [(0, EntryKind.CHAIN, False)]
    assert [sightings(m) for m in look_up(tmp_path / "db", "jane.roe@example.org").matches] == [
        [(PERSON, EntryKind.X509, True)]
    ]
    assert last_run(tmp_path / "db").certificates == 0


def test_one_that_is_logged_itself_is_proven_by_that_alone(tmp_path: Path) -> None:
    builder = chained_log()
    builder.add_certificate(ISSUING, chain=(ROOT,))
    with Simulator() as sim:
        serve(sim, builder)
        scan(sim, tmp_path / "db")
    (match,) = look_up(tmp_path / "db", CONTACT).matches
    assert sightings(match) == [(400, EntryKind.X509, True), (0, EntryKind.CHAIN, False)]
    assert last_run(tmp_path / "db").certificates == 2


def test_tiles_bring_no_chains_but_of_what_is_kept(tmp_path: Path) -> None:
    with Simulator() as sim:
        serve(sim, chained_log(people=()), LogProtocol.STATIC_CT)
        scan(sim, tmp_path / "db")
    assert look_up(tmp_path / "db", CONTACT).matches == ()


def test_out_of_scope_is_not_kept(tmp_path: Path) -> None:
    with Simulator() as sim:
        serve(sim, chained_log())
        scan(sim, tmp_path / "db", scope="domain:example.org")
    assert look_up(tmp_path / "db", CONTACT).matches == ()
    assert len(look_up(tmp_path / "db", "jane.roe@example.org").matches) == 1


def test_what_came_with_a_batch_that_is_taken_back_is_found_in_the_next(tmp_path: Path) -> None:
    """The next batch finds an issuer that a quarantined batch had brought.

    A scan that didn't forget the issuer with the batch would drop its sighting in every other entry.
    """
    with Simulator() as sim:
        log = serve(sim, chained_log(people=()))
        log.corrupt(3)
        scan(sim, tmp_path / "db")
    (match,) = look_up(tmp_path / "db", CONTACT).matches
    assert sightings(match) == [(64, EntryKind.CHAIN, False)]


def test_what_came_with_a_passing_fault_is_found_in_the_same_place(tmp_path: Path) -> None:
    with Simulator() as sim:
        log = serve(sim, chained_log())
        scan(sim, tmp_path / "whole")
        log.corrupt(3, times=1)
        assert scan(sim, tmp_path / "db").exit_code == 0
    assert dump(tmp_path / "db") == dump(tmp_path / "whole")


@pytest.mark.parametrize("commits", [1, 2, 4])
def test_a_scan_that_was_broken_off_ends_as_an_undisturbed_one_does(commits: int, tmp_path: Path) -> None:
    """A second pass reads some entries again and still leaves a single sighting, the first."""
    with Simulator() as sim:
        serve(sim, chained_log())
        scan(sim, tmp_path / "whole")

        async def interrupted() -> None:
            stop, heard = asyncio.Event(), Heard()
            left = iter(range(commits - 1))
            heard.on_advance = lambda: None if next(left, None) is not None else stop.set()
            await run_scan(request(sim, tmp_path / "db"), heard.emit, stop, ScanClock(commit_every=0))

        asyncio.run(interrupted())
        assert scan(sim, tmp_path / "db").exit_code == 0
    assert dump(tmp_path / "db") == dump(tmp_path / "whole")
    (match,) = look_up(tmp_path / "db", CONTACT).matches
    assert sightings(match) == [(0, EntryKind.CHAIN, False)]
