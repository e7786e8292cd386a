"""crt.sh as an ASGI app in memory, with its ways of comparing, its limit, and every way in which it fails.

    crtsh = FakeCrtsh([held(der, id=42, issuer=7), ...], limit=50)          # default limit: 10,000 rows
    client = patient_client(time, transport=crtsh.transport)                 # httpx.ASGITransport; any host name
    ... ask https://crt.sh/?... through the client ...
    assert crtsh.requests == 4 and crtsh.asked == ["rfc822Name=...", ...]    # queries as received, still encoded

    FakeCrtsh(certificates, script=["503", None, "html"])     # faults of the first requests; then all is well
    FakeCrtsh(certificates, broken=lambda q: "404" if q == "d=42" else None)     # faults of every request
    FakeCrtsh(certificates, seed=3)      # faults at random, but never more than two in a row; "blocked" never
    FakeCrtsh(certificates, grow={5: [held(...)]})       # certificates held from the sixth request on

Faults are the keys of `FAULTS` and `ODD`; `rewrite` changes the rows of answers, `page` is the page of "html".
`held` reads the names from the certificate itself. A certificate is expired at `now`.
"""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

import httpx
from support.certwatch import escaped, identities, ilike, lexemes, plain, websearch

from ctscan.model import Certificate
from ctscan.x509.certificate import read_certificate

Answer = tuple[int, dict[str, str], bytes]
_GENERAL_NAMES = [
    "otherName",
    "rfc822Name",
    "dNSName",
    "x400Address",
    "directoryName",
    "ediPartyName",
    "uniformResourceIdentifier",
    "iPAddress",
    "registeredID",
]
_TYPES = {
    "identity": "",
    "commonname": "2.5.4.3",
    "cn": "2.5.4.3",
    "emailaddress": "1.2.840.113549.1.9.1",
    "e": "1.2.840.113549.1.9.1",
    "organizationalunitname": "2.5.4.11",
    "ou": "2.5.4.11",
    "organizationname": "2.5.4.10",
    "o": "2.5.4.10",
    "dnsname": "san:dNSName",
    "domain": "san:dNSName",
    "rfc822name": "san:rfc822Name",
    "esan": "san:rfc822Name",
    "q": "",
}
"""Parameters by precedence, with the type of name that each is compared with."""

_HTML = {"content-type": "text/html; charset=UTF-8"}
_JSON = {"content-type": "application/json", "access-control-allow-origin": "*"}
_PAGE = b"<!DOCTYPE HTML><HTML><BODY>Sorry, something went wrong... :-(</BODY></HTML>"
_BLOCKED = b"This user agent has been blocked due to abuse. Can we interest you direct access to the crt.sh DB instead?"
_CONFLICT = b"<BR><BR>terminating connection due to conflict with recovery"


@dataclass(frozen=True)
class Held:
    """Certificate with the facts that crt.sh gives about it. `names` are (type, raw value), each once."""

    id: int
    der: bytes
    issuer: int
    names: tuple[tuple[str, bytes], ...]
    certificate: Certificate
    logged: datetime | None
    words: frozenset[str] = field(repr=False)


def held(der: bytes, id: int, issuer: int = 1, logged: datetime | None = datetime(2026, 1, 2, tzinfo=UTC)) -> Held:
    """Build a certificate as crt.sh holds it under the number `id`; `issuer` is crt.sh's number of the CA."""
    certificate = read_certificate(der)
    names = {(a.oid, a.text.raw) for a in certificate.subject.attributes if a.text is not None}
    names |= {(f"san:{_GENERAL_NAMES[name.kind]}", name.raw) for name in certificate.san}
    return Held(id, der, issuer, tuple(sorted(names)), certificate, logged, identities(names))


