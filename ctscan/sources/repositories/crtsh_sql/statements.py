"""SQL statements for crt.sh, and their parameters for a question. Pure.

The schema is that of crtsh/certwatch_db (`sql/create_schema.sql`, `fnc/identities.fnc`). Two facts decide which
certificates are found there:

- The index. `identities(certificate)` makes a full text vector of all names of a certificate, with the domain of an
  address and all domains above it; a condition on it has to stand first-class in the statement, or 68 terabytes are
  read. It splits words as the question is split, so most of its oddities (hyphens, `+`) cancel out.
- The view. Its names are the raw bytes in PostgreSQL's `escape` encoding: `ü` in UTF-8 is eight characters,
  `\\303\\274`. Only questions in ASCII can be compared with that.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from ctscan.model import QuestionKind

if TYPE_CHECKING:
    from ctscan.model import Question
    from ctscan.sources.repositories.crtsh_sql.limits import Limits
    from ctscan.sources.repositories.crtsh_sql.validity_ranges import Range

Parameters = dict[str, Any]

ADDRESSES = ("san:rfc822Name", "1.2.840.113549.1.9.1")
"""Types of names that are addresses: a SAN, and emailAddress."""

ORGANISATIONS = ("2.5.4.10",)

HOSTS = ("san:dNSName", "san:iPAddress", "san:registeredID")
"""Types of names that never hold a person's name, and of which a certificate may have hundreds."""


class IndexQuery(Struct, frozen=True):
    """Query to the full text index, and the filter on the names shown of its results.

    `types`: show names of these types (empty: all); `excluded_types`: show none of these; `pattern`: show names like
    this; `in_one_name`: show names that hold all the words themselves.
    """

    text: str
    types: tuple[str, ...] = ()
    excluded_types: tuple[str, ...] = ()
    pattern: str = ""
    in_one_name: bool = False


def index_queries(question: Question) -> tuple[IndexQuery, ...]:
    """Translate a question into one query, or two for a domain that is written in two ways. Empty where the question
    holds no letter or digit, so that no index can know it."""
    value = question.value.replace("\0", " ").encode("utf-8", "replace").decode()
    if not any(character.isalnum() for character in value):
        return ()
    if question.kind == QuestionKind.EMAIL:
        return tuple(IndexQuery(form, pattern=_containing(form) or "%@%") for form in _forms(value))
    if question.kind == QuestionKind.DOMAIN:
        return tuple(_below(form) for form in _forms(value))
    words = value.replace("-", " ")  # a compound word is found only whole, its parts also inside compounds
    if question.kind == QuestionKind.ORGANISATION:
        return (IndexQuery(words, ORGANISATIONS, in_one_name=words.isascii()),)
    return (IndexQuery(words, excluded_types=HOSTS),)  # any attribute may hold a name, and a part of it


def _below(domain: str) -> IndexQuery:
    """Query addresses at and below a domain, in any name; not the far more numerous hosts."""
    pattern = _containing(domain)
    return IndexQuery(domain, pattern=f"%@{pattern}") if pattern else IndexQuery(domain, ADDRESSES, pattern="%@%")


def _forms(value: str) -> tuple[str, ...]:
    """Return an address or a domain, and the same with the domain in its own letters."""
    if "xn--" not in value.lower():
        return (value,)
    import idna

    local, at, domain = value.rpartition("@")
    try:
        return value, f"{local}{at}{idna.decode(domain)}"
    except UnicodeError:
        return (value,)


def _containing(text: str) -> str:
    """Return a LIKE pattern for the escape encoding of a text; empty for a text beyond ASCII, whose bytes depend on the
    certificate."""
    if not text.isascii():
        return ""
    escaped = text.replace("\\", "\\\\")  # as the escape encoding does
    for special in "\\%_":
        escaped = escaped.replace(special, f"\\{special}")
    return f"%{escaped}%"


# --- statements ----------------------------------------------------------------------------------------------------

# Python has no time before the year 1 and none after 9999, PostgreSQL has both, and infinity.
_TIME = "least(greatest({}, '0001-01-01'::timestamp), '9999-12-31 23:59:59'::timestamp)"
_NOT_AFTER = "coalesce(x509_notAfter(cai.certificate), 'infinity'::timestamp)"  # the key of the partitions, verbatim

