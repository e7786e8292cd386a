"""Cards of the US government and its partners: FASC-N, card identifiers, EDIPI, user identifiers, background checks."""

from __future__ import annotations

from functools import reduce
from operator import xor
from typing import Any

from support.certs import CLIENT_AUTH, EMAIL_PROTECTION, boolean, extension, other_name, string, tlv
from support.personal import held_by_people

FASC_N = "2.16.840.1.101.3.6.6"
NACI = "2.16.840.1.101.3.6.9.1"
UUID = "urn:uuid:0b6c5a9e-1d2f-4c3b-8a7e-6f5d4c3b2a19"
CLIENT = {"eku": (CLIENT_AUTH, "1.3.6.1.4.1.311.20.2.2")}
_SYMBOLS = "0123456789:[;-?]"


def fasc_n(symbols: str, *, even: int = -1) -> bytes:
    """Build the 25 octets of 39 symbols and their check sum; `even`: the position of a symbol whose parity is wrong."""
    values = [_SYMBOLS.index(symbol) for symbol in symbols]
    values.append(reduce(xor, values))
    bits = ""
    for position, value in enumerate(values):
        group = f"{value:04b}"[::-1]
        odd = group.count("1") % 2 == 0
        bits += group + str(int(odd if position != even else not odd))
    return int(bits, 2).to_bytes(25)


def card(symbols: str, **kwargs: int) -> bytes:
    """Build the otherName of a FASC-N."""
    return other_name(FASC_N, tlv(0x04, fasc_n(symbols, **kwargs)))


SAILOR = "[1700-0042-001234-0-1-1000000002119991]"
PARTNER = "[9999-9999-999999-0-1-0000000000300001]"
OF_AGENCY = [("C", "US"), ("O", "U.S. Government"), ("OU", "Example Agency")]

CASES: dict[str, dict[str, Any]] = held_by_people(
    {
        "card": {
            "subject": [*OF_AGENCY, [("CN", "JANE Q. DOE (Affiliate)"), ("UID", "1000000002")]],
            "san": [card(SAILOR), ("uri", UUID), ("upn", "1000000002117001@mil")],
            "extra": [extension(NACI, boolean(False))],
            **CLIENT,
        },
        "card-naci-open": {
            "subject": [*OF_AGENCY, ("CN", "DOE.JANE.Q.1000000002")],
            "extra": [extension(NACI, boolean(True))],
            **CLIENT,
        },
        "card-of-partner": {
            "subject": [("C", "US"), ("O", "Example Corp"), ("CN", "Jane Doe")],
            "san": [card(PARTNER), ("uri", UUID)],
            **CLIENT,
        },
        "card-bad-parity": {"subject": [("CN", "device-17")], "san": [card(SAILOR, even=12)]},
        "card-other-layouts": {
            "san": [
                other_name(FASC_N, tlv(0x04, b"\x01\x02\x03")),
                other_name(FASC_N, string("17000042001234011000000002119991", "printable")),
            ],
            "extra": [extension(NACI, tlv(0x05))],
        },
        "card-without-person": {"san": [card("[1700-0042-001234-0-1-0000000000110001]")]},
        "edipi": {
            "subject": [
                ("C", "US"),
                ("O", "U.S. Government"),
                ("OU", "DoD"),
                ("OU", "PKI"),
                ("CN", "DOE.JOHN.1000000003"),
            ],
            "san": [("upn", "1000000003@mil"), ("email", "john.doe@example.com")],
            "eku": (EMAIL_PROTECTION,),
        },
        "user-id-forms": {
            "subject": [("C", "US"), ("UID", "1000000004.EXAMPLE HQ.1"), ("CN", "JANE DOE")],
            "eku": (CLIENT_AUTH,),
        },
        "not-user-id": {"subject": [("O", "Example Ltd"), ("UID", "com.example.app.1"), ("CN", "www.example.org")]},
        "odd-23-user-id-is-an-address": {
            "subject": [*OF_AGENCY, [("CN", "Jane Doe"), ("UID", "jane.doe@example.org")]],
            "eku": (CLIENT_AUTH,),
        },
        "odd-23-user-id-with-agency": {
            "subject": [*OF_AGENCY, [("CN", "JOHN Q DOE"), ("UID", "1000000005.EXAMPLE HQ.1")]],
            "eku": (CLIENT_AUTH,),
        },
    }
)
