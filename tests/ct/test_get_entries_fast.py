"""The scan of a plain get-entries answer finds the same strings as a JSON parser, or none."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctscan.ct.get_entries_fast import scan_entries

ENTRY = {"leaf_input": "AAAA", "extra_data": "BBB="}


@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": "), (" ,\n", "\t:\r\n")])
def test_plain_answers_are_scanned(separators: tuple[str, str]) -> None:
    raw = json.dumps({"entries": [ENTRY, ENTRY]}, separators=separators).encode() + b"\n"
    spans = scan_entries(raw, 2)
    assert spans is not None
    assert [(raw[slice(*leaf)], raw[slice(*extra)]) for leaf, extra in spans] == [(b"AAAA", b"BBB=")] * 2
    assert scan_entries(raw, 1) is None


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b'{"entries":[]}',
        b'{"entries":[{"leaf_input":"A","extra_data":"B"},]}',
        b'{"entries":[{"leaf_input":"A","extra_data":"B"}]',
        b'{"entries":[{"leaf_input":"A","extra_data":"B"}]}}',
        b'{"entries":[{"leaf_input":"A","extra_data":"B","extra_data":"C"}]}',
        b'{"entries":[{"extra_data":"B","leaf_input":"A"}]}',
        b'{"entries":[{"leaf_input":"A\\"","extra_data":"B"}]}',
        b'{"entries":[{"leaf_input":"A","extra_data":"\xff"}]}',
        b'{"entries":[{"leaf_input":"A',
        b'{"entries":[{"leaf_input":"A","extra_data":"B',
    ],
)
def test_other_forms_are_left_to_a_json_parser(raw: bytes) -> None:
    assert scan_entries(raw, 9) is None


@given(st.data())
def test_a_changed_octet_never_gives_other_strings(data: st.DataObject) -> None:
    raw = bytearray(json.dumps({"entries": [ENTRY, ENTRY]}).encode())
    raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.sampled_from(b'"\\{}[],: Az=\x80'))
    spans = scan_entries(bytes(raw), 4)
    if spans is not None:
        found = [
            {"leaf_input": bytes(raw[a:b]).decode(), "extra_data": bytes(raw[c:d]).decode()} for (a, b), (c, d) in spans
        ]
        assert found == json.loads(raw)["entries"]
