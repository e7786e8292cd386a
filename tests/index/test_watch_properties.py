"""Watches under random sequences of commits, proofs, rewinds, forgetting, acknowledgements and checks, with a referee
that remembers everything and compares each certificate with each watch."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from support.kept import (
    AT,
    LOG,
    a_certificate,
    a_hit,
    an_advance,
    commit,
    email_finding,
    name_finding,
    pending_advance,
    proving_advance,
    rewind,
    started,
)
from support.suppressing import forgetting
from support.watching import EVERYTHING, a_watch, an_ack, checked, watching

from ctscan.index.protocols import Index
from ctscan.model import Finding
from ctscan.model.message import Message
from ctscan.model.watch import Ack, AckKind, MatchState, Watch, WatchKind

Scenario = Callable[[Callable[[Index], Awaitable[None]]], None]

WATCHES = (
    a_watch("org", WatchKind.SCOPE, "example.org"),
    a_watch("net", WatchKind.SCOPE, "example.net"),
    a_watch("names", WatchKind.CATEGORY, "user.name"),
    a_watch("ann", WatchKind.PERSON, "name:Ann Roe"),
    a_watch("all", WatchKind.CA, "example ca"),
)


@dataclass
class Known:
    """Certificate as the referee remembers it."""

    label: str
    findings: tuple[Finding, ...]
    not_after: datetime
    is_proven: bool

    @property
    def identity(self) -> bytes:
        return a_certificate(self.label).identity

    @property
    def address(self) -> str:
        return self.findings[0].value

    def rules_for(self, watch: Watch) -> set[str]:
        """Return the rules of the findings that a watch means; empty where the certificate doesn't match."""
        every = {one.rule for one in self.findings}
        has_name = any(one.value == "Ann Roe" for one in self.findings)
        domain = self.address.endswith(f"@{watch.term}") or self.address.endswith(f".{watch.term}")
        by_kind = {
            WatchKind.SCOPE: {"email"} if domain else set(),
            WatchKind.CATEGORY: every & {"name"},
            WatchKind.PERSON: {"name"} if has_name else set(),
            WatchKind.CA: every,
        }
        return by_kind[watch.kind]


