"""Censys over a transport in memory that answers as documented."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.certs import make_certificate
from support.patience import FakeTime
from support.reading import patient_client, with_client
from support.words import english

from ctscan.collect.result_filter import may_match
from ctscan.errors import BadAnswer, Refused, SourceError, UsageError
from ctscan.model import Coordinate, Incompleteness, Question, RepositoryEntry, Revocation, RevocationState
from ctscan.sources.repositories import SourceOptions, open_repository
from ctscan.sources.repositories.censys import ORGANISATION, TOKEN
from ctscan.sources.repositories.censys.cenql import ADDRESSES, hit_of, query_of, raw_certificates

JANE = Question("email", "jane@example.org")
ENVIRON = {TOKEN: "censys_abc"}
UUID = "11111111-2222-3333-4444-555555555555"
DERS = [
    make_certificate([("CN", "Jane Doe"), ("emailAddress", f"jane{n}@example.org")], serial=n + 1) for n in range(6)
]
BY_SHA256 = {hashlib.sha256(der).hexdigest(): der for der in DERS}
IDS = list(BY_SHA256)


def pem(der: bytes) -> str:
    text = base64.b64encode(der).decode()
    lines = "\n".join(text[at : at + 64] for at in range(0, len(text), 64))
    return f"-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n"


def hit(sha256: str, **more: Any) -> dict[str, Any]:
    resource = {
        "fingerprint_sha256": sha256,
        "names": ["Jane Doe"],
        "parsed": {"subject": {"email_address": ["jane@example.org"]}, "subject_dn": "CN=Jane Doe"},
    }
    return {"certificate_v1": {"resource": resource | more, "extensions": {}}}


class Platform:
    """Fake that answers in pages of two hits; `searched` and `fetched` hold the bodies of searches and of fetches."""

    def __init__(self, hits: Sequence[Any] | None = None, faults: dict[int, httpx.Response] | None = None) -> None:
        self.hits = list(hits if hits is not None else map(hit, IDS))
        self.faults = faults or {}
        self.total = float(len(self.hits))
        self.requests: list[httpx.Request] = []
        self.searched: list[dict[str, Any]] = []
        self.fetched: list[list[str]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        body = json.loads(request.content)
        if request.url.path == "/v3/global/asset/certificate/raw":
            self.fetched.append(body["certificate_ids"])
            return self.faults.get(-len(self.fetched)) or self.raw(body["certificate_ids"])
        assert request.url.path == "/v3/global/search/query"
        self.searched.append(body)
        return self.faults.get(len(self.searched)) or self.page(int(body.get("page_token", "0")))

    def raw(self, ids: list[str]) -> httpx.Response:
        return httpx.Response(200, json={"result": [{"certificate_id": i, "pem": pem(BY_SHA256[i])} for i in ids]})

    def page(self, start: int) -> httpx.Response:
        following = str(start + 2) if start + 2 < len(self.hits) else ""
        result = {"hits": self.hits[start : start + 2] or None, "total_hits": self.total}
        return httpx.Response(200, json={"result": result | {"next_page_token": following}})


def search(
    platform: Callable[[httpx.Request], httpx.Response],
    question: Question = JANE,
    known: frozenset[str] = frozenset(),
    name_filter: Callable[[Sequence[str]], bool] = lambda names: True,
    environ: dict[str, str] = ENVIRON,
) -> list[RepositoryEntry | Incompleteness]:
    async def kept(references: Sequence[str]) -> set[str]:
        return known & set(references)

    async def ask(client: Any) -> list[RepositoryEntry | Incompleteness]:
        source = open_repository("censys", SourceOptions(client, environ))
        try:
            return [found async for found in source.search(question, kept, name_filter)]
        finally:
            await source.aclose()

    return with_client(patient_client(FakeTime(), transport=httpx.MockTransport(platform)), ask)


def references(found: list[RepositoryEntry | Incompleteness]) -> list[str]:
    return [one.reference for one in found if isinstance(one, RepositoryEntry)]


def incomplete_reasons(found: list[RepositoryEntry | Incompleteness]) -> list[str]:
    return [english(one.reason) for one in found if isinstance(one, Incompleteness)]


# --- requests -----------------------------------------------------------------------------------------------------


def test_every_page_is_read_and_its_certificates_are_fetched_together() -> None:
    platform = Platform()
    found = search(platform, environ=ENVIRON | {ORGANISATION: UUID})
    assert found == [RepositoryEntry(sha256, der) for sha256, der in BY_SHA256.items()]
    assert [body.get("page_token") for body in platform.searched] == [None, "2", "4"]
    assert platform.fetched == [IDS[0:2], IDS[2:4], IDS[4:6]]
    assert {body["page_size"] for body in platform.searched} == {100}
    for request in platform.requests:
        assert (request.method, request.url.host) == ("POST", "api.platform.censys.io")
        assert dict(request.url.params) == {"organization_id": UUID}
        assert request.headers["authorization"] == "Bearer censys_abc"
        assert request.headers["content-type"] == "application/json"


def test_nothing_found_is_a_whole_answer() -> None:
    platform = Platform([])
    assert search(platform) == []
    assert platform.fetched == []


def test_certificates_that_are_kept_or_of_other_people_are_not_fetched() -> None:
    hits = [hit(IDS[0]), hit(IDS[1]), hit(IDS[2], names=["Olga"], parsed={"subject": {"common_name": ["Olga"]}})]
    platform = Platform(hits)
    found = search(platform, known=frozenset({IDS[1]}), name_filter=lambda names: "jane@example.org" in names)
    assert references(found) == [IDS[0]]
    assert platform.fetched == [[IDS[0]]]


def test_a_certificate_with_too_many_names_to_compare_is_fetched() -> None:
    """Names beyond the compared number may match the question."""
    many = [f"{n}.example.com" for n in range(3000)]
    platform = Platform([hit(IDS[0], names=many, parsed={"subject": {"email_address": ["jane@example.org"]}})])
    assert references(search(platform, name_filter=partial(may_match, JANE))) == [IDS[0]]


def test_a_certificate_is_given_once() -> None:
    assert references(search(Platform([hit(IDS[n]) for n in (0, 1, 1, 0, 2)]))) == IDS[:3]


def test_log_coordinates_and_revocation_are_read() -> None:
    entries = {
        "example_log_2026": {"index": 17, "added_to_ct_at": "2026-03-01T12:00:00.5Z"},
        "other_log": {"index": 4, "added_to_ct_at": "2026-02-01T12:00:00+01:00"},
        "odd": {"index": "x"}, "odder": None, "oddest": {"index": True},
    }  # fmt: skip
    revocation = {"crl": {"revoked": True, "reason": "KEY_COMPROMISE", "revocation_time": "2026-04-01T00:00:00Z"}}
    more = {"ct": {"entries": entries}, "revocation": revocation, "modified_at": "2026-05-01T00:00:00Z"}
    (found,) = search(Platform([hit(IDS[0], **more)]))
    assert isinstance(found, RepositoryEntry)
    february = int(datetime(2026, 2, 1, 11, tzinfo=UTC).timestamp() * 1000)
    assert found.first_logged == february
    assert found.coordinates[0].index == 17
    assert found.coordinates[1:] == (Coordinate("other_log", 4, february),)
    assert found.revocation == Revocation(
        RevocationState.REVOKED, "censys", datetime(2026, 5, 1, tzinfo=UTC),
        revoked_at=datetime(2026, 4, 1, tzinfo=UTC), reason="keyCompromise",
    )  # fmt: skip


def test_not_revoked_needs_a_check() -> None:
    looked = {"revocation": {"ocsp": {"revoked": False}}, "modified_at": "2026-05-01T00:00:00Z"}
    first, second = search(Platform([hit(IDS[0], **looked), hit(IDS[1], revoked=False)]))
    assert isinstance(first, RepositoryEntry) and first.revocation
    assert first.revocation.state is RevocationState.NOT_REVOKED
    assert isinstance(second, RepositoryEntry) and second.revocation is None


# --- faults -------------------------------------------------------------------------------------------------------


def test_without_a_token_nothing_is_asked() -> None:
    for environ in ({}, {TOKEN: " "}):
        platform = Platform()
        with pytest.raises(UsageError, match=TOKEN):
            search(platform, environ=environ)
        assert platform.requests == []


def test_an_organisation_is_a_uuid() -> None:
    with pytest.raises(UsageError, match=ORGANISATION) as error:
        search(Platform(), environ=ENVIRON | {ORGANISATION: "Example Ltd"})
    assert "Example" not in str(error.value)


@pytest.mark.parametrize("status", [400, 401, 402, 403, 422])
def test_a_refusal_names_the_token_and_not_the_question(status: int) -> None:
    refusal = httpx.Response(status, json={"title": "Refused", "detail": "jane@example.org"})
    with pytest.raises(Refused, match=TOKEN) as error:
        search(Platform(faults={1: refusal}))
    assert "jane" not in str(error.value)
    assert "censys_abc" not in str(error.value)


@pytest.mark.parametrize("status", [401, 404, 422, 429, 500])
def test_a_later_page_that_fails_makes_the_search_incomplete(status: int) -> None:
    found = search(Platform(faults={2: httpx.Response(status, headers={"Retry-After": "3600"})}))
    if status == 500:  # the client retries
        assert references(found) == IDS
        return
    assert references(found) == IDS[:2]
    assert [reason.startswith("page 2 and all later pages") for reason in incomplete_reasons(found)] == [True]


@pytest.mark.parametrize("status", [403, 404, 422])
def test_certificates_that_can_not_be_fetched_make_the_search_incomplete(status: int) -> None:
    found = search(Platform(faults={-2: httpx.Response(status)}))
    assert references(found) == IDS[:2] + IDS[4:]
    assert [reason.startswith("2 certificates could not be fetched") for reason in incomplete_reasons(found)] == [True]


def test_missing_certificates_make_the_search_incomplete() -> None:
    wrong = {"certificate_id": IDS[1], "pem": pem(DERS[0])}  # a certificate under a wrong ID
    answer = httpx.Response(200, json={"result": [{"certificate_id": IDS[0], "pem": pem(DERS[0])}, wrong]})
    found = search(Platform([hit(IDS[0]), hit(IDS[1])], faults={-1: answer}))
    assert references(found) == IDS[:1]
    assert incomplete_reasons(found) == ["1 certificate was listed but not returned"]


def test_fewer_results_than_counted_make_the_search_incomplete() -> None:
    platform = Platform()
    platform.total = 700.0
    assert incomplete_reasons(search(platform)) == [
        "the repository counts 700 results and returned 6; the plan may allow no more"
    ]


@pytest.mark.parametrize("bad", [None, 7, {}, {"host_v1": {}}, hit("zz"), hit("ab" * 31)])
def test_unreadable_results_make_the_search_incomplete(bad: Any) -> None:
    found = search(Platform([bad, hit(IDS[0])]))
    assert references(found) == IDS[:1]
    assert incomplete_reasons(found) == ["1 result of page 1 can't be read"]


def test_a_list_without_an_end_is_left() -> None:
    page = {"hits": [hit(IDS[0])], "total_hits": 1e9, "next_page_token": "again"}
    platform = Platform()
    platform.page = lambda start: httpx.Response(200, json={"result": page})  # type: ignore[method-assign]
    found = search(lambda r: platform.page(0) if b"query" in r.content else platform.raw(IDS[:1]))
    assert references(found) == IDS[:1]
    assert incomplete_reasons(found) == ["the list breaks off after page 2 without an end"]


@pytest.mark.parametrize(
    "content",
    [b"", b"[{", b"{}", b"[]", b'{"result": []}', b'{"result": {"hits": 5, "total_hits": 1}}',
     b'{"result": {"hits": [], "total_hits": "x"}}', b'{"result": {"hits": [], "total_hits": -1}}',
     b'{"result": {"hits": [], "total_hits": NaN}}', b'{"result": {"hits": [], "total_hits": 1, "next_page_token": 1}}',
     b"[" * 100_000, b" " * (33 << 20)],
)  # fmt: skip
def test_wrong_answers_are_bad_answers(content: bytes) -> None:
    with pytest.raises(BadAnswer):
        search(lambda _: httpx.Response(200, content=content))


def test_servers_that_fail_are_source_errors() -> None:
    with pytest.raises(SourceError, match="503"):
        search(lambda _: httpx.Response(503))


# --- CenQL --------------------------------------------------------------------------------------------------------


def test_an_address_is_looked_for_wherever_addresses_stand() -> None:
    assert query_of(JANE) == f"({' or '.join(f'{field}: `jane@example.org`' for field in ADDRESSES)})"


def test_a_domain_is_looked_for_in_addresses_at_and_below_it() -> None:
    query = query_of(Question("domain", "my-corp.example"))
    for field in ADDRESSES:
        assert f"{field}: `my-corp.example`" in query
    (pattern,) = set(re.findall(r"=~`([^`]*)`", query))
    for address in ("jane@my-corp.example", "Jane@MAIL.My-Corp.Example"):
        assert re.search(pattern, address)
    for address in ("jane@notmy-corp.example", "jane@my-corp.example.com", "jane@myxcorp.example"):
        assert not re.search(pattern, address)


def test_a_name_is_looked_for_in_any_order() -> None:
    query = query_of(Question("name", "Mari-Liis  Maasikas"))
    assert "cert.parsed.subject.common_name: `Mari-Liis Maasikas`" in query
    assert "(cert.parsed.subject_dn: `Mari-Liis` and cert.parsed.subject_dn: `Maasikas`)" in query
    assert "(cert.parsed.subject.given_name: `Maasikas` and cert.parsed.subject.surname: `Mari-Liis`)" in query
    assert "given_name" not in query_of(Question("name", "Maasikas"))
    assert "`-`" not in query_of(Question("name", "Mari - Maasikas"))


def test_an_organisation_is_looked_for_in_its_field() -> None:
    query = query_of(Question("organisation", 'Example "Trust" GmbH & Co. KG'))
    assert query == 'cert.parsed.subject.organization: `Example "Trust" GmbH & Co. KG`'


@pytest.mark.parametrize("value", ["", "   ", "`", "\\", "...", "x" * 257])
def test_a_question_without_words_is_refused_without_repeating_it(value: str) -> None:
    with pytest.raises(UsageError):
        query_of(Question("name", value))


def test_other_kinds_are_refused() -> None:
    with pytest.raises(UsageError, match="serial"):
        search(Platform(), Question("serial", "01"))


@given(st.sampled_from(["email", "domain", "name", "organisation"]), st.text(max_size=40))
def test_no_value_ends_its_own_string(kind: str, value: str) -> None:
    try:
        query = query_of(Question(kind, value))
    except UsageError:
        return
    outside = re.sub(r"`[^`\\]*`", "``", query)
    assert re.fullmatch(r"[a-z0-9_.:=~` ()]*", outside)
    words = set(re.findall(r"[a-z0-9_.]+", outside))
    assert {word for word in words if not word.startswith("cert.parsed.")} <= {"or", "and"}


# --- any bytes ----------------------------------------------------------------------------------------------------

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(
        ["certificate_v1", "resource", "fingerprint_sha256", "names", "ct", "entries", "log", "index", "parsed", "pem",
         "added_to_ct_at", "result", "certificate_id", "subject"]), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@given(JSON)
def test_any_shape_is_read_without_a_crash(shape: Any) -> None:
    assert raw_certificates(shape) == {}
    hit_of(shape)
    hit_of({"certificate_v1": {"resource": {"fingerprint_sha256": "ab" * 32, "ct": shape, "names": shape}}})
    hit_of({"certificate_v1": {"resource": {"fingerprint_sha256": "ab" * 32, "ct": {"entries": shape}}}})


def test_a_source_does_not_show_its_token() -> None:
    async def shown(client: Any) -> str:
        return repr(open_repository("censys", SourceOptions(client, ENVIRON)))

    assert "censys_abc" not in with_client(patient_client(FakeTime()), shown)
