"""`ctscan case identify`: codes, other proofs, and certificates that are held back."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from support.certs import make_certificate
from support.cli import error_line, process, run
from support.logs import LogBuilder
from support.smtp_server import PASSWORD, server_certificate, smtp_server

ADDRESS = "jr77@example.org"
TODAY = datetime.now().astimezone().date()
SINCE = datetime(2026, 5, 4, tzinfo=UTC)
CONTROLLER = """
[controller]
name = "Beispiel GmbH"
address = "Musterweg 1; 10115 Berlin"
contact = "privacy@example.com"
authority = "Example Authority"
"""


def certificate(name: str, begins: datetime, serial: int = 1) -> bytes:
    subject = [("GN", name.split()[0]), ("SN", name.split()[1])]
    san = [("email", ADDRESS)]
    return make_certificate(subject, san, not_before=begins, eku=("1.3.6.1.5.5.7.3.4",), serial=serial)


OWN = certificate("Jane Roe", SINCE + timedelta(days=9))
OLD = certificate("Jane Roe", SINCE - timedelta(days=9), serial=2)
BEFORE = certificate("Max Doe", SINCE + timedelta(days=9))  # with a serial number that its CA gave twice


class Desk:
    """Index of a handler with a case of Jane Roe, and `ctscan case identify` on it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.settings = folder, folder / "ctscan.toml"
        self.settings.write_text(CONTROLLER, encoding="utf-8")
        log = LogBuilder("Desk log")
        for der in (OWN, OLD, BEFORE):
            log.add_certificate(der)
        log.write_static_tree(folder / "log")
        assert self.run("scan", "--log", (folder / "log").as_uri(), "--from", "start", "--everything").exit_code == 0
        self.number = self.open(ADDRESS, "--requester", "Jane Roe", "--since", str(SINCE.date()))

    def run(self, *words: str, stdin: str = "", env: dict[str, str] | None = None) -> Result:
        return run(*words, "--config", str(self.settings), stdin=stdin, env=env)

    def open(self, *words: str) -> str:
        opened = self.run("case", "open", *words, "--regime", "eu", "--received", str(TODAY), "--format", "json")
        assert opened.exit_code == 0, opened.output
        return str(json.loads(opened.stdout)["number"])

    def identify(self, *words: str, number: str = "", stdin: str = "", env: dict[str, str] | None = None) -> Result:
        return self.run("case", "identify", "--case", number or self.number, *words, stdin=stdin, env=env)

    def json(self, *words: str, code: int = 0, number: str = "", stdin: str = "") -> Any:
        result = self.identify(*words, "--format", "json", number=number, stdin=stdin)
        assert result.exit_code == code, result.output
        return json.loads(result.stdout)

    def refused(self, *words: str, code: int = 2, number: str = "", stdin: str = "") -> str:
        result = self.identify(*words, number=number, stdin=stdin)
        assert result.exit_code == code, result.output
        return error_line(result)

    def case(self) -> Any:
        return json.loads(self.run("case", "show", "--case", self.number, "--format", "json").stdout)

    def history(self, what: str) -> list[dict[str, Any]]:
        return [event for event in self.case()["history"] if event["what"] == what]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return Desk(tmp_path_factory.mktemp("desk"))


@pytest.fixture
def desk(filled: Desk) -> Iterator[Desk]:
    """Give every test a case of its own on the same index."""
    number, filled.number = filled.number, filled.open(ADDRESS, "--requester", "Jane Roe", "--since", str(SINCE.date()))
    filled.settings.write_text(CONTROLLER, encoding="utf-8")
    yield filled
    filled.number = number


def identity(desk: Desk, der: bytes) -> str:
    """Return the identity of a certificate in the index."""
    found = desk.run("lookup", f"sha256:{sha256(der).hexdigest()}", "--format", "json", "--case", desk.number)
    return str(json.loads(found.stdout)["matches"][0]["certificate"]["identity"])


def reasons(review: Any) -> dict[str, str]:
    return {one["identity"]: one["reason_code"] for one in review["held_back"]}


# --- codes ----------------------------------------------------------------------------------------------------------


