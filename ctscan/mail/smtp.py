"""Sending of one message by SMTP (RFC 5321), over STARTTLS (RFC 3207) or TLS.

The certificate of the server is verified as its name demands. The words of a server are never repeated: they quote
addresses. An error says host, port and the code of the answer.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from types import ModuleType
from typing import TYPE_CHECKING

from ctscan.errors import CtscanError, Refused, SourceError, UsageError
from ctscan.extras import missing_extra
from ctscan.mail.plain_message import plain_message
from ctscan.model.mail import Mail, MailSecurity, MailSettings

if TYPE_CHECKING:
    from aiosmtplib import SMTP

PATIENCE = 60.0
"""Seconds for the whole exchange."""

PASSWORD_VARIABLE = "CTSCAN_MAIL_PASSWORD"  # noqa: S105 - the variable, not its value
"""Environment variable of the password: nothing else holds it."""

_OURSELVES = "[127.0.0.1]"  # in EHLO: the name of this machine is nobody's business


async def send(
    settings: MailSettings,
    mail: Mail,
    *,
    password: str,
    now: datetime,
    tls: ssl.SSLContext | None = None,
    patience: float = PATIENCE,
) -> None:
    """Send a message; the server has taken it when this returns.

    Args:
        settings: the server.
        mail: the message.
        password: password of the account; unused where the settings have no user.
        now: time of the header Date.
        tls: certificates to trust; None: those of the system.
        patience: seconds for everything.

    Raises:
        UsageError: settings, password or the extra `dossier` are missing, or no server takes an address of this form.
        Refused: the server refuses account, sender, recipient or message for good (5xx), or can't do what is needed.
        SourceError: the server can't be reached, isn't trusted, or refuses for now (4xx).
    """
    check_ready(settings, password)
    message = plain_message(mail, settings.sender, now)
    place = f"mail: {settings.host}:{settings.port}"
    with _named_errors(place, patience):
        async with asyncio.timeout(patience):
            client = _client(settings, tls or ssl.create_default_context(), patience)
            try:
                await client.connect()
                if settings.user:
                    await client.login(settings.user, password)
                await client.send_message(message)
            finally:
                await _leave(client)


def check_ready(settings: MailSettings, password: str) -> None:
    """Check that all is there to send a message.

    Raises:
        UsageError: host, sender, password or the extra `dossier` are missing; the message says where to write them.
    """
    missing = [key for key, value in (("host", settings.host), ("from", settings.sender)) if not value]
    if missing:
        raise UsageError(
            f"mail: expected a server, found no {' and no '.join(missing)}; write into ctscan.toml, under [mail]: "
            + ", ".join(f'{key} = "…"' for key in missing)
        )
    if settings.user and not password:
        raise UsageError(f"mail: expected the password of the user under [mail], got none; set {PASSWORD_VARIABLE}")
    _library()


def _library() -> ModuleType:
    """Load aiosmtplib, which only this module uses."""
    try:
        import aiosmtplib
    except ImportError:
        raise missing_extra("mail", "dossier", "aiosmtplib") from None
    return aiosmtplib


def _client(settings: MailSettings, tls: ssl.SSLContext, patience: float) -> SMTP:
    client: SMTP = _library().SMTP(
        hostname=settings.host,
        port=settings.port,
        local_hostname=_OURSELVES,
        timeout=patience,
        use_tls=settings.security == MailSecurity.TLS,
        start_tls=settings.security == MailSecurity.STARTTLS,
        tls_context=tls if settings.security != MailSecurity.NONE else None,
    )
    return client


async def _leave(client: SMTP) -> None:
    """Say goodbye where the server still listens: what it took, it took."""
    transport = client.transport
    with suppress(_library().SMTPException, OSError):
        async with asyncio.timeout(2):
            await client.quit()
    client.close()
    if isinstance(transport, asyncio.WriteTransport):
        transport.abort()
        await asyncio.sleep(0)  # the loop closes it in its next round


# --- errors ---------------------------------------------------------------------------------------------------------


@contextmanager
def _named_errors(place: str, patience: float) -> Iterator[None]:
    """Replace errors of the exchange by our own, which quote nothing that the server said."""
    try:
        yield
    except (_library().SMTPException, OSError) as error:  # its message may quote addresses
        raise _named(place, error, patience) from None


def _named(place: str, error: BaseException, patience: float) -> CtscanError:
    import aiosmtplib as smtp

    invalid = _invalid_certificate(error)
    if invalid is not None:
        return SourceError(
            f"{place}: expected a valid certificate of this server, got one that isn't ({invalid.verify_message}); "
            "check host under [mail], or trust its authority by SSL_CERT_FILE"
        )
    match error:
        case smtp.SMTPAuthenticationError(code=code):
            return Refused(f"{place}: refused the account ({code}); check user under [mail], and {PASSWORD_VARIABLE}")
        case smtp.SMTPRecipientsRefused(recipients=recipients):
            return _refusal(place, "the address of the recipient", max((one.code for one in recipients), default=550))
        case smtp.SMTPSenderRefused(code=code):
            return _refusal(place, "the address under [mail] from", code)
        case smtp.SMTPResponseException(code=code):
            return _refusal(place, "the message", code)
        case _ if _is_unable(error):
            return Refused(
                f"{place}: can't do what is needed: encryption, a log-in, or an address with letters beyond ASCII; "
                "check security and user under [mail], or send it in another way"
            )
        case smtp.SMTPTimeoutError() | TimeoutError():
            return SourceError(f"{place}: no answer within {patience:g} s; check host and port under [mail]")
        case smtp.SMTPServerDisconnected():
            return SourceError(f"{place}: closed the connection before it took the message; try again")
    return SourceError(
        f"{place}: can't be reached, or speaks no such encryption ({type(error).__name__}); check host, port and "
        "security under [mail]"
    )


def _is_unable(error: BaseException) -> bool:
    """Return whether the server lacks an extension: the library has a class of its own for some of them only."""
    import aiosmtplib as smtp

    return isinstance(error, smtp.SMTPNotSupported) or type(error) is smtp.SMTPException


def _refusal(place: str, subject: str, code: int) -> CtscanError:
    if not 400 <= code < 600:
        return SourceError(f"{place}: gave an answer that is no SMTP; check host and port under [mail]")
    if 400 <= code < 500:
        return SourceError(f"{place}: refused {subject} for now ({code}); try again later")
    return Refused(f"{place}: refused {subject} ({code}); send it in another way")


def _invalid_certificate(error: BaseException | None) -> ssl.SSLCertVerificationError | None:
    """Return the failed verification of a certificate among an error and its causes."""
    for _ in range(8):
        if error is None or isinstance(error, ssl.SSLCertVerificationError):
            return error
        error = error.__cause__ or error.__context__
    return None
