"""`ctscan forget` and `ctscan suppressions`: a person is forgotten, and no command brings the person back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from cli.test_failing_disks import limited
from support.asgi import served
from support.case_desk import ago
from support.certs import make_certificate
from support.cli import copy_index, error_line, run
from support.dossiers import CONTROLLER, pdf_text
from support.fake_crtsh import FakeCrtsh, held
from support.logs import LogBuilder
from support.scanning import person_certificate
from support.suppressing import traces

JANE, ANN, IVAN = "jane.roe@example.org", "ann.doe@example.com", "иван.петров@bücher.example"
TAGGED = "jane.roe+list@example.org"


def certificate_of(*addresses: str, number: int) -> bytes:
    san = [("email", address) for address in addresses]
    return make_certificate(subject=[("2.5.4.3", addresses[0])], san=san, serial=number)


class Desk:
    """Index of a small log of people, and the commands on it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.db = folder, folder / "ctscan.db"
        log = LogBuilder("people")
        log.add_certificate(person_certificate(JANE, 1))
        log.add_certificate(person_certificate(ANN, 2))
        log.add_certificate(person_certificate(TAGGED, 3))
        log.add_certificate(certificate_of("bob@example.net", JANE, number=4))
        log.write_static_tree(folder / "log")
        self.log = (folder / "log").as_uri()
        self.config = folder / "ctscan.toml"
        self.config.write_text(f'db = "{self.db}"\n', encoding="utf-8")
        self("scan", "--log", self.log, "--from", "start", "--everything")

    def __call__(self, *words: str | Path, code: int = 0, stdin: str = "") -> str:
        done = run(*words, "--config", self.config, stdin=stdin)
        assert done.exit_code == code, done.output
        return done.stdout

    def json(self, *words: str | Path, code: int = 0, stdin: str = "") -> Any:
        return json.loads(self(*words, "--format", "json", code=code, stdin=stdin))

    def found(self, address: str) -> int:
        """Return the number of certificates that a look-up finds."""
        done = run("lookup", address, "--format", "json", "--config", self.config)
        return len(json.loads(done.stdout)["matches"])

    def forget(self, address: str, *words: str, code: int = 0) -> Any:
        return self.json("forget", "-", "--ground", "objection", *words, stdin=f"{address}\n", code=code)

    def refused(self, *words: str, stdin: str = "", code: int = 2) -> str:
        done = run(*words, "--config", self.config, stdin=stdin)
        assert done.exit_code == code, done.output
        return error_line(done)


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Desk(tmp_path_factory.mktemp("forget")).folder


@pytest.fixture
def desk(scanned: Path, tmp_path: Path) -> Desk:
    """Return a desk of the test's own."""
    desk = Desk.__new__(Desk)
    desk.folder, desk.db, desk.config = tmp_path, tmp_path / "ctscan.db", tmp_path / "ctscan.toml"
    desk.log = (scanned / "log").as_uri()
    copy_index(scanned / "ctscan.db", desk.db)
    desk.config.write_text(f'db = "{desk.db}"\n', encoding="utf-8")
    return desk


