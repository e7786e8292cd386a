"""X.400 addresses (ITU-T X.411 annex A, ORAddress) in general names, as attributes of a name.

A surname means the same in an address and in a name, so it gets the same attribute type (X.520), and the same rules
apply. Parts without an attribute type stay strings.
"""

from __future__ import annotations

from typing import Final

from ctscan.model import Attribute, DecodedString, Name
from ctscan.x509.der import Element
from ctscan.x509.der_reader import SEQUENCE, SET, DerReader
from ctscan.x509.embedded import embedded_values, value_text

_X520: Final = "2.5.4."
_STANDARD: Final = {3: f"{_X520}10", 6: f"{_X520}11"}  # organization-name, organizational-unit-names
_COUNTRY: Final = 0x61  # [APPLICATION 1]
_PERSONAL: Final = {0: f"{_X520}4", 1: f"{_X520}42", 2: f"{_X520}43", 3: f"{_X520}44"}
_EXTENSION: Final = {
    1: f"{_X520}3",  # common-name
    2: f"{_X520}3",  # teletex-common-name
    3: f"{_X520}10",  # teletex-organization-name
    5: f"{_X520}11",  # teletex-organizational-unit-names
    9: f"{_X520}17",  # postal-code
    10: f"{_X520}19",  # physical-delivery-office-name
    16: f"{_X520}16",  # unformatted-postal-address
    17: f"{_X520}9",  # street-address
    18: f"{_X520}18",  # post-office-box-address
    22: f"{_X520}25",  # extended-network-address: an ISDN number
}
_TELETEX_PERSONAL: Final = 4

TypedElements = list[tuple[str, Element]]
"""Attribute type (empty: none) and element."""


def x400_name(reader: DerReader, path: str) -> tuple[Name, list[DecodedString]]:
    """Read the content of an x400Address.

    Returns:
        The attributes as a name, each in an RDN of its own, and the strings without an attribute type.
    """
    found: TypedElements = []
    fields = reader.children(path, reader.whole())
    for field in fields[:1]:
        for part in reader.children(path, field):
            found += _standard(reader, path, part)
    for field in fields[1:]:
        found += _extensions(reader, path, field) if field[0] == SET else [("", field)]
    attributes: list[Attribute] = []
    rest: list[DecodedString] = []
    for oid, element in found:
        raw = reader.data[element[1] : element[4]]
        text = value_text(reader.data, element)
        if oid and text is not None:
            attributes.append(Attribute(len(attributes), oid, element[0], raw, text))
        elif text is not None:
            rest += [text] if text.value else []
        else:
            rest += (
                text
                for text in embedded_values(DerReader(raw, reader.problems), path)
                if isinstance(text, DecodedString)
            )
    return Name(reader.data, tuple(attributes)), rest


def _standard(reader: DerReader, path: str, part: Element) -> TypedElements:
    # SEQUENCE { [APPLICATION 1] country, [APPLICATION 2] domain, [0] network, [1] terminal, [2] private domain,
    #            [3] organisation, [4] user number, [5] personal name, [6] units }
    if part[0] == _COUNTRY:
        return [(f"{_X520}6", inner) for inner in reader.children(path, part)]
    if part[0] & 0xC0 != 0x80:
        return [("", part)]
    number = part[0] & 0x1F
    if number == 5:
        return _personal(reader, path, part)
    oid = _STANDARD.get(number, "")
    return [(oid, inner) for inner in reader.children(path, part)] if part[0] & 0x20 else [(oid, part)]


def _personal(reader: DerReader, path: str, element: Element) -> TypedElements:
    # SET { [0] surname, [1] given name, [2] initials, [3] generation }
    found: TypedElements = []
    for part in reader.children(path, element) if element[0] & 0x20 else [element]:
        inner = reader.children(path, part) if part[0] & 0x20 else [part]
        found += ((_PERSONAL.get(part[0] & 0x1F, ""), one) for one in inner)
    return found


def _extensions(reader: DerReader, path: str, element: Element) -> TypedElements:
    # SET OF SEQUENCE { [0] INTEGER, [1] value }
    found: TypedElements = []
    for extension in reader.children(path, element):
        parts = reader.children(path, extension) if extension[0] == SEQUENCE else [extension]
        number = reader.data[parts[0][2] : parts[0][3]] if parts and parts[0][0] == 0x80 else b""
        kind = int.from_bytes(number[-2:])
        for value in parts[1:] if number else parts:
            for inner in reader.children(path, value) if value[0] & 0x20 else [value]:
                if kind == _TELETEX_PERSONAL:
                    found += _personal(reader, path, inner)
                elif inner[0] in (SEQUENCE, SET):
                    found += ((_EXTENSION.get(kind, ""), line) for line in reader.children(path, inner))
                else:
                    found.append((_EXTENSION.get(kind, ""), inner))
    return found
