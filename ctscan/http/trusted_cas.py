"""CA certificates that are trusted: those of SSL_CERT_FILE or SSL_CERT_DIR, by default those of Mozilla (certifi)."""

from __future__ import annotations

import os
import ssl
from functools import cached_property

from ctscan.errors import UsageError

_UNREADABLE = "the CA certificates named by SSL_CERT_FILE or SSL_CERT_DIR can't be read"


class TrustedCAs:
    """TLS settings with the trusted CAs, loaded when they are first asked for.

    Args:
        trust_env: whether the environment may name the CAs

    Raises:
        UsageError: the environment names CA certificates that can't be read
    """

    def __init__(self, trust_env: bool) -> None:
        self._file = os.environ.get("SSL_CERT_FILE") if trust_env else None
        self._folder = os.environ.get("SSL_CERT_DIR") if trust_env else None
        named = self._file or self._folder
        if named and not os.access(named, os.R_OK):
            raise UsageError(_UNREADABLE)

    def load(self) -> ssl.SSLContext:
        """Return the settings. The first call reads files, and takes tens of milliseconds. Raises UsageError when they
        hold no certificates."""
        return self._context

    @cached_property
    def _context(self) -> ssl.SSLContext:
        try:
            if self._file:
                context = ssl.create_default_context(cafile=self._file)
            elif self._folder:
                context = ssl.create_default_context(capath=self._folder)
            else:
                import certifi

                context = ssl.create_default_context(cafile=certifi.where())
        except (OSError, ssl.SSLError):
            raise UsageError(_UNREADABLE) from None
        return context
