"""`ctscan search`, `scan --repository`, `disclosures`: nothing is sent without consent, each disclosure is recorded."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from support import forked
from support.asgi import served
from support.cli import ROOT, command, error_line, run
from support.fake_crtsh import FakeCrtsh, Held, held
from support.repositories import mailbox, named
from support.scanning import people_log
from support.simulator import Simulator

from ctscan.model import LogProtocol

JANE, MARY = "jane@example.org", "mary@example.com"
UNREADABLE = b"\x30\x03\x02\x01\x05"


def holding() -> list[Held]:
    return [
        held(mailbox("1", JANE).der, id=11),
        held(mailbox("2", f"mary-{JANE}").der, id=12),
        held(mailbox("3", MARY).der, id=13),
        held(named("4", "Jane", "Roe").der, id=14),
    ]


@pytest.fixture
def crtsh() -> FakeCrtsh:
    return FakeCrtsh(holding())


@pytest.fixture
def config(crtsh: FakeCrtsh, tmp_path: Path) -> Iterator[Path]:
    """Write a configuration that points crt.sh to the fake."""
    with served(crtsh) as url:
        yield configured(tmp_path, url)


def configured(directory: Path, url: str, more: str = "") -> Path:
    path = directory / "ctscan.toml"
    path.write_text(f'purpose = "case 17"\n{more}\n[tuning."crt.sh"]\nurl = "{url}"\n', encoding="utf-8")
    return path


def add(config: Path, line: str) -> None:
    config.write_text(f"{line}\n{config.read_text(encoding='utf-8')}", encoding="utf-8")


# --- before the first request ---------------------------------------------------------------------------------------


def test_where_nobody_can_be_asked_nothing_is_sent_without_yes(crtsh: FakeCrtsh, config: Path) -> None:
    result = run("search", JANE, MARY, "Jane Roe", "--config", config)
    assert (result.exit_code, result.stdout) == (2, "")
    *said, refusal = result.stderr.splitlines()
    assert "will be asked about 2 e-mail addresses and 1 name. Who learns what: Sectigo, which runs crt.sh" in said[0]
    assert "127.0.0.1" in said[0]
    assert said[1].endswith("for this purpose: case 17")
    assert "give --yes" in refusal
    assert (crtsh.requests, (config.parent / "ctscan.db").exists()) == (0, False)
    assert not [word for word in ("jane", "mary", "roe") if word in result.stderr.casefold()]


@pytest.mark.parametrize(("typed", "code", "requests"), [(b"n\n", 1, 0), (b"\n", 1, 0), (b"y\n", 0, 4)])
def test_on_a_terminal_it_asks_first(crtsh: FakeCrtsh, config: Path, typed: bytes, code: int, requests: int) -> None:
    ours, theirs = pytest.importorskip("pty").openpty()
    clean = {k: v for k, v in os.environ.items() if not k.startswith("CTSCAN_")}
    program = forked.popen(
        command("search", JANE), cwd=config.parent, stdin=theirs, stdout=subprocess.PIPE, stderr=theirs,
        env={**clean, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    os.close(theirs)
    shown = read_until(ours, b"Ask? [y/N]:")
    assert b"1 e-mail address" in shown
    assert crtsh.requests == 0
    os.write(ours, typed)
    shown = read_until(ours, None)
    out, _ = program.communicate(timeout=30)
    os.close(ours)
    assert (program.returncode, crtsh.requests) == (code, requests)
    assert (b"Nothing was sent" in shown, bool(out)) == (code == 1, code == 0)
    assert JANE.encode() not in shown


def read_until(terminal: int, words: bytes | None) -> bytes:
    """Read the output of a terminal up to these words, or to its end."""
    shown = b""
    while words is None or words not in shown:
        if not forked.can_read(terminal, 30):
            raise TimeoutError(shown)
        try:
            data = os.read(terminal, 4096)
        except OSError:  # Linux raises this when the other side is closed
            data = b""
        if not data:
            break
        shown += data
    return shown


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("--yes",), "expected an identifier (an argument"),
        (("serial:01ab", "--yes"), "not by a serial number"),
        (("sha256:" + "ab" * 32, "--yes"), "not by a fingerprint"),
        (("+49 30 901820", "--yes"), "not by a telephone number"),
        ((JANE, "--yes", "--in", "example"), "repository: expected one of"),
        ((JANE, "--yes", "--in", "certspotter"), "a contact is needed"),
        ((JANE, "--yes", "--in", "certspotter", "--contact", "ct@example.org"), "can't be asked for 1 e-mail address"),
        ((JANE, "@example.org", "--yes", "--purpose", f"for {JANE.upper()}"), "doesn't name the person"),
        (("Jane Roe", "--yes", "--purpose", "request of Roe, Jane"), "doesn't name the person"),
    ],
)
def test_what_cannot_be_asked_is_refused_before_anything_is_sent(
    crtsh: FakeCrtsh, config: Path, arguments: tuple[str, ...], expected: str
) -> None:
    result = run("search", *arguments, "--config", config)
    assert result.exit_code == 2
    assert expected in error_line(result)
    assert "jane" not in result.stderr.casefold()
    assert (crtsh.requests, (config.parent / "ctscan.db").exists()) == (0, False)


def test_a_purpose_is_needed(crtsh: FakeCrtsh, config: Path) -> None:
    config.write_text(config.read_text(encoding="utf-8").replace('purpose = "case 17"', ""), encoding="utf-8")
    for arguments in (("search", JANE, "--yes"), ("scan", "--repository", "crt.sh", "--scope", "example.org")):
        assert "set `purpose`" in error_line(run(*arguments, "--config", config))
    assert crtsh.requests == 0


def test_another_server_is_set_for_a_repository_that_there_is(crtsh: FakeCrtsh, config: Path) -> None:
    config.write_text(config.read_text(encoding="utf-8").replace('"crt.sh"', '"crtsh"'), encoding="utf-8")
    result = run("search", JANE, "--yes", "--config", config, "--contact", "ct@example.org")
    assert result.exit_code == 2
    assert '[tuning."crtsh"]: url: expected the name of a repository' in error_line(result)
    assert crtsh.requests == 0


def test_who_asks_has_to_be_known(tmp_path: Path) -> None:
    result = run("search", JANE, "--yes", "--purpose", "case 17", "--db", tmp_path / "db")
    assert result.exit_code == 2
    assert "a contact is needed" in error_line(result)
    assert not (tmp_path / "db").exists()


# --- the answer -----------------------------------------------------------------------------------------------------


def test_the_answer_is_that_of_a_look_up(crtsh: FakeCrtsh, config: Path) -> None:
    searched = run("search", JANE, "--yes", "--config", config, "--format", "json")
    assert searched.exit_code == 0
    asked = crtsh.requests
    found = run("lookup", JANE, "--config", config, "--format", "json")
    shape, looked_up = json.loads(searched.stdout), json.loads(found.stdout)
    own = {"id", "at", "digest"}  # each answer is a document of its own
    assert {k: v for k, v in shape.items() if k not in own} == {k: v for k, v in looked_up.items() if k not in own}
    assert [s["reference"] for m in shape["matches"] for s in m["repositories"]] == ["11"]
    assert [(s["repository"], s["outcome"], s["results"]) for s in shape["searches"]] == [("crt.sh", "whole", 1)]
    assert crtsh.fetched == ["11"]
    assert (crtsh.requests, found.exit_code) == (asked, 4)  # look-ups send nothing; only logs make an answer complete


def test_for_eyes_each_search_is_told_in_a_line(config: Path) -> None:
    result = run("search", JANE, "Jane Roe", "--yes", "--config", config)
    assert result.exit_code == 0
    assert result.stdout.count("crt.sh was asked on") == 2
    assert "Found in 1 certificate" in result.stdout
    assert "crt.sh, e-mail address: whole, 1 certificate given, 1 of them new here" in result.stderr.splitlines()
    assert "crt.sh, name: whole, 1 certificate given, 1 of them new here" in result.stderr.splitlines()


def test_identifiers_come_from_files_and_stdin_too(crtsh: FakeCrtsh, config: Path, tmp_path: Path) -> None:
    people = tmp_path / "people.txt"
    people.write_text(f"# of the request\n{JANE}\n{JANE.upper()}\n", encoding="utf-8")
    from_file = run("search", "--from-file", people, "--yes", "--config", config, "--format", "jsonl")
    assert len(from_file.stdout.splitlines()) == 2
    assert len([query for query in crtsh.asked if query.startswith("rfc822Name")]) == 1  # one person, one question
    piped = run("search", "-", "--yes", "--config", config, "--format", "jsonl", stdin=f"{MARY}\n")
    assert (from_file.exit_code, piped.exit_code) == (0, 0)
    assert json.loads(piped.stdout)["identifier"]["canonical"] == MARY


def test_a_repository_that_refuses_is_a_failure_with_the_answer_all_the_same(tmp_path: Path) -> None:
    with served(FakeCrtsh(holding(), broken=lambda _: "blocked")) as url:
        result = run("search", JANE, "--yes", "--config", configured(tmp_path, url), "--format", "json")
    assert result.exit_code == 1
    (search,) = json.loads(result.stdout)["searches"]
    assert search["outcome"] == "failed"
    assert "refuses to serve" in search["detail"]
    assert "failed, 0 certificates given" in result.stderr


def test_what_a_repository_does_not_give_makes_it_incomplete(tmp_path: Path) -> None:
    broken = replace(holding()[0], der=UNREADABLE, id=15)
    with served(FakeCrtsh([*holding(), broken])) as url:
        result = run("search", JANE, "--yes", "--config", configured(tmp_path, url), "--format", "json")
    assert result.exit_code == 4
    shape = json.loads(result.stdout)
    assert [s["outcome"] for s in shape["searches"]] == ["incomplete"]
    assert len(shape["matches"]) == 1


class Stalling(FakeCrtsh):
    """Fake that gives a certificate, sets `stalled` at the next request and never answers it."""

    def __init__(self, certificates: list[Held]) -> None:
        super().__init__(certificates)
        self.stalled = threading.Event()

    async def __call__(self, scope, receive, send) -> None:  # type: ignore[no-untyped-def]
        if self.fetched:
            self.stalled.set()
            await asyncio.Event().wait()
        await super().__call__(scope, receive, send)


@pytest.mark.parametrize("arguments", [("search", JANE, MARY, "--yes"), ("scan", "--scope", "example.org")])
def test_told_to_stop_it_keeps_what_came_and_says_so(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    app = Stalling([*holding(), held(mailbox("5", JANE).der, id=15)])
    with served(app) as url:
        configured(tmp_path, url, 'repositories = ["crt.sh"]')
        clean = {k: v for k, v in os.environ.items() if not k.startswith("CTSCAN_")}
        program = forked.popen(
            command(*arguments, "--format", "json"), cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env={**clean, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        assert app.stalled.wait(30)
        program.send_signal(signal.SIGINT)
        out, said = program.communicate(timeout=30)
    assert program.returncode == 1
    assert b"stopping" in said
    assert b"interrupted, 1 certificate given, 1 of them new here" in said
    assert (
        len(
            json.loads(run("lookup", "@example.org", "--db", tmp_path / "ctscan.db", "--format", "json").stdout)[
                "matches"
            ]
        )
        == 1
    )
    shape = json.loads(out)
    if arguments[0] == "search":
        assert [[s["outcome"] for s in one["searches"]] for one in shape] == [["interrupted"], []]
    else:
        assert (shape["exit_code"], shape["logs"], len(shape["searches"])) == (1, [], 1)


# --- disclosures ----------------------------------------------------------------------------------------------------


def test_disclosures_are_listed_without_whom_they_were_about(config: Path) -> None:
    run("search", JANE, "Jane Roe", "@example.org", "--yes", "--config", config, "--purpose", "case 18")
    shown = run("disclosures", "--config", config)
    assert (shown.exit_code, shown.stderr) == (0, "")
    assert "crt.sh (127.0.0.1)" in shown.stdout
    assert "case 18" in shown.stdout
    made = json.loads(run("disclosures", "--config", config, "--format", "json").stdout)
    assert [one["kind"] for one in made] == ["domain", "name", "email"]
    assert set(made[0]) == {"id", "at", "who", "kind", "recipient", "purpose", "command"}
    assert "jane" not in (shown.stdout + json.dumps(made)).casefold()
    newest = json.loads(run("disclosures", "--config", config, "--format", "json", "--limit", "1").stdout)
    assert newest == made[:1]


def test_no_disclosures(config: Path) -> None:
    assert run("disclosures", "--config", config).exit_code == 1  # no index yet
    run("search", JANE, "--yes", "--config", config, "--in", "crt.sh")
    assert "Nothing was disclosed" not in run("disclosures", "--config", config).stdout
    with Simulator() as sim:
        sim.add("people", people_log("people", 10), LogProtocol.STATIC_CT)
        other = ("--db", config.parent / "other.db")
        run("scan", "--log-list", sim.list_url, "--scope", "example.org", *other)
    assert "Nothing was disclosed" in run("disclosures", *other).stdout
    assert run("disclosures", "--format", "json", *other).stdout.strip() == "[]"


# --- scan --repository ----------------------------------------------------------------------------------------------


def scan(config: Path, *arguments: str) -> tuple[int, dict[str, object], str]:
    result = run("scan", "--config", config, "--format", "json", *arguments)
    return result.exit_code, json.loads(result.stdout), result.stderr


def test_a_scan_asks_for_the_scope_and_reads_no_log(crtsh: FakeCrtsh, config: Path) -> None:
    add(config, 'scope = ["example.org", "organisation:Example, Ltd."]')
    code, shape, said = scan(config, "--repository", "crt.sh")
    assert (code, shape["exit_code"], shape["logs"]) == (0, 0, [])
    assert [(s["kind"], s["outcome"]) for s in shape["searches"]] == [  # type: ignore[attr-defined]
        ("domain", "whole"),
        ("organisation", "whole"),
    ]
    assert "will be asked about 1 domain and 1 organisation" in said
    assert len(json.loads(run("lookup", "@example.org", "--config", config, "--format", "json").stdout)["matches"]) == 2
    (_, one) = json.loads(run("disclosures", "--config", config, "--format", "json").stdout)
    assert (one["command"], one["kind"]) == ("scan --repository", "domain")
    crtsh.asked.clear()
    scan(config, "--repository", "crt.sh")
    assert crtsh.requests
    assert not crtsh.fetched  # kept certificates are not fetched again


def test_single_people_of_the_scope_need_consent(crtsh: FakeCrtsh, config: Path) -> None:
    add(config, f'scope = ["example.org", "{MARY}"]')
    code, shape, said = scan(config, "--repository", "crt.sh")
    assert code == 4
    assert [s["kind"] for s in shape["searches"]] == ["domain"]  # type: ignore[attr-defined]
    assert "1 e-mail address of the scope left out" in said
    assert "search_people = true" in said
    assert not any("mary" in query for query in crtsh.asked)
    alone = run("scan", "--config", config, "--repository", "crt.sh", "--scope", MARY)
    assert alone.exit_code == 2
    assert "search_people = true" in error_line(alone)
    add(config, "search_people = true")
    code, shape, said = scan(config, "--repository", "crt.sh")
    assert (code, [s["kind"] for s in shape["searches"]]) == (0, ["domain", "email"])  # type: ignore[attr-defined]
    assert any("mary" in query for query in crtsh.asked)
    assert "mary" not in said


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("--everything",), "got everything"),
        (("--scope", "example.org", "--follow"), "--follow is for logs"),
        (("--scope", "example.org", "--log", "x"), "--log is for logs"),
        (("--scope", "example.org", "--from", "start"), "--from is for logs"),
        (("--scope", "example.org", "--jobs", "2"), "--jobs is for logs"),
        (("--scope", "organisation:Example", "--repository", "certspotter", "--contact", "ct@example.org"), ""),
        ((), "expected at least one of domain:"),
    ],
)
def test_scans_of_repositories_that_make_no_sense(
    crtsh: FakeCrtsh, config: Path, arguments: tuple[str, ...], expected: str
) -> None:
    repository = () if "--repository" in arguments else ("--repository", "crt.sh")
    result = run("scan", "--config", config, *repository, *arguments)
    assert result.exit_code == 2
    assert (expected or "left out: certspotter can't be asked for that") in error_line(result)
    assert crtsh.requests == 0


def test_repositories_of_the_configuration_are_asked_before_the_logs_are_read(crtsh: FakeCrtsh, config: Path) -> None:
    add(config, 'scope = ["example.org"]\nrepositories = ["crt.sh"]')
    with Simulator() as sim:
        sim.add("people", people_log("people", 10), LogProtocol.STATIC_CT)
        code, shape, _ = scan(config, "--log-list", sim.list_url)
        assert (code, len(shape["searches"]), len(shape["logs"])) == (0, 1, 1)  # type: ignore[arg-type]
        assert crtsh.requests
        sim.logs["people"].root = bytes(32)
        assert scan(config, "--log-list", sim.list_url)[0] == 3


# --- look-ups send nothing ------------------------------------------------------------------------------------------

PROBE = """
import sys
def refuse(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.sendto", "socket.gethostbyname"):
        raise SystemExit("the network was asked")
sys.addaudithook(refuse)
from ctscan.cli import program
program.main(sys.argv[1:])
"""


def probed(config: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith("CTSCAN_")}
    return forked.run(
        [sys.executable, "-c", PROBE, *arguments],
        cwd=config.parent, capture_output=True, text=True, env={**clean, "PYTHONPATH": str(ROOT)}, timeout=60,
        check=False,
    )  # fmt: skip


def test_a_look_up_sends_nothing(crtsh: FakeCrtsh, config: Path) -> None:
    add(config, 'repositories = ["crt.sh"]\nsearch_people = true\nocsp = true')
    run("search", JANE, "--yes", "--config", config)
    asked = crtsh.requests
    for arguments in (("lookup", JANE, MARY, "Jane Roe"), ("disclosures",)):
        done = probed(config, *arguments)
        assert "the network was asked" not in done.stderr
        assert done.returncode in (0, 4)
    assert crtsh.requests == asked
    assert "the network was asked" in probed(config, "search", MARY, "--yes").stderr  # the probe does notice requests


def test_the_record_of_searches_names_nobody(crtsh: FakeCrtsh, config: Path) -> None:
    empty = run("runs", "--searches", "--config", config)
    assert empty.exit_code == 1  # no index yet
    run("search", JANE, "@example.org", "--yes", "--config", config)
    shown = run("runs", "--searches", "--config", config)
    assert shown.exit_code == 0
    assert "domain:example.org" in shown.stdout
    assert "jane" not in shown.stdout
    domain, person = json.loads(run("runs", "--searches", "--format", "json", "--config", config).stdout)
    assert (domain["question"], person["question"], person["kind"]) == ("domain:example.org", None, "email")
    assert run("runs", "--config", config).stdout.startswith("Nothing was scanned yet")
