"""Language of circled letters: in it, every plain letter of a view comes from data, and none from code."""

from __future__ import annotations

import io
import json
import re
import string
import tomllib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from ctscan.answer.log_report import log_report
from ctscan.model import (
    Answer,
    AnswerHeader,
    AttributionReason,
    Authority,
    AuthorityList,
    Basis,
    BasisChange,
    BasisLog,
    BasisSource,
    CertificateStanding,
    CertificateSummary,
    Confidence,
    DismissalReason,
    EntryKind,
    FailureKind,
    Finding,
    Freshness,
    Gap,
    GapDetail,
    GapReason,
    Identifier,
    IdentifierKind,
    Log,
    LogCoverage,
    LogProtocol,
    LogState,
    LookupKey,
    Match,
    MisbehaviourDecision,
    MisbehaviourEvidence,
    MisbehaviourKind,
    Offer,
    OfferReason,
    Phrase,
    Qualifier,
    RecordedMisbehaviour,
    Remark,
    RepositorySighting,
    Revocation,
    RevocationState,
    Search,
    SearchShortfall,
    Sensitivity,
    Shortfall,
    Sighting,
    SkippedLog,
    SkipReason,
    Status,
    StatusReason,
    SubjectKind,
    TreeHead,
    VerifiedRange,
)
from ctscan.model.results import CheckedMisbehaviour, RefreshResult, StandingCounts
from ctscan.resources import data_path
from ctscan.views import listings, tables
from ctscan.views.console import Console
from ctscan.views.misbehaviour import contradiction_lines, contradictions
from ctscan.views.text import PLACEHOLDER, Sentence, Texts, read_texts

CIRCLED = {ord(c): chr(0x24D0 + i) for i, c in enumerate(string.ascii_lowercase)} | {
    ord(c): chr(0x24B6 + i) for i, c in enumerate(string.ascii_uppercase)
}
AT = datetime(2031, 5, 6, 7, 8, 9, tzinfo=UTC)
LOG = Log(b"\1" * 32, b"KEY", "LOG-1", "OPERATOR", LogProtocol.RFC6962)


def circled(sentence: Sentence) -> Sentence:
    if not isinstance(sentence, str):
        return {number: str(circled(form)) for number, form in sentence.items()}
    kept = [(found.start(), found.end()) for found in PLACEHOLDER.finditer(sentence)]
    inside = {at for start, end in kept for at in range(start, end)}
    return "".join(c if at in inside else c.translate(CIRCLED) for at, c in enumerate(sentence))


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Texts:
    """Build the pseudo-language as a file in the format of a real language."""
    english = tomllib.loads((data_path("text") / "en.toml").read_text(encoding="utf-8"))
    lines = []
    for vocabulary, found in english.items():
        if isinstance(found, str):
            lines.insert(0, f"{vocabulary} = {json.dumps(circled(found))}")
            continue
        lines.append(f"[{vocabulary}]")
        lines += [f'"{word}" = {_toml(circled(sentence))}' for word, sentence in found.items()]
    path = tmp_path_factory.mktemp("languages") / "xx.toml"
    path.write_text("\n".join(lines), encoding="utf-8")
    return read_texts(path)


def _toml(sentence: Sentence) -> str:
    if isinstance(sentence, str):
        return json.dumps(sentence)
    return "{ " + ", ".join(f"{number} = {json.dumps(form)}" for number, form in sentence.items()) + " }"


def printed(draw: Callable[[Console], None]) -> str:
    out = io.StringIO()
    draw(Console(file=out, width=400))
    return out.getvalue()


def plain_words(shown: str) -> list[str]:
    """List words of plain letters, except words of data: times, kinds of entry."""
    return re.findall(r"[a-z]{2,}|[A-Z][a-z]+", re.sub(r"\bx509\b|\bprecert\b|\bchain\b|\(subject 2\)", "", shown))


# --- answer with every part ---------------------------------------------------------------------------------------


def finding(n: int) -> Finding:
    """Build a finding; each has another kind, qualifier, sensitivity and person."""
    kinds, people = list(SubjectKind), ("subject", "ca contact", "notary", "subject 2", "WORD")
    return Finding(
        rule="RULE",
        category=("user.name", "user.contact.email", "user.demographic.date_of_birth")[n % 3],
        categories=("user.name",),
        value=f"VALUE {n}" + "X" * (400 * (n == 3)),
        canonical=f"CANONICAL {n}",
        path=f"P.{n}",
        oid="2.5.4.3",
        subject_kind=kinds[n % len(kinds)],
        confidence=list(Confidence)[n % 3],
        why=AttributionReason.POLICY(policy=Phrase.QCP_N) if n % 2 else AttributionReason.ONLY_PEOPLE(),
        keys=(LookupKey(IdentifierKind.NAME, "KEY"),),
        person=people[n % len(people)],
        sensitivity=list(Sensitivity)[n % 3],
        qualifiers=(list(Qualifier)[n % 4],) if n % 2 else (),
        repaired="REPAIRED" if n == 4 else None,
    )


