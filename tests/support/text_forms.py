"""Every form of a text or a file in which people keep a certificate, around any certificate in DER."""

from __future__ import annotations

import base64
import json
import struct
from collections.abc import Callable
from urllib.parse import quote

from backports import zstd
from support.holding import packed, pem, text

TIME = 1_767_225_600_000  # 2026
KEY_HASH = bytes(range(32))


def lines_of(der: bytes, prefix: str = "", width: int = 64) -> str:
    whole = text(der)
    return "\n".join(prefix + whole[at : at + width] for at in range(0, len(whole), width))


def escaped(der: bytes) -> str:
    return pem(der).decode().replace("\n", "\\n")


def quoted(der: bytes, mark: str) -> bytes:
    return "".join(f"{mark}{line}\n" for line in pem(der).decode().splitlines()).encode()


def hexadecimal(der: bytes, separator: str = "", prefix: str = "") -> bytes:
    return separator.join(f"{prefix}{octet:02x}" for octet in der).encode()


# --- entries of logs -----------------------------------------------------------------------------------------------


def prefixed(octets: bytes, width: int = 3) -> bytes:
    return len(octets).to_bytes(width, "big") + octets


def timestamped(der: bytes, *, tbs: bytes = b"") -> bytes:
    """Build a TimestampedEntry; with `tbs`, that of a precertificate."""
    entry = KEY_HASH + prefixed(tbs) if tbs else prefixed(der)
    return struct.pack(">QH", TIME, 1 if tbs else 0) + entry + b"\0\0"


def log_entry(der: bytes, *chain: bytes, tbs: bytes = b"") -> dict[str, str]:
    """Build an entry as get-entries gives it."""
    held = prefixed(b"".join(map(prefixed, chain)))
    return {
        "leaf_input": text(b"\0\0" + timestamped(der, tbs=tbs)),
        "extra_data": text((prefixed(der) if tbs else b"") + held),
    }


def tile_entry(der: bytes, *, tbs: bytes = b"") -> bytes:
    """Build an entry of a data tile, with one fingerprint."""
    return timestamped(der, tbs=tbs) + (prefixed(der) if tbs else b"") + prefixed(KEY_HASH, 2)


# --- forms ---------------------------------------------------------------------------------------------------------

_XML = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]>'
    '<m:Key xmlns:m="u"><d:X509Certificate>%s</d:X509Certificate></m:Key>'
)


def string_lines(der: bytes) -> str:
    return "\n".join(f'    "{line}"' for line in lines_of(der).splitlines())


def session(der: bytes) -> bytes:
    """Build DER with the certificate somewhere in it."""
    return b"\x30\x84" + (len(der) + 3).to_bytes(4, "big") + b"\x02\x01\x01" + der


def vcard_3(der: bytes) -> bytes:
    lines = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Jane\r\nKEY;TYPE=X509;ENCODING=b:%s\r\n %s\r\nEND:VCARD\r\n"
    return (lines % (text(der)[:40], text(der)[40:])).encode()


def vcard_4(der: bytes) -> bytes:
    key = f"KEY:data:application/pkix-cert;base64,{text(der)}"
    return f"BEGIN:VCARD\nVERSION:4.0\n{key}\nEND:VCARD\n".encode()


def vcard_of_outlook(der: bytes) -> bytes:
    key = f"KEY;X509;ENCODING=BASE64:\r\n{lines_of(der, ' ')}\r\n\r\n\r\nX-MS-OL-DESIGN:x"
    return f"BEGIN:VCARD\r\nVERSION:2.1\r\n{key}\r\nEND:VCARD\r\n".encode()


MESSAGE = b"MIME-Version: 1.0\nContent-Type: text/plain\n"


def message(der: bytes) -> bytes:
    return MESSAGE + b"\n" + pem(der)


def printable_message(der: bytes) -> bytes:
    return MESSAGE + b"Content-Transfer-Encoding: quoted-printable\n\n" + pem(der).replace(b"=", b"=3D")


def mailbox(der: bytes) -> bytes:
    return b"\n\r\n\nFrom jane@example.org Thu Jan  1 00:00:00 2026\n" + message(der)


def secret(der: bytes) -> bytes:
    return f"apiVersion: v1\nkind: Secret\ndata:\n  tls.crt: {text(pem(der))}\n  tls.key: LS0tLQ==\n".encode()


