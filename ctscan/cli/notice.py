"""`ctscan notice`: writes the public notice of the controller, or the record of processing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

import ctscan.app as app
from ctscan.cli import options
from ctscan.cli.program import command, complain
from ctscan.config import load_settings
from ctscan.model.notice import NoticeKind
from ctscan.resources import languages


@command(
    "notice",
    exits={
        0: "the paper is written; settings that it lacks are marked in it, and named on stderr",
        1: "the index or the file can't be used, or the paper can't be recorded",
        2: "the command line or the settings are wrong: without a controller or a purpose there is no paper",
    },
    example="ctscan notice art14 -o notice.docx\nctscan notice art14 -o notice.de.md --lang de\n"
    "ctscan notice art30 -o record.docx",
)
@click.argument("kind", type=click.Choice([str(kind) for kind in NoticeKind]), metavar="art14|art30")
@click.option("-o", "--output", "path", metavar="FILE", required=True, help="Write the paper into this file.")
@click.option(
    "--format",
    "form",
    type=click.Choice(app.NOTICE_FORMS),
    default=None,
    help="Write it as a document for word processors, or as Markdown.  [default: by the ending of FILE]",
)
@options.purpose("in the paper")
@click.option(
    "--lang",
    type=click.Choice(languages()),
    help="Language of the paper.  [env: CTSCAN_LANG; default: en]",
)
@options.config
@options.db
@options.verbose
def COMMAND(kind: str, path: str, form: str | None, verbose: int, **given: Any) -> None:  # noqa: N802 - the name by which the program finds it
    """Write a paper that data-protection law wants, from the settings and the index.

    art14 is the notice to the public (GDPR article 14), for people whose data doesn't come from them: the controller,
    the purpose and its basis, the categories of data that the index really holds, sources, recipients, storage, rights.
    art30 is the record of processing activities (article 30): the same with numbers, people concerned and measures.

    No person's data is in it. What the settings don't state is marked in it, for you to add. Another document in FILE
    is never written over. The same day and index give the same bytes.
    """
    from ctscan.cli.process import account, run
    from ctscan.views import tables
    from ctscan.views.notices.notice_words import summary_lines
    from ctscan.views.text import texts

    config = load_settings(**given)
    written = run(app.write_notice(config, NoticeKind(kind), Path(path).expanduser(), form=form or "", who=account()))
    out = tables.console()
    for line in summary_lines(written, texts(config.lang)):
        tables.say(out, line)
    if written.missing:
        place = config.path or "ctscan.toml"
        complain(f"notice: not stated in {place}, and marked in the paper: {', '.join(written.missing)}")
