"""Words of alerts: subjects, cuts and lines, whatever comes in."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from support.alerting import AT, a_condition, a_finding, a_message, an_alert

from ctscan.model.alert import AlertText
from ctscan.model.alert_message import Gravity
from ctscan.model.delivery import ChannelResult, DeliveryReason
from ctscan.privacy.redaction import visible
from ctscan.views.alerts.alert_json import MOST_FINDINGS, MOST_SIGHTINGS
from ctscan.views.alerts.alert_lines import sent_lines, watched_line
from ctscan.views.text import ENGLISH, texts

SAY = texts(ENGLISH)


def test_a_subject_counts_by_watch_and_names_three_at_most() -> None:
    alerts = [an_alert(number, watch=f"w{number % 5}") for number in range(12)]
    assert a_message(*alerts, a_condition()).subject == (
        "ctscan: 12 new certificates (w0 3; w1 3; w2 2; 2 more watches); 1 condition changed"
    )
    assert a_message(a_condition()).subject == "ctscan: 1 condition changed"
    long = a_message(*(an_alert(number, watch=f"{number}" * 64) for number in range(3))).subject
    assert len(long) < 200


@given(st.text(max_size=200), st.text(max_size=64))
def test_hostile_values_stay_in_their_line_and_subjects_are_one(value: str, watch: str) -> None:
    alert = an_alert(0, a_finding(value), watch=watch or "w")
    message = a_message(alert)
    assert message.subject.isprintable()
    assert message.items[0].title.isprintable()
    assert all(visible(line) == line for line in message.text.split("\n"))
    assert message.text.count("\n") == a_message(an_alert(0)).text.count("\n")
    assert "\n" not in message.items[0].document
    assert json.loads(message.document)["alerts"][0]["findings"][0]["value"] == value


def test_no_cap_is_without_a_word() -> None:
    alert = an_alert(0, *(a_finding(f"jane{number}@example.org") for number in range(160)))
    assert alert.match is not None
    alert = replace(alert, match=replace(alert.match, sightings=alert.match.sightings * 30))
    message = a_message(alert, left=7, rate=100)
    assert "and 110 more values" in message.text
    assert "7 more alerts wait: this channel takes 100 in an hour" in message.text
    document = json.loads(message.document)
    assert (document["waiting"], document["alerts"][0]["sightings"]) == (7, 30)
    assert len(document["alerts"][0]["seen"]) == MOST_SIGHTINGS
    assert document["alerts"][0]["found"] == 160
    assert len(document["alerts"][0]["findings"]) == MOST_FINDINGS == 100


def test_a_certificate_that_has_expired_is_new_here_only() -> None:
    assert a_message(an_alert(0)).items[0].title.startswith("watch staff: a new certificate, ")
    late = an_alert(0, at=AT + timedelta(days=365))
    assert a_message(late).items[0].title.startswith("watch staff: a certificate that is new here and has expired, ")


def test_a_precertificate_is_named_by_its_identity() -> None:
    alert = an_alert(0)
    assert alert.match is not None
    summary = replace(alert.match.certificate, sha256=None)
    text = a_message(replace(alert, match=replace(alert.match, certificate=summary))).text
    assert f"Certificate (identity): {'01' * 32}, valid from 2031-05-03 to 2032-05-02" in text
    assert "SHA-256" not in text


@pytest.mark.parametrize(
    ("why", "gravity"),
    [
        (AlertText.LOG_MISBEHAVING(log="x"), Gravity.ERROR),
        (AlertText.LOG_STALE(log="x"), Gravity.WARNING),
        (AlertText.CASE_OVERDUE(case="2031-1", duty="duty.answer", due="2031-05-01"), Gravity.WARNING),
        (AlertText.LOG_RECOVERED(log="x"), Gravity.NOTICE),
        (AlertText.LOG_LIST_RECOVERED(), Gravity.NOTICE),
    ],
)
def test_gravity(why: object, gravity: Gravity) -> None:
    (item,) = a_message(a_condition(why=why)).items  # type: ignore[arg-type]
    assert item.gravity is gravity
    assert item.title and "\n" not in item.title


def test_lines_of_a_round() -> None:
    why, at = DeliveryReason.ENDED(code=3), AT + timedelta(minutes=1)
    results = [
        ChannelResult("a", "hook", "/hook", delivered=5, messages=1),
        ChannelResult("b", "hook", "/hook", delivered=1, messages=1, reason=why, next_at=at, waiting=4),
        ChannelResult("c", "hook", "/hook", reason=why, dead=2),
        ChannelResult("d", "hook", "/hook", waiting=1),
        ChannelResult("e", "hook", "/hook"),
        ChannelResult("f", "hook", "/hook", is_busy=True, waiting=9),
    ]
    assert [line for line, _ in sent_lines(results, SAY, is_whole=True)] == [
        "a: 5 alerts sent",
        "b: 1 alert sent",
        "b: failed: the program ended with exit code 3; next try from 2031-05-04T09:31:00Z on",
        "c: 2 alerts given up: the program ended with exit code 3",
        "d: 1 alert waits",
        "e: nothing is due",
        "f: another process is sending",
    ]
    assert len(list(sent_lines(results, SAY, is_whole=False))) == 4


def test_the_first_line_of_a_scan() -> None:
    to = [ChannelResult("soc", "webhook", "hooks.example.org"), ChannelResult("team", "mail", "alerts@example.org")]
    assert watched_line([f"w{number}" for number in range(8)], to, {}, SAY) == (
        "alerts: 8 watches (w0; w1; w2; w3; w4; 3 more watches) and the health of logs and cases; to soc (webhook); "
        "team (mail)"
    )
    assert watched_line(["w"], [], {}, SAY).startswith("alerts: 1 watch (w), but no channel under [alerts]")
    assert watched_line([], [], {}, SAY) == ""
