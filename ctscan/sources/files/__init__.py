"""Local certificates: files, directories and standard input, by content and never by name.

`inputs.py` opens them and `content.py` tells by its beginning what a file is. Every form has a module of its own. None
of them reads a certificate or writes to disk; names within archives are labels and nothing else.

| Form | Module | Where a certificate is |
|---|---|---|
| PEM, DER, base64; PKCS#7, CMS, PKCS#12 in them | `blocks.py` | `file`, `file#2` |
| gzip, bzip2, xz around any other | `streams.py` | as within it |
| zip, tar | `zip_archives.py`, `tar_archives.py` | `file!member` |
| JSON: lines, arrays, documents | `json_values.py` | `file:line` |
| LDIF | `ldif.py` | `file:line` |
| messages, mailboxes | `mail.py` | `file`, `file#message` |
"""

from __future__ import annotations

from ctscan.sources.files.blocks import MAX_CERTIFICATE, MAX_STRUCTURE, Unpack, split_certificates
from ctscan.sources.files.content import MAX_DEPTH, MAX_FILE
from ctscan.sources.files.inputs import STDIN, Input, read_inputs

__all__ = [
    "MAX_CERTIFICATE",
    "MAX_DEPTH",
    "MAX_FILE",
    "MAX_STRUCTURE",
    "STDIN",
    "Input",
    "Unpack",
    "read_inputs",
    "split_certificates",
]
