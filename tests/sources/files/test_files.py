"""Local certificates: recognised by content, in order, beside any other files."""

from __future__ import annotations

import base64
import io
import os
import time
from pathlib import Path

import pytest
from support.certs import (
    NOT_AFTER,
    NOT_BEFORE,
    arbitrary_spki,
    certificate,
    indefinite_tlv,
    integer,
    make_certificate,
    make_precert,
    moment,
    name,
    signed_data,
    tbs,
    tlv,
)

from ctscan.sources.files import (
    MAX_CERTIFICATE,
    MAX_FILE,
    MAX_STRUCTURE,
    Input,
    in_this_process,
    read_inputs,
    split_certificates,
)
from ctscan.x509.containers import certificates_in_signed_data

JANE = make_certificate([("CN", "Jane Doe")], [("email", "jane@example.org")], serial=1)
JOHN = make_certificate([("CN", "John Roe")], [("email", "john@example.com")], serial=2)


def pem(der: bytes, label: str = "CERTIFICATE") -> bytes:
    return f"-----BEGIN {label}-----\n".encode() + base64.encodebytes(der) + f"-----END {label}-----\n".encode()


def read(*paths: str | Path, stdin: bytes = b"") -> list[Input]:
    return list(read_inputs(paths, in_this_process(certificates_in_signed_data), io.BytesIO(stdin)))


