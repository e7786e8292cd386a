"""Use case that writes a new configuration."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path


def write_settings(
    path: Path,
    *,
    contact: str | None = None,
    scope: Sequence[str] = (),
    purpose: str | None = None,
    retention: str | None = None,
) -> None:
    """Write a commented `ctscan.toml` with the settings given, and examples for the rest. Existing files stay.

    Raises:
        UsageError: a setting can't be understood, or the purpose, which is recorded, holds an address.
        InputError: the file exists, or can't be written.
    """
    from ctscan.app.recorded_texts import check_recorded_text
    from ctscan.config import load_config
    from ctscan.config.template import settings_text
    from ctscan.privacy.permissions import write_new

    if scope:
        from ctscan.personal.scope import parse_scope

        parse_scope(scope)
    check_recorded_text("init", "purpose", purpose or "")
    given = {"contact": contact, "scope": tuple(scope), "purpose": purpose, "retention": retention}
    load_config(given, {}, Path(os.devnull).parent)  # the same checks as when the file is read again
    write_new(path, settings_text(contact, scope, purpose, retention), "--config")