_LIST = f"""
SELECT cai.certificate_id, {_TIME.format(_NOT_AFTER)}, left(cai.name_value, %(name)s)
  FROM certificate_and_identities cai
 WHERE plainto_tsquery('certwatch', %(text)s) @@ identities(cai.certificate)"""  # noqa: S608 - no part of it comes from outside

_DETAILS = f"""
SELECT c.id, CASE WHEN octet_length(c.certificate) <= %(certificate)s THEN c.certificate END,
       (SELECT string_agg(concat_ws(' ', e.entry_id, e.at, e.url), chr(10) ORDER BY e.at)
          FROM (SELECT entry_id, (extract(epoch FROM entry_timestamp) * 1000)::bigint AS at,
                       left(coalesce(l.url, ''), 500) AS url
                  FROM ct_log_entry JOIN ct_log l ON l.id = ct_log_id
                 WHERE certificate_id = c.id ORDER BY entry_timestamp LIMIT 64) e),
       r.ca_id IS NOT NULL, r.reason_code,
       CASE WHEN r.revocation_date IS NOT NULL THEN {_TIME.format("r.revocation_date")} END,
       {_TIME.format("coalesce(r.last_seen_check_date, r.revocation_date, now() AT TIME ZONE 'UTC')")},
       (SELECT left(string_agg(DISTINCT cc.ca_owner, '; ' ORDER BY cc.ca_owner), 500)
          FROM ca_certificate cac JOIN ccadb_certificate cc ON cc.certificate_id = cac.certificate_id
         WHERE cac.ca_id = c.issuer_ca_id AND cc.ca_owner <> '')
  FROM certificate c
  LEFT JOIN crl_revoked r ON r.ca_id = c.issuer_ca_id AND r.serial_number = x509_serialNumber(c.certificate)
 WHERE c.id = ANY(%(ids)s)"""  # noqa: S608 - no part of it comes from outside


Shape = tuple[tuple[type, ...], ...]
"""Types that the columns of a row may have; a row of other types is no answer."""

_NULL = type(None)
LISTED: Shape = ((int,), (datetime,), (str,))
DETAILED: Shape = (
    (int,),
    (bytes, _NULL),
    (str, _NULL),
    (bool,),
    (int, _NULL),
    (datetime, _NULL),
    (datetime,),
    (str, _NULL),
)


def listing(query: IndexQuery, within: Range, limits: Limits) -> tuple[str, Parameters]:
    """Return the statement that lists certificates with matching names: rows of `(id, notAfter, name as escape text)`,
    one row above the limit where there are more."""
    conditions, parameters = [_LIST], {"text": query.text, "name": limits.name, "most": limits.rows + 1}
    if query.types:
        conditions.append("cai.name_type = ANY(%(types)s)")
        parameters["types"] = list(query.types)
    if query.excluded_types:
        conditions.append("cai.name_type <> ALL(%(other_than)s)")
        parameters["other_than"] = list(query.excluded_types)
    if query.pattern:
        conditions.append("cai.name_value ILIKE %(pattern)s")
        parameters["pattern"] = query.pattern
    if query.in_one_name:
        conditions.append("plainto_tsquery('certwatch', %(text)s) @@ to_tsvector('certwatch', cai.name_value)")
    if within.low:
        conditions.append(f"{_NOT_AFTER} >= %(low)s::timestamp")
        parameters["low"] = within.low
    if within.high:
        conditions.append(f"{_NOT_AFTER} < %(high)s::timestamp")
        parameters["high"] = within.high
    return "\n   AND ".join(conditions) + "\n LIMIT %(most)s", parameters


def details(ids: list[int], limits: Limits) -> tuple[str, Parameters]:
    """Return the statement that fetches certificates by id: rows of `(id, DER or None where it is too large, lines of
    "index ms log" or None, whether revoked, reason code, when, when last seen revoked, owner or None)`."""
    return _DETAILS, {"ids": ids, "certificate": limits.certificate}
