"""Mail: one message of plain text to one address, over the server of `[mail]`.

Its Message-ID is made of the UUID of the message: a repeat is the same mail.
"""

from __future__ import annotations

from ctscan.alerts.channel import ChannelKind, ChannelTools, Options, Send, unready
from ctscan.config.party_checks import mail_address
from ctscan.errors import CtscanError, DeliveryFailed, Refused, UsageError
from ctscan.model.alert_channel import ChannelSettings
from ctscan.model.alert_message import AlertMessage
from ctscan.model.delivery import DeliveryReason
from ctscan.model.mail import Mail

_SENDER = "ctscan"


def _open(settings: ChannelSettings, options: Options, tools: ChannelTools) -> Send:
    from ctscan.mail.smtp import PASSWORD_VARIABLE, check_ready, send

    server, password = tools.mail, tools.environ.get(PASSWORD_VARIABLE, "")
    if server is None:
        raise unready(settings, "expected a server under [mail] in ctscan.toml, got none")
    try:
        check_ready(server, password)
    except UsageError as error:
        raise unready(settings, str(error)) from None

    async def deliver(message: AlertMessage) -> None:
        mail = Mail(options["to"], message.subject, message.text, _SENDER, message.id)
        try:
            await send(server, mail, password=password, now=message.at, patience=tools.patience)
        except CtscanError as error:
            raise _failure(settings, error) from None

    return deliver


def _failure(settings: ChannelSettings, error: CtscanError) -> DeliveryFailed:
    line, said = f"alerts: channel '{settings.name}': {error}", str(error)
    if isinstance(error, Refused):
        return DeliveryFailed(line, DeliveryReason.REFUSED(error=said), is_final=True)
    if isinstance(error, UsageError):
        return DeliveryFailed(line, DeliveryReason.UNREADY(error=said))
    return DeliveryFailed(line, DeliveryReason.UNREACHABLE(error=said))


def _recipient(options: Options, tools: ChannelTools) -> str:
    return str(options["to"])


CHANNEL = ChannelKind("mail", {"to": mail_address}, ("to",), _recipient, _open)
