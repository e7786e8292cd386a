"""JUnit XML of a gate: a suite for each file, a case for each certificate. Pure.

A finding that stops the gate is a failure, an input that wasn't read whole an error; known and ignored findings stand
in the output of a case. There is no standard of this format: elements and attributes are those that Jenkins, GitLab and
GitHub's reporters read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from xml.sax.saxutils import escape, quoteattr

from ctscan.model.gate import FindingState, JudgedCertificate, JudgedFinding
from ctscan.on_first_use import late_pattern
from ctscan.views.gates.gate_words import certificate_name, finding_line, state_words, unread_line
from ctscan.views.text import ENGLISH, texts

_FORBIDDEN = late_pattern("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that no XML 1.0 document may hold, not even escaped (section 2.2)."""


def render_junit(judged: Iterable[JudgedCertificate], *, with_values: bool) -> Iterator[str]:
    """Yield the text of a JUnit file, suite by suite. Certificates of a file follow each other."""
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="ctscan">\n'
    for file, of_file in groupby(judged, lambda one: one.file):
        yield _suite(file, list(of_file), with_values)
    yield "</testsuites>\n"


def _suite(file: str, certificates: Sequence[JudgedCertificate], with_values: bool) -> str:
    failures = sum(bool(_stopping(one)) for one in certificates)
    errors = sum(not _stopping(one) and bool(unread_line(one.found)) for one in certificates)
    counts = f'tests="{len(certificates)}" failures="{failures}" errors="{errors}" skipped="0"'
    cases = "".join(_case(file, one, with_values) for one in certificates)
    return f"  <testsuite name={_attribute(file)} {counts}>\n{cases}  </testsuite>\n"


def _case(file: str, one: JudgedCertificate, with_values: bool) -> str:
    place = one.found.source.removeprefix(file)
    name = f"{certificate_name(one.found)}{f' ({place})' if place else ''}"
    inside = _outcome(one, with_values) + _output(one, with_values)
    head = f"    <testcase classname={_attribute(file)} name={_attribute(name)}"
    return f"{head}>\n{inside}    </testcase>\n" if inside else f"{head}/>\n"


def _outcome(one: JudgedCertificate, with_values: bool) -> str:
    """Write failure or error; readers expect one of them at most."""
    unread, stopping = unread_line(one.found), _stopping(one)
    if stopping:
        lines = [*_lines(stopping, with_values), *([unread] if unread else [])]
        message = f"{len(stopping)} finding{'' if len(stopping) == 1 else 's'} of personal data"
        return _element("failure", "\n".join(lines), type="personal data", message=message)
    return _element("error", unread, type="not read whole", message=unread) if unread else ""


def _output(one: JudgedCertificate, with_values: bool) -> str:
    others = [found for found in one.findings if found.state in (FindingState.KNOWN, FindingState.IGNORED)]
    return _element("system-out", "\n".join(_lines(others, with_values))) if others else ""


def _lines(found: Iterable[JudgedFinding], with_values: bool) -> list[str]:
    say = texts(ENGLISH)
    return [f"{state_words(one, say)}: {finding_line(one, say, with_values=with_values)}" for one in found]


def _stopping(one: JudgedCertificate) -> list[JudgedFinding]:
    return [found for found in one.findings if found.state is FindingState.STOPS]


def _element(tag: str, text: str, **attributes: str) -> str:
    given = "".join(f" {name}={_attribute(value)}" for name, value in attributes.items())
    return f"      <{tag}{given}>{escape(_clean(text))}</{tag}>\n"


def _attribute(value: str) -> str:
    return quoteattr(_clean(value))


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("\ufffd", text)
