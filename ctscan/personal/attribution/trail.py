"""Record of the evidence that decisions weigh, kept while somebody asks for an explanation, and at no other time.

The functions that attribute values carry `@weighs(…)`. Without a trail the decorator calls them and does nothing else;
with a trail it notes each of them with its result, and what it asked in turn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, Final, ParamSpec, TypeVar, cast

from msgspec.structs import replace

from ctscan.model import Field, Message
from ctscan.model.explanation import Shown, Weighed
from ctscan.personal.values import Attribution, Value

P = ParamSpec("P")
T = TypeVar("T")

MAX_KEPT: Final = 10_000
"""Findings whose chains are recorded, and places with evidence."""

MAX_WITHIN: Final = 100
"""Pieces of evidence inside another one that are recorded."""

Key = tuple[str, str, str, str, str]
"""Rule, path, category, canonical form and value of a finding."""

_Noted = tuple[Weighed, Attribution | None]


class Trail:
    """Evidence by place, and the chains of the findings that were made of it."""

    __slots__ = ("_frames", "_noted", "_within", "chains")

    def __init__(self) -> None:
        self.chains: dict[Key, tuple[Weighed, ...]] = {}
        self._frames: list[list[Weighed]] = []
        self._noted: dict[str, dict[str, _Noted]] = {}  # by path, then by evidence; "" for the whole certificate
        self._within: dict[tuple[str, int], tuple[Attribution, tuple[Weighed, ...]]] = {}

    def call(self, evidence: Message, judge: Callable[..., T], args: tuple[Any, ...]) -> T:
        """Call a function, and note its result as evidence."""
        self._frames.append([])
        try:
            result = judge(*args)
        finally:
            within = tuple(self._frames.pop())
        found = _attribution_in(result)
        weighed = Weighed(evidence, _shown(found), self._remembered(evidence, found, within))
        if not self._frames:
            self._note(_path(args), weighed, found)
        elif len(self._frames[-1]) < MAX_WITHIN:
            self._frames[-1].append(weighed)
        return result

    def _remembered(
        self, evidence: Message, found: Attribution | None, within: tuple[Weighed, ...]
    ) -> tuple[Weighed, ...]:
        """Return what a result was decided by, also where it was only computed on an earlier call."""
        if found is None:
            return within
        key = evidence.code, id(found)
        if within and len(self._within) < MAX_KEPT:
            self._within[key] = found, within  # holds the object, so that its id stays its own
        known = self._within.get(key)
        return within or (known[1] if known is not None and known[0] is found else ())

    def _note(self, path: str, weighed: Weighed, found: Attribution | None) -> None:
        if path in self._noted or len(self._noted) < MAX_KEPT:
            noted = self._noted.setdefault(path, {})
            noted.pop(weighed.evidence.code, None)  # the latest stands last
            noted[weighed.evidence.code] = weighed, found

    def keep(self, rule_id: str, place: Field, value: Value, attribution: Attribution) -> None:
        """Keep the chain of a finding: the evidence that gave its attribution, else all that was asked about it."""
        if len(self.chains) >= MAX_KEPT:
            return
        here = [*self._noted.get("", {}).values(), *self._noted.get(place.path, {}).values()]
        decided = [weighed for weighed, found in here if found is attribution]
        chain = _chain(decided[-1]) if decided else tuple(weighed for weighed, _ in here)
        key = rule_id, place.path, value.category, value.canonical, value.value
        self.chains.setdefault(key, chain)


_current: ContextVar[Trail | None] = ContextVar("trail", default=None)


@contextmanager
def recording() -> Iterator[Trail]:
    """Record the evidence of all decisions inside the block, of this thread."""
    trail = Trail()
    token = _current.set(trail)
    try:
        yield trail
    finally:
        _current.reset(token)


current_trail = _current.get
"""Return the trail that is being recorded, or None."""


def weighs(evidence: Message) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Note the result of a function as evidence: an attribution, a part of a text with one, or None. The function is
    called without keywords."""

    def decorate(judge: Callable[P, T]) -> Callable[P, T]:
        @wraps(judge)
        def noted(*args: Any) -> T:  # without keywords: passing them on costs as much as many a judgement
            trail = current_trail()
            return plain(*args) if trail is None else trail.call(evidence, judge, args)

        plain = cast("Callable[..., T]", judge)
        return cast("Callable[P, T]", noted)

    return decorate


def _chain(weighed: Weighed) -> tuple[Weighed, ...]:
    """Return what a piece of evidence was decided by, in order, and itself at the end where none of that decided."""
    if any(inside.shown == weighed.shown for inside in weighed.within):
        return weighed.within
    return (*weighed.within, replace(weighed, within=()))


def _attribution_in(result: object) -> Attribution | None:
    if isinstance(result, tuple) and len(result) == 2:
        result = result[1]
    return result if isinstance(result, Attribution) else None


def _shown(found: Attribution | None) -> Shown | None:
    return None if found is None else Shown(found.kind, found.confidence, found.why)


def _path(args: tuple[Any, ...]) -> str:
    return next((arg.path for arg in args if isinstance(arg, Field)), "")
