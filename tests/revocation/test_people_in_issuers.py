"""Certificates of CAs that a refresh fetches, where somebody in them objected."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.refreshing import AIA, CRL, GOOD, World, ok
from support.revoking import make_ca, make_crl
from support.suppressing import forgetting

from ctscan.personal.issuers import keys_in

JANE = "jane.roe@example.org"
OWN = make_ca("own", subject=[("2.5.4.3", "Test CA"), ("1.2.840.113549.1.9.1", JANE)])


@pytest.mark.parametrize("objected", [False, True])
def test_an_issuer_that_names_somebody_who_objected_is_used_and_not_kept(tmp_path: Path, objected: bool) -> None:
    world = World(tmp_path)
    world.keep(OWN.issue(7, crls=[CRL], issuers=AIA), issuers=())
    if objected:
        world.with_index(lambda index: index.forget(forgetting(JANE)))
    world.answers = {CRL: ok(make_crl(OWN)), AIA: ok(OWN.der)}
    world.refresh(keys_in=keys_in)
    kept = world.with_index(lambda index: index.issuers(OWN.issuer().subject_hash))
    assert world.said() == [[("CRL", GOOD, None)]]
    assert (kept == []) is objected
