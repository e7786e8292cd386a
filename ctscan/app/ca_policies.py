"""Use cases on CA profiles: read those of the installation or of files, find them by name, check them, and match
certificates to them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from ctscan.clock import Clock
from ctscan.errors import FormatError, InputError
from ctscan.resources import data_path

if TYPE_CHECKING:
    from ctscan.index.protocols import Authorities, Revocations
    from ctscan.model import Certificate
    from ctscan.model.ca_profile import CaProfile, ProfileCheck, ProfileMatch

    class _IssuerStore(Authorities, Revocations, Protocol):
        """Index with its CCADB list and its certificates of issuers."""


CLOCK = Clock()
_FOLDER = "ca_policies"
_DEEPEST = 16  # subjects of issuers above a certificate


async def ca_profiles() -> tuple[CaProfile, ...]:
    """Return the profiles that ship with ctscan, by name of their file.

    Raises:
        InputError: one can't be read, or two claim the same CA.
    """
    import asyncio

    return await asyncio.to_thread(shipped_profiles)


async def check_ca_profiles(
    files: Sequence[str] = (), on: date | None = None, clock: Clock = CLOCK
) -> tuple[list[ProfileCheck], list[str]]:
    """Check profiles: of the installation, or of files.

    Args:
        on: the day by which texts are old; None: today.

    Returns:
        The checks of the profiles that are well formed, and an error line for each file that isn't. Two files that
        claim the same CA are an error, too.
    """
    import asyncio

    return await asyncio.to_thread(_checked, [Path(file) for file in files] or _shipped(), on or clock.now().date())


def _checked(paths: Sequence[Path], on: date) -> tuple[list[ProfileCheck], list[str]]:
    from ctscan.authorities.ca_profiles import check_apart
    from ctscan.authorities.profile_checks import check_profile

    profiles: list[CaProfile] = []
    errors: list[str] = []
    for path in paths:
        try:
            profiles.append(_profile(path))
        except (FormatError, InputError) as error:
            errors.append(str(error))
    try:
        check_apart(profiles)
    except FormatError as error:
        errors.append(str(error))
    return [check_profile(profile, on) for profile in profiles], errors


@cache
def shipped_profiles() -> tuple[CaProfile, ...]:
    """Read the profiles that ship with ctscan. InputError as for `ca_profiles`."""
    return read_profiles(_shipped())


def _shipped() -> list[Path]:
    return sorted(data_path(_FOLDER).glob("*.toml"))


def read_profiles(paths: Iterable[Path]) -> tuple[CaProfile, ...]:
    """Read profiles from files. InputError as for `ca_profiles`."""
    from ctscan.authorities.ca_profiles import check_apart

    try:
        found = tuple(map(_profile, paths))
        check_apart(found)
    except FormatError as error:
        raise InputError(str(error)) from error
    return found


def _profile(path: Path) -> CaProfile:
    from ctscan.authorities.ca_profiles import parse_profile

    return parse_profile(path.name, _content(path))


def _content(path: Path) -> bytes:
    """Read a file up to a byte beyond the limit of a profile: the parser refuses a larger one."""
    from ctscan.authorities.closed_tables import FILE_LIMIT

    try:
        with path.open("rb") as file:
            return file.read(FILE_LIMIT + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "its name is no name of a file"
        raise InputError(f"{path.name}: can't be read ({reason})") from error


async def match_certificates(
    index: _IssuerStore, certificates: Sequence[Certificate], profiles: Sequence[CaProfile] = ()
) -> list[ProfileMatch]:
    """Match certificates to the profiles of their CAs, or to the baseline.

    Args:
        index: its CCADB list and its certificates of issuers help where they are there.
        profiles: instead of those that ship with ctscan.

    Raises:
        InputError: a profile can't be read.
    """
    from ctscan.authorities.profile_matching import issuer_facts, match_profile

    known = profiles or await ca_profiles()
    authorities = await index.authorities()
    facts = [issuer_facts(certificate, await issuers_above(index, certificate)) for certificate in certificates]
    return [match_profile(issuer, known, authorities) for issuer in facts]


async def issuers_above(index: _IssuerStore, certificate: Certificate) -> list[Certificate]:
    """Read the CA certificates above a certificate, as far as the index has them."""
    found: list[Certificate] = []
    wanted, asked = [certificate], set[bytes]()
    while wanted and len(asked) < _DEEPEST:
        subject = sha256(wanted.pop().issuer.raw).digest()
        if subject in asked:
            continue
        asked.add(subject)
        parsed = [one for issuer in await index.issuers(subject) if (one := _readable(issuer.der)) is not None]
        found += parsed
        wanted += parsed
    return found


def _readable(der: bytes) -> Certificate | None:
    from ctscan.x509.certificate import read_certificate

    try:
        return read_certificate(der)
    except FormatError:
        return None
