"""Masks: no name and no address is left in a message whose values are masked."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from support.alerting import a_condition, a_finding, a_message, an_alert
from support.people import PEOPLE, Person

from ctscan.alerts.masking import masked_alert, masked_value
from ctscan.model.alert_channel import ValueForm

NAME, EMAIL, PHONE = "user.name", "user.contact.email", "user.contact.phone_number"


@pytest.mark.parametrize(
    ("value", "category", "masked"),
    [
        ("jane.roe@example.org", EMAIL, "j…@example.org"),
        ("jane@example.org", EMAIL, "j…@example.org"),
        ("bo@example.org", EMAIL, "…@example.org"),
        ("jane@roe-jane.example", EMAIL, "j…@….example"),
        ("jürgen@juergen.example", EMAIL, "j…@….example"),
        ("müller@xn--mller-kva.example", EMAIL, "m…@….example"),
        ("王小明@example.org", EMAIL, "…@example.org"),
        ("Jane Roe", NAME, "…"),
        ("花子山田", NAME, "…"),
        ("+49 30 901820", PHONE, "…20"),
        ("110", PHONE, "…"),
        ("ZXK7654321Q", "user.government_id.national_identification_number", "…"),
        ("1980-01-31", "user.demographic.date_of_birth", "…"),
        ("Jane Roe <jane.roe@example.org>", EMAIL, "…"),
        ("a@b@example.org", EMAIL, "…"),
    ],
)
def test_masks(value: str, category: str, masked: str) -> None:
    assert masked_value(value, category) == masked


def test_a_domain_with_the_name_of_the_person_is_masked() -> None:
    alert = masked_alert(an_alert(0, a_finding("info@roe.example"), a_finding("Jane Roe", NAME)))
    assert alert.match is not None
    assert [found.value for found in alert.match.findings] == ["i…@….example", "…"]


@pytest.mark.parametrize(
    ("issuer", "subject", "shown"),
    [
        ("CN=Example CA", "CN=Jane Roe", "CN=Example CA"),
        ("CN=Jane Roe", "CN=Jane Roe", "…"),
        ("CN=ROE JANE,O=Example", "CN=x", "…"),
        ("CN=x,emailAddress=Jane.Roe@example.org", "CN=y", "…"),
        ("CN=Own", "CN=Own", "…"),
    ],
)
def test_an_issuer_that_names_the_person_is_masked(issuer: str, subject: str, shown: str) -> None:
    findings = (a_finding("jane.roe@example.org"), a_finding("Jane Roe", NAME))
    alert = masked_alert(an_alert(0, *findings, issuer=issuer, subject=subject))
    assert alert.match is not None
    assert (alert.match.certificate.issuer, alert.match.certificate.subject) == (shown, "")


@given(st.sampled_from(PEOPLE), st.booleans())
def test_no_form_of_a_message_holds_a_name_or_an_address(one: Person, signs_itself: bool) -> None:
    values = [one.mailbox, one.full, one.given, one.family, one.wide]
    findings = [a_finding(value, EMAIL if "@" in value else NAME) for value in values if value]
    subject = f"CN={one.full},O=Example"
    issuer = subject if signs_itself else "CN=Example CA"
    alert = masked_alert(an_alert(0, *findings, issuer=issuer, subject=subject))
    message = a_message(alert, values=ValueForm.MASKED)
    (item,) = message.items
    said = " ".join((message.subject, message.text, message.document, item.title, item.document, repr(item.fields)))
    for value in values:
        local = value.partition("@")[0]
        assert not local or not re.search(rf"(?<!\w){re.escape(local)}(?!\w)", said, re.IGNORECASE)
    assert "Values are masked" in message.text


def test_alerts_about_no_certificate_stay_as_they_are() -> None:
    alert = a_condition()
    assert masked_alert(alert) == alert
    assert "masked" not in a_message(alert, values=ValueForm.MASKED).text


def test_full_values_are_in_text_and_json_and_in_no_subject_title_or_field() -> None:
    message = a_message(replace(an_alert(0), watch="staff"))
    (item,) = message.items
    assert "jane.roe@example.org" in message.text
    assert "jane.roe@example.org" in message.document
    for text in (message.subject, item.title, repr(item.fields)):
        assert "jane" not in text.casefold()
