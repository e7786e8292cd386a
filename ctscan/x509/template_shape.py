"""Shape of a certificate as its template decides it: types of values, purposes and policies, no value. Pure.

Microsoft's CA names the template in an extension: its name ([MS-WCCE] section 2.2.2.7.7.1, version 1), or its object
identifier with its version (section 2.2.2.7.7.2).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from ctscan.errors import FormatError
from ctscan.model import Certificate
from ctscan.model.template import TemplateShape
from ctscan.on_first_use import late_pattern
from ctscan.x509.certificate_use import uses_of
from ctscan.x509.der import children, dotted
from ctscan.x509.name_text import render_name
from ctscan.x509.oids import GENERAL_NAMES, attribute_name, other_name_name
from ctscan.x509.text import decode_text

TEMPLATE_NAME: Final = "1.3.6.1.4.1.311.20.2"
TEMPLATE: Final = "1.3.6.1.4.1.311.21.7"

_OID, _SEQUENCE, _TAG_NUMBER = 0x06, 0x30, 0x1F
_OTHER_NAME: Final = 0
_LONGEST_NAME: Final = 100  # characters of the name of a template
_MOST_TYPES: Final = 40  # types of a name, policies, purposes; further ones don't distinguish shapes

_BUILT_IN: Final = late_pattern(r"1\.3\.6\.1\.4\.1\.311\.21\.8(?:\.\d{1,12}){4,6}\.1\.(\d{1,2})")
"""Template that every forest has, as [MS-CRTD] numbers it."""

_BUILT_IN_NAMES: Final = (
    *("", "User", "UserSignature", "SmartcardUser", "ClientAuth", "SmartcardLogon", "EFS", "Administrator"),
    *("EFSRecovery", "CodeSigning", "CTLSigning", "EnrollmentAgent", "EnrollmentAgentOffline"),
    *("MachineEnrollmentAgent", "Machine", "DomainController", "WebServer", "CA", "SubCA"),
    *("IPSECIntermediateOnline", "IPSECIntermediateOffline", "OfflineRouter", "CEPEncryption", "ExchangeUser"),
    *("ExchangeUserSignature", "CrossCA", "CAExchange", "KeyRecoveryAgent", "DomainControllerAuthentication"),
    *("DirectoryEmailReplication", "Workstation", "RASAndIASServer", "OCSPResponseSigning", "KerberosAuthentication"),
)


def template_shape(certificate: Certificate) -> TemplateShape:
    """Return the shape of a certificate. Never raises."""
    is_own = certificate.issuer.raw == certificate.subject.raw
    template = _template_oid(certificate)
    return TemplateShape(
        template_oid=template,
        template_name=_template_name(certificate),
        built_in=_built_in_name(template),
        issuer="" if is_own else render_name(certificate.issuer),
        policies=_ordered(certificate.policies),
        key_purposes=_ordered(certificate.eku),
        subject_types=_ordered(
            attribute_name(one.oid) for window in certificate.subject.windows for one in window.attributes
        ),
        san_types=_ordered(
            other_name_name(one.oid) if one.kind == _OTHER_NAME else GENERAL_NAMES[one.kind]
            for one in certificate.san
            if 0 <= one.kind < len(GENERAL_NAMES)
        ),
        uses=uses_of(certificate),
    )


def _built_in_name(oid: str) -> str:
    found = _BUILT_IN.fullmatch(oid)
    number = int(found[1]) if found else 0
    return _BUILT_IN_NAMES[number] if number < len(_BUILT_IN_NAMES) else ""


def _ordered(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(names)))[:_MOST_TYPES]


def _template_oid(certificate: Certificate) -> str:
    """Return the first value of SEQUENCE { templateID OBJECT IDENTIFIER, major INTEGER, minor INTEGER }."""
    for extension in certificate.extensions:
        if extension.oid == TEMPLATE:
            value = extension.value
            outer, _ = children(value, 0, len(value))
            inner = children(value, outer[0][2], outer[0][3])[0] if outer and outer[0][0] == _SEQUENCE else []
            if inner and inner[0][0] == _OID:
                return _dotted(value[inner[0][2] : inner[0][3]])
    return ""


def _dotted(octets: bytes) -> str:
    try:
        return dotted(octets)
    except FormatError:
        return ""


def _template_name(certificate: Certificate) -> str:
    for extension in certificate.extensions:
        if extension.oid == TEMPLATE_NAME:
            found, _ = children(extension.value, 0, len(extension.value))
            if found:
                tag, _, body, end, _ = found[0]
                return decode_text(tag & _TAG_NUMBER, extension.value[body:end]).value.strip()[:_LONGEST_NAME]
    return ""
