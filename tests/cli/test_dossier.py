"""`ctscan dossier`: a package that is whole, the same for the same moment, and about nobody else."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import stat
from base64 import b64decode
from pathlib import Path

import pikepdf
import pytest
import pyzipper
from support.cli import run
from support.dossiers import JANE, JOHN, JOHNS, everything_in, members, pdf_text, scanned

from ctscan.ct.merkle import leaf_hash, verify_inclusion

AT = "2026-11-30T12:00:00Z"
SETTLED = ("--identity-settled", "came in person")


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return scanned(tmp_path_factory.mktemp("dossier"))


@pytest.fixture(scope="module")
def package(config: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("out")
    found = run("dossier", JANE, "--config", config, "-o", folder, "--at", AT, *SETTLED)
    assert found.exit_code == 0, found.stderr
    (path,) = folder.iterdir()
    assert path.name.startswith("dossier-20261130-") and path.suffix == ".zip"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    return members(path)


def test_the_manifest_names_every_file(package: dict[str, bytes]) -> None:
    lines = package["MANIFEST"].decode().splitlines()
    listed = {path: digest for digest, path in (line.split("  ", 1) for line in lines)}
    assert listed == {p: hashlib.sha256(c).hexdigest() for p, c in package.items() if p != "MANIFEST"}
    assert {"dossier.pdf", "dossier.json", "findings.csv"} <= set(listed)


def test_no_value_that_only_another_person_has_is_in_any_file(package: dict[str, bytes]) -> None:
    for path, content in everything_in(package):
        lowered = content.lower()
        for value in JOHNS:
            assert value.lower().encode() not in lowered, (path, value)
    assert JANE.encode() in package["dossier.json"], "the check would find the requester"
    certificates = [content for path, content in package.items() if path.endswith(".pem")]
    assert any(JANE.encode() in der_of_text(content) for content in certificates), "inside of base64, too"


def der_of_text(pem: bytes) -> bytes:
    return b64decode(b"".join(line for line in pem.splitlines() if not line.startswith(b"-----")))


def test_a_shared_certificate_is_left_out_and_the_dossier_says_so(package: dict[str, bytes]) -> None:
    found = json.loads(package["dossier.json"])
    (shared,) = (one for one in found["certificates"] if one["redacted"])
    assert (shared["form"], shared["path"], shared["proofs"]) == ("left out", None, None)
    assert shared["sha256"] and shared["sightings"][0]["index"] == 2, "fingerprint and coordinates stay"
    assert found["figures"]["redacted"] == 1
    assert "dossier-note.redacted" in [note["code"] for note in found["note_codes"]]
    assert "data of other people" in " ".join(pdf_text(package["dossier.pdf"]).split())


def test_certificates_and_proofs_can_be_checked_by_others(package: dict[str, bytes]) -> None:
    found = json.loads(package["dossier.json"])
    forms = {one["form"]: one for one in found["certificates"]}
    whole = forms["certificate"]
    der = der_of_text(package[whole["path"]])
    assert hashlib.sha256(der).hexdigest() == whole["sha256"]
    assert package[forms["precertificate"]["path"]][:1] == b"\x30" and forms["precertificate"]["sha256"] is None
    for path in (path for path in package if path.startswith("proofs/")):
        for entry in json.loads(package[path])["entries"]:
            assert entry["proven"] and entry["trust"] == "signature"
            leaf, head = b64decode(entry["leaf"]), entry["tree_head"]
            nodes = tuple(map(b64decode, entry["audit_path"]))
            root = b64decode(head["root"])
            verify_inclusion(entry["index"], head["size"], leaf_hash(leaf[0:]), nodes, root)
            assert hashlib.sha256(b64decode(entry["log_key"])).digest() == b64decode(entry["log_id"])
    assert der in b64decode(json.loads(package[whole["proofs"]])["entries"][0]["leaf"])


def test_each_datum_stands_once(package: dict[str, bytes]) -> None:
    data = json.loads(package["dossier.json"])["data"]
    assert len({(one["category"], one["canonical"]) for one in data}) == len(data)
    (address,) = (one for one in data if one["category"] == "user.contact.email")
    assert address["canonical"] == JANE and len({place["identity"] for place in address["places"]}) == 3
    rows = list(csv.DictReader(io.StringIO(package["findings.csv"].decode("utf-8-sig"))))
    assert {row["canonical"] for row in rows} == {one["canonical"] for one in data}


def test_the_answer_document_inside_holds_its_digest(package: dict[str, bytes]) -> None:
    from ctscan.views.json import digest

    (answer,) = json.loads(package["dossier.json"])["answers"]
    assert answer["digest"] == digest(answer)
    assert answer["complete"] is True and answer["coverage"][0]["verified"]
    assert answer["who"] in ("", None) and len(answer["matches"]) == 3


def test_the_pdf_has_the_tags_of_pdf_ua(package: dict[str, bytes]) -> None:
    with pikepdf.open(io.BytesIO(package["dossier.pdf"])) as pdf:
        assert pdf.Root.MarkInfo.Marked and str(pdf.Root.Lang) == "en"
        assert "/StructTreeRoot" in pdf.Root and pdf.Root.ViewerPreferences.DisplayDocTitle
        with pdf.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
        kinds = {str(node) for node in _structure(pdf.Root.StructTreeRoot)}
        assert {"/H1", "/H2", "/Table", "/TH", "/TD", "/L", "/P"} <= kinds


def _structure(node: pikepdf.Object) -> list[pikepdf.Object]:
    found = [node.S] if "/S" in node else []
    children = node.get("/K", [])
    for child in children if isinstance(children, pikepdf.Array) else [children]:
        if isinstance(child, pikepdf.Dictionary):
            found += _structure(child)
    return found


@pytest.mark.parametrize("paper", ["a4", "letter"])
def test_the_same_moment_gives_the_same_bytes(config: Path, tmp_path: Path, paper: str) -> None:
    packages = []
    for folder in (tmp_path / "one", tmp_path / "two"):
        found = run("dossier", JANE, "--config", config, "-o", folder, "--at", AT, "--paper", paper, *SETTLED)
        assert found.exit_code == 0
        (path,) = folder.iterdir()
        packages.append(path.read_bytes())
    assert packages[0] == packages[1]
    with pikepdf.open(io.BytesIO(members(packages[0])["dossier.pdf"])) as pdf:
        width = float(pdf.pages[0].mediabox[2])
    assert round(width) == (595 if paper == "a4" else 612)


def test_nothing_found_is_a_dossier_too(config: Path, tmp_path: Path) -> None:
    found = run("dossier", "nobody@example.org", "--config", config, "-o", tmp_path, *SETTLED, "--format", "json")
    assert found.exit_code == 0
    written = json.loads(found.stdout)
    assert written["complete"] and written["figures"]["certificates"] == 0
    package = members(Path(written["path"]))
    assert hashlib.sha256(Path(written["path"]).read_bytes()).hexdigest() == written["sha256"]
    made = json.loads(package["dossier.json"])
    assert made["nothing_found"] and made["answers"][0]["coverage"][0]["head_size"] == 24
    assert "We hold nothing about you" in pdf_text(package["dossier.pdf"])
    assert "Example log" in package["dossier.json"].decode()


def test_nothing_found_with_gaps_says_which(tmp_path: Path) -> None:
    config = scanned(tmp_path)
    run("scan", "--config", config, "--log", (tmp_path / "log").as_uri(), "--scope", "example.org")
    other = "nobody@example.com"
    settings = config.read_text("utf-8")
    index = tmp_path / "narrow"
    index.mkdir()
    narrow = index / "ctscan.toml"
    narrow.write_text(settings, "utf-8")
    log = ("--log", (tmp_path / "log").as_uri())
    assert run("scan", "--config", narrow, *log, "--from", "start", "--scope", "example.org").exit_code == 0
    found = run("dossier", other, "--config", narrow, "-o", tmp_path / "out", *SETTLED)
    assert found.exit_code == 4 and "not complete" in found.stderr
    (path,) = (tmp_path / "out").iterdir()
    package = members(path)
    made = json.loads(package["dossier.json"])
    assert made["complete"] is False
    assert made["answers"][0]["coverage"][0]["holes"][0]["reason"] == "out of scope"
    text = " ".join(pdf_text(package["dossier.pdf"]).split())
    assert "the search was not complete" in text and "Example log: 24 out of scope" in text


def test_an_encrypted_package_opens_with_its_passphrase_only(config: Path, tmp_path: Path) -> None:
    folder, secret = tmp_path / "out", tmp_path / "secret"
    plain = run("dossier", JANE, "--config", config, "-o", tmp_path / "plain", "--at", AT, *SETTLED)
    found = run("dossier", JANE, "--config", config, "-o", folder, "--at", AT, "--passphrase-file", secret, *SETTLED)
    assert plain.exit_code == found.exit_code == 0 and "was made" in found.stderr
    passphrase = secret.read_text("ascii").strip()
    assert len(passphrase.replace("-", "")) == 24 and passphrase not in found.output
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    (path,) = folder.iterdir()
    (inside,) = (tmp_path / "plain").iterdir()
    with pyzipper.AESZipFile(path) as outer:
        (info,) = outer.infolist()
        assert info.filename == path.name and info.wz_aes_strength == 3
        with pytest.raises(RuntimeError):
            outer.read(info)
        with pytest.raises(RuntimeError, match="Bad password"):
            outer.read(info, pwd=b"x" * 29)
        assert outer.read(info, pwd=passphrase.encode()) == inside.read_bytes()
    assert JANE.encode() not in path.read_bytes()


def test_a_passphrase_of_ones_own_is_used(config: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("correct horse battery staple zoë\n", "utf-8")
    found = run("dossier", JANE, "--config", config, "-o", tmp_path / "out", "--passphrase-file", secret, *SETTLED)
    assert found.exit_code == 0 and "was made" not in found.stderr
    (path,) = (tmp_path / "out").iterdir()
    with pyzipper.AESZipFile(path) as outer:
        assert outer.read(outer.namelist()[0], pwd="correct horse battery staple zoë".encode())


def test_the_trail_records_the_dossier(config: Path, tmp_path: Path) -> None:
    found = run("dossier", JANE, "--config", config, "-o", tmp_path, "--format", "json", *SETTLED)
    events = json.loads(run("audit", "show", "--config", config, "--format", "json").stdout)
    done = next(
        event for event in events if event["action"] == "dossier" and event["state"] == "done" and event["detail"]
    )
    assert done["detail"] == json.loads(found.stdout)["sha256"]
    assert JANE not in json.dumps(events) and JOHN not in json.dumps(events)
