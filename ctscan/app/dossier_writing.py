"""Writing of a dossier's package: certificates with their bytes and proofs, then the documents about them."""

from __future__ import annotations

from base64 import encodebytes
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from ctscan.app.certificate_bytes import BytesIndex, given_bytes
from ctscan.app.dossier_package import PackageWriter, Sink, encrypted, written_whole
from ctscan.model.dossier import UNWATCHED, Paper, WatchRecord, WrittenDossier
from ctscan.model.picture import ByteForm

if TYPE_CHECKING:
    from ctscan.app.certificate_bytes import GivenBytes
    from ctscan.dsar.dossier import Installation, Request
    from ctscan.model import Answer, AuditEvent
    from ctscan.model.dossier import Dossier
    from ctscan.model.letterhead import Letterhead
    from ctscan.model.picture import PersonCertificate, Picture

_CHUNK = 1 << 16


class DossierContent(Struct, frozen=True):
    """Content of a package before the bytes of the certificates are read."""

    request: Request
    installation: Installation
    letterhead: Letterhead
    answers: Sequence[Answer]
    picture: Picture
    events: Sequence[AuditEvent]
    paper: Paper
    watched: WatchRecord = UNWATCHED


async def write_package(index: BytesIndex, content: DossierContent, folder: Path, passphrase: str) -> WrittenDossier:
    """Write a package; it appears whole, or not at all.

    Args:
        index: index that holds bytes and evidence.
        content: content.
        folder: folder of the package.
        passphrase: passphrase; empty: the package isn't encrypted.

    Raises:
        InputError: the folder can't be written to.
    """
    name = f"dossier-{content.request.number}.zip"
    with ExitStack() as stack:
        outside = Sink(stack.enter_context(written_whole(folder, name)))
        inside = stack.enter_context(encrypted(outside, name, passphrase)) if passphrase else outside
        writer = stack.enter_context(PackageWriter(Sink(inside), content.request.at))
        certificates = [_write_certificate(writer, given) async for given in _given(index, content)]
        made = _dossier(content, replace(content.picture, certificates=tuple(certificates)))
        _write_documents(writer, made, content)
    return _written(made, folder / name, outside, writer.files, is_encrypted=bool(passphrase))


def _given(index: BytesIndex, content: DossierContent) -> AsyncIterator[GivenBytes]:
    from ctscan.dsar.other_people import own_values

    certificates = content.picture.certificates
    own = own_values(finding for one in certificates for finding in one.findings)
    return given_bytes(index, certificates, own)


def _write_certificate(writer: PackageWriter, given: GivenBytes) -> PersonCertificate:
    from ctscan.views.json import to_json
    from ctscan.views.json.proof import inclusion_proofs

    one = given.certificate
    if one.path:
        writer.add(one.path, [_pem(given.der) if one.form is ByteForm.CERTIFICATE else given.der])
    if given.proofs:
        shape = inclusion_proofs(one.certificate.identity, one.certificate.sha256, given.proofs)
        writer.add(one.proofs_path, [to_json(shape).encode("utf-8"), b"\n"])
    return one


def _pem(der: bytes) -> bytes:
    """Write a certificate as PEM (RFC 7468)."""
    text = encodebytes(der).replace(b"\n", b"")
    lines = [text[at : at + 64] for at in range(0, len(text), 64)]
    return b"\n".join([b"-----BEGIN CERTIFICATE-----", *lines, b"-----END CERTIFICATE-----", b""])


def _dossier(content: DossierContent, picture: Picture) -> Dossier:
    from ctscan.dsar.dossier import make_dossier

    return make_dossier(
        content.request, content.installation, content.answers, picture, content.events, content.watched
    )


def _write_documents(writer: PackageWriter, made: Dossier, content: DossierContent) -> None:
    from ctscan.dsar.dossier import figures, notes
    from ctscan.views.dossier.findings_table import findings_pieces
    from ctscan.views.dossier.pdf import render_pdf
    from ctscan.views.json.dossier import dossier_pieces

    counted, limits = figures(made.picture), notes(made)
    writer.add("findings.csv", findings_pieces(made.picture))
    writer.add("dossier.json", _in_chunks(dossier_pieces(made, counted, limits)))
    writer.add("dossier.pdf", [render_pdf(made, counted, limits, content.letterhead, content.paper)])


def _in_chunks(pieces: Iterator[str]) -> Iterator[bytes]:
    """Encode pieces of text, joined so that the packer gets few large ones."""
    waiting: list[bytes] = []
    octets = 0
    for piece in pieces:
        waiting.append(piece.encode("utf-8"))
        octets += len(waiting[-1])
        if octets >= _CHUNK:
            yield b"".join(waiting)
            waiting, octets = [], 0
    yield b"".join(waiting)


def _written(made: Dossier, path: Path, sink: Sink, files: int, *, is_encrypted: bool) -> WrittenDossier:
    from ctscan.dsar.dossier import figures

    return WrittenDossier(
        path=str(path),
        sha256=sink.sha256,
        number=made.number,
        is_complete=made.is_complete,
        is_hidden=made.hidden_since is not None,
        is_encrypted=is_encrypted,
        figures=figures(made.picture),
        files=files,
        octets=sink.octets,
    )
