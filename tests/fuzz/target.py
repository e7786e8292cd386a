"""Fuzz target. Failures of an input: an exception, a failed rule, over a second, over 100 MiB, a wrong drop,
another outcome in the native core (where it is installed)."""

from __future__ import annotations

import resource
import signal
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from support.both_paths import gives_the_same

from ctscan.errors import FormatError
from ctscan.model import Certificate
from ctscan.native_core import CORE
from ctscan.personal.analyse import Analysis, analyse
from ctscan.personal.prefilter.filter import Prefilter
from ctscan.personal.rules import all_rules
from ctscan.personal.view import View
from ctscan.sources.files.content import StreamReader
from ctscan.sources.files.streams import UnpackBudget, stream_of
from ctscan.x509.attribute_certificate import read_attribute_certificate
from ctscan.x509.certificate import read_certificate, read_tbs
from ctscan.x509.certificate_request import read_request
from ctscan.x509.containers import extract_certificates
from ctscan.x509.containers.enrolment import is_enrolment_message, requests_in_message, requests_in_signed_data

MAX_SECONDS = 1.0
"""Processor time for an input: other work on the machine causes no failure."""

SECONDS_FOR_A_MEBIBYTE = 12.0
"""Processor time beside that: every value of a huge certificate is read, in time that grows with its length."""

GIVEN_UP = 20
"""Seconds of the processor after which an input is interrupted."""

MAX_MEMORY = 100 << 20


@dataclass(frozen=True, slots=True)
class Failure:
    """Failure of an input. `what` leaves out the input's number, so that equal failures count together."""

    kind: str  # "crash", "rule", "slow", "memory", "prefilter", "native"
    what: str


class Hang(BaseException):
    """Interruption of a hanging input. No Exception: handlers of failed rules must not catch it."""


def failures_of(data: bytes) -> list[Failure]:
    """Read and search an input by every reader and rule, and return its failures."""
    before, memory = time.process_time(), peak_memory()
    found: list[Failure] = []
    seconds = 0.0
    try:
        with interrupted_after(GIVEN_UP):
            found += _examine(data)
            seconds = time.process_time() - before
            found += _compare(data)
    except Hang:
        found.append(Failure("slow", f"interrupted after {GIVEN_UP} s at {_innermost(sys.exc_info()[1])}"))
    except Exception as error:  # any exception is a failure
        found.append(Failure("crash", f"{type(error).__name__} at {_innermost(error)}"))
    allowed = MAX_SECONDS + SECONDS_FOR_A_MEBIBYTE * (len(data) >> 16) / 16
    if seconds > allowed:
        found.append(Failure("slow", f"more than {allowed:.0f} s"))
    if peak_memory() - memory > MAX_MEMORY:
        found.append(Failure("memory", f"more than {MAX_MEMORY >> 20} MiB"))
    return found


def _examine(data: bytes) -> Iterator[Failure]:
    _take_apart(data)
    inspected = analyse(data)
    for problem in inspected.problems:
        if problem.path.startswith("rule "):
            yield Failure("rule", f"{problem.path}: {_why(data) or problem.what}")
    if inspected.certificate is not None and inspected.findings and _is_dropped(data, inspected, inspected.certificate):
        yield Failure("prefilter", "drops what a rule finds something in")


def _compare(data: bytes) -> Iterator[Failure]:
    """Compare the core with the reference, which reads the input several times more."""
    if CORE is not None and not gives_the_same(data):
        yield Failure("native", "the core and the reference differ")


def _take_apart(data: bytes) -> None:
    """Take requests out of a message, and read the input as a file; anything but a FormatError is a crash."""
    requests_in_signed_data(data)
    if is_enrolment_message(data):
        with suppress(FormatError):
            requests_in_message(data)
    for _ in StreamReader(extract_certificates, UnpackBudget(len(data))).read(stream_of(data)):
        pass


def _is_dropped(data: bytes, inspected: Analysis, certificate: Certificate) -> bool:
    """Check whether the prefilter drops the input once its issuer is known; an issuer with findings is never learnt."""
    places = [found.path for found in (*inspected.findings, *inspected.problems)]
    if any(place.partition(".")[0] == "issuer" for place in places):
        return False
    prefilter = Prefilter()
    prefilter.learn_issuer(certificate.issuer.raw)
    return prefilter.is_impersonal(data, 0, len(data), certificate.sha256 is None)


def _why(data: bytes) -> str:
    """Find the line at which a rule raised: the rule's problem lacks it, and the analysis may hold no certificate."""
    certificate = _read(data)
    if certificate is None:
        return ""
    for rule in all_rules():
        try:
            for _ in rule.find(View(certificate)) if rule.find is not None else ():
                pass
        except Exception as error:  # any exception of the rule
            return f"{type(error).__name__} at {_innermost(error)}"
    return ""


def _read(data: bytes) -> Certificate | None:
    for read in (read_certificate, read_tbs, read_attribute_certificate, read_request):
        try:
            return read(data)
        except FormatError:
            continue
    return None


def _innermost(error: BaseException | None) -> str:
    """Return the last line of ctscan that ran: `rules/email.py:77`."""
    frames = traceback.extract_tb(error.__traceback__ if error else None)
    ours = [frame for frame in frames if "ctscan" in frame.filename] or frames
    return f"{'/'.join(ours[-1].filename.split('/')[-2:])}:{ours[-1].lineno}" if ours else "?"


def peak_memory() -> int:
    """Return the peak memory of the process in octets."""
    size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return size if sys.platform == "darwin" else size << 10


@contextmanager
def interrupted_after(seconds: float) -> Iterator[None]:
    """Raise Hang in the main thread after `seconds` of the processor: other work on the machine accuses no input."""

    def interrupt(signum: int, frame: object) -> None:
        raise Hang

    before = signal.signal(signal.SIGPROF, interrupt)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
