"""European schemes with their own fields or composite values."""

from __future__ import annotations

from typing import Any

from support.certs import (
    CLIENT_AUTH,
    EMAIL_PROTECTION,
    certificate_policies,
    extension,
    integer,
    key_usage,
    string,
    tlv,
)

MAIL = {"eku": (EMAIL_PROTECTION,)}
CLIENT = {"eku": (CLIENT_AUTH,)}
IK_MPSV, ICA, HALCOM, UZI = "1.3.6.1.4.1.11801.2.1", "1.3.6.1.4.1.23624.4.", "1.3.6.1.4.1.5939.2.3", "2.5.5.5"
UZI_CA = "2.16.528.1.1003.1.3.5.5.2"

LINES = tlv(0x30, string("ul. Wymyślona 1/2"), string("00-000 Przykładowo"))
REGISTERED = tlv(0x30, *(string(line, "printable") for line in ("Minta utca 1.", "1000 Budapest")))


def uzi(rest: str, **more: Any) -> dict[str, Any]:
    return {"san": [("other", UZI, string(f"{UZI_CA}-1-{rest}", "ia5"))], **CLIENT, **more}


SEAL: dict[str, Any] = {"extensions": [key_usage(), certificate_policies(["0.4.0.194112.1.1"])]}

CASES: dict[str, dict[str, Any]] = {
    "czechia": {
        "subject": [("C", "CZ"), ("CN", "Ing. Jana Vzorná"), ("serialNumber", "ICA - 10012345")],
        "san": [("other", IK_MPSV, string("1234567890")), ("other", f"{ICA}6", string("65432"))],
        "extra": [extension(f"{ICA}7", string("9203010000001234"))],
        **MAIL,
    },
    "czechia-integer": {"san": [("other", IK_MPSV, integer(1234567890))], **MAIL},
    "slovenia": {"subject": [("C", "SI"), ("O", "Primer d.o.o."), (HALCOM, "15012557", "printable")], **MAIL},
    "slovenia-sole-trader": {
        "subject": [("C", "SI"), ("O", "Mizarstvo Janez Vzorec s.p."), (HALCOM, "15012557", "printable")],
        **MAIL,
    },
    "netherlands-employee": uzi("900012345-N-90000111-30.000-00000000"),
    "netherlands-unnamed": uzi("900012345-M-90000111-00.000-00000000"),
    "netherlands-server": uzi("900012345-S-90000111-00.000-00000000"),
    "netherlands-other": uzi("900012345"),
    "odd-26-care-provider": uzi(
        "900012345-Z-90000111-01.015-12345678",
        subject=[
            ("C", "NL"),
            ("O", "J. Voorbeeld"),
            ("title", "Huisarts"),
            ("GN", "Jan"),
            ("SN", "Voorbeeld"),
            ("serialNumber", "900012345"),
            ("CN", "J. Voorbeeld"),
        ],
    ),
    "estonia": {
        "subject": [("C", "EE"), ("CN", "EESKUJU,MARI-LIIS,48001010005"), ("serialNumber", "PNOEE-48001010005")],
        "san": [("email", "mari-liis.eeskuju@example.org")],
        **MAIL,
    },
    "estonia-invalid": {"subject": [("C", "EE"), ("CN", "EESKUJU,MARI,48001010009")], **MAIL},
    "lithuania": {"subject": [("C", "LT"), ("CN", "PAVYZDYS,JONAS,38001010009")], **MAIL},
    "latvia": {"subject": [("C", "LV"), ("CN", "PARAUGS,JĀNIS,PNOLV-161175-19997")], **MAIL},
    "latvia-without-birth-date": {"subject": [("CN", "PARAUGS,JĀNIS,329999-99999")], **MAIL},
    "italy": {
        "subject": [
            ("C", "IT"),
            ("CN", "ESEMPIO/MARIA LUISA"),
            ("serialNumber", "TINIT-SMPMLS80B69H501X"),
            ("2.5.4.46", "2012345678"),
        ],
        **MAIL,
    },
    "italy-card": {"subject": [("C", "IT"), ("CN", "SMPMLS80B69H501X/7420012345678901.aB3dEf+=")], **CLIENT},
    "italy-three-parts": {"subject": [("C", "IT"), ("CN", "ESEMPIO/MARIA LUISA/SMPMLS80B69H501X")], **MAIL},
    "italy-no-person": {"subject": [("C", "IT"), ("CN", "Magazzino/Ufficio Vendite"), ("2.5.4.46", "12345")]},
    "italy-holder-letters": {
        "subject": [
            *(("C", "IT"), ("GN", "MARIA"), ("SN", "ESEMPIO"), ("CN", "MARIA ESEMPIO")),
            ("2.5.4.46", "WSREF-12345678901234"),
        ],
        **MAIL,
    },
    "italy-holder-code": {
        "subject": [("C", "IT"), ("GN", "MARIA"), ("SN", "ESEMPIO"), ("2.5.4.46", "SMPMLS80B69H501X")],
        **MAIL,
    },
    "italy-holder-words": {
        "subject": [("C", "IT"), ("GN", "MARIA"), ("SN", "ESEMPIO"), ("2.5.4.46", "Firma qualificata 2")],
        **MAIL,
    },
    "portugal-post": {
        "subject": [("C", "PT"), ("O", "Presidência do Exemplo"), ("CN", "José Modelo Exemplar")],
        "san": [("dir", [("2.16.620.1.1.1.2.2.0.2.1", "Director-Geral")])],
        **MAIL,
    },
    "seal-title": {
        "subject": [
            *(("C", "ES"), ("O", "Muestra SL"), ("CN", "Muestra SL"), ("GN", "María"), ("SN", "Ejemplo")),
            ("title", "Administradora única"),
        ],
        **SEAL,
    },
    "seal-without-person": {
        "subject": [("C", "ES"), ("O", "Muestra SL"), ("CN", "Muestra SL"), ("title", "Sello de empresa")],
        **SEAL,
    },
    "portugal": {
        "subject": [
            ("C", "PT"),
            ("OU", "Cidadão Português"),
            ("GN", b"MARIA", "printable"),
            ("SN", "CONCEIÇÃO EXEMPLO".encode("latin-1"), "printable"),
            ("serialNumber", "BI123456789"),
            ("CN", "MARIA CONCEIÇÃO EXEMPLO".encode("latin-1"), "printable"),
        ],
        **MAIL,
    },
    "portugal-card-with-zeros": {
        "subject": [("C", "PT"), ("GN", "MARIA"), ("SN", "EXEMPLO"), ("serialNumber", "BI012345678")],
        **MAIL,
    },
    "odd-12-latin-1": {
        "subject": [("C", "PT"), ("CN", "JOÃO EXEMPLO GONÇALVES".encode("latin-1"), "printable")],
        **MAIL,
    },
    "croatia": {
        "subject": [("C", "HR"), ("GN", "IVANA"), ("SN", "PRIMJER"), ("serialNumber", "PNOHR-12345678903")],
        **MAIL,
    },
    "hungary": {
        "subject": [("C", "HU"), ("GN", "Anna"), ("SN", "Minta"), ("2.5.4.26", REGISTERED, "raw")],
        **MAIL,
    },
    "bulgaria": {
        "subject": [("C", "BG"), ("GN", "Мария"), ("SN", "Примерова"), ("UID", "EGN:8001010008")],
        "san": [
            ("dir", [("telephoneNumber", "+359 2 123 4567"), ("street", "ул. Измислена 1"), ("UID", "8001010008:EGN")])
        ],
        **MAIL,
    },
    "bulgaria-free-profession": {"subject": [("C", "BG"), ("UID", "8001010008:BULSTAT")], **MAIL},
    "odd-03-authority": {
        "subject": [("C", "BG"), ("O", "Example Notary PLC"), ("CN", "Example Notary Root")],
        "san": [
            (
                "dir",
                [
                    [
                        ("telephoneNumber", "+35921234567"),
                        ("UID", "123456789:BULSTAT"),
                        ("1.2.840.113549.1.9.8", "Invented Street 5"),
                    ]
                ],
            )
        ],
        "ca": True,
        "eku": (),
    },
    "odd-06-nickname": {
        "subject": [
            ("C", "PL"),
            ("CN", "Nocna Sowa"),
            ("GN", "Łucja"),
            ("SN", "Wymyślona"),
            ("serialNumber", "PESEL: 44051401359"),
            ("postalAddress", LINES, "raw"),
        ],
        "san": [("email", "lucja@example.org"), ("email", "lucja@example.org")],
        **MAIL,
    },
    "poland-trader": {"subject": [("C", "PL"), ("O", "Usługi Przykład"), ("serialNumber", "NIP: 1234563218")], **MAIL},
}