def test_a_code_settles_the_identity_and_leaves_no_trace_of_itself(desk: Desk) -> None:
    made = desk.json("--make-code")
    assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}", made["code"])
    assert (made["position"], made["kind"], made["tries"], made["sent_by"]) == (1, "email", 5, None)
    assert made["code"] in made["text"]
    assert "Beispiel GmbH" in made["text"]
    assert "Jane" not in made["text"]
    assert desk.case()["identity_settled"] is False
    checked = desk.json("--code", "-", stdin=made["code"].lower().replace("-", " ") + "\n")
    assert checked == {"verdict": "right", "position": 1, "tries_left": 0}
    assert desk.case()["identity_settled"] is True
    (event,) = desk.history("identified")
    assert event["detail"]["how"] == "code"
    bare = made["code"].replace("-", "")
    for file in filter(Path.is_file, desk.folder.glob("ctscan.db*")):
        raw = file.read_bytes().upper()
        assert made["code"].encode() not in raw
        assert bare.encode() not in raw


def test_wrong_codes_count_and_end_the_code(desk: Desk) -> None:
    code = desk.json("--make-code")["code"]
    wrong = "00000-00000" if code != "00000-00000" else "11111-11111"
    lefts = [desk.json("--code", wrong, code=1)["tries_left"] for _ in range(5)]
    assert lefts == [4, 3, 2, 1, 0]
    assert desk.json("--code", code, code=1)["verdict"] == "not open"
    assert len(desk.history("code refused")) == 5
    assert desk.identify("--code", code).stdout.startswith("No code counts now")


def test_the_lines_of_the_handler(desk: Desk) -> None:
    shown = desk.identify("--make-code")
    code = re.search(r"^Code for identifier 1: (\S+)$", shown.stdout, re.M)
    assert code is not None
    assert "Your request C-" in shown.stdout
    assert desk.identify("--code", "00000-00001").stdout == "The code is wrong. 4 tries are left.\n"
    right = desk.identify("--code", code[1])
    assert (right.exit_code, right.stdout) == (0, "The code is right: identifier 1 is the requester's today.\n")


def test_a_slip_costs_no_try(desk: Desk) -> None:
    desk.json("--make-code")
    for slip in ("0000", "00000-000000", "my code"):
        said = desk.refused("--code", slip)
        assert "nothing was counted as a try" in said
        assert slip not in said
    assert desk.history("code refused") == []


def test_the_code_of_another_case_or_identifier_is_wrong(desk: Desk) -> None:
    other = desk.open(ADDRESS, "jane.roe@example.org", "name:Jane Roe")
    code = desk.json("--make-code")["code"]
    desk.json("--make-code", "--for", "1", number=other)
    assert desk.json("--code", code, code=1, number=other)["verdict"] == "wrong"
    second = desk.json("--make-code", "--for", "-", number=other, stdin="Jane.Roe@example.org\n")
    assert second["position"] == 2
    assert desk.json("--code", second["code"], "--for", "1", code=1, number=other)["verdict"] == "wrong"
    assert desk.json("--code", second["code"], "--for", "jane.roe@example.org", number=other)["verdict"] == "right"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ["--make-code"],
            "expected --for with the identifier that the code is for; a code reaches somebody at 1 (email), 2",
        ),
        (
            ["--make-code", "--for", "3"],
            "--for: expected an identifier of the case at which a code reaches somebody: 1 (email)",
        ),
        (["--make-code", "--for", "0"], "--for: expected an identifier of the case"),
        (["--make-code", "--for", "9"], "--for: expected an identifier of the case"),
        (["--make-code", "--for", "max@example.org"], "--for: expected an identifier of the case"),
        (["--send"], "--send: expected with --make-code, got it without"),
        (["--for", "1"], "--for: expected with --make-code or --code"),
        (["--at", "2026-01-31"], "--at: expected with --seen"),
        (
            ["--make-code", "--code", "00000-00000"],
            "expected one of --make-code, --code, --seen, --confirm or --reject, got",
        ),
        (["--code", "-", "--for", "-"], "got it for both"),
    ],
)
def test_options_that_dont_fit_are_refused(desk: Desk, words: list[str], said: str) -> None:
    number = desk.open(ADDRESS, "jane.roe@example.org", "name:Jane Roe")
    refused = desk.refused(*words, number=number)
    assert said in refused
    assert not any(text in refused for text in ("max", "jane", "Jane", ADDRESS))


