"""Certificate requests of every form: what a certificate would hold, and what stays with the request."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from support.certs import (
    CLIENT_AUTH,
    EMAIL_PROTECTION,
    SERVER_AUTH,
    extended_key_usage,
    extension,
    general_name,
    integer,
    make_certificate,
    san_extension,
    string,
    tlv,
)
from support.request_builders import (
    CHALLENGE_PASSWORD,
    CSP,
    NAME_VALUE_PAIR,
    OS_VERSION,
    UNSTRUCTURED_NAME,
    client_info,
    control,
    extension_request,
    make_crmf,
    make_request,
    make_spkac,
    pki_data,
    pki_message,
    request_attribute,
    spkac_file,
    tagged_attribute,
    until,
)

JANE = [("C", "XX"), ("O", "Example Ltd"), ("CN", "Jane Roe"), ("emailAddress", "jane.roe@example.org")]
MAIL = (san_extension([("email", "jane.roe@example.org")]), extended_key_usage([EMAIL_PROTECTION]))
ENROLMENT = "1.3.6.1.4.1.311."


def pair(name: str, value: str) -> bytes:
    """Encode an enrolment attribute of a name and a value."""
    return request_attribute(NAME_VALUE_PAIR, tlv(0x30, string(name, "bmp"), string(value, "bmp")))


CASES: dict[str, dict[str, Any]] = {
    "mail": {
        "der": make_request(
            JANE,
            [
                extension_request(*MAIL),
                request_attribute(CHALLENGE_PASSWORD, string("correct horse battery")),
                request_attribute(UNSTRUCTURED_NAME, string("jane.private@example.com", "ia5")),
            ],
        ),
    },
    "server": {
        "der": make_request(
            [("CN", "intranet.example.org")],
            [
                extension_request(
                    san_extension([("dns", "intranet.example.org"), ("dns", "build.dev.example.org")]),
                    extended_key_usage([SERVER_AUTH]),
                )
            ],
        ),
    },
    "microsoft": {
        "der": make_request(
            [("CN", "Müller, Jörg")],
            [
                request_attribute(OS_VERSION, string("10.0.19045.2", "ia5")),
                client_info("PC17.corp.example.org", "EXAMPLE\\joerg.mueller", "certreq.exe"),
                request_attribute(CSP, tlv(0x30, integer(0), string("Example Provider", "bmp"), tlv(0x03, b"\0"))),
                pair("RequesterName", "EXAMPLE\\erika.muster"),
                pair("rmd", "PC18.corp.example.org"),
                pair("CertificateTemplate", "User"),
                request_attribute(
                    f"{ENROLMENT}13.1",
                    make_certificate(
                        [("GN", "Jörg"), ("SN", "Müller")], [("email", "joerg.old@example.org")], serial=7
                    ),
                ),
                extension_request(
                    san_extension([("upn", "joerg.mueller@corp.example.org")]),
                    extended_key_usage([CLIENT_AUTH]),
                    extension(f"{ENROLMENT}20.2", string("User", "bmp")),
                    dotted=f"{ENROLMENT}2.1.14",
                ),
            ],
        ),
    },
    "crmf": {
        "der": make_crmf(
            [("CN", "山田 太郎"), ("GN", "太郎"), ("SN", "山田")],
            [san_extension([("email", "taro@example.org")]), extended_key_usage([EMAIL_PROTECTION])],
            controls=[
                control("1.3.6.1.5.5.7.5.1.1", string("token of invented letters")),
                control("1.3.6.1.5.5.7.5.1.2", string("name of the first pet")),
            ],
            registration=[control("1.3.6.1.5.5.7.5.2.1", string("user?taro%email?taro.private@example.com%"))],
            validity=[until(datetime(2027, 3, 31, tzinfo=UTC))],
            sender=general_name(("email", "taro.sender@example.com")),
        ),
    },
    "spkac": {"der": make_spkac("read by the CA alone")},
    "spkac_file": {
        "der": spkac_file(
            "a challenge", "# comment", "CN = Иван Петров", "0.OU=Sales", "emailAddress=ivan@example.org"
        ),
    },
    "cmc": {
        "der": pki_data(
            make_request(JANE),
            controls=[
                tagged_attribute("1.3.6.1.5.5.7.7.2", string("jane.roe")),
                tagged_attribute(
                    "1.3.6.1.5.5.7.7.8",
                    tlv(
                        0x30, integer(0), tlv(0x30, integer(2)), tlv(0x30, san_extension([("email", "j@example.org")]))
                    ),
                ),
                tagged_attribute(
                    f"{ENROLMENT}10.10.1",
                    tlv(0x30, integer(0), tlv(0x30, integer(2)), tlv(0x31, client_info("PC19", "EXAMPLE\\jane", "x"))),
                ),
            ],
        ),
    },
    "cmp": {
        "der": pki_message(
            0,
            tlv(0x30, make_crmf(JANE)),
            general_name(("dir", [("CN", "Jane Roe"), ("emailAddress", "jane.roe@example.org")])),
            general_name(("dir", [("O", "Example Trust"), ("CN", "Example Registration")])),
            tlv(0xA7, tlv(0x30, string("Call jane.desk@example.org"))),
        ),
    },
    "cut_off": {"der": make_request(JANE, [extension_request(*MAIL)])[:150]},
}
