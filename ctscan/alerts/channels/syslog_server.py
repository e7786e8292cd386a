"""Syslog: a message for each alert, by RFC 5424.

    /dev/log, unix:PATH         socket of this machine
    udp://HOST:514              RFC 5426; nobody confirms it, so it can get lost without a word
    tcp://HOST:601              RFC 6587, octet counting
    tls://HOST:6514             RFC 5425; the certificate of the server is verified

A connection is closed by us and then by the server: a server that is gone is noticed then. No server confirms that it
has kept a message.
"""

from __future__ import annotations

import asyncio
import os
import re
import socket
import ssl
from collections.abc import Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from ctscan.alerts.channel import ChannelKind, ChannelTools, Options, Send, unready
from ctscan.alerts.syslog_format import DATAGRAM, FACILITIES, FRAME, SD_NAME, framed, syslog_message
from ctscan.config.setting_checks import filled_text, unexpected
from ctscan.errors import DeliveryFailed
from ctscan.model.alert_channel import ChannelSettings
from ctscan.model.alert_message import AlertMessage
from ctscan.model.delivery import DeliveryReason
from ctscan.on_first_use import late_pattern

_PORTS = {"udp": 514, "tcp": 601, "tls": 6514}
_PLACE = late_pattern(r"(?:udp|tcp|tls)://(?:[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")
_SD_ID = late_pattern(r"[!#-<>-\\^-~]{1,20}@[0-9]{1,10}")
_LOCAL = "/dev/log"
_FAREWELL = 2.0  # seconds in which a server closes its side


def _open(settings: ChannelSettings, options: Options, tools: ChannelTools) -> Send:
    place = options.get("to", _LOCAL)
    scheme = place.partition("://")[0] if "://" in place else "unix"
    tls = _tls(settings, options) if scheme == "tls" else None
    most = FRAME if scheme in ("tcp", "tls") else DATAGRAM
    facility, sd_id = options.get("facility", FACILITIES["daemon"]), options.get("sd_id", SD_NAME)

    async def send(message: AlertMessage) -> None:
        host, process = socket.gethostname(), os.getpid()
        lines = [
            syslog_message(item, facility=facility, host=host, process=process, sd_id=sd_id, most=most)
            for item in message.items
        ]
        try:
            async with asyncio.timeout(tools.patience):
                await _deliver(scheme, place, lines, tls)
        except TimeoutError:
            line = f"alerts: channel '{settings.name}': no answer within {tools.patience:g} s"
            raise DeliveryFailed(line, DeliveryReason.SLOW(seconds=round(tools.patience))) from None
        except (OSError, ValueError) as error:
            reason = _reason(error)
            line = f"alerts: channel '{settings.name}': syslog can't be reached ({reason})"
            raise DeliveryFailed(line, DeliveryReason.UNREACHABLE(error=reason)) from None

    return send


async def _deliver(scheme: str, place: str, lines: Sequence[bytes], tls: ssl.SSLContext | None) -> None:
    if scheme == "unix":
        await asyncio.to_thread(_send_local, place.removeprefix("unix:"), lines)
        return
    target = urlsplit(place)
    host, port = target.hostname or "", target.port or _PORTS[scheme]
    if scheme == "udp":
        await _send_datagrams(host, port, lines)
        return
    reader, writer = await asyncio.open_connection(host, port, ssl=tls)
    try:
        writer.write(b"".join(map(framed, lines)))
        await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()
            with suppress(TimeoutError):
                async with asyncio.timeout(_FAREWELL):
                    await reader.read(1)  # the end, or ConnectionResetError
    finally:
        writer.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(_FAREWELL):
                await writer.wait_closed()


async def _send_datagrams(host: str, port: int, lines: Sequence[bytes]) -> None:
    loop = asyncio.get_running_loop()
    family, _, _, _, address = (await loop.getaddrinfo(host, port, type=socket.SOCK_DGRAM))[0]
    with socket.socket(family, socket.SOCK_DGRAM) as sender:
        sender.setblocking(False)
        await loop.sock_connect(sender, address)
        for line in lines:
            await loop.sock_sendall(sender, line)


def _send_local(path: str, lines: Sequence[bytes]) -> None:
    """Send to a socket of this machine: datagrams, or a stream where the server offers no other."""
    if not hasattr(socket, "AF_UNIX"):
        raise ValueError("this system has no sockets of that kind")
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.settimeout(_FAREWELL)
            sender.connect(path)
            for line in lines:
                sender.send(line)
    except OSError as error:
        import errno

        if error.errno != errno.EPROTOTYPE:
            raise
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sender:
            sender.settimeout(_FAREWELL)
            sender.connect(path)
            sender.sendall(b"".join(line + b"\0" for line in lines))


def _tls(settings: ChannelSettings, options: Options) -> ssl.SSLContext:
    """Make the TLS context: authorities of the system or of `ca_file`, and our own certificate where there is one."""
    try:
        context = ssl.create_default_context(cafile=options.get("ca_file"))
        if "client_file" in options:
            context.load_cert_chain(options["client_file"])
    except (OSError, ValueError) as error:
        raise unready(settings, f"ca_file or client_file can't be read ({_reason(error)})") from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _reason(error: Exception) -> str:
    match error:
        case ssl.SSLCertVerificationError():
            return f"the certificate of the server isn't valid: {error.verify_message}"
        case ssl.SSLError():
            return f"TLS failed: {error.reason or type(error).__name__}"
        case OSError(errno=int(number)) if number > 0:
            return os.strerror(number).lower()
        case OSError():
            return "the name can't be resolved, or none of its addresses answers"
    return type(error).__name__


def _place(value: Any, where: str) -> str:
    text = filled_text(value, where)
    is_local = text.startswith(("/", "unix:/"))
    if not is_local and (not _PLACE.fullmatch(text) or (_port(text) or 1) > 65_535):
        raise unexpected(where, '"/dev/log", "unix:PATH", "udp://HOST:PORT", "tcp://…" or "tls://…"', value)
    return text


def _port(text: str) -> int:
    found = re.search(r":([0-9]{1,5})$", text)
    return int(found[1]) if found else 0


def _facility(value: Any, where: str) -> int:
    if value not in FACILITIES:
        raise unexpected(where, " or ".join(f'"{name}"' for name in FACILITIES), value)
    return FACILITIES[value]


def _sd_id(value: Any, where: str) -> str:
    text = filled_text(value, where)
    if not _SD_ID.fullmatch(text):
        raise unexpected(where, 'a name and a private enterprise number, "ctscan@32473"', value)
    return text


def _recipient(options: Options, tools: ChannelTools) -> str:
    return str(options.get("to", _LOCAL))


CHANNEL = ChannelKind(
    "syslog",
    {"to": _place, "facility": _facility, "sd_id": _sd_id, "ca_file": filled_text, "client_file": filled_text},
    (),
    _recipient,
    _open,
)
