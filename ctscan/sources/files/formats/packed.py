"""Compressed files: gzip, bzip2, xz and zstd around any other form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from ctscan.on_first_use import late_pattern
from ctscan.sources.files.file_format import FileFormat
from ctscan.sources.files.streams import Unpacker, bzip2_unpacker, gzip_unpacker, xz_unpacker, zstd_unpacker

_BZIP2 = late_pattern(rb"BZh[1-9](?:1AY&SY|\x17rE8P\x90)")


def _compressed(matches: Callable[[bytes], bool], begin: Callable[[], Unpacker]) -> FileFormat:
    return FileFormat(matches, lambda stream, _, context: context.decompressed(stream, begin), rank=0)


FORMATS: Final = (
    _compressed(lambda head: head.startswith(b"\x1f\x8b\x08"), gzip_unpacker),
    _compressed(lambda head: _BZIP2.match(head) is not None, bzip2_unpacker),
    _compressed(lambda head: head.startswith(b"\xfd7zXZ\0"), xz_unpacker),
    _compressed(lambda head: head.startswith(b"\x28\xb5\x2f\xfd"), zstd_unpacker),
)