class FakeCrtsh:
    """Fake of crt.sh, described at the head of this file. `requests` and `asked` count and list the requests; a test
    may reset both."""

    def __init__(
        self,
        certificates: Iterable[Held] = (),
        *,
        limit: int = 10_000,
        script: Sequence[str | None] = (),
        broken: Callable[[str], str | None] = lambda _: None,
        seed: int | None = None,
        grow: Mapping[int, Sequence[Held]] | None = None,
        now: datetime = datetime(2026, 2, 1, tzinfo=UTC),
    ) -> None:
        self.certificates = list(certificates)
        self.limit, self.now = limit, now
        self.rewrite: Callable[[list[dict[str, Any]]], list[dict[str, Any]]] = lambda rows: rows  # of JSON answers
        self.page = _PAGE  # of error answers
        self.asked: list[str] = []
        self.user_agents: set[str] = set()
        self.broken = broken
        self._script, self._grow = list(script), dict(grow or {})
        self._random = None if seed is None else random.Random(seed)
        self._in_a_row, self._emptied = 0, set[str]()

    @property
    def transport(self) -> httpx.ASGITransport:
        """Return the transport for `Client(transport=...)`."""
        return httpx.ASGITransport(app=self)

    @property
    def requests(self) -> int:
        """Count the requests received."""
        return len(self.asked)

    @property
    def fetched(self) -> list[str]:
        """List the numbers of the fetched certificates, in order."""
        return [query[2:] for query in self.asked if query.startswith("d=")]

    async def __call__(
        self,
        scope: MutableMapping[str, Any],
        receive: Callable[[], Awaitable[MutableMapping[str, Any]]],
        send: Callable[[MutableMapping[str, Any]], Awaitable[None]],
    ) -> None:
        query = scope["query_string"].decode("ascii")
        self.user_agents |= {value.decode() for name, value in scope["headers"] if name == b"user-agent"}
        self.certificates += self._grow.pop(self.requests, ())
        self.asked.append(query)
        status, headers, body = self._respond(query)
        pairs = [(name.encode(), value.encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": status, "headers": pairs})
        await send({"type": "http.response.body", "body": body, "more_body": False})

    # --- faults ---

    def _respond(self, query: str) -> Answer:
        if len(query) > 3900:  # the front end reads 4,096 bytes of request line and headers
            return 431, {}, b""
        honest = self.honest(query)
        fault = self._script.pop(0) if self._script else self.broken(query) or self._at_random(query)
        if fault == "html":
            return 200, dict(_HTML), self.page
        return (FAULTS | ODD)[fault](honest) if fault else honest

    def _at_random(self, query: str) -> str | None:
        if self._random is None or self._in_a_row == 2 or self._random.random() < 0.6:
            self._in_a_row = 0
            return None
        self._in_a_row += 1
        fault = self._random.choice([name for name in FAULTS if name != "blocked"])
        if fault == "empty" and not query.startswith("d="):  # two empty answers in a row look like the truth
            if query in self._emptied:
                return "503"
            self._emptied.add(query)
        return fault

    # --- honest answers ---

    def honest(self, query: str) -> Answer:
        """Answer a query string without faults."""
        given: dict[str, str] = {}
        for name, value in parse_qsl(query, keep_blank_values=True):
            given.setdefault(name.lower(), value)
        if given.get("d", "").strip():
            return self._download(given["d"].strip())
        for name, kind in _TYPES.items():
            if value := given.get(name, "").strip():
                return self._search(kind, value, given)
        return 200, dict(_HTML), b"<HTML>Certificate Search</HTML>"

    def _download(self, id: str) -> Answer:
        found = next((held for held in self.certificates if str(held.id) == id), None)
        if found is None:
            return 404, {"content-type": "text/plain"}, b"404 page not found"
        text = base64.b64encode(found.der).decode()
        lines = "".join(f"{text[i : i + 64]}\n" for i in range(0, len(text), 64))
        pem = f"-----BEGIN CERTIFICATE-----\n{lines}-----END CERTIFICATE-----\n"
        name = f'attachment; filename="{id}.crt"'
        return 200, {"content-type": "application/pkix-cert", "content-disposition": name}, pem.encode()

    def _search(self, kind: str, value: str, given: Mapping[str, str]) -> Answer:
        if given.get("output") != "json":
            return 200, dict(_HTML), b"<HTML>Identity Search</HTML>"
        mode = _mode(given.get("match"), value)
        if value.startswith("%") and value.endswith("%") and len(value) > 1:
            value = value[1:-1]
        elif value.startswith("%."):
            value = value[2:]
        if "%" in value:
            return _refusal("Unsupported use of '%'")
        if "-" in value and mode == "any":
            return _refusal("Unsupported Identity Matching option with search term containing '-'")
        rows = self._rows(kind, value, mode, given)
        if len(rows) > self.limit:
            rows = random.Random(f"{self.requests}").sample(rows, self.limit)
        return 200, dict(_JSON), self._json(rows)

    def _rows(self, kind: str, value: str, mode: str, given: Mapping[str, str]) -> list[tuple[Held, bytes]]:
        excluded = {int(id) for id in given.get("excludecas", "").split(",") if id}
        found = []
        for held in self.certificates:
            if held.issuer in excluded or (given.get("exclude") == "expired" and self._is_expired(held)):
                continue
            if not (websearch if mode == "any" else plain)(value, held.words):
                continue
            found += [(held, raw) for type_, raw in held.names if kind in ("", type_) and _keeps(mode, value, raw)]
        return found

    def _is_expired(self, held: Held) -> bool:
        end = held.certificate.not_after
        return end is not None and end < self.now

    def _json(self, rows: Sequence[tuple[Held, bytes]]) -> bytes:
        grouped: dict[int, list[bytes]] = {}
        holding = {held.id: held for held, _ in rows}
        for held, raw in rows:
            grouped.setdefault(held.id, []).append(raw)
        listed = [_row(holding[id], raws) for id, raws in grouped.items()]
        listed.sort(key=lambda row: (row["entry_timestamp"] or "", row["id"]), reverse=True)
        return b"[" + b",".join(json.dumps(row).encode() for row in self.rewrite(listed)) + b"]"


def _mode(match: str | None, value: str) -> str:
    if match is not None:
        return match.lower() if match.lower() in ("any", "single", "ilike") else "="
    if "-" in value:
        return "single"
    if " OR " in value.upper() or " AND " in value.upper() or " +" in value:
        return "any"
    return "single" if " " in value else "ilike"


def _keeps(mode: str, value: str, raw: bytes) -> bool:
    text = escaped(raw)
    match mode:
        case "any":
            return True
        case "single":
            return plain(value, frozenset(lexemes(text)))
        case "ilike":
            return ilike(f"%{value}%", text)
        case _:
            return text == value


def _row(held: Held, raws: Sequence[bytes]) -> dict[str, Any]:
    certificate = held.certificate
    common = [a.text.value for a in certificate.subject.attributes if a.oid == "2.5.4.3" and a.text]
    return {
        "issuer_ca_id": held.issuer,
        "issuer_name": f"C=XX, O=Example Trust, CN=Example Trust {held.issuer}",
        "common_name": common[0] if common else None,
        "name_value": "\n".join(sorted({escaped(raw) for raw in raws})),
        "id": held.id,
        "entry_timestamp": _time(held.logged),
        "not_before": _time(certificate.not_before),
        "not_after": _time(certificate.not_after),
        "serial_number": certificate.serial.hex(),
        "result_count": len(raws),
    }


def _time(when: datetime | None) -> str | None:
    """Format a time without a zone; with milliseconds unless they are zero."""
    if when is None:
        return None
    text = when.replace(tzinfo=None).isoformat(timespec="milliseconds")
    return text.removesuffix(".000")


def _refusal(message: str) -> Answer:
    """Render an error in the database as crt.sh does: status 200, HTML, and the headers of the interrupted answer."""
    begun = "[BEGIN_HEADERS]\nContent-Type: application/json\nAccess-Control-Allow-Origin: *\n[END_HEADERS]\n"
    return 200, dict(_HTML), f"{begun}<BR><BR>{message}</BODY>\n</HTML>\n".encode()


def _juxtaposed(honest: Answer) -> bytes:
    """Write the rows one behind the other, as older servers do; other answers stay as they are."""
    if honest[1].get("content-type") != "application/json":
        return honest[2]
    return b"".join(json.dumps(row).encode() for row in json.loads(honest[2])) or b"[]"


def _latin1(honest: Answer) -> bytes:
    """Write names in Latin-1; other answers stay as they are."""
    if honest[1].get("content-type") != "application/json":
        return honest[2]
    return json.dumps(json.loads(honest[2]), ensure_ascii=False).encode("latin-1", "replace")


def _half(honest: Answer) -> bytes:
    return honest[2][: len(honest[2]) // 2]


def _begun(honest: Answer) -> bytes:
    return b"[BEGIN_HEADERS]\nContent-Type: application/json\n[END_HEADERS]\n" + _half(honest) + _CONFLICT


ODD: dict[str, Callable[[Answer], Answer]] = {
    "juxtaposed": lambda honest: (200, honest[1], _juxtaposed(honest)),
    "latin-1": lambda honest: (200, honest[1], _latin1(honest)),
}
"""Answers that are read all the same."""

FAULTS: dict[str, Callable[[Answer], Answer]] = {
    "html": lambda _: (200, dict(_HTML), _PAGE),
    "begun": lambda honest: (200, dict(_HTML), _begun(honest)),
    "begun as json": lambda honest: (200, dict(_JSON), _begun(honest)),
    "blocked": lambda _: (403, {"content-type": "text/plain"}, _BLOCKED),
    "404": lambda _: (404, {"content-type": "text/plain"}, b"404 page not found"),
    "429": lambda _: (429, {"retry-after": "30"}, b""),
    "429 without a word": lambda _: (429, {}, b""),
    "502": lambda _: (502, dict(_HTML), b"<html><center><h1>502 Bad Gateway</h1></center><hr>nginx</html>"),
    "503": lambda _: (503, dict(_HTML), _PAGE),
    "503 text": lambda _: (503, {"content-type": "text/plain"}, b"ERROR"),
    "503 for long": lambda _: (503, {"retry-after": "300"}, b""),
    "empty": lambda honest: (200, honest[1], b"[]" if honest[1]["content-type"] == "application/json" else b""),
    "truncated": lambda honest: (200, honest[1], _half(honest)),
    "no json": lambda honest: (200, honest[1], b"\xff\xfe{"),
    "an object": lambda honest: (200, honest[1], b'{"error": "try later"}'),
    "other rows": lambda honest: (200, honest[1], b'[{"min_cert_id": 1}]'),
    "too deep": lambda honest: (200, honest[1], b"[" * 100_000),
    "announced too large": lambda honest: (200, honest[1] | {"content-length": str(1 << 40)}, honest[2]),
}
"""Every wrong answer seen from crt.sh, and answers that a hostile server could give."""
