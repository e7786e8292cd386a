"""Seeds of the fuzzer: the golden certificates, generated certificates, and the inputs in `corpus/`.

Other certificates are given by path (a folder of DER or PEM files, or `.jsonl.gz` with a `der_b64` in each
line); they are read, never copied.
"""

from __future__ import annotations

import base64
import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path

from support.certs import (
    CLIENT_AUTH,
    EMAIL_PROTECTION,
    SMTP_UTF8_MAILBOX,
    certificate_policies,
    extension,
    general_name,
    general_names,
    indefinite_tlv,
    long_tlv,
    make_certificate,
    make_precert,
    make_tbs,
    other_name,
    reencode,
    signed_data,
    string,
    tlv,
)
from support.holding import JANE
from support.people import LATIN
from support.request_builders import (
    PKI_DATA,
    content_info,
    extension_request,
    make_crmf,
    make_request,
    pki_data,
    pki_message,
    tagged_attribute,
)
from support.text_forms import FORMS

HERE = Path(__file__).parent
GOLDEN = HERE.parent / "personal" / "golden"
CORPUS = HERE / "corpus"

_PEM = re.compile(rb"-----BEGIN [A-Z ]+-----\s+([A-Za-z0-9+/=\s]+?)-----END")


def all_seeds(*others: Path) -> list[bytes]:
    """Return each seed once, in the same order on every machine."""
    found = [
        *_golden(),
        *_generated(),
        *_messages(),
        *_files(),
        *kept(),
        *(der for path in others for der in from_path(path)),
    ]
    return list(dict.fromkeys(found))


def kept() -> list[bytes]:
    """Return the inputs in `corpus/`, named by their SHA-256: each reaches lines in an order that no golden certificate
    does (picked from the corpus of `atheris_run.py`), or once failed."""
    return [path.read_bytes() for path in sorted(CORPUS.glob("*.der"))]


def from_path(path: Path) -> Iterator[bytes]:
    """Yield the certificates in a file, or in all files of a folder."""
    for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
        if file.suffixes[-2:] == [".jsonl", ".gz"]:
            with gzip.open(file, "rt") as lines:
                yield from (base64.b64decode(json.loads(line)["der_b64"]) for line in lines)
        elif file.is_file():
            yield from _decoded(file.read_bytes())


def _decoded(data: bytes) -> Iterator[bytes]:
    blocks = _PEM.findall(data)
    yield from (base64.b64decode(block) for block in blocks)
    if not blocks and data:
        yield data


def _golden() -> Iterator[bytes]:
    for path in sorted(GOLDEN.rglob("*.pem")):
        yield from _decoded(path.read_bytes())


def _generated() -> Iterator[bytes]:
    """Yield certificates with every kind of general name, attributes in values, and many extensions."""
    person = LATIN[1]
    subject = [("C", person.country), ("GN", person.given), ("SN", person.family), ("CN", person.full)]
    names = [
        ("dir", [("CN", person.full), ("emailAddress", person.mailbox)]),
        *(("email", person.mailbox), ("dns", "jane.example.org"), ("uri", f"mailto:{person.mailbox}")),
        *(("uri", "ldap://ldap.example.org/CN=Jane%20Doe,O=Example?mail"), ("ip", b"\xc0\0\2\1"), ("rid", "1.2.3.4")),
        *(("upn", person.mailbox), ("smtp", person.wide), ("edi", tlv(0xA1, string("Example")).decode("latin-1"))),
        other_name(SMTP_UTF8_MAILBOX, tlv(0x30, string("jane@example.org"), string("Jane", "bmp"))),
    ]
    notice = tlv(0x30, string("Write to jane@example.org, or call +49 30 0000000.", "bmp"))
    extra = [
        extension("2.5.29.18", general_names(names)),
        extension("2.5.29.30", tlv(0x30, tlv(0xA0, tlv(0x30, tlv(0x81, b"jane@example.org"))))),
        extension("2.16.840.1.113730.1.13", string("Comment of jane@example.org", "ia5")),
        extension("1.2.3.4.5", tlv(0x30, tlv(0x04, string("jane@example.org")), string("Jane Doe"), notice)),
        certificate_policies(["2.23.140.1.5.4.1"]),
    ]
    made = {"eku": (EMAIL_PROTECTION, CLIENT_AUTH), "extra": extra}
    whole = make_certificate(subject, names, **made)
    yield whole
    yield reencode(whole, long_tlv)
    yield reencode(whole, lambda tag, body: (indefinite_tlv if tag & 0x20 else tlv)(tag, body))
    yield make_tbs(subject, names, **made)
    yield make_precert([("CN", "www.example.org")], [("dns", "www.example.org")]).final
    yield make_certificate([("C", "XX"), ("O", "Example Ltd"), ("CN", "Example Root")], ca=True, eku=())


def _files() -> Iterator[bytes]:
    """Yield a certificate in every form of a file."""
    yield from (form(JANE) for form in FORMS.values())
    yield signed_data(JANE)[:-1]


def _messages() -> Iterator[bytes]:
    """Yield certificate requests in messages of CMC and CMP, one in the other; single requests are golden."""
    person = LATIN[0]
    subject = [("CN", person.full), ("emailAddress", person.mailbox)]
    named = general_name(("dir", list(subject)))
    request = make_request(subject, [extension_request(extension("2.5.29.17", general_names([("dns", "a.example")])))])
    controls = [tagged_attribute("1.3.6.1.5.5.7.7.2", string(person.full))]
    cmc = pki_data(request, controls=controls, messages=[make_crmf(subject)], nested=[content_info(request)])
    yield content_info(cmc, PKI_DATA)
    message = pki_message(2, tlv(0x30, make_crmf(subject)), named, named)
    yield pki_message(20, tlv(0x30, message), named, named)
