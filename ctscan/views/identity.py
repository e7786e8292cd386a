"""Text about the identity of a requester: the message with a code, and lines for the handler."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from ctscan.model.case import Case
from ctscan.model.controller import Controller
from ctscan.model.identity_code import CodeCheck, CodeVerdict, MadeCode
from ctscan.model.mail import Mail
from ctscan.model.picture import HeldBack
from ctscan.views.identity_words import IdentityText
from ctscan.views.text import Texts, texts


def code_mail(case: Case, to: str, code: str, expires: datetime, controller: Controller | None) -> Mail:
    """Write the message with a code, in the language of the case. It names neither the requester nor what was found.

    Args:
        case: the case.
        to: address of the recipient.
        code: the code.
        expires: end of its time.
        controller: who writes; None: nobody is named.
    """
    said = texts(case.lang)
    name = controller.name if controller else ""
    asked = IdentityText.MAIL_ASKED(controller=name) if name else IdentityText.MAIL_ASKED_NAMELESS()
    paragraphs = [
        asked,
        IdentityText.MAIL_CODE(code=code),
        IdentityText.MAIL_USE(),
        IdentityText.MAIL_UNTIL(until=expires),
        IdentityText.MAIL_NOT_YOURS(),
    ]
    if controller and controller.contact:
        paragraphs.append(IdentityText.MAIL_CONTACT(contact=controller.contact))
    text = "\n\n".join(map(said, paragraphs)) + "\n"
    return Mail(to, said(IdentityText.MAIL_SUBJECT(number=case.number)), text, name)


def made_lines(made: MadeCode, said: Texts) -> Iterator[str]:
    """Write the lines about a code that was made: it is shown where the handler sends it."""
    if made.host:
        yield said(IdentityText.SENT(position=made.position, host=made.host))
        yield said(IdentityText.UNTIL(until=made.expires, tries=made.tries))
        return
    yield said(IdentityText.MADE(position=made.position, code=made.code))
    yield said(IdentityText.UNTIL(until=made.expires, tries=made.tries))
    yield said(IdentityText.MADE_ONCE())
    yield said(IdentityText.MADE_TEXT())
    yield ""
    yield from (f"    {line}" if line else "" for line in (made.mail.subject, "", *made.mail.text.splitlines()))


def check_line(check: CodeCheck, said: Texts) -> str:
    """Write the verdict on a code."""
    if check.verdict is CodeVerdict.RIGHT:
        return said(IdentityText.RIGHT(position=check.position))
    if check.verdict is CodeVerdict.NOT_OPEN:
        return said(IdentityText.NOT_OPEN())
    return said(IdentityText.WRONG(count=check.tries_left) if check.tries_left else IdentityText.WRONG_LAST())


def review_lines(held: Iterable[HeldBack], said: Texts, *, is_settled: bool) -> Iterator[str]:
    """Write whether the identity is settled, and the certificates that are held back, each with the reason."""
    yield said(IdentityText.SETTLED() if is_settled else IdentityText.NOT_SETTLED())
    certificates = list(held)
    if not certificates:
        yield said(IdentityText.NOTHING_HELD())
        return
    yield said(IdentityText.HELD(count=len(certificates)))
    for one in certificates:
        yield "  " + said(IdentityText.HELD_CERTIFICATE(certificate=one.identity.hex()))
        yield "    " + said(one.reason)
    yield said(IdentityText.HELD_ADVICE())
