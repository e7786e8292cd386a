"""Tests by a small, repeatable part of the fuzzing, and tests of the fuzzer itself."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from mutator import Mutator, replaced, tree
from run import Outcome, Plan, work
from seeds import all_seeds, from_path, kept
from strategies import built, mutated
from support.certs import extension, make_certificate, name, tlv
from target import Failure, Hang, failures_of, interrupted_after

from ctscan.errors import FormatError
from ctscan.x509.certificate import read_certificate

RUN = Path(__file__).parent / "run.py"
DER = make_certificate([("CN", "Jane Doe")], [("email", "jane@example.org")])


@pytest.mark.parametrize("runs", [1000, pytest.param(10_000, marks=pytest.mark.long)])
def test_mutated_certificates_break_nothing(runs: int) -> None:
    outcome = work(Plan(runs=runs, seconds=0, seed=0), 0, 1)
    assert outcome.runs == runs
    assert dict(outcome.first) == {}


def test_what_is_kept_breaks_nothing() -> None:
    assert len(kept()) > 50
    assert [failures_of(data) for data in kept()] == [[] for _ in kept()]


@pytest.mark.parametrize("share", [4, pytest.param(1, marks=pytest.mark.long)])
def test_huge_certificates_are_quick_and_small(share: int) -> None:
    """Certificates with very many broken attributes, attributes, strings or @ once took seconds or 100 MiB.

    A quarter of the text already takes longer than allowed where the time grows with its square.
    """
    broken, whole = tlv(0x31, tlv(0x30, b"\x30")), name([("CN", "Jane Doe")])[2:]
    for subject in (
        tlv(0x30, broken * 20_000),
        tlv(0x30, whole * 6_000),
        tlv(0x30, tlv(0xA0, b"a@b.cc \0" * 20_000)),
    ):
        assert failures_of(make_certificate(subject)) == []
    for value in (b"\x30\x00" * 80_000, b"www.example.org" * 12_000, b"\x0c\x01x" * 60_000):
        assert failures_of(make_certificate(extra=[extension("1.2.3.4", tlv(0x30, value))])) == []
    texts = (
        b"@" * (1_000_000 // share),
        b"a@b.example, " * (80_000 // share),
        b"jane@example.org" * (60_000 // share),
        "é@é.example ".encode() * (70_000 // share),
    )
    for number, text in enumerate(texts):
        subject, names = [("CN", text), ("O", text)], [("email", text), ("uri", text)]
        kept = slice(None) if share == 1 else slice(number % 2, None, 2)  # one of two fields is enough for a square
        assert failures_of(make_certificate(subject[kept], names[kept])) == []


@given(built)
def test_any_value_of_any_type_breaks_nothing(data: bytes) -> None:
    read_certificate(data)
    assert failures_of(data) == []


@settings(max_examples=120, deadline=None)
@given(mutated)
def test_mutations_of_any_number_break_nothing(data: bytes) -> None:
    assert failures_of(data) == []


def test_an_input_follows_from_its_number() -> None:
    seeds = all_seeds()
    one, other = Mutator(seeds, seed=7), Mutator(seeds, seed=7)
    again = [one.input(index) for index in range(200)]
    assert [other.input(index) for index in reversed(range(200))] == again[::-1]
    assert again != [Mutator(seeds, seed=8).input(index) for index in range(200)]
    assert len(set(again)) > 150


def test_changed_elements_keep_the_certificate_readable() -> None:
    nodes = tree(DER)
    assert len(nodes) > 60
    text = next(node for node in nodes if DER[node.body : node.end] == b"Jane Doe")
    longer = read_certificate(replaced(DER, nodes, text, b"\x0c\x81\xc8" + b"x" * 200))
    assert longer.subject.attributes[0].text.value == "x" * 200
    assert longer.problems == ()


def test_most_mutated_certificates_can_still_be_read() -> None:
    """Readable mutants reach the rules behind the reader."""
    mutator, readable = Mutator(all_seeds(), seed=3), 0
    for index in range(500):
        try:
            readable += bool(read_certificate(mutator.input(index)).fields)
        except FormatError:
            continue
    assert readable > 250


def test_an_input_is_interrupted_for_its_work_and_not_for_that_of_others() -> None:
    with interrupted_after(0.05):
        time.sleep(0.1)
    with pytest.raises(Hang), interrupted_after(0.05):
        while True:
            pass


def test_outcomes_of_workers_add_up() -> None:
    crash = Failure("crash", "KeyError at rules/x.py:1")
    one, other = Outcome(runs=3), Outcome(runs=4)
    one.add(crash, 9)
    other.add(crash, 5)
    one.merge(other)
    assert (one.runs, one.times[crash], one.first[crash]) == (7, 2, 5)


def test_a_rule_that_breaks_is_told_with_its_line_and_the_input_is_saved(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text(
        "from ctscan.personal.rules import rule\n"
        "@rule(id='a.broken', version=1, category='user.name', kinds=('name',), cites=('RFC 5280',))\n"
        "def broken(view):\n    '''Breaks.'''\n    return [view.fields[0].no_such_thing]\n"
    )
    (tmp_path / "seed.der").write_bytes(DER)
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import run, ctscan.personal.rules as rules;"
        "from pathlib import Path; rules.__path__.append(sys.argv[2]);"
        "plan = run.Plan(50, 0, 1, save=Path(sys.argv[2]) / 'saved');"
        "run.report(plan, run.mutator(plan), run.work(plan, 0, 1), 1)"
    )
    arguments = [sys.executable, "-c", code, str(RUN.parent), str(tmp_path)]
    out = subprocess.run(arguments, capture_output=True, text=True, check=True).stdout
    assert "rule a.broken: AttributeError at" in out
    assert "broken.py:5" in out
    assert [path.suffix for path in (tmp_path / "saved").iterdir()] == [".der"]


def test_workers_share_the_inputs_and_other_seeds_can_be_given(tmp_path: Path) -> None:
    (tmp_path / "seed.der").write_bytes(DER)
    assert list(from_path(tmp_path)) == [DER]
    arguments = [sys.executable, str(RUN), "--runs", "60", "--processes", "2", "--save", str(tmp_path / "saved")]
    out = subprocess.run([*arguments, str(tmp_path / "seed.der")], capture_output=True, text=True, check=True).stdout
    assert out.startswith("60 inputs in ")
    assert out.endswith("no failures\n")
