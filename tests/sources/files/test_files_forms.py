"""Forms in which people keep certificates: each gives the certificate, alone, in a folder, in an archive."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
from support.certs import make_precert, signed_data
from support.holding import JANE, JOHN, a_zip, found, pem, problems, read
from support.request_builders import make_request
from support.text_forms import FORMS, log_entry, quoted, tile_entry

from ctscan.model.file_tally import FileTally
from ctscan.sources.files import BoundedReader, in_this_process, read_inputs
from ctscan.x509.containers import extract_certificates

HERE = in_this_process(extract_certificates)
REQUEST = make_request([("CN", "Jane Doe"), ("emailAddress", "jane@example.org")])
NO_REQUEST = ("tile", "leaf", "get-entr", "another label")  # of logs, and labels that say what is in them


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("der", [JANE, JOHN], ids=["JANE", "JOHN"])
def test_the_certificate_is_found(form: str, der: bytes, tmp_path: Path) -> None:
    data = FORMS[form](der)
    assert [one for _, one in found(data)] == [der]
    assert [one for _, one in found(a_zip({"a": data, "b": b"nothing"}))] == [der]
    (tmp_path / "file").write_bytes(data)
    (tmp_path / "other").write_bytes(b"nothing")
    tally = FileTally()
    assert [one.der for one in read_inputs([tmp_path], HERE, tally=tally)] == [der]
    assert (tally.files, tally.without, tally.not_understood) == (2, 1, 0)


@pytest.mark.parametrize("form", [one for one in FORMS if not any(word in one for word in NO_REQUEST)])
def test_a_request_is_found(form: str) -> None:
    assert [one for _, one in found(FORMS[form](REQUEST))] == [REQUEST]


@pytest.mark.parametrize("form", [one for one in FORMS if not any(word in one for word in (*NO_REQUEST, "program"))])
def test_a_structure_is_taken_apart(form: str) -> None:
    bundle = signed_data(JANE, JOHN)
    assert {one for _, one in found(FORMS[form](bundle))} == {JANE, JOHN}


def test_the_process_with_limits_reads_every_form(tmp_path: Path) -> None:
    for number, form in enumerate(FORMS.values()):
        (tmp_path / f"{number:03}").write_bytes(form(JANE))
    with BoundedReader() as bounded:
        inputs = list(read_inputs([tmp_path], bounded))
    assert [(one.file[-3:], one.der) for one in inputs] == [(f"{number:03}", JANE) for number in range(len(FORMS))]


def test_several_forms_in_one_text() -> None:
    text = (
        b"first\n"
        + quoted(JANE, "> ")
        + FORMS["hexadecimal with colons"](JOHN)
        + b"\n\n"
        + FORMS["an environment"](JANE)
    )
    assert [der for _, der in found(text)] == [JANE, JOHN, JANE]
    assert [der for _, der in found(FORMS["hexadecimal"](JANE + JOHN))] == [JANE, JOHN]
    assert [der for _, der in found(pem(JANE) + b"\nand " + FORMS["CSV of a log"](JOHN))] == [JANE, JOHN]


def test_entries_of_logs_give_precertificates_and_chains() -> None:
    pre = make_precert([("CN", "Jane Doe")], [("email", "jane@example.org")])
    entries = {"entries": [log_entry(pre.submitted, JOHN, tbs=pre.tbs), log_entry(JANE, JOHN)]}
    assert [der for _, der in found(json.dumps(entries).encode())] == [pre.submitted, JOHN, JANE, JOHN]
    assert [der for _, der in found(tile_entry(pre.submitted, tbs=pre.tbs) + tile_entry(JANE))] == [pre.submitted, JANE]
    without = {"leaf_input": log_entry(pre.submitted, tbs=pre.tbs)["leaf_input"], "extra_data": ""}
    assert [der for _, der in found(json.dumps(without).encode())] == [pre.tbs]


def test_a_tile_that_is_cut_off_gives_the_entries_before() -> None:
    inputs = read((tile_entry(JANE) + tile_entry(JOHN))[:-40])
    assert inputs[0].der == JANE
    assert "cut off" in str(inputs[-1].problem)


# --- what can't be read to its end ---------------------------------------------------------------------------------

CUT = {
    "a block without its end": pem(JANE)[:-60],
    "a quoted block": quoted(JANE, "> ")[:-80],
    "a block in UTF-16": pem(JANE)[:-60].decode().encode("utf-16"),
    "base64": FORMS["an environment"](JANE)[:300],
    "hexadecimal": FORMS["hexadecimal with colons"](JANE)[:300],
    "XML": FORMS["XML"](JANE)[:400],
    "a leaf": FORMS["get-entry-and-proof"](JANE).replace(b"MI", b"", 1),
    "not base64": pem(JANE).replace(b"M", b"*", 1),
    "a label of a chain": pem(b"hello", "CERTIFICATE CHAIN"),
}


@pytest.mark.parametrize("kind", CUT)
def test_what_is_cut_off_is_reported_wherever_it_stands(kind: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(CUT[kind])
    (tmp_path / "whole").write_bytes(pem(JOHN))
    tally = FileTally()
    inputs = list(read_inputs([tmp_path], HERE, tally=tally))
    assert [one.problem is None for one in inputs] == [False, True]
    assert (tally.files, tally.without, tally.not_understood) == (2, 0, 1)
    assert tally.names_not_understood == [str(tmp_path / "file")]
    assert [one.problem is None for one in read(a_zip({"a": CUT[kind], "b": JOHN}))] == [False, True]


NOTHING = {
    "text": b"nothing to see here, 30 82 degrees, MIIA",
    "a key": pem(b"0\3\2\1\0", "PRIVATE KEY"),
    "a key that is cut off": pem(b"0\3\2\1\0", "PRIVATE KEY")[:40],
    "a revocation list": pem(b"0\3\2\1\0", "X509 CRL"),
    "JSON": b'{"a": [1, 2, {"b": "c"}]}',
    "JSON that is none": b'{"a": nothing}',
    "XML": b"<a><b>c</b></a>",
    "octets": bytes(range(256)) * 40,
    "UTF-16": "nothing".encode("utf-16"),
}


@pytest.mark.parametrize("kind", NOTHING)
def test_a_file_without_certificates_is_counted_and_no_more(kind: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(NOTHING[kind])
    (tmp_path / "whole").write_bytes(pem(JOHN))
    tally = FileTally()
    assert [one.der for one in read_inputs([tmp_path], HERE, tally=tally)] == [JOHN]
    assert (tally.files, tally.without, tally.not_understood) == (2, 1, 0)
    assert tally.names_without == [str(tmp_path / "file")]


def test_a_named_file_without_certificates_is_absent_and_not_misunderstood(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"nothing")
    tally = FileTally()
    (only,) = read_inputs([tmp_path / "file"], HERE, tally=tally)
    assert only.is_absence
    assert (tally.files, tally.without, tally.not_understood) == (1, 1, 0)
    (missing,) = read_inputs([tmp_path / "missing"], HERE, tally=tally)
    assert not missing.is_absence
    assert (tally.files, tally.without, tally.not_understood) == (2, 1, 1)


def test_problems_of_texts_within_texts() -> None:
    inner = pem(JANE)
    for _ in range(5):
        inner = base64.b64encode(b"-----BEGIN X-----\n" + inner)
    assert "deep" in problems(inner)[0]
