"""Builder of the golden certificates of invented people: `python tests/personal/make_golden.py`.

Each file in `cases/` is an area; each entry of its `CASES` holds the arguments of a certificate. The program writes
`golden/<area>/<case>.pem`. The expected findings stand beside it in `<case>.toml`, written by hand;
`python tests/personal/make_golden.py --show AREA/CASE` prints the present findings, to be checked against the case.
A certificate from elsewhere is just two more files; this program needs no entry for it.

    [[finding]]        rule, category, where, value, canonical, subject_kind, confidence, keys = ["kind:key"]; besides,
                       where they differ from these: person = "subject", sensitivity = "ordinary", marks = [],
                       repaired = none
    problems = []      optional: the places of unreadable parts
    domains = []       optional: of the scope, as the case has them
"""

from __future__ import annotations

import base64
import hashlib
import importlib
import sys
import textwrap
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from support.certs import ISSUER, make_certificate, name, signing_key  # noqa: E402 - needs the path

GOLDEN = HERE / "golden"


@cache
def all_cases() -> dict[str, dict[str, Any]]:
    """Load the arguments of every case, by `area/case`."""
    return {
        f"{path.stem}/{case}": arguments
        for path in sorted((HERE / "cases").glob("*.py"))
        for case, arguments in importlib.import_module(f"cases.{path.stem}").CASES.items()
    }


def build(case: str) -> bytes:
    """Build the DER of a case; `{"der": …}` is taken as it is, anything else is arguments of `make_certificate`."""
    given = all_cases()[case]
    if "der" in given:
        der: bytes = given["der"]
        return der
    serial = int.from_bytes(hashlib.sha256(case.encode()).digest()[:8]) >> 1
    arguments = {"subject": [], "issuer": ISSUER, "serial": serial} | given
    arguments.pop("domains", None)
    for key in ("subject", "issuer"):
        if not isinstance(arguments[key], bytes):
            arguments[key] = name(arguments[key])
    return make_certificate(**arguments, sign_with=signing_key("golden"))


def to_pem(der: bytes) -> str:
    """Encode a block of PEM (RFC 7468)."""
    body = "\n".join(textwrap.wrap(base64.b64encode(der).decode(), 64))
    return f"-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n"


def expected_form(finding: Any) -> dict[str, object]:
    """Convert a finding to the form of `<case>.toml`, without the defaults."""
    form: dict[str, object] = {
        "rule": finding.rule,
        "category": finding.category,
        "where": finding.path,
        "value": finding.value,
        "canonical": finding.canonical,
        "subject_kind": finding.subject_kind.value,
        "confidence": finding.confidence.value,
        "keys": [f"{key.kind}:{key.key}" for key in finding.keys],
    }
    unusual = {
        "person": (finding.person, "subject"),
        "sensitivity": (finding.sensitivity.value, "ordinary"),
        "marks": ([mark.value for mark in finding.qualifiers], []),
        "repaired": (finding.repaired, None),
    }
    return form | {key: value for key, (value, usual) in unusual.items() if value != usual}


def show(case: str) -> None:
    """Print the findings of a case as TOML."""
    import json

    from ctscan.personal.analyse import analyse
    from ctscan.personal.scope import Scope

    domains = all_cases()[case].get("domains", ())
    inspected = analyse(build(case), scope=Scope(everything=True, domains=tuple(domains)))
    if domains:
        sys.stdout.write(f"domains = {json.dumps(domains)}\n")
    if not inspected.findings:
        sys.stdout.write("finding = []\n")
    for finding in inspected.findings:
        sys.stdout.write("\n[[finding]]\n")
        for key, value in expected_form(finding).items():
            sys.stdout.write(f"{key} = {json.dumps(value, ensure_ascii=False)}\n")
    for problem in inspected.problems:
        sys.stdout.write(f"# problem at {problem.path}: {problem.what}\n")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--show"]:
        show(sys.argv[2])
    else:
        for case in all_cases():
            path = GOLDEN / f"{case}.pem"
            path.parent.mkdir(exist_ok=True)
            path.write_text(to_pem(build(case)))
