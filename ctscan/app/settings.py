"""Use cases that write a new configuration: for the user, and for the demonstration."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ctscan.errors import InputError, UsageError

if TYPE_CHECKING:
    from ctscan.config import Config

DEMO_PERSON = "jane.roe@example.org"


def write_settings(
    path: Path,
    *,
    contact: str | None = None,
    scope: Sequence[str] = (),
    purpose: str | None = None,
    retention: str | None = None,
    wide_scope: bool = False,
) -> None:
    """Write a commented `ctscan.toml` with the settings given, and examples for the rest. Existing files stay.

    Raises:
        UsageError: a setting can't be understood, a wide term of the scope lacks consent, or the purpose, which is
            recorded, holds an address.
        InputError: the file exists, or can't be written.
    """
    from ctscan.app.recorded_texts import check_recorded_text
    from ctscan.config import load_config
    from ctscan.config.template import settings_text
    from ctscan.privacy.permissions import write_new

    if scope:
        _check_scope(scope, wide_scope)
    check_recorded_text("init", "purpose", purpose or "")
    given = {"contact": contact, "scope": tuple(scope), "purpose": purpose, "retention": retention}
    load_config(given, {}, Path(os.devnull).parent)  # the same checks as when the file is read again
    write_new(path, settings_text(contact, scope, purpose, retention, wide_scope), "--config")


def _check_scope(scope: Sequence[str], wide_scope: bool) -> None:
    from ctscan.app.scoping import refuse_wide
    from ctscan.personal.scope import scope_of
    from ctscan.personal.scope_terms import numbered, wide_terms

    terms = numbered(scope, "--scope")
    scope_of(terms)
    if not wide_scope:
        refuse_wide(wide_terms(terms))


def demo_config(db: Path) -> Config:
    """Make the configuration of the demonstration: a scan of the log of invented people that ships with ctscan."""
    from ctscan.config import Config

    return Config(db=str(db), logs=(_demo_log(),), start="start", everything=True, purpose="demonstration")


def kept_demo_config(directory: Path) -> Config:
    """Write a `ctscan.toml` for the demonstration into a new or empty directory, and load it.

    Raises:
        UsageError: there is something else at this place, or in it.
        InputError: the directory can't be made or written.
    """
    from ctscan.config import FILE_NAME, load_config
    from ctscan.config.template import demo_settings_text
    from ctscan.privacy.permissions import write_new

    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        is_empty = next(directory.iterdir(), None) is None
    except (FileExistsError, NotADirectoryError):
        is_empty = False
    except OSError as error:
        raise InputError(f"{directory}: can't be used: {error.strerror}; give another place with --keep") from error
    if not is_empty:
        raise UsageError(f"--keep: expected a new or empty directory, got {directory}, which isn't; give another")
    write_new(directory / FILE_NAME, demo_settings_text(_demo_log()), "--keep")
    return load_config({"config": FILE_NAME}, {}, directory.absolute())


def _demo_log() -> str:
    from ctscan.resources import data_path

    return data_path("demo-log").as_uri()
