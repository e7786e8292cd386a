"""Letters of a case: one story per CA profile, senders, regimes, what is missing, and nobody else's data."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from support.certs import make_certificate
from support.lettered import CONTROLLER, EMAIL, JANE, certificate_of, issued, issued_as, request_of
from support.pictured import answer_of, der_of, match_of

from ctscan.app.ca_policies import shipped_profiles
from ctscan.dsar.letter_basis import section_of
from ctscan.dsar.letter_request import public_slug
from ctscan.dsar.letters import kinds_of, letters
from ctscan.dsar.picture import picture
from ctscan.dsar.regimes import regime, regimes
from ctscan.errors import UsageError
from ctscan.model import Authority, Finding, IdentifierKind, Match, Message, SubjectKind
from ctscan.model.ca_profile import CaProfile
from ctscan.model.ca_terms import MatchReason
from ctscan.model.ca_vocabulary import Addressee, RequestForm
from ctscan.model.case import CaseAction, CaseEvent, CaseKind
from ctscan.model.letter import (
    OF_THE_PERSON,
    Letter,
    LetterKind,
    Letters,
    Point,
    Prose,
    Row,
    Section,
    Sender,
    Subheading,
)
from ctscan.model.letter_text import LetterNote, LetterText, MissingItem
from ctscan.views.text import texts
from ctscan.x509.certificate import read_certificate

GOLDEN = Path(__file__).parents[1] / "personal" / "golden"
SAY = texts("en")
K, M = LetterKind, MissingItem
IDENTRUST, SECTIGO, TRUSTCOR = "IdenTrust", "Sectigo Limited", "TrustCor Systems S. de R.L."


def written(*ders: bytes, **given: Any) -> Letters:
    return letters(request_of(*ders, **given))


def the_letter(*ders: bytes, **given: Any) -> Letter:
    (letter,) = written(*ders, **given).letters
    return letter


def words(letter: Letter) -> str:
    """Put all of a letter into words, its notes left out."""
    said = [SAY(letter.subject), *letter.letterhead, letter.signatory, letter.addressee.name, letter.addressee.post]
    for section in letter.sections:
        said.append(SAY(section.heading) if section.heading else "")
        for block in section.blocks:
            said.append(_row(block) if isinstance(block, Row) else SAY(block.text))
    return "\n".join(said)


def _row(row: Row) -> str:
    value = SAY(row.value) if isinstance(row.value, Message) else row.value
    return f"{SAY(row.label)}: {value}" + (f"[{SAY(Message(str(row.missing)))}]" if row.missing else "")


def notes(letter: Letter) -> list[str]:
    return [SAY(note) for note in letter.notes]


def codes(found: Section | Letter) -> set[str]:
    sections = found.sections if isinstance(found, Letter) else (found,)
    return {block.text.code for one in sections for block in one.blocks if isinstance(block, Prose | Point)}


def rows(letter: Letter) -> dict[str, Row]:
    return {row.label.code: row for one in letter.sections for row in one.blocks if isinstance(row, Row)}


# --- one story per profile -----------------------------------------------------------------------------------------


def test_identrust_is_asked_with_just_its_items_and_the_rest_is_missing() -> None:
    letter = the_letter(certificate_of(IDENTRUST, serial=0x4A0F92))
    found = rows(letter)
    assert found[LetterText.LABEL_NAME].value == "Jane Roe"
    assert found[LetterText.LABEL_EMAIL].value == EMAIL
    assert found[LetterText.LABEL_YEAR].value == "2025"
    assert found[LetterText.LABEL_SERIAL].value == "4a0f92"
    assert len(str(found[LetterText.LABEL_FINGERPRINT].value)) == 64
    assert letter.missing == (M.POSTAL_ADDRESS, M.APPLICATION_ID, M.ACCOUNT_NUMBER)
    assert letter.addressee.party is Addressee.CA
    assert "Salt Lake City" in letter.addressee.post
    assert letter.addressee.forms == (RequestForm.BY_EMAIL,)
    assert letter.follow_up == date(2026, 4, 1)  # 30 days by its own word, not the month of the law
    assert letter.enclosed == letter.certificates


def test_an_address_in_the_certificate_fills_the_item_of_identrust() -> None:
    subject = [*JANE, ("2.5.4.9", "Hill Road 1"), ("2.5.4.17", "12345"), ("L", "Springfield"), ("C", "US")]
    letter = the_letter(certificate_of(IDENTRUST, subject))
    post = rows(letter)[LetterText.LABEL_POST]
    assert post.missing is None
    assert post.value == "Hill Road 1, 12345, Springfield"


def test_identrust_refuses_erasure_so_the_letter_asks_for_what_it_grants_instead() -> None:
    letter = the_letter(certificate_of(IDENTRUST), kind=CaseKind.ERASURE)
    said = words(letter)
    assert "“IdenTrust Privacy Policy” (§3) refuses this right for data of certificates: erasure." in said
    assert {LetterText.ALTERNATIVE_REPLACEMENT, LetterText.ALTERNATIVE_SUSPENSION} <= codes(letter)
    assert "at least 7 years and 6 months" in said
    assert "The published texts differ on retention of records" in said
    assert "Art. 17(1) GDPR" in SAY(letter.subject)
    assert "(Art. 21(1), Art. 18(1)(d) GDPR)" in said
    assert "JAMS" in said or LetterText.DISPUTE_STEPS in codes(letter)


def test_identrust_restricts_by_suspension_and_nobody_else_is_asked_to() -> None:
    letter = the_letter(certificate_of(IDENTRUST), kind=CaseKind.RESTRICTION)
    assert LetterText.SUSPEND in codes(letter)
    assert LetterText.REVOKE_VALID not in codes(letter)
    unknown = the_letter(certificate_of("Unknown Example Trust"), kind=CaseKind.RESTRICTION)
    assert LetterText.REVOKE_VALID in codes(unknown)


def test_a_thumbprint_helps_a_ca_that_asks_for_one() -> None:
    (one,) = issued(certificate_of(IDENTRUST))
    known = replace(one, thumbprint="ab" * 20)
    assert rows(the_letter(certificates=(known,)))[LetterText.LABEL_THUMBPRINT].value == "ab" * 20
    (other,) = issued(certificate_of(SECTIGO))
    letter = the_letter(certificates=(replace(other, thumbprint="ab" * 20),))
    assert LetterText.LABEL_THUMBPRINT not in rows(letter)


def test_a_decision_that_a_signed_request_proves_identity_is_quoted() -> None:
    said = words(the_letter(certificate_of("FNMT-RCM")))
    assert "on proof of identity: a request signed with a certificate of the person proves identity." in said


def test_identrust_may_send_the_person_to_a_registration_authority() -> None:
    (note,) = [text for text in notes(the_letter(certificate_of(IDENTRUST))) if "another addressee" in text]
    assert "Registration Authority" in note


def test_sectigo_has_an_officer_and_two_texts_that_disagree_and_never_suspends() -> None:
    letter = the_letter(certificate_of(SECTIGO), kind=CaseKind.RESTRICTION)
    said = words(letter)
    assert letter.addressee.party is Addressee.DATA_PROTECTION_OFFICER
    assert "Bradford" in letter.addressee.post and letter.addressee.is_officer_named
    assert "7 years after expiry or revocation of the last certificate under the agreement" in said
    assert "at least 2 years after expiry or revocation" in said
    assert LetterText.STATED_NO_SUSPENSION in codes(letter)
    assert LetterText.REVOKE_VALID in codes(letter)
    assert LetterText.SUSPEND not in codes(letter)
    assert letter.follow_up == date(2026, 4, 2)
    assert any("Sectigo Privacy Policy” is of 15 November 2021, more than 24 months" in text for text in notes(letter))
    assert any("directory of a third party" in text for text in notes(letter))


def test_the_earliest_end_of_retention_is_a_bound_and_the_longer_one_for_qualified_certificates() -> None:
    letter = the_letter(certificate_of(SECTIGO))
    end = rows(letter)[LetterText.LABEL_RETENTION_END].value
    assert SAY(end) == "not before 2034-05-01, computed from the texts named below"  # type: ignore[arg-type]
    assert any("counted from the last certificate" in text for text in notes(letter))
    assert any("in CT logs the certificate has no end" in text for text in notes(letter))


def test_trustcor_processes_for_customers_so_the_letter_goes_to_the_customer_with_the_time_of_the_law() -> None:
    letter = the_letter(certificate_of(TRUSTCOR, [*JANE, ("O", "Example Works")]))
    assert letter.addressee.party is Addressee.CUSTOMER
    assert letter.addressee.name == "Example Works"
    assert letter.missing == (M.ADDRESS_OF_ADDRESSEE,)
    assert letter.follow_up == date(2026, 4, 2)
    assert LetterText.TO_CUSTOMER in codes(letter)
    assert any(
        text.startswith("A copy may go to the certification authority itself: TrustCor") for text in notes(letter)
    )


def test_a_customer_that_no_certificate_names_is_missing() -> None:
    letter = the_letter(certificate_of(TRUSTCOR))
    assert letter.addressee.name == ""
    assert letter.missing == (M.ADDRESSEE, M.ADDRESS_OF_ADDRESSEE)


def test_lets_encrypt_puts_no_person_into_certificates_so_there_is_no_letter() -> None:
    found = written(certificate_of("Let's Encrypt"))
    assert found.letters == ()
    assert [SAY(one.why) for one in found.unwritten] == [
        "Let's Encrypt puts no person into its certificates: a name can only be part of a host name. No letter is "
        "written."
    ]


def test_an_unknown_ca_gets_the_floor_of_all_and_the_letter_says_so() -> None:
    letter = the_letter(certificate_of("Unknown Example Trust"))
    assert (letter.ca, letter.addressee.name) == ("Unknown Example Trust", "Unknown Example Trust")
    assert {LetterText.BASELINE_POLICY, LetterText.BASELINE_RETENTION} <= codes(letter)
    assert M.ADDRESS_OF_ADDRESSEE in letter.missing
    assert any("There is no profile of Unknown Example Trust" in text for text in notes(letter))
    assert letter.follow_up == date(2026, 4, 2)
    assert letter.slug == "ca-unknown-example-trust"


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Пример Трест, АО", "ca-primer-trest-ao"),
        ("../../etc/passwd\x00", "ca-etc-passwd"),
        ("Example Ürünler A.Ş.", "ca-example-urunler-a-s"),
    ],
)
def test_files_of_letters_bear_the_public_name_of_a_ca(name: str, slug: str) -> None:
    assert public_slug(name) == slug


@pytest.mark.parametrize("name", ["—", "", "Example " * 9, "\ud800"])
def test_names_without_letters_and_long_names_become_digests(name: str) -> None:
    assert re.fullmatch(r"ca-[0-9a-f]{12}", public_slug(name))


def test_two_cas_whose_names_are_spelled_alike_have_files_of_their_own() -> None:
    letters = written(certificate_of("Example Trust"), certificate_of("Example-Trust")).letters
    assert len({one.slug for one in letters}) == len(letters) == 2


def test_the_ccadb_gives_an_unknown_ca_its_contact_for_problems() -> None:
    der = certificate_of("Unknown Example Trust")
    issuer = Authority("Example Owner Ltd", "Example Root", bytes(32), _key_of(der), (), "report to ca@example.net")
    letter = the_letter(der, certificates=issued(der, authorities=(issuer,)))
    assert (letter.ca, letter.addressee.email) == ("Example Owner Ltd", "ca@example.net")
    assert any("Contact for problem reports, as the CCADB publishes it" in text for text in notes(letter))


def test_the_root_of_globalsign_that_is_googles_gets_no_profile() -> None:
    der = certificate_of("GlobalSign")
    google = Authority("Google Trust Services LLC", "GlobalSign ECC Root CA - R4", bytes(32), _key_of(der))
    (one,) = issued(der, authorities=(google,))
    assert one.profile.reason in (MatchReason.BASELINE_TRAP, MatchReason.OWNER, MatchReason.BASELINE)
    letter = the_letter(der, certificates=(one,))
    assert letter.ca == "Google Trust Services LLC"
    assert "globalsign" not in (letter.addressee.email + letter.addressee.post).casefold()


def _key_of(der: bytes) -> bytes:
    return read_certificate(der).authority_key_id


def test_certificates_of_one_ca_stand_in_one_letter_and_another_ca_gets_its_own() -> None:
    ders = [certificate_of(IDENTRUST, serial=n) for n in (1, 2, 3)]
    found = written(*ders, certificate_of(SECTIGO, serial=9))
    assert {letter.ca: len(letter.certificates) for letter in found.letters} == {"IdenTrust": 3, "Sectigo": 1}


def test_of_very_many_certificates_the_further_ones_have_a_row() -> None:
    (one,) = issued(certificate_of(SECTIGO))
    summary = one.own.certificate
    many = [
        replace(one, own=replace(one.own, certificate=replace(summary, serial=f"{n:x}", identity=n.to_bytes(32))))
        for n in range(1, 61)
    ]
    letter = the_letter(certificates=tuple(many))
    (section,) = [found for found in letter.sections if found.heading == LetterText.HEADING_CERTIFICATES()]
    assert [block.text for block in section.blocks if isinstance(block, Subheading)][-1] == (
        LetterText.FURTHER_CERTIFICATES()
    )
    assert [row.value for row in section.blocks[-10:] if isinstance(row, Row)] == [
        f"{n:x} {summary.sha256.hex()}" for n in range(51, 61) if summary.sha256
    ]
    assert len(letter.certificates) == 60


def test_a_certificate_that_its_subject_issued_gets_no_letter() -> None:
    der = make_certificate(JANE, issuer=JANE)
    found = written(der)
    assert found.letters == ()
    assert LetterNote.SELF_ISSUED(count=1) in [one.why for one in found.unwritten]


def test_certificates_that_a_name_alone_found_are_to_be_checked() -> None:
    letter = the_letter(certificates=issued(certificate_of(SECTIGO), asked="Jane Roe"))
    assert LetterNote.BY_NAME_ONLY(count=1) in letter.notes


def test_several_kinds_give_a_letter_each() -> None:
    found = written(certificate_of(IDENTRUST), kinds=(K.ACCESS, K.OBJECTION, K.ACCESS))
    assert [letter.kind for letter in found.letters] == [K.ACCESS, K.OBJECTION]


def test_without_certificates_nothing_is_written_and_it_is_said() -> None:
    found = written()
    assert found.letters == ()
    assert [one.why for one in found.unwritten] == [LetterNote.NO_CERTIFICATES()]


# --- content -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [K.ACCESS, K.RECTIFICATION, K.ERASURE, K.RESTRICTION, K.OBJECTION])
def test_every_letter_says_what_it_does_not_ask_and_asks_for_the_controller(kind: LetterKind) -> None:
    letter = the_letter(certificate_of(SECTIGO), kinds=(kind,))
    assert LetterText.NOT_ASKED_LOGS in codes(letter)
    assert {LetterText.CONTROLLER_OR_PROCESSOR, LetterText.KEEP_UNTIL_RECOURSE} <= codes(letter)
    assert {LetterText.STATED_TEXT, LetterText.NEWER_TEXT, LetterText.MORE_IDENTITY} <= codes(letter)


def test_a_valid_certificate_can_sign_the_request_and_an_expired_one_is_not_to_be_revoked() -> None:
    expired = certificate_of(SECTIGO, not_after=datetime(2025, 9, 1, tzinfo=UTC))
    valid = the_letter(certificate_of(SECTIGO), kind=CaseKind.RECTIFICATION)
    ended = the_letter(expired, kind=CaseKind.RECTIFICATION)
    assert {LetterText.SIGNED_WITH_CERTIFICATE, LetterText.REVOKE_AND_REPLACE} <= codes(valid)
    assert LetterText.ENDED_ALREADY in codes(ended)
    assert not {LetterText.SIGNED_WITH_CERTIFICATE, LetterText.REVOKE_AND_REPLACE} & codes(ended)
    assert {M.WHAT_IS_WRONG, M.CORRECT_VALUE} <= set(valid.missing)


def test_the_requesters_name_stands_beside_another_name_in_the_certificate() -> None:
    letter = the_letter(certificate_of(IDENTRUST), requester="Jane Doe")
    assert rows(letter)[LetterText.LABEL_NAME].value == "Jane Doe; Jane Roe"
    assert letter.signatory == "Jane Doe"
    same = the_letter(certificate_of(IDENTRUST), requester="jane  ROE")
    assert rows(same)[LetterText.LABEL_NAME].value == "Jane Roe"


def test_sections_of_texts_are_cited_without_the_lines_of_our_copy() -> None:
    said = "\n".join(words(the_letter(certificate_of(ca), kind=kind)) for ca, kind in _SOME)
    assert "l. " not in said.replace("e.l. ", "")
    assert "()" not in said


_SOME = [(IDENTRUST, CaseKind.ERASURE), (SECTIGO, CaseKind.ACCESS), ("WISeKey", CaseKind.OBJECTION)]


def test_an_objection_needs_grounds_and_withdraws_consent_that_a_text_rests_on() -> None:
    letter = the_letter(certificate_of("eMudhra Technologies Limited"), kind=CaseKind.OBJECTION)
    assert M.GROUNDS in letter.missing
    assert LetterText.WITHDRAW_DEEMED_CONSENT in codes(letter)


def test_a_letter_is_in_the_language_of_the_case_where_the_ca_has_texts_in_it() -> None:
    ders = (certificate_of("D-Trust GmbH"), certificate_of(IDENTRUST), certificate_of("Example Unknown CA"))
    found = written(*ders, lang="de", languages=("de", "en"))
    langs = {letter.ca: letter.lang for letter in found.letters}
    assert langs == {"D-Trust": "de", "IdenTrust": "en", "Example Unknown CA": "de"}
    (note,) = [text for one in found.letters for text in notes(one) if "case is kept in" in text]
    assert "“de”" in note


# --- regimes -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "article", "follow_up", "authority"),
    [
        ("eu", "Art. 15(1)-(3) GDPR", date(2026, 4, 2), "competent supervisory authority"),
        ("uk", "UK GDPR", date(2026, 4, 2), "Information Commissioner"),
        ("ccpa", "CCPA", date(2026, 4, 16), "California Privacy Protection Agency"),
        ("ch", "Art. 25 FADP", date(2026, 4, 1), "FDPIC"),
        ("br", "LGPD", date(2026, 3, 17), "ANPD"),
    ],
)
def test_the_law_of_the_case_is_cited_with_its_time_and_its_authority(
    code: str, article: str, follow_up: date, authority: str
) -> None:
    letter = the_letter(certificate_of("Unknown Example Trust"), code=code)
    assert article in SAY(letter.subject)
    assert letter.follow_up == follow_up
    assert authority in words(letter)


def test_a_right_that_the_law_does_not_know_is_not_asked_for_and_the_sender_is_told() -> None:
    letter = the_letter(certificate_of(SECTIGO), kind=CaseKind.ERASURE, code="ccpa")
    assert not {LetterText.RESTRICT_WHAT_IS_KEPT, LetterText.OBJECT_IN_ALTERNATIVE} & codes(letter)
    assert LetterText.ASK_ERASURE in codes(letter)
    restriction = the_letter(certificate_of(SECTIGO), kind=CaseKind.RESTRICTION, code="ccpa")
    assert LetterNote.NO_RIGHT_IN_REGIME(law="CCPA") in restriction.notes


@pytest.mark.parametrize(
    ("code", "note"),
    [
        ("quebec", LetterNote.WORK_DATA_QUEBEC()),
        ("turkey", LetterNote.TURKISH_NEEDED()),
        ("ccpa", LetterNote.PUBLIC_DATA_CALIFORNIA()),
    ],
)
def test_what_a_place_demands_is_told_to_the_sender(code: str, note: Message) -> None:
    assert note in the_letter(certificate_of(SECTIGO), code=code).notes


def test_articles_that_nobody_read_in_the_law_are_named_to_be_checked() -> None:
    letter = the_letter(certificate_of(SECTIGO), kind=CaseKind.ERASURE, code="ccpa")
    assert any(text.startswith("To be checked against the law") and "1798.105" in text for text in notes(letter))
    assert not any("To be checked" in text for text in notes(the_letter(certificate_of(SECTIGO))))


# --- senders -------------------------------------------------------------------------------------------------------


def test_without_a_mandate_a_letter_is_a_draft_in_the_requesters_name() -> None:
    letter = the_letter(certificate_of(SECTIGO))
    assert LetterNote.DRAFT_OF_REQUESTER() in letter.notes
    assert letter.letterhead == ("Jane Roe", EMAIL)
    assert letter.signatory == "Jane Roe"


def test_a_representative_signs_and_names_the_day_on_which_the_mandate_was_seen() -> None:
    letter = the_letter(certificate_of(SECTIGO), sender=Sender.REPRESENTATIVE)
    assert LetterText.FROM_REPRESENTATIVE(day=date(2026, 3, 2)) in [
        block.text for block in letter.sections[0].blocks if isinstance(block, Prose)
    ]
    assert {M.SIGNATORY, M.SENDER_ADDRESS} <= set(letter.missing)
    assert (letter.letterhead, letter.signatory) == ((), "")


def test_the_controller_tells_recipients_of_a_change_and_names_nobody() -> None:
    letter = the_letter(certificate_of(SECTIGO), kind=CaseKind.ERASURE, sender=Sender.CONTROLLER)
    said = words(letter)
    assert letter.kind is K.NOTICE
    assert letter.letterhead[0] == CONTROLLER.name
    assert "were erased at that person's request" in said
    assert "Art. 19 GDPR" in said
    assert not any(value in said for value in ("Jane", "Roe", EMAIL))
    assert letter.follow_up is None


def test_a_problem_report_names_valid_certificates_only() -> None:
    expired = certificate_of(SECTIGO, serial=2, not_after=datetime(2025, 9, 1, tzinfo=UTC))
    given = {"kind": CaseKind.RECTIFICATION, "sender": Sender.CONTROLLER, "kinds": (K.PROBLEM_REPORT,)}
    letter = the_letter(certificate_of(SECTIGO), expired, **given)
    assert len(letter.certificates) == 1
    assert "Jane" not in words(letter)
    assert letter.follow_up == date(2026, 3, 9)  # five days end on a Saturday
    found = written(expired, **given)
    assert [one.why for one in found.unwritten] == [LetterNote.NOTHING_TO_REVOKE(ca="Sectigo")]


def test_without_recipients_there_is_no_notice_and_it_is_said() -> None:
    alone = replace(CONTROLLER, recipients=())
    found = written(certificate_of(SECTIGO), kind=CaseKind.ERASURE, sender=Sender.CONTROLLER, controller=alone)
    assert [one.why for one in found.unwritten] == [LetterNote.NO_RECIPIENTS()]


@pytest.mark.parametrize(
    ("sender", "kinds"), [(Sender.REQUESTER, (K.NOTICE,)), (Sender.CONTROLLER, (K.ACCESS,)), (Sender.CONTROLLER, ())]
)
def test_rights_are_the_persons_and_notices_the_controllers(sender: Sender, kinds: tuple[LetterKind, ...]) -> None:
    with pytest.raises(UsageError, match="--kind: expected one of"):
        kinds_of(CaseKind.ACCESS, sender, kinds)


@pytest.mark.parametrize("kind", list(CaseKind))
def test_a_case_of_access_has_no_notice_of_a_change(kind: CaseKind) -> None:
    if kind is CaseKind.ACCESS:
        with pytest.raises(UsageError, match="expected problem-report in a case of access, got notice"):
            kinds_of(kind, Sender.CONTROLLER, (K.NOTICE,))
    else:
        assert kinds_of(kind, Sender.CONTROLLER, (K.NOTICE,)) == (K.NOTICE,)


# --- complaints ----------------------------------------------------------------------------------------------------


def test_a_complaint_names_the_letters_of_the_register_and_their_silence() -> None:
    at = datetime(2026, 1, 5, 9, tzinfo=UTC)
    detail = (("ca", "Sectigo"), ("follow_up", "2026-02-05"), ("kind", "access"), ("sha256", "00"))
    event = CaseEvent(at, at, "john", CaseAction.LETTER_WRITTEN, detail)
    letter = the_letter(certificate_of(SECTIGO), kinds=(K.COMPLAINT,), events=(event,))
    said = words(letter)
    assert letter.addressee.name.startswith("Berliner Beauftragte")
    assert "5 January 2026: a request for access was drawn up" in said
    assert "The time for an answer ended on 5 February 2026" in said
    assert {M.ANSWER_OF_CA, M.ADDRESS_OF_ADDRESSEE, M.SENDER_ADDRESS} <= set(letter.missing)
    assert letter.follow_up is None


def test_a_complaint_about_a_ca_without_letters_says_so() -> None:
    letter = the_letter(certificate_of(SECTIGO), kinds=(K.COMPLAINT,))
    assert "The register shows no letter to Sectigo." in words(letter)


# --- other people --------------------------------------------------------------------------------------------------

SEVERAL = [path for path in sorted(GOLDEN.glob("*/*.pem")) if path.read_text("ascii").startswith("-----BEGIN CERT")]
PEOPLE = (SubjectKind.PERSON, SubjectKind.UNKNOWN)


def of_one_person(path: Path) -> list[tuple[Match, list[Finding], list[Finding]]]:
    """Divide the findings of a golden certificate, once for each person that an address finds: own, and of others."""
    match = match_of(der_of(path))
    found = []
    for label in sorted({f.person for f in match.findings if f.subject_kind is SubjectKind.PERSON}):
        own = [f for f in match.findings if f.person == label]
        others = [
            f for f in match.findings if f.person != label and f.subject_kind in PEOPLE and f.path.startswith("s")
        ]
        if others:
            found.append((match, own, others))
    return found


def test_no_letter_holds_a_value_that_only_another_person_has() -> None:
    """Every golden certificate of several people, for each of them, in every kind of letter."""
    letters_read = 0
    for path in SEVERAL:
        for match, own, others in of_one_person(path):
            asked = [f"{key.kind}:{key.key}" for f in own for key in f.keys if key.kind is IdentifierKind.EMAIL]
            shown = picture([answer_of(text, match) for text in asked]).certificates
            request = request_of(certificates=[issued_as(one) for one in shown], kinds=(*OF_THE_PERSON,))
            known = " ".join(f"{f.value} {f.canonical} {f.repaired}" for f in own).casefold()
            hidden = {f.value.casefold() for f in others if len(f.value) > 3 and f.value.casefold() not in known}
            words_of_own = set(known.split())
            for letter in letters(request).letters:
                letters_read += 1
                said = f"{words(letter)}\n{chr(10).join(notes(letter))}".casefold()
                leaked = {v for v in hidden if v in said and not words_of_own.issuperset(v.split())}
                assert leaked == set(), f"{path.stem} {letter.kind}"
    assert letters_read > 60


def test_no_copy_of_a_certificate_with_other_peoples_data_is_enclosed() -> None:
    (one,) = issued(certificate_of(IDENTRUST))
    mixed = replace(one, own=replace(one.own, is_redacted=True))
    letter = the_letter(certificates=(mixed,))
    assert letter.enclosed == ()
    assert LetterNote.ENCLOSE_NO_COPY() in letter.notes


# --- all profiles --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("profile", [one for one in shipped_profiles() if one.organisations], ids=lambda one: one.id)
def test_letters_to_every_profile_are_whole_sentences(profile: CaProfile) -> None:
    """Every kind: no code, no empty bracket, no placeholder, no line of our copies, no doubled full stop."""
    given = certificate_of(profile.organisations[0], [*JANE, ("O", "Example Works")])
    found = written(given, kinds=OF_THE_PERSON)
    assert bool(found.letters) == (profile.no_letter is None)
    for letter in found.letters:
        said = f"{words(letter)}\n{chr(10).join(notes(letter))}"
        assert re.search(r"\b(?:letter|ca-[a-z]+|regime)(?:-[a-z]+)?\.[a-z]", said.replace(EMAIL, "")) is None
        assert re.search(r"\(\s*\)|[{}]|\.\.|\bl\. ?\d|  ", said) is None
        assert letter.addressee.name or {MissingItem.ADDRESSEE} & set(letter.missing)
        assert letter.follow_up is None or letter.follow_up > letter.on


@pytest.mark.parametrize("code", sorted(regimes()))
def test_letters_under_every_law_are_whole_sentences(code: str) -> None:
    found = written(certificate_of(SECTIGO), certificate_of("Unknown Trust"), code=code, kinds=OF_THE_PERSON)
    assert len(found.letters) == 2 * len(OF_THE_PERSON)
    for letter in found.letters:
        said = f"{words(letter)}\n{chr(10).join(notes(letter))}"
        assert re.search(r"\(\s*\)|[{}]|\.\.|  |None", said) is None
        assert regime(code).name("en") in said


def test_words_of_sections_are_words_of_the_language_and_titles_stay() -> None:
    facts = {fact.section: fact for profile in shipped_profiles() for fact in profile.facts}
    whole = next(fact for section, fact in facts.items() if section == "whole text")
    titled = next(fact for section, fact in facts.items() if section.startswith("How we use your information"))
    said = texts("fr")(LetterText.STATED_PROCESSOR(title="T", section=section_of(whole)))
    assert said.startswith("« T » (texte entier) ")
    assert section_of(titled) == " (How we use your information)"
