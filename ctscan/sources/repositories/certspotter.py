"""SSLMate's Cert Spotter (CT Search API v1): unexpired certificates by DNS name, never by e-mail address.

    GET /v1/issuances?domain=D&include_subdomains=true&expand=issuer&expand=cert_der[&after=ID]

answers with a page of issuances, oldest first: `id` (opaque), `issuer`, `cert_der` (base64 of the certificate, or of
the precertificate where only that is known). The last `id` asks for the next page; an empty page ends the list. An
error is `{"code": …, "message": …}` with status 400, 401, 403 or 429. As documented at
https://sslmate.com/help/reference/ct_search_api_v1; `cert_der` comes with the page, so no certificate is fetched by
itself.

The API reports neither when an issuance was first logged nor in which log; its revocation fields are ignored, as the CA
is the authority.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from msgspec import Struct

from ctscan.errors import FormatError, Refused, SourceError, UsageError
from ctscan.hidden_fields import repr_without
from ctscan.model import Incompleteness, QuestionKind, Repository, RepositoryEntry, SearchShortfall
from ctscan.sources.json_paths import base_url, bearer_header, member, parse_json

if TYPE_CHECKING:
    from ctscan.model import Question
    from ctscan.sources import IsKnown, NameFilter
    from ctscan.sources.repositories import SourceOptions

TOKEN: Final = "CTSCAN_CERTSPOTTER_TOKEN"  # noqa: S105 - the variable, not its value

REPOSITORY = Repository(
    name="certspotter",
    title="SSLMate Cert Spotter",
    url="https://api.certspotter.com",
    finds=(QuestionKind.HOST,),
    limits=(
        "Cert Spotter finds certificates by DNS name only: a host at or below a domain. Addresses and names of people "
        "are found only beside such a host; certificates for e-mail rarely hold a host.",
        "Cert Spotter knows unexpired certificates only.",
        "The domain must be a registered domain, or lie below a registered domain.",
        "The free plan allows a hundred searches for whole domains an hour; without a token it may allow fewer.",
    ),
    needs=f"nothing; a token in {TOKEN} raises its limits",
    tells="SSLMate (Opsmate, Inc., in the United States): the domain, and your IP address and contact",
)

RATE = 1.0  # requests a second
PAGE_LIMIT = 32 * 1024 * 1024
PAGES = 20_000  # most pages of a search, should the list have no end
_DER_LIMIT = 1 << 20
_REFERENCE_LIMIT = 64


@repr_without("options", "headers")
class CertSpotter(Struct):
    """`SearchSource` of Cert Spotter. Made by `open_source`."""

    options: SourceOptions
    base: str
    headers: Mapping[str, str]
    repository: Repository = REPOSITORY

    async def search(
        self, question: Question, is_known: IsKnown, name_filter: NameFilter
    ) -> AsyncIterator[RepositoryEntry | Incompleteness]:
        """See `SearchSource.search`. `name_filter` is not used: every issuance comes with its certificate, so filtering
        saves no request."""
        if question.kind not in REPOSITORY.finds:
            raise UsageError(f"{REPOSITORY.name} finds {', '.join(REPOSITORY.finds)}, and nothing by {question.kind}")
        seen: set[str] = set()
        after = ""
        for number in range(1, PAGES + 1):
            try:
                page = await self._page(question.value, after)
            except SourceError as error:
                if number == 1:
                    raise
                yield Incompleteness(SearchShortfall.PAGES_MISSING(page=number, detail=str(error)))
                return
            if not page:
                return
            after = _reference(page[-1])
            leads_on = after != "" and after not in seen and number < PAGES
            for found in await self._unseen(page, seen, is_known):
                yield found
            if not leads_on:
                yield Incompleteness(SearchShortfall.BREAKS_OFF(page=number))
                return

    async def _unseen(
        self, page: list[object], seen: set[str], is_known: IsKnown
    ) -> list[RepositoryEntry | Incompleteness]:
        """Return the new issuances of a page, and add their references to `seen`."""
        fresh = {_reference(issuance): issuance for issuance in page if _reference(issuance) not in seen}
        nameless = fresh.pop("", fresh) is not fresh
        seen.update(fresh)
        self.options.progress(f"{len(seen)} issuances listed")
        kept = await is_known(list(fresh))
        return [
            *([Incompleteness(SearchShortfall.NO_ID())] if nameless else []),
            *(_entry(reference, issuance) for reference, issuance in fresh.items() if reference not in kept),
        ]

    async def aclose(self) -> None:
        """Do nothing: no resource is held."""

    async def _page(self, domain: str, after: str) -> list[object]:
        """Fetch a page. Raises SourceError when it is unavailable."""
        asked = [("domain", domain), ("include_subdomains", "true")]
        asked += [("expand", "issuer"), ("expand", "cert_der")]
        asked += [("after", after)] if after else []
        pages: list[list[object]] = []

        def validate(body: bytes) -> None:
            page = parse_json(body)
            if not isinstance(page, list):
                raise FormatError("expected a list of issuances, got something else")
            pages[:] = [page]

        try:
            await self.options.client.get(
                f"{self.base}/v1/issuances?{urlencode(asked)}",
                operator=REPOSITORY.name,
                limit=PAGE_LIMIT,
                accept="application/json",
                headers=self.headers,
                validate=validate,
            )
        except Refused as error:
            token = f"check {TOKEN}" if self.headers else f"a token in {TOKEN} may be needed"
            raise Refused(
                f"{error}; the domain must be registered or lie below a registered domain, and {token}"
            ) from None
        return pages[0]


def open_source(options: SourceOptions) -> CertSpotter:
    """Open Cert Spotter, with the token of the environment where set. Raises UsageError for a token that can't
    be sent."""
    headers = bearer_header(options.environ, TOKEN)
    options.client.pace(REPOSITORY.name, options.rate or RATE)
    return CertSpotter(options, base_url(options.url or REPOSITORY.url, headers), headers)


def _reference(issuance: object) -> str:
    """Return the opaque id; empty for an unusable id."""
    found = member(issuance, "id")
    return found if isinstance(found, str) and len(found) <= _REFERENCE_LIMIT and found.isprintable() else ""


def _entry(reference: str, issuance: object) -> RepositoryEntry | Incompleteness:
    """Read the certificate of an issuance."""
    try:
        der = _der(issuance)
    except FormatError as error:
        return Incompleteness(SearchShortfall.UNREADABLE_RESULT(detail=str(error)))
    owner = member(issuance, "issuer", "operator", "name")
    return RepositoryEntry(reference, der, owner=owner[:200] if isinstance(owner, str) else "")


def _der(issuance: object) -> bytes:
    text = member(issuance, "cert_der")
    if not isinstance(text, str) or not text:
        raise FormatError("it came without its certificate")
    if len(text) > _DER_LIMIT * 4 // 3 + 4:
        raise FormatError(f"its certificate is larger than {_DER_LIMIT} bytes")
    try:
        der = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise FormatError("its certificate is no base64") from None
    expected = member(issuance, "cert_sha256")
    if isinstance(expected, str) and expected.lower() != hashlib.sha256(der).hexdigest():
        raise FormatError("its certificate has another SHA-256 than `cert_sha256`")
    return der
