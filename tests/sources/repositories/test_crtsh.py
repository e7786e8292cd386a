"""crt.sh through the client and a fake transport: the results and the progress, which faults don't change."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from support.certs import make_certificate
from support.fake_crtsh import FAULTS, FakeCrtsh, Held, held
from support.patience import FakeTime
from support.reading import patient_client
from support.words import english

from ctscan.errors import FormatError, Missing, Refused, SourceError, UsageError
from ctscan.model import Incompleteness, Question, RepositoryEntry
from ctscan.sources.repositories import SourceOptions, open_repository, repositories
from ctscan.sources.repositories.crtsh import REPOSITORY, CrtshSource
from ctscan.sources.repositories.crtsh.pages import Listing, Row, parse_listing

JANE = Question("email", "jane.roe@example.org")


@dataclass
class Searched:
    """Results of a search, with its progress and the time that passed."""

    entries: list[RepositoryEntry] = field(default_factory=list)
    incomplete_reasons: list[str] = field(default_factory=list)
    progress: list[str] = field(default_factory=list)
    time: FakeTime = field(default_factory=FakeTime)
    shown: list[Sequence[str]] = field(default_factory=list)

    @property
    def ids(self) -> list[int]:
        return [int(entry.reference) for entry in self.entries]


def search(
    crtsh: FakeCrtsh,
    question: Question = JANE,
    known: Sequence[str] = (),
    name_filter: Callable[[Sequence[str]], bool] = lambda _: True,
    **limits: Any,
) -> Searched:
    """Search the fake, which sets the limit of rows, and collect the results."""
    searched = Searched()
    client = patient_client(searched.time, transport=crtsh.transport)
    options = SourceOptions(client, sleep=searched.time.sleep, progress=searched.progress.append)

    def look(names: Sequence[str]) -> bool:
        searched.shown.append(names)
        return name_filter(names)

    async def kept(references: Sequence[str]) -> set[str]:
        return set(references) & set(known)

    async def main() -> None:
        source = CrtshSource(options, limit=crtsh.limit, **limits)
        try:
            async with aclosing(source.search(question, kept, look)) as found:
                async for got in found:
                    if isinstance(got, Incompleteness):
                        searched.incomplete_reasons.append(english(got.reason))
                    else:
                        searched.entries.append(got)
        finally:
            await source.aclose()
            await client.aclose()

    asyncio.run(main())
    return searched


def address(id: int, email: str, issuer: int = 1, **options: Any) -> Held:
    return held(make_certificate([("CN", f"Holder {id}")], [("email", email)], serial=id, **options), id, issuer)


def people() -> list[Held]:
    """Make Jane's certificates with both kinds of address, and certificates of other people and a host."""
    return [
        address(1, "jane.roe@example.org"),
        held(make_certificate([("emailAddress", "jane.roe@example.org")], serial=2), 2),
        held(make_certificate([("emailAddress", "Jane.Roe@example.org")], [("email", "jane.roe@example.org")]), 3),
        address(4, "john.doe@example.org"),
        address(5, "jane.roe@example.org.example.com"),
        held(make_certificate([("CN", "www.example.org")], [("dns", "www.example.org")], serial=6), 6),
    ]


# --- queries and results ------------------------------------------------------------------------------------------


def test_certificates_by_address_each_once() -> None:
    crtsh = FakeCrtsh(people())
    searched = search(crtsh, name_filter=lambda names: "jane.roe@example.org" in map(str.lower, names))
    assert searched.ids == [1, 2, 3]
    assert searched.incomplete_reasons == []
    assert [entry.der for entry in searched.entries] == [each.der for each in crtsh.certificates[:3]]
    assert searched.entries[0].first_logged == datetime(2026, 1, 2, tzinfo=UTC).timestamp() * 1000
    assert crtsh.asked[:2] == [
        f"{parameter}=jane.roe%40example.org&match=ILIKE&output=json" for parameter in ("rfc822Name", "E")
    ]
    assert crtsh.fetched == ["1", "2", "3"]
    assert crtsh.user_agents == {agent for agent in crtsh.user_agents if agent.endswith(" (+ct@example.org)")}


def test_certificates_at_and_below_a_domain() -> None:
    held_there = [*people(), address(7, "x@mail.example.org"), address(8, "x@an-example.org")]
    searched = search(FakeCrtsh(held_there), Question("domain", "example.org"))
    assert searched.ids == [1, 2, 3, 4, 7]
    assert all("@" in name for names in searched.shown for name in names)