FORMS: dict[str, Callable[[bytes], bytes]] = {
    "UTF-16 with its mark": lambda der: pem(der).decode().encode("utf-16"),
    "UTF-16 BE with its mark": lambda der: b"\xfe\xff" + pem(der).decode().encode("utf-16-be"),
    "UTF-16 without a mark": lambda der: pem(der).decode().encode("utf-16-le"),
    "UTF-16 BE without a mark": lambda der: pem(der).decode().encode("utf-16-be"),
    "UTF-32": lambda der: pem(der).decode().encode("utf-32-le"),
    "UTF-16 within a program": lambda der: b"\x7fELF\x02\xff\0" * 9 + pem(der).decode().encode("utf-16-le") + b"\xff",
    "zeros between letters": lambda der: pem(der).replace(b"MII", b"M\0I\x01I").replace(b"CERT", b"CE\0RT"),
    "base64 with zeros": lambda der: b"x = " + text(der).encode().replace(b"A", b"A\0"),
    "letters that nobody sees": lambda der: pem(der).decode().replace("A", "A\u200b\xad\ufeff").encode(),
    "spaces that don't break": lambda der: pem(der).decode().replace("A", "A\xa0").encode(),
    "UTF-16 of CSV": lambda der: f'"Name","Cert"\r\n"Jane","{text(der)}"\r\n'.encode("utf-16"),
    "literal line ends": lambda der: f'CERT="{escaped(der)}"\n'.encode(),
    "literal CR and LF": lambda der: f"cert: {escaped(der)}".replace("\\n", "\\r\\n").encode(),
    "JSON in JSON": lambda der: json.dumps({"a": json.dumps({"b": pem(der).decode()})}).encode(),
    "a string of JSON alone": lambda der: json.dumps(pem(der).decode()).encode(),
    "JSON with escaped slashes": lambda der: ("x = " + json.dumps(text(der)).replace("/", "\\/")).encode(),
    "JSON with escaped plus signs": lambda der: ("x = " + json.dumps(text(der)).replace("+", "\\u002B")).encode(),
    "quoted": lambda der: b"He wrote:\n" + quoted(der, "> "),
    "quoted twice": lambda der: quoted(der, "> > "),
    "commented": lambda der: quoted(der, "# "),
    "commented in C": lambda der: b"/*\n" + quoted(der, " * ") + b" */",
    "a patch": lambda der: b"+++ b/jane.pem\n@@ -0,0 +1,9 @@\n" + quoted(der, "+"),
    "indented": lambda der: quoted(der, "      "),
    "a string of C": lambda der: "".join(f'  "{line}\\n"\n' for line in pem(der).decode().splitlines()).encode(),
    "a string of Java": lambda der: " +\n".join(f'"{line}\\n"' for line in pem(der).decode().splitlines()).encode(),
    "lines of base64 of a program": lambda der: f"s = {string_lines(der)}".encode(),
    "HTML": lambda der: ("<p>" + pem(der).decode().replace("\n", "<br>\n")).encode(),
    "percent": lambda der: f"X-Client-Cert: {quote(pem(der).decode())}".encode(),
    "a label of a chain": lambda der: pem(der, "CERTIFICATE CHAIN"),
    "another label": lambda der: pem(der, "PKCS7 CERTIFICATE"),
    "an unknown label": lambda der: pem(session(der), "SSL SESSION PARAMETERS"),
    "another END": lambda der: pem(der).replace(b"END CERTIFICATE", b"END X509 CERTIFICATE"),
    "hexadecimal": lambda der: hexadecimal(der),
    "hexadecimal in capitals": lambda der: hexadecimal(der).upper(),
    "hexadecimal with colons": lambda der: hexadecimal(der, ":"),
    "hexadecimal with blanks": lambda der: hexadecimal(der, " "),
    "hexadecimal in lines": lambda der: b"\n".join(hexadecimal(der)[at : at + 64] for at in range(0, 2 * len(der), 64)),
    "hexadecimal of PostgreSQL": lambda der: b"7\t\\\\x" + hexadecimal(der) + b"\t2026\n",
    "hexadecimal of C": lambda der: b"char c[] = {" + hexadecimal(der, ", ", "0x") + b"};",
    "hexadecimal of a string": lambda der: b's = b"' + hexadecimal(der, "", "\\x") + b'"',
    "CSV of a log": lambda der: f'https://log.example,0,ab,{text(der)},"a.example",1,2\n'.encode(),
    "CSV with quotes": lambda der: f'"Name","Cert"\r\n"Jane","{text(der)}"\r\n'.encode(),
    "TSV": lambda der: f"a\tb\n1\t{text(der)}\t2\n".encode(),
    "CSV with PEM": lambda der: b'name,pem\nJane,"' + pem(der) + b'"\n',
    "SQL": lambda der: b"INSERT INTO c VALUES (1, X'" + hexadecimal(der) + b"');",
    "get-entries": lambda der: json.dumps({"entries": [log_entry(der)]}).encode(),
    "get-entry-and-proof": lambda der: json.dumps(log_entry(der) | {"audit_path": []}).encode(),
    "a leaf in CSV": lambda der: f"1,{log_entry(der)['leaf_input']},x\n".encode(),
    "a data tile": tile_entry,
    "a data tile in gzip": lambda der: packed(tile_entry(der)),
    "a data tile in zstd": lambda der: zstd.compress(tile_entry(der)),
    "zstd": lambda der: zstd.compress(pem(der)),
    "XML": lambda der: (_XML % ("\n" + lines_of(der) + "\n")).encode(),
    "XML in a line": lambda der: (_XML % text(der)).encode(),
    "XML with references": lambda der: (_XML % lines_of(der).replace("\n", "&#13;\n").replace("+", "&#x2B;")).encode(),
    "XML in UTF-16": lambda der: (_XML % lines_of(der)).encode("utf-16"),
    "CDATA": lambda der: (_XML % f"<![CDATA[{text(der)}]]>").encode(),
    "vCard 3": vcard_3,
    "vCard 4": vcard_4,
    "vCard of Outlook": vcard_of_outlook,
    "one colon of LDIF": lambda der: f"dn: cn=x\nuserCertificate;binary: {text(der)}\n".encode(),
    "base64 of PEM in LDIF": lambda der: f"dn: cn=x\nuserCertificate:: {text(pem(der))}\n".encode(),
    "PEM in LDIF": lambda der: b"dn: cn=x\nuserCertificate: " + pem(der) + b"sn: Doe\n",
    "folded PEM in LDIF": lambda der: b"dn: cn=x\nuserCertificate: " + pem(der).replace(b"\n", b"\n "),
    "an unknown attribute of LDIF": lambda der: f"dn: cn=x\nexampleUserKey:: {text(der)}\n".encode(),
    "a mailbox behind empty lines": mailbox,
    "a message behind empty lines": lambda der: b"\n\n" + message(der),
    "a message in quoted-printable": printable_message,
    "a secret of Kubernetes": secret,
    "a secret of Kubernetes in JSON": lambda der: json.dumps({"data": {"tls.crt": text(pem(der))}}).encode(),
    "a block of YAML": lambda der: b"cert: |\n" + quoted(der, "  ") + b"key: x\n",
    "binary of YAML": lambda der: f"cert: !!binary |\n{lines_of(der, '  ')}\nnext: x\n".encode(),
    "folded YAML": lambda der: f"cert: >-\n{lines_of(der, '  ')}\nnext: x\n".encode(),
    "an environment": lambda der: f"HOME=/\nCERT={text(der)}\nPATH=/bin\n".encode(),
    "a web key": lambda der: json.dumps({"keys": [{"kty": "EC", "x5c": [text(der)]}]}).encode(),
    "an address of data": lambda der: f'<img src="data:application/x-x509-user-cert;base64,{text(der)}">'.encode(),
    "base64 without padding": lambda der: f"cert {text(der).rstrip('=')}\nand words behind it\n".encode(),
    "base64 for addresses": lambda der: f"cert={base64.urlsafe_b64encode(der).decode().rstrip('=')}&x=1".encode(),
    "a program": lambda der: b"\x7fELF" + bytes(range(256)) + der + bytes(range(256)),
    "behind a key": lambda der: pem(b"0\3\2\1\0", "PRIVATE KEY") + b"and\n" + text(der).encode(),
}  # fmt: skip
