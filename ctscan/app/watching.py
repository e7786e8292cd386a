"""Use cases of watches: add, list and remove watches and acknowledgements, and compare new certificates with them.

term ──► read as a scan or a look-up reads it ──► event INTENDED ──► watch with its baseline ──► event DONE
commit ──► queue of the index ──► `check_watches` ──► alerts
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from msgspec import Struct

from ctscan.app.recorded_texts import check_recorded_text, check_texts
from ctscan.app.recording import record_reading, recorded
from ctscan.app.wiring import CLOCK, opened_index
from ctscan.clock import Clock
from ctscan.errors import UsageError
from ctscan.model import AuditAction
from ctscan.model.watch import Ack, AckKind, Watch, WatchCheck, WatchKind, WatchStanding
from ctscan.on_first_use import late_pattern

if TYPE_CHECKING:
    from ctscan.config import Config
    from ctscan.index.protocols import Suppressing, Watching
    from ctscan.model import Identifier

NAME = late_pattern(r"[^\W_][\w .:-]{0,63}")
"""Form of the name of a watch: it stands in alerts, in subjects of mails and in settings."""

_OWNER = late_pattern(r"[^\x00-\x1f\x7f]{1,64}")
_REASON = 500  # characters


class WatchRequest(Struct, frozen=True):
    """Watch to be added.

    Attributes:
        name: its name.
        kind: how the term is read.
        term: the term.
        owner: team or account that answers for it; empty: the account that adds it.
    """

    name: str
    kind: WatchKind
    term: str
    owner: str = ""


async def add_watch(config: Config, request: WatchRequest, *, who: str, clock: Clock = CLOCK) -> WatchStanding:
    """Add a watch; certificates that match already are its baseline.

    Args:
        config: settings; their purpose is that of the watch.
        request: the watch.
        who: the account, for the record.
        clock: clock of the record.

    Raises:
        UsageError: name, term, owner or purpose can't be used, the name is taken, or the person objected.
        IndexFault: the index or the trail can't be written.
    """
    from ctscan.app.exposure_report import classify
    from ctscan.model.watch import MatchState
    from ctscan.personal.watch_matching import TermMatcher, read_term

    term = read_term(request.kind, request.term)
    _check_request(config, request)
    watch = Watch(
        name=request.name,
        kind=request.kind,
        term=request.term.strip(),
        owner=request.owner or who,
        purpose=config.purpose,
        at=clock.now(),
        who=who,
        forms=term.forms,
    )
    async with opened_index(config, create=True) as index:
        await _refuse_objector(index, watch)
        await _refuse_taken(index, watch.name)
        async with recorded(config, AuditAction.WATCH, who=who, clock=clock) as change:
            change.detail = f"added {watch.name}"
            await classify(index)
            count = await index.add_watch(watch, TermMatcher({0: term}))
            if count is None:
                raise _taken()
    return WatchStanding(watch, {MatchState.BASELINE: count})


def is_beyond_scans(config: Config, request: WatchRequest) -> bool:
    """Return whether a term of a watch is beyond the scope of the settings: scans keep nothing of the rest of it.

    False where nobody can say so: without a scope in the settings, and for names and numbers of people. Categories and
    CAs are watched in what scans keep.
    """
    from ctscan.app.scoping import configured_scope
    from ctscan.model import IdentifierKind
    from ctscan.personal.scope import Scope, scope_includes
    from ctscan.personal.watch_matching import read_term

    term = read_term(request.kind, request.term)
    emails = tuple(form for kind, form in term.forms if kind == IdentifierKind.EMAIL)
    wanted = term.scope or Scope(emails=emails[:1])
    if not (config.everything or config.scope or config.scope_file) or wanted == Scope():
        return False
    return not scope_includes(configured_scope(config).text, wanted.text)


def _check_request(config: Config, request: WatchRequest) -> None:
    """Refuse texts that would name a person where they are recorded or sent."""
    if not NAME.fullmatch(request.name):
        raise UsageError(
            "watch add: NAME: expected up to 64 letters, digits, spaces and .:-_, a letter or digit first, "
            f"got something else of {len(request.name)} characters"
        )
    if request.owner and not _OWNER.fullmatch(request.owner):
        raise UsageError(f"watch add: --owner: expected up to 64 characters, got {len(request.owner)}")
    people = [] if (one := _person_of(request)) is None else [one]
    if people and not config.purpose:
        raise UsageError("watch add: --purpose: expected the purpose of a watch on a person, got none; it is recorded")
    check_texts("watch add", people, config.purpose)
    for option, text in (("name", request.name), ("owner", request.owner)):
        check_recorded_text("watch add", option, text)
        _refuse_name_of(people, option, text)


def _person_of(request: WatchRequest) -> Identifier | None:
    """Return the person whom the term of a watch names; None without one."""
    from ctscan.personal.identifiers import parse_identifier
    from ctscan.personal.scope import scope_of
    from ctscan.personal.scope_terms import ScopeTerm

    if request.kind is WatchKind.PERSON:
        return parse_identifier(request.term)
    if request.kind is WatchKind.SCOPE and (emails := scope_of([ScopeTerm(request.term, "watch")]).emails):
        return parse_identifier(emails[0])
    return None


def _refuse_name_of(people: list[Identifier], option: str, text: str) -> None:
    from ctscan.personal.quoting import names_person

    if text and any(names_person(text, one) for one in people):
        raise UsageError(
            f"watch add: {option}: expected a text that doesn't name the person, got one that does: it stands in alerts"
        )


async def _refuse_objector(index: Suppressing, watch: Watch) -> None:
    """Refuse a watch on somebody who objected, was erased, or asked for a restriction (GDPR articles 17, 18 and 21)."""
    word = await index.suppressions_of(watch.forms, [])
    if watch.forms and word.suppressed is not None:
        raise UsageError(
            "watch add: the person objected, or asked to be erased or restricted: no watch may be set on them; "
            "see 'ctscan suppressions list'"
        )


async def _refuse_taken(index: Watching, name: str) -> None:
    if any(one.watch.name == name for one in await index.watches()):
        raise _taken()


def _taken() -> UsageError:
    return UsageError("watch add: NAME: there is a watch of this name; choose another, or remove it: ctscan watch list")


async def watches(config: Config, *, who: str, clock: Clock = CLOCK) -> list[WatchStanding]:
    """Return all watches. The trail records it where some are on people, whose identifiers are shown."""
    async with opened_index(config) as index:
        found = await index.watches()
    if any(one.watch.forms for one in found):
        await record_reading(config, AuditAction.WATCH, "listed", who=who, clock=clock)
    return found


async def remove_watch(config: Config, name: str, *, who: str, clock: Clock = CLOCK) -> None:
    """Remove a watch with its matches, and its alerts of which nobody was told.

    Raises:
        UsageError: there is no such watch.
    """
    async with opened_index(config) as index:
        if all(one.watch.name != name for one in await index.watches()):
            raise UsageError("watch remove: NAME: there is no watch of this name; 'ctscan watch list' shows the names")
        async with recorded(config, AuditAction.WATCH, who=who, clock=clock) as change:
            change.detail = f"removed {name}"
            await index.remove_watch(name)


# --- acknowledgements ---------------------------------------------------------------------------------------------


class AckRequest(Struct, frozen=True):
    """Acknowledgement to be added. `until`: last day on which it holds; None: it has no end."""

    kind: AckKind
    value: str
    reason: str
    until: date | None = None


async def add_ack(config: Config, request: AckRequest, *, who: str, clock: Clock = CLOCK) -> Ack:
    """Add an acknowledgement: what it covers stays silent while it holds.

    Raises:
        UsageError: value, reason or end can't be used.
        IndexFault: the index or the trail can't be written.
    """
    now = clock.now()
    end = _end_of(request.until, now)
    reason = request.reason.strip()
    if not 0 < len(reason) <= _REASON:
        raise UsageError(f"ack add: --reason: expected 1 to {_REASON} characters, got {len(reason)}")
    check_recorded_text("ack add", "reason", reason)
    ack = Ack(request.kind, _value_of(request), reason, end, now, who)
    async with opened_index(config) as index, recorded(config, AuditAction.ACK, who=who, clock=clock) as change:
        number = await index.add_ack(ack)
        change.detail = f"added {number}"
    return Ack(ack.kind, ack.value, ack.reason, ack.until, ack.at, ack.who, number)


def _end_of(until: date | None, now: datetime) -> datetime | None:
    """Return the end of the last day, in UTC."""
    if until is None:
        return None
    end = datetime(until.year, until.month, until.day, tzinfo=UTC) + timedelta(days=1)
    if end <= now:
        raise UsageError(f"ack add: --until: expected today or a later day, got {until}")
    return end


def _value_of(request: AckRequest) -> str:
    """Read the value of an acknowledgement."""
    from ctscan.app.overview import rules
    from ctscan.model import IdentifierKind
    from ctscan.personal.identifiers import parse_identifier
    from ctscan.personal.normalise.name_tokens import fold_text

    text = request.value.strip()
    if request.kind is AckKind.CERTIFICATE:
        kinds = (IdentifierKind.SHA256, IdentifierKind.IDENTITY)
        readings = [one for one in parse_identifier(text).readings if one.kind in kinds]
        if not readings:
            raise UsageError(
                f"ack add: --certificate: expected the SHA-256 or the identity of a certificate, got {len(text)} "
                "characters that are neither"
            )
        return readings[0].canonical
    if request.kind is AckKind.RULE:
        if text not in {rule.id for rule in rules()}:
            raise UsageError("ack add: --rule: expected the id of a rule, got another text; 'ctscan rules' lists them")
        return text
    check_recorded_text("ack add", "issuer", text)
    if not fold_text(text):
        raise UsageError(f"ack add: --issuer: expected words of the name of an issuer, got {len(text)} characters")
    return text


async def acks(config: Config) -> list[Ack]:
    """Return all acknowledgements."""
    async with opened_index(config) as index:
        return await index.acks()


async def remove_ack(config: Config, number: int, *, who: str, clock: Clock = CLOCK) -> None:
    """Remove an acknowledgement: the next check judges what it covered.

    Raises:
        UsageError: there is none of this number.
    """
    async with opened_index(config) as index:
        if all(one.id != number for one in await index.acks()):
            raise UsageError(f"ack remove: there is no acknowledgement {number}; 'ctscan ack list' shows the numbers")
        async with recorded(config, AuditAction.ACK, who=who, clock=clock) as change:
            change.detail = f"removed {number}"
            await index.remove_ack(number)


# --- checks -------------------------------------------------------------------------------------------------------


async def check_watches(index: Watching, clock: Clock = CLOCK) -> WatchCheck:
    """Compare all new and changed certificates with the watches, in portions; alerts are raised with each of them.

    Raises:
        IndexFault: the index can't be written, or a watch in it is damaged.
    """
    from ctscan.personal.watch_matching import matcher_of

    done, matcher = WatchCheck(), None
    while True:
        matcher = matcher or matcher_of([one.watch for one in await index.watches()])
        if not matcher.watches:
            return done
        part = await index.check_watches(clock.now(), matcher)
        if part.is_outdated:  # a watch was added or removed meanwhile
            matcher = None
            continue
        done += part
        if not part.left:
            return done