CERTIFICATE = CertificateSummary(b"\x11" * 32, b"\x22" * 32, "CN=CA", "44", "CN=SUBJECT", AT, AT, also=(b"\x33" * 32,))
SEEN = RepositorySighting("REPOSITORY", "7001", AT, 1_900_000_000_000, (), "OWNER", confirmed=False)
SIGHTING = Sighting("LOG-1", LOG.id, 12, 1_900_000_000_000, EntryKind.X509, verified=True)
SAID = Revocation(RevocationState.REVOKED, "CRL", AT, "URL", AT)
STATUSES = [
    Status(CertificateStanding.REVOKED, True, SAID),
    Status(CertificateStanding.REVOKED, False, replace(SAID, source="OCSP", revoked_at=None)),
    Status(CertificateStanding.VALID, False, replace(SAID, state=RevocationState.NOT_REVOKED)),
    Status(CertificateStanding.VALID, False, SAID, StatusReason.CONTRADICTED(sources="REPOSITORY")),
    Status(CertificateStanding.UNKNOWN, False, None, StatusReason.NEVER_CHECKED()),
    Status(CertificateStanding.EXPIRED, True, None),
    Status(CertificateStanding.EXPIRED, True, replace(SAID, state=RevocationState.UNKNOWN, why=StatusReason.RUN_OUT())),
    Status(CertificateStanding.EXPIRED, True, replace(SAID, source="REPOSITORY")),
    Status(CertificateStanding.NOT_YET_VALID, False, None),
]
AUTHORITY = Authority("OWNER", "CA", b"\4" * 32, b"\5" * 20, ("URL",), "CONTACT", "")


def match(n: int) -> Match:
    sightings = (SIGHTING, replace(SIGHTING, verified=False), replace(SIGHTING, kind=EntryKind.CHAIN, timestamp=2**63))
    repositories = (SEEN, replace(SEEN, confirmed=True), replace(SEEN, repository="files", reference="/IN", owner=""))
    return Match(
        certificate=replace(CERTIFICATE, sha256=None if n % 2 else b"\x11" * 32, is_ca=n == 2),
        findings=tuple(finding(i) for i in range(14)) if n == 0 else (finding(n),),
        sightings=sightings * 8 if n == 0 else sightings[: n % 2],
        score=1.0 if n < 3 else 0.5,
        repositories=repositories if n < 3 else (),
        authorities=(AUTHORITY,) if n == 1 else (),
        status=STATUSES[n % len(STATUSES)],
    )


GAPS = tuple(Gap(n * 10, n * 10 + 5, reason, GapDetail.UNAVAILABLE(detail="404")) for n, reason in enumerate(GapReason))
COVERAGE = LogCoverage(
    "LOG-1", LOG.id, 1000, (VerifiedRange(500, 1000, "everything", "1"),), GAPS, AT, 0, Freshness.STALE
)
SHORTFALL = Shortfall(SearchShortfall.TOO_LARGE(limit=9), times=2)
SEARCH = Search(1, "REPOSITORY", "name", "", "WHO", "PURPOSE", "", "1", AT, AT, "incomplete", (SHORTFALL,), 3)


HEADER = AnswerHeader("1F", AT, "1.0", "2B", "WHO", "PURPOSE", "CASE")
UNLISTED = BasisLog(b"\5" * 32, "UNLISTED", "OPERATOR", SkipReason.NO_LONGER_LISTED(since="2030-01-01"), AT)
BASIS = Basis(3, AT, "WHO", BasisChange.SET(), "NOTE", BasisSource.DECISION, None, None, (UNLISTED,), ())
FRESH = replace(COVERAGE, gaps=(), freshness=Freshness.FRESH)
OTHERS = (
    replace(COVERAGE, gaps=(), freshness=Freshness.FROZEN, head_time=0),
    replace(FRESH, failing_since=AT, failure=FailureKind.UNAVAILABLE, head_time=2**63),
    replace(FRESH, failing_since=AT, failure=FailureKind.UNPROVEN),
)