def test_a_name_in_any_attribute_and_order() -> None:
    found = [
        held(make_certificate([("CN", "Jürgen Weißbrodt")]), 1),
        held(make_certificate([("GN", "Jürgen"), ("SN", "Weißbrodt")]), 2),
        held(make_certificate([], [("dir", [("CN", "WEIßBRODT, JÜRGEN")])]), 3),
        held(make_certificate([("O", "Weißbrodt, Jürgen")]), 4),
        held(make_certificate([("CN", "Jürgen Weißbrodt".encode("latin-1"), "t61")]), 5),
        held(make_certificate([("CN", "Jürgen Roe"), ("O", "Weiß")]), 6),
    ]
    searched = search(FakeCrtsh(found), Question("name", "Jürgen Weißbrodt"))
    assert set(searched.ids) >= {1, 2, 4, 5}
    assert 6 not in searched.ids
    assert ("Jürgen", "Weißbrodt") in searched.shown


def test_an_organisation_with_a_hyphen() -> None:
    found = [
        held(make_certificate([("O", "Müller-Bau GmbH"), ("CN", "Jane Roe")]), 1),
        held(make_certificate([("OU", "Müller-Bau GmbH"), ("O", "Example")]), 2),
        held(make_certificate([("CN", "Müller-Bau GmbH")]), 3),
    ]
    searched = search(
        FakeCrtsh(found),
        Question("organisation", "Müller-Bau GmbH"),
        name_filter=lambda names: "Müller-Bau GmbH" in names,
    )
    assert searched.ids == [1]
    assert searched.incomplete_reasons == []


def test_certificates_of_others_are_not_fetched() -> None:
    crtsh = FakeCrtsh(people())
    searched = search(
        crtsh, Question("domain", "example.org"), name_filter=lambda names: "john.doe@example.org" in names
    )
    assert searched.ids == [4]
    assert crtsh.fetched == ["4"]


def test_a_row_without_names_is_fetched() -> None:
    crtsh = FakeCrtsh([held(make_certificate([("emailAddress", "jane.roe@example.org")]), 1)])
    crtsh.rewrite = lambda rows: [row | {"name_value": None} for row in rows]
    assert search(crtsh, name_filter=lambda _: False).ids == [1]


def test_known_certificates_are_not_fetched_again() -> None:
    crtsh = FakeCrtsh(people())
    searched = search(crtsh, known=["1", "3"])
    assert searched.ids == [2]
    assert crtsh.fetched == ["2"]


def test_an_unknown_time_is_none() -> None:
    crtsh = FakeCrtsh([held(make_certificate([], [("email", "jane.roe@example.org")]), 1, logged=None)])
    assert search(crtsh).entries[0].first_logged is None


def test_a_long_list() -> None:
    der = make_certificate([], [("email", "jane.roe@example.org")])
    crtsh = FakeCrtsh([held(der, id) for id in range(1, 1001)])
    assert search(crtsh, known=[str(id) for id in range(1, 1000)]).ids == [1000]
    assert crtsh.requests == 4


def test_nothing_found_is_asked_twice() -> None:
    crtsh = FakeCrtsh()
    searched = search(crtsh)
    assert (searched.entries, searched.incomplete_reasons) == ([], [])
    assert crtsh.requests == 4


def test_certificates_logged_meanwhile_do_no_harm() -> None:
    later = [address(9, "jane.roe@example.org")]
    searched = search(FakeCrtsh(people(), grow={1: later}))
    assert searched.ids == [1, 2, 3]
    assert search(FakeCrtsh(people(), grow={0: later})).ids == [1, 2, 3, 9]


def test_rows_that_come_twice_count_once() -> None:
    crtsh = FakeCrtsh(people())
    crtsh.rewrite = lambda rows: rows + rows
    assert search(crtsh).ids == [1, 2, 3]


def test_other_kinds_are_refused_before_anything_is_asked() -> None:
    crtsh = FakeCrtsh()
    with pytest.raises(UsageError):
        search(crtsh, Question("phone", "491234567"))
    assert crtsh.requests == 0


# --- pace, progress, registry --------------------------------------------------------------------------------------


def test_one_request_in_twelve_seconds() -> None:
    crtsh = FakeCrtsh(people())
    searched = search(crtsh)
    assert searched.time.slept == pytest.approx(12 * (crtsh.requests - 1))


def test_the_rate_can_be_set() -> None:
    time = FakeTime()
    client = patient_client(time, transport=FakeCrtsh().transport)
    CrtshSource(SourceOptions(client, rate=0.5))
    assert client.current_rate("crt.sh") == 0.5


def test_progress_holds_no_part_of_the_question() -> None:
    searched = search(FakeCrtsh(people(), script=["503", "html", "404"]))
    assert "crt.sh: 2 of 3 certificates" in searched.progress
    assert any("asking again" in line for line in searched.progress)
    assert not any("jane" in line or "example" in line for line in searched.progress)


