"""Local certificates: files, directories and standard input, recognised by content and never by name.

`inputs.py` opens the inputs. `bounded_reader.py` has all but small files of certificates taken apart in a process of
its own (`ctscan.file_process`, over `frames.py`, within `process_limits.py`). There `content.py` recognises the form of
a file by its first bytes. Every form is a module under `formats/`, found by its presence there. No module reads a
certificate or writes to disk; names within archives are labels only.

| Form | Module | Place of a certificate |
|---|---|---|
| DER, base64; PKCS#7, CMS, PKCS#12 in them | `blocks.py`, `structures.py` | `file`, `file#2` |
| PEM, base64, hexadecimal digits in any text; DER among other octets | `sweep.py` | `file`, `file#2` |
| gzip, bzip2, xz, zstd around any other | `formats/packed.py` | as within it |
| UTF-16 | `formats/utf16_text.py` | as within it |
| data tiles of logs | `formats/data_tiles.py`, `log_leaves.py` | `file`, `file#entry` |
| zip, tar | `formats/zip_archives.py`, `formats/tar_archives.py` | `file!member` |
| JSON: lines, arrays, documents | `formats/json_values.py` | `file:line` |
| LDIF | `formats/ldif.py` | `file:line` |
| messages, mailboxes | `formats/mail.py` | `file`, `file#message` |
"""

from __future__ import annotations

from ctscan.sources.files.blocks import MAX_CERTIFICATE, MAX_STRUCTURE, Unpack, split_certificates
from ctscan.sources.files.bounded_reader import BoundedReader, bounded_inputs
from ctscan.sources.files.content import MAX_DEPTH, MAX_FILE, TakeApart, in_this_process
from ctscan.sources.files.inputs import STDIN, Input, read_inputs

__all__ = [
    "MAX_CERTIFICATE",
    "MAX_DEPTH",
    "MAX_FILE",
    "MAX_STRUCTURE",
    "STDIN",
    "BoundedReader",
    "Input",
    "TakeApart",
    "Unpack",
    "bounded_inputs",
    "in_this_process",
    "read_inputs",
    "split_certificates",
]
