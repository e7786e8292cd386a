"""Public holidays of a place, from the library; and none without a place or without the library."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from ctscan.app.holidays_of_place import holidays_of
from ctscan.errors import UsageError

ROOT = Path(__file__).parents[1]


def test_no_place_no_holidays() -> None:
    assert holidays_of("") is None
    assert holidays_of("  ") is None


@pytest.mark.parametrize(
    ("place", "day", "expected"),
    [
        ("DE-BE", "2026-03-08", True),  # Women's Day, in Berlin
        ("DE-BY", "2026-03-08", False),
        ("DE", "2026-03-08", False),
        ("DE", "2026-10-03", True),
        ("ES-MD", "2026-05-02", True),
        ("GB-ENG", "2026-12-28", True),  # in place of Boxing Day, a Saturday
        ("GB-ENG", "2026-01-02", False),
        ("GB-SCT", "2026-01-02", True),
        ("CH-ZH", "2026-08-01", True),
        ("BR", "2026-09-07", True),
        ("US-CA", "2026-07-04", True),
        ("de-be", "2026-03-08", True),
        ("DE-BE", "2026-03-09", False),
        ("DE-BE", "1950-12-25", False),  # before the library's calendar
    ],
)
def test_holidays_of_places(place: str, day: str, expected: bool) -> None:
    found = holidays_of(place)
    assert found is not None
    assert found(date.fromisoformat(day)) is expected
    assert found.place == place.upper()


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("DE-XX", r"\(DE-BB, DE-BE, .*DE-TH\), got 'DE-XX'"),
        ("DE-", r"\(DE-BB, .*, got 'DE-'"),
        ("QQ", r"\(AQ, .*QA\), got 'QQ'"),
        ("UK", r"\(GB\), got 'UK'"),
        ("UK-ENG", r"\(GB\), got 'UK-ENG'"),
        ("BQX", r"known calendar"),
        ("Berlin", r"known calendar \(AE, BA, .* and \d+ more\)"),
        ("holidays", r"known calendar \("),
        ("??", r"\(a country by ISO 3166, such as DE or DE-BE\)"),
        ("DE-BE\n\x1b[31m", r"got 'DE-BE\\n\\x1b\[31m'"),
    ],
)
def test_an_unknown_place_lists_places_nearby(place: str, message: str) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        holidays_of(place)
    assert str(caught.value).isprintable()


WITHOUT = """
import sys
class Hidden:
    def find_spec(self, name, path=None, target=None):
        if name.partition('.')[0] == 'holidays':
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Hidden())
from ctscan.app.holidays_of_place import holidays_of
print(holidays_of('DE-BE'))
"""


def test_without_the_library_only_weekends_count() -> None:
    """The notes of a case say so: see `tests/dsar/test_case_notes.py`."""
    done = subprocess.run([sys.executable, "-c", WITHOUT], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("None\n", "")


def test_the_library_is_loaded_when_a_place_is_set() -> None:
    code = "import sys, ctscan.app.holidays_of_place as h; h.holidays_of(''); print('holidays' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