def test_the_repository_is_found_by_its_name() -> None:
    assert REPOSITORY in repositories()
    client = patient_client(FakeTime(), transport=FakeCrtsh().transport)
    assert open_repository("crt.sh", SourceOptions(client)).repository == REPOSITORY
    assert all(limit.endswith(".") for limit in REPOSITORY.limits)


def test_another_address_is_asked() -> None:
    async def main(url: str) -> list[str]:
        crtsh, time = FakeCrtsh(people()), FakeTime()
        client = patient_client(time, transport=crtsh.transport)
        source = CrtshSource(SourceOptions(client, url=url, sleep=time.sleep))
        found = [got async for got in source.search(JANE, nothing_known, lambda _: True)]
        await client.aclose()
        return [got.reference for got in found if isinstance(got, RepositoryEntry)]

    for url in ("https://crtsh.example.net", "http://localhost:8080/?x=1"):
        assert asyncio.run(main(url)) == ["1", "2", "3"]


async def nothing_known(_: Sequence[str]) -> set[str]:
    return set()


# --- failures -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", sorted(set(FAULTS) - {"blocked"}))
@pytest.mark.parametrize("at", [0, 1, 2])
def test_a_passing_fault_changes_nothing(fault: str, at: int) -> None:
    crtsh = FakeCrtsh(people(), script=[None] * at + [fault])
    searched = search(crtsh)
    assert searched.ids == [1, 2, 3]
    assert searched.incomplete_reasons == []
    assert searched.time.slept < 900


@settings(max_examples=30)
@given(st.integers(0, 10_000))
@example(5295)  # a long Retry-After, and then a false 404
def test_mixed_faults_change_nothing(seed: int) -> None:
    """Faults don't change a search of several issuers whose rows exceed the limit of an answer."""
    disturbed = search(FakeCrtsh(crowd(), limit=10, seed=seed), Question("domain", "example.org"))
    assert disturbed.entries == undisturbed().entries
    assert len(disturbed.entries) == 16
    assert disturbed.incomplete_reasons == undisturbed().incomplete_reasons == []


@cache
def crowd() -> tuple[Held, ...]:
    return tuple(address(id, f"a{id}@example.org", issuer=id % 3) for id in range(1, 17))


@cache
def undisturbed() -> Searched:
    return search(FakeCrtsh(crowd(), limit=10), Question("domain", "example.org"))


@pytest.mark.parametrize("fault", sorted(set(FAULTS) - {"blocked", "empty"}))
def test_a_lasting_fault_is_an_error(fault: str) -> None:
    crtsh = FakeCrtsh(people(), broken=lambda _: fault)
    with pytest.raises(SourceError) as raised:
        search(crtsh)
    text = str(raised.value)
    assert text.startswith("crt.sh gave no usable answer")
    assert "\n" not in text
    assert "jane" not in text
    assert "example" not in text
    assert crtsh.requests < 100


def test_messages_do_not_quote_the_server(caplog: pytest.LogCaptureFixture) -> None:
    """Error pages quote the query; messages don't."""
    crtsh = FakeCrtsh(people(), broken=lambda _: "html")
    crtsh.page = b"<HTML>jane.roe@example.org: canceling statement</HTML>"
    with caplog.at_level(logging.DEBUG), pytest.raises(SourceError) as raised:
        search(crtsh)
    told = [str(raised.value), *(record.getMessage() for record in caplog.records)]
    assert raised.value.__cause__ is None
    assert not any("jane" in text for text in told)


def test_a_failed_list_makes_the_search_incomplete() -> None:
    crtsh = FakeCrtsh(people(), broken=lambda query: "503" if query.startswith("E=") else None)
    searched = search(crtsh)
    assert searched.ids == [1, 3]
    assert len(searched.incomplete_reasons) == 1
    assert "(E)" in searched.incomplete_reasons[0]
    assert "503" in searched.incomplete_reasons[0]


@pytest.mark.parametrize("fault", ["404", "empty", "html", "begun", "truncated", "503"])
def test_a_certificate_that_cant_be_fetched_makes_the_search_incomplete(fault: str) -> None:
    crtsh = FakeCrtsh(people(), broken=lambda query: fault if query == "d=2" else None)
    searched = search(crtsh)
    assert searched.ids == [1, 3]
    assert len(searched.incomplete_reasons) == 1
    assert searched.incomplete_reasons[0].startswith("certificate 2 is missing")
    assert crtsh.fetched.count("2") >= 3


def test_after_failures_in_a_row_the_skipped_rest_is_reported() -> None:
    many = [address(id, f"a{id}@example.org") for id in range(1, 12)]
    crtsh = FakeCrtsh(many, broken=lambda query: "404" if query.startswith("d=") and query != "d=1" else None)
    searched = search(crtsh, Question("domain", "example.org"))
    assert searched.ids == [1]
    assert len(searched.incomplete_reasons) == 6
    assert "5 certificates were not asked for" in searched.incomplete_reasons[-1]


