"""`ctscan inspect`: the personal data in local certificates, without any database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import click

from ctscan.cli import options
from ctscan.cli.program import command, complain

if TYPE_CHECKING:
    from rich.console import Console

    from ctscan.cli.inputs import LocalCertificate

PROBLEMS_SHOWN = 3


@command(
    "inspect",
    exits={0: "at least one certificate was read", 1: "nothing was read", 2: ""},
    example="ctscan inspect jane.pem\nctscan inspect /etc/ssl/certs --format jsonl\n"
    "openssl s_client -connect example.org:443 </dev/null | ctscan inspect -",
)
@click.argument("paths", metavar="FILE|DIR|-...", nargs=-1, required=True)
@click.option("--scope", metavar="S", multiple=True, help="Domains in whose hosts to look for names; repeatable.")
@options.output("table", "json", "jsonl", from_config=False)
@options.verbose
def COMMAND(paths: tuple[str, ...], scope: tuple[str, ...], format: str, verbose: int) -> int:  # noqa: N802 - the name by which the program finds it
    """Show the personal data in certificates on this machine. Attribute certificates are read too.

    Files are told by their content: PEM, DER and base64; PKCS#7, CMS and PKCS#12 (without a password); zip, tar, gz,
    bz2 and xz of them; LDIF; signed mail and mailboxes; JSON, one value a line or in arrays, as certstream writes it.
    Directories are read whole.

    Needs no index and no network. With '-', reads standard input.
    """
    from ctscan.cli.inputs import local_certificates

    found = local_certificates(paths, _domains(scope))
    if format == "table":
        return 0 if _print_table(found).read else 1  # why has been said, input by input
    counts = _print_json(found, is_array=format == "json")
    if not counts.read:
        complain(f"inspect: no certificate could be read: {counts.refusal}")
    return 0 if counts.read else 1


def _domains(scope: tuple[str, ...]) -> tuple[str, ...]:
    """The domains of a scope that was given; UsageError when it can't be understood."""
    from ctscan.personal.scope import parse_scope

    return parse_scope(scope).domains if scope else ()


@dataclass(slots=True)
class Counts:
    """What was inspected; certificates of authorities are counted apart, since whom they name is seldom a customer.
    `refusal` says of the last unreadable input why it is."""

    read: int = 0
    of_authorities: int = 0
    unreadable: int = 0
    personal: int = 0
    personal_of_authorities: int = 0
    with_problems: int = 0
    refusal: str = ""
    findings: Counter[str] = field(default_factory=Counter)  # by category
    about_people: Counter[str] = field(default_factory=Counter)
    findings_of_authorities: Counter[str] = field(default_factory=Counter)

    def add(self, found: LocalCertificate) -> None:
        """Count one input."""
        from ctscan.cli.inputs import complaint
        from ctscan.model import SubjectKind

        is_authority = found.certificate is not None and found.certificate.is_ca
        self.read += found.certificate is not None
        self.of_authorities += is_authority
        self.personal += bool(found.findings)
        self.personal_of_authorities += is_authority and bool(found.findings)
        self.with_problems += found.certificate is not None and bool(found.problems)
        for finding in found.findings:
            self.findings[finding.category] += 1
            self.about_people[finding.category] += finding.subject_kind is SubjectKind.PERSON
            self.findings_of_authorities[finding.category] += is_authority
        if found.certificate is None:
            self.unreadable += 1
            self.refusal = complaint(found)


def shape(found: LocalCertificate) -> dict[str, Any]:
    """The JSON shape of one certificate or unreadable input; documented and never changed."""
    from ctscan.views import json as shapes
    from ctscan.x509.name_text import render_name

    certificate = found.certificate
    return {
        "source": found.source,
        "sha256": shapes.hex_text(found.sha256),
        "serial": certificate.serial_hex if certificate else None,
        "issuer": render_name(certificate.issuer) if certificate else None,
        "not_before": shapes.time_text(certificate.not_before) if certificate else None,
        "not_after": shapes.time_text(certificate.not_after) if certificate else None,
        "is_ca": certificate.is_ca if certificate else None,
        "findings": [shapes.finding(finding) for finding in found.findings],
        "problems": [shapes.problem(problem) for problem in found.problems],
    }


def _print_json(inspected: Iterable[LocalCertificate], *, is_array: bool) -> Counts:
    from ctscan.cli.wiring import is_ascii_only
    from ctscan.views.json import to_json

    counts = Counts()
    before, between, after = ("[\n", ",\n", "\n]\n") if is_array else ("", "\n", "\n")
    for found in inspected:
        counts.add(found)
        click.echo(before + to_json(shape(found), indent=None, ascii_only=is_ascii_only()), nl=False)
        before = between
    click.echo(after, nl=False)
    return counts


def _print_table(inspected: Iterable[LocalCertificate]) -> Counts:
    """Certificates with personal data one by one, the others only counted; what can't be read goes to stderr."""
    from ctscan.cli.inputs import complaint
    from ctscan.views import tables

    out, counts = tables.console(), Counts()
    for found in inspected:
        counts.add(found)
        if found.certificate is None:
            complain(complaint(found))
        if found.findings:
            tables.say(out, f"{found.source}", "bold")
            for line in _about(found):
                tables.say(out, line, indent=2)
            tables.findings(out, found.findings)
            out.print()
    _print_counts(out, counts)
    return counts


def _print_counts(out: Console, counts: Counts) -> None:
    """The sums, by category where there is more than one certificate."""
    from ctscan.views import tables
    from ctscan.views.words import category, count

    if counts.read + counts.unreadable > 1 and counts.findings:
        headers = ("What was found", "Findings", "Of people", "Of CAs")
        rows = [
            (category(key), f"{number:,}", f"{counts.about_people[key]:,}", f"{counts.findings_of_authorities[key]:,}")
            for key, number in counts.findings.most_common()
        ]
        tables.table(out, headers, rows)
        out.print()
    if counts.read:
        parts = [f"{count(counts.read, 'certificate')} read"]
        parts += [f"{counts.of_authorities:,} of CAs"] if counts.of_authorities else []
        among = f" ({counts.personal_of_authorities:,} of CAs)" if counts.personal_of_authorities else ""
        parts += [f"{counts.personal:,} with personal data{among}"]
        parts += [f"{counts.with_problems:,} with problems"] if counts.with_problems else []
        parts += [f"{counts.unreadable:,} could not be read"] if counts.unreadable else []
        tables.say(out, f"{', '.join(parts)}.")


def _about(found: LocalCertificate) -> list[str]:
    """Serial number, issuer, validity, and the first problems."""
    from ctscan.views.words import day
    from ctscan.x509.name_text import render_name

    lines = []
    if found.certificate:
        issuer = render_name(found.certificate.issuer) or "(no name)"
        valid = f"valid {day(found.certificate.not_before)} to {day(found.certificate.not_after)}"
        lines.append(f"serial {found.certificate.serial_hex}, issued by {issuer}, {valid}")
    lines += [f"problem: {problem.path}: {problem.what}" for problem in found.problems[:PROBLEMS_SHOWN]]
    if len(found.problems) > PROBLEMS_SHOWN:
        lines.append(f"and {len(found.problems) - PROBLEMS_SHOWN} more problems; --format json shows them all")
    return lines
