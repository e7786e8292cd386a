"""Summary of a written dossier, for the person who made it."""

from __future__ import annotations

from collections.abc import Iterator

from ctscan.model.dossier import WrittenDossier
from ctscan.views.dossier.phrases import DossierText
from ctscan.views.text import Texts


def summary_lines(written: WrittenDossier, texts: Texts) -> Iterator[str]:
    """Name the package, its hash and its numbers."""
    path, files, figures = written.path, written.files, written.figures
    if written.is_encrypted:
        yield texts(DossierText.WRITTEN_ENCRYPTED(path=path, files=files))
    else:
        yield texts(DossierText.WRITTEN(path=path, files=files))
    yield texts(DossierText.DIGEST(sha256=written.sha256))
    certificates, valid = figures.certificates, figures.valid
    yield texts(DossierText.SUMMARY(data=figures.data, certificates=certificates, valid=valid, logs=figures.logs))
    if figures.redacted:
        yield texts(DossierText.SUMMARY_REDACTED(count=figures.redacted))
