"""Tests that log lines, progress, errors, tracebacks and URLs hold no name, address or number of a person: a whole run
and bad input, at the most verbose level. Only an answer on stdout and the index may hold them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from base64 import b64encode
from hashlib import md5, sha1, sha256
from pathlib import Path
from urllib.parse import quote

import pytest
from support import forked
from support.certs import extension, make_certificate, other_name, string
from support.logs import LogBuilder, timestamped_x509
from support.scanning import PEOPLE, people_log
from support.simulator import Simulator, garbage

from ctscan.model import LogProtocol
from ctscan.personal.identifiers import parse_identifier

NAMES = ["Zuzanna", "Kowalczykowa", "Ναταλία", "花子山田"]
NUMBER, PHONE, ACCOUNT = "ZXK7654321Q", "+48 22 555 01 99", "EXAMPLE\\zkowalczykowa"
SECRET = [
    NUMBER,
    PHONE,
    PHONE.replace(" ", "").strip("+"),
    "zkowalczykowa",
    *{address.split("@")[0] for address in PEOPLE.values()},
    *NAMES,
    "zuzanna.k",
]


def talkative_log() -> LogBuilder:
    """Build a log with people, unreadable entries that hold an address, and certificates with broken parts."""
    builder = people_log("people", 300)
    builder.add_certificate(
        make_certificate(
            subject=[("2.5.4.42", NAMES[0]), ("2.5.4.4", NAMES[1]), ("1.2.840.113549.1.9.1", "zuzanna.k@example.org")],
            san=[("email", "zuzanna.k@example.org\x00broken"), ("email", "zuzanna.k at example")],
        )
    )
    builder.add_certificate(
        make_certificate(
            subject=[("2.5.4.42", NAMES[0]), ("2.5.4.5", f"PNOPL-{NUMBER}"), ("2.5.4.20", PHONE)],
            san=[other_name("1.3.6.1.4.1.311.20.2.3", string(ACCOUNT)), ("email", "zuzanna.k@example.org")],
            extra=[extension("1.3.6.1.4.1.99999.1", b"\x30\x7f" + f"{NUMBER} {PHONE} zuzanna.k@example.org".encode())],
        )
    )
    builder.add_certificate(b"\x30\x82\xff\xffzuzanna.k@example.org Zuzanna Kowalczykowa")
    builder.add_raw(timestamped_x509(b"zuzanna.k@example.org", 1))
    for number, name in enumerate(NAMES):
        builder.add_certificate(make_certificate(subject=[("2.5.4.65", name)], serial=5000 + number))
    return builder


TALKATIVE = """
import os, sys, warnings
os.environ |= {"PYTHONASYNCIODEBUG": "1", "PYTHONWARNINGS": "default"}
warnings.simplefilter("default")
sys.argv[0] = "ctscan"
from ctscan.cli import main
main()
"""
"""Program that says what `-X dev` adds: loops in debug mode and every warning, also in processes that ctscan starts."""


def run(*arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, "CTSCAN_LOG_LEVEL": "debug"}
    command = [sys.executable, "-c", TALKATIVE, *arguments]
    return forked.run(command, input=given, capture_output=True, check=False, timeout=120, env=environment)


def assert_silent(said: bytes, where: str) -> None:
    text = said.decode("utf-8", "backslashreplace").casefold()
    for secret in SECRET:
        for spelling in {secret, secret.encode("unicode_escape").decode(), quote(secret)}:
            assert spelling.casefold() not in text, f"{where} says {spelling!r}"


@pytest.mark.parametrize("protocol", [LogProtocol.STATIC_CT, LogProtocol.RFC6962])
def test_a_scan_says_nothing_of_anybody(protocol: LogProtocol, tmp_path: Path) -> None:
    with Simulator() as sim:
        log = sim.add("people", talkative_log(), protocol)
        log.corrupt(20, times=1)
        log.fault("/checkpoint|/get-sth", garbage(), times=1)
        scope = ["--scope", "zuzanna.k@example.org", "--scope", "example.com", "--scope", "example.org"]
        done = run("scan", "-vv", "--db", str(tmp_path / "db"), "--log-list", sim.list_url, "--from", "start", *scope)
        assert done.returncode == 0, done.stderr
        log.root = bytes(32)
        lied = run("scan", "-vv", "--db", str(tmp_path / "db"), "--log-list", sim.list_url, *scope)
        assert lied.returncode == 3
        urls = "\n".join(request.target for request in sim.requests)
        headers = repr([request.headers for request in sim.requests])
    assert b"batch committed" in done.stderr and b"tree head" in done.stderr
    for said, where in [
        (done.stderr, "a scan"),
        (done.stdout, "a scan's stdout"),
        (lied.stderr, "a scan of a lying log"),
        (urls.encode(), "a URL"),
        (headers.encode(), "a header"),
    ]:
        assert_silent(said, where)
    found = run("lookup", "zuzanna.k@example.org", "--db", str(tmp_path / "db"))
    assert b"zuzanna" in found.stdout  # else the test would prove nothing
    assert_silent(found.stderr, "a look-up")


ASKED = {
    "email": "zuzanna.k@example.org",
    "name": f"{NAMES[0]} {NAMES[1]}",
    "number": f"number:{NUMBER}",
    "phone": PHONE,
    "account": f"account:{ACCOUNT}",
}


def test_the_audit_trail_names_nobody(tmp_path: Path) -> None:
    """Neither an identifier nor its hash without the key is in the files of the trail, nor in the list of events."""
    log, db = tmp_path / "log", tmp_path / "db"
    log.mkdir()
    talkative_log().write_static_tree(log)
    run("scan", "--db", str(db), "--log", log.as_uri(), "--from", "start", "--everything")
    for command in ("lookup", "status", "prove"):
        done = run(command, *ASKED.values(), "--db", str(db), *(("--case", "2026-17") if command == "lookup" else ()))
        assert done.returncode in (0, 1, 4), done.stderr
        assert_silent(done.stderr, command)
    run("import", str(tmp_path / "none.der"), "--everything", "--db", str(db))
    shown = run("audit", "show", "--limit", "100", "--db", str(db), "--format", "json")
    assert set(ASKED) <= {event["kind"] for event in json.loads(shown.stdout)}
    assert_silent(shown.stdout, "audit show")
    files = {path.name: path.read_bytes().lower() for path in tmp_path.glob("db.*") if path.is_file()}
    assert {"db.audit", "db.key"} <= set(files)
    for name, content in files.items():
        for trace in traces():
            assert trace.lower() not in content, f"{name} holds {trace!r}"
    assert b"zuzanna" in db.read_bytes().lower()  # else the test would prove nothing


def traces() -> set[bytes]:
    """List identifiers, their parts and forms, and what their plain hashes look like."""
    identifiers = [parse_identifier(text) for text in ASKED.values()]
    forms = {form for one in identifiers for form in (one.value, one.canonical, *(key.key for key in one.keys))}
    kinds = {f"{one.kind}{joint}{one.canonical}" for one in identifiers for joint in ("", ":", "\0")}
    found = {form.encode(encoding) for form in {*forms, *SECRET} for encoding in ("utf-8", "utf-16-le", "utf-16-be")}
    for form in {*forms, *kinds}:
        for hashed in (sha256(form.encode()), sha1(form.encode()), md5(form.encode())):  # noqa: S324 - as an attacker
            found |= {hashed.digest()[:16], hashed.hexdigest()[:32].encode(), b64encode(hashed.digest())[:20]}
    return found


@pytest.mark.parametrize(
    "arguments",
    [
        ("lookup", "-vv", "zuzanna.k@@example.org"),
        ("lookup", "-vv", "zuzanna.k@example.org", "--db", "/nowhere/at/all.db"),
        ("lookup", "-vv", "Zuzanna Kowalczykowa", "--db", "."),
        ("lookup", "-vv", "--from-file", "/nowhere"),
        ("lookup", "-vv", "zuzanna.k@example.org", "--purpose", "for zuzanna.k@example.org"),
        ("lookup", "-vv", "Zuzanna Kowalczykowa", "--case", "Kowalczykowa, Zuzanna"),
        ("lookup", "-vv", "Zuzanna Kowalczykowa", "--case", "zuzanna.k@example.org"),
        ("lookup", "-vv", f"number:{NUMBER}", "--db", "/nowhere/at/all.db"),
        ("lookup", "-vv", PHONE, "--db", "."),
        ("lookup", "-vv", f"phone:{PHONE}, {PHONE}"),
        ("lookup", "-vv", f"account:{ACCOUNT}", "--db", "/nowhere/at/all.db"),
        ("lookup", "-vv", f"serial:{NUMBER}"),
        ("lookup", "-vv", f"sha256:{PHONE}"),
        ("logs", "-vv", NUMBER, PHONE, "Zuzanna"),
        (NUMBER,),
        ("Zuzanna Kowalczykowa",),
        ("scan", "-vv", "--scope", f"number:{NUMBER}", "--scope", f"phone:{PHONE}"),
        ("scan", "-vv", "--scope", f"account:{ACCOUNT}"),
        ("prove", "-vv", f"number:{NUMBER}", "--db", "."),
        ("scan", "-vv", "--scope", "zuzanna.k@@example.org"),
        ("scan", "-vv", "--scope", "email:zuzanna.k", "--log", "x"),
        ("scan", "-vv", "--everything", "--contact", "zuzanna.k@example.org\n", "--log-list", "http://127.0.0.1:9/x"),
        ("prove", "-vv", "zuzanna.k@@example.org"),
        ("inspect", "-vv", "/nowhere"),
    ],
    ids=lambda a: (a[0] if len(a) > 1 else "alone") + str(len(a)),
)
def test_errors_tell_kind_and_length_and_not_the_value(arguments: tuple[str, ...], tmp_path: Path) -> None:
    done = run(*arguments, given=b"zuzanna.k@@example.org\nZuzanna Kowalczykowa\n")
    assert done.returncode in (1, 2), done
    assert done.stderr
    assert_silent(done.stderr, "an error")


def test_bad_certificates_are_reported_without_what_is_in_them(tmp_path: Path) -> None:
    broken = tmp_path / "broken.pem"
    broken.write_bytes(b"-----BEGIN CERTIFICATE-----\nenV6YW5uYS5rQGV4YW1wbGUub3Jn\n-----END CERTIFICATE-----\n")
    done = run("inspect", "-vv", str(broken), "--format", "jsonl")
    assert_silent(done.stderr, "inspect")
