"""Generated population of invented people in certificates, and brute-force counts over it: the referee of reports.

Everything follows from the seed. The counts share nothing with `ctscan`: they walk the list of certificates as it was
made.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace
from support.kept import LOG, a_certificate, a_log, an_advance, an_entry, commit, save_head, started
from support.kept import a_head as a_tree_head

from ctscan.index.protocols import Index
from ctscan.model import (
    LEGACY,
    Attribute,
    Confidence,
    DecodedString,
    EntryKind,
    Finding,
    GeneralName,
    Hit,
    Log,
    LookupKey,
    Message,
    Name,
    Qualifier,
    Revocation,
    RevocationState,
    Sensitivity,
    SubjectKind,
)
from ctscan.model.exposure import Ignored

NOW = datetime(2031, 6, 1, tzinfo=UTC)
OTHER_LOG = a_log("Second 2031")
LOGS = (LOG, OTHER_LOG)
ISSUERS = ("Example Mail CA", "Example Server CA", "Example Staff CA")
DOMAINS = ("example.org", "mail.example.org", "example.com", "example.net")
PURPOSES = {
    "smime": "1.3.6.1.5.5.7.3.4",
    "tls": "1.3.6.1.5.5.7.3.1",
    "client": "1.3.6.1.5.5.7.3.2",
    "code": "1.3.6.1.5.5.7.3.3",
    "document": "1.3.6.1.5.5.7.3.36",
    "other": "1.3.6.1.4.1.99999.1",
}
POLICIES = {"dv": "2.23.140.1.2.1", "qualified": "0.4.0.194112.1.2"}
_PLAIN = (
    ("user.demographic.date_of_birth", "1980-01-{:02d}"),
    ("user.contact.phone_number", "+49 30 5550{:04d}"),
    ("user.contact.address.street", "Example Street {}"),
    ("user.job_title", "Example Engineer {}"),
)


class Held(Struct, frozen=True):
    """Certificate of the population, as it was made."""

    number: int
    issuer: str
    use: str
    log: Log
    seen: datetime
    not_before: datetime
    not_after: datetime
    unit: str
    host: str
    findings: tuple[Finding, ...]
    person: int = -1  # who it was made for; -1: nobody
    revocation: Revocation | None = None
    also_for: str = ""  # a second purpose
    policy: str = ""
    is_in_both_logs: bool = False


@dataclass
class Truth:
    """Brute-force counts."""

    certificates: int = 0
    findings: int = 0
    addresses: int = 0
    people_addresses: int = 0
    persons: int = 0
    standings: Counter[str] = field(default_factory=Counter)
    by: dict[str, Counter[str]] = field(default_factory=dict)
    hosts: set[str] = field(default_factory=set)
    people: list[set[str]] = field(default_factory=list)  # addresses and numbers of each person


def email(address: str, label: str = "subject", kind: SubjectKind = SubjectKind.PERSON) -> Finding:
    """Build the finding of an address."""
    domain = "".join(f"{part}." for part in reversed(address.partition("@")[2].split(".")))
    keys = (LookupKey("email", address), LookupKey("domain", domain))
    return finding("email.rfc822Name", "user.contact.email", address, "san.0.rfc822Name", keys, label, kind)


def number(text: str, label: str = "subject", *marks: Qualifier) -> Finding:
    """Build the finding of a national number."""
    keys = (LookupKey("number", text),)
    place = "subject.2.serialNumber"
    found = finding("number.any", "user.government_id", text, place, keys, label, SubjectKind.PERSON)
    return replace(found, sensitivity=Sensitivity.NATIONAL_IDENTIFIER, qualifiers=marks)


def name(text: str, label: str = "subject") -> Finding:
    """Build the finding of a name."""
    keys = tuple(LookupKey("name", word) for word in text.casefold().split())
    return finding("name.full", "user.name", text, "subject.0.commonName", keys, label, SubjectKind.PERSON)


def finding(
    rule: str, category: str, value: str, place: str, keys: tuple[LookupKey, ...], label: str, kind: SubjectKind
) -> Finding:
    """Build a finding."""
    why = Message(LEGACY, (("text", "as a test says"),))
    return Finding(
        rule, category, (category,), value, value, place, "2.5.4.3", kind, Confidence.LIKELY, why, keys, label
    )


def population(persons: int = 2000, seed: int = 1) -> list[Held]:
    """Make a population: people with one to three certificates, functions, machines of nobody."""
    dice = random.Random(seed)
    held: list[Held] = []
    for person in range(persons):
        held += _of_person(dice, person, len(held))
    for at in range(persons // 20):
        role = email(f"office{at}@{dice.choice(DOMAINS)}", kind=SubjectKind.ROLE)
        held.append(_certificate(dice, len(held), "smime", (role,)))
    for at in range(persons // 50):
        machine = finding("host.any", "user.device", f"host{at}", "subject.0.commonName", (), "", SubjectKind.HOST)
        held.append(_certificate(dice, len(held), "tls", (machine,)))
    return held


def _of_person(dice: random.Random, person: int, first: int) -> list[Held]:
    """Make the certificates of a person: some have two addresses that only a number joins, others share nothing."""
    address = f"person{person}@{dice.choice(DOMAINS)}"
    alias = f"alias{person}@{dice.choice(DOMAINS)}"
    own = number(f"N{person:08d}") if dice.random() < 0.3 else None
    found = []
    for at in range(dice.randint(1, 3)):
        used = alias if at == 2 and own else address
        parts = [name(f"Given{person} Family{person % 97}"), email(used)]
        parts += [own] if own else []
        if dice.random() < 0.2:
            category, text = dice.choice(_PLAIN)
            value = text.format(person % 28 + 1)
            parts.append(finding("plain.any", category, value, "subject.3.other", (), "subject", SubjectKind.PERSON))
        if dice.random() < 0.05:
            parts.append(number("1234", "subject", Qualifier.PARTIAL))
        if dice.random() < 0.05:
            parts += [name("Second Person", "subject 2"), email(f"second{person}@example.net", "subject 2")]
        use = dice.choice(("smime", "smime", "tls", "client"))
        found.append(_certificate(dice, first + at, use, tuple(parts), person))
    return found


def _certificate(dice: random.Random, at: int, use: str, findings: Sequence[Finding], person: int = -1) -> Held:
    start = datetime(2028, 1, 1, tzinfo=UTC) + timedelta(days=dice.randint(0, 1500))
    end = start + timedelta(days=dice.choice((90, 365, 1095)))
    return Held(
        number=at,
        issuer=dice.choice(ISSUERS),
        use=use,
        log=dice.choice(LOGS),
        seen=start + timedelta(hours=dice.randint(0, 48)),
        not_before=start,
        not_after=end,
        unit=dice.choice(("Sales", "Research", "")),
        host=f"host{at % 50}.example.org" if use == "tls" else "",
        findings=tuple(findings),
        person=person,
        revocation=_revocation(dice, end),
    )


def _revocation(dice: random.Random, end: datetime) -> Revocation | None:
    state = dice.choice((None, None, RevocationState.REVOKED, RevocationState.NOT_REVOKED))
    if state is None:
        return None
    checked = min(NOW, end) - timedelta(hours=1)
    revoked_at = checked - timedelta(days=1) if state is RevocationState.REVOKED else None
    return Revocation(
        state, "CRL", checked, "http://crl.example.org/1.crl", revoked_at, "", checked, checked + timedelta(days=7)
    )


# --- everything that a report distinguishes -----------------------------------------------------------------------


def rich_population(persons: int, categories: Sequence[str], seed: int = 1) -> list[Held]:
    """Make a population with every category and kind of certificate, chains of people, and all that must not join.

    Args:
        persons: people, as `population` makes them, before chains join some.
        categories: categories, each of which some certificate has.
        seed: seed.
    """
    dice = random.Random(seed + 1)
    held = [_enriched(dice, one, categories) for one in population(persons, seed)]
    for parts in (*_chains(dice, persons), *_strangers(persons)):
        held.append(_enriched(dice, _certificate(dice, len(held), "smime", parts), categories))
    return held


def _enriched(dice: random.Random, held: Held, categories: Sequence[str]) -> Held:
    category = categories[held.number % len(categories)]
    label = "subject" if any(one.subject_kind is SubjectKind.PERSON for one in held.findings) else ""
    extra = finding("plain.any", category, f"x{held.number}", "subject.4.other", (), label, SubjectKind.PERSON)
    kind = dice.choice((SubjectKind.PERSON, SubjectKind.PERSON, SubjectKind.UNKNOWN, SubjectKind.ORGANISATION))
    if category == "user.contact.email":
        extra = email(f"extra{held.number}@{dice.choice(DOMAINS)}", label)
        kind = SubjectKind.PERSON if kind is SubjectKind.UNKNOWN else kind
    sensitivity = dice.choice((Sensitivity.ORDINARY, Sensitivity.ORDINARY, Sensitivity.SPECIAL_CATEGORY))
    return replace(
        held,
        findings=(*held.findings, replace(extra, subject_kind=kind, sensitivity=sensitivity)),
        use=dice.choice((held.use, held.use, "code", "document", "other")) if not held.host else held.use,
        also_for=dice.choice(("", "", "client")) if held.use == "tls" and held.host else "",
        policy=dice.choice(("", "dv", "qualified")),
        is_in_both_logs=dice.random() < 0.1,
    )


def _chains(dice: random.Random, persons: int) -> Iterator[tuple[Finding, ...]]:
    """Yield certificates that join ten people each, by an address here and a number there."""
    for first in range(0, persons // 20, 10):
        links = list(range(first, first + 9))
        dice.shuffle(links)
        for at in links:
            yield email(f"link{at}@example.org"), number(f"L{at:08d}")
            yield number(f"L{at:08d}", "subject 2"), email(f"link{at + 1}@example.org", "subject 2")


def _strangers(persons: int) -> Iterator[tuple[Finding, ...]]:
    """Yield people who share a name, a partial number or a number with a wrong check digit: nothing joins them."""
    for at in range(persons // 50):
        yield (name("Same Name"),)
        yield name("Same Name"), number("1234", "subject", Qualifier.PARTIAL)
        yield email(f"stranger{at}@example.com"), number("X0000000", "subject", Qualifier.INVALID)
        yield (email(f"office{at}@example.org", kind=SubjectKind.ROLE),)
        yield (email(f"office{at}@example.org", kind=SubjectKind.UNKNOWN),)


# --- into an index ------------------------------------------------------------------------------------------------


async def fill(index: Index, held: Sequence[Held]) -> None:
    """Write a population into an index, log by log."""
    run_id = await started(index, *LOGS)
    for log in LOGS:
        own = [replace(one, log=log) for one in held if one.log is log or one.is_in_both_logs]
        await commit(index, run_id, an_advance(0, max(1, len(own)), *map(_hit, range(len(own)), own), log=log))
        await save_head(index, a_tree_head(max(1, len(own)), log=log), NOW)
    said = [(a_certificate(one.number).identity, one.revocation) for one in held if one.revocation]
    await index.save_revocations(said)  # type: ignore[arg-type]


def _hit(at: int, held: Held) -> Hit:
    entry = replace(an_entry(at, held.number, EntryKind.X509, held.log), timestamp=int(held.seen.timestamp() * 1000))
    san = (GeneralName(2, held.host.encode(), DecodedString(held.host.encode(), 22, held.host)),) if held.host else ()
    certificate = a_certificate(
        held.number,
        issuer=_name(("2.5.4.3", held.issuer)),
        subject=_name(("2.5.4.3", "Somebody"), *([("2.5.4.11", held.unit)] if held.unit else [])),
        not_before=held.not_before,
        not_after=held.not_after,
        eku=tuple(PURPOSES[use] for use in (held.use, held.also_for) if use),
        policies=(POLICIES[held.policy],) if held.policy else (),
        san=san,
    )
    return Hit(entry, certificate, held.findings)


def _name(*parts: tuple[str, str]) -> Name:
    attributes = tuple(
        Attribute(at, oid, 12, text.encode(), DecodedString(text.encode(), 12, text))
        for at, (oid, text) in enumerate(parts)
    )
    return Name(repr(parts).encode(), attributes)


# --- the truth ----------------------------------------------------------------------------------------------------


COUNTED = (
    "category", "sensitivity", "domain", "issuer", "kind", "log", "month_issued", "month_seen", "unit", "subject_kind",
    "excess", "issuer_category", "domain_people",
)  # fmt: skip


def truth(held: Iterable[Held], domain: str | None = None) -> Truth:
    """Count by brute force; with a domain, what lies at it or below it."""
    found = Truth(by={name: Counter() for name in COUNTED})
    addresses: dict[str, bool] = {}
    labels: list[set[str]] = []
    for one in held:
        kept = _kept(one, domain)
        if not kept:
            continue
        found.certificates += 1
        found.findings += len(kept)
        found.standings[_standing(one)] += 1
        _count(found.by, one, kept)
        for part in kept:
            if part.category == "user.contact.email" and _is_in(part.canonical, domain, one):
                is_of_person = part.subject_kind is not SubjectKind.ROLE
                addresses[part.canonical] = addresses.get(part.canonical, False) or is_of_person
        found.hosts |= {one.host} - {""}
        hosts = {p.canonical.partition("@")[2] for p in kept if "@" in p.canonical and _is_in(p.canonical, domain, one)}
        found.by["domain"].update(hosts)
        labels += _labels(kept)
    found.addresses, found.people_addresses = len(addresses), sum(addresses.values())
    found.people = _joined(labels)
    found.persons = len(found.people)
    found.by["domain_people"].update(address.partition("@")[2] for address, is_one in addresses.items() if is_one)
    return found


def _is_in(address: str, domain: str | None, held: Held) -> bool:
    host = address.partition("@")[2]
    return domain is None or _is_below(held.host, domain) or _is_below(host, domain)


def _is_below(host: str, domain: str) -> bool:
    return host == domain or host.endswith(f".{domain}")


def _kept(held: Held, domain: str | None) -> list[Finding]:
    """Return the findings that count: of people, and of labels in scope. Any address brings a certificate in, as it
    does in a scan."""
    people = (SubjectKind.PERSON, SubjectKind.ROLE, SubjectKind.UNKNOWN)
    own = [one for one in held.findings if one.subject_kind in people]
    if domain is None or _is_below(held.host, domain):
        return own
    if not any(_is_below(one.canonical.partition("@")[2], domain) for one in held.findings):
        return []
    kept = []
    for one in own:
        hosts = [o.canonical.partition("@")[2] for o in own if o.person == one.person and "@" in o.canonical]
        if not hosts or any(_is_below(host, domain) for host in hosts):
            kept.append(one)
    return kept


def without(held: Iterable[Held], ignored: Sequence[Ignored]) -> tuple[list[Held], dict[int, int]]:
    """Leave out ignored data of people, and count it by entry. A person of a certificate whose addresses and numbers
    are all ignored by value is out with everything."""
    counts: Counter[int] = Counter()
    rest = []
    for one in held:
        entries = [_entry(one, part, ignored) for part in one.findings]
        rest.append(replace(one, findings=tuple(p for p, e in zip(one.findings, entries, strict=True) if e is None)))
        counts.update(entry for entry in entries if entry is not None)
    return rest, dict(counts)


def _entry(held: Held, part: Finding, ignored: Sequence[Ignored]) -> int | None:
    people = (SubjectKind.PERSON, SubjectKind.ROLE, SubjectKind.UNKNOWN)
    if part.subject_kind not in people:
        return None
    direct = [at for at, entry in enumerate(ignored) if _fits(entry, held, part)]
    if direct or not part.person:
        return min(direct, default=None)
    own = [o for o in held.findings if o.person == part.person and o.subject_kind in people and _tells(o)]
    fits = [[at for at, entry in enumerate(ignored) if entry.value and _fits(entry, held, o)] for o in own]
    return fits[0][0] if fits and all(fits) else None


def _tells(part: Finding) -> bool:
    """Return whether it is an address, or a number that joins people."""
    sure = not {Qualifier.PARTIAL, Qualifier.INVALID} & set(part.qualifiers)
    is_number = part.category == "user.government_id" and part.subject_kind is SubjectKind.PERSON
    return part.category == "user.contact.email" or (is_number and sure)


def _fits(entry: Ignored, held: Held, part: Finding) -> bool:
    host = part.canonical.partition("@")[2]
    value_fits = part.canonical == entry.value or (host and _is_below(host, entry.value))
    return bool(
        (not entry.value or value_fits)
        and entry.issuer.casefold() in f"CN={held.issuer}".casefold()
        and entry.rule in ("", part.rule)
    )


def _labels(kept: Sequence[Finding]) -> list[set[str]]:
    """Return the addresses and numbers of each person of a certificate; a label without any has a set of its own."""
    found: dict[str, set[str]] = {}
    for one in kept:
        if one.subject_kind is SubjectKind.PERSON:
            sure = not {Qualifier.PARTIAL, Qualifier.INVALID} & set(one.qualifiers)
            joins = sure and one.category in ("user.contact.email", "user.government_id")
            found.setdefault(one.person, set()).update({one.canonical} if joins else ())
    return list(found.values())


def _joined(labels: Iterable[set[str]]) -> list[set[str]]:
    """Join labels that share an address or a number, however long the chain is."""
    of_value: dict[str, list[str]] = {}
    alone = 0
    for values in labels:
        alone += not values
        groups = {id(of_value[value]): of_value[value] for value in values if value in of_value}
        merged = sorted({*values, *(value for group in groups.values() for value in group)})
        for value in merged:
            of_value[value] = merged
    return [set(group) for group in {id(group): group for group in of_value.values()}.values()] + [set()] * alone


def _count(by: dict[str, Counter[str]], held: Held, kept: Sequence[Finding]) -> None:
    by["category"].update(one.category for one in kept)
    by["sensitivity"].update(str(one.sensitivity) for one in kept)
    by["issuer"][f"CN={held.issuer}"] += 1
    by["kind"].update({held.use, held.also_for} - {""} - ({"other"} if held.also_for else set()))
    by["kind"].update(["qualified"] if held.policy == "qualified" else [])
    by["log"].update(log.name for log in LOGS if log is held.log or held.is_in_both_logs)
    by["month_issued"][f"{held.not_before:%Y-%m}"] += 1
    by["month_seen"][f"{held.seen:%Y-%m}"] += 1
    by["unit"].update([held.unit] if held.unit else [])
    by["subject_kind"].update(str(one.subject_kind) for one in kept)
    by["issuer_category"].update(f"CN={held.issuer}: {one.category}" for one in kept)
    by["excess"].update(_excess(held, kept))


def _excess(held: Held, kept: Sequence[Finding]) -> Iterator[str]:
    uses = (held.use, held.also_for)
    if "tls" in uses and any(one.category == "user.contact.email" for one in kept):
        yield "report.tls-email"
    if held.policy == "dv" and any(f"{one.category}.".startswith("user.name.") for one in kept):
        yield "report.tls-name"
    if "smime" in uses and any(one.sensitivity is Sensitivity.NATIONAL_IDENTIFIER for one in kept):
        yield "report.mail-number"


def _standing(held: Held) -> str:
    said = held.revocation
    if said is not None and said.state is RevocationState.REVOKED:
        return "revoked"
    if held.not_after < NOW:
        return "expired"
    if held.not_before > NOW:
        return "not_yet_valid"
    if said is None or said.next_update is None or said.next_update < NOW:
        return "unknown"
    return "live"
