"""`ctscan inspect`: the personal data in local certificates and certificate requests, without any database."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

import ctscan.app as app
from ctscan.cli import options
from ctscan.cli.program import command, complain
from ctscan.cli.standard_input import say_how_to_type
from ctscan.errors import UsageError
from ctscan.model.results import InspectionCounts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ctscan.model.results import LocalCertificate


@command(
    "inspect",
    exits={0: "at least one certificate was read", 1: "nothing was read", 2: ""},
    example="ctscan inspect jane.pem\nctscan inspect /etc/ssl/certs --format jsonl\n"
    "openssl s_client -connect example.org:443 </dev/null | ctscan inspect -\n"
    "ctscan inspect jane.pem --explain subject.2.commonName\nctscan inspect request.csr",
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
@options.language(from_config=False)
@options.output("table", "json", "jsonl", from_config=False)
@options.verbose
def COMMAND(  # noqa: N802 - the name by which the program finds it
    paths: tuple[str, ...], scope: tuple[str, ...], explain: str, format: str, lang: str, verbose: int
) -> int:
    """Show the personal data in certificates and certificate requests on this machine.

    The content of a file decides how it is read: PEM, DER and base64; PKCS#7, CMS and PKCS#12 (without a password);
    zip, tar, gz, bz2 and xz of them; LDIF; signed mail and mailboxes; JSON, one value a line or in arrays, as
    certstream writes it. Directories are read whole. With '-', standard input is read. Attribute certificates are read
    too.

    Of a certificate request (PKCS#10, CRMF, SPKAC, also inside CMC and CMP) it is said what would become public with
    the certificate, in which logs, for how long, and how to ask for less.

    No index and no network is needed.
    """
    if "-" in paths:
        say_how_to_type("certificates or requests, in PEM for example")
    found = app.inspect(paths, scope, explain)
    is_explained = bool(explain)
    if format == "table":
        counts = _print_table(found, lang, is_explained=is_explained)
    else:
        counts = _print_json(found, is_array=format == "json", is_explained=is_explained)
    return 0 if counts.read else 1


def _print_json(inspected: Iterable[LocalCertificate], *, is_array: bool, is_explained: bool) -> InspectionCounts:
    """Print an object for each input. Where no input could be read, the reason of the last one is said."""
    from ctscan.cli.output import JsonItems
    from ctscan.views import listings
    from ctscan.views.explanations import explained_certificate
    from ctscan.views.json import local_certificate

    shape = explained_certificate if is_explained else local_certificate
    counts, refusal, items = InspectionCounts(), "", JsonItems(is_array=is_array)
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
    return counts


def _print_table(inspected: Iterable[LocalCertificate], lang: str, *, is_explained: bool) -> InspectionCounts:
    """Print certificates with personal data one by one, and sums. Inputs that can't be read are named on stderr.

    `is_explained`: only the findings that were asked about, with their explanations.
    """
    from ctscan.views import listings, request_tables, tables
    from ctscan.views.text import texts

    out, counts = tables.console(), InspectionCounts()
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
            out.print()
    if counts.read + counts.unreadable > 1 and counts.counts.findings and not is_explained:
        tables.table(out, *listings.finding_counts(counts.counts, "What was found", texts(lang)))
        out.print()
    if counts.read:
        tables.say(out, listings.inspection_line(counts))
    return counts
