"""Kinds of certificate that a request asks for, and its further facts: hosts, templates, attributes. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ctscan.model import Certificate
from ctscan.model.certificate_request import REQUEST_ATTRIBUTES, STAYING_PARTS, Requested, RequestForm, UsesBasis
from ctscan.x509.certificate_use import hosts_of, uses_of
from ctscan.x509.der_reader import OID, DerReader

_KINDS: Final = frozenset(("tls", "smime", "client", "code", "document", "ca", "qualified"))
"""Kinds of `uses_of` that say where a certificate is published; `other` and the validation don't."""

_EMAIL_ADDRESS: Final = "1.2.840.113549.1.9.1"
_TEMPLATE_NAME: Final = "1.3.6.1.4.1.311.20.2"
_TEMPLATE: Final = "1.3.6.1.4.1.311.21.7"
_MOST_TEMPLATES: Final = 10
_LONGEST: Final = 100


def requested_of(request: Certificate) -> Requested:
    """Return the facts of a request, read as the certificate that it asks for.

    Args:
        request: a certificate with `request` set.
    """
    uses, basis = _uses(request)
    return Requested(
        form=request.request or RequestForm.PKCS10,
        uses=uses,
        basis=basis,
        hosts=hosts_of(request),
        fields_of_staying=_staying(request),
        not_before=request.not_before,
        not_after=request.not_after,
        templates=tuple(dict.fromkeys(_templates(request)))[:_MOST_TEMPLATES],
    )


def _uses(request: Certificate) -> tuple[tuple[str, ...], UsesBasis]:
    """Take the kinds from the requested purposes; without these from alternative names, then from the subject."""
    uses = tuple(use for use in uses_of(request) if use in _KINDS)
    if request.eku or request.is_ca:
        return uses, UsesBasis.PURPOSES if uses else UsesBasis.NOTHING
    if not uses:
        is_mail = any(one.oid == _EMAIL_ADDRESS for name in request.subject.windows for one in name.attributes)
        uses = ("tls",) if hosts_of(request) else ("smime",) if is_mail else ()
    return uses, UsesBasis.NAMES if uses else UsesBasis.NOTHING


def _staying(request: Certificate) -> tuple[str, ...]:
    """Return the names of attributes: `challengePassword` of `requestAttributes.0.challengePassword`."""
    paths = (field.path for field in request.fields if field.part == REQUEST_ATTRIBUTES and not field.nested)
    names = (next((part for part in path.split(".")[1:] if not part.isdigit()), "") for path in paths)
    return tuple(name for name in dict.fromkeys(names) if name)


def _templates(request: Certificate) -> Iterator[str]:
    """Yield the name (version 1) and the object identifier (version 2) of Microsoft's templates."""
    for field in request.fields:
        if field.oid == _TEMPLATE_NAME and field.text is not None and field.part not in STAYING_PARTS:
            yield field.text.value[:_LONGEST]
    for extension in request.extensions:
        if extension.oid == _TEMPLATE:
            reader = DerReader(extension.value)
            for part in reader.sequence("certificateTemplate")[:1]:
                if part[0] == OID and (oid := reader.oid("certificateTemplate", part)):
                    yield oid
