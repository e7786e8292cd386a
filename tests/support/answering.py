"""Answers from an index of invented certificates, with a log that was read completely."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from msgspec.structs import replace
from support.kept import (
    a_head,
    a_hit,
    an_advance,
    commit,
    email_finding,
    later,
    name_finding,
    save_head,
    started,
    verified,
)

from ctscan.answer.lookup import answer
from ctscan.index.open import open_index
from ctscan.model import Answer, Finding, Hit, Identifier, Unreadable
from ctscan.personal.identifiers import parse_identifier
from ctscan.personal.normalise.addresses import email_keys
from ctscan.personal.normalise.name_tokens import name_keys
from ctscan.personal.rule_set import rule_set


def answered(
    tmp_path: Path,
    hits: Sequence[Hit],
    *asked: str | Identifier,
    unreadable: tuple[Unreadable, ...] = (),
    partly: bool = False,
) -> list[Answer]:
    """Answer from an index of a completely read log with these entries in it."""
    rules = rule_set()

    async def work() -> list[Answer]:
        async with await open_index(tmp_path / "ctscan.db", create=True) as index:
            run_id = await started(index, rules=rules)
            size = max([100, *(hit.entry.index + 1 for hit in hits)])
            read = verified(0, size, rules=rules.version)
            await commit(index, run_id, an_advance(0, size, *hits, verified=read, unreadable=unreadable))
            head = a_head(size, timestamp=int(later(0).timestamp() * 1000))
            await save_head(index, head, later(0))
            await index.record_success(head.log_id, later(0), None)
            identifiers = [parse_identifier(one) if isinstance(one, str) else one for one in asked]
            return [await answer(index, one, now=later(1), partly=partly) for one in identifiers]

    return asyncio.run(work())


def finding(value: str, **fields: object) -> Finding:
    """Build a finding of an address, or of a name, with its real look-up keys."""
    if "@" in value:
        made = replace(email_finding(value), keys=email_keys(value))
    else:
        made = replace(name_finding(value), keys=name_keys(value))
    return replace(made, **fields)  # type: ignore[arg-type]


def certificates(*values: str | tuple[str, ...]) -> list[Hit]:
    """Build a certificate for each address or name, or for several of them together."""
    each = [(one,) if isinstance(one, str) else one for one in values]
    return [a_hit(i, *map(finding, some)) for i, some in enumerate(each)]
