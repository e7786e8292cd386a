"""Russia: insurance, tax and register numbers in names."""

from __future__ import annotations

from typing import Any

from support.certs import CLIENT_AUTH, EMAIL_PROTECTION, extension, integer

OGRN, SNILS, INNLE, OGRNIP = (f"1.2.643.100.{last}" for last in (1, 3, 4, 5))
INN = "1.2.643.3.131.1.1"
ISSUER = [("CN", "УЦ Пример"), ("O", "Пример"), (INN, "007712345678", "numeric"), ("C", "RU")]
CLIENT: dict[str, Any] = {
    "issuer": ISSUER,
    "eku": (CLIENT_AUTH, EMAIL_PROTECTION),
    "extra": [extension("1.2.643.100.114", integer(0))],  # identified in person
}


def person(*rest: tuple[str, ...]) -> list[Any]:
    """Build the subject of a natural person."""
    named = [("CN", "Выдуманная Мария Примеровна"), ("SN", "Выдуманная"), ("GN", "Мария Примеровна")]
    return [*named, ("C", "RU"), ("ST", "77 г. Москва"), *rest]


CASES: dict[str, dict[str, Any]] = {
    "person": {
        "subject": person((SNILS, "11223344595", "numeric"), (INN, "771234567859", "numeric")),
        **CLIENT,
    },
    "person-with-wrong-check-digits": {
        "subject": person((SNILS, "112-233-445 96", "utf8"), (INN, "771234567850", "numeric")),
        **CLIENT,
    },
    "employee": {  # the numbers of the company are no personal data
        "subject": person(
            ("O", 'ООО "Пример"'),
            ("title", "Генеральный директор"),
            ("street", "ул. Примерная, д. 1"),
            (OGRN, "1027712345678", "numeric"),
            (SNILS, "12345678964", "numeric"),
            (INNLE, "7712345678", "numeric"),
            (INN, "007712345678", "numeric"),
        ),
        **CLIENT,
    },
    "sole-trader": {
        "subject": person(
            ("O", "ИП Выдуманная Мария Примеровна"),
            (OGRNIP, "304770012345674", "numeric"),
            (INN, "500123456750", "numeric"),
        ),
        **CLIENT,
    },
    "sole-trader-in-the-wrong-places": {
        "subject": [
            ("CN", "Индивидуальный предприниматель Примеров Пётр"),
            ("O", "Индивидуальный предприниматель Примеров Пётр"),
            ("C", "RU"),
            (OGRN, "304770012345674", "numeric"),
            (INNLE, "500123456750", "numeric"),
        ],
        **CLIENT,
    },
    "company": {
        "subject": [
            ("CN", 'ООО "Пример"'),
            ("C", "RU"),
            (OGRN, "1027712345678", "numeric"),
            (INN, "7712345678", "numeric"),
            (SNILS, "00000000000", "numeric"),
        ],
        **CLIENT,
    },
}
