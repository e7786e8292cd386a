"""SARIF 2.1.0 of a gate, piece by piece: results first, then the tool with the rules that occurred. Pure.

    judged certificates ──► results: rule, level, message, place, fingerprints ──► tool, invocation

A SARIF file is uploaded to others: values stand in it only when asked for. Text is escaped as sections 3.11.5 (braces)
and 3.11.6 (links) ask.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

from msgspec import Struct, field

from ctscan.model import Confidence, Sensitivity, SubjectKind
from ctscan.model.gate import FindingState, Gate, GateText, JudgedCertificate, JudgedFinding
from ctscan.model.results import RuleInfo
from ctscan.views.gates.gate_words import finding_line, unread_line
from ctscan.views.text import ENGLISH, texts

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
FINGERPRINT = "ctscanFinding/v1"
_LINE_FINGERPRINT = "primaryLocationLineHash"  # by which GitHub recognises a result
_STDIN = "-"

Shape = dict[str, Any]


class SarifOptions(Struct, frozen=True):
    """Options of a SARIF file.

    Attributes:
        version: version of ctscan.
        rules: rules by id.
        gate: None without `--fail-on`.
        has_baseline: whether findings are compared with a baseline.
        with_values: write values of people, too.
        exit_code: returns the exit code; called behind the last certificate.
    """

    version: str
    rules: Mapping[str, RuleInfo]
    gate: Gate | None
    has_baseline: bool
    with_values: bool
    exit_code: Callable[[], int]


class _Seen(Struct):
    """Rules by their number in the file, and notifications on inputs that were not read whole."""

    rules: dict[str, int] = field(default_factory=dict)
    notifications: list[Shape] = field(default_factory=list)


def render_sarif(judged: Iterable[JudgedCertificate], options: SarifOptions) -> Iterator[str]:
    """Yield the text of a SARIF file, in ASCII."""
    seen, separator = _Seen(), "\n"
    yield f'{{"$schema": "{SCHEMA}", "version": "2.1.0", "runs": [{{"results": ['
    for one in judged:
        if reason := unread_line(one.found):
            seen.notifications.append(_notification(one, reason))
        for finding in one.findings:
            number = seen.rules.setdefault(finding.finding.rule, len(seen.rules))
            yield separator + json.dumps(_result(one, finding, number, options))
            separator = ",\n"
    end = {
        "tool": {"driver": _driver(seen, options)},
        "language": "en",
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(seen, options.exit_code())],
    }
    yield f"\n], {json.dumps(end)[1:]}]}}\n"


def _result(certificate: JudgedCertificate, judged: JudgedFinding, number: int, options: SarifOptions) -> Shape:
    finding = judged.finding
    shape: Shape = {
        "ruleId": finding.rule,
        "ruleIndex": number,
        "level": _level(judged, options.gate),
        "message": {"text": _escaped(finding_line(judged, texts(ENGLISH), with_values=options.with_values))},
        "locations": [_location(certificate, finding.path)],
        "partialFingerprints": {FINGERPRINT: judged.fingerprint, _LINE_FINGERPRINT: f"{judged.fingerprint[:16]}:1"},
        "properties": {
            "category": finding.category,
            "sensitivity": str(finding.sensitivity),
            "subjectKind": str(finding.subject_kind),
            "confidence": str(finding.confidence),
            "source": certificate.found.source,
            "gate": str(judged.state),
        },
    }
    if options.has_baseline:
        shape["baselineState"] = "unchanged" if judged.state is FindingState.KNOWN else "new"
    if judged.state is FindingState.IGNORED:
        shape["suppressions"] = [{"kind": "external", "status": "accepted", "justification": judged.reason}]
    return shape


def _level(judged: JudgedFinding, gate: Gate | None) -> str:
    """Choose the level by sensitivity. A finding that is about no person, or that a gate lets pass, is a note."""
    finding = judged.finding
    if gate is not None and judged.state is FindingState.PASSES:
        return "note"
    if finding.sensitivity is not Sensitivity.ORDINARY:
        return "error"
    is_person = finding.subject_kind is SubjectKind.PERSON and finding.confidence is not Confidence.POSSIBLE
    return "warning" if gate is not None or is_person else "note"


def _location(certificate: JudgedCertificate, path: str) -> Shape:
    return {
        "physicalLocation": _physical(certificate.file),
        "logicalLocations": [{"name": path.rpartition(".")[2], "fullyQualifiedName": path, "kind": "value"}],
    }


def _physical(file: str) -> Shape:
    """Name a file. A certificate has no lines; the first one stands for it, as viewers ask for a line."""
    return {"artifactLocation": {"uri": _uri(file)}, "region": {"startLine": 1}}


def _uri(file: str) -> str:
    if file == _STDIN:
        return "stdin"
    path = quote(file.removeprefix("./"), safe="/-._~")
    return f"file://{path}" if path.startswith("/") else path


def _notification(certificate: JudgedCertificate, reason: str) -> Shape:
    place = {"physicalLocation": {"artifactLocation": {"uri": _uri(certificate.file)}}}
    text = _escaped(f"{certificate.found.source}: {reason}")
    return {"level": "error", "message": {"text": text}, "locations": [place]}


def _driver(seen: _Seen, options: SarifOptions) -> Shape:
    rules = [_rule(id, options.rules.get(id)) for id in seen.rules]
    return {"name": "ctscan", "version": options.version, "semanticVersion": options.version, "rules": rules}


def _rule(id: str, known: RuleInfo | None) -> Shape:
    if known is None:
        return {"id": id}
    say = texts(ENGLISH)
    about = say(GateText.HELP(data=known.looks_for, citations="; ".join(known.citations)))
    return {
        "id": id,
        "shortDescription": {"text": _escaped(known.looks_for)},
        "help": {"text": _escaped(f"{about} {say(GateText.ADVICE())}")},
        "properties": {"tags": ["privacy", known.category]},
    }


def _invocation(seen: _Seen, code: int) -> Shape:
    shape: Shape = {"executionSuccessful": not seen.notifications, "exitCode": code}
    return shape | ({"toolExecutionNotifications": seen.notifications} if seen.notifications else {})


def _escaped(text: str) -> str:
    """Escape braces, which would be placeholders, and brackets, which would be links."""
    for character in "\\[]":
        text = text.replace(character, f"\\{character}")
    return text.replace("{", "{{").replace("}", "}}")
