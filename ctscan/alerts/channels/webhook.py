"""Webhook: one POST of JSON for each message, signed.

    Idempotency-Key: <UUID of the message>                  the same in every try
    Ctscan-Signature: t=<seconds since 1970>,v1=<HMAC-SHA-256 in hexadecimal>

The HMAC is over `<t>.<body>`, with the secret of the channel as key. The URL is the operator's own, so it may lead to a
private address. Redirects are not followed: the signed body goes nowhere else.
"""

from __future__ import annotations

import asyncio
import hmac
from typing import Any

from ctscan.alerts.channel import ChannelKind, ChannelTools, Options, Send
from ctscan.alerts.owner_files import secret_of
from ctscan.config.setting_checks import filled_text, unexpected
from ctscan.errors import CtscanError, DeliveryFailed, Missing, Refused, Throttled, UsageError
from ctscan.model.alert_channel import ChannelSettings
from ctscan.model.alert_message import AlertMessage
from ctscan.model.delivery import DeliveryReason

SIGNATURE = "Ctscan-Signature"
_TAKEN = frozenset((*range(201, 209), 226))
_ANSWER_LIMIT = 64 * 1024  # bytes of the answer, which nobody reads
_OPERATOR = "alerts: "


def signature(secret: bytes, seconds: int, body: bytes) -> str:
    """Make the value of the header: time and HMAC-SHA-256 of `<time>.<body>`."""
    return f"t={seconds},v1={hmac.new(secret, f'{seconds}.'.encode() + body, 'sha256').hexdigest()}"


def _open(settings: ChannelSettings, options: Options, tools: ChannelTools) -> Send:
    secret, url = secret_of(settings, options, tools.environ), str(options["url"])

    async def send(message: AlertMessage) -> None:
        body = message.document.encode()
        headers = {
            "Idempotency-Key": message.id,
            SIGNATURE: signature(secret, int(tools.clock.now().timestamp()), body),
        }
        try:
            async with asyncio.timeout(tools.patience):
                await _post(tools, url, body, headers, settings.name)
        except CtscanError as error:
            raise _failure(settings, url, error) from None
        except TimeoutError:
            line = f"alerts: channel '{settings.name}': no answer within {tools.patience:g} s"
            raise DeliveryFailed(line, DeliveryReason.SLOW(seconds=round(tools.patience))) from None

    return send


async def _post(tools: ChannelTools, url: str, body: bytes, headers: dict[str, str], name: str) -> None:
    from ctscan.http.client import Client

    client = Client(
        tools.contact,
        give_up_after=tools.patience * 0.8,
        whole_timeout=tools.patience * 0.75,
        read_timeout=tools.patience / 2,  # receivers may work on a message before they answer
    )
    try:
        await client.post(
            url, body, content_type="application/json", operator=_OPERATOR + name, limit=_ANSWER_LIMIT,
            accept="application/json, text/html, */*", headers=headers, statuses=_TAKEN,
        )  # fmt: skip
    finally:
        await client.aclose()


def _failure(settings: ChannelSettings, url: str, error: CtscanError) -> DeliveryFailed:
    """Give the reason without the path of the URL, which may be a secret as well."""
    from ctscan.http.transport import address_of

    try:
        shown, host = address_of(url).shown, address_of(url).host
    except UsageError:
        shown = host = "webhook"
    said = f"{host}: " + str(error).replace(shown, host).removeprefix(f"{host}: ")
    is_final = isinstance(error, Refused | Missing)
    if is_final:
        why = DeliveryReason.REFUSED(error=said)
    elif isinstance(error, UsageError):
        why = DeliveryReason.UNREADY(error=said)
    else:
        why = DeliveryReason.UNREACHABLE(error=said)
    wait = error.seconds if isinstance(error, Throttled) else None
    return DeliveryFailed(f"alerts: channel '{settings.name}': {said}", why, is_final=is_final, wait=wait)


def _url(value: Any, where: str) -> str:
    from ctscan.http.transport import address_of

    text = filled_text(value, where)
    try:
        address_of(text)
    except UsageError:
        raise unexpected(where, "a URL, https://… or http://…", value) from None
    return text


def _recipient(options: Options, tools: ChannelTools) -> str:
    from ctscan.http.transport import address_of

    return address_of(options["url"]).host


CHANNEL = ChannelKind("webhook", {"url": _url, "secret_file": filled_text}, ("url",), _recipient, _open)
