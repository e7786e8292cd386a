"""Belarus and Kazakhstan: the certificates of GosSUOK and of the National Certification Authority of Kazakhstan."""

from __future__ import annotations

from typing import Any

from support.certs import CLIENT_AUTH, EMAIL_PROTECTION, extension, string

_BELARUS = "1.2.112.1.2.1.1"
PERSONAL, TAXPAYER = f"{_BELARUS}.1.1.1", f"{_BELARUS}.1.1.2"
POSITION, DEPARTMENT = f"{_BELARUS}.5.1", f"{_BELARUS}.5.2"
BY_ISSUER = [("C", "BY"), ("O", "Прыклад"), ("CN", "Республиканский удостоверяющий центр Пример")]
KZ_ISSUER = [("C", "KZ"), ("CN", "ҰЛТТЫҚ КУӘЛАНДЫРУШЫ ОРТАЛЫҚ (МЫСАЛ)")]
BELARUS: dict[str, Any] = {"issuer": BY_ISSUER, "eku": (CLIENT_AUTH,)}
KAZAKHSTAN: dict[str, Any] = {"issuer": KZ_ISSUER, "eku": (CLIENT_AUTH, EMAIL_PROTECTION)}

CASES: dict[str, dict[str, Any]] = {
    "belarus-person": {  # given name and patronymic in the attribute name
        "subject": [
            ("SN", "Выдуманный"),
            ("name", "Иван Примерович"),
            ("C", "BY"),
            ("L", "г. Минск"),
            ("street", "ул. Примерная, д. 1, кв. 2"),
        ],
        "extra": [
            extension(PERSONAL, string("3290280A001PB5", "printable")),
            extension(POSITION, string("ОАО Пример, инженер", "bmp")),
            extension(DEPARTMENT, string("Отдел образцов", "bmp")),
        ],
        **BELARUS,
    },
    "belarus-person-attributes": {
        "subject": [
            ("SN", "Придуманная"),
            ("name", "Анна Образцовна"),
            ("C", "BY"),
            (PERSONAL, "6010105C123PB7", "printable"),
            (TAXPAYER, "MA1234569", "printable"),
            (POSITION, "Врач"),
        ],
        **BELARUS,
    },
    "belarus-other-document": {
        "subject": [("SN", "Придуманная"), ("name", "Анна"), ("C", "BY"), (PERSONAL, "вид на жительство 1234567")],
        **BELARUS,
    },
    "belarus-company": {
        "subject": [("O", 'ООО "Пример"'), ("CN", 'ООО "Пример"'), ("C", "BY")],
        "extra": [extension(TAXPAYER, string("190123455", "printable")), extension(POSITION, b"Head of Samples")],
        **BELARUS,
    },
    "kazakhstan-person": {  # the patronymic in the place of a given name
        "subject": [
            ("CN", "МЫСАЛОВ АЙДАР"),
            ("SN", "МЫСАЛОВ"),
            ("serialNumber", "IIN840517300015"),
            ("C", "KZ"),
            ("GN", "ҮЛГІҰЛЫ"),
            ("emailAddress", "aidar@example.org"),
        ],
        **KAZAKHSTAN,
    },
    "kazakhstan-employee": {  # the employer's number is no personal data
        "subject": [
            ("CN", "ҮЛГІЛІ ДАНА"),
            ("SN", "ҮЛГІЛІ"),
            ("serialNumber", "IIN910302400028"),
            ("C", "KZ"),
            ("O", 'ЖШС "МЫСАЛ"'),
            ("OU", "BIN123456789012"),
            ("GN", "МЫСАЛҚЫЗЫ"),
        ],
        **KAZAKHSTAN,
    },
}
