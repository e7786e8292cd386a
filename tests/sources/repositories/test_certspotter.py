"""Cert Spotter over a transport in memory that answers as documented."""

from __future__ import annotations

import base64
import hashlib
import itertools
from collections.abc import Callable, Sequence
from typing import Any

import httpx
import pytest
from support.certs import make_certificate
from support.patience import FakeTime
from support.reading import patient_client, with_client
from support.words import english

from ctscan.errors import BadAnswer, Refused, SourceError, UsageError
from ctscan.model import Incompleteness, Question, RepositoryEntry
from ctscan.sources.repositories import SourceOptions, open_repository
from ctscan.sources.repositories.certspotter import REPOSITORY, TOKEN

HOSTS = Question("host", "example.org")
DERS = {f"{n}00": make_certificate([("CN", f"host{n}.example.org")], serial=n) for n in range(1, 8)}
Handler = Callable[[httpx.Request], httpx.Response]


def issuance(reference: str, **more: Any) -> dict[str, Any]:
    der = DERS[reference]
    return {
        "id": reference,
        "tbs_sha256": "00" * 32,
        "cert_sha256": hashlib.sha256(der).hexdigest(),
        "dns_names": ["example.org"],
        "issuer": {"friendly_name": "Example CA", "operator": {"name": "Example Trust", "website": "example.com"}},
        "cert_der": base64.b64encode(der).decode(),
    } | more


class Service:
    """Fake that answers in pages of two; `asked` holds the requests."""

    def __init__(self, issuances: Sequence[Any] | None = None, faults: dict[int, httpx.Response] | None = None) -> None:
        self.issuances = list(issuances if issuances is not None else (issuance(reference) for reference in DERS))
        self.faults = faults or {}
        self.asked: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        if fault := self.faults.get(len(self.asked)):
            return fault
        after = request.url.params.get("after", "")
        ids = [one.get("id") if isinstance(one, dict) else "" for one in self.issuances]
        start = ids.index(after) + 1 if after else 0
        return httpx.Response(200, json=self.issuances[start : start + 2])


def search(
    service: Handler, question: Question = HOSTS, known: frozenset[str] = frozenset(), **environ: str
) -> list[RepositoryEntry | Incompleteness]:
    async def kept(references: Sequence[str]) -> set[str]:
        return known & set(references)

    async def ask(client: Any) -> list[RepositoryEntry | Incompleteness]:
        source = open_repository("certspotter", SourceOptions(client, environ))
        try:
            return [found async for found in source.search(question, kept, lambda names: True)]
        finally:
            await source.aclose()

    return with_client(patient_client(FakeTime(), transport=httpx.MockTransport(service)), ask)


def references(found: list[RepositoryEntry | Incompleteness]) -> list[str]:
    return [one.reference for one in found if isinstance(one, RepositoryEntry)]


def incomplete_reasons(found: list[RepositoryEntry | Incompleteness]) -> list[str]:
    return [english(one.reason) for one in found if isinstance(one, Incompleteness)]


def test_every_page_is_read() -> None:
    service = Service()
    found = search(service)
    assert found == [RepositoryEntry(reference, der, owner="Example Trust") for reference, der in DERS.items()]
    assert [request.url.params.get("after") for request in service.asked] == [None, "200", "400", "600", "700"]
    first = service.asked[0]
    assert (first.method, first.url.host, first.url.path) == ("GET", "api.certspotter.com", "/v1/issuances")
    assert first.url.params["domain"] == "example.org"
    assert first.url.params["include_subdomains"] == "true"
    assert "cert_der" in first.url.params.get_list("expand")
    assert "authorization" not in first.headers


def test_nothing_found_is_a_whole_answer() -> None:
    assert search(Service([])) == []


def test_the_token_is_sent_and_the_value_can_not_add_parameters() -> None:
    service = Service([])
    search(service, Question("host", "example.org&after=1#x"), **{TOKEN: "k_123"})
    assert service.asked[0].headers["authorization"] == "Bearer k_123"
    assert service.asked[0].url.params["domain"] == "example.org&after=1#x"
    assert "after" not in service.asked[0].url.params


def test_kept_certificates_are_skipped() -> None:
    assert references(search(Service(), known=frozenset({"200", "300"}))) == ["100", "400", "500", "600", "700"]


def test_certificates_are_found_by_host_and_never_by_address() -> None:
    for kind in ("email", "domain", "name", "organisation"):
        with pytest.raises(UsageError, match="finds host") as error:
            search(Service(), Question(kind, "jane doe"))
        assert "jane" not in str(error.value)
    assert REPOSITORY.finds == ("host",)