def test_unknown_cases_and_closed_ones(desk: Desk) -> None:
    assert "not in the register" in desk.refused("--make-code", number="C-1999-0001")
    assert desk.run("case", "close", "--case", desk.number, "--outcome", "withdrawn").exit_code == 0
    assert "closed" in desk.refused("--make-code")
    assert "closed" in desk.refused("--seen", "a badge")


def test_a_lost_key_is_named_and_costs_no_try(desk: Desk) -> None:
    code = desk.json("--make-code")["code"]
    key = desk.folder / "ctscan.db.key"
    kept = key.read_text()
    try:
        key.write_text("ctscan privacy key v1\n" + "0" * 64 + "\n")
        assert "another key than the one that the code was made with" in desk.refused("--code", code, code=1)
    finally:
        key.write_text(kept)
    assert desk.history("code refused") == []
    assert desk.json("--code", code)["verdict"] == "right"


def test_checks_at_once_share_no_try(desk: Desk) -> None:
    desk.json("--make-code")
    words = ("case", "identify", "--case", desk.number, "--code", "00000-00000", "--config", desk.settings)

    def check(_: int) -> int:
        return process(*words, "--format", "json", cwd=desk.folder).returncode

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(check, range(8))) == {1}
    assert len(desk.history("code refused")) == 5


# --- mail -----------------------------------------------------------------------------------------------------------


def settings(desk: Desk, port: int, security: str = "none", user: str = "") -> None:
    mail = f'[mail]\nhost = "127.0.0.1"\nport = {port}\nsecurity = "{security}"\nfrom = "privacy@example.com"\n'
    user = f'user = "{user}"\n' if user else ""
    desk.settings.write_text(CONTROLLER + mail + user, encoding="utf-8")


def test_a_code_is_sent_and_shown_to_nobody_else(desk: Desk) -> None:
    with smtp_server() as server:
        settings(desk, server.port)
        made = desk.json("--make-code", "--send")
    assert (made["code"], made["text"], made["sent_by"]) == (None, None, "127.0.0.1")
    ((sender, to),) = server.envelopes
    assert (sender, to) == ("privacy@example.com", [ADDRESS])
    text = server.received[0].get_content()
    assert server.received[0]["Subject"] == f"Your request {desk.number}: one-time code"
    code = re.search(r"code is: (\S+)", text)
    assert code is not None
    assert desk.json("--code", code[1])["verdict"] == "right"
    listed = json.loads(desk.run("disclosures", "--format", "json").stdout)
    assert (listed[0]["recipient"], listed[0]["kind"]) == ("127.0.0.1", "email")
    assert listed[0]["command"] == "case identify --send"
    assert [event["detail"]["sent"] for event in desk.history("code made")] == ["smtp"]


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("Jane.Roe@Example.ORG", "Jane.Roe@example.org"),
        ("Weiß@straße.example.net", "Weiß@xn--strae-oqa.example.net"),
        ("Jane Roe <jane.roe@example.org>", "jane.roe@example.org"),
        ("mailto:jane.roe@example.org", "jane.roe@example.org"),
    ],
)
def test_a_code_goes_to_the_address_as_it_was_typed(desk: Desk, typed: str, sent: str) -> None:
    number = desk.open(typed)
    with smtp_server() as server:
        settings(desk, server.port)
        desk.json("--make-code", "--send", "--for", "1", number=number)
    assert server.envelopes[0][1] == [sent]


def test_a_code_is_sent_over_an_encrypted_connection(desk: Desk, tmp_path: Path) -> None:
    tls, trusted = server_certificate(tmp_path)
    with smtp_server(tls=tls, asks_for_account=True) as server:
        settings(desk, server.port, "starttls", "privacy")
        env = {"SSL_CERT_FILE": str(trusted), "CTSCAN_MAIL_PASSWORD": PASSWORD}
        sent = desk.identify("--make-code", "--send", env=env)
    assert sent.exit_code == 0, sent.output
    assert len(server.received) == 1
    assert PASSWORD not in sent.output


