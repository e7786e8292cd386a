"""`ctscan inspect`: the personal data in local certificates and certificate requests, without any database."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

import ctscan.app as app
from ctscan.cli import options
from ctscan.cli.file_names import name_files
from ctscan.cli.gate_output import FORMATS, GateOutput, is_gate, run_gate
from ctscan.cli.program import command, complain
from ctscan.cli.standard_input import say_how_to_type
from ctscan.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ctscan.model.results import InspectionCounts, LocalCertificate


@command(
    "inspect",
    exits={
        0: "at least one certificate was read; with --fail-on: all was read, and nothing stops the gate",
        1: "nothing was read",
        2: "",
        4: "an input begins a known form and could not be read to its end, or broke a limit; with --fail-on also where "
        "a named file holds no certificate, and nothing else stops the gate",
        5: "with --fail-on: a finding stops the gate",
    },
    example="ctscan inspect jane.pem\nctscan inspect /etc/ssl/certs --format jsonl\n"
    "openssl s_client -connect example.org:443 </dev/null | ctscan inspect -\n"
    "ctscan inspect jane.pem --explain subject.2.commonName\nctscan inspect request.csr\n"
    "ctscan inspect certs/ --fail-on person --format sarif > ctscan.sarif\n"
    "ctscan inspect certs/ --fail-on person,national-identifier --write-baseline ctscan-baseline.json",
)
@click.argument("paths", metavar="FILE|DIR|-...", nargs=-1, required=True)
@click.option("--scope", metavar="S", multiple=True, help="Look for names in the hosts of this domain; repeatable.")
@click.option(
    "--explain",
    metavar="PLACE",
    default="",
    help="Explain the findings at this place, which follows 'in' in the list of findings, as subject.2.commonName: "
    "the rule, the evidence that was weighed, what decided, and what was missing.",
)
@click.option(
    "--fail-on",
    "fail_on",
    metavar="WORD,...",
    multiple=True,
    help="Be a gate: exit with 5 at a finding about a person (person), of a category with everything below it "
    "(user.contact) or of a sensitivity (national-identifier, special-category, ordinary); values are masked.",
)
@click.option("--baseline", metavar="FILE", default="", help="Let the findings in this file pass: they are known.")
@click.option(
    "--write-baseline", metavar="FILE", default="", help="Write the findings that would stop the gate into this file."
)
@click.option(
    "--ignore", metavar="FILE", default="", help="Let data pass that [report] ignore in this file of settings lists."
)
@click.option("--skip-others", is_flag=True, help="Pass over named files without a certificate, as in directories.")
@click.option("--values", is_flag=True, help="Show the values of people in the output of a gate, too.")
@options.password_file
@options.language(from_config=False)
@options.output("table", "json", "jsonl", *FORMATS, from_config=False)
@options.verbose
def COMMAND(  # noqa: N802 - the name by which the program finds it
    paths: tuple[str, ...], scope: tuple[str, ...], explain: str, fail_on: tuple[str, ...], baseline: str,
    write_baseline: str, ignore: str, skip_others: bool, values: bool, password_file: str, format: str, lang: str,
    verbose: int,
) -> int:  # fmt: skip
    """Show the personal data in certificates and certificate requests on this machine.

    The content of a file decides how it is read: PEM, DER and base64; PKCS#7, CMS and PKCS#12; zip, tar, gz, bz2, xz
    and zst of them; LDIF, vCard, XML, CSV, YAML; signed mail and mailboxes; JSON, as certstream and logs write it; data
    tiles of logs. In any other text, PEM, base64 and hexadecimal digits are looked for that begin like a certificate.
    Directories are read whole. With '-', standard input is read. Attribute certificates are read too. -v names the
    files without a certificate, and those that could not be read to their end.

    Of a certificate request (PKCS#10, CRMF, SPKAC, also inside CMC and CMP) it is said what would become public with
    the certificate, in which logs, for how long, and how to ask for less.

    With --fail-on it is a gate for pipelines and hooks: an exit code, and SARIF or JUnit for the machines that show
    them. No index and no network is needed.
    """
    if "-" in paths:
        say_how_to_type("certificates or requests, in PEM for example")
    passwords = app.passwords_of(password_file)
    gate = app.GateOptions(fail_on, scope, baseline, ignore, skip_others, passwords)
    output = GateOutput(format, lang, write_baseline, values, explain)
    if is_gate(output, gate):
        return run_gate(paths, gate, output)
    from ctscan.model.results import InspectionCounts  # not at the top: the list of commands needs none

    counts = InspectionCounts()
    found = app.inspect(paths, scope, explain, passwords=passwords, files=counts.files)
    is_explained = bool(explain)
    if format == "table":
        _print_table(found, counts, lang, is_explained=is_explained)
    else:
        _print_json(found, counts, is_array=format == "json", is_explained=is_explained)
    if verbose:
        name_files(counts.files)
    return counts.exit_code


def _print_json(
    inspected: Iterable[LocalCertificate], counts: InspectionCounts, *, is_array: bool, is_explained: bool
) -> None:
    """Print an object for each input. Where no input could be read, the reason of the last one is said."""
    from ctscan.cli.output import JsonItems
    from ctscan.views import listings
    from ctscan.views.explanations import explained_certificate
    from ctscan.views.json import local_certificate

    shape = explained_certificate if is_explained else local_certificate
    refusal, items = "", JsonItems(is_array=is_array)
    try:
        for found in inspected:
            counts.add(found)
            refusal = refusal if found.certificate else listings.refusal_line(found)
            items.add(shape(found))
    except UsageError:  # nothing was found at the place to explain, which is known at the end only
        items.end()
        raise
    items.end()
    if not counts.read:
        complain(f"inspect: no certificate could be read: {refusal}")


def _print_table(
    inspected: Iterable[LocalCertificate], counts: InspectionCounts, lang: str, *, is_explained: bool
) -> None:
    """Print certificates with personal data one by one, and sums. Inputs that can't be read are named on stderr.

    `is_explained`: only the findings that were asked about, with their explanations.
    """
    from ctscan.views import listings, request_tables, tables
    from ctscan.views.text import texts

    out = tables.console()
    for found in inspected:
        counts.add(found)
        if found.certificate is None:
            complain(listings.refusal_line(found))
        has_much = found.findings or found.partly_read or found.request
        if found.explained or (not is_explained and has_much):
            tables.say(out, found.source, "bold")
            for line in listings.local_certificate_lines(found, texts(lang)):
                tables.say(out, line, indent=2)
            if is_explained:
                tables.explanations(out, found.explained, texts(lang))
            elif found.request is not None:
                request_tables.outlook(out, found.request, texts(lang))
            else:
                tables.findings(out, found.findings, texts(lang))
            out.blank()
    if counts.read + counts.unreadable > 1 and counts.counts.findings and not is_explained:
        tables.table(out, *listings.finding_counts(counts.counts, "What was found", texts(lang)))
        out.blank()
    if counts.read:
        tables.say(out, listings.inspection_line(counts))
