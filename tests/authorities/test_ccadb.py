"""Reports of the CCADB with invented CAs: every quirk of real reports, and any bytes."""

from __future__ import annotations

import base64
import csv
import io
from collections.abc import Mapping

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ctscan.authorities.ccadb import REQUIRED, is_records, parse_authorities, parse_contacts, search
from ctscan.errors import FormatError

ROOT, MIDDLE, LEAF = (bytes([n]) * 32 for n in (1, 2, 3))
KEY = bytes(range(20))

HEADER = (
    "CA Owner,Salesforce Record ID,Certificate Name,Subordinate CA Owner,Revocation Status,SHA-256 Fingerprint,"
    "Parent SHA-256 Fingerprint,Subject Key Identifier,CA Document Repository,CP Same as Parent,"
    "Certificate Policy (CP) URL,CPS Same as Parent,Certificate Practice Statement (CPS) URL,CP/CPS Same as Parent,"
    "Certificate Practice & Policy Statement,Country"
)
COLUMNS = HEADER.split(",")


def row(sha256: bytes, **cells: str) -> dict[str, str]:
    """Build a row from cells by short names."""
    short = {
        "owner": "CA Owner", "name": "Certificate Name", "sub": "Subordinate CA Owner", "status": "Revocation Status",
        "key": "Subject Key Identifier", "repository": "CA Document Repository",
        "cp_same": "CP Same as Parent", "cp": "Certificate Policy (CP) URL", "cps_same": "CPS Same as Parent",
        "cps": "Certificate Practice Statement (CPS) URL", "both_same": "CP/CPS Same as Parent",
        "both": "Certificate Practice & Policy Statement", "parent": "Parent SHA-256 Fingerprint",
    }  # fmt: skip
    usual = {"CA Owner": "Example Trust", "Certificate Name": "Example CA"}
    return usual | {"SHA-256 Fingerprint": sha256.hex().upper()} | {short[name]: cell for name, cell in cells.items()}


def report(*rows: Mapping[str, str], columns: list[str] = COLUMNS, end: str = "\r\n") -> bytes:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, columns, restval="False", lineterminator=end)
    writer.writeheader()
    writer.writerows([dict.fromkeys(columns, "") | {k: v for k, v in one.items() if k in columns} for one in rows])
    return out.getvalue().encode()


# --- the report of certificates -----------------------------------------------------------------------------------


def test_a_record() -> None:
    (found,) = parse_authorities(
        report(row(ROOT, key=base64.b64encode(KEY).decode(), cp="https://example.com/cp.pdf", status="Not Revoked"))
    )
    assert (found.owner, found.name, found.sha256, found.key_id) == ("Example Trust", "Example CA", ROOT, KEY)
    assert (found.policies, found.contact, found.status) == (("https://example.com/cp.pdf",), "", "")


def test_the_file_as_it_is_written() -> None:
    text = (
        f"{HEADER}\n"
        'Plain Trust,A1,Plain CA,,,{0},,RGqVZ1V5EU8=,https://plain.example/docs,False,,False,,False,,Austria\n'
        '"Comma, Inc.",A2,"The ""Quoted"" CA",,Revoked,{1},{0},{2},,True,,True,,True,,Spain\n'
        'Lazy "Trust" SA,A3,"Two\nlines",,Parent Cert Revoked,{3},,"",,False,"https://lazy.example/a; '
        'https://lazy.example/b\nhttps://lazy.example/c",False,https://lazy.example/a,False,,France\n'
    )  # fmt: skip
    keys = [ROOT.hex().upper(), MIDDLE.hex(), base64.b64encode(KEY).decode(), ":".join(f"{b:02X}" for b in LEAF)]
    for bom, ends in ((b"", "\n"), (b"\xef\xbb\xbf", "\r\n"), (b"", "\r\n")):
        found = parse_authorities(bom + text.format(*keys).replace("\n", ends).encode())
        assert [one.owner for one in found] == ["Plain Trust", "Comma, Inc.", 'Lazy "Trust" SA']
        assert [one.name for one in found] == ["Plain CA", 'The "Quoted" CA', "Two lines"]
        assert [one.sha256 for one in found] == [ROOT, MIDDLE, LEAF]
        assert [one.key_id for one in found] == [base64.b64decode("RGqVZ1V5EU8="), KEY, b""]
        assert [one.status for one in found] == ["", "Revoked", "Parent Cert Revoked"]
        repository, lazy = "https://plain.example/docs", "https://lazy.example/"
        assert [one.policies for one in found] == [
            (repository,), (repository,), (f"{lazy}a", f"{lazy}b", f"{lazy}c"),
        ]  # fmt: skip


