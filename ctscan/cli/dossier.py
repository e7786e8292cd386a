"""`ctscan dossier`: makes the answer to a data subject, as one package."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import ctscan.app as app
from ctscan.cli import options
from ctscan.cli.identifiers import from_file, identifiers_of, taken
from ctscan.cli.program import command, complain
from ctscan.config import load_settings
from ctscan.errors import UsageError
from ctscan.model.dossier import Paper

if TYPE_CHECKING:
    from ctscan.config import Config
    from ctscan.model.dossier import WrittenDossier


@command(
    "dossier",
    exits={
        0: "the package is written, and rests on complete answers",
        1: "the index, the folder or a file of the letterhead can't be used, or the dossier can't be recorded",
        2: "the command line or the settings are wrong, or the identity of the requester is not settled",
        4: "the package is written, and says which parts of the logs were not searched",
    },
    example="ctscan dossier --case C-2026-0017 -o out\n"
    "ctscan dossier --case C-2026-0017 -o out --passphrase-file jane.passphrase\n"
    "ctscan dossier - -o out --identity-settled 'came in person' --lang en",
)
@taken
@from_file
@click.option(
    "--case",
    metavar="NUMBER",
    default="",
    help="Answer this case of the register: its identifiers, in its language, with its history.",
)
@click.option("-o", "--output", "folder", metavar="DIR", required=True, help="Write the package into this folder.")
@options.identity
@click.option(
    "--passphrase-file",
    metavar="FILE",
    help="Encrypt the package (AES-256) with the passphrase in this file, of at least 20 characters. Without such a "
    "file one is made, and written there.",
)
@click.option("--at", metavar="TIME", help="Answer as of this moment (RFC 3339, or a day): statuses, and the history.")
@click.option(
    "--paper",
    type=click.Choice([str(one) for one in Paper]),
    default=str(Paper.A4),
    show_default=True,
    help="Set the PDF for this paper.",
)
@options.purpose("with the look-ups, and told to the person")
@options.language()
@options.on_index("table", "json")
def COMMAND(  # noqa: N802 - the name by which the program finds it
    identifiers: tuple[str, ...],
    from_file: str | None,
    case: str,
    folder: str,
    identity_settled: str,
    override: str,
    passphrase_file: str | None,
    at: str | None,
    paper: str,
    verbose: int,
    **given: Any,
) -> int:
    """Make the dossier of a person: what is held about them, what others publish, and the proofs, as one package.

    The package is a zip, DIR/dossier-NUMBER.zip. It holds dossier.pdf and dossier.json, findings.csv, the certificates
    and the proofs that they are in logs, and a MANIFEST of hashes. Data of other people is hidden; a certificate that
    names other people is left out, and the dossier says so. The same moment (--at) gives the same bytes.

    With --case, the identifiers are those of the case; without it, IDENTIFIER is one person's address, name, number, …
    (see 'ctscan lookup --help'). Each look-up is recorded, and so is the dossier.
    """
    from ctscan.cli.process import account, run

    config = load_settings(**given)
    if case and (identifiers or from_file):
        raise UsageError("dossier: expected --case or identifiers, got both; a case has identifiers of its own")
    of = case or identifiers_of(identifiers, from_file)
    chosen = app.DossierOptions(
        folder=Path(folder).expanduser(),
        identity_settled=identity_settled,
        override=override,
        passphrase_file=None if passphrase_file is None else Path(passphrase_file).expanduser(),
        at=_moment(at),
        lang=given.get("lang") or "",
        paper=Paper(paper),
    )
    written = run(app.make_dossier(config, of, chosen, who=account()))
    _print(written, config)
    return 0 if written.is_complete else 4


def _moment(text: str | None) -> datetime | None:
    """Parse a moment: RFC 3339, in UTC where it names no offset; a day means its first moment."""
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text.strip())
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        raise UsageError(
            f"dossier: --at: expected a time such as 2026-01-31T12:00:00Z, or a day, got {len(text)} other characters"
        ) from None


def _print(written: WrittenDossier, config: Config) -> None:
    """Print the package, its hash and its numbers; on stderr what its maker has to know."""
    if config.format == "json":
        from ctscan.cli.output import print_json
        from ctscan.views.json.dossier import written_dossier

        print_json(written_dossier(written))
    else:
        from ctscan.views import tables
        from ctscan.views.dossier.summary import summary_lines
        from ctscan.views.text import texts

        out = tables.console()
        for line in summary_lines(written, texts(config.lang)):
            tables.say(out, line)
    if written.passphrase_made:
        complain(
            f"the passphrase was made, and stands in {written.passphrase_made}; tell it to the person by another way "
            "than the package, and keep the file apart"
        )
    if written.figures.held_back:
        held = written.figures.held_back
        complain(
            f"dossier: certificates held back as unclear, or refused: {held:,}; confirm or reject each unclear one "
            "in a case"
        )
    if written.is_hidden:
        complain(
            "dossier: certificates of the person are kept and hidden, as their processing is restricted: the dossier "
            "says so and shows none of them; to show them, end the restriction ('ctscan suppressions lift N --told "
            "DATE'), make the dossier again, and restrict again ('ctscan forget --restrict')"
        )
    if not written.is_complete:
        complain("dossier: the search was not complete; the dossier names the parts that were not searched")