@pytest.mark.parametrize("at", [0, 1, 3])
def test_refused_is_refused_at_once(at: int) -> None:
    crtsh = FakeCrtsh(people(), script=[None] * at + ["blocked"])
    with pytest.raises(Refused, match="blocks addresses and programs"):
        search(crtsh)
    assert crtsh.requests == at + 1


def test_retry_after_is_heeded() -> None:
    searched = search(FakeCrtsh(people(), script=["503 for long"]))
    assert searched.ids == [1, 2, 3]
    assert 300 <= searched.time.slept < 500


@pytest.mark.parametrize("fault", ["502", "503", "html", "empty"])
def test_a_request_is_given_up_after_five_minutes(fault: str) -> None:
    searched = Searched()
    with pytest.raises(SourceError):
        asyncio.run(one_certificate(FakeCrtsh(people(), broken=lambda _: fault), searched.time))
    assert 200 <= searched.time.slept <= 360


def test_a_certificate_that_is_not_there_is_missing_soon() -> None:
    searched = Searched()
    with pytest.raises(Missing):
        asyncio.run(one_certificate(FakeCrtsh(), searched.time))
    assert searched.time.slept < 150


@pytest.mark.parametrize("fault", ["502", "503", "html", "429"])
def test_a_search_of_a_repository_that_is_down_says_how_long_it_takes_and_ends_in_that_time(fault: str) -> None:
    searched, lines = Searched(), list[str]()

    async def main() -> None:
        client = patient_client(searched.time, transport=FakeCrtsh(people(), broken=lambda _: fault).transport)
        source = CrtshSource(SourceOptions(client, sleep=searched.time.sleep, progress=lines.append))
        with pytest.raises(SourceError, match="no usable answer"):
            async for _ in source.search(JANE, nothing_known, lambda _: True):
                raise AssertionError("nothing can be found")
        await client.aclose()

    asyncio.run(main())
    assert searched.time.slept <= 420
    waits = [line for line in lines if "asking again" in line]
    assert waits and all(re.search(r"asking again in \d+ s, for \d+ more (minutes|seconds) at most$", w) for w in waits)
    assert fault == "html" or any(re.search("no answer yet; try 2, for 5 more minutes at most", line) for line in lines)


def test_rows_one_behind_the_other_are_read_but_never_taken_for_all() -> None:
    searched = search(FakeCrtsh(people(), broken=lambda query: None if query.startswith("d=") else "juxtaposed"))
    assert searched.ids == [1, 2, 3]
    assert searched.incomplete_reasons and all("how many" in reason for reason in searched.incomplete_reasons)


def test_an_answer_in_latin_1_is_read_and_its_guessed_names_exclude_nothing() -> None:
    row = b'[{"id": 7, "issuer_ca_id": 1, "name_value": "M\xfcller", "result_count": 1}]'
    assert parse_listing(row) == Listing((Row(7, 1, (), None),), 1)
    assert parse_listing(row.replace(b"\xfc", b"u")) == Listing((Row(7, 1, ("Muller",), None),), 1)
    assert parse_listing(row.replace(b"\xfc", "ü".encode())).rows[0].names != ()
    searched = search(FakeCrtsh(people(), broken=lambda query: None if query.startswith("d=") else "latin-1"))
    assert searched.ids == [1, 2, 3] and searched.incomplete_reasons == []


@pytest.mark.parametrize(
    "body", [b"", b" ", b'{"id": 1', b"[1]x", b'[]{"id"', b"[" * 100_000, b"{}", b"1 2", b"\xff\xfe{"]
)
def test_other_values_one_behind_the_other_are_no_listing(body: bytes) -> None:
    with pytest.raises(FormatError):
        parse_listing(body)


async def one_certificate(crtsh: FakeCrtsh, time: FakeTime) -> None:
    client = patient_client(time, transport=crtsh.transport)
    try:
        await CrtshSource(SourceOptions(client, sleep=time.sleep))._client.certificate(42)
    finally:
        await client.aclose()


def test_a_waiting_search_can_be_cancelled() -> None:
    async def main() -> None:
        crtsh, time = FakeCrtsh(people(), broken=lambda _: "503"), FakeTime()
        client = patient_client(time, transport=crtsh.transport)

        async def forever(_: float) -> None:
            await asyncio.Event().wait()

        source = CrtshSource(SourceOptions(client, sleep=forever))
        task = asyncio.ensure_future(anext(aiter(source.search(JANE, nothing_known, lambda _: True))))
        for _ in range(500):
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await client.aclose()

    asyncio.run(main())
