"""Use case that writes a paper of the controller: the public notice, or the record of processing.

settings checked ──► inventory, basis ──► event of the trail ──► paper ──► file, by rename
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from ctscan.app.controller_settings import controller_of
from ctscan.app.dossier_package import check_free, written_whole
from ctscan.app.recording import recorded
from ctscan.app.wiring import CLOCK, exposed_files, opened_index
from ctscan.clock import Clock
from ctscan.errors import UsageError
from ctscan.model import AuditAction
from ctscan.model.notice import NoticeKind, WrittenNotice

if TYPE_CHECKING:
    from ctscan.config import Config
    from ctscan.dsar.notices import Measures
    from ctscan.index.protocols import BasisStore
    from ctscan.model.inventory import Inventory
    from ctscan.model.notice import Notice

COMMAND = "notice"
NOTICE_FORMS = ("docx", "md")
"""Forms of a paper, by the ending of its file."""

_PLAIN = b"SQLite format 3\0"
"""Beginning of a database file that isn't encrypted."""


async def write_notice(
    config: Config, kind: NoticeKind, path: Path, *, form: str = "", who: str, clock: Clock = CLOCK
) -> WrittenNotice:
    """Write a paper to a file. The trail records it.

    Args:
        config: settings.
        kind: kind of the paper.
        path: file.
        form: `docx` or `md`; empty: by the ending of the file.
        who: account, for the record.
        clock: clock; its day stands on the paper.

    Raises:
        UsageError: no controller, no purpose, a file of another ending, or the extra `dossier` isn't installed.
        InputError: the file can't be written, or another document is there.
        IndexFault: the index is missing or damaged, or the trail can't be written.
    """
    form = form or _form_of(path)
    _check(config, form)
    async with opened_index(config) as index:
        held, logs = await index.inventory(), await _logs(index)
    async with recorded(config, AuditAction.NOTICE, who=who, clock=clock) as change:
        made = _notice(config, kind, held, logs, clock)
        content = _rendered(made, form, config.lang)
        check_free(path, content)
        with written_whole(path.parent, path.name) as file:
            file.write(content)
        digest = sha256(content).hexdigest()
        change.detail = f"{kind} {digest}"
    return WrittenNotice(str(path), digest, made.missing)


def _form_of(path: Path) -> str:
    form = path.suffix.lower().removeprefix(".")
    if form not in NOTICE_FORMS:
        raise UsageError(f"{COMMAND}: -o: expected a file that ends in .docx or .md, got another; or give --format")
    return form


def _check(config: Config, form: str) -> None:
    """Check everything that needs no index."""
    controller_of(config, COMMAND)
    if not config.purpose:
        raise UsageError(
            f'{COMMAND}: expected a purpose, which the paper has to state, got none; write purpose = "…" into '
            f"{config.path or 'ctscan.toml'}, or give it with --purpose"
        )
    if form == "docx":
        from ctscan.views.notices.notice_docx import check_installed

        check_installed()


async def _logs(index: BasisStore) -> tuple[str, ...]:
    """Name the logs of the basis."""
    basis = await index.basis()
    return tuple(sorted({log.name for log in basis.logs if not log.reason})) if basis else ()


def _notice(config: Config, kind: NoticeKind, held: Inventory, logs: tuple[str, ...], clock: Clock) -> Notice:
    from ctscan.app.alert_channels import ready_channels
    from ctscan.dsar.notices import NoticeFacts, make_notice

    facts = NoticeFacts(
        controller=controller_of(config, COMMAND),
        purpose=config.purpose,
        retention=config.retention,
        quarantine_days=config.days_of_quarantine,
        keep=config.keep.statements,
        logs=logs,
        inventory=held,
        measures=_measures(config),
        channels=tuple(channel.told for channel in ready_channels(config, clock=clock)),
    )
    return make_notice(kind, facts, clock.now().date())


def _measures(config: Config) -> Measures:
    """Look which measures hold: at the files as they are now."""
    from ctscan.dsar.notices import Measures
    from ctscan.index.open import beside

    with beside(config.db, "").open("rb") as file:
        is_plain = file.read(len(_PLAIN)) == _PLAIN
    return Measures(bool(config.heads_to), not exposed_files(config), not is_plain)


def _rendered(made: Notice, form: str, lang: str) -> bytes:
    from ctscan.views.text import texts

    if form == "docx":
        from ctscan.views.notices.notice_docx import render_docx

        return render_docx(made, texts(lang))
    from ctscan.views.notices.notice_markdown import render_markdown

    return render_markdown(made, texts(lang))
