"""Audit paths from the read part of a tree, against the recursive definition of RFC 6962 section 2.1.1."""

from __future__ import annotations

from functools import cache

from hypothesis import given
from hypothesis import strategies as st
from support.logs import LogBuilder

from ctscan.ct.partial_tree import PartialTree
from ctscan.model.compact_range import EMPTY

SIZE = 700


@cache
def builder() -> LogBuilder:
    made = LogBuilder("Example log")
    for number in range(SIZE):
        made.add_raw(number.to_bytes(4, "big"))
    return made


@given(st.data())
def test_every_path_is_that_of_the_whole_tree(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, SIZE), "size of the tree")
    start = data.draw(st.integers(0, size - 1), "first leaf read")
    end = data.draw(st.integers(start + 1, size), "one past the last")
    index = data.draw(st.integers(start, end - 1), "leaf")
    log = builder()
    edge = EMPTY.append(log.hashes[:start])
    anchor = tuple(log.inclusion_path(end - 1, size)) if end < size else ()
    tree = PartialTree(edge, log.hashes[start:end], size, anchor)
    assert list(tree.path(index)) == log.inclusion_path(index, size)
