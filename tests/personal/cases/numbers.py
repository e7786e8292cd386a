"""Numbers of people: serialNumber and organizationIdentifier, and the facts that national numbers disclose."""

from __future__ import annotations

from typing import Any

from support.certs import CLIENT_AUTH, EMAIL_PROTECTION, SERVER_AUTH, RdnSpec, certificate_policies

MAIL = {"eku": (EMAIL_PROTECTION,)}
CLIENT = {"eku": (CLIENT_AUTH,)}
EXTENDED = {"eku": (SERVER_AUTH,), "extra": [certificate_policies(["2.23.140.1.1"])]}
HASH = "5b3c0f0e7d1a4c2b9e8f7a6d5c4b3a291807f6e5d4c3b2a19080706050403020"


def _person(country: str, given: str, surname: str, number: str, kind: str = "utf8") -> dict[str, Any]:
    return {"subject": [("C", country), ("GN", given), ("SN", surname), ("serialNumber", number, kind)], **CLIENT}


def _named(country: str, number: str, *more: RdnSpec) -> dict[str, Any]:
    """Build a certificate with a common name that is likely a person's: a mailbox is made from it."""
    subject: list[RdnSpec] = [("C", country), ("CN", "JANE ROE"), ("serialNumber", number), *more]
    return {"subject": subject, "san": [("email", "jane.roe@example.org")], **CLIENT}


def _bare(country: str, number: str, **rest: Any) -> dict[str, Any]:
    return {"subject": [("C", country), ("CN", "Q-7"), ("serialNumber", number)], **(rest or CLIENT)}


