"""Limits of an answer: logs that it doesn't cover, covers in part, or covers up to a moment in the past. Pure.

`doubts` are the reasons why an answer may be incomplete; `limits` are true of complete answers, too. Logs are named; of
many logs of one kind the number and the first names are shown. JSON lists all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Sequence
from typing import TYPE_CHECKING

from ctscan.model import (
    FailureKind,
    Freshness,
    GapReason,
    Message,
    SkipReason,
    Staleness,
)
from ctscan.views.json import timestamp_text
from ctscan.views.say import Say
from ctscan.views.vocabulary import GAPS, Word
from ctscan.views.words import moment, word

if TYPE_CHECKING:
    from ctscan.model import (
        Answer,
        BasisLog,
        LogCoverage,
        SkippedLog,
    )
    from ctscan.views.text import Texts

NAMES_SHOWN = 3  # logs of one kind, else the number of them and the first names

ADVICE = {
    GapReason.NOT_READ: Say.ADVICE_NOT_READ(),
    GapReason.OUT_OF_SCOPE: Say.ADVICE_OUT_OF_SCOPE(),
    GapReason.OLDER_RULES: Say.ADVICE_OLDER_RULES(),
}
"""Advice that closes gaps, by their reason. Gaps for other reasons need another scan."""

FAILURES = {kind: Word[f"FAILURE_{kind.name}"] for kind in FailureKind}

UNREAD = (SkipReason.NEVER_READ, SkipReason.NO_HEAD)
"""Reasons of logs that should have been read, for answers without a basis."""

KINDS_OF_SKIPPED: dict[str, Word] = {
    SkipReason.NOT_SELECTED: Word.SKIPPED_NOT_SELECTED,
    SkipReason.PENDING: Word.SKIPPED_PENDING,
    SkipReason.RETIRED: Word.SKIPPED_RETIRED,
    SkipReason.RETIRED_SINCE: Word.SKIPPED_RETIRED,
    SkipReason.REJECTED: Word.SKIPPED_REJECTED,
    SkipReason.REJECTED_SINCE: Word.SKIPPED_REJECTED,
    SkipReason.NO_LONGER_LISTED: Word.SKIPPED_NO_LONGER_LISTED,
    SkipReason.NO_LONGER_CHOSEN: Word.SKIPPED_NO_LONGER_CHOSEN,
    SkipReason.DROPPED: Word.SKIPPED_DROPPED,
    SkipReason.READ_APART: Word.SKIPPED_READ_APART,
    SkipReason.TEST_LOG: Word.SKIPPED_TEST_LOG,
}
"""Words for kinds of logs that aren't read; other kinds are *unusable*."""

READ_ONCE = (Word.SKIPPED_DROPPED, Word.SKIPPED_READ_APART)
"""Kinds of logs that were read, at least in part: their certificates are found all the same."""

Named = tuple[str, Message]
"""Name of a log, and the reason why it isn't read."""


# --- the verdict's part -------------------------------------------------------------------------------------------


def number_of_logs(answer: Answer) -> int:
    """Count the logs that an answer speaks of."""
    return len(answer.basis.logs) if answer.basis else len(answer.coverage) + len(_unread(answer))


def as_of(answer: Answer, texts: Texts) -> str:
    """Write the time that an answer speaks of: the oldest of the last checks of logs that grow. Frozen logs are as they
    were when their heads were signed."""
    frozen = [log.head_time for log in answer.coverage if _is_frozen(log) and log.head_time is not None]
    at = moment(answer.as_of or (answer.header.at if answer.header else None))
    if not frozen or len(frozen) < len(answer.coverage):
        return texts(Say.AS_OF_AND_FROZEN(time=at, count=len(frozen))) if frozen else texts(Say.AS_OF(time=at))
    first, last = _signed(min(frozen), texts), _signed(max(frozen), texts)
    return texts(Say.AS_OF_HEADS(first=first, last=last) if first != last else Say.AS_OF_HEAD(time=first))


# --- doubts -------------------------------------------------------------------------------------------------------


def doubts(answer: Answer, texts: Texts) -> list[str]:
    """List the reasons why an answer may be incomplete, the largest first; none when it is complete."""
    if answer.complete:
        return []
    gaps = [log for log in answer.coverage if log.gaps]
    stale = [log for log in answer.coverage if log.is_stale]
    lines = [_about_gaps(gaps, texts)] if gaps else []
    lines += _never_read(_unread(answer), texts)
    lines += _stale(stale, {log.id for log in _left_members(answer)}, texts)
    return lines + _failing([log for log in answer.coverage if log.is_doubtful], texts)


def _about_gaps(logs: Sequence[LogCoverage], texts: Texts) -> str:
    entries = entries_by_reason(logs)
    names = _names([log.log for log in logs], texts)
    sentence = texts(Say.NOT_SEARCHED(count=entries.total(), logs=names, parts=by_reason(entries, texts)))
    advice = "; ".join(texts(ADVICE[reason]) for reason, _ in entries.most_common() if reason in ADVICE)
    return texts(Say.WITH_ADVICE(sentence=sentence, advice=advice)) if advice else sentence


