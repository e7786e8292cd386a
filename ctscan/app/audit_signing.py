"""Signing of the heads of an audit log, with a key that is derived from the key file for this use alone."""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from ctscan.app.wiring import key_path
from ctscan.errors import InputError
from ctscan.model import AuditAction, AuditEvent, AuditState

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from ctscan.clock import Clock
    from ctscan.config import Config
    from ctscan.index.protocols import Trail
    from ctscan.model.audit_log import LogIdentity
    from ctscan.privacy.key_file import Key

HEAD_KEY = b"ctscan audit head v1"
"""Use of the key that signs heads (Ed25519)."""

CONFIGURATION_DIGEST = b"ctscan audit configuration v1"
"""Use of the key under which settings are compared: their values can't be tried out."""


class KeySigner(Struct, frozen=True):
    """`HeadSigner` with a key of the key file."""

    identity: LogIdentity
    vkey: str
    private: Ed25519PrivateKey

    def sign(self, size: int, root: bytes) -> bytes:
        """Sign the head of a tree."""
        from ctscan.ct.audit_head import head_text

        return self.private.sign(head_text(self.identity, size, root))


def signer_of(key: Key, identity: LogIdentity) -> KeySigner:
    """Make the signer of a log."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from ctscan.ct.audit_head import origin_of_log, vkey_text

    private = Ed25519PrivateKey.from_private_bytes(key.derive(HEAD_KEY))
    vkey = vkey_text(origin_of_log(identity.id), private.public_key().public_bytes_raw())
    return KeySigner(identity, vkey, private)


async def sign_where_possible(config: Config, trail: Trail, clock: Clock) -> Key | None:
    """Let a trail sign its heads, where the key file of the trail is at hand. A trail without a key gets one.

    The medium of the key need not be there during a scan: events go into the log without a signed head then, and the
    head of the next event with the key covers them.

    Returns:
        The key of the trail; None where its file is missing, or holds another key.

    Raises:
        InputError: the trail has no key yet, and its file can't be made or read.
    """
    from ctscan.privacy.key_file import load_key, make_key

    path, known = key_path(config), await trail.key_id()
    if known is None:
        key = make_key(path)
        known = await trail.save_key_id(key.id, clock.now())
    else:
        try:
            key = load_key(path)
        except InputError:
            return None
    if key.id != known:
        return None
    identity = await trail.identity()
    signer = signer_of(key, identity)
    if identity.vkey in ("", signer.vkey):
        trail.sign_with(signer)
    return key


async def record_configuration(config: Config, trail: Trail, key: Key | None, who: str, clock: Clock) -> None:
    """Record that the settings of file and environment differ from those that were seen last. The event holds a digest
    of them under the key, and no value. Without the key the next command compares them."""
    if key is None:
        return
    last = await trail.last_configuration()
    if not last and not config.recorded:
        return
    digest = hmac.digest(key.derive(CONFIGURATION_DIGEST), repr(config.recorded).encode("utf-8", "replace"), "sha256")
    if digest.hex() != last:
        event = AuditEvent(0, clock.now(), who, AuditAction.CONFIGURATION, AuditState.DONE)
        await trail.append(replace(event, detail=digest.hex()))


class HeadSender(Struct):
    """Sender of heads between the beginning and the end of a command: of the first event before its answer is shown,
    then once a second at most, for a file is synced each time."""

    config: Config
    trail: Trail
    clock: Clock
    sent: datetime | None = None

    async def send(self) -> None:
        """Write the newest head to the destinations, unless that was done within the last second."""
        now = self.clock.now()
        if self.sent is None or not timedelta(0) <= now - self.sent < _BETWEEN_HEADS:
            await send_head(self.config, self.trail, self.clock)
            self.sent = now


_BETWEEN_HEADS = timedelta(seconds=1)


async def send_head(config: Config, trail: Trail, clock: Clock) -> None:
    """Write the newest signed head to the destinations that the configuration names."""
    if not config.heads_to or (head := await trail.newest_head()) is None:
        return
    from ctscan.app.head_destinations import write_heads
    from ctscan.ct.audit_head import head_note

    note = head_note(await trail.identity(), head.size, head.root, head.signature)
    write_heads(config.heads_to, note, clock.now())