CASES: dict[str, dict[str, Any]] = {
    # a prefix marks a person's number (ETSI EN 319 412-1 section 5.1.3)
    "serial-pno-estonia": _person("EE", "Mari", "Eeskuju", "PNOEE-48001010005"),
    "serial-pno-wrong-check": _person("EE", "Mari", "Eeskuju", "PNOEE-48001010009"),
    "serial-pno-without-hyphen": _bare("LT", "pnolt38001010009"),
    "serial-pno-slovakia": _person("SK", "Žofia", "Príkladová", "PNOSK-8051010000"),
    "serial-pno-latvia-new": _person("LV", "Anna", "Paraudziņa", "PNOLV-320000-12345"),
    "serial-pas": _bare("US", "PASUS-912345678"),
    "serial-idc-spain": _person("ES", "María", "Ejemplo", "IDCES-12345678Z"),
    "serial-idc-card": _person("DE", "Eva", "Beispiel", "IDCDE-590082394654"),
    "serial-tin-italy": _person("IT", "Maria", "Esempio", "TINIT-SMPMRA80A41H501N"),
    "serial-tin-italy-company": _bare("IT", "TINIT-00000120154"),
    "serial-scheme-denmark": _bare("DK", "UI:DK-P:G:00000000-1111-4222-8333-444444444444"),
    "serial-scheme-sweden": _person("SE", "Karin", "Exempel", "EI:SE-198001010027"),
    "serial-it-colon": _bare("IT", "IT:SMPMRA80A41H501N"),
    "serial-it-colon-wrong-check": _bare("IT", "IT:SMPMRA80A41H501X"),
    "serial-it-colon-company": _bare("IT", "IT:00000120154"),
    # beside a common name that is likely a person's
    "serial-likely-croatia": _named("HR", "HR12345678903.3.5"),
    "serial-likely-croatia-wrong-check": _named("HR", "HR12345678904.3.5"),
    "serial-likely-iceland": _named("IS", "1201743399:5402696029"),
    "serial-iceland-beside-name-parts": _person("IS", "Jane", "Smithsdóttir", "1201743399:5402696029"),
    "serial-likely-turkey": _named("TR", "10000000146"),
    "serial-likely-of-issuer": _named("CZ", "ICA - 10000001"),
    "serial-likely-hash": _named("FR", HASH),
    "serial-likely-italy-company": _named("IT", "00000120154"),
    "serial-likely-short": _named("FR", "17"),
    "serial-likely-words": _named("FR", "Nr wpisu"),
    "serial-likely-company": _named("FR", "12345678", ("2.5.4.15", "Private Organization")),
    "serial-acting": {
        **_person("DE", "Erika", "Mustermann", "578611675"),
        "extra": [certificate_policies(["0.4.0.194112.1.1"])],
    },
    "serial-danish-employee": {
        "subject": [
            ("C", "DK"),
            ("O", "Eksempel // CVR:12345678"),
            ("CN", "Jane Roe"),
            ("serialNumber", "CVR:12345678-RID:23456789"),
        ],
        "san": [("email", "jroe@example.org")],
        "eku": (),
    },
    # a word marks a person's number
    "serial-pesel": _bare("PL", "PESEL: 80010100000"),
    "serial-nip": _person("PL", "Łucja", "Wymyślona", "NIP: 5260000005"),
    "serial-nip-company": _bare("PL", "NIP: 5260000005"),
    "serial-register-poland": _bare("PL", "Nr wpisu: 12"),
    "serial-cuil": _bare("AR", "CUIL 20-00000012-5"),
    "serial-cuit-company": _bare("AR", "CUIT 30-00000012-0"),
    "serial-iin": {
        "subject": [
            ("C", "KZ"),
            ("CN", "ҮЛГІ АЙГҮЛ"),
            ("SN", "ҮЛГІ"),
            ("GN", "МЫСАЛҚЫЗЫ"),
            ("serialNumber", "IIN900515450010"),
            ("OU", "BIN900515450010"),
        ],
        **CLIENT,
    },
    "serial-cpf-costa-rica": _bare("CR", "CPF-01-1234-5678"),
    "serial-cpj-costa-rica": _bare("CR", "CPJ-3-101-123456"),
    "serial-rif-person": _bare("VE", "RIF-V-10000012-8"),
    "serial-rif-company": _bare("VE", "RIF-J-00000012-3"),
    "serial-rut": _bare("CL", "12000012-8"),
    "serial-ruc-person": _bare("PE", "RUC:10100000127"),
    "serial-pid": _bare("DK", "PID:9208-2002-2-123456789012"),
    "serial-rid": _bare("DK", "CVR:12345678-RID:1234567890"),
    "serial-ica": _person("CZ", "Žofie", "Vzorná", "ICA - 10012345"),
    "serial-ica-company": _bare("CZ", "ICA - 10012345"),
    # no mark: the evidence in the name, then the check digits
    "serial-bare-belgium": _person("BE", "Marie", "Exemple", "80010100206"),
    "serial-bare-finland": _person("FI", "Maija", "Esimerkki", "010180-0025"),
    "serial-luxtrust": _person("LU", "Marie", "Exemple", "10301111110001111111"),
    "serial-employee": _person("XX", "Jane", "Doe", "E-4711"),
    "serial-hash-india": _person("IN", "मीरा", "उदाहरण", HASH),
    "serial-pseudonym": {"subject": [("pseudonym", "Night Owl"), ("serialNumber", "17")], **CLIENT},
    "serial-possible": _bare("BE", "80010100206"),
    "serial-possible-brazil": _bare("BR", "100.000.012-52"),
    "serial-counter": _bare("DE", "17"),
    "serial-placeholder": _person("XX", "Jane", "Doe", "00000000"),
    # companies
    "serial-company": {
        "subject": [
            ("2.5.4.15", "Private Organization"),
            ("1.3.6.1.4.1.311.60.2.1.3", "BE", "printable"),
            ("serialNumber", "80010100206"),
            ("C", "BE"),
            ("O", "Example NV"),
            ("CN", "www.example.org"),
        ],
        "san": [("dns", "www.example.org")],
    },
    "serial-company-policy": _bare("BE", "80010100206", **EXTENDED),
    "serial-register": _bare("SK", "NTRSK-52577465"),
    "serial-server": _bare("BE", "80010100206", eku=(SERVER_AUTH,)),
    "serial-authority": {"subject": [("C", "BE"), ("CN", "Example CA"), ("serialNumber", "80010100206")], "ca": True},
    "serial-equals-organisation": {
        "subject": [
            *(("C", "XX"), ("GN", "Jane"), ("SN", "Doe"), ("O", "Example Ltd")),
            *(("organizationIdentifier", "NTRXX-4711001"), ("serialNumber", "4711001")),
        ],
        **CLIENT,
    },
    # organisations of a single person
    "organisation-sole-trader": {
        "subject": [("C", "ES"), ("O", "Ejemplo"), ("organizationIdentifier", "VATES-12345678Z")],
        **CLIENT,
    },
    "organisation-represented": {
        "subject": [
            *(("C", "IT"), ("GN", "Anna"), ("SN", "Prova"), ("serialNumber", "TINIT-PRVNNA75D50F205R")),
            *(("O", "Ditta Esempio"), ("organizationIdentifier", "VATIT-SMPMRA80A41H501N")),
        ],
        **CLIENT,
    },
    "organisation-sweden": {
        "subject": [("C", "SE"), ("O", "Exempel"), ("organizationIdentifier", "VATSE-800101002701")],
        **CLIENT,
    },
    "organisation-india": {
        "subject": [("C", "IN"), ("O", "Example"), ("organizationIdentifier", "VATIN-27AAAPX0012A1ZG")],
        **CLIENT,
    },
    "organisation-company": {
        "subject": [("C", "ES"), ("O", "Ejemplo SL"), ("organizationIdentifier", "VATES-B00000125")],
        **CLIENT,
    },
    # in free text
    "text-words": {
        "subject": [
            ("2.5.4.13", "Titular con DNI 12345678Z"),
            ("0.9.2342.19200300.100.1.4", "PESEL: 80010100000"),
            ("0.9.2342.19200300.100.1.8", "CUIL 20-00000012-5"),
            ("2.5.4.54", "NIF 12345678Z"),
            ("1.2.840.113549.1.9.2", "IIN 900515450010"),
            ("1.2.840.113549.1.9.20", "Clé de CPF 100.000.012-52", "bmp"),
            ("OU", "RFC 5280 and DNI pending"),
        ],
        **CLIENT,
    },
}
