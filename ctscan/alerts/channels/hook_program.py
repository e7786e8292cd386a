"""Hook: a program that gets the message as JSON on standard input, and nothing in its arguments or its environment.

    exit code 0      taken
    65               refused for good (EX_DATAERR of sysexits.h): a dead letter
    any other        try again later

The program runs in a session of its own with PATH, LANG and the root folder; its output goes nowhere, since it may
quote the message. After `timeout` seconds it is killed with all that it started.
"""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress
from pathlib import Path

from ctscan.alerts.channel import ChannelKind, ChannelTools, Options, Send, unready
from ctscan.alerts.owner_files import changeable_by_others
from ctscan.config.setting_checks import filled_text, whole_number
from ctscan.errors import DeliveryFailed
from ctscan.model.alert_channel import ChannelSettings
from ctscan.model.alert_message import AlertMessage
from ctscan.model.delivery import DeliveryReason

REFUSED = 65
_ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"}
_TIMEOUT = 20


def _open(settings: ChannelSettings, options: Options, tools: ChannelTools) -> Send:
    program = Path(options["program"])
    _check(settings, program)
    seconds = float(options.get("timeout", _TIMEOUT))

    async def send(message: AlertMessage) -> None:
        code = await _run(settings, program, message.document.encode() + b"\n", seconds)
        if code != 0:
            why = DeliveryReason.ENDED(code=code) if code > 0 else DeliveryReason.DIED(signal=-code)
            line = f"alerts: channel '{settings.name}': the program ended with {code}"
            raise DeliveryFailed(line, why, is_final=code == REFUSED)

    return send


def _check(settings: ChannelSettings, program: Path) -> None:
    try:
        is_open = changeable_by_others(program)
    except OSError as error:
        raise unready(settings, f"program: can't be found ({error.strerror}); check its path") from None
    if is_open:
        raise unready(settings, "program: expected a file that you or root alone can change; 'chmod go-w' does it")
    if not os.access(program, os.X_OK) or not program.is_file():
        raise unready(settings, "program: expected a program, got a file that can't be run; 'chmod +x' allows it")


async def _run(settings: ChannelSettings, program: Path, given: bytes, seconds: float) -> int:
    try:
        process = await asyncio.create_subprocess_exec(
            program, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL, env=_ENVIRONMENT, cwd=program.anchor, start_new_session=True,
        )  # fmt: skip
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or type(error).__name__
        raise unready(settings, f"program: can't be run ({reason}); check its first line and its mode") from None
    try:
        async with asyncio.timeout(seconds):
            await process.communicate(given)  # a program that doesn't read all may still take the message
            return await process.wait()
    except TimeoutError:
        line = f"alerts: channel '{settings.name}': the program didn't end within {seconds:g} s, and was killed"
        raise DeliveryFailed(line, DeliveryReason.SLOW(seconds=round(seconds))) from None
    finally:
        await _end(process)


async def _end(process: asyncio.subprocess.Process) -> None:
    """Kill a program that still runs, with all that it started."""
    if process.returncode is None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


def _recipient(options: Options, tools: ChannelTools) -> str:
    return str(options["program"])


CHANNEL = ChannelKind(
    "hook", {"program": filled_text, "timeout": whole_number(1, 3600)}, ("program",), _recipient, _open
)