def test_a_server_that_refuses_leaves_a_code_that_nobody_has(desk: Desk) -> None:
    with smtp_server(RCPT=f"550 {ADDRESS} is nobody") as server:
        settings(desk, server.port)
        said = desk.refused("--make-code", "--send", code=1)
    assert "refused the address of the recipient (550)" in said
    assert said.endswith("The code that was made is lost: make another")
    assert ADDRESS not in said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (CONTROLLER, "mail: expected a server, found no host and no from; write into ctscan.toml, under [mail]"),
        ("", "expected the controller who answers to the person, found no name, no address, no contact, no authority"),
        (
            CONTROLLER + '[mail]\nhost = "127.0.0.1"\nfrom = "a@example.com"\nuser = "u"\n',
            "expected the password of the user under [mail], got none; set CTSCAN_MAIL_PASSWORD",
        ),
    ],
)
def test_nothing_is_made_where_it_cant_be_sent(desk: Desk, text: str, said: str) -> None:
    desk.settings.write_text(text, encoding="utf-8")
    assert said in desk.refused("--make-code", "--send")
    assert desk.history("code made") == []


def test_a_telephone_gets_no_mail(desk: Desk) -> None:
    number = desk.open("phone:+49 30 901820", "account:jroe")
    with smtp_server() as server:
        settings(desk, server.port)
        assert "--send: expected an e-mail address" in desk.refused(
            "--make-code", "--for", "1", "--send", number=number
        )
        assert desk.json("--make-code", "--for", "1", number=number)["kind"] == "phone"


# --- other proofs ---------------------------------------------------------------------------------------------------


def test_another_proof_is_recorded_in_words(desk: Desk) -> None:
    result = desk.identify("--seen", "-", stdin="passport, shown in a video call\n")
    assert result.exit_code == 0, result.output
    assert desk.case()["identity_settled"] is True
    (event,) = desk.history("identified")
    assert event["detail"] == {"how": "passport, shown in a video call"}


@pytest.mark.parametrize(
    "text", ["", "  ", "passport C01X00T47", "mail of jane.roe@example.org", "a" * 501, "a\x1b[2Jb"]
)
def test_a_copy_of_a_proof_is_refused(desk: Desk, text: str) -> None:
    desk.refused("--seen", text)
    assert desk.history("identified") == []


# --- held back ------------------------------------------------------------------------------------------------------


def test_what_a_code_leaves_open_is_listed_then_confirmed_or_rejected(desk: Desk) -> None:
    desk.json("--code", desk.json("--make-code")["code"])
    old, before = identity(desk, OLD), identity(desk, BEFORE)
    review = desk.json()
    assert (review["number"], review["identity_settled"]) == (desk.number, True)
    assert reasons(review) == {old: "doubt.before-since", before: "doubt.name-differs"}
    assert desk.identify("--confirm", f"sha256:{sha256(OLD).hexdigest()}", "--reject", before).exit_code == 0
    assert reasons(desk.json()) == {before: "doubt.rejected"}
    assert [event["detail"] for event in desk.history("finding confirmed")] == [{"certificate": old}]
    lines = desk.identify().stdout.splitlines()
    assert lines[:3] == ["The identity is settled.", "1 certificate is held back:", f"  certificate {before}"]


def test_without_a_proof_everything_is_held_back(desk: Desk) -> None:
    review = desk.json()
    assert review["identity_settled"] is False
    assert reasons(review)[identity(desk, OWN)] == "doubt.unproven"
    assert "The identity is not settled: no finding leaves the case." in desk.identify().stdout


def test_only_certificates_of_the_case_are_decided_on(desk: Desk) -> None:
    own = identity(desk, OWN)
    assert "no look-up of C-" in desk.refused("--confirm", "ab" * 32)
    assert "expected a certificate as the identity or SHA-256" in desk.refused("--reject", "jane.roe@example.org")
    assert "got both for one of them" in desk.refused("--confirm", own, "--reject", own)
    assert desk.history("finding confirmed") == desk.history("finding rejected") == []


def test_the_trail_names_the_case_and_nobody(desk: Desk) -> None:
    desk.json("--make-code")
    desk.json()
    events = json.loads(desk.run("audit", "show", "--format", "json", "--limit", "6").stdout)
    assert all(event["case"] == desk.number for event in events[:3])
    with sqlite3.connect(f"{desk.folder / 'ctscan.db'}.audit") as trail:
        dump = "\n".join(trail.iterdump())
    assert ADDRESS not in dump
    assert "Jane" not in dump
