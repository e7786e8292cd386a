"""crt.sh over PostgreSQL, against a real server with the tables and functions of the statements."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import httpx
import pytest
from support.asking import Asked
from support.patience import FakeTime
from support.postgres import CrtshDatabase

from ctscan.errors import BadAnswer, Refused, UsageError
from ctscan.http.client import Client
from ctscan.model import Coordinate, Question, Revocation, RevocationState
from ctscan.sources.repositories import SourceOptions, open_repository, repositories
from ctscan.sources.repositories.crtsh_sql import REPOSITORY, CrtshSql
from ctscan.sources.repositories.crtsh_sql.limits import Limits
from ctscan.sources.repositories.crtsh_sql.statements import details, index_queries, listing
from ctscan.sources.repositories.crtsh_sql.validity_ranges import Range

pytest.importorskip("psycopg", reason="the extra 'postgres' isn't installed")

CN, SURNAME, GIVEN, ORGANISATION, EMAIL = "2.5.4.3", "2.5.4.4", "2.5.4.42", "2.5.4.10", "1.2.840.113549.1.9.1"
RFC822, DNS, OTHER = "san:rfc822Name", "san:dNSName", "san:otherName"


def options(url: str, time: FakeTime | None = None, rate: float | None = None) -> SourceOptions:
    client = Client(transport=httpx.MockTransport(lambda request: httpx.Response(500)))
    return SourceOptions(client, url=url, sleep=(time or FakeTime()).sleep, rate=rate)


def ask(
    database: CrtshDatabase, kind: str, value: str, limits: Limits | None = None, asked: Asked | None = None
) -> Asked:
    async def search() -> Asked:
        return await (asked or Asked()).search(CrtshSql(options(database.url), limits), kind, value)

    return asyncio.run(search())


def found(database: CrtshDatabase, kind: str, value: str) -> list[int]:
    asked = ask(database, kind, value)
    assert asked.incomplete_reasons == []
    return asked.references


# --- results ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "alice@example.org",
        "anne.marie@my-corp.example.org",
        "alice+tag@example.org",
        "o'brien@example.org",
        "a_b%c@example.org",
    ],
)
def test_address_is_found_wherever_it_stands_and_nothing_else(certwatch: CrtshDatabase, address: str) -> None:
    der = certwatch.hold(1, [(RFC822, address)])
    certwatch.hold(2, [(EMAIL, address.upper())])
    certwatch.hold(3, [(CN, address)])
    certwatch.hold(4, [(RFC822, address.replace("_", "x").replace("%", "xx").replace("@", "@x.")), (CN, "Someone")])
    certwatch.hold(5, [(DNS, address.rpartition("@")[2])])
    asked = ask(certwatch, "email", address)
    assert (asked.references, asked.incomplete_reasons) == ([1, 2, 3], [])
    assert asked.entries[0].der == der


def test_domain_finds_addresses_at_it_and_below_but_no_hosts(certwatch: CrtshDatabase) -> None:
    certwatch.hold(1, [(RFC822, "jane@my-corp.example.org")])
    certwatch.hold(2, [(EMAIL, "joe@mail.my-corp.example.org"), (DNS, "www.my-corp.example.org")])
    certwatch.hold(3, [(DNS, "my-corp.example.org")])
    certwatch.hold(4, [(RFC822, "jane@example.org")])
    asked = ask(certwatch, "domain", "my-corp.example.org")
    assert asked.references == [1, 2]
    assert ["joe@mail.my-corp.example.org"] in asked.shown


def test_domain_in_its_own_letters_is_found_by_its_ascii_form(certwatch: CrtshDatabase) -> None:
    certwatch.hold(1, [(RFC822, "jane@xn--mller-kva.example")])
    certwatch.hold(2, [(EMAIL, "jürgen@müller.example")])
    certwatch.hold(3, [(CN, "müller.example")])
    assert found(certwatch, "domain", "xn--mller-kva.example") == [1, 2]
    assert found(certwatch, "email", "jürgen@xn--mller-kva.example") == [2]


@pytest.mark.parametrize("name", ["Jürgen Müller", "Müller Jürgen", "jürgen müller"])
def test_name_outside_ascii_is_found_in_any_order_and_over_several_attributes(
    certwatch: CrtshDatabase, name: str
) -> None:
    certwatch.hold(1, [(CN, "MÜLLER,JÜRGEN,36805280109"), (ORGANISATION, "Example")])
    certwatch.hold(2, [(SURNAME, "Müller"), (GIVEN, "Jürgen")])
    certwatch.hold(3, [(CN, "Jürgen Maier")])
    asked = ask(certwatch, "name", name)
    assert asked.references == [1, 2]
    assert sorted(asked.shown[1]) == ["Jürgen", "Müller"]


def test_name_is_found_in_any_attribute_and_hosts_are_not_shown(certwatch: CrtshDatabase) -> None:
    certwatch.hold(1, [("2.5.4.16", "Jane Roe, 1 Example Street"), *((DNS, f"h{n}.example.org") for n in range(50))])
    certwatch.hold(2, [(DNS, "jane.roe.example.org"), (DNS, "jane"), (DNS, "roe")])
    asked = ask(certwatch, "name", "Jane Roe")
    assert (asked.references, asked.shown) == ([1], [["Jane Roe, 1 Example Street"]])


def test_hyphen_of_a_name_is_no_matter(certwatch: CrtshDatabase) -> None:
    certwatch.hold(1, [(CN, "Anna Müller-Lüdenscheidt")])
    certwatch.hold(2, [(CN, "Anna Müller Lüdenscheidt")])
    assert found(certwatch, "name", "Müller-Lüdenscheidt") == [1, 2]


def test_organisation_is_looked_for_in_its_attribute_only(certwatch: CrtshDatabase) -> None:
    certwatch.hold(1, [(ORGANISATION, "Example GmbH & Co. KG")])
    certwatch.hold(2, [(ORGANISATION, "Müller Example GmbH")])
    certwatch.hold(3, [(CN, "Example"), (ORGANISATION, "Other GmbH")])
    certwatch.hold(4, [(ORGANISATION, "Größe AG")])
    assert found(certwatch, "organisation", "example gmbh") == [1, 2]
    assert found(certwatch, "organisation", "Größe") == [4]


def test_names_with_any_content_are_read(certwatch: CrtshDatabase) -> None:
    certwatch.hold(1, [(OTHER, b"\x0c\x13jane@example.org\\a\xe9"), (RFC822, "jane@example.org")])
    asked = ask(certwatch, "email", "jane@example.org")
    assert "\x0c\x13jane@example.org\\a\xe9" in asked.shown[0]


def test_question_without_a_word_is_not_answered_with_nothing(certwatch: CrtshDatabase) -> None:
    asked = ask(certwatch, "name", "–")
    assert len(asked.incomplete_reasons) == 1


def test_other_kinds_are_refused(certwatch: CrtshDatabase) -> None:
    with pytest.raises(UsageError, match="finds email, domain, name, organisation, not number"):
        ask(certwatch, "number", "36805280109")


# --- details of a certificate ----------------------------------------------------------------------------------------


def test_certificate_comes_with_log_entries_revocation_and_owner(certwatch: CrtshDatabase) -> None:
    certwatch.hold(1, [(RFC822, "jane@example.org")], not_after="infinity")
    certwatch.admin.execute("INSERT INTO ct_log VALUES (1, 'https://a.example/log'), (2, 'https://b.example')")
    certwatch.admin.execute(
        "INSERT INTO ct_log_entry VALUES (1, 5000000000, '2026-01-02T03:04:05.678', 2), (1, 7, '2026-01-01', 1)"
    )
    certwatch.admin.execute("INSERT INTO crl_revoked VALUES (7, '\\x00000001', 1, '2026-02-02', '2026-03-03T04:05')")
    certwatch.admin.execute("INSERT INTO ca_certificate VALUES (90, 7), (91, 7)")
    certwatch.admin.execute("INSERT INTO ccadb_certificate VALUES (90, 'Example CA'), (91, 'Example CA'), (92, 'Else')")
    (entry,) = ask(certwatch, "email", "jane@example.org").entries
    assert entry.reference == "1"
    assert entry.der == b"certificate 1"
    assert entry.first_logged == 1767225600000
    assert entry.coordinates == (
        Coordinate("https://a.example/log", 7, 1767225600000),
        Coordinate("https://b.example", 5_000_000_000, 1767323045678),
    )
    assert entry.owner == "Example CA"
    assert entry.revocation == Revocation(
        RevocationState.REVOKED,
        "crt.sh",
        checked=datetime(2026, 3, 3, 4, 5, tzinfo=UTC),
        revoked_at=datetime(2026, 2, 2, tzinfo=UTC),
        reason="keyCompromise",
    )


def test_unknown_facts_are_not_claimed(certwatch: CrtshDatabase) -> None:
    certwatch.hold(1, [(RFC822, "jane@example.org")], not_after=None)
    certwatch.hold(2, [(RFC822, "jane@example.org")])
    certwatch.admin.execute("INSERT INTO crl_revoked VALUES (7, '\\x00000002', NULL, NULL, NULL)")
    bare, revoked = sorted(ask(certwatch, "email", "jane@example.org").entries, key=lambda entry: entry.reference)
    assert (bare.coordinates, bare.first_logged, bare.revocation, bare.owner) == ((), None, None, "")
    assert revoked.revocation is not None
    assert (revoked.revocation.revoked_at, revoked.revocation.reason) == (None, "")


def test_a_removed_revocation_is_none(certwatch: CrtshDatabase) -> None:
    certwatch.hold(1, [(RFC822, "jane@example.org")])
    certwatch.admin.execute("INSERT INTO crl_revoked VALUES (7, '\\x00000001', 8, 'infinity', '-infinity')")
    (entry,) = ask(certwatch, "email", "jane@example.org").entries
    assert entry.revocation is None


def test_known_certificates_are_not_fetched_again(certwatch: CrtshDatabase) -> None:
    for id in (1, 2, 3):
        certwatch.hold(id, [(RFC822, "jane@example.org")])
    asked = ask(certwatch, "email", "jane@example.org", asked=Asked(known={"1", "3"}))
    assert (asked.references, asked.incomplete_reasons) == ([2], [])


# --- completeness ----------------------------------------------------------------------------------------------------


def fill(database: CrtshDatabase, years: range, each: int) -> list[int]:
    ids = []
    for year in years:
        for number in range(each):
            ids.append(year * 100 + number)
            names = [(RFC822, "jane@example.org"), (EMAIL, "jane@example.org"), (CN, "Jane Roe")]
            database.hold(ids[-1], names, not_after=f"{year}-06-{number + 1:02}")
    return ids


def test_too_many_rows_are_halved_until_each_answer_is_whole(certwatch: CrtshDatabase) -> None:
    ids = fill(certwatch, range(2012, 2033), each=2)
    asked = ask(certwatch, "email", "jane@example.org", Limits(rows=7, batch=3))
    assert asked.incomplete_reasons == []
    assert [int(entry.reference) for entry in asked.entries].count(ids[0]) == 1
    assert asked.references == ids


def test_halving_that_comes_to_an_end_says_so_and_gives_the_rest(certwatch: CrtshDatabase) -> None:
    for id in range(1, 9):
        certwatch.hold(id, [(RFC822, "jane@example.org")], not_after="2026-05-05")
    certwatch.hold(9, [(RFC822, "jane@example.org")], not_after="2020-05-05")
    asked = ask(certwatch, "email", "jane@example.org", Limits(rows=4))
    assert 9 in asked.references
    assert 4 <= len(asked.references) < 9
    assert len(asked.incomplete_reasons) == 1
    assert "more than 4 names" in asked.incomplete_reasons[0]


def test_bounds_end_a_search_with_a_reason(certwatch: CrtshDatabase) -> None:
    fill(certwatch, range(2012, 2033), each=1)
    few = ask(certwatch, "email", "jane@example.org", Limits(rows=3, statements=4))
    assert few.entries
    assert few.incomplete_reasons == ["incomplete after 4 statements; narrow the question"]
    heavy = ask(certwatch, "email", "jane@example.org", Limits(total=100, batch=2))
    assert heavy.entries
    assert heavy.incomplete_reasons == ["more than 100 bytes of certificates; narrow the question"]


def test_certificate_that_is_too_large_is_left_out_and_named(certwatch: CrtshDatabase) -> None:
    certwatch.hold(1, [(RFC822, "jane@example.org")], der=b"x" * 2000)
    certwatch.hold(2, [(RFC822, "jane@example.org")])
    asked = ask(certwatch, "email", "jane@example.org", Limits(certificate=1000))
    assert asked.references == [2]
    assert asked.incomplete_reasons == ["a certificate of more than 1,000 bytes was left out"]


def test_name_that_is_not_shown_whole_is_fetched_in_doubt(certwatch: CrtshDatabase) -> None:
    certwatch.hold(1, [(CN, "x" * 50 + " jane@example.org")])
    asked = ask(certwatch, "email", "jane@example.org", Limits(name=20), Asked(concerning="jane@"))
    assert asked.references == [1]


# --- the statements --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", REPOSITORY.finds)
def test_every_listing_uses_the_full_text_index_and_only_the_partitions_it_needs(
    certwatch: CrtshDatabase, kind: str
) -> None:
    within = Range(datetime(2024, 1, 1), datetime(2026, 1, 1))  # noqa: DTZ001 - as the server keeps them
    for value in ("jane.roe@xn--mller-kva.example", "Jürgen"):
        for asking in index_queries(Question(kind, value)):
            statement, parameters = listing(asking, within, Limits())
            certwatch.admin.execute("SET enable_seqscan = off")
            plan = "\n".join(row[0] for row in certwatch.admin.execute(f"EXPLAIN {statement}", parameters))
            assert plan.partition("Index Cond: ")[2].startswith("(identities(certificate, true) @@ ")
            assert "certificate_2024" in plan
            assert "certificate_2023" not in plan
            assert "certificate_2026" not in plan


def test_details_are_read_by_index(certwatch: CrtshDatabase) -> None:
    certwatch.admin.execute("SET enable_seqscan = off")
    statement, parameters = details([1], Limits())
    plan = "\n".join(row[0] for row in certwatch.admin.execute(f"EXPLAIN {statement}", parameters))
    assert "Seq Scan on certificate_2" not in plan


def test_statements_are_spaced_by_the_rate(certwatch: CrtshDatabase) -> None:
    certwatch.hold(1, [(RFC822, "jane@example.org")])
    time = FakeTime()
    asyncio.run(Asked().search(CrtshSql(options(certwatch.url, time, rate=0.25)), "email", "jane@example.org"))
    assert time.naps == [4.0, 4.0]  # one before listing, one before fetching; the probe comes before both


# --- the schema ------------------------------------------------------------------------------------------------------

REDESIGN = """
    DROP INDEX c_identities;
    DROP VIEW certificate_identity;
    CREATE TABLE certificate_identity (certificate_id bigint, name_type text, name_value text, issuer_ca_id integer);
