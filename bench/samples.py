"""Measurements of real data: candidates of the prefilter among entries, and certificates to read in full.

--samples FOLDER         navigli2025h2/tile/data/…             data tiles, uncompressed
                         rfc6962-entries/live_ct.json          objects with leaf_input and extra_data
--certificates FOLDER    *.jsonl.gz                            an object with der_b64 on each line
"""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from support.logs import WIDTH

from bench.context import Bench
from bench.results import Row, row
from ctscan.ct.extra_data import extra_of
from ctscan.ct.wire import cut_get_entries, cut_tile, entry_of
from ctscan.errors import FormatError
from ctscan.model import Batch
from ctscan.personal.batch import BatchAnalyser
from ctscan.personal.rules import find_personal_data
from ctscan.personal.scope import parse_scope
from ctscan.x509.certificate import read_certificate

TILES = Path("navigli2025h2/tile/data")
ANSWERS = Path("rfc6962-entries/live_ct.json")
_NO_LOG = bytes(32)


def prefilter(bench: Bench) -> None:
    """Count candidates among real entries, in a first pass and once the issuers are known."""
    folder = bench.options.samples
    if folder is None:
        bench.results.note("no --samples: the rows about real entries are left out")
        return
    bench.results.add(*_candidates("entries of real DV tiles", _tiles(folder / TILES), 1.0))
    bench.results.add(*_candidates("live entries of RFC 6962 logs", [_answer(folder / ANSWERS)], None))


def _candidates(what: str, batches: Iterable[Batch], most: float | None) -> list[Row]:
    found = list(batches)
    analyser = BatchAnalyser(parse_scope([], everything=True), entry_of, extra_of)
    rows = []
    for when in ("in a first pass", "once issuers are learnt"):
        examined = [analyser.analyse(batch) for batch in found]
        let, entries = sum(e.candidates for e in examined), sum(e.entries for e in examined)
        share = let / entries * 100
        rows.append(row(f"candidates, {what}, {when}", share, f"% ({let} of {entries:,})", most=most))
    return rows


def _tiles(folder: Path) -> Iterable[Batch]:
    """Read data tiles: whole tiles are files `NNN`, partial tiles `NNN.p/width`."""
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        partial = path.parent.suffix == ".p"
        tile, width = (int(path.parent.stem), int(path.name)) if partial else (int(path.name), WIDTH)
        yield cut_tile(path.read_bytes(), _NO_LOG, tile * WIDTH, width)


def _answer(path: Path) -> Batch:
    found = json.loads(path.read_text(encoding="utf-8"))
    entries = [{key: each[key] for key in ("leaf_input", "extra_data")} for each in found]
    return cut_get_entries(json.dumps({"entries": entries}).encode(), _NO_LOG, 0, len(entries))


def certificates_in(folder: Path) -> list[bytes]:
    """Return all certificates of a collection, in DER."""
    files = (gzip.decompress(path.read_bytes()) for path in sorted(folder.glob("*.jsonl.gz")))
    return [base64.b64decode(json.loads(line)["der_b64"]) for file in files for line in file.splitlines()]


def read_as_far_as_possible(found: Iterable[bytes]) -> None:
    """Search certificates by every rule; skip a certificate that can't be read."""
    for der in found:
        with suppress(FormatError):
            find_personal_data(read_certificate(der))
