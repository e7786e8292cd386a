"""Where the files that ship with ctscan are: `data/` of the source tree, `ctscan/_data` of an installed wheel.

Facts that a person may read and edit; no code. Knows nothing of their formats.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from ctscan.errors import InputError

_PACKAGE = Path(__file__).resolve().parent
_PROJECT = '[project]\nname = "ctscan"\nversion = "'
"""Text in front of the version in `pyproject.toml`, the rest of which a look-up needn't parse."""


def data_path(name: str) -> Path:
    """Path of a file or directory that ships with ctscan (`logs.toml`). InputError when the installation lacks it."""
    for root in (_PACKAGE / "_data", _PACKAGE.parent / "data"):
        if (root / name).exists():
            return root / name
    raise InputError(f"{name}: missing from this installation of ctscan; install it again")


@cache
def version() -> str:
    """Version of ctscan: of the source tree that it runs from, else of the installed package."""
    source = _PACKAGE.parent / "pyproject.toml"
    if source.is_file():
        _, is_ours, rest = source.read_text(encoding="utf-8").partition(_PROJECT)
        if is_ours:
            return rest.partition('"')[0]
    return _installed_version()


def _installed_version() -> str:
    """Version of the installed package, from the name of the folder that installers write beside it
    (`ctscan-1.0.dist-info`): a look-up needs it, and `importlib.metadata` takes 50 ms to import."""
    folders = [path.name for path in _PACKAGE.parent.glob("ctscan-*.dist-info")]
    if len(folders) == 1:
        return folders[0].removeprefix("ctscan-").removesuffix(".dist-info")
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as installed_version

    try:
        return installed_version("ctscan")
    except PackageNotFoundError:
        return "unknown"


@cache
def languages() -> tuple[str, ...]:
    """Codes of the languages that answers can be shown in: `("en",)`."""
    return tuple(sorted(path.stem for path in data_path("text").glob("*.toml")))


@cache
def data_text(name: str) -> str:
    """The text of a file that ships with ctscan (`names/given.txt`). InputError as for `data_path`."""
    return data_path(name).read_text(encoding="utf-8")