def write(path: Path, data: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def only_problem(inputs: list[Input]) -> str:
    assert len(inputs) == 1
    assert inputs[0].der is None
    assert inputs[0].problem is not None
    return inputs[0].problem.what


@pytest.mark.parametrize("data", [b" " * 300_000 + b"!", b"A" + b"\n" * 300_000 + b"!", b"A=" + b" " * 300_000 + b"!"])
def test_white_space_is_passed_over_in_linear_time(data: bytes, tmp_path: Path) -> None:
    """The parser takes linear time: a new walk over the rest of the file at each blank would take minutes."""
    began = time.process_time()
    assert "something else" in only_problem(read(write(tmp_path / "blanks", data)))
    assert time.process_time() - began < 2


def test_der_pem_and_bare_base64_are_the_same_certificate(tmp_path: Path) -> None:
    for data in (JANE, pem(JANE), base64.b64encode(JANE), base64.encodebytes(JANE), b"\xef\xbb\xbf" + pem(JANE)):
        path = write(tmp_path / "certificate", data)
        assert read(path) == [Input(str(path), JANE)]


def test_several_certificates_in_one_file_are_numbered(tmp_path: Path) -> None:
    path = write(tmp_path / "chain.pem", pem(JANE) + pem(JOHN))
    assert read(path) == [Input(str(path), JANE), Input(f"{path}#2", JOHN)]


def test_text_keys_and_other_blocks_are_passed_over(tmp_path: Path) -> None:
    data = b"subject: someone\n" + pem(b"\x30\x03\x02\x01\x00", "PRIVATE KEY") + pem(JANE) + pem(b"0", "X509 CRL")
    assert [i.der for i in read(write(tmp_path / "all.pem", data))] == [JANE]


def test_windows_line_ends_old_labels_and_headers(tmp_path: Path) -> None:
    crlf = pem(JANE, "TRUSTED CERTIFICATE").replace(b"\n", b"\r\n")
    headers = pem(JOHN, "X509 CERTIFICATE").replace(b"-----\n", b"-----\nProc-Type: 4\n\n", 1)
    assert [i.der for i in read(write(tmp_path / "old.pem", crlf + headers))] == [JANE, JOHN]


def test_a_block_without_end_is_a_problem_and_the_next_one_is_read(tmp_path: Path) -> None:
    truncated = pem(JANE).partition(b"-----END")[0]
    whole, first, second = read(write(tmp_path / "cut.pem", truncated + pem(JOHN)))
    assert whole.der == JANE
    assert first.problem is not None
    assert "END" in first.problem.what
    assert second.der == JOHN
    first, second = read(write(tmp_path / "cut.pem", truncated[:-80] + pem(JOHN)))
    assert (first.der, second.der) == (None, JOHN)


def test_a_truncated_pem_is_one_problem(tmp_path: Path) -> None:
    assert "truncated" in only_problem(read(write(tmp_path / "cut.pem", pem(JANE)[:-60])))


def test_a_block_that_is_not_base64_is_a_problem(tmp_path: Path) -> None:
    first, second = read(write(tmp_path / "bad.pem", pem(JANE).replace(b"M", b"*", 1) + pem(JOHN)))
    assert first.problem is not None
    assert "base64" in first.problem.what
    assert second.der == JOHN


def test_an_empty_block_is_a_problem() -> None:
    (found,) = split_certificates(
        b"-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n", certificates_in_signed_data
    )
    assert not isinstance(found, bytes)


def test_a_block_beyond_the_cap_is_a_problem(tmp_path: Path) -> None:
    large = b"\x30\x83\x10\x00\x01" + bytes(MAX_CERTIFICATE + 1)
    first, second = read(write(tmp_path / "large.pem", pem(large) + pem(JOHN)))
    assert first.problem is not None
    assert str(MAX_CERTIFICATE) in first.problem.what
    assert second.der == JOHN
    assert "at most" in only_problem(read(write(tmp_path / "large.der", large)))


@pytest.mark.parametrize("before", [2_000_000, 5])
def test_a_long_file_is_swept_window_by_window(tmp_path: Path, before: int) -> None:
    path = tmp_path / "huge"
    with path.open("wb") as file:
        file.truncate(MAX_FILE + 1)
        assert "found none" in only_problem(read(path))
        file.seek(MAX_FILE - before)  # one lies across the end of a window
        file.write(pem(JANE) + b"\n")
        file.seek(MAX_FILE + 40_000_000)
        file.write(JOHN)
    assert [i.der for i in read(path)] == [JANE, JOHN]


def test_certificates_one_after_the_other_in_der(tmp_path: Path) -> None:
    assert [i.der for i in read(write(tmp_path / "two.der", JANE + JOHN))] == [JANE, JOHN]
    assert [i.der for i in read(write(tmp_path / "end.der", JANE + b"\r\n"))] == [JANE]
    first, second = read(write(tmp_path / "rest.der", JANE + b"rest"))
    assert first.der == JANE
    assert second.problem is not None


def test_der_that_is_cut_off_is_left_to_the_reader(tmp_path: Path) -> None:
    assert [i.der for i in read(write(tmp_path / "cut.der", JANE[:-9]))] == [JANE[:-9]]


def test_a_tbs_is_taken_when_it_is_named(tmp_path: Path) -> None:
    tbs = make_precert([("CN", "Jane Doe")]).tbs
    assert [i.der for i in read(write(tmp_path / "tbs", tbs))] == [tbs]


@pytest.mark.parametrize("data", [b"", b"hello\n", b"0 degrees outside", b"\x00\x01\x02", b"QUJDRA==", b"30"])
def test_a_named_file_without_certificate_is_a_problem(tmp_path: Path, data: bytes) -> None:
    assert "expected certificates" in only_problem(read(write(tmp_path / "file", data)))


def test_a_file_of_keys_says_what_it_holds(tmp_path: Path) -> None:
    assert "other blocks" in only_problem(read(write(tmp_path / "key.pem", pem(b"0", "PRIVATE KEY"))))


def test_a_missing_file_is_a_problem_and_the_next_path_is_read(tmp_path: Path) -> None:
    missing, found = read(tmp_path / "missing", write(tmp_path / "there", JANE))
    assert missing.problem is not None
    assert "No such file" in missing.problem.what
    assert found.der == JANE


def test_directories_are_read_by_content_in_sorted_order(tmp_path: Path) -> None:
    write(tmp_path / "b" / "deep" / "note.txt", pem(JOHN))
    write(tmp_path / "a.bin", JANE)
    write(tmp_path / "b" / "README.pem", b"no certificate here")
    write(tmp_path / "b" / "request.der", bytes.fromhex("3081803081800201003000a000") + bytes(120))
    write(tmp_path / "z", b"0 is how it begins, and DER as well")
    assert read(tmp_path) == [Input(str(tmp_path / "a.bin"), JANE), Input(str(tmp_path / "b/deep/note.txt"), JOHN)]


def test_version_1_certificates_in_directories_are_found(tmp_path: Path) -> None:
    old = certificate(
        tbs(
            subject=name([("CN", "Jane Doe")]),
            issuer=name([("O", "Example Trust")]),
            serial=integer(7),
            extensions=None,
            not_before=moment(NOT_BEFORE),
            not_after=moment(NOT_AFTER),
            spki=arbitrary_spki(b"v1"),
            version=b"",
        )
    )
    write(tmp_path / "v1", old)
    assert [i.der for i in read(tmp_path)] == [old]


def test_a_directory_without_certificates_is_a_problem(tmp_path: Path) -> None:
    write(tmp_path / "notes.txt", b"nothing")
    assert "found none" in only_problem(read(tmp_path))


def test_links_are_followed_to_each_directory_once(tmp_path: Path) -> None:
    write(tmp_path / "sub" / "jane", JANE)
    (tmp_path / "sub" / "loop").symlink_to(tmp_path)
    (tmp_path / "again").symlink_to(tmp_path / "sub")
    (tmp_path / "nowhere").symlink_to(tmp_path / "missing")
    assert [i.der for i in read(tmp_path)] == [JANE]


def test_pipes_in_directories_are_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    write(tmp_path / "jane", JANE)
    assert [i.der for i in read(tmp_path)] == [JANE]


def test_a_name_that_is_no_utf8_can_be_printed(tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/\xff.pem"
    write(Path(os.fsdecode(path)), pem(JANE))
    (found,) = read(tmp_path)
    assert found.source.encode().endswith(rb"\xff.pem")


# --- PKCS#7 and CMS ------------------------------------------------------------------------------------------------

BUNDLE = signed_data(JANE, JOHN)


@pytest.mark.parametrize("label", ["PKCS7", "CMS", "PKCS #7 SIGNED DATA", "CERTIFICATE"])
def test_certificates_in_a_structure_are_numbered_like_those_of_a_file(tmp_path: Path, label: str) -> None:
    path = write(tmp_path / "bundle.p7b", pem(BUNDLE, label) + pem(JANE))
    assert read(path) == [Input(str(path), JANE), Input(f"{path}#2", JOHN), Input(f"{path}#3", JANE)]


def test_a_structure_is_known_by_its_content(tmp_path: Path) -> None:
    for data in (BUNDLE, base64.encodebytes(BUNDLE), indefinite_tlv(0x30, BUNDLE[4:]), BUNDLE + b"\r\n"):
        write(tmp_path / "bundle", data)
        assert [i.der for i in read(tmp_path)] == [i.der for i in read(tmp_path / "bundle")] == [JANE, JOHN]


def test_a_structure_that_can_not_be_taken_apart_is_kept_for_its_strings(tmp_path: Path) -> None:
    first, second = read(write(tmp_path / "bad.p7b", pem(BUNDLE[:-9], "PKCS7") + pem(JOHN)))
    assert first.der is None
    assert first.problem is not None
    assert first.problem.what.startswith("signed data: ")
    assert (first.problem.path, first.problem.unread) == (first.source, BUNDLE[:-9])
    assert second.der == JOHN


def test_a_structure_without_certificates_is_a_problem(tmp_path: Path) -> None:
    assert "got none" in only_problem(read(write(tmp_path / "empty.p7b", signed_data())))
    assert "expected" in only_problem(read(write(tmp_path / "empty.p7b", pem(b"", "PKCS7"))))


def test_a_structure_beyond_the_cap_is_a_problem(tmp_path: Path) -> None:
    large = signed_data(tlv(0x30, bytes(MAX_CERTIFICATE)), JOHN)
    first, second = read(write(tmp_path / "large.p7b", pem(large, "PKCS7")))
    assert first.problem is not None
    assert str(MAX_CERTIFICATE) in first.problem.what
    assert second.der == JOHN
    beyond = pem(bytes(MAX_STRUCTURE * 3 // 2), "PKCS7")
    assert str(MAX_STRUCTURE) in only_problem(read(write(tmp_path / "large.p7b", beyond)))


def test_standard_input() -> None:
    assert read("-", stdin=pem(JANE) + pem(JOHN)) == [Input("-", JANE), Input("-#2", JOHN)]
    assert "empty" in only_problem(read("-"))


def test_inputs_are_streamed(tmp_path: Path) -> None:
    first = write(tmp_path / "1", JANE)
    inputs = read_inputs([first, tmp_path / "2"], in_this_process(certificates_in_signed_data))
    assert next(inputs).der == JANE
    write(tmp_path / "2", JOHN)
    assert next(inputs).der == JOHN


def test_attribute_certificates_are_found_by_label_and_by_content(tmp_path: Path) -> None:
    holder, issuer, algorithm = tlv(0x30, tlv(0xA1, bytes(120))), tlv(0xA0), tlv(0x30)
    attribute_certificate = tlv(0x30, tlv(0x30, integer(1), holder, issuer, algorithm), tlv(0x30), tlv(0x03, b"\0"))
    assert [i.der for i in read(write(tmp_path / "a.pem", pem(attribute_certificate, "ATTRIBUTE CERTIFICATE")))] == [
        attribute_certificate
    ]
    write(tmp_path / "b.der", attribute_certificate)
    assert [i.der for i in read(tmp_path)] == [attribute_certificate] * 2
