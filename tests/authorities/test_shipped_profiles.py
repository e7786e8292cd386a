"""The profiles that ship with ctscan: each is well formed, says where its facts come from, and has a way to the CA."""

from __future__ import annotations

from datetime import date

import pytest

from ctscan.app.ca_policies import shipped_profiles
from ctscan.authorities.profile_checks import check_profile
from ctscan.model.ca_profile import CaProfile
from ctscan.model.ca_terms import DisputeStep, NoLetter, ProfileFault, TimeUnit
from ctscan.model.ca_values import Assigned, Contact, ResponseTime, Retention, Right
from ctscan.model.ca_vocabulary import (
    Addressee,
    Circumstance,
    Condition,
    FactKey,
    Grade,
    IdentityCheck,
    Item,
    Layer,
    RightStance,
    Role,
    Use,
)
from ctscan.resources import data_path
from ctscan.views.profile_values import value_text
from ctscan.views.text import texts

ON = date(2026, 12, 1)
PROFILES = {profile.id: profile for profile in shipped_profiles()}
WITHOUT_CHANNEL = {"baseline", "geant"}  # nobody to write to, and a scheme whose addressee the certificate names


def stance(profile: CaProfile, right: Right) -> RightStance | None:
    position = profile.position(right)
    return None if position is None else position.stance


def test_every_file_is_a_profile() -> None:
    files = {path.stem for path in data_path("ca_policies").iterdir()}
    assert files == set(PROFILES)
    assert len(files) >= 30


@pytest.mark.parametrize("profile", PROFILES.values(), ids=lambda one: one.id)
def test_a_profile_says_where_its_facts_come_from(profile: CaProfile) -> None:
    assert profile.facts
    assert profile.grade in {source.grade for source in profile.sources}
    for fact in profile.facts:
        assert fact.section
        assert date(2015, 1, 1) <= fact.day <= ON
        assert value_text(fact.value, texts("en"))


@pytest.mark.parametrize("profile", PROFILES.values(), ids=lambda one: one.id)
def test_a_profile_has_a_way_to_its_ca_and_no_text_of_the_future(profile: CaProfile) -> None:
    found = {fault.code for fault in check_profile(profile, ON).faults}
    assert ProfileFault.FROM_FUTURE not in found
    assert (ProfileFault.NO_ADDRESS in found) == (profile.id in WITHOUT_CHANNEL - {"baseline"})


def test_a_text_of_before_2020_has_grade_b_at_best_and_an_opening_c() -> None:
    for profile in PROFILES.values():
        for source in profile.sources:
            assert source.grade is not Grade.A or source.day >= date(2020, 1, 1), profile.id
            assert source.grade is not Grade.B or source.day < date(2020, 1, 1), profile.id
            if source.layer is Layer.DIRECTORY:
                assert source.grade is Grade.C


def test_one_profile_holds_for_all_other_cas() -> None:
    (found,) = (profile for profile in PROFILES.values() if profile.is_baseline)
    fact = found.fact(FactKey.RETENTION)
    assert fact is not None
    assert fact.source.layer is Layer.BASELINE
    assert isinstance(fact.value, Retention)
    assert (fact.value.years, fact.section) == (2, "§5.5.2")


def test_identrust() -> None:
    found = PROFILES["identrust"]
    assert found.words(FactKey.REQUIRED_ITEMS) == (Item.FULL_NAME, Item.EMAIL, Item.POSTAL_ADDRESS, Item.YEAR)
    assert set(found.words(FactKey.HELPFUL_ITEMS)) == {
        Item.APPLICATION_ID, Item.ACCOUNT_NUMBER, Item.SERIAL_NUMBER, Item.FINGERPRINT, Item.CERTIFICATE_COPY,
    }  # fmt: skip
    assert found.response_time() == ResponseTime(30, TimeUnit.DAYS)
    assert Assigned(Addressee.REGISTRATION_AUTHORITY, Circumstance.THROUGH_REGISTRATION_AUTHORITY) in found.assigned(
        FactKey.ADDRESSEE
    )
    assert stance(found, Right.ERASURE) is RightStance.REFUSED
    assert stance(found, Right.PORTABILITY) is RightStance.REFUSED
    restriction = found.position(Right.RESTRICTION)
    assert restriction is not None
    assert Condition.BY_SUSPENSION in restriction.conditions
    assert found.words(FactKey.DISPUTES) == (
        DisputeStep.CA, DisputeStep.JAMS, DisputeStep.BINDING_ARBITRATION, DisputeStep.FTC,
    )  # fmt: skip
    assert {source.layer for source in found.sources} == {Layer.PRIVACY_POLICY, Layer.CP_CPS}
    hidden = [contact for contact in found.contacts(FactKey.EMAIL) if contact.is_hidden]
    assert {contact.use for contact in hidden} == {Use.PRIVACY, Use.DISPUTES}
    assert all(contact.text == "" for contact in hidden)


