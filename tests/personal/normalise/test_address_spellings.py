"""Other spellings of addresses: each both ways, canonical, and never the address itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctscan.personal.normalise.address_spellings import decoded, encoded, relabelled, umlauts
from ctscan.personal.normalise.addresses import canonical_email

HOST = "example.org"


def test_percent_signs() -> None:
    assert decoded(f"j%c3%bcrgen@{HOST}") == (f"jürgen@{HOST}",)
    assert decoded("jane%40example.org@example.net") == ("jane@example.org",)
    assert encoded(f"jürgen@{HOST}") == (f"j%c3%bcrgen@{HOST}", "j%c3%bcrgen%40example.org@")
    assert encoded("jane@example.org") == ("jane%40example.org@",)
    for plain in ("jane.roe@example.org", "100%@example.org"):
        assert decoded(plain) == ()


def test_labels() -> None:
    assert relabelled(f"jürgen@{HOST}") == (f"xn--jrgen-kva@{HOST}",)
    assert relabelled(f"xn--jrgen-kva@{HOST}") == (f"jürgen@{HOST}",)
    assert relabelled(f"jörg.müller@{HOST}") == (f"xn--jrg-sna.xn--mller-kva@{HOST}",)
    assert relabelled(f"jane.roe@{HOST}") == relabelled(f"xn--@{HOST}") == ()


@pytest.mark.parametrize(
    ("local", "others"),
    [
        ("günter.möller", {"gunter.moller", "guenter.moeller"}),
        ("søren", {"soren", "soeren"}),
        ("guenter.moeller", {"günter.möller", "günter.moeller", "guenter.möller"}),
        ("gunter", {"günter"}),
        ("u" * 25, set()),
        ("bcd", set()),
    ],
)
def test_umlauts(local: str, others: set[str]) -> None:
    found = set(umlauts(f"{local}@{HOST}"))
    assert {f"{other}@{HOST}" for other in others} <= found
    assert bool(found) is bool(others)


@given(st.text(max_size=30), st.sampled_from([HOST, "xn--bcher-kva.example", "[192.0.2.1]"]))
def test_hostile_local_parts_give_canonical_addresses_or_none(local: str, host: str) -> None:
    address = canonical_email(f"{local}@{host}") or canonical_email(f'"{local}"@{host}')
    if address is None:
        return
    found = (*decoded(address), *encoded(address)[:-1], *relabelled(address), *umlauts(address))
    assert address not in found
    assert all(canonical_email(other) == other for other in found)
    assert encoded(address)[-1].endswith("@")
