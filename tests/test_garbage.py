"""Collection of garbage while logs are read: rare, and as before afterwards."""

from __future__ import annotations

import gc

import pytest

from ctscan.garbage import EVERY, collected_rarely


def test_collection_is_rare_inside_and_as_before_afterwards() -> None:
    before = gc.get_threshold()
    with pytest.raises(ValueError, match="a scan failed"), collected_rarely():
        assert gc.get_threshold()[0] == EVERY
        assert gc.isenabled()
        raise ValueError("a scan failed")
    assert gc.get_threshold() == before
