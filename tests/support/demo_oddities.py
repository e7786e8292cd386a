"""Oddities for the demo log: certificates as authorities have really issued them, with invented people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from support import certs
from support.certs import GeneralNameSpec, RdnSpec


@dataclass(frozen=True, slots=True)
class Oddity:
    """Odd certificate; each field holds its oddity: names in the wrong string type, broken extensions and so on."""

    subject: Sequence[RdnSpec]
    san: Sequence[GeneralNameSpec] = ()
    extra: Sequence[bytes] = ()
    reencoded: bool = False  # the certificate with long-form lengths (BER)


EMPTY_KEY_USAGE = certs.extension("2.5.29.15", b"")
TRUNCATED_EXTENSION = certs.extension("2.5.29.9", b"\x30\x40\x30\x0e")
COMMENT = certs.extension("2.16.840.1.113730.1.13", certs.string("Ask erika.mustermann@example.com", "ia5"))

ODDITIES = (
    # string types
    Oddity([("CN", "Jürgen Weißbrodt", "t61")], [("email", "j.weissbrodt@example.net")]),
    Oddity([("CN", b"J\xc8urgen M\xc8uhlenbeck", "t61")], [("email", "j.muehlenbeck@example.net")]),
    Oddity([("CN", "Łukasz Gęślarz", "bmp"), ("emailAddress", "lukasz.geslarz@example.com", "bmp")]),
    Oddity([("CN", "山田 花子", "universal")], [("email", "hanako.yamada@example.org")]),
    Oddity([("GN", "Zoë".encode(), "printable"), ("SN", "Grünwald".encode(), "printable")]),
    Oddity([("CN", "Åsa Lindkvist", "printable"), ("emailAddress", "asa.lindkvist@example.org", "printable")]),
    Oddity([("emailAddress", "zoë.grünwald@example.org", "utf8")]),
    Oddity([("CN", b"Eszter Sz\xf3ll\xf5si", "utf8")], [("email", "eszter.szollosi@example.com")]),
    Oddity([("CN", "Markéta Dvořáčková".encode(), "t61")], [("email", "marketa@example.org")]),
    Oddity(
        [
            ("GN", "Inês", "videotex"),
            ("SN", "Leitão", "general"),
            ("emailAddress", "ines.leitao@example.com", "visible"),
        ]
    ),
    # addresses in odd places and shapes
    Oddity([("CN", "John Doe <john.doe@example.com>")]),
    Oddity([("O", "elodie.boeuf@example.net"), ("CN", "elodie.example.net")]),
    Oddity([("CN", "thordis@example.org"), ("OU", "Persona Not Validated")]),
    Oddity([], [("email", "mailto:siti@example.org")]),
    Oddity([], [("email", "nuria.p@example.com ")]),
    Oddity([], [("email", "chiara@example.net, chloe@example.com")]),
    Oddity([], [("email", "Sean.O.Tuathalain@EXAMPLE.NET")]),
    Oddity([("CN", "Ragnhild Øverås")], [("upn", "ragnhild.overas@example.com")]),
    Oddity([("CN", "printer-7.example.org")], [("dns", "printer-7.example.org")], [COMMENT]),
    # structure
    Oddity([[("CN", "Siân Llwyd-Rees"), ("serialNumber", "EX-0001")]], [("email", "sian.llwyd@example.org")]),
    Oddity(
        [("emailAddress", "taro@example.net"), ("emailAddress", "taro.reidai@example.net"), ("CN", "れいだい たろう")]
    ),
    Oddity([("CN", "Nokuthula Mfaniso")], [("email", "nokuthula@example.com")], [EMPTY_KEY_USAGE]),
    Oddity([("CN", "Lubomir Stastnansky")], [("email", "lubomir@example.net")], [TRUNCATED_EXTENSION]),
    Oddity([("GN", "Ieva"), ("SN", "Žukauskaitė")], [("email", "ieva.z@example.net")], reencoded=True),
)


def _junk() -> tuple[bytes, ...]:
    subject: list[RdnSpec] = [("CN", "Unreadable Person"), ("emailAddress", "unreadable.person@example.net")]
    overwritten = bytes(32) + certs.make_certificate(subject, serial=77)[32:]
    text = b"Certificate:\n    Subject: C=XX, O=Example, emailAddress=lost.letter@example.com\n    Serial: 7\n"
    return overwritten, text


UNREADABLE = _junk()
"""Entries that hold an address but are no certificates: the first is overwritten at its beginning, the second a
printout."""
