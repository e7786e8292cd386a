"""Ukraine: numbers among the subject directory attributes, contacts among the alternative names, sole traders."""

from __future__ import annotations

from typing import Any

from support.certs import CLIENT_AUTH, UPN, extension, oid, san_extension, string, tlv

_NUMBERS = "1.2.804.2.1.1.1.11.1.4"
TAXPAYER, ORGANISATION = f"{_NUMBERS}.1.1", f"{_NUMBERS}.2.1"
OTHER_TAXPAYER, DEMOGRAPHIC = f"{_NUMBERS}.7.1", f"{_NUMBERS}.11.1"
PHONE, ADDRESS = "1.3.6.1.4.1.19398.1.1.4.1", "1.3.6.1.4.1.19398.1.1.4.2"
ISSUER = [("O", "КНЕДП Приклад"), ("CN", "КНЕДП Приклад"), ("serialNumber", "UA-00000000-2026"), ("C", "UA")]
CLIENT: dict[str, Any] = {"issuer": ISSUER, "eku": (CLIENT_AUTH,)}


def directory(*attributes: tuple[str, str]) -> bytes:
    """Encode subjectDirectoryAttributes of printable strings."""
    values = (tlv(0x30, oid(kind), tlv(0x31, string(text, "printable"))) for kind, text in attributes)
    return extension("2.5.29.9", tlv(0x30, *values))


def person(surname: str, names: str, *rest: tuple[str, str]) -> list[Any]:
    """Build the subject of a natural person."""
    named = [("CN", f"{surname} {names}"), ("SN", surname), ("GN", names), ("serialNumber", "UA-20260101-1")]
    return [*named, ("C", "UA"), ("L", "Київ"), *rest]


CASES: dict[str, dict[str, Any]] = {
    "person": {
        "subject": person("Вигадана", "Олена Прикладівна"),
        "extra": [directory((TAXPAYER, "3081812326"), (DEMOGRAPHIC, "19840517-01234"))],
        **CLIENT,
    },
    "person-old-profile": {
        "subject": person("Прикладенко", "Іван Іванович"),
        "extra": [directory((OTHER_TAXPAYER, "3329812356"), (ORGANISATION, "00000000"))],
        **CLIENT,
    },
    "person-with-passport": {  # the passport in place of a refused tax number: letters, or nine digits
        "subject": person("Зразкова", "Марія"),
        "extra": [directory((TAXPAYER, "AB123456"), (OTHER_TAXPAYER, "001234567"))],
        **CLIENT,
    },
    "person-with-wrong-check-digit": {
        "subject": person("Зразкова", "Марія"),
        "extra": [directory((TAXPAYER, "3329812357"), (DEMOGRAPHIC, "1984-05-17"))],
        **CLIENT,
    },
    "employee-with-contacts": {
        "subject": person("Вигаданий", "Петро", ("O", 'ТОВ "Приклад"'), ("title", "Головний бухгалтер")),
        "san": [
            ("other", PHONE, string("(044) 234-56-78")),
            ("other", ADDRESS, string("01001, м. Київ, вул. Прикладна, 1")),
            ("other", UPN, string("127")),
        ],
        "extra": [directory((TAXPAYER, "3081812332"), (ORGANISATION, "12345678"))],
        **CLIENT,
    },
    "seal-of-a-company": {
        "subject": [("O", 'ТОВ "Приклад"'), ("CN", 'ТОВ "Приклад"'), ("C", "UA")],
        "issuer": ISSUER,
        "extensions": [
            san_extension([("other", PHONE, string("+380 44 234 56 78"))]),
            directory((TAXPAYER, "12345678"), (ORGANISATION, "12345678")),
        ],
    },
    "odd-08-sole-trader": {  # the same number in both places, and the full name as the name of the organisation
        "subject": person("Вигадана", "Олена Прикладівна", ("O", "ВИГАДАНА ОЛЕНА ПРИКЛАДІВНА")),
        "san": [
            ("other", PHONE, string("(044) 234-56-78")),
            ("other", ADDRESS, string("м. Київ, вул. Прикладна, 2")),
            ("other", UPN, string("127")),
        ],
        "extra": [directory((TAXPAYER, "3081812326"), (ORGANISATION, "3081812326"))],
        **CLIENT,
    },
    "odd-08-trader-in-words": {
        "subject": [("O", "ФОП Зразкова Марія Іванівна"), ("CN", "Печатка"), ("C", "UA")],
        "extra": [directory((ORGANISATION, "3329812363"))],
        **CLIENT,
    },
    "odd-08-natural-person": {
        "subject": person("Вигаданий", "Петро", ("O", "ФІЗИЧНА ОСОБА")),
        "extra": [directory((TAXPAYER, "3081812349"))],
        **CLIENT,
    },
}