def test_columns_go_by_name_and_others_are_ignored() -> None:
    rows = [row(ROOT, key=base64.b64encode(KEY).decode(), cps="https://example.com/cps")]
    usual = parse_authorities(report(*rows))
    turned = report(*rows, columns=["New Column", *reversed(COLUMNS)])
    assert parse_authorities(turned) == usual
    assert parse_authorities(turned.replace(b"CP Same as Parent,", b"cp same as parent?,")) == usual


def test_missing_columns_are_named() -> None:
    for missing in REQUIRED:
        columns = [column for column in COLUMNS if column != missing]
        with pytest.raises(FormatError, match=r"AllCertificateRecordsCSVFormatV5") as error:
            parse_authorities(report(row(ROOT), columns=columns))
        assert missing in str(error.value)
    without_repository = [column for column in COLUMNS if column != "CA Document Repository"]
    assert len(parse_authorities(report(row(ROOT), columns=without_repository))) == 1


def test_the_subordinate_owner_runs_the_ca() -> None:
    data = report(row(ROOT), row(LEAF, sub="Example University", parent=ROOT.hex()))
    contacts = {"example trust": "report@example.com"}
    assert [one.owner for one in parse_authorities(data)] == ["Example Trust", "Example University"]
    assert [one.contact for one in parse_authorities(data, contacts)] == [
        "report@example.com", "report@example.com (Example Trust)",
    ]  # fmt: skip
    own = contacts | {"example university": "pki@example.edu"}
    assert parse_authorities(data, own)[1].contact == "pki@example.edu"


def test_policies_that_are_the_parents_are_looked_up_there() -> None:
    data = report(
        row(ROOT, cp="https://example.com/cp", cps="https://example.com/cps"),
        row(MIDDLE, parent=ROOT.hex(), cp_same="True", cps_same="TRUE", both="https://example.com/both"),
        row(LEAF, parent=MIDDLE.hex(), cp_same="True", cps="https://example.com/own", both_same="True"),
    )
    policies = [one.policies for one in parse_authorities(data)]
    assert policies[1] == ("https://example.com/cp", "https://example.com/cps", "https://example.com/both")
    assert policies[2] == ("https://example.com/cp", "https://example.com/own", "https://example.com/both")


def test_parents_that_are_missing_or_go_in_circles_end_the_search() -> None:
    gone = row(ROOT, parent=bytes(32).hex(), cp_same="True", cp="https://example.com/own")
    itself = row(MIDDLE, parent=MIDDLE.hex(), cp_same="True", both_same="True")
    assert [one.policies for one in parse_authorities(report(gone, itself))] == [("https://example.com/own",), ()]
    circle = [row(ROOT, parent=LEAF.hex(), cp_same="True"), row(LEAF, parent=ROOT.hex(), cp_same="True")]
    assert [one.policies for one in parse_authorities(report(*circle))] == [(), ()]


def test_a_long_chain_of_parents_takes_no_long_time() -> None:
    numbers = [n.to_bytes(32) for n in range(1, 3000)]
    rows = [row(n, parent=p.hex(), cp_same="True") for n, p in zip(numbers, [*numbers[1:], ROOT], strict=True)]
    assert len(parse_authorities(report(*rows, row(ROOT, cp="https://example.com/cp")))) == 3000


def test_cross_signed_cas_have_a_record_each() -> None:
    key = base64.b64encode(KEY).decode()
    data = report(row(ROOT, key=key), row(LEAF, key=key, owner="Other Trust"), row(LEAF, key=key, owner="Third"))
    assert [(one.key_id, one.owner) for one in parse_authorities(data)] == [
        (KEY, "Example Trust"),
        (KEY, "Other Trust"),
    ]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [("javascript:alert(1)", ()), ("https://example.com/\x1b[31m", ()), ("www.example.com", ()),
     ("HTTPS://example.com/a;https://x", ("HTTPS://example.com/a;https://x",)), ("https://" + "a" * 2000, ())],
)  # fmt: skip
def test_only_web_addresses_are_policies(cell: str, expected: tuple[str, ...]) -> None:
    (found,) = parse_authorities(report(row(ROOT, cp=cell)))
    assert found.policies == expected


def test_fields_are_bounded() -> None:
    urls = " ".join(f"https://example.com/{n}" for n in range(500))
    (found,) = parse_authorities(report(row(ROOT, owner="x" * 100_000, name="b\u202ec\n", cp=urls)))
    assert len(found.owner) == 300
    assert found.name == "b c"
    assert len(found.policies) == 20


@pytest.mark.parametrize("key", ["%%%", "a", "x" * 1000, "é"])
def test_a_key_identifier_that_is_none_is_empty(key: str) -> None:
    assert parse_authorities(report(row(ROOT, key=key)))[0].key_id == b""


