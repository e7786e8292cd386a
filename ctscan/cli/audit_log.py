"""`ctscan audit verify`, `prove` and `export`: the trail as a log of its own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import ctscan.app as app
from ctscan.cli import options
from ctscan.cli.program import command
from ctscan.config import load_settings
from ctscan.errors import InputError, UsageError

if TYPE_CHECKING:
    from ctscan.model.audit_report import ProvenEvent

_LIMIT = 1 << 20  # bytes of a proof


@command(
    "verify",
    exits={0: "the log holds", 1: "the log doesn't hold, or can't be read", 2: ""},
    example="ctscan audit verify\nctscan audit verify --head /media/heads --format json",
)
@click.option("--head", "heads", metavar="FILE", multiple=True, help="Compare with the heads in this file, too.")
@options.language()
@options.on_index("table", "json")
def verify(heads: tuple[str, ...], verbose: int, **given: Any) -> int:
    """Check that no event was changed, removed, moved or rolled back, and name the first that was.

    Heads that were kept outside are compared, those of the files in heads_to under [audit] and those given: they hold
    even against somebody who can write to index, trail and key file. FILE has heads as ctscan writes them, or lines of
    syslog.
    """
    from ctscan.cli.process import run

    config = load_settings(**given)
    report = run(app.verify_audit_log(config, heads))
    if config.format == "json":
        from ctscan.cli.output import print_json
        from ctscan.views.json.audit_log import audit_report

        print_json(audit_report(report))
        return report.exit_code
    from ctscan.views import tables
    from ctscan.views.audit_log import report_lines
    from ctscan.views.text import texts

    out = tables.console()
    for line, style in report_lines(report, texts(config.lang)):
        tables.say(out, line, style)
    return report.exit_code


@command(
    "prove",
    exits={0: "the event is proven", 1: "it is not there, or the proof doesn't hold", 2: ""},
    example="ctscan audit prove 17 -o event-17.json\nctscan audit prove --check event-17.json --vkey …",
)
@click.argument("event", type=click.IntRange(1, 1 << 53), required=False)
@click.option("-o", "--output", "path", metavar="FILE", help="Write the proof into this new file, for you alone.")
@click.option("--check", metavar="FILE", help="Check the proof in this file; neither index nor trail is needed.")
@click.option(
    "--vkey", metavar="KEY", default="", help="With --check: trust this verifier key, not the one in the file."
)
@click.option("--head", metavar="FILE", help="Prove, or check, that the log extends the newest head in this file.")
@options.config
@options.db
@options.verbose
def prove(
    event: int | None, path: str | None, check: str | None, vkey: str, head: str | None, verbose: int, **given: Any
) -> None:
    """Prove one event to somebody who sees none of the others: EVENT is its number in 'ctscan audit show'.

    The proof has the event, its random bits, the audit path and the signed head. Whoever checks it should have the
    verifier key from elsewhere ('ctscan audit show --key').
    """
    if (event is None) == (check is None):
        raise UsageError("audit prove: expected the number of an event, or a proof with --check FILE")
    if check is not None:
        _print_proven(app.check_audit_proof(_read(check), check, vkey=vkey, older=head), has_vkey=bool(vkey))
        return
    if vkey:
        raise UsageError("audit prove: --vkey: expected it with --check; the proof names the key of the log")
    from ctscan.cli.process import run
    from ctscan.views.json import to_json
    from ctscan.views.json.audit_log import audit_proof

    proof = run(app.prove_event(load_settings(**given), event or 0, head))
    _write(path, [to_json(audit_proof(proof), indent=2, ascii_only=True)])


@command(
    "export",
    exits={0: "", 1: "the audit trail can't be read", 2: ""},
    example="ctscan audit export -o log.jsonl\nctscan audit export --events",
)
@click.option("-o", "--output", "path", metavar="FILE", help="Write this new file, for you alone.")
@click.option("--events", "with_events", is_flag=True, help="Add the events themselves, with their random bits.")
@options.config
@options.db
@options.verbose
def export(path: str | None, with_events: bool, verbose: int, **given: Any) -> None:
    """Export the log as lines of JSON: its verifier key, all leaf hashes, and all signed heads.

    Leaf hashes say nothing of their events. With --events the file holds what 'ctscan audit show' shows.
    """
    from ctscan.cli.process import run
    from ctscan.views.json import to_json

    lines = run(app.audit_log_lines(load_settings(**given), with_events=with_events))
    _write(path, [to_json(line, indent=None, ascii_only=True) for line in lines])


def _print_proven(proven: ProvenEvent, *, has_vkey: bool) -> None:
    click.echo(f"Event {proven.event:,} is in the audit log of {proven.size:,} events that the key signed.")
    if not has_vkey:
        click.echo("The key is the one in the proof: compare it with the one that you know.", err=True)


def _read(path: str) -> bytes:
    try:
        with Path(path).open("rb") as file:
            raw = file.read(_LIMIT + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        reason = error.strerror if isinstance(error, OSError) else "not a path"
        raise InputError(f"{path}: can't be read: {reason}; check the path") from error
    return raw


def _write(path: str | None, lines: list[str]) -> None:
    if path is None:
        for line in lines:
            click.echo(line)
        return
    from ctscan.privacy.whole_files import write_whole

    write_whole(Path(path), "".join(f"{line}\n" for line in lines).encode(), "-o")
