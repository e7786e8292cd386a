"""Entrance from bytes to findings: kinds, scope, and readers and rules that fail."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from support.certs import make_certificate, make_precert

import ctscan.personal.analyse as door
from ctscan.model import EntryKind
from ctscan.personal import rules
from ctscan.personal.analyse import DerKind, analyse, kind_of_leaf
from ctscan.personal.scope import parse_scope

ADDRESS = "jana.novak@example.org"
MAIL = [("email", ADDRESS)]
WHOLE = make_certificate([("CN", "www.example.org")], MAIL)
BARE = make_precert([("CN", "www.example.org")], MAIL).tbs
GARBAGE = b"\x30\x82\x7f\xff " + ADDRESS.encode()


@pytest.mark.parametrize("kind", DerKind)
def test_bytes_are_read_as_the_kind_that_they_are_said_to_be(kind: DerKind) -> None:
    assert bool(analyse(WHOLE, kind).unreadable) is (kind is DerKind.TBS)
    bare = analyse(BARE, kind)
    assert (bool(bare.unreadable), bare.is_tbs) == (
        (False, True) if kind in (DerKind.TBS, DerKind.ANY) else (True, False)
    )
    assert [finding.canonical for finding in bare.findings] == [ADDRESS]


def test_leaves_of_precertificate_entries_are_bare() -> None:
    assert [kind_of_leaf(kind) for kind in (EntryKind.X509, EntryKind.PRECERT)] == [DerKind.LEAF, DerKind.TBS]


@pytest.mark.parametrize("data", [WHOLE, GARBAGE])
@pytest.mark.parametrize(
    ("scope", "is_kept"), [("example.org", True), (f"email:{ADDRESS}", True), ("a.example", False)]
)
def test_the_scope_decides_for_certificates_and_for_readable_strings(data: bytes, scope: str, is_kept: bool) -> None:
    assert analyse(data, DerKind.CERTIFICATE, parse_scope([scope])).in_scope is is_kept


def test_without_findings_only_the_unreadable_is_in_scope() -> None:
    nobody = analyse(make_certificate([("O", "Example")]))
    assert (nobody.in_scope, nobody.is_complete, nobody.problems) == (False, True, ())
    unreadable = analyse(b"")
    assert (unreadable.in_scope, unreadable.is_complete, unreadable.findings) == (True, False, ())


def failing(what: str, tmp_path: Path, der: bytes) -> str:
    """Run an analysis where one reader or rule raises an error that quotes the certificate."""
    (tmp_path / "broken.py").write_text(
        "from ctscan.personal.rules import rule\n"
        "@rule(id='a.broken', version=1, category='user.name', kinds=('name',), cites=('RFC 5280',))\n"
        "def broken(view):\n    '''Breaks.'''\n    raise KeyError(view.certificate.subject)\n"
    )
    code = (
        "import sys; import ctscan.personal.rules as rules, ctscan.personal.analyse as door\n"
        "def quoting(der): raise KeyError(der)\n"
        f"{what}\n"
        "found = door.analyse(sys.stdin.buffer.read(), door.DerKind.CERTIFICATE)\n"
        "print(found.certificate is None, found.is_complete, found.in_scope, len(found.findings), found.unreadable,"
        "  *(f'{problem.path} {problem.what}' for problem in found.problems), sep='|')"
    )
    arguments = [sys.executable, "-c", code, str(tmp_path)]
    root = Path(__file__).parents[2]
    out = subprocess.run(arguments, input=der, capture_output=True, check=True, cwd=root).stdout.decode().strip()
    assert "jana" not in out and "example" not in out
    return out


def test_a_reader_that_fails_makes_a_certificate_unreadable(tmp_path: Path) -> None:
    out = failing("door._READERS[door.DerKind.CERTIFICATE] = (quoting,)", tmp_path, WHOLE)
    why = "the reader failed with KeyError"
    assert out == f"True|False|True|1|{why}|certificate {why}"


FAILED = "the rule failed (KeyError); the other rules were applied"


def test_a_rule_that_fails_hides_nothing_that_others_find(tmp_path: Path) -> None:
    out = failing("rules.__path__.append(sys.argv[1])", tmp_path, WHOLE)
    assert out == f"False|False|True|1||rule a.broken {FAILED}"


def test_a_rule_that_fails_where_nothing_is_found_makes_a_certificate_unreadable(tmp_path: Path) -> None:
    out = failing("rules.__path__.append(sys.argv[1])", tmp_path, make_certificate([("CN", "www.invalid")]))
    why = f"rule a.broken: {FAILED}"
    assert out == f"True|False|True|0|{why}|certificate {why}|rule a.broken {FAILED}"


@pytest.mark.parametrize("broken", ["group_by_person", "View", "_salvage"])
def test_code_around_the_rules_that_fails_makes_a_certificate_unreadable(broken: str, tmp_path: Path) -> None:
    out = failing(f"rules.{broken} = lambda *given: quoting(given)", tmp_path, WHOLE)
    why = "the search for personal data failed with KeyError"
    assert out == f"True|False|True|1|{why}|certificate {why}"


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
def test_an_interrupt_passes(error: type[BaseException], monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise error

    with monkeypatch.context() as patched:
        patched.setattr(rules, "group_by_person", interrupt)
        with pytest.raises(error):
            analyse(WHOLE, DerKind.CERTIFICATE)
    monkeypatch.setitem(door._READERS, DerKind.CERTIFICATE, (interrupt,))
    with pytest.raises(error):
        analyse(WHOLE, DerKind.CERTIFICATE)