def test_sectigo() -> None:
    found = PROFILES["sectigo"]
    fact = found.fact(FactKey.RETENTION)
    assert fact is not None
    assert isinstance(fact.value, Retention)
    assert (fact.value.years, fact.value.qualified_years) == (7, 15)
    assert [one.source.layer for one in found.facts_of(FactKey.RETENTION)] == [Layer.PRIVACY_POLICY, Layer.CP_CPS]
    assert found.fact(FactKey.CT_RETENTION) is not None
    suspension = found.fact(FactKey.SUSPENSION)
    assert suspension is not None
    assert suspension.value is False
    for right in (Right.ACCESS, Right.RECTIFICATION, Right.ERASURE, Right.RESTRICTION, Right.PORTABILITY):
        position = found.position(right)
        assert position is not None
        assert Condition.NOT_ABSOLUTE in position.conditions
    rectification = found.position(Right.RECTIFICATION)
    assert rectification is not None
    assert Condition.BY_ACCOUNT in rectification.conditions
    assert "Bradford" in next(
        one.text for one in found.contacts(FactKey.POST) if one.use is Use.DATA_PROTECTION_OFFICER
    )
    assert DisputeStep.SUPERVISORY_AUTHORITY in found.words(FactKey.DISPUTES)
    printed = [fact for fact in found.facts_of(FactKey.EMAIL) if isinstance(fact.value, Contact) and fact.value.text]
    assert {fact.source.layer for fact in printed} == {Layer.CP_CPS, Layer.DIRECTORY}


def test_trustcor() -> None:
    found = PROFILES["trustcor"]
    assert Assigned(Role.PROCESSOR, Circumstance.CUSTOMER_DATA) in found.assigned(FactKey.ROLE)
    assert found.words(FactKey.IDENTITY_CHECK) == (IdentityCheck.BEFORE_ANSWER,)
    assert found.response_time() is None
    assert found.fact(FactKey.RESPONSE_TIME) is None
    rectification = found.position(Right.RECTIFICATION)
    assert rectification is not None
    assert Condition.BY_CUSTOMER_ACCOUNT in rectification.conditions


def test_conflicts_are_named_and_decided() -> None:
    found = {profile.id: {one.key for one in profile.conflicts} for profile in PROFILES.values() if profile.conflicts}
    assert found == {
        "actalis": {FactKey.RETENTION, FactKey.SUSPENSION},
        "identrust": {FactKey.RETENTION, FactKey.RECTIFICATION},
        "sectigo": {FactKey.RETENTION, FactKey.LEGAL_BASIS},
        "wisekey": {FactKey.RETENTION_LOGS},
    }
    suspension = PROFILES["actalis"].fact(FactKey.SUSPENSION)
    assert suspension is not None
    assert suspension.value is False


def test_an_old_text_sets_no_response_time_of_today() -> None:
    for id in ("digicert", "globalsign"):
        assert PROFILES[id].fact(FactKey.RESPONSE_TIME) is not None
        assert PROFILES[id].response_time() is None


def test_profiles_of_openings_alone_are_marked() -> None:
    opened = {profile.id for profile in PROFILES.values() if profile.grade is Grade.C}
    assert {"d-trust", "dfn", "certsign", "certum", "buypass", "fnmt"} <= opened
    for id in opened:
        first = PROFILES[id].facts[0]
        assert first.key in (FactKey.CONTROLLER, FactKey.EMAIL, FactKey.ADDRESSEE)


def test_a_ca_that_puts_no_person_into_certificates_has_no_letter() -> None:
    assert PROFILES["lets-encrypt"].no_letter is NoLetter.NO_PERSON
