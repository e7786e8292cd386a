"""Files of documents for word processors (.docx): the same parts give the same bytes."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from ctscan.extras import missing_extra

if TYPE_CHECKING:
    from docx.document import Document

_EPOCH: Final = (1980, 1, 1, 0, 0, 0)  # the oldest time that a ZIP file can hold


def new_document(feature: str) -> Document:
    """Make an empty document.

    Args:
        feature: feature that needs it, for the error.

    Raises:
        UsageError: the extra `dossier` isn't installed.
    """
    try:
        import docx
    except ImportError:
        raise missing_extra(feature, "dossier", "python-docx") from None
    return docx.Document()


def same_bytes(document: Document) -> bytes:
    """Pack the parts of a document anew, in their order, each with the same time."""
    saved, packed = BytesIO(), BytesIO()
    document.save(saved)
    with ZipFile(saved) as parts, ZipFile(packed, "w") as out:
        for name in parts.namelist():
            info = ZipInfo(name, _EPOCH)
            info.compress_type = ZIP_DEFLATED
            info.create_system = 0
            out.writestr(info, parts.read(name))
    return packed.getvalue()
