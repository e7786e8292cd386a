"""Outlook on the certificate that a request asks for: limits by day, logs by kind, advice by finding."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from support.certs import (
    CLIENT_AUTH,
    EMAIL_PROTECTION,
    SERVER_AUTH,
    basic_constraints,
    certificate_policies,
    extended_key_usage,
    extension,
    name,
    san_extension,
    string,
    tlv,
)
from support.request_builders import (
    CHALLENGE_PASSWORD,
    client_info,
    extension_request,
    make_crmf,
    make_request,
    pki_data,
    request_attribute,
    tagged_attribute,
    until,
)

from ctscan.errors import InputError
from ctscan.exposure.publication import parse_publication
from ctscan.exposure.request_outlook import outlook
from ctscan.model import Message
from ctscan.model.certificate_request import RequestOutlook, RequestText
from ctscan.personal.analyse import analyse
from ctscan.resources import data_text
from ctscan.x509.request_purposes import requested_of

FACTS = parse_publication(data_text("exposure/publication.toml"))
TODAY = date(2026, 12, 1)
JANE = [("CN", "Jane Roe"), ("emailAddress", "jane.roe@example.org")]
CODE_SIGNING, DOCUMENT_SIGNING = "1.3.6.1.5.5.7.3.3", "1.3.6.1.5.5.7.3.36"
TLS = extended_key_usage([SERVER_AUTH])
PASSWORD = request_attribute(CHALLENGE_PASSWORD, string("a password of letters"))


def outlook_of(request: bytes, today: date = TODAY) -> RequestOutlook:
    analysis = analyse(request)
    assert analysis.certificate is not None
    return outlook(requested_of(analysis.certificate), analysis.findings, FACTS, today)


def asked(*extensions: bytes, subject: list[tuple[str, str]] | None = None, today: date = TODAY) -> RequestOutlook:
    return outlook_of(make_request(JANE if subject is None else subject, [extension_request(*extensions)]), today)


def codes(found: tuple[Message, ...]) -> list[str]:
    return [message.code.partition(".")[2] for message in found]


# --- periods -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("today", "days", "later"),
    [
        (date(2026, 3, 14), 398, 200),
        (date(2026, 3, 15), 200, 100),
        (date(2027, 3, 14), 200, 100),
        (date(2027, 3, 15), 100, 47),
        (date(2029, 3, 14), 100, 47),
        (date(2029, 3, 15), 47, None),
        (date(2040, 1, 1), 47, None),
    ],
)
def test_the_day_decides_the_limit_of_server_certificates(today: date, days: int, later: int | None) -> None:
    periods = asked(TLS, today=today).periods
    limits = [dict(message.params)["days"] for message in periods if "days" in dict(message.params)]
    assert limits == [days] + ([later] if later else [])


@pytest.mark.parametrize(
    ("purpose", "today", "days"),
    [
        (EMAIL_PROTECTION, date(2025, 7, 14), 1185),
        (EMAIL_PROTECTION, TODAY, 825),
        (CODE_SIGNING, TODAY, 460),
        (CODE_SIGNING, date(2026, 2, 28), None),
        (CLIENT_AUTH, TODAY, None),
        (DOCUMENT_SIGNING, TODAY, None),
    ],
)
def test_limits_of_other_kinds(purpose: str, today: date, days: int | None) -> None:
    periods = asked(extended_key_usage([purpose]), today=today).periods
    in_force = [message for message in periods if message.code in (RequestText.VALID_AT_MOST, RequestText.VALID_BY_CA)]
    assert [dict(message.params).get("days") for message in in_force] == [days]


def test_limits_stand_without_gap_and_grow_shorter() -> None:
    for use in {limit.use for limit in FACTS.limits}:
        days = [limit.days for limit in sorted(FACTS.limits, key=lambda one: one.since) if limit.use == use]
        assert days == sorted(days, reverse=True)


def test_the_validity_that_is_asked_for_is_said() -> None:
    found = outlook_of(make_crmf(JANE, [TLS], validity=[until(datetime(2027, 1, 31, tzinfo=UTC))]))
    assert RequestText.VALID_ASKED_UNTIL(until=datetime(2027, 1, 31, tzinfo=UTC)) in found.periods


# --- logs ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("extensions", "logs"),
    [
        ([TLS], ["logged-tls", "private-ca"]),
        ([extended_key_usage([EMAIL_PROTECTION])], ["mostly-unlogged", "directories", "private-ca"]),
        ([extended_key_usage([CLIENT_AUTH])], ["mostly-unlogged", "directories", "private-ca"]),
        ([extended_key_usage([DOCUMENT_SIGNING])], ["mostly-unlogged", "directories", "private-ca"]),
        ([extended_key_usage([CODE_SIGNING])], ["logged-code", "directories", "private-ca"]),
        (
            [extended_key_usage([SERVER_AUTH, CLIENT_AUTH])],
            ["logged-tls", "private-ca"],
        ),
        ([basic_constraints(True)], ["logged-ca", "directories", "private-ca"]),
        ([extended_key_usage(["1.2.3.4"])], ["logging-unknown", "directories", "private-ca"]),
    ],
)
def test_purposes_decide_the_logs(extensions: list[bytes], logs: list[str]) -> None:
    assert codes(asked(*extensions).logs) == logs


def test_a_name_of_unknown_use_leaves_the_logs_unknown() -> None:
    found = asked(subject=[("CN", "Jane Roe")])
    assert codes(found.conditions)[0] == "asks-unknown"
    assert codes(found.logs)[0] == "logging-unknown"


def test_facts_are_cited() -> None:
    assert asked(TLS).sources
    assert all("SC-081v3" not in source for source in asked(extended_key_usage([EMAIL_PROTECTION])).sources)


# --- what becomes public, what stays -------------------------------------------------------------------------------


def test_findings_are_divided_by_their_place() -> None:
    request = make_request(JANE, [client_info("PC17", "EXAMPLE\\jane", "x"), PASSWORD, extension_request(TLS)])
    found = outlook_of(request)
    assert {one.path.partition(".")[0] for one in found.public} == {"subject"}
    assert {one.path.partition(".")[0] for one in found.staying} == {"requestAttributes"}
    assert len(found.public) + len(found.staying) == len(analyse(request).findings)
    assert "stays-with-ca" in codes(found.conditions)


def test_a_message_around_requests_says_that_it_is_one() -> None:
    controls = [tagged_attribute("1.3.6.1.5.5.7.7.2", string("jane.roe"))]
    found = outlook_of(pki_data(make_request(JANE), controls=controls))
    assert codes(found.conditions) == ["envelope", "not-checked"]
    assert (found.logs, found.periods, found.public) == ((), (), ())
    assert len(found.staying) == 1


# --- advice --------------------------------------------------------------------------------------------------------


def test_advice_for_a_server() -> None:
    names = san_extension([("dns", "build.dev.example.org"), ("dns", "www.example.org"), ("dns", "example.org")])
    found = asked(TLS, names)
    assert codes(found.advice) == [
        "ask-email-out",
        "ask-role-address",
        "ask-no-names",
        "ask-wildcard",
        "ask-private-ca",
    ]
    assert RequestText.ASK_WILDCARD(count=1) in found.advice
    assert RequestText.ASK_EMAIL_OUT(fields="subject.emailAddress") in found.advice


def test_advice_for_mail() -> None:
    names = san_extension([("email", "jane.roe@example.org")])
    assert codes(asked(extended_key_usage([EMAIL_PROTECTION]), names).advice) == [
        "ask-address-in-san",
        "ask-mailbox-only",
    ]


def test_advice_for_signatures() -> None:
    qualified = certificate_policies(["0.4.0.194112.1.2"])
    subject = [("GN", "Jane"), ("SN", "Roe"), ("serialNumber", "PASXX-123456789")]
    found = asked(qualified, extended_key_usage([DOCUMENT_SIGNING]), subject=subject)
    assert codes(found.advice)[:2] == ["ask-no-numbers", "ask-pseudonym"]


def test_advice_on_other_data_and_purposes() -> None:
    subject = [("GN", "Jane"), ("SN", "Roe"), ("telephoneNumber", "+49 30 0000000")]
    found = asked(subject=subject)
    assert "ask-only-needed" in codes(found.advice)
    assert "ask-one-purpose" in codes(found.advice)


def test_advice_on_attributes_that_stay() -> None:
    host = [("CN", "www.example.org")]
    request = make_request(host, [PASSWORD, client_info("PC17", "EXAMPLE\\jane", "x"), extension_request(TLS)])
    assert codes(outlook_of(request).advice) == ["ask-no-password", "ask-no-attributes"]
    assert asked(TLS, subject=host).advice == ()


def test_the_name_of_the_issuer_is_the_ca_s() -> None:
    issuer = name([("CN", "Jane Roe"), ("emailAddress", "jane.roe@example.org")])
    found = outlook_of(make_crmf([("CN", "www.example.org")], [TLS], issuer=issuer))
    assert {one.path.partition(".")[0] for one in found.public} == {"issuer"}
    assert found.advice == ()


def test_messages_hold_no_data_of_a_person() -> None:
    extra = extension("2.16.840.1.113730.1.13", string("Write to jane.roe@example.org", "ia5"))
    request = make_request(JANE, [PASSWORD, client_info("PC17", "EXAMPLE\\jane", "x"), extension_request(TLS, extra)])
    found = outlook_of(request)
    said = str([*found.conditions, *found.logs, *found.periods, *found.advice]).lower()
    for word in ("jane", "roe", "pc17", "password of letters"):
        assert word not in said


# --- the file of facts ---------------------------------------------------------------------------------------------

GOOD = '[[limits]]\nuse = "tls"\ndays = 47\nsince = 2029-03-15\nsource = "x"\n'
LOGGING = '[[logging]]\nuse = "tls"\nlogging = "required"\nsource = "x"\n'


def test_facts_are_read() -> None:
    found = parse_publication(GOOD + LOGGING)
    assert (found.limits[0].since, found.logging[0].use) == (date(2029, 3, 15), "tls")
    assert all(limit.since < TODAY + timedelta(days=1000) for limit in FACTS.limits)


@pytest.mark.parametrize(
    "text",
    [
        "limits = [",
        GOOD,
        LOGGING,
        GOOD.replace("47", "0") + LOGGING,
        GOOD.replace("2029-03-15", '"2029-03-15"') + LOGGING,
        GOOD.replace('"tls"', '"ssl"') + LOGGING,
        GOOD.replace('source = "x"', 'source = " "') + LOGGING,
        GOOD + "colour = 1\n" + LOGGING,
        GOOD + LOGGING.replace("required", "perhaps"),
    ],
)
def test_faults_of_the_facts_are_errors(text: str) -> None:
    with pytest.raises(InputError, match=r"exposure/publication\.toml: expected"):
        parse_publication(text)


def test_octets_that_look_like_a_template_give_no_template() -> None:
    odd = extension("1.3.6.1.4.1.311.21.7", tlv(0x30, b"\x02\x01\x01"))
    assert asked(odd, TLS).requested.templates == ()
