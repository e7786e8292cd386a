"""What every input is given to, and what counts as a failure: an exception, a rule that failed, a second, 100 MiB."""

from __future__ import annotations

import resource
import signal
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from ctscan.errors import FormatError
from ctscan.model import Certificate
from ctscan.personal.analyse import Analysis, analyse
from ctscan.personal.prefilter.filter import Prefilter
from ctscan.personal.rules import all_rules
from ctscan.personal.view import View
from ctscan.x509.attribute_certificate import read_attribute_certificate
from ctscan.x509.certificate import read_certificate, read_tbs

MAX_SECONDS = 1.0
"""Of processor time for one input; a machine that does other things as well is no failure."""

GIVEN_UP = 20
"""Seconds after which an input is interrupted."""

MAX_MEMORY = 100 << 20


@dataclass(frozen=True, slots=True)
class Failure:
    """`what` says it without the input's number, so that equal failures can be counted together."""

    kind: str  # "crash", "rule", "slow", "memory", "prefilter"
    what: str


class Hang(BaseException):
    """No Exception: what catches failures of rules must not catch this."""


def failures_of(data: bytes) -> list[Failure]:
    """Read and search one input in every way that certificates are read and searched."""
    before, memory = time.process_time(), peak_memory()
    found: list[Failure] = []
    try:
        with interrupted_after(GIVEN_UP):
            found += _examine(data)
    except Hang:
        found.append(Failure("slow", f"interrupted after {GIVEN_UP} s at {_innermost(sys.exc_info()[1])}"))
    except Exception as error:  # any exception is what is looked for
        found.append(Failure("crash", f"{type(error).__name__} at {_innermost(error)}"))
    if time.process_time() - before > MAX_SECONDS:
        found.append(Failure("slow", f"more than {MAX_SECONDS:g} s"))
    if peak_memory() - memory > MAX_MEMORY:
        found.append(Failure("memory", f"more than {MAX_MEMORY >> 20} MiB"))
    return found


def _examine(data: bytes) -> Iterator[Failure]:
    inspected = analyse(data)
    for problem in inspected.problems:
        if problem.path.startswith("rule "):
            yield Failure("rule", f"{problem.path}: {_why(data) or problem.what}")
    if inspected.certificate is not None and inspected.findings and _is_dropped(data, inspected, inspected.certificate):
        yield Failure("prefilter", "drops what a rule finds something in")


def _is_dropped(data: bytes, inspected: Analysis, certificate: Certificate) -> bool:
    """Whether the prefilter drops it at its most permissive: the issuer is known, if it holds nothing."""
    places = [found.path for found in (*inspected.findings, *inspected.problems)]
    if any(place.partition(".")[0] == "issuer" for place in places):
        return False
    prefilter = Prefilter()
    prefilter.learn_issuer(certificate.issuer.raw)
    return prefilter.is_impersonal(data, 0, len(data), certificate.sha256 is None)


def _why(data: bytes) -> str:
    """Find where a rule raised: its problem says only that it did, and the analysis may hold no certificate."""
    certificate = _read(data)
    if certificate is None:
        return ""
    for rule in all_rules():
        try:
            for _ in rule.find(View(certificate)) if rule.find is not None else ():
                pass
        except Exception as error:  # the same, of one rule
            return f"{type(error).__name__} at {_innermost(error)}"
    return ""


def _read(data: bytes) -> Certificate | None:
    for read in (read_certificate, read_tbs, read_attribute_certificate):
        try:
            return read(data)
        except FormatError:
            continue
    return None


def _innermost(error: BaseException | None) -> str:
    """`rules/email.py:77`: the last line of ours that ran."""
    frames = traceback.extract_tb(error.__traceback__ if error else None)
    ours = [frame for frame in frames if "ctscan" in frame.filename] or frames
    return f"{'/'.join(ours[-1].filename.split('/')[-2:])}:{ours[-1].lineno}" if ours else "?"


def peak_memory() -> int:
    """Octets of memory that the process has had at most."""
    size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return size if sys.platform == "darwin" else size << 10


@contextmanager
def interrupted_after(seconds: float) -> Iterator[None]:
    """Raise Hang in the main thread after so long."""

    def interrupt(signum: int, frame: object) -> None:
        raise Hang

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
