"""Secrets of channels, from the environment or from a file of their owner; and files that nobody else may change."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path

from ctscan.alerts.channel import Options, unready
from ctscan.errors import DeliveryFailed
from ctscan.model.alert_channel import ChannelSettings

SHORTEST = 16
"""Characters of a secret: HMAC-SHA-256 with less is guessed."""

_LIMIT = 4096  # octets of a file with a secret
_VARIABLE = "CTSCAN_ALERT_SECRET_"


def variable_of(settings: ChannelSettings) -> str:
    """Name the environment variable with the secret of a channel: `CTSCAN_ALERT_SECRET_SOC_TEAM` for `soc-team`."""
    return _VARIABLE + settings.name.upper().replace("-", "_")


def secret_of(settings: ChannelSettings, options: Options, environ: Mapping[str, str]) -> bytes:
    """Find the secret of a channel: the environment variable, else the file under `secret_file`.

    Raises:
        DeliveryFailed: there is none, it is too short, or others can read its file.
    """
    variable = variable_of(settings)
    text = environ.get(variable, "").strip()
    if not text and "secret_file" in options:
        text = _read(settings, Path(options["secret_file"]))
    if not text:
        raise unready(settings, f"expected a secret, found none; set {variable}, or name a file: secret_file")
    if len(text) < SHORTEST:
        raise unready(settings, f"expected a secret of at least {SHORTEST} characters, got {len(text)}")
    return text.encode()


def _read(settings: ChannelSettings, path: Path) -> str:
    """Read a file that its owner alone can read."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0))
    except (OSError, ValueError) as error:
        raise _unreadable(settings, error) from None
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode) or (os.name != "nt" and found.st_mode & 0o077):
            raise unready(settings, "secret_file: expected a file that its owner alone can read; 'chmod 600' does it")
        raw = os.read(descriptor, _LIMIT + 1)
        return raw[:_LIMIT].decode("utf-8-sig").strip() if len(raw) <= _LIMIT else ""
    except UnicodeDecodeError:
        raise unready(settings, "secret_file: expected one line of text in UTF-8, got something else") from None
    except OSError as error:
        raise _unreadable(settings, error) from None
    finally:
        os.close(descriptor)


def _unreadable(settings: ChannelSettings, error: OSError | ValueError) -> DeliveryFailed:
    reason = (error.strerror if isinstance(error, OSError) else None) or type(error).__name__
    return unready(settings, f"secret_file: can't be read ({reason}); check its path and owner")


def changeable_by_others(path: Path) -> bool:
    """Return whether accounts besides the owner and root can change a file or replace it."""
    if os.name == "nt":
        return False
    found, folder = path.stat(), path.parent.stat()
    is_replaceable = bool(folder.st_mode & stat.S_IWOTH) and not folder.st_mode & stat.S_ISVTX
    is_open = bool(found.st_mode & (stat.S_IWGRP | stat.S_IWOTH))
    return is_open or is_replaceable or found.st_uid not in (0, os.geteuid())