def answer(n: int) -> Answer:
    matches = tuple(match(i) for i in range(len(STATUSES))) if n else ()
    coverage = (COVERAGE, replace(COVERAGE, gaps=GAPS[:2], as_of=None), replace(COVERAGE, gaps=()))[: n + 1]
    return Answer(
        identifier=Identifier(IdentifierKind.NAME, "JANE ROE", "JANE ROE", variants=("VARIANT",)),
        mailboxes=tuple(replace(match(0), score=score) for score in (1.0, 0.5)[: n + 1]),
        offers=(Offer("OFFER", OfferReason.DOTS(), 1, at_least=True), Offer("OFFER", OfferReason.NAME(), 2))[:n],
        matches=matches,
        coverage=coverage + OTHERS * (1 + 3 * (n == 1)),
        not_covered=(SkippedLog(b"\7" * 32, "OLD", "OPERATOR", SkipReason.RETIRED_SINCE(since="2030-01-01")),),
        complete=n == 2,
        remarks=(Remark.NAME_COMPARED(), Remark.UNCONFIRMED(count=2)),
        searches=(SEARCH, replace(SEARCH, kind="host"), replace(SEARCH, kind="email", outcome="whole")),
        authorities=AuthorityList(AT, "ORIGIN", 3) if n == 1 else None,
        basis=BASIS if n else None,
        header=HEADER,
        digest="4D",
    )


def test_limits_of_many_logs(texts: Texts) -> None:
    shown = []
    for kind in SkipReason:
        left = tuple(
            SkippedLog(bytes([n]) * 32, f"OLD-{n}", "OPERATOR", kind(since="2030", detail="404")) for n in range(9)
        )
        basis = replace(BASIS, logs=tuple(BasisLog(log.id, log.name, "OPERATOR", log.reason) for log in left))
        shown += [
            printed(lambda out, given=given: tables.answer(out, given, texts))  # type: ignore[misc]
            for given in (replace(answer(0), not_covered=left), replace(answer(0), basis=basis))
        ]
    assert plain_words("".join(shown)) == []


@pytest.mark.parametrize("n", range(3))
def test_an_answer(texts: Texts, n: int) -> None:
    shown = printed(lambda out: tables.answer(out, answer(n), texts))
    assert plain_words(shown) == []


def test_statuses(texts: Texts) -> None:
    counts = StandingCounts()
    for status in STATUSES:
        counts.add(status, (SAID,))
    refresh = RefreshResult({b"": RevocationState.REVOKED}, failures={StatusReason.LIST_INVALID(host="HOST"): None})
    refresh.stopped = True
    lists = (listings.statuses([match(n) for n in range(len(STATUSES))], 200, texts), listings.standings(counts, texts))
    lines = listings.refresh_lines(refresh, texts)
    shown = "".join(printed(lambda out, listing=listing: tables.table(out, *listing)) for listing in lists)  # type: ignore[misc]
    assert plain_words(shown + "\n".join(lines)) == []


def accused(number: int, kind: MisbehaviourKind | None, *decided: bool) -> RecordedMisbehaviour:
    made = tuple(
        MisbehaviourDecision(AT, "WHO", is_dismissal, DismissalReason.UNVERIFIABLE()) for is_dismissal in decided
    )
    return RecordedMisbehaviour(number, LOG.id, AT, "ROOTS", MisbehaviourEvidence(kind, (b"A", b"B")), made)


ACCUSED = [accused(1, None, True), *(accused(n, kind, True, False) for n, kind in enumerate(MisbehaviourKind, 2))]


def test_contradictions_of_logs(texts: Texts) -> None:
    found = [CheckedMisbehaviour(LOG, one, "PROVEN" if one.evidence.kind else "", "PROBLEM") for one in ACCUSED]
    shown = printed(lambda out: tables.table(out, *contradictions(found, texts)))
    lines = [line for one in found for line in contradiction_lines(one, texts)]
    assert len(lines) == 2 + 3 * len(MisbehaviourKind)
    assert plain_words(shown + "\n".join(lines)) == []


def test_logs(texts: Texts) -> None:
    head = TreeHead(LOG.id, 1000, b"r" * 32, 0, b"S", b"RAW")
    state = LogState(LOG, head, (), (), GAPS[3:4], None, "ERROR", ("ROOTS",), rate=5.0, growth=9.0)
    report = log_report(state, ACCUSED, AT, timedelta(hours=1))
    for width in (120, 400):
        shown = printed(lambda out, width=width: tables.table(out, *listings.logs([report], width, texts)))  # type: ignore[misc]
        assert plain_words(shown) == []
    assert plain_words("\n".join(line for line, _ in listings.log_lines(report, texts))) == []
