"""POST requests of the client: as polite, capped and silent in logs as GET; only for requests that may be repeated."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from support.patience import FakeTime
from support.reading import patient_client, with_client

from ctscan.errors import BadAnswer, FormatError, Missing, Refused, SourceError, UsageError
from ctscan.http.client import Client, Response

URL = "https://repository.example.org/search?tenant=7"
TOKEN = "token-that-nobody-may-see"
QUESTION = b'{"query": "jane@example.org"}'
Handler = Callable[[httpx.Request], httpx.Response]


def post(handler: Handler, time: FakeTime | None = None, **options: Any) -> Response:
    client = patient_client(time or FakeTime(), transport=httpx.MockTransport(handler))
    return post_with(client, **options)


def post_with(client: Client, url: str = URL, **options: Any) -> Response:
    options = {"limit": 1000, "headers": {"Authorization": f"Bearer {TOKEN}"}} | options
    return with_client(
        client, lambda c: c.post(url, QUESTION, content_type="application/json", operator="Example", **options)
    )


def answers(*statuses: int, headers: dict[str, str] | None = None) -> tuple[Handler, list[httpx.Request]]:
    """Return a handler that answers in turn, repeating the last answer, and the list of its requests."""
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        status = statuses[min(len(seen), len(statuses) - 1)]
        seen.append(request)
        return httpx.Response(status, content=b"{}", headers=headers)

    return handler, seen


def test_body_type_and_headers_are_sent() -> None:
    handler, seen = answers(200)
    response = post(handler, accept="application/json")
    assert (response.status, response.body) == (200, b"{}")
    (request,) = seen
    assert (request.method, str(request.url), request.content) == ("POST", URL, QUESTION)
    assert request.headers["content-type"] == "application/json"
    assert request.headers["content-length"] == str(len(QUESTION))
    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    assert request.headers["accept"] == "application/json"
    assert request.headers["user-agent"].endswith(" (+ct@example.org)")


def test_an_empty_body_is_sent_with_its_length() -> None:
    handler, seen = answers(200)
    client = patient_client(FakeTime(), transport=httpx.MockTransport(handler))
    with_client(client, lambda c: c.post(URL, b"", content_type="text/plain", operator="Example", limit=10))
    assert (seen[0].content, seen[0].headers["content-length"]) == (b"", "0")


def test_passing_trouble_is_sat_out_with_the_same_body() -> None:
    handler, seen = answers(500, 502, 408, 200)
    assert post(handler).status == 200
    assert [request.content for request in seen] == [QUESTION] * 4


def test_retry_after_is_waited_for() -> None:
    time = FakeTime()
    limited = iter([httpx.Response(429, headers={"Retry-After": "17"}), httpx.Response(200)])
    assert post(lambda _: next(limited), time).status == 200
    assert time.slept == pytest.approx(17)


def test_a_status_that_the_caller_understands_is_returned() -> None:
    handler, seen = answers(422)
    assert post(handler, statuses=frozenset({422})).status == 422
    assert len(seen) == 1


@pytest.mark.parametrize(
    ("status", "kind"),
    [(301, BadAnswer), (307, BadAnswer), (400, Refused), (401, Refused), (402, Refused), (403, Refused),
     (404, Missing), (410, Missing), (422, Refused)],
)  # fmt: skip
def test_final_answers_are_not_asked_for_again(status: int, kind: type[SourceError]) -> None:
    handler, seen = answers(status, headers={"Location": "https://other.example.com/"})
    with pytest.raises(kind, match=str(status)):
        post(handler)
    assert len(seen) == 1


def test_bodies_are_capped() -> None:
    with pytest.raises(BadAnswer, match="at most 10"):
        post(lambda _: httpx.Response(200, content=b"x" * 11), limit=10)


def test_an_answer_refused_by_the_validation_is_requested_again() -> None:
    bodies = iter([b"half", b"whole"])

    def whole(body: bytes) -> None:
        if body != b"whole":
            raise FormatError("expected all of it")

    assert post(lambda _: httpx.Response(200, content=next(bodies)), validate=whole).body == b"whole"


def test_without_a_contact_no_request_leaves_the_machine() -> None:
    handler, seen = answers(200)
    with pytest.raises(UsageError, match="contact"):
        post_with(patient_client(FakeTime(), contact="", transport=httpx.MockTransport(handler)))
    assert seen == []


@pytest.mark.parametrize("status", [302, 401, 404, 429, 500, 200])
def test_neither_token_nor_question_is_in_errors_and_logs(status: int, caplog: pytest.LogCaptureFixture) -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        return httpx.Response(status, content=request.content + request.headers["authorization"].encode())

    def never(body: bytes) -> None:
        raise FormatError("expected something else")

    with caplog.at_level(logging.DEBUG), pytest.raises(SourceError) as error:
        post(refuse, validate=never)
    causes: list[BaseException | None] = [error.value, error.value.__cause__, error.value.__context__]
    for text in (caplog.text, *map(repr, causes), *map(str, causes)):
        assert TOKEN not in text
        assert "jane" not in text
        assert "tenant" not in text
