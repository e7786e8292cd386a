"""Use cases on letters: write those of a case, and settle them.

    identity settled? ──► look-ups, recorded ──► certificates, profiles ──► letters ──► documents, by rename ──► case

Nothing is sent: sending is a disclosure of the person, or of the controller for its own letters.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from ctscan.app.case_answers import case_answers
from ctscan.app.case_register import add_events, case, new_event
from ctscan.app.case_texts import day_of, here, moment_of
from ctscan.app.controller_settings import controller_of
from ctscan.app.dossier_package import check_free, written_whole
from ctscan.app.identity_gate import IN_CASE, OVERRIDE, check_identity
from ctscan.app.recording import recorded
from ctscan.app.wiring import CLOCK
from ctscan.clock import Clock
from ctscan.errors import UsageError
from ctscan.model import AuditAction
from ctscan.model.case import CaseAction
from ctscan.model.letter import Letter, LetterKind, Letters, Sender, WrittenLetter, WrittenLetters
from ctscan.model.letter_text import LetterText

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ctscan.app.letter_certificates import CaseCertificates
    from ctscan.config import Config
    from ctscan.dsar.day_counting import IsHoliday
    from ctscan.model import Answer
    from ctscan.model.case import Case, CaseEvent
    from ctscan.model.regime import Regime

COMMAND = "letters"
_LATEST = timedelta(days=1)
"""Time after now that `at` may have: the clocks of two machines, and the end of today."""


class LetterOptions(Struct, frozen=True):
    """Options of letters.

    Attributes:
        folder: folder of the documents.
        sender: sender of the letters.
        kinds: kinds to write; empty: the kind that fits the case.
        mandate_seen: day on which the mandate of the representative was seen, as typed; empty where not given.
        identity_settled: how the identity was settled; empty where the case says it.
        override: reason to go without; empty where not given.
        at: day or moment of the letters, as typed; empty: now.
    """

    folder: Path
    sender: Sender = Sender.REQUESTER
    kinds: tuple[LetterKind, ...] = ()
    mandate_seen: str = ""
    identity_settled: str = ""
    override: str = ""
    at: str = ""


async def write_letters(
    config: Config, number: str, options: LetterOptions, *, who: str, clock: Clock = CLOCK
) -> WrittenLetters:
    """Write the letters of a case into a folder, and record them in the case.

    Args:
        config: settings.
        number: number of the case.
        options: options.
        who: account, for the record.
        clock: clock of the record.

    Raises:
        UsageError: no purpose, no such case, the identity is not settled, a mandate or a controller is missing, a kind
            isn't the sender's, or the extra `dossier` isn't installed.
        InputError: the folder can't be written to, or holds another document under the name of a letter.
        IndexFault: the index is missing or damaged, or the trail can't be written.
    """
    from ctscan.dsar.letter_request import LetterRequest
    from ctscan.dsar.letters import kinds_of, letters
    from ctscan.dsar.regimes import regime

    _check(config, options)
    known = await case(config, number)
    rules = regime(known.regime)
    identity = _identity(known, rules, options)
    kinds = kinds_of(known.kind, options.sender, options.kinds)
    at = _moment(options.at, clock)
    seen = day_of("--mandate-seen", options.mandate_seen, clock.now()) if options.mandate_seen else None
    _check_event(known, rules, at, who, clock)
    async with recorded(config, AuditAction.LETTERS, who=who, case=known.number, clock=clock) as change:
        answers = await case_answers(
            config, known, who=who, purpose=config.purpose, at=at, action=AuditAction.LETTERS, clock=clock
        )
        found = await _certificates(config, known, answers, identity)
        request = LetterRequest(
            case=known,
            regime=rules.at(known.received),
            certificates=found.issued,
            sender=options.sender,
            kinds=kinds,
            on=at.date(),
            languages=_languages(),
            controller=config.controller,
            mandate_seen=seen,
            is_holiday_in=_holidays_in,
            held_back=found.held_back,
        )
        made = letters(request)
        written = _write(options.folder, made, rules.code, known.lang, found.whole)
        change.detail = str(len(written))
        events = [_event(one, identity, at, who, clock) for one in written]
        if events:
            await add_events(config, known.number, events, who, clock)
    return WrittenLetters(written, made.unwritten)


async def settle_letters(
    config: Config, number: str, ca: str, kinds: Sequence[LetterKind] = (), *, who: str, clock: Clock = CLOCK
) -> tuple[str, int]:
    """Record that no answer to the letters to a CA is awaited any longer: it came, or was given up.

    Args:
        config: settings.
        number: number of the case.
        ca: name of the CA or of the recipient, as the letters show it; case doesn't count.
        kinds: kinds of the letters; empty: all.
        who: account, for the record.
        clock: clock of the record.

    Returns:
        The name of the CA, and the number of letters that were settled.

    Raises:
        UsageError: no such case, or no open letter to such a CA.
    """
    known = await case(config, number)
    opened = open_letters(known)
    wanted = [(name, kind) for name, kind in opened if name.casefold() == ca.strip().casefold()]
    if kinds:
        wanted = [(name, kind) for name, kind in wanted if kind in kinds]
    if not wanted:
        names = ", ".join(sorted({name for name, _ in opened})) or "none"
        raise UsageError(
            f"--settled: expected a CA with an open letter in case {known.number} (there are: {names}), got another"
        )
    events = [new_event(CaseAction.LETTER_SETTLED, who, clock.now(), ca=name, kind=str(kind)) for name, kind in wanted]
    await add_events(config, known.number, events, who, clock)
    return wanted[0][0], len(events)


def open_letters(of: Case) -> tuple[tuple[str, str], ...]:
    """List CA and kind of the letters of a case that are not settled, each once."""
    found: dict[tuple[str, str], None] = {}
    for event in of.of(CaseAction.LETTER_WRITTEN, CaseAction.LETTER_SETTLED):
        letter = event.get("ca"), event.get("kind")
        if event.action is CaseAction.LETTER_WRITTEN:
            found[letter] = None
        else:
            found.pop(letter, None)
    return tuple(found)


# --- checks before anything is looked up ----------------------------------------------------------------------------


def _check(config: Config, options: LetterOptions) -> None:
    from ctscan.views.letters.letter_docx import check_installed

    check_installed()
    if not config.purpose:
        raise UsageError(
            f'{COMMAND}: expected a purpose, got none: the look-ups are recorded with it; write purpose = "…" into '
            f"{config.path or 'ctscan.toml'}, or give it with --purpose"
        )
    if options.sender is Sender.REPRESENTATIVE and not options.mandate_seen:
        raise UsageError(
            f"{COMMAND}: --sender representative: expected --mandate-seen DATE, the day on which the mandate was seen, "
            "got none; without a mandate a letter is a draft in the requester's name"
        )
    if options.sender is not Sender.REPRESENTATIVE and options.mandate_seen:
        raise UsageError(f"{COMMAND}: --mandate-seen: expected it with --sender representative alone")
    if options.sender is Sender.CONTROLLER:
        controller_of(config, COMMAND)


def _identity(known: Case, rules: Regime, options: LetterOptions) -> tuple[str, str]:
    from ctscan.dsar.standing import standing

    return check_identity(
        standing(known, rules, None),
        identity_settled=options.identity_settled,
        override=options.override,
        command=COMMAND,
    )


def _moment(text: str, clock: Clock) -> datetime:
    """Read the moment of the letters, in the time zone of this machine, whose day stands on them.

    Raises:
        UsageError: the text is neither a date nor a time with its offset, or lies in the future.
    """
    now = clock.now()
    if len(text) <= len("2026-01-31"):
        return moment_of("--at", text or None, now)
    try:
        moment = datetime.fromisoformat(text)
        found = here(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    except (ValueError, OverflowError):  # OverflowError: no calendar holds it here
        raise UsageError(
            "--at: expected a date such as 2026-01-31, or a time such as 2026-01-31T08:15:00Z, got something else of "
            f"{len(text)} characters"
        ) from None
    if found > now + _LATEST:
        raise UsageError("--at: expected a time that isn't in the future, got one; leave it out for now")
    return found


def _check_event(known: Case, rules: Regime, at: datetime, who: str, clock: Clock) -> None:
    """Check that the case takes letters of this moment, before a document is written."""
    from ctscan.dsar.transitions import check_event

    event = new_event(CaseAction.LETTER_WRITTEN, who, clock.now(), at=min(at, clock.now()))
    check_event(known, event, rules, None)


def _languages() -> tuple[str, ...]:
    """List the languages in which letters have their sentences."""
    from ctscan.resources import languages
    from ctscan.views.text import texts

    return tuple(lang for lang in languages() if str(LetterText.CLOSING) in texts(lang).sentences)


def _holidays_in(country: str) -> IsHoliday | None:
    """Return the holidays of a CA's country; None where the library doesn't know it."""
    from ctscan.app.holidays_of_place import holidays_of

    try:
        return holidays_of(country)
    except UsageError:
        return None


# --- certificates, documents, record ----------------------------------------------------------------------------------


async def _certificates(
    config: Config, known: Case, answers: Sequence[Answer], identity: tuple[str, str]
) -> CaseCertificates:
    from ctscan.app.letter_certificates import case_certificates

    is_stated = identity[0] == OVERRIDE or identity[1] != IN_CASE
    return await case_certificates(config, known, answers, is_stated=is_stated)


def _write(
    folder: Path, made: Letters, regime: str, lang: str, whole: Mapping[bytes, bytes]
) -> tuple[WrittenLetter, ...]:
    """Render all letters, then write them: all appear, or none."""
    from ctscan.views.letters.letter_docx import paper_of, render_docx
    from ctscan.views.text import texts

    documents: dict[str, bytes] = {}
    written: list[WrittenLetter] = []
    for letter in made.letters:
        name = f"letter-{letter.case}-{letter.slug}-{letter.kind}.docx"
        documents[name] = render_docx(letter, texts(letter.lang), to_sender=texts(lang), paper=paper_of(regime))
        copies = dict(_copies(letter, whole))
        documents |= copies
        paths = tuple(str(folder / one) for one in (name, *copies))
        written.append(WrittenLetter(letter, paths, sha256(documents[name]).hexdigest()))
    for name, content in documents.items():
        check_free(folder / name, content)
    with ExitStack() as stack:
        for name, content in documents.items():
            stack.enter_context(written_whole(folder, name)).write(content)
    return tuple(written)


def _copies(letter: Letter, whole: Mapping[bytes, bytes]) -> Iterator[tuple[str, bytes]]:
    """Make the files of the certificates to enclose, where the index has them whole."""
    from ssl import DER_cert_to_PEM_cert

    for identity in letter.enclosed:
        if identity in whole:
            yield f"certificate-{identity.hex()[:16]}.pem", DER_cert_to_PEM_cert(whole[identity]).encode("ascii")


def _event(one: WrittenLetter, identity: tuple[str, str], at: datetime, who: str, clock: Clock) -> CaseEvent:
    now, letter = clock.now(), one.letter
    detail = {
        "ca": letter.ca,
        "kind": str(letter.kind),
        "follow_up": str(letter.follow_up or ""),
        "sha256": one.sha256,
        identity[0]: identity[1],
    }
    return new_event(CaseAction.LETTER_WRITTEN, who, now, at=min(at, now), **detail)