"""


@pytest.mark.parametrize(
    ("name", "change", "told"),
    [
        ("redesign", REDESIGN, "announced redesign.*over HTTP"),
        ("other", "DROP VIEW certificate_and_identities CASCADE", "got one without certificate_and_identities"),
        ("unindexed", "DROP INDEX c_identities", "got one without the full text index"),
        ("renamed", "ALTER TABLE crl_revoked RENAME reason_code TO reason", "got one without crl_revoked"),
    ],
)
def test_another_schema_is_refused_before_anything_is_asked(
    postgres: CrtshDatabase, name: str, change: str, told: str
) -> None:
    url = postgres.another(name, change)
    with pytest.raises(BadAnswer, match=told):
        asyncio.run(Asked().search(CrtshSql(options(url)), "email", "jane@example.org"))


def test_table_that_may_not_be_read_is_a_refusal(postgres: CrtshDatabase) -> None:
    url = postgres.another("forbidden", "REVOKE SELECT ON certificate_and_identities FROM guest")
    with pytest.raises(Refused, match="42501"):
        asyncio.run(Asked().search(CrtshSql(options(url)), "email", "jane@example.org"))


def test_crtsh_sql_is_among_the_repositories() -> None:
    assert REPOSITORY in repositories()
    source = open_repository("crt.sh-sql", options("postgresql://guest@crt.sh:5432/certwatch"))
    assert source.repository is REPOSITORY
