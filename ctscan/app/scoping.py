"""The scope that a configuration gives: its terms from options, keys or a file, and consent to wide terms.

A wide term (`personal.scope_terms.WideTerm`) keeps the certificates of people who have nothing to do with each other.
It needs consent: `--yes`, the key `wide_scope`, or an earlier scan or import of the index with that term, which goes
on as it began.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ctscan.app.wiring import opened_index
from ctscan.errors import UsageError

if TYPE_CHECKING:
    from ctscan.config import Config
    from ctscan.personal.scope import Scope
    from ctscan.personal.scope_terms import ScopeTerm, WideTerm

FILE_LIMIT = 1 << 20  # bytes of a scope file
RECORDS_READ = 1000  # newest scans, and newest searches, among which consent is looked for


def scope_terms(config: Config) -> list[ScopeTerm]:
    """Collect the terms of a configuration, the terms of its scope file last.

    Raises:
        UsageError: the file can't be read, isn't UTF-8, or has no or too many terms.
    """
    from ctscan.personal.scope_terms import numbered, read_terms

    terms = numbered(config.scope, config.scope_origin)
    return terms + (read_terms(_file_text(config.scope_file), config.scope_file) if config.scope_file else [])


def configured_scope(config: Config) -> Scope:
    """Make the scope of a configuration.

    Raises:
        UsageError: the scope is missing or can't be understood.
    """
    from ctscan.personal.scope import scope_of

    return scope_of(scope_terms(config), config.everything)


async def terms_without_consent(config: Config) -> list[WideTerm]:
    """List the wide terms of the scope to which nobody has agreed yet.

    Raises:
        UsageError: a term can't be understood.
        IndexFault: the index can't be read.
    """
    from ctscan.personal.scope_terms import wide_terms

    wide = [] if config.wide_scope else wide_terms(scope_terms(config))
    if not wide:
        return []
    texts = await _recorded_scopes(config)
    return [one for one in wide if not any(_holds(text, one) for text in texts)]


async def check_consent(config: Config) -> None:
    """Refuse a scope with wide terms to which nobody has agreed.

    Raises:
        UsageError: there are such terms, or a term can't be understood.
    """
    refuse_wide(await terms_without_consent(config))


def refuse_wide(wide: Sequence[WideTerm]) -> None:
    """Raise UsageError that names the first of these terms; nothing where there is none."""
    if wide:
        more = f" ({len(wide) - 1:,} more terms need that too)" if len(wide) > 1 else ""
        raise UsageError(
            f"{wide[0].term.place}: expected a domain or an organisation of its own, got {wide[0].reason}; give --yes, "
            f"or wide_scope = true in ctscan.toml, if you may keep all of it{more}",
            given=wide[0].term.given,
        )


async def _recorded_scopes(config: Config) -> set[str]:
    """Return the scopes of earlier scans and imports of the index, without addresses; none where there is no index."""
    from ctscan.index.open import beside

    if not beside(config.db, "").exists():
        return set()
    async with opened_index(config) as index:
        texts = {run.scope for run in await index.runs(RECORDS_READ)}
        texts |= {search.scope for search in await index.newest_searches(RECORDS_READ)}
    return texts - {""}


def _holds(text: str, wide: WideTerm) -> bool:
    """Return whether a recorded scope holds the term; a scope of everything holds none."""
    from ctscan.personal.scope import scope_from_text
    from ctscan.personal.scope_terms import ScopeKind

    scope = scope_from_text(text)
    return wide.value in (scope.domains if wide.kind == ScopeKind.DOMAIN else scope.organisations)


def _file_text(path: str) -> str:
    try:
        with Path(path).open("rb") as file:
            raw = file.read(FILE_LIMIT + 1)
    except OSError as error:
        raise UsageError(f"{path}: can't be read: {error.strerror}; expected a scope file, one term a line") from error
    if len(raw) > FILE_LIMIT:
        raise UsageError(f"{path}: expected a scope file of at most {FILE_LIMIT:,} bytes, got more")
    try:
        return raw.decode("utf-8-sig")  # some editors begin a file with a byte order mark
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise UsageError(f"{path}, line {line}: expected UTF-8, got another encoding; save the file as UTF-8") from None
