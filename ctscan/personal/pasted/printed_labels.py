"""Labels that programs print before an identifier, and the kind of the identifier behind each. Facts only.

The forms come from the output of the programs themselves, their source or manuals: openssl 3.0, GnuTLS, GnuPG, keytool,
certutil, the certificate windows of Windows, macOS, Firefox and Chrome, crt.sh, and mail programs.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from enum import Enum
from typing import Final, NamedTuple

from ctscan.on_first_use import late_pattern
from ctscan.personal.pasted.digit_forms import is_phone_like


class Label(Enum):
    """Kind of text behind a label."""

    EMAIL = "e-mail address"
    DOMAIN = "domain"
    NAME = "name of a person"
    NUMBER = "number of a person"
    PHONE = "telephone number"
    ACCOUNT = "name of an account"
    SERIAL = "serial number"
    SERIAL_DECIMAL = "serial number in decimal digits"
    SHA1 = "SHA-1 fingerprint"
    SHA256 = "SHA-256 fingerprint"
    FINGERPRINT = "fingerprint of any length"
    MD5 = "MD5 fingerprint"
    IDENTITY = "identity of a certificate"
    MAILBOX = "address, perhaps behind a name"
    ANY = "text that speaks for itself"


class Labelled(NamedTuple):
    """Text behind a label."""

    label: Label
    rest: str


_TABLE: Final[Mapping[str, Mapping[Label, tuple[str, ...]]]] = {
    "openssl": {
        Label.SERIAL: ("serial", "Serial Number"),
        Label.SHA1: ("SHA1 Fingerprint", "sha1"),
        Label.SHA256: ("sha256 Fingerprint",),
        Label.MD5: ("MD5 Fingerprint", "md5"),
        Label.EMAIL: ("email", "X509v3 email"),
        Label.DOMAIN: ("DNS",),
        Label.NUMBER: ("urn:uuid",),
        Label.ACCOUNT: ("othername: UPN",),
        Label.ANY: ("subject", "X509v3 Subject Alternative Name", "DirName", "URI", "issuer"),
    },
    "GnuTLS certtool": {
        Label.SERIAL: ("Serial Number (hex)",),
        Label.SERIAL_DECIMAL: ("Serial Number (dec)",),
        Label.EMAIL: ("RFC822Name",),
        Label.DOMAIN: ("DNSname",),
    },
    "GnuPG": {
        Label.SERIAL: ("S/N",),
        Label.SERIAL_DECIMAL: ("(dec)",),
        Label.SHA1: ("sha1 fpr", "sha1_fpr"),
        Label.SHA256: ("sha2 fpr", "sha2_fpr"),
        Label.MD5: ("md5 fpr", "md5_fpr"),
        Label.FINGERPRINT: ("fingerprint", "Key fingerprint"),
        Label.ANY: ("aka", "uid"),
    },
    "keytool": {
        Label.SHA256: ("SHA256", "Certificate fingerprint (SHA-256)"),
        Label.SHA1: ("Certificate fingerprint (SHA1)",),
        Label.MD5: ("Certificate fingerprint (MD5)",),
        Label.ANY: ("Owner",),
    },
    "certutil": {
        Label.SHA1: ("Cert Hash(sha1)", "Zertifikathash(sha1)"),
        Label.SHA256: ("Cert Hash(sha256)", "Zertifikathash(sha256)"),
        Label.SERIAL: ("Certificate SerialNumber",),
    },
    "Windows": {
        Label.FINGERPRINT: (
            *("Thumbprint", "Fingerabdruck", "Empreinte numérique", "Empreinte", "Huella digital", "Identificazione"),
            *("Identificazione personale", "Impronta", "Impronta digitale", "Impressão digital", "Vingerafdruk"),
            *("Odcisk palca", "Otisk", "Kryptografický otisk", "Ujjlenyomat", "Отпечаток", "Parmak izi", "Tumavtryck"),
            *("Aftryk", "Peukalonjälki", "Sormenjälki", "Αποτύπωμα", "拇印", "指纹", "指紋", "지문"),
        ),
        Label.SERIAL: (
            *("Seriennummer", "Numéro de série", "N° de série", "Número de serie", "N.º de serie", "Numero di serie"),
            *("Número de série", "Serienummer", "Numer seryjny", "Sériové číslo", "Sorozatszám", "Серийный номер"),
            *("Серійний номер", "Seri numarası", "Sarjanumero", "Αριθμός σειράς", "Număr de serie"),
            *("Σειριακός αριθμός", "シリアル番号", "序列号", "序號", "일련 번호", "Serial No."),
            "Serial (hex)",
        ),
        Label.EMAIL: (
            *("RFC822 Name", "RFC822-Name", "Nom RFC822", "Nombre RFC822", "Nome RFC822"),
            *("Principal Name", "Prinzipalname", "Nom principal", "Nombre principal", "Nome dell'entità"),
        ),
        Label.DOMAIN: ("DNS Name", "DNS-Name", "Nom DNS", "Nombre DNS", "Nome DNS", "Domain"),
        Label.ANY: ("Subject Alternative Name", "Other Name", "Issued to", "Ausgestellt für", "Antragsteller"),
    },
    "macOS": {
        Label.SHA1: ("SHA-1",),
        Label.SHA256: ("SHA-256",),
        Label.MD5: ("MD5",),
        Label.EMAIL: (
            *("Email Address", "E-Mail-Adresse", "Adresse e-mail", "Dirección de correo", "Indirizzo e-mail"),
            *("Email", "E-Mail", "Mail", "Correo", "Correo electrónico", "Courriel", "Adresse électronique"),
            *("Dirección de correo electrónico", "Indirizzo email", "E-mailadres", "Adres e-mail"),
            "電子メールアドレス",
        ),
        Label.ANY: ("Common Name", "Subject Name", "User ID", "Allgemeiner Name", "Nom commun", "Nombre común"),
    },
    "browsers": {
        Label.SHA256: (
            *("SHA-256 Fingerprint", "Fingerprints SHA-256", "Certificate SHA-256 Fingerprint", "Certificate SHA-256"),
            *("SHA-256-Fingerabdruck", "Empreinte SHA-256", "Huella digital SHA-256", "Impronta SHA-256"),
            *("Zertifikat SHA-256", "SHA-256 Fingerprints", "SHA-256-Fingerabdrücke"),
            *("SHA-256 Fingerprints Certificate", "SHA-256-Fingerabdrücke Zertifikat"),
            *("Fingerprint (SHA-256)", "Thumbprint (SHA-256)", "Fingerabdruck (SHA-256)", "Empreinte (SHA-256)"),
            *("SHA-256 Thumbprint", "SHA-256 digest", "SHA-256 hash"),
        ),
        Label.SHA1: (
            *("SHA-1 Fingerprint", "Fingerprints SHA-1", "Certificate SHA-1 Fingerprint", "SHA-1-Fingerabdruck"),
            *("Empreinte SHA-1", "Huella digital SHA-1", "Impronta SHA-1"),
            *("Fingerprint (SHA-1)", "Thumbprint (SHA-1)", "Fingerabdruck (SHA-1)", "Empreinte (SHA-1)"),
            *("SHA-1 Thumbprint", "SHA-1 digest", "SHA-1 hash"),
        ),
        Label.ANY: ("Common Name (CN)", "CN", "Allgemeiner Name (CN)", "Nom commun (CN)", "Nombre común (CN)"),
    },
    "crt.sh": {
        Label.SHA256: ("SHA-256(Certificate)",),
        Label.SHA1: ("SHA-1(Certificate)",),
        Label.EMAIL: ("emailAddress",),
        Label.ANY: ("commonName", "Matching Identities"),
    },
    "ctscan": {Label.IDENTITY: ("certificate identity",)},
    "mail programs": {
        Label.MAILBOX: (
            *("From", "To", "Cc", "Bcc", "Reply-To", "Sender", "Von", "An", "Kopie", "De", "À", "Para", "Da", "A"),
            *("Van", "Aan", "Od", "Do", "От", "Кому", "Name and address"),
            *("Absender", "Empfänger", "Expéditeur", "Destinataire", "Remitente", "Mittente", "Afzender", "Nadawca"),
        ),
    },
    "address books and forms": {
        Label.NAME: (
            *("Full name", "First name", "Last name", "Given name", "Surname", "Vorname", "Nachname", "Nom", "Prénom"),
            *("Nombre", "Apellidos", "Nome", "Cognome", "Naam", "Imię i nazwisko", "ФИО", "Имя"),
        ),
        Label.PHONE: (
            *("Telephone", "Telefon", "Téléphone", "Teléfono", "Telefono", "Telefone", "Mobile", "Mobil", "Handy"),
            *("Cell", "Móvil", "Portable", "Fax", "Tel", "Phone number", "Phone", "Телефон", "電話"),
        ),
        Label.ACCOUNT: ("User", "Username", "User name", "Login", "Benutzername", "Usuario", "UPN"),
        Label.NUMBER: ("National ID", "ID number", "Identity number", "Ausweisnummer", "Número de identificación"),
    },
}
"""Labels by program, as printed. They are compared by letters and digits only, without case and accents."""


def _folded(text: str) -> str:
    """Return letters, digits and slashes of a label, without case and accents."""
    plain = unicodedata.normalize("NFKD", text).casefold().replace("ı", "i")  # as Turkish capitals fold
    return "".join(char for char in plain if char.isalnum() or char in "/°")


_LABELS: Final = {
    _folded(label): kind for forms in _TABLE.values() for kind, labels in forms.items() for label in labels
}
_LONGEST = max(map(len, _LABELS)) * 3
_SIGN = late_pattern(r"\s*[=:]+\s*")
_OF_DIGITS = frozenset((Label.SERIAL, Label.SHA1, Label.SHA256, Label.FINGERPRINT, Label.MD5))
_DIGITS = late_pattern(r"(?:0x)?[0-9a-fA-F]{2}[0-9a-fA-F:\s-]*")
_WORDS = 5  # of the longest label without a sign behind it


def labelled(text: str) -> Labelled | None:
    """Split a text into the kind that its label says and the text behind it; None without a label of the table.

    A sign ends the label (`serial=4AF3`, `Serial Number: 4a:8c`); between a label and hexadecimal digits or an address
    a space is enough (`SHA-256 C3 45 …`), since windows show them in two columns.
    """
    for before, behind in _signs(text):
        kind = _LABELS.get(_folded(before))
        if kind is not None and (kind is not Label.MAILBOX or "@" in behind):
            return Labelled(kind, behind)
    words = text.split(maxsplit=_WORDS)
    for count in range(min(_WORDS, len(words) - 1), 0, -1):
        kind = _LABELS.get(_folded("".join(words[:count])))
        rest = text.split(maxsplit=count)[count].lstrip("#") if kind is not None else ""
        if kind is not None and _is_of(kind, rest):
            return Labelled(kind, rest)
    return None


def is_label_alone(text: str) -> bool:
    """Return whether a text is a label with nothing behind it, of which the next line was left out."""
    kind = _LABELS.get(_folded(text))
    is_marked = text.rstrip().endswith((":", "=")) or len(text.split()) > 1
    return is_marked and (kind in _OF_DIGITS or kind in (Label.EMAIL, Label.SERIAL_DECIMAL, Label.IDENTITY))


def is_label_of_digits(text: str) -> bool:
    """Return whether a text is a label behind which digits stand, and nothing else: `Serial`, `ID number`."""
    return _LABELS.get(_folded(text)) in _OF_DIGITS | {Label.SERIAL_DECIMAL, Label.NUMBER, Label.PHONE}


def _is_of(kind: Label, rest: str) -> bool:
    """Return whether a text has so much the look of a kind that no sign needs to stand before it."""
    if kind is Label.EMAIL:
        return "@" in rest
    if kind is Label.PHONE:
        return is_phone_like(rest)
    if kind is Label.DOMAIN:
        return "." in rest and not any(map(str.isspace, rest))
    return kind in _OF_DIGITS and _DIGITS.fullmatch(rest) is not None


def _signs(text: str) -> list[tuple[str, str]]:
    """Return the texts before and behind each sign near the beginning, the longest label first: `othername: UPN::`."""
    found = []
    at = 0
    while (match := _SIGN.search(text, at)) is not None and match.start() <= _LONGEST:
        found.append((text[: match.start()], text[match.end() :]))
        at = match.end()
    return [(label, rest) for label, rest in reversed(found) if label and rest]