def entries_by_reason(logs: Iterable[LogCoverage]) -> Counter[GapReason]:
    """Count the entries of gaps by the reason of the gap."""
    entries: Counter[GapReason] = Counter()
    for log in logs:
        for gap in log.gaps:
            entries[gap.reason] += gap.end - gap.start
    return entries


def by_reason(entries: Counter[GapReason], texts: Texts) -> str:
    """Write numbers of entries with their reasons, the greatest first."""
    return ", ".join(
        texts(Say.NUMBER_OF(number=number, what=word(GAPS[reason], texts))) for reason, number in entries.most_common()
    )


def _never_read(logs: Sequence[SkippedLog], texts: Texts) -> list[str]:
    if len(logs) <= NAMES_SHOWN:
        return [texts(Say.ABOUT_LOG(log=log.name, words=texts(log.reason))) for log in logs]
    return [texts(Say.MANY_NEVER_READ(number=len(logs), logs=_names([log.name for log in logs], texts)))]


def _stale(logs: Sequence[LogCoverage], left: Container[bytes], texts: Texts) -> list[str]:
    """Say why logs are stale, reason by reason."""
    reasons: dict[Message, list[LogCoverage]] = {}
    for log in logs:
        reasons.setdefault(log.stale_reason or Staleness.NOT_CHECKED(), []).append(log)
    lines = []
    for reason, found in reasons.items():
        if len(found) > NAMES_SHOWN:
            names = _names([log.log for log in found], texts)
            many = Say.MANY_STALE(number=len(found), reason=texts(reason), logs=names)
            lines.append(_with_advice(many, reason, len(found), texts))
        else:
            lines += [_about_stale(log, reason, log.log_id in left, texts) for log in found]
    return lines


def _about_stale(log: LogCoverage, reason: Message, is_left: bool, texts: Texts) -> str:
    head, checked = _head(log, texts), _checked(log, texts)
    if is_left:
        return texts(Say.STALE_AND_LEFT(log=log.log, reason=texts(reason), head=head, checked=checked))
    return _with_advice(Say.STALE(log=log.log, reason=texts(reason), head=head, checked=checked), reason, 1, texts)


def _with_advice(sentence: Message, reason: Message, count: int, texts: Texts) -> str:
    """Add the way to end the staleness: a scan helps only where none has checked the log, or read to its end."""
    advice = Say.ADVICE_SCAN()
    if reason.code == Staleness.OLD_HEAD:
        advice = Say.ADVICE_OLD_HEAD(count=count)
    elif reason.code == Staleness.CLOCK:
        advice = Say.ADVICE_CLOCK()
    elif reason.code in (Staleness.RETIRED_UNREAD, Staleness.RETIRED_UNDATED, Staleness.RETIRED_EARLIER):
        advice = Say.ADVICE_RETIRED(count=count)
    return texts(Say.STALE_ADVICE(sentence=texts(sentence), advice=texts(advice)))


# --- limits -------------------------------------------------------------------------------------------------------


def limits(answer: Answer, texts: Texts) -> list[str]:
    """Name the logs that an answer covers only up to a moment in the past, and those that it doesn't cover, complete or
    not."""
    reasons = {log.id: log for log in _left_members(answer)}
    failing = [log for log in answer.coverage if log.failing_since and not log.is_doubtful]
    frozen = [log for log in answer.coverage if _is_frozen(log)]
    left = [log for log in reasons.values() if log.id not in {log.log_id for log in frozen}]
    lines = _failing(failing, texts)
    if not _is_in_verdict(frozen, reasons, answer):
        lines += _frozen(frozen, reasons, texts)
    lines += _left(left, texts)
    outside = [log for log in answer.not_covered if log not in _unread(answer)]
    return lines + _outside(outside, texts)


def _failing(logs: Sequence[LogCoverage], texts: Texts) -> list[str]:
    """Say since when logs fail, inside the time after which they are stale, too."""
    if len(logs) > NAMES_SHOWN:
        first = min(moment(log.failing_since) for log in logs if log.failing_since)
        names = _names([log.log for log in logs], texts)
        return [texts(Say.MANY_FAILING(number=len(logs), since=first, logs=names))]
    lines = []
    for log in logs:
        since = moment(log.failing_since) if log.failing_since else texts(Say.NEVER())
        failure = FAILURES[log.failure or FailureKind.UNAVAILABLE]
        doubtful = Say.FAILING_DOUBTFUL(log=log.log, since=since, failure=failure)
        plain = Say.FAILING(log=log.log, since=since, failure=failure, head=_head(log, texts))
        lines.append(texts(doubtful if log.is_doubtful else plain))
    return lines


