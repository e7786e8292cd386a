"""Packages of dossiers in tests: an index of invented people, and all that a package holds, decoded."""

from __future__ import annotations

import io
import re
import zipfile
from base64 import b64decode
from collections.abc import Iterator, Mapping
from pathlib import Path

import pypdfium2
from support.certs import EMAIL_PROTECTION, make_certificate, make_precert
from support.cli import run
from support.filled import fill
from support.logs import LogBuilder

JANE = "jane.roe@example.org"
JOHN = "john.smith@example.com"
JOHNS = ("John", "Smith", JOHN, "60001019906", "2000-01-01")
"""Values that only another person has, who shares a certificate with Jane."""

CONTROLLER = """
[controller]
name = "Example Research Ltd"
address = "1 Example Street; 12345 Exampletown"
contact = "privacy@example.net"
authority = "Example Data Protection Authority"
"""

_BASE64 = re.compile(rb"[A-Za-z0-9+/\r\n]{40,}={0,2}")


def people_log() -> LogBuilder:
    """Build a log: Jane's certificate, her precertificate, one that John shares with her, John's own, and hosts."""
    log = LogBuilder("Example log")
    name = [("GN", "Jane"), ("SN", "Roe"), ("CN", "Jane Roe")]
    log.add_certificate(make_certificate(name, [("email", JANE)], eku=(EMAIL_PROTECTION,), serial=7))
    precert = make_precert(name, [("email", JANE)], eku=(EMAIL_PROTECTION,), serial=8)
    log.add_precert(precert.tbs, b"k" * 32, precert.submitted)
    john = [("GN", "John"), ("SN", "Smith"), ("CN", "John Smith"), ("2.5.4.5", "PNOEE-60001019906")]
    shared = [("dir", name), ("email", JANE), ("email", JOHN)]
    log.add_certificate(make_certificate(john, shared, eku=(EMAIL_PROTECTION,), serial=9))
    log.add_certificate(make_certificate(john, [("email", JOHN)], eku=(EMAIL_PROTECTION,), serial=10))
    log.fill(20)
    return log


def scanned(folder: Path, log: LogBuilder | None = None, settings: str = CONTROLLER) -> Path:
    """Scan a log into an index in a folder; return the path of its settings."""

    def work(made: Path) -> None:
        (log or people_log()).write_static_tree(made / "log")
        config = made / "ctscan.toml"
        config.write_text(f'purpose = "exposure of staff"\nretention = "12 months"\n{settings}', encoding="utf-8")
        log_option = ("--log", (made / "log").as_uri())
        found = run("scan", "--config", config, *log_option, "--from", "start", "--everything")
        assert found.exit_code == 0, found.stderr

    if log is None:
        fill(folder, (scanned, settings), work)
    else:
        work(folder)
    return folder / "ctscan.toml"


def members(package: Path | bytes) -> dict[str, bytes]:
    """Read the members of a package."""
    with zipfile.ZipFile(io.BytesIO(package) if isinstance(package, bytes) else package) as found:
        assert found.testzip() is None
        return {info.filename: found.read(info) for info in found.infolist()}


def pdf_text(pdf: bytes) -> str:
    """Extract the text of all pages."""
    document = pypdfium2.PdfDocument(pdf)
    return "\n".join(page.get_textpage().get_text_range() for page in document)


def everything_in(package: Mapping[str, bytes]) -> Iterator[tuple[str, bytes]]:
    """Yield the bytes of every file, with names, base64 and hexadecimal decoded and PDFs as text."""
    for path, content in package.items():
        yield path, path.encode()
        yield path, content
        if path.endswith(".pdf"):
            yield path, pdf_text(content).encode()
        for found in _BASE64.findall(content):
            text = re.sub(rb"[\r\n]", b"", found)
            yield path, b64decode(text[: len(text) // 4 * 4])
        for found in re.findall(rb"(?:[0-9a-f]{2}){8,}", content):
            yield path, bytes.fromhex(found.decode())