def test_a_key_identifier_in_hex() -> None:
    for text in (KEY.hex(), KEY.hex().upper(), ":".join(f"{b:02X}" for b in KEY)):
        assert parse_authorities(report(row(ROOT, key=text)))[0].key_id == KEY


def test_rows_without_a_fingerprint_are_passed_over_but_not_all_of_them() -> None:
    bad = [row(ROOT) | {"SHA-256 Fingerprint": text} for text in ("", "zz", "ab" * 31, "a" * 1000)]
    assert len(parse_authorities(report(*bad, row(LEAF)))) == 1
    short = report(row(LEAF)) + b"Example Trust,A1\r\n,,,\r\n\r\n"
    assert len(parse_authorities(short)) == 1
    with pytest.raises(FormatError, match="none"):
        parse_authorities(report(*bad))


@pytest.mark.parametrize(
    "data", [b"", b"\n\n", b"<html><body>Down for maintenance</body></html>", b"\0" * 10, b"PK\3\4"]
)
def test_what_is_no_report_is_a_format_error(data: bytes) -> None:
    for parse in (parse_authorities, parse_contacts):
        with pytest.raises(FormatError):
            parse(data)


def test_a_quote_that_never_ends_is_a_format_error() -> None:
    with pytest.raises(FormatError, match="line"):
        parse_authorities(report(row(ROOT)) + b'"never' + b"x" * 3_000_000)


def test_a_cell_may_hold_thousands_of_addresses() -> None:
    crls = "[" + ",".join(f'"http://crl.example.com/partitioned/{n}.crl"' for n in range(20_000)) + "]"
    rows = [row(ROOT) | {"Country": crls}, row(LEAF)]
    assert len(parse_authorities(report(*rows))) == 2


# --- the report of contacts ---------------------------------------------------------------------------------------


def test_contacts_go_by_owner() -> None:
    data = (
        b'\xef\xbb\xbf"CA Owner","Problem Reporting Mechanism"\r\n"Example  Trust","mail\na@example.com"\r\n"X",""\r\n'
    )
    assert parse_contacts(data) == {"example trust": "mail a@example.com"}
    other = b"Country,CA Owner Name,Recognized CAA Domains,Problem Reporting\nAT,Example Trust,,b@example.com\nx\n"
    assert parse_contacts(other) == {"example trust": "b@example.com"}


def test_missing_columns_of_contacts_are_named() -> None:
    with pytest.raises(FormatError, match="Problem Reporting Mechanism"):
        parse_contacts(b"CA Owner,Country\nExample Trust,AT\n")
    with pytest.raises(FormatError, match="CA Owner"):
        parse_contacts(b"Problem Reporting Mechanism\nreport@example.com\n")


def test_reports_are_told_apart() -> None:
    assert is_records(report(row(ROOT)))
    assert not is_records(b"CA Owner,Problem Reporting Mechanism\n")
    assert not is_records(b"")


# --- searching ----------------------------------------------------------------------------------------------------


def test_searching_by_key_fingerprint_owner_and_name() -> None:
    key = base64.b64encode(KEY).decode()
    found = parse_authorities(report(row(ROOT, key=key), row(LEAF, owner="Ünïcode Trust", name="Other CA")))
    for text in (KEY.hex(), KEY.hex().upper(), ":".join(f"{b:02x}" for b in KEY), ROOT.hex(), "example  TRUST"):
        assert search(found, text) == [found[0]]
    assert search(found, "ÜNÏCODE") == search(found, "other") == [found[1]]
    assert search(found, "") == search(found, "nothing") == search(found, "00") == []


# --- any bytes ----------------------------------------------------------------------------------------------------


@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode("utf-8", "replace")))
@example(b'"')
@example(b"a\rb\n")
def test_any_bytes_are_parsed_or_a_format_error(data: bytes) -> None:
    for whole in (data, HEADER.encode() + b"\n" + data, report(row(ROOT)) + data):
        for parse in (parse_authorities, parse_contacts, is_records):
            try:
                parse(whole)  # type: ignore[operator]
            except FormatError as error:
                assert len(str(error)) < 400


@given(st.lists(st.dictionaries(st.sampled_from(COLUMNS), st.text(max_size=40)), max_size=4))
def test_any_cells_are_parsed(rows: list[dict[str, str]]) -> None:
    data = report(row(ROOT), *({k: v.replace("\0", "") for k, v in cells.items()} for cells in rows))
    try:
        assert parse_authorities(data)[0].sha256 == ROOT
    except FormatError as error:
        assert "line" in str(error)
