"""Files that hold certificates (archives, mail, directory exports), and readers of bytes in memory as standard
input."""

from __future__ import annotations

import base64
import gzip
import io
import json
import tarfile
import zipfile
from collections.abc import Mapping

from support.certs import make_certificate, signed_data

from ctscan.sources.files import Input, in_this_process, read_inputs
from ctscan.x509.containers import extract_certificates

JANE = make_certificate([("CN", "Jane Doe")], [("email", "jane@example.org")], serial=1)
JOHN = make_certificate([("CN", "John Roe")], [("email", "john@example.com")], serial=2)
SIGNATURE = signed_data(JANE, JOHN)


def read(data: bytes) -> list[Input]:
    """Read the bytes as standard input."""
    return list(read_inputs(["-"], in_this_process(extract_certificates), io.BytesIO(data)))


def found(data: bytes) -> list[tuple[str, bytes]]:
    """List the place and the bytes of each certificate on standard input; assert that there are no problems."""
    inputs = read(data)
    assert [i.problem for i in inputs if i.problem] == []
    return [(i.source, i.der) for i in inputs if i.der is not None]


def problems(data: bytes) -> list[str]:
    """List the problems of standard input."""
    return [i.problem.what for i in read(data) if i.problem is not None]


def pem(der: bytes, label: str = "CERTIFICATE") -> bytes:
    return f"-----BEGIN {label}-----\n".encode() + base64.encodebytes(der) + f"-----END {label}-----\n".encode()


def a_zip(members: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def a_tar(members: Mapping[str, bytes], form: int = tarfile.PAX_FORMAT) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as archive:
        for name, data in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return out.getvalue()


def packed(data: bytes) -> bytes:
    return gzip.compress(data, mtime=0)


def a_line(**values: object) -> bytes:
    """Build a line of JSON."""
    return json.dumps(values).encode() + b"\n"


def text(der: bytes) -> str:
    return base64.b64encode(der).decode()


def ldif(*values: tuple[str, bytes]) -> bytes:
    """Build an entry with these attributes, folded at 76 characters."""
    lines = ["version: 1", "dn: cn=Jane Doe,o=Example", "objectClass: person"]
    for name, der in values:
        line = f"{name}:: {text(der)}"
        lines += [line[:76], *(" " + line[i : i + 75] for i in range(76, len(line), 75))]
    return "\n".join(lines).encode() + b"\n\n"


def signed_mail(signature: bytes = SIGNATURE, boundary: str = "edge", body: bytes = b"Good morning") -> bytes:
    """Build a message with a detached signature."""
    edge = b"--" + boundary.encode()
    return b"\n".join(
        [
            b"From: Jane Doe <jane@example.org>",
            b"MIME-Version: 1.0",
            b'Content-Type: multipart/signed; protocol="application/pkcs7-signature";',
            f' boundary="{boundary}"'.encode(),
            b"",
            edge,
            b"Content-Type: text/plain\n",
            body,
            edge,
            b"Content-Type: application/pkcs7-signature; name=smime.p7s",
            b"Content-Transfer-Encoding: base64\n",
            base64.encodebytes(signature) + edge + b"--\n",
        ]
    )


def a_mailbox(*messages: bytes) -> bytes:
    return b"".join(b"From jane@example.org Thu Jan  1 00:00:00 2026\n" + m + b"\n" for m in messages)