@pytest.mark.parametrize("status", [400, 401, 402, 403, 422])
def test_a_refusal_names_the_token_and_not_the_question(status: int) -> None:
    refusal = httpx.Response(status, json={"code": "unauthorized", "message": "no access to example.org"})
    for environ in ({}, {TOKEN: "k_123"}):
        with pytest.raises(Refused, match=TOKEN) as error:
            search(Service(faults={1: refusal}), **environ)
        assert "example.org" not in str(error.value)
        assert "k_123" not in str(error.value)


def test_a_rate_limit_is_reported_with_its_waiting_time() -> None:
    limited = httpx.Response(429, json={"code": "rate_limited"}, headers={"Retry-After": "3600"})
    with pytest.raises(SourceError, match="come back in 600 s"):
        search(Service(faults={1: limited}))
    found = search(Service(faults={3: limited}))
    assert references(found) == ["100", "200", "300", "400"]
    assert [reason[:30] for reason in incomplete_reasons(found)] == ["page 3 and all later pages cou"]


def test_a_short_wait_is_waited_for() -> None:
    limited = httpx.Response(429, headers={"Retry-After": "5"})
    assert references(search(Service(faults={1: limited, 3: httpx.Response(503)}))) == list(DERS)


@pytest.mark.parametrize(
    "answer",
    [httpx.Response(200, text="<html>", headers={"Content-Type": "text/html"}), httpx.Response(200, text="[{"),
     httpx.Response(200, json={"code": "x"}), httpx.Response(200, content=b"[" * 100_000),
     httpx.Response(200, content=b" " * (33 << 20))],
    ids=["html", "cut", "object", "deep", "huge"],
)  # fmt: skip
def test_wrong_answers_are_bad_answers(answer: httpx.Response) -> None:
    with pytest.raises(BadAnswer):
        search(lambda _: httpx.Response(200, headers=answer.headers, content=answer.content))


def test_servers_that_fail_are_source_errors() -> None:
    with pytest.raises(SourceError, match="500"):
        search(lambda _: httpx.Response(500))


@pytest.mark.parametrize(
    "bad",
    [{"cert_der": None}, {"cert_der": ""}, {"cert_der": "%%%"}, {"cert_der": 7}, {"cert_sha256": "00" * 32},
     {"cert_der": "A" * 2_000_000}],
)  # fmt: skip
def test_an_unreadable_issuance_makes_the_search_incomplete(bad: dict[str, Any]) -> None:
    found = search(Service([issuance("100"), issuance("200", **bad), issuance("300")]))
    assert references(found) == ["100", "300"]
    assert len(incomplete_reasons(found)) == 1


@pytest.mark.parametrize("bad", [None, 7, {}, {"id": 3}, {"id": "x" * 100}, {"id": "a\nb"}])
def test_an_issuance_without_an_id_makes_the_search_incomplete(bad: Any) -> None:
    found = search(Service([bad, issuance("100")]))
    assert references(found) == ["100"]
    assert len(incomplete_reasons(found)) == 1


def test_an_id_is_given_once() -> None:
    pages = iter([["100", "200"], ["200", "100", "100", "300"], ["100", "400"], []])
    found = search(lambda _: httpx.Response(200, json=[issuance(reference) for reference in next(pages)]))
    assert references(found) == ["100", "200", "300", "400"]


def test_a_list_without_an_end_is_left() -> None:
    endless = [issuance("100"), issuance("200")]
    found = search(lambda _: httpx.Response(200, json=endless))
    assert references(found) == ["100", "200"]
    assert incomplete_reasons(found) == ["the list breaks off after page 2 without an end"]


def test_a_list_that_goes_in_circles_is_left() -> None:
    pages = itertools.cycle([["100", "200"], ["300", "400"], ["500"]])
    found = search(lambda _: httpx.Response(200, json=[issuance(reference) for reference in next(pages)]))
    assert references(found) == ["100", "200", "300", "400", "500"]
    assert len(incomplete_reasons(found)) == 1


def test_oddities_of_the_owner_are_ignored() -> None:
    found = search(Service([issuance("100", issuer=None), issuance("200", issuer={"operator": {"name": 5}})]))
    assert [one.owner for one in found if isinstance(one, RepositoryEntry)] == ["", ""]


def test_a_source_does_not_show_its_token() -> None:
    async def shown(client: Any) -> str:
        return repr(open_repository("certspotter", SourceOptions(client, {TOKEN: "censys_abc"})))

    assert "censys_abc" not in with_client(patient_client(FakeTime()), shown)
