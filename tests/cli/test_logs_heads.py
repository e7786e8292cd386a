"""`ctscan logs` and `ctscan logs heads` with witnesses: their cosignatures are verified and shown."""

from __future__ import annotations

import asyncio
import json
import struct
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from support.cli import error_line, run
from support.scanning import people_log, scan
from support.simulator import Change, Simulator, body_changed

from ctscan.index.open import open_index
from ctscan.model import LogProtocol

TIME = 1_770_000_000


class Witness:
    """Witness that cosigns checkpoints."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._key = Ed25519PrivateKey.from_private_bytes(sha256(name.encode()).digest())
        material = b"\x04" + self._key.public_key().public_bytes_raw()
        self._id = sha256(name.encode() + b"\n" + material).digest()[:4]
        self.vkey = f"{name}+{self._id.hex()}+{b64encode(material).decode()}"

    def cosigns(self, time: int = TIME, spoil: bytes = b"") -> Change:
        def add(raw: bytes) -> bytes:
            text = raw.rpartition(b"\n\n")[0] + b"\n" + spoil
            signature = self._key.sign(b"cosignature/v1\ntime %d\n" % time + text)
            value = b64encode(self._id + struct.pack(">Q", time) + signature).decode()
            return raw + f"— {self.name} {value}\n".encode()

        return body_changed(add)


ONE, TWO = Witness("witness.example.org/one"), Witness("witness.example.org/two")


@pytest.fixture
def db(tmp_path: Path) -> Path:
    """Index of a log whose checkpoint the first witness cosigned, and another log without checkpoints."""
    with Simulator() as sim:
        sim.add("people", people_log(size=300)).fault("checkpoint", ONE.cosigns())
        sim.add("older", people_log("older", 300, leaf_index=False), LogProtocol.RFC6962)
        scan(sim, tmp_path / "ctscan.db")
    return tmp_path / "ctscan.db"


def shown(db: Path, *arguments: str, witnesses: tuple[Witness, ...] = (ONE, TWO)) -> str:
    result = run("logs", *arguments, "--db", db, env={"CTSCAN_WITNESSES": ";".join(one.vkey for one in witnesses)})
    assert (result.exit_code, result.stderr) == (0, "")
    return result.stdout


def test_logs_show_by_how_many_witnesses_the_newest_head_is_cosigned(db: Path) -> None:
    assert "people: cosigned by 1 of 2 witnesses, newest 2026-02-02T02:40:00Z" in shown(db)
    assert "people: cosigned by none of 1 witnesses" in shown(db, witnesses=(TWO,))
    assert "witnesses" not in shown(db, witnesses=())
    assert "older: cosigned" not in shown(db)  # an STH carries no cosignatures


def test_cosignatures_in_json(db: Path) -> None:
    logs = {log["name"]: log for log in json.loads(shown(db, "--format", "json"))}
    cosigned = [{"witness": ONE.name, "time": "2026-02-02T02:40:00Z", "verified": True}]
    assert (logs["people"]["witnesses"], logs["people"]["cosignatures"]) == (2, cosigned)
    assert logs["older"]["cosignatures"] == []
    heads = {log["log"]: log for log in json.loads(shown(db, "heads", "--format", "json"))}
    assert heads["people"]["heads"][0]["cosignatures"] == cosigned


def test_heads_are_listed_with_their_witnesses(db: Path) -> None:
    lines = shown(db, "heads").splitlines()
    (people,) = [line for line in lines if line.startswith("people")]
    assert " 300 " in people and "by 1 of 2 witnesses, newest 2026-02-02T02:40:00Z" in people
    assert "by 0 of 2 witnesses" in next(line for line in lines if line.startswith("older"))


def test_an_index_without_heads_says_so(tmp_path: Path) -> None:
    async def make() -> None:
        async with await open_index(tmp_path / "x.db", create=True):
            pass

    asyncio.run(make())
    assert shown(tmp_path / "x.db", "heads") == "No head was seen yet.\n"


def test_an_export_says_what_it_wrote_and_agrees_with_itself(db: Path, tmp_path: Path) -> None:
    to = tmp_path / "heads.json"
    exported = run("logs", "heads", "--export", to, "--db", db)
    assert (exported.stdout, exported.stderr) == ("", f"Wrote {to}: 2 heads of 2 logs.\n")
    lines = shown(db, "heads", "--compare", str(to)).splitlines()
    assert sorted(lines[:2]) == ["older: 1 head agrees", "people: 1 head agrees"]
    assert lines[2:] == ["No contradiction."]


def test_a_cosignature_that_does_not_verify_is_named(tmp_path: Path) -> None:
    with Simulator() as sim:
        sim.add("people", people_log(size=300)).fault("checkpoint", ONE.cosigns(spoil=b"another text\n"))
        assert scan(sim, tmp_path / "ctscan.db").exit_code == 0  # the log signed its head: a witness can't spoil that
    text = shown(tmp_path / "ctscan.db")
    assert "people: cosigned by none of 2 witnesses" in text
    assert f"people: a cosignature under the name and key of {ONE.name} doesn't verify" in text


@pytest.mark.parametrize("command", [("logs",), ("logs", "heads"), ("runs",)])
def test_a_verifier_key_of_another_form_is_a_usage_error(command: tuple[str, ...], db: Path) -> None:
    result = run(*command, "--db", db, env={"CTSCAN_WITNESSES": "witness.example.org"})
    assert result.exit_code == 2
    assert "CTSCAN_WITNESSES: expected verifier keys of witnesses" in error_line(result)


@pytest.mark.parametrize("command", [("logs",), ("logs", "heads")])
def test_a_verifier_key_with_the_id_of_another_key_is_a_usage_error(command: tuple[str, ...], db: Path) -> None:
    wrong = ONE.vkey.replace(ONE.vkey.split("+")[1], "00000000")
    result = run(*command, "--db", db, env={"CTSCAN_WITNESSES": wrong})
    assert result.exit_code == 2
    assert "witnesses: verifier key of a witness: expected the key ID" in error_line(result)
