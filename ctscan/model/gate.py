"""Gate for certificates before they are public: the findings that stop it, the known ones, and the judgement."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct, field

from ctscan.model.message import Code

if TYPE_CHECKING:
    from ctscan.model.exposure import Ignored
    from ctscan.model.finding import Finding, Sensitivity
    from ctscan.model.results import LocalCertificate  # a look-up needs nothing of it


class Gate(Struct, frozen=True):
    """Words of `--fail-on`: the findings that stop the gate. A finding stops it that fits any of them.

    Attributes:
        persons: findings about a person, certain or likely.
        categories: fideslang keys, each with everything below it.
        sensitivities: degrees of protection by law.
    """

    persons: bool = False
    categories: tuple[str, ...] = ()
    sensitivities: tuple[Sensitivity, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        """The words, as an option takes them."""
        return (*(("person",) if self.persons else ()), *self.categories, *map(str, self.sensitivities))


class FindingState(StrEnum):
    """Judgement of a finding by a gate."""

    STOPS = "stops"
    KNOWN = "known"  # it would stop, and stands in the baseline
    IGNORED = "ignored"  # it would stop, and the ignore list has it
    PASSES = "passes"


class JudgedFinding(Struct, frozen=True):
    """Finding with its judgement.

    Attributes:
        finding: the finding.
        state: judgement of the gate.
        fingerprint: lower-case hex over certificate, rule and place. No value goes into it.
        reason: reason of the entry of the ignore list; empty without.
    """

    finding: Finding
    state: FindingState
    fingerprint: str
    reason: str = ""


class JudgedCertificate(Struct, frozen=True):
    """Input with its judgement. `file`: the path alone, without the place in the file; `findings`: in the order of the
    inspection."""

    found: LocalCertificate
    file: str
    findings: tuple[JudgedFinding, ...]

    @property
    def is_whole(self) -> bool:
        """Whether all of the input was read."""
        return self.found.certificate is not None and not self.found.partly_read and not self.found.is_clipped


class KnownFindings(Struct, frozen=True):
    """Findings that a gate lets pass. `baseline`: fingerprints, None without a baseline; `ignored`: entries of the
    ignore list."""

    baseline: frozenset[str] | None = None
    ignored: tuple[Ignored, ...] = ()


class GateCounts(Struct):
    """Sums of a gate. Inputs: `read`, `unreadable`, `partly_read`; certificates: `stopped`; findings: `states`."""

    read: int = 0
    unreadable: int = 0
    partly_read: int = 0
    stopped: int = 0
    states: dict[FindingState, int] = field(default_factory=lambda: dict.fromkeys(FindingState, 0))

    def add(self, judged: JudgedCertificate) -> None:
        """Count an input."""
        is_read = judged.found.certificate is not None
        self.read += is_read
        self.unreadable += not is_read
        self.partly_read += is_read and not judged.is_whole
        self.stopped += any(one.state is FindingState.STOPS for one in judged.findings)
        for one in judged.findings:
            self.states[one.state] += 1

    @property
    def codes(self) -> tuple[int, ...]:
        """Exit codes: 1 nothing was read, 5 a finding stops the gate, 4 an input was not read whole."""
        found = {
            1: self.unreadable and not self.read,
            5: self.states[FindingState.STOPS],
            4: self.unreadable or self.partly_read,
        }
        return tuple(code for code, holds in found.items() if holds)


class BaselineEntry(Struct, frozen=True):
    """Line of a baseline. `rule` and `where` are for readers; only the fingerprint counts."""

    fingerprint: str
    rule: str
    where: str


class GateText(Code):
    """Sentence or word of a gate."""

    STOPS = "gate.stops"
    KNOWN = "gate.known"
    IGNORED = "gate.ignored"  # parameter: reason
    WHERE = "gate.where"  # parameters: what, place
    PASSED = "gate.passed"  # parameters: count, words
    STOPPED = "gate.stopped"  # parameters: count, findings, words
    KNOWN_COUNT = "gate.known-count"
    IGNORED_COUNT = "gate.ignored-count"
    NOT_READ = "gate.not-read"
    HELP = "gate.help"  # parameters: data, citations
    ADVICE = "gate.advice"
