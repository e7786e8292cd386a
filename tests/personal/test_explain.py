"""Explanations: they come from the decisions as they were taken, and name what was missing."""

from __future__ import annotations

from functools import cache

import pytest
from personal.test_rules import AREAS, golden_analysis, golden_der
from support.certs import CLIENT_AUTH, EMAIL_PROTECTION, RdnSpec, key_usage, make_certificate

from ctscan.model import Confidence
from ctscan.model.explanation import EvidenceKind, Explanation, Stance
from ctscan.personal.analyse import Analysis, analyse
from ctscan.personal.attribution.trail import MAX_KEPT, current_trail
from ctscan.personal.explain import explain, explanations


def explained(der: bytes, path: str) -> Explanation:
    (found,) = (one for one in explain(der)[1] if one.finding.path == path)
    return found


def codes(found: Explanation) -> list[tuple[int, str, Stance]]:
    return [(line.depth, line.evidence.code.partition(".")[2], line.stance) for line in found.chain]


@cache
def golden_explained(case: str) -> tuple[Analysis, tuple[Explanation, ...]]:
    """Explain the findings of a golden certificate; several tests ask for it."""
    return explain(golden_der(case))


@pytest.mark.parametrize("area", AREAS)
def test_an_explained_analysis_is_the_analysis(area: str) -> None:
    for case in AREAS[area]:
        analysis, found = golden_explained(case)
        assert analysis == golden_analysis(case), case
        assert tuple(one.finding for one in found) == analysis.findings, case
        assert current_trail() is None, case


@pytest.mark.parametrize("area", AREAS)
def test_what_decides_has_the_reason_of_the_finding(area: str) -> None:
    for case in AREAS[area]:
        for one in golden_explained(case)[1]:
            deciding = [line for line in one.chain if line.stance is Stance.DECIDES]
            shown = {(line.shown.kind, line.shown.confidence, line.shown.why) for line in deciding if line.shown}
            assert shown <= {(one.finding.subject_kind, one.finding.confidence, one.finding.why)}, case
            assert one.finding.confidence is not Confidence.CERTAIN or not one.missing, case


def test_a_common_name_is_explained_in_the_order_of_the_steps() -> None:
    der = make_certificate([("CN", "Jane Doe")], [("email", "jdoe@example.org")], eku=(EMAIL_PROTECTION,))
    found = explained(der, "subject.0.commonName")
    top = [code for depth, code, _ in codes(found) if depth == 0]
    assert top == ["name-and-certificate", "name-form", "name-words"]
    inside = [code for depth, code, _ in codes(found) if depth == 2]
    assert inside == [
        *("own-name", "personal-types", "authority", "natural", "legal", "subject-form", "machine", "use"),
    ]
    assert codes(found)[-1] == (0, "name-words", Stance.DECIDES)
    assert EvidenceKind.OWN_NAME() in found.missing
    assert EvidenceKind.MACHINE() not in found.missing  # a person doesn't lack it


def test_what_is_remembered_of_an_issuer_holds_for_no_certificate_of_its_own() -> None:
    for name in ("Jane Doe", "Example CA", "Jana Nováková :PN"):
        issuer: list[RdnSpec] = [("CN", name), ("O", "Example Trust")]
        own = make_certificate(issuer, [("email", "jane.doe@example.org")], issuer=issuer)
        issued = make_certificate([("CN", "www.example.org")], issuer=issuer)
        for der in (issued, own, issued, own):
            assert analyse(der) == explain(der)[0], name  # an explanation remembers nothing


def test_evidence_against_is_told() -> None:
    der = make_certificate([("CN", "www.example.org")], [("email", "jane.doe@example.org")])
    found = explained(der, "san.0.rfc822Name")
    assert (0, "subject", Stance.AGAINST) in codes(found)
    assert (0, "mailbox-name", Stance.DECIDES) in codes(found)


def test_the_place_decides_where_nothing_inside_does() -> None:
    der = make_certificate([("CN", "www.example.org")], issuer=[("CN", "X"), ("emailAddress", "x17@example.org")])
    found = explained(der, "issuer.1.emailAddress")
    assert codes(found)[-1] == (0, "mailbox", Stance.DECIDES)
    assert EvidenceKind.MAILBOX_NAME() in found.missing


def test_an_account_is_explained_by_its_form() -> None:
    der = make_certificate([("CN", "x17")], [("upn", "jane.doe@example.org")], eku=(CLIENT_AUTH,))
    assert codes(explained(der, "san.0.userPrincipalName"))[-1] == (0, "account", Stance.DECIDES)


def test_a_second_common_name_and_a_second_address_have_their_own_chains() -> None:
    names = [("CN", "Jane Doe"), ("CN", "Doe, John")]
    addresses = [("email", "x17@example.org"), ("email", "info@example.org")]
    der = make_certificate(names, addresses, extensions=None, eku=(CLIENT_AUTH,))
    assert codes(explained(der, "subject.1.commonName"))[-1] == (0, "name-form", Stance.DECIDES)
    assert codes(explained(der, "subject.0.commonName"))[-1] == (0, "name-words", Stance.DECIDES)
    assert codes(explained(der, "san.1.rfc822Name"))[-1] == (0, "mailbox-name", Stance.DECIDES)
    assert codes(explained(der, "san.0.rfc822Name"))[-1] == (0, "mailbox-holder", Stance.DECIDES)


def test_a_type_that_only_people_have_needs_no_evidence() -> None:
    der = make_certificate([("GN", "Jane"), ("SN", "Doe")], eku=(EMAIL_PROTECTION,))
    found = explained(der, "subject.0.givenName")
    assert (found.finding.rule, found.missing) == ("name.given", ())
    assert found.cites[0].startswith("RFC 5280")


def test_what_an_organisation_of_another_shape_asks_explains_no_number() -> None:
    names: list[RdnSpec] = [("L", "Lisboa"), ("O", "Example Ltd"), ("GN", "Joana"), ("SN", "Modelo")]
    der = make_certificate([*names, ("CN", "JOANA SANTOS MODELO:12345678909")])
    (number,) = (one for one in explain(der)[1] if one.finding.rule == "br.common_name")
    assert number.chain == ()


def test_findings_beyond_the_bound_say_that_nothing_was_recorded() -> None:
    addresses = [("email", f"a{number}@example.org") for number in range(MAX_KEPT + 2)]
    _, found = explain(make_certificate([], addresses, extensions=None, eku=(EMAIL_PROTECTION,)))
    assert [one.is_recorded for one in found].count(False) == 2
    assert not found[-1].chain
    assert found[0].chain


def test_findings_in_unreadable_bytes_are_explained_by_their_rule() -> None:
    analysis = analyse(b"\x00jane.roe@example.org\x00")
    (one,) = explanations(analysis.findings)
    assert (one.chain, one.missing, one.is_recorded) == ((), (), True)
    assert one.looks_for


def test_a_certificate_without_personal_data_has_nothing_to_explain() -> None:
    der = make_certificate([("CN", "www.example.org")], extensions=[key_usage()])
    assert explain(der)[1] == ()