@dataclass
class Referee:
    """What has to be true."""

    index: Index
    run: int
    rng: random.Random
    now: datetime = AT
    size: int = 0
    certificates: dict[bytes, Known] = field(default_factory=dict)
    states: dict[tuple[str, bytes], MatchState] = field(default_factory=dict)
    ends: dict[tuple[str, bytes], datetime | None] = field(default_factory=dict)  # of silence
    watches: dict[str, Watch] = field(default_factory=dict)
    acks: list[Ack] = field(default_factory=list)
    raised: Counter[tuple[str, bytes]] = field(default_factory=Counter)
    told: Counter[tuple[str, bytes]] = field(default_factory=Counter)
    pending: list[Known] = field(default_factory=list)
    labels: int = 0

    def new(self, *, is_proven: bool) -> Known:
        self.labels += 1
        address = f"p{self.labels}@{self.rng.choice(['example.org', 'hr.example.org', 'example.net', 'example.com'])}"
        names = self.rng.choice([(), ("Ann Roe",), ("Ann Poe",)])
        found = (email_finding(address), *map(name_finding, names))
        return Known(f"c{self.labels}", found, AT + timedelta(days=self.rng.choice([5, 500])), is_proven)

    async def commits(self) -> None:
        if self.pending:
            return
        is_proven = self.rng.random() < 0.6
        some = [self.new(is_proven=is_proven) for _ in range(self.rng.randint(1, 3))]
        hits = [a_hit(self.size + i, *one.findings, label=one.label, not_after=one.not_after)
                for i, one in enumerate(some)]  # fmt: skip
        step = an_advance if is_proven else pending_advance
        await commit(self.index, self.run, step(self.size, self.size + len(some), *hits))
        self.certificates |= {one.identity: one for one in some}
        if is_proven:
            self.size += len(some)
        else:
            self.pending = some

    async def proves(self) -> None:
        if self.pending:
            await commit(self.index, self.run, proving_advance(self.size, self.size + len(self.pending)))
            for one in self.pending:
                one.is_proven = True
            self.size += len(self.pending)
            self.pending = []

    async def rewinds(self) -> None:
        if self.pending:
            await rewind(self.index, LOG.id, self.size)
            for one in self.pending:
                self.gone(one.identity)
            self.pending = []

    async def forgets(self) -> None:
        if self.pending or not self.certificates:
            return
        one = self.rng.choice(list(self.certificates.values()))
        await self.index.forget(forgetting(one.address))
        self.gone(one.identity)

    def gone(self, identity: bytes) -> None:
        self.certificates.pop(identity, None)
        for watch in WATCHES:
            for kept in (self.states, self.ends, self.raised, self.told):
                kept.pop((watch.name, identity), None)  # type: ignore[attr-defined]
        self.acks = [ack for ack in self.acks if ack.value != identity.hex()]

    async def watches_more(self) -> None:
        free = [one for one in WATCHES if one.name not in self.watches]
        if free:
            one = self.rng.choice(free)
            await watching(self.index, one)
            self.watches[one.name] = one
            for identity, known in self.certificates.items():
                if known.rules_for(one):
                    self.states[one.name, identity] = MatchState.BASELINE

    async def watches_less(self) -> None:
        if self.watches:
            name = self.rng.choice(sorted(self.watches))
            await self.index.remove_watch(name)
            del self.watches[name]
            for key in [key for key in self.states if key[0] == name]:
                del self.states[key]
                self.ends.pop(key, None)
                self.raised.pop(key, None)
                self.told.pop(key, None)

    async def acknowledges(self) -> None:
        values = [(AckKind.RULE, "email"), (AckKind.RULE, "name"), (AckKind.ISSUER, "another ca")]
        values += [(AckKind.CERTIFICATE, one.hex()) for one in list(self.certificates)[:3]]
        until = self.rng.choice([None, self.now + timedelta(days=self.rng.randint(1, 4))])
        ack = an_ack(*self.rng.choice(values), until=until)
        number = await self.index.add_ack(ack)
        self.acks.append(Ack(ack.kind, ack.value, ack.reason, ack.until, ack.at, ack.who, number))

    async def acknowledges_less(self) -> None:
        if self.acks:
            ack = self.rng.choice(self.acks)
            self.acks.remove(ack)
            assert await self.index.remove_ack(ack.id)
            for key, state in self.states.items():
                if state is MatchState.ACKNOWLEDGED:
                    self.ends[key] = AT

    async def passes_time(self) -> None:
        self.now += timedelta(days=1)

    async def checks(self) -> None:
        await checked(self.index, self.now, self.rng.choice([1, 2, 1000]))
        for name, watch in self.watches.items():
            for identity, known in self.certificates.items():
                if rules := known.rules_for(watch):
                    self.judge((name, identity), known, rules)
        for name in self.watches:
            found = await self.index.match_states(name)
            assert found == {identity: state for (of, identity), state in self.states.items() if of == name}

    def judge(self, key: tuple[str, bytes], known: Known, rules: set[str]) -> None:
        """Judge a match as the documentation says, by its state before."""
        before = self.states.get(key)
        if before in (MatchState.BASELINE, MatchState.ALERTED):
            return
        if not known.is_proven:
            self.states[key] = MatchState.WAITING
            return
        if before is MatchState.ACKNOWLEDGED and not self.has_ended(key):
            return
        silent, end = self.silence(known, rules)
        if silent:
            self.states[key], self.ends[key] = MatchState.ACKNOWLEDGED, end
        elif before is MatchState.ACKNOWLEDGED and known.not_after < self.now:
            self.states[key], self.ends[key] = MatchState.ACKNOWLEDGED, None
        else:
            self.states[key] = MatchState.ALERTED
            self.raised[key] += 1

    def has_ended(self, key: tuple[str, bytes]) -> bool:
        end = self.ends[key]
        return end is not None and end <= self.now

    def silence(self, known: Known, rules: set[str]) -> tuple[bool, datetime | None]:
        """Return whether a match is covered day after day from now, and the first moment at which it isn't judged to be
        so: an end by which one of the acknowledgements that cover it is over."""
        held = [ack for ack in self.acks if ack.until is None or self.now < ack.until]
        whole = [ack.until for ack in held if ack.value == known.identity.hex()]
        if whole:
            return True, None if None in whole else max(end for end in whole if end)
        ends = [[ack.until for ack in held if ack.value == rule] for rule in rules]
        if not all(ends):
            return False, None
        last = [None if None in some else max(end for end in some if end) for some in ends]
        return True, min((end for end in last if end), default=None)

    async def tells(self) -> None:
        """Send what is due; every third try fails, and is repeated under the same id."""
        await self.index.assign(EVERYTHING, self.now)
        while due := await self.index.due("mail", self.now, 3):
            due = [one for one in due if one.batch == due[0].batch]
            batch = due[0].batch or await self.index.begin("mail", [one.alert.id for one in due], self.now)
            if self.rng.random() < 0.3:
                await self.index.failed(batch, self.now, self.now, Message("delivery.failed"))
                continue
            for one in due:
                assert one.alert.match is not None
                self.told[one.alert.watch, one.alert.match.certificate.identity] += 1
            await self.index.delivered(batch, self.now)

    async def settles(self) -> None:
        """Check and tell: then everything that was raised was told once."""
        await self.checks()
        await self.tells()
        live = {key: count for key, count in self.raised.items() if key[0] in self.watches}
        assert {key: self.told[key] for key in live} == dict.fromkeys(live, 1)
        alerted = {key for key, state in self.states.items() if state is MatchState.ALERTED}
        assert alerted == set(live)


STEPS = (
    [Referee.commits] * 6 + [Referee.proves] * 3 + [Referee.rewinds] * 2 + [Referee.checks] * 4 + [Referee.tells] * 2
    + [Referee.acknowledges] * 2
    + [Referee.forgets, Referee.watches_more, Referee.watches_less, Referee.acknowledges_less, Referee.passes_time,
       Referee.settles]
)  # fmt: skip


@pytest.mark.parametrize("seed", [*range(3), *(pytest.param(seed, marks=pytest.mark.long) for seed in range(3, 200))])
def test_every_match_is_in_one_state_and_every_alert_is_told_once(scenario: Scenario, seed: int) -> None:
    async def work(index: Index) -> None:
        referee = Referee(index, await started(index), random.Random(seed))
        await referee.watches_more()
        for _ in range(60):
            await referee.rng.choice(STEPS)(referee)
        await referee.proves()
        await referee.settles()

    scenario(work)