def _is_in_verdict(frozen: Sequence[LogCoverage], reasons: dict[bytes, BasisLog], answer: Answer) -> bool:
    """Return True where the verdict says all that there is to say of frozen logs: a single log, without a reason."""
    return len(frozen) == len(answer.coverage) == 1 and frozen[0].log_id not in reasons


def _frozen(logs: Sequence[LogCoverage], reasons: dict[bytes, BasisLog], texts: Texts) -> list[str]:
    if len(logs) > NAMES_SHOWN:
        heads = [log.head_time for log in logs if log.head_time is not None] or [0]
        first, last = _signed(min(heads), texts), _signed(max(heads), texts)
        names = _names([log.log for log in logs], texts)
        return [texts(Say.MANY_FROZEN(number=len(logs), first=first, last=last, logs=names))]
    lines = []
    for log in logs:
        reason = reasons[log.log_id].reason if log.log_id in reasons else None
        head = _head(log, texts)
        because = Say.FROZEN_BECAUSE(log=log.log, reason=texts(reason), head=head) if reason else None
        lines.append(texts(because or Say.FROZEN(log=log.log, head=head)))
    return lines


def _left(logs: Sequence[BasisLog], texts: Texts) -> list[str]:
    """Name logs of the basis that scans don't read any longer."""
    lines = []
    for kind, found in _by_kind((log.name, log.reason) for log in logs if log.reason):
        names = _named(found, texts)
        many = Say.MANY_LEFT(number=len(found), kind=kind, logs=names)
        lines.append(texts(many if len(found) > NAMES_SHOWN else Say.LEFT(logs=names)))
    return lines


def _outside(logs: Sequence[SkippedLog], texts: Texts) -> list[str]:
    """Name logs outside the basis."""
    kinds = _by_kind((log.name, log.reason) for log in logs)
    return [texts(_about_outside(kind, found, _named(found, texts))) for kind, found in kinds]


def _about_outside(kind: Word, found: Sequence[Named], names: str) -> Message:
    number = len(found)
    if kind in READ_ONCE:
        few = Say.OUTSIDE_READ(count=number, logs=names)
        return Say.MANY_OUTSIDE_READ(number=number, kind=kind, logs=names) if number > NAMES_SHOWN else few
    return Say.MANY_OUTSIDE(number=number, kind=kind, logs=names) if number > NAMES_SHOWN else Say.OUTSIDE(logs=names)


def _by_kind(logs: Iterable[Named]) -> list[tuple[Word, list[Named]]]:
    """Group logs by the kind of their reason, the most frequent first."""
    kinds: dict[Word, list[Named]] = {}
    for name, reason in logs:
        kinds.setdefault(KINDS_OF_SKIPPED.get(reason.code, Word.SKIPPED_UNUSABLE), []).append((name, reason))
    return sorted(kinds.items(), key=lambda item: -len(item[1]))


def _named(found: Sequence[Named], texts: Texts) -> str:
    """Name a few logs with their reasons, of many the first without."""
    if len(found) > NAMES_SHOWN:
        return _names([name for name, _ in found], texts)
    return ", ".join(texts(Say.WITH_REASON(log=name, reason=texts(reason))) for name, reason in found)


# --- parts --------------------------------------------------------------------------------------------------------


def _left_members(answer: Answer) -> list[BasisLog]:
    """Return the logs of the basis that scans no longer read."""
    return [log for log in answer.basis.logs if log.reason] if answer.basis else []


def _unread(answer: Answer) -> list[SkippedLog]:
    """Return the logs that the answer should cover and that were never read, whatever their reason is now."""
    if answer.basis is None:
        return [log for log in answer.not_covered if log.reason.code in UNREAD]
    members = {log.id for log in answer.basis.logs}
    return [log for log in answer.not_covered if log.id in members]


def _is_frozen(log: LogCoverage) -> bool:
    return log.freshness is Freshness.FROZEN


def _head(log: LogCoverage, texts: Texts) -> str:
    return texts(Say.NEVER()) if log.head_time is None else _signed(log.head_time, texts)


def _checked(log: LogCoverage, texts: Texts) -> str:
    return moment(log.as_of) if log.as_of else texts(Say.NEVER())


def _signed(milliseconds: int, texts: Texts) -> str:
    """Write the time of a head, to the second."""
    return timestamp_text(milliseconds // 1000 * 1000) or texts(Say.IMPOSSIBLE_TIME())


def _names(names: Sequence[str], texts: Texts) -> str:
    """Write up to three names, else the first three and the number of the others."""
    if len(names) == 1:
        return names[0]
    if len(names) == 2:
        return texts(Say.TWO_LOGS(first=names[0], second=names[1]))
    if len(names) == NAMES_SHOWN:
        return texts(Say.TWO_LOGS(first=", ".join(names[:2]), second=names[2]))
    return texts(Say.MANY_LOGS(first=", ".join(names[:NAMES_SHOWN]), others=len(names) - NAMES_SHOWN))