def test_a_person_is_forgotten_and_no_command_brings_them_back(
    desk: Desk, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Scan, case, dossier, letters, forget; then scan, backfill, reindex, import, search, and a backup from before."""
    desk("case", "open", "-", "--regime", "eu", "--kind", "erasure", "--received", ago(3), stdin=f"{JANE}\n")
    before = tmp_path_factory.mktemp("before") / "backup"
    desk("backup", before)
    number = _case(desk)
    answered = tmp_path_factory.mktemp("answered")
    desk.config.write_text(f'db = "{desk.db}"\npurpose = "test"\n{CONTROLLER}', encoding="utf-8")
    for command in ("dossier", "letters"):
        desk(command, "--case", number, "-o", answered, "--identity-settled", "came in person")
    assert {path.suffix for path in answered.iterdir()} == {".zip", ".docx"}
    assert number in desk.refused("forget", "--case", number, "--ground", "erasure")

    tried = desk.json("forget", "--case", number, "--ground", "erasure", "--close")
    assert desk.found(JANE) == 2
    receipt = desk.json("forget", "--case", number, "--ground", "erasure", "--close", "--yes")
    assert list(receipt) == ["at", "ground", "suppressed", "removed", "deferred", "recipients", "outside"]
    assert receipt["removed"] == tried["removed"] | {"certificates": 3}
    assert receipt["suppressed"] == tried["suppressed"]
    assert (receipt["ground"], receipt["deferred"]) == ("erasure", [])
    assert {one["kind"] for one in receipt["recipients"]} == {"dossier", "letter"}

    _nothing_of_jane(desk)
    desk("scan", "--log", desk.log, "--from", "start", "--everything")
    desk("backfill", "--log", desk.log, "--everything")
    desk("reindex")
    file = desk.folder / "jane.der"
    file.write_bytes(person_certificate(JANE, 77))
    desk("import", file, "--everything")
    file.unlink()
    crtsh = FakeCrtsh(
        [held(person_certificate(JANE, 78), id=1), held(certificate_of("joe@example.org", number=79), id=2)]
    )
    with served(crtsh) as url:
        desk.config.write_text(
            f'db = "{desk.db}"\npurpose = "test"\n[tuning."crt.sh"]\nurl = "{url}"\n', encoding="utf-8"
        )
        desk("search", "@example.org", "--in", "crt.sh", "--yes")
        asked = crtsh.requests
        desk("search", JANE, "--in", "crt.sh", "--yes")
        assert crtsh.requests == asked
    _nothing_of_jane(desk)
    assert desk.found(ANN) == 1

    restored = desk.folder / "restored.db"
    privacy = f'key_file = "{desk.db}.key"\nsuppressions = "{desk.db}.suppressions"'
    (desk.folder / "other.toml").write_text(f'db = "{restored}"\n[privacy]\n{privacy}\n', encoding="utf-8")
    done = run("restore", before, "--db", restored, "--config", desk.folder / "other.toml")
    assert done.exit_code == 0, done.output
    done = run("lookup", ANN, JANE, "--config", desk.folder / "other.toml", "--format", "json")
    answers = json.loads(done.stdout)
    assert [len(answer["matches"]) for answer in answers] == [1, 0]
    assert answers[1]["suppressed"]["ground"] == "erasure"
    desk("backup", desk.folder / "after")
    assert traces(desk.folder, ["jane.roe"]) == []
    assert traces(desk.folder, ["ann.doe"]) != []
    assert run("audit", "verify", "--config", desk.config).exit_code == 0


def _case(desk: Desk) -> str:
    return str(desk.json("case", "list", "--all")[0]["number"])


def _nothing_of_jane(desk: Desk) -> None:
    for text in (JANE, TAGGED, JANE.upper()):
        answer = json.loads(run("lookup", text, "--format", "json", "--config", desk.config).stdout)
        assert (answer["matches"], answer["complete"]) == ([], False)
        assert list(answer["suppressed"]) == ["since", "ground", "restricted"]
        assert answer["suppressed"]["restricted"] is False
    said = run("lookup", JANE, "--config", desk.config)
    assert said.exit_code == 4
    assert "Nothing found" not in said.stdout
    assert "without people who objected" in said.stdout
    shared = run("lookup", "bob@example.net", "--config", desk.config)
    assert shared.exit_code == 4
    assert "a certificate shared with somebody who objected was left out" in shared.stdout


def test_without_yes_nothing_happens(desk: Desk) -> None:
    tried = desk.forget(JANE)
    assert tried["removed"]["certificates"] == 3
    assert desk.found(JANE) == 2
    assert not Path(f"{desk.db}.suppressions").exists()
    assert "Nothing was changed" in desk("forget", "-", "--ground", "objection", stdin=f"{JANE}\n")


def test_forms_of_international_names_are_one(desk: Desk) -> None:
    file = desk.folder / "ivan.der"
    file.write_bytes(certificate_of("иван.петров@xn--bcher-kva.example", number=9))
    desk("import", file, "--everything")
    assert desk.found(IVAN) == 1
    assert desk.forget("ИВАН.Петров@BÜCHER.example", "--yes")["removed"]["certificates"] == 1
    file.write_bytes(certificate_of(IVAN, number=10))
    desk("import", file, "--everything")
    answer = json.loads(run("lookup", IVAN, "--format", "json", "--config", desk.config).stdout)
    assert (answer["matches"], answer["suppressed"]["ground"]) == ([], "objection")
    file.unlink()
    assert traces(desk.folder, ["иван", "Петров"]) == []


@pytest.mark.parametrize("scope", [("--everything",), ("--scope", "example.net")])
def test_an_own_ca_that_names_the_person_is_not_kept_for_checks(desk: Desk, scope: tuple[str, ...]) -> None:
    file = desk.folder / "own.der"
    subject = [("2.5.4.3", "Test CA"), ("1.2.840.113549.1.9.1", JANE)]
    file.write_bytes(make_certificate(subject=subject, issuer=subject, serial=91, ca=True))
    other = desk.folder / "other.der"
    other.write_bytes(person_certificate(ANN, 92))
    assert "objected" not in desk("import", other, *scope)
    desk.forget(JANE, "--yes")
    assert "Without people who objected: they are counted here, and not kept." in desk("import", file, *scope)
    file.unlink()
    assert traces(desk.folder, [JANE]) == []


def test_an_objection_restricts_at_once_and_a_rejection_ends_that(desk: Desk) -> None:
    words = ("--regime", "eu", "--received", ago(2), "--kind", "objection")
    number = desk.json("case", "open", "-", *words, stdin=f"{JANE}\n")["number"]
    answer = json.loads(run("lookup", JANE, "--format", "json", "--config", desk.config).stdout)
    assert (answer["matches"], answer["suppressed"]["restricted"]) == ([], True)
    assert desk.found(ANN) == 1
    (entry,) = desk.json("suppressions", "list")
    assert (entry["kind"], entry["case"], entry["lifted_by"]) == ("restricted", number, None)
    assert "--told" in desk.refused("suppressions", "lift", "1")
    decided = ("--decision", "objection-rejected", "--reasoning", "overriding grounds", "--told", ago(0))
    desk("case", "add", "--case", number, "-", stdin=f"{ANN}\n")
    assert desk.found(ANN) == 0
    desk("case", "decide", "--case", number, *decided)
    assert (desk.found(JANE), desk.found(ANN)) == (2, 1)
    kinds = [one["kind"] for one in desk.json("suppressions", "list")]
    assert kinds == ["restricted", "restricted", "lifted", "lifted"]


def test_case_and_index_agree_on_a_restriction_that_is_lifted_by_its_number(desk: Desk) -> None:
    words = ("--regime", "eu", "--received", ago(2), "--kind", "objection")
    number = desk.json("case", "open", "-", *words, stdin=f"{JANE}\n")["number"]
    desk("case", "add", "--case", number, "-", stdin=f"{ANN}\n")
    desk("case", "decide", "--case", number, "--decision", "objection-rejected", "--reasoning", "overriding grounds")
    assert (desk.found(JANE), desk.json("case", "show", "--case", number)["restricted_since"] is None) == (0, False)
    desk("case", "close", "--case", number, "--outcome", "answered")
    desk("suppressions", "lift", "1", "--told", ago(0))
    assert desk.json("case", "show", "--case", number)["restricted_since"] is not None
    desk("suppressions", "lift", "2", "--told", ago(0))
    shown = desk.json("case", "show", "--case", number)
    assert (desk.found(JANE), desk.found(ANN), shown["restricted_since"]) == (2, 1, None)
    assert shown["history"][-1]["detail"] == {"restriction": "ended", "told": ago(0)}


def test_a_dossier_does_not_call_hidden_data_not_held(desk: Desk) -> None:
    desk.config.write_text(f'db = "{desk.db}"\npurpose = "test"\n{CONTROLLER}', encoding="utf-8")
    words = ("dossier", "-o", desk.folder, "--identity-settled", "came in person", "--config", desk.config)
    pages = []
    for way in ("--restrict", "--yes"):
        desk.forget(JANE, way, "--yes")
        for old in desk.folder.glob("*.zip"):
            old.unlink()
        done = run(*words, JANE)
        assert (done.exit_code, "restriction" in done.stderr) == (4, way == "--restrict"), done.output
        (package,) = desk.folder.glob("*.zip")
        with ZipFile(package) as opened:
            names = {name.rpartition("/")[2]: name for name in opened.namelist()}
            pages.append(" ".join(pdf_text(opened.read(names["dossier.pdf"])).split()))
            assert json.loads(opened.read(names["dossier.json"]))["nothing_found"] is (way == "--yes")
    assert all("We hold nothing" not in page for page in pages)
    assert "We keep certificates with your data" in pages[0]
    assert "What we held was deleted" in pages[1]


def test_a_restriction_hides_from_every_command(desk: Desk) -> None:
    assert desk.forget(JANE, "--restrict", "--yes")["removed"]["certificates"] == 3
    assert desk.found(JANE) == 0
    assert len(desk.json("prove", "--all")) == 1
    assert "without people who objected" in desk("lookup", "@example.org", "--format", "csv").splitlines()[1]
    assert desk.json("status")["remarks"] == ["without people who objected"]
    assert "without people who objected" in desk("status")
    assert JANE not in desk("lookup", "@example.org", "--format", "json")
    desk("suppressions", "lift", "1", "--told", ago(0))
    assert desk.found(JANE) == 2


def test_an_older_answer_is_no_accusation(desk: Desk) -> None:
    saved = desk.folder / "answer.json"
    saved.write_text(desk("lookup", JANE, "--format", "json"), encoding="utf-8")
    desk.forget(JANE, "--yes")
    done = run("prove", "--answer", saved, "--config", desk.config)
    assert done.exit_code == 4, done.output
    assert "somebody in them objected" in done.stdout
    assert "lacks" not in done.stdout


def test_identifiers_that_stand_for_many_are_refused(desk: Desk) -> None:
    for text in ("@example.org", "030 901820", "4711"):
        assert desk.refused("forget", "-", "--ground", "erasure", stdin=f"{text}\n")
    assert "both or neither" in desk.refused("forget", "--ground", "erasure", "--case", "", stdin="")


def test_the_trail_records_without_naming(desk: Desk) -> None:
    desk.forget(JANE, "--yes")
    desk("suppressions", "lift", "1")
    events = [event for event in desk.json("audit", "show") if event["action"] == "forget"]
    assert [event["state"] for event in events] == ["done", "intended", "done", "intended"]
    assert [event["detail"] for event in events if event["state"] == "done"] == ["lifted 1", "forgotten 1"]
    answer = json.loads(run("lookup", JANE, "--format", "json", "--config", desk.config).stdout)
    assert (answer["suppressed"], answer["complete"]) == (None, False)


def test_a_lost_key_says_what_is_no_longer_certain(desk: Desk) -> None:
    desk.forget(JANE, "--yes")
    Path(f"{desk.db}.suppressions").rename(desk.folder / "elsewhere")
    line = desk.refused("lookup", ANN, code=1)
    assert "nobody knows who objected" in line
    assert "suppressions under [privacy]" in line
    (desk.folder / "elsewhere").rename(f"{desk.db}.suppressions")
    assert desk.found(ANN) == 1


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="only Linux limits the size of files so")
def test_a_full_disk_leaves_nothing_half_done(desk: Desk) -> None:
    """A file that can't grow stops the forgetting; with room the same command does it."""
    for size in (4_096, 40_000):  # too small for the trail; for the index
        limit = limited(size, "forget", JANE, "--ground", "erasure", "--yes", "--db", desk.db, cwd=desk.folder)
        assert limit.returncode == 1, limit.stderr
    file = Path(f"{desk.db}.suppressions")
    promised = file.exists() and len(file.read_bytes().splitlines()) > 1
    assert desk.found(JANE) == (0 if promised else 2)
    desk.forget(JANE, "--yes")
    assert desk.found(JANE) == 0
    assert traces(desk.folder, ["jane.roe"]) == []


def test_a_name_that_was_hidden_can_be_forgotten(desk: Desk) -> None:
    file = desk.folder / "named.der"
    file.write_bytes(make_certificate(subject=[("2.5.4.4", "Zubrowka"), ("2.5.4.42", "Wanda")], serial=12))
    desk("import", file, "--everything")
    file.unlink()
    assert desk.forget("Wanda Zubrowka", "--restrict", "--yes")["removed"]["certificates"] == 1
    assert desk.forget("Wanda Zubrowka", "--yes")["removed"]["certificates"] == 1
    assert traces(desk.folder, ["Zubrowka"]) == []
