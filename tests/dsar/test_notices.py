"""Papers of a controller: their sections, what is missing, and what they never hold."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from msgspec.structs import replace

from ctscan.dsar.notices import Measures, NoticeFacts, make_notice
from ctscan.model.controller import Controller
from ctscan.model.finding import Sensitivity
from ctscan.model.inventory import HeldCategory, Inventory
from ctscan.model.message import Message
from ctscan.model.notice import Fact, Item, Notice, NoticeKind, NoticeText, Table, Text

DAY = date(2026, 3, 2)
WHOLE = Controller(
    name="Example Ltd",
    address="1 Example Street; 12345 Exampletown",
    contact="privacy@example.org",
    authority="Example Authority",
    dpo="Data Protection Officer",
    legal_basis="GDPR article 6(1)(f)",
    legitimate_interest="exposed data of our staff",
    recipients=("our IT security team",),
    safeguards=("nothing is transferred",),
)
HELD = Inventory(
    categories=(
        HeldCategory("user.contact.email", Sensitivity.ORDINARY, 12, 17),
        HeldCategory("user.government_id.national_identification_number", Sensitivity.NATIONAL_IDENTIFIER, 2, 3),
        HeldCategory("user.contact.email", Sensitivity.SPECIAL_CATEGORY, 1, 1),
    ),
    certificates=20,
    findings=21,
    cases=4,
    imports=1,
    repositories=("crt.sh",),
    recipients=("crt.sh", "ocsp.example.com"),
)
FACTS = NoticeFacts(WHOLE, "exposure", "12 months", 30, ("Log A", "Log B"), HELD, Measures(True, True, True))


def texts_of(notice: Notice) -> Iterator[Text]:
    for section in notice.sections:
        for block in section.blocks:
            match block:
                case Fact(_, values):
                    yield from values
                case Table(_, rows):
                    yield from (cell for row in rows for cell in row)
                case _:
                    yield getattr(block, "text", "")


@pytest.mark.parametrize("kind", NoticeKind)
def test_a_paper_of_whole_settings_lacks_nothing(kind: NoticeKind) -> None:
    made = make_notice(kind, FACTS, DAY)
    assert made.missing == () and made.on == DAY
    found = list(texts_of(made))
    for text in ("Example Ltd", "exposure", "GDPR article 6(1)(f)", "12 months", "our IT security team", "Log A",
                 "Log B", "crt.sh", "ocsp.example.com", "nothing is transferred", "12345 Exampletown"):  # fmt: skip
        assert text in found


@pytest.mark.parametrize("kind", NoticeKind)
def test_what_the_settings_dont_state_is_missing_by_its_key(kind: NoticeKind) -> None:
    bare = replace(WHOLE, dpo="", legal_basis="", legitimate_interest="", recipients=(), safeguards=())
    made = make_notice(kind, replace(FACTS, controller=bare, retention=""), DAY)
    assert sorted(made.missing) == [
        "controller.dpo", "controller.legal_basis", "controller.legitimate_interest", "controller.recipients",
        "controller.safeguards", "retention",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("basis", "is_missing"),
    [
        ("", True),
        ("GDPR article 6(1)(f)", True),
        ("Art. 6 Abs. 1 lit. f DSGVO", True),
        ("article 6, paragraphe 1, point F), RGPD", True),
        ("GDPR article 6(1)(c), section 7 of an act for firms", False),
        ("consent", False),
    ],
)
def test_only_a_basis_of_legitimate_interest_needs_one(basis: str, is_missing: bool) -> None:
    controller = replace(WHOLE, legal_basis=basis, legitimate_interest="")
    made = make_notice(NoticeKind.ART14, replace(FACTS, controller=controller), DAY)
    assert ("controller.legitimate_interest" in made.missing) is is_missing


def test_the_public_notice_names_each_category_once_and_without_a_number() -> None:
    made = make_notice(NoticeKind.ART14, FACTS, DAY)
    found = list(texts_of(made))
    assert found.count(Message("category.user.contact.email")) == 1
    assert NoticeText.SPECIAL() in found and NoticeText.NATIONAL() in found
    assert not [one for one in found if isinstance(one, int)]


def test_the_record_counts_categories_certificates_and_requests() -> None:
    made = make_notice(NoticeKind.ART30, FACTS, DAY)
    (table,) = (block for section in made.sections for block in section.blocks if isinstance(block, Table))
    assert table.rows[0] == (Message("category.user.contact.email"), NoticeText.ORDINARY(), 12, 17)
    assert len(table.rows) == 3 and all(len(row) == len(table.head) for row in table.rows)
    found = list(texts_of(made))
    assert {20, 21, 4, 2} <= {one for one in found if isinstance(one, int)}
    assert NoticeText.REQUESTERS_DATA() in found


def test_an_empty_index_is_said() -> None:
    for kind in NoticeKind:
        found = list(texts_of(make_notice(kind, replace(FACTS, logs=(), inventory=Inventory()), DAY)))
        for text in (
            NoticeText.NO_DATA(),
            NoticeText.NO_LOGS(),
            NoticeText.NO_REPOSITORIES(),
            NoticeText.NOBODY_ASKED(),
        ):
            assert text in found
        assert NoticeText.SPECIAL() not in found and NoticeText.NATIONAL() not in found


def test_the_scope_without_a_limit_is_said() -> None:
    def subjects(unlimited: bool) -> list[Text]:
        facts = replace(FACTS, inventory=replace(HELD, is_unlimited=unlimited))
        return list(texts_of(make_notice(NoticeKind.ART30, facts, DAY)))

    assert NoticeText.SUBJECTS_EVERYTHING() in subjects(True) and NoticeText.SUBJECTS_SCOPE() in subjects(False)
    assert NoticeText.SUBJECTS_EVERYTHING() not in subjects(False)


def test_measures_are_those_that_hold() -> None:
    def measures(*found: bool) -> set[Text]:
        made = make_notice(NoticeKind.ART30, replace(FACTS, measures=Measures(*found)), DAY)
        return {block.text for block in made.sections[-1].blocks if isinstance(block, Item)}

    assert measures(True, True, True) >= {
        NoticeText.MEASURE_HEADS(), NoticeText.MEASURE_PRIVATE(), NoticeText.MEASURE_ENCRYPTED(),
    }  # fmt: skip
    assert measures(False, False, False) >= {
        NoticeText.MEASURE_NO_HEADS(), NoticeText.MEASURE_EXPOSED(), NoticeText.MEASURE_PLAIN(),
    }  # fmt: skip
    assert not measures(True, True, True) & measures(False, False, False) & {NoticeText.MEASURE_ENCRYPTED()}
