"""The fake of crt.sh compares like the real server.

The words were measured with PostgreSQL 15 and its configuration `certwatch`; each way of matching finds its results.
"""

from __future__ import annotations

import asyncio
from urllib.parse import urlencode

import httpx
import pytest
from support import certwatch
from support.certs import make_certificate
from support.fake_crtsh import FAULTS, FakeCrtsh, held


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("alice@example.org", ["alice@example.org"]),
        ("alice+tag@example.org", ["alice", "tag@example.org"]),
        ("o'brien@example.org", ["o", "brien@example.org"]),
        ("O'Brien", ["o", "brien"]),
        ("jürgen@my-corp.example", ["jürgen", "my-corp.example"]),
        ("a.jürgen@example.org", ["a.j", "ürgen", "example.org"]),
        ("alice@my-corp.example", ["alice@my-corp.example"]),
        ("x@xn--mller-kva.example", ["x", "xn", "mller-kva.example"]),
        ("mail.müller.example", ["mail.m", "üller", "example"]),
        ("müller-bau.example.org", ["müller-bau", "müller", "bau", "example.org"]),
        ("x.y@müller.example", ["x.y", "müller", "example"]),
        ("a%b@example.org", ["a", "b@example.org"]),
        ("user_x@example.org", ["user_x@example.org"]),
        ("foo_bar", ["foo", "bar"]),
        ("Müller-Lüdenscheidt", ["müller-lüdenscheidt", "müller", "lüdenscheidt"]),
        (r"M\374ller", ["m", "374ller"]),
        ("J.R. Smith", ["j.r", "smith"]),
        ("B.V. Booking.com", ["b.v", "booking.com"]),
        ("AT&T", ["at", "t"]),
        ("ACME/Berlin", ["acme/berlin"]),
        ("1-2-3 GmbH", ["1", "-2", "-3", "gmbh"]),
        ("PNOEE-36805280109", ["pnoee", "-36805280109"]),
        ("a@b.c", ["a", "b.c"]),
        ("a..b@example.org", ["a", "b@example.org"]),
        ("a-@example.org", ["a", "example.org"]),
        ("J.-P. Sartre", ["j", "p", "sartre"]),
        ("दीपक कुमार", ["दीपक", "कुमार"]),
        ("用户@例子.example", ["用户", "例子", "example"]),
    ],
)
def test_words(text: str, words: list[str]) -> None:
    assert certwatch.lexemes(text) == tuple(words)


@pytest.mark.parametrize(
    ("query", "is_found"),
    [
        ("john smith", True),
        ("smith", True),
        ("john or nobody", True),
        ('john "or" nobody', False),
        ("john -smith", False),
        ('"john smith"', False),  # a phrase, but the vector has no positions
        ("john nobody", False),
        ("o'brien", False),  # two words without a space are a phrase
        ("o brien", True),
        ("or john", False),
        ("", False),
    ],
)
def test_the_syntax_of_any(query: str, is_found: bool) -> None:
    words = frozenset(certwatch.lexemes("John Smith O'Brien"))
    assert certwatch.websearch(query, words) is is_found


PEOPLE = [
    held(make_certificate([("CN", "Alice")], [("email", "x@example.org")]), 1),
    held(make_certificate([("CN", "Bob")], [("email", "alice@my-corp.example")]), 2),
    held(make_certificate([("CN", "Jürgen Müller-Lüdenscheidt")]), 3),
    held(make_certificate([("CN", "MAASIKAS,MARI,47101010033")]), 4),
]


@pytest.mark.parametrize(
    ("value", "ilike", "single", "any_"),
    [
        ("example.org", [1], [], [1]),
        ("my-corp.example", [2], [], "rejected"),
        ("alice@my-corp.example", [2], [2], "rejected"),
        ("Müller", [], [], [3]),
        ("Müller-Lüdenscheidt", [], [], "rejected"),
        ("Müller Lüdenscheidt", [], [], [3]),
        ("Mari Maasikas", [], [4], [4]),
    ],
)
def test_results_of_each_way_of_matching(
    value: str, ilike: list[int], single: list[int], any_: list[int] | str
) -> None:
    crtsh = FakeCrtsh(PEOPLE)
    for match, expected in (("ILIKE", ilike), ("single", single), ("any", any_)):
        body = ask(crtsh, urlencode({"Identity": value, "match": match, "output": "json"}))
        if expected == "rejected":
            assert body.text.startswith("[BEGIN_HEADERS]")
            assert "html" in body.headers["content-type"]
        else:
            assert [row["id"] for row in body.json()] == expected, match


def test_a_hyphen_makes_the_default_single() -> None:
    assert ask(FakeCrtsh(PEOPLE), "rfc822Name=my-corp.example&output=json").json() == []


def test_the_fake_cuts_answers_and_excludes_issuers() -> None:
    many = [
        held(make_certificate([], [("email", f"a{i}@example.org")], serial=i), i, issuer=i % 3) for i in range(1, 10)
    ]
    crtsh = FakeCrtsh(many, limit=5)
    rows = ask(crtsh, "rfc822Name=example.org&match=ILIKE&output=json").json()
    assert sum(row["result_count"] for row in rows) == 5
    rows = ask(crtsh, "RFC822NAME=example.org&match=ILIKE&output=json&excludeCAs=0,1").json()
    assert {row["issuer_ca_id"] for row in rows} == {2}


def test_every_fault_differs_from_the_truth() -> None:
    for query in ("rfc822Name=example.org&match=ILIKE&output=json", "d=1"):
        honest = FakeCrtsh(PEOPLE).honest(query)
        assert all(fault(honest) != honest for fault in FAULTS.values())


def ask(crtsh: FakeCrtsh, query: str) -> httpx.Response:
    async def main() -> httpx.Response:
        async with httpx.AsyncClient(transport=crtsh.transport) as client:
            return await client.get(f"https://crt.sh/?{query}")

    return asyncio.run(main())
