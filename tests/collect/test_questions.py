"""Questions of a search: choice of questions, of certificates to fetch, and of certificates to keep."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from support.repositories import FAKE, entry, mailbox, named

from ctscan.collect.questions import plan_questions, plan_scope_questions, unanswerable
from ctscan.collect.result_filter import may_match, repository_hit
from ctscan.errors import UsageError
from ctscan.model import Question
from ctscan.personal.identifiers import parse_identifier

# --- questions ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("identifier", "question", "text"),
    [
        ("Jane.Roe@Example.ORG", Question("email", "jane.roe@example.org"), "email:jane.roe@example.org"),
        ("Roe  Jané", Question("name", "Roe Jané"), "name:jané roe"),
        ("name:花子 山田", Question("name", "花子 山田"), "name:山田 花子"),
    ],
)
def test_a_question_goes_out_as_given_and_is_compared_in_one_form(
    identifier: str, question: Question, text: str
) -> None:
    (asked,) = plan_questions(parse_identifier(identifier))
    assert (asked.question, asked.text, asked.about) == (question, text, question)


def test_about_a_domain_there_is_a_question_for_addresses_and_one_for_hosts() -> None:
    domain, hosts = Question("domain", "xn--bcher-kva.example"), Question("host", "xn--bcher-kva.example")
    asked = plan_questions(parse_identifier("@Bücher.example"))
    assert [(one.question, one.text, one.about) for one in asked] == [
        (domain, "domain:xn--bcher-kva.example", domain),
        (hosts, "host:xn--bcher-kva.example", domain),
    ]
    assert asked[0].result_filter == asked[1].result_filter
    assert not hosts.is_personal


@pytest.mark.parametrize(
    ("identifier", "word"),
    [
        ("sha256:" + "ab" * 32, "fingerprint"),
        ("serial:01ab", "serial number"),
        ("identity:" + "ab" * 32, "identity"),
        ("number:12345678Z", "number of a person"),
        ("+49 30 901820", "telephone number"),
        ("account:EXAMPLE\\jroe", "account"),
    ],
)
def test_kinds_of_identifier_that_no_repository_finds(identifier: str, word: str) -> None:
    with pytest.raises(UsageError, match=word) as caught:
        plan_questions(parse_identifier(identifier))
    assert "ctscan lookup" in str(caught.value)


def test_a_top_level_domain_is_refused() -> None:
    with pytest.raises(UsageError, match="top-level"):
        plan_questions(parse_identifier("@org"))


def test_a_scope_becomes_a_question_for_each_term_not_implied_by_another() -> None:
    terms = (
        "example.org",
        "mail.example.org",
        "jane@example.org",
        "email:mary@example.com",
        "org: Société  Exemple, S.A.",
        "organisation:Société Exemple, S.A.",
    )
    assert [a.text for a in plan_scope_questions(terms)] == [
        "domain:example.org",
        "host:example.org",
        "organisation:Société Exemple, S.A.",
        "email:mary@example.com",
    ]
    filters = {(a.result_filter.scope_text, a.result_filter.scope_emails) for a in plan_scope_questions(terms)}
    assert filters == {("domain:example.org, organisation:societe exemple s a", 1)}


def test_a_scope_of_everything_is_refused() -> None:
    for terms, everything in (((), True), (("everything",), False)):
        with pytest.raises(UsageError, match="got everything"):
            plan_scope_questions(terms, everything)


def test_unanswerable_are_kinds_that_no_repository_finds() -> None:
    asked = [one for text in ("jane@example.org", "Jane Roe") for one in plan_questions(parse_identifier(text))]
    assert unanswerable([FAKE], asked) == []
    assert [question.kind for question in unanswerable([], asked)] == ["email", "name"]


@pytest.mark.parametrize(
    ("finds", "left"),
    [
        ((), ["domain", "organisation"]),
        (("email", "name"), ["domain", "organisation"]),
        (("domain",), ["organisation"]),
        (("host",), ["organisation"]),
        (("domain", "host", "organisation"), []),
    ],
)
def test_a_domain_is_unanswerable_where_neither_addresses_nor_hosts_are_found(
    finds: tuple[str, ...], left: list[str]
) -> None:
    asked = plan_scope_questions(("example.org", "organisation:Example Ltd"))
    split = [replace(FAKE, finds=(kind,)) for kind in finds]
    for repositories in (split, [replace(FAKE, finds=finds)]):
        assert [question.kind for question in unanswerable(repositories, asked)] == left


# --- choice of certificates to fetch --------------------------------------------------------------------------------

EMAIL, DOMAIN = Question("email", "jane@example.org"), Question("domain", "example.org")
NAME, ORGANISATION = Question("name", "Jane Müller-Roe"), Question("organisation", "Example, Ltd.")


@pytest.mark.parametrize(
    ("question", "names", "is_concerned"),
    [
        (EMAIL, ["jane@example.org"], True),
        (EMAIL, ["JANE@Example.org"], True),
        (EMAIL, ["mailto:jane@example.org?subject=x"], True),
        (EMAIL, ["Jane <jane@example.org>, mary@example.org"], True),
        (EMAIL, ["mary-jane@example.org"], False),
        (EMAIL, ["jane@example.org.example.com"], False),
        (EMAIL, ["mary@example.org", "jane@example.org"], True),
        (EMAIL, ["mary@example.org; jane@"], True),  # an @ that ctscan can't parse
        (EMAIL, ["mailto:jane%40example.org"], True),
        (EMAIL, ["mary@example.org", "Mary Major"], False),
        (EMAIL, ["Mary Major"], True),  # no address shown
        (EMAIL, ["mary@example.örg"], True),  # perhaps decoded wrongly
        (EMAIL, [], True),
        (EMAIL, ["mary@example.org" + "x" * 1000], True),  # may be cut
        (DOMAIN, ["jane@mail.example.org"], True),
        (DOMAIN, ["jane@notexample.org"], False),
        (DOMAIN, ["*.example.org", "example.com"], True),
        (DOMAIN, ["www.example.com", "example.com"], False),
        (DOMAIN, ["jane@example.com", "Jane Roe"], False),
        (DOMAIN, ["Jane Roe"], True),
        (NAME, ["Muller Roe, Jane"], True),
        (NAME, ["jane.muller.roe@example.org"], True),
        (NAME, ["Jane Roe"], False),
        (NAME, ["Jane", "Muller", "Roe"], True),
        (NAME, ["Jane Müller"], True),  # perhaps decoded wrongly
        (NAME, [" ".join(f"w{i}" for i in range(40))], True),  # too many words to compare all
        (ORGANISATION, ["EXAMPLE LTD"], True),
        (ORGANISATION, ["The Example Ltd Holding"], True),
        (ORGANISATION, ["Sample Ltd"], False),
        (Question("host", "example.org"), ["www.example.com"], True),  # may hold an address that the listing hides
        (Question("import", "x"), ["anything"], True),
    ],
)
def test_which_certificates_are_fetched(question: Question, names: list[str], is_concerned: bool) -> None:
    assert may_match(question, names) is is_concerned


@given(st.lists(st.text(max_size=80), max_size=4), st.sampled_from(["jane@example.org", " Jane@example.org "]))
def test_names_with_the_address_among_them_are_always_fetched(names: list[str], shown: str) -> None:
    assert may_match(EMAIL, [*names, shown])
    assert may_match(DOMAIN, [*names, shown])


# --- choice of certificates to keep ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("identifier", "held", "is_kept"),
    [
        ("jane@example.org", mailbox("1", "Jane@example.org"), True),
        ("jane@example.org", mailbox("1", "mary-jane@example.org"), False),
        ("@example.org", mailbox("1", "jane@mail.example.org"), True),
        ("@example.org", mailbox("1", "jane@notexample.org"), False),
        ("Jane Roe", named("1", "Jane", "Roe"), True),
        ("Roe Jane", named("1", "Jané Ann", "Roe"), True),
        ("Jane Ann Roe", named("1", "Jane", "Roe"), False),
        ("Jane Roe", named("1", "Jane", "Doe"), False),
        ("jane@example.org", entry("1", b"\x30\x82\xff\xff jane@example.org"), True),
        ("jane@example.org", entry("1", b"\x30\x82\xff\xff mary@example.org"), False),
        ("jane@example.org", entry("1", b""), False),
    ],
)
def test_only_certificates_that_match_the_identifier_are_kept(identifier: str, held: object, is_kept: bool) -> None:
    hit, _ = repository_hit(held, plan_questions(parse_identifier(identifier))[-1].result_filter)  # type: ignore[arg-type]
    assert (hit is not None) is is_kept


def test_a_scope_keeps_the_same_as_a_scan_of_a_log() -> None:
    (domain, hosts, organisation) = plan_scope_questions(("example.org", "organisation:Example Ltd"))
    assert domain.result_filter == hosts.result_filter == organisation.result_filter
    assert repository_hit(mailbox("1", "jane@example.org"), organisation.result_filter)[0] is not None
    assert repository_hit(mailbox("2", "jane@example.com"), organisation.result_filter)[0] is None
    hit, analysis = repository_hit(entry("3", b"\x30\x82\xff\xff jane@example.org"), domain.result_filter)
    assert analysis.unreadable
    assert hit is not None and hit.certificate is None and hit.reason


@given(st.binary(max_size=300))
def test_no_bytes_break_it(data: bytes) -> None:
    result_filter = plan_questions(parse_identifier("jane@example.org"))[0].result_filter
    assert repository_hit(entry("1", data), result_filter)[0] is None
    mutated = mailbox("1", "jane@example.org").der
    cut = mutated[: len(data)] + data + mutated[2 * len(data) :]
    repository_hit(entry("1", cut), result_filter)
