"""Script that makes data/demo-log: a complete static-ct log of about 3,000 entries, small enough for the repository.

Most entries are certificates of hosts, as in a real log; some three hundred hold invented people in many alphabets,
role addresses, and the oddities that real authorities have issued. Jane Roe has a story: several certificates, over
more than two years, from several authorities. The text of this script and `support/` determines all bytes: another run
gives the same certificates, tree and signatures.

    python tests/make_demo_log.py data/demo-log
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from support import certs
from support.certs import CLIENT_AUTH, EMAIL_PROTECTION, SERVER_AUTH, GeneralNameSpec, RdnSpec
from support.demo_oddities import ODDITIES, UNREADABLE
from support.logs import LogBuilder
from support.people import JANE, PEOPLE, Person

BEGIN = datetime(2024, 1, 2, 6, 0, tzinfo=UTC)
END = datetime(2026, 6, 30, 18, 0, tzinfo=UTC)
HOSTS = 408

MAILBOX_VALIDATED = "2.23.140.1.5.1.2"  # CA/Browser Forum S/MIME policies, "multipurpose"
SPONSOR_VALIDATED = "2.23.140.1.5.3.2"
INDIVIDUAL_VALIDATED = "2.23.140.1.5.4.2"

T = TypeVar("T")


class Dice:
    """Choices that depend on a seed alone: the same in every version of Python."""

    def __init__(self, seed: str) -> None:
        self._seed, self._count = seed, 0

    def below(self, n: int) -> int:
        """Choose a number from 0 to n - 1."""
        self._count += 1
        digest = hashlib.sha256(f"{self._seed}/{self._count}".encode()).digest()
        return int.from_bytes(digest[:8], "big") % n

    def pick(self, items: Sequence[T]) -> T:
        """Choose an item."""
        return items[self.below(len(items))]

    def moment(self, begin: datetime, end: datetime) -> datetime:
        """Choose a time from `begin` until before `end`, to the second."""
        return begin + timedelta(seconds=self.below(int((end - begin).total_seconds())))


# --- authorities ---------------------------------------------------------------------------------------------------


class Authority:
    """Invented issuing CA under an invented root; its signatures are real."""

    def __init__(self, short: str, organisation: str, country: str, common_name: str) -> None:
        self.short = short
        self.subject: list[RdnSpec] = [("C", country, "printable"), ("O", organisation), ("CN", common_name)]
        root: list[RdnSpec] = [("C", country, "printable"), ("O", organisation), ("CN", f"{organisation} Root R1")]
        years = {"not_before": datetime(2020, 1, 1, tzinfo=UTC), "not_after": datetime(2040, 1, 1, tzinfo=UTC)}
        root_signs = certs.signing_key(f"root of {organisation}")
        self.sign = certs.signing_key(f"authority {short}")
        self.spki = certs.public_key(f"authority {short}")
        self.key_hash = hashlib.sha256(self.spki).digest()
        made = [
            certs.make_certificate(
                subject, issuer=root, serial=n, ca=True, eku=(), spki=spki, sign_with=root_signs, **years
            )
            for n, subject, spki in (
                (1, root, certs.public_key(f"root of {organisation}")),
                (2, self.subject, self.spki),
            )
        ]
        self.chain = made[::-1]

    def extensions(self, spki: bytes, san: Sequence[GeneralNameSpec], eku: Sequence[str], policy: str) -> list[bytes]:
        """Return the extensions of a certificate of this authority, in the most common order."""
        where = f"ca.example.net/{self.short}"
        return [
            certs.key_usage(),
            certs.extended_key_usage(eku),
            certs.basic_constraints(),
            certs.subject_key_identifier(key_identifier(spki)),
            certs.authority_key_identifier(key_identifier(self.spki)),
            certs.authority_information("http://ocsp.example.net", f"http://{where}.cer"),
            *([certs.san_extension(san)] if san else ()),
            certs.certificate_policies([policy]),
            certs.crl_distribution(f"http://{where}.crl"),
        ]


def key_identifier(spki: bytes) -> bytes:
    """Compute a key identifier by method 1 of RFC 5280 section 4.2.1.2."""
    return hashlib.sha1(spki[-65:], usedforsecurity=False).digest()


DV_1 = Authority("dv1", "Example Trust", "XX", "Example Trust CA DV 1")
DV_2 = Authority("dv2", "Example Trust", "XX", "Example Trust CA DV 2")
SAMPLE_DV = Authority("sdv", "Sample Sign Ltd", "IE", "Sample Sign Server CA G3")
MAIL_1 = Authority("mail1", "Example Trust", "XX", "Example Trust CA Mail 1")
SAMPLE_MAIL = Authority("smail", "Sample Sign Ltd", "IE", "Sample Sign Personal CA G2")
MUSTER = Authority("muster", "Mustervertrauen GmbH", "DE", "Mustervertrauen Personen-CA 4")
OBRAZEC = Authority("obrazec", "Удостоверяющий центр «Образец»", "KZ", "Образец Личная ЭП 2")
TATOE = Authority("tatoe", "例え認証局", "JP", "例え 個人認証局 1")

SERVER_AUTHORITIES = (DV_1, DV_1, DV_2, SAMPLE_DV)
PERSON_AUTHORITIES = (MAIL_1, SAMPLE_MAIL, MUSTER, OBRAZEC, TATOE)


# --- orders --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Order:
    """Order of a certificate: time, authority, names, use, and the forms in which it is logged."""

    at: datetime
    authority: Authority
    subject: Sequence[RdnSpec]
    san: Sequence[GeneralNameSpec] = ()
    eku: Sequence[str] = (SERVER_AUTH,)
    policy: str = certs.DOMAIN_VALIDATED
    days: int = 90
    precert: bool = True
    final: bool = False
    extra: Sequence[bytes] = ()
    reencoded: bool = False

    @property
    def key(self) -> bytes:
        """Seed of the serial number and of the key: the order itself."""
        return repr((self.at, self.authority.short, self.subject, self.san)).encode()


def host_orders() -> Iterator[Order]:
    """Yield orders for hosts and their renewals: domain-validated names, every eleventh host with an organisation."""
    services = (
        "www",
        "shop",
        "api",
        "mail",
        "cdn",
        "vpn",
        "wiki",
        "git",
        "status",
        "login",
        "static",
        "*",
        "dev",
        "app",
    )
    places = (
        "harbour",
        "orchard",
        "library",
        "north",
        "meadow",
        "quarry",
        "bakery",
        "lantern",
        "willow",
        "museum",
        "tram",
    )
    for n in range(HOSTS):
        dice = Dice(f"host {n}")
        zone = dice.pick(("example.org", "example.com", "example.net"))
        domain = f"{dice.pick(places)}-{n}.{zone}" if n % 9 else f"xn--bcher-{n}-kva.{zone}"
        host = f"{dice.pick(services)}.{domain}"
        names = [("dns", host), ("dns", domain)] if n % 3 else [("dns", host)]
        subject: list[RdnSpec] = [] if n % 5 == 0 else [("CN", host)]
        if n % 11 == 0:
            subject = [("C", "IE"), ("L", "Exampletown"), ("O", f"Example Organisation {n} Ltd"), ("CN", host)]
        authority, at = dice.pick(SERVER_AUTHORITIES), dice.moment(BEGIN, END - timedelta(days=60))
        for _ in range(3 + dice.below(7)):
            if at >= END:
                break
            yield Order(at, authority, subject, names, final=dice.below(10) < 4)
            at += timedelta(days=78, seconds=dice.below(10 * 86400))


def person_order(person: Person, style: int, at: datetime, authority: Authority, **forms: bool) -> Order:
    """Order a person's certificate in a style of real certificates."""
    use = (CLIENT_AUTH, EMAIL_PROTECTION)
    mail: tuple[str, str] = ("email", person.mailbox)
    names: list[RdnSpec] = [("GN", person.given), ("SN", person.family), ("CN", person.full)]
    country: RdnSpec = ("C", person.country)
    if style == 0:  # only a mailbox was validated
        return Order(at, authority, [("CN", person.mailbox)], [mail], use, MAILBOX_VALIDATED, 365, **forms)
    if style == 1:  # an employee
        subject = [country, ("O", "Example Organisation Ltd"), *names, ("emailAddress", person.mailbox)]
        return Order(at, authority, subject, [mail], use, SPONSOR_VALIDATED, 730, **forms)
    if style == 2:  # a person in their own right
        return Order(at, authority, [country, *names], [mail], use, INDIVIDUAL_VALIDATED, 730, **forms)
    if style == 3:  # under a pseudonym
        alias = f"{person.given.casefold()}-{person.family[:1].casefold()}"
        subject = [country, ("pseudonym", alias), ("CN", f"{alias}:PN")]
        return Order(at, authority, subject, [mail], use, INDIVIDUAL_VALIDATED, 365, **forms)
    if style == 4 and person.wide:  # an internationalised mailbox (RFC 9598)
        return Order(at, authority, names, [("smtp", person.wide)], use, MAILBOX_VALIDATED, 365, **forms)
    if style == 5:  # the name inside a directoryName of the SAN
        return Order(at, authority, [country], [mail, ("dir", names)], use, INDIVIDUAL_VALIDATED, 730, **forms)
    return Order(at, authority, [country, ("CN", person.full)], [mail], use, INDIVIDUAL_VALIDATED, 365, **forms)


def people_orders() -> Iterator[Order]:
    """Yield two or three orders for each person, at random authorities."""
    for n, person in enumerate(PEOPLE):
        dice = Dice(f"person {n}")
        at = dice.moment(BEGIN, BEGIN + timedelta(days=400))
        for i in range(2 + (n % 7 == 0)):
            style = 4 if i == 1 and person.wide else (n + 3 * i) % 7
            yield person_order(person, style, at, dice.pick(PERSON_AUTHORITIES), final=dice.below(2) == 0)
            at += timedelta(days=150, seconds=dice.below(100 * 86400))


def jane_orders() -> Iterator[Order]:
    """Yield Jane Roe's story: her mailbox, her work, her studies, and the server that she looks after."""
    both = {"precert": True, "final": True}
    day = datetime(2024, 2, 14, 9, 30, tzinfo=UTC)
    yield person_order(JANE, 0, day, MAIL_1, **both)
    yield person_order(JANE, 1, day + timedelta(days=120, hours=3), SAMPLE_MAIL, **both)
    yield person_order(JANE, 2, day + timedelta(days=340, hours=5), MUSTER, final=False)
    yield person_order(JANE, 0, day + timedelta(days=361), MAIL_1, **both)
    yield person_order(JANE, 3, day + timedelta(days=505), SAMPLE_MAIL, precert=False, final=True)
    server: list[RdnSpec] = [
        ("O", "Example Laboratory"),
        ("CN", "lab.example.org"),
        ("emailAddress", "Jane.Roe@EXAMPLE.org"),
    ]
    yield Order(day + timedelta(days=600), SAMPLE_DV, server, [("dns", "lab.example.org")], final=True)
    tagged: list[GeneralNameSpec] = [("email", "jane.roe+lists@example.org")]
    use = (CLIENT_AUTH, EMAIL_PROTECTION)
    yield Order(day + timedelta(days=650), MAIL_1, [], tagged, use, MAILBOX_VALIDATED, 365)
    yield person_order(JANE, 0, day + timedelta(days=726), MAIL_1, **both)


def role_orders() -> Iterator[Order]:
    """Yield server certificates with a role address in the subject, as they used to be."""
    roles = ("webmaster", "hostmaster", "postmaster", "info", "security", "noc", "support", "admin", "it-service")
    for n in range(24):
        dice = Dice(f"role {n}")
        host = f"{dice.pick(('www', 'portal', 'intranet'))}.department-{n}.example.org"
        address = f"{roles[n % len(roles)]}@department-{n}.example.org"
        subject: list[RdnSpec] = [("O", f"Department {n}"), ("CN", host), ("emailAddress", address)]
        yield Order(dice.moment(BEGIN, END), dice.pick(SERVER_AUTHORITIES), subject, [("dns", host)], final=n % 2 == 0)


def odd_orders() -> Iterator[Order]:
    """Yield certificates of a kind that authorities have issued and parsers find hard."""
    for n, odd in enumerate(ODDITIES):
        dice = Dice(f"odd {n}")
        use = (CLIENT_AUTH, EMAIL_PROTECTION)
        at, authority = dice.moment(BEGIN, END), dice.pick(PERSON_AUTHORITIES)
        final = n % 3 == 0 and not odd.reencoded
        yield Order(
            at, authority, odd.subject, odd.san, use, MAILBOX_VALIDATED, 365, not odd.reencoded, final or odd.reencoded,
            odd.extra, odd.reencoded,
        )  # fmt: skip


# --- into the log --------------------------------------------------------------------------------------------------

Entry = tuple[int, bytes | None, bytes, Authority]
"""`(timestamp in ms, TBS of a precertificate or None, certificate or submitted precertificate, authority)`"""


def issue(order: Order) -> Iterator[Entry]:
    """Yield the entries of an order; a certificate is logged minutes to hours after its precertificate."""
    digest = hashlib.sha512(order.key).digest()
    spki = certs.public_key(digest.hex())
    made = certs.make_precert(
        order.subject,
        issuer=order.authority.subject,
        serial=int.from_bytes(b"\x4a" + digest[:15], "big"),
        extensions=[*order.authority.extensions(spki, order.san, order.eku, order.policy), *order.extra],
        not_before=order.at - timedelta(hours=1),
        not_after=order.at + timedelta(days=order.days),
        spki=spki,
        sign_with=order.authority.sign,
    )
    logged = int(order.at.timestamp()) * 1000 + digest[-1]
    if order.precert:
        yield logged, made.tbs, made.submitted, order.authority
    if order.final:
        final = certs.reencode(made.final, certs.long_tlv) if order.reencoded else made.final
        yield logged + 1000 * (60 + digest[-2] + 256 * digest[-3]), None, final, order.authority


def build_demo_log() -> LogBuilder:
    """Build the whole log in memory."""
    orders = [*host_orders(), *people_orders(), *jane_orders(), *role_orders(), *odd_orders()]
    entries = [entry for order in orders for entry in issue(order)]
    for n, junk in enumerate(UNREADABLE):
        entries.append((int(Dice(f"junk {n}").moment(BEGIN, END).timestamp()) * 1000, None, junk, DV_1))
    log = LogBuilder(
        "ctscan demo log", seed="ctscan demo log", origin="demo-log.example.org/2024", operator="Example Trust"
    )
    for timestamp, tbs, der, authority in sorted(entries, key=lambda entry: (entry[0], entry[2])):
        if tbs is None:
            log.add_certificate(der, timestamp, authority.chain)
        else:
            log.add_precert(tbs, authority.key_hash, der, timestamp, authority.chain)
    return log


def write(log: LogBuilder, directory: Path) -> None:
    """Write the log as a static-ct tree, with the period that it really spans in its description."""
    log.write_static_tree(directory)
    description = directory / "log.v3.json"
    fields = json.loads(description.read_bytes())
    fields["temporal_interval"] = {"start_inclusive": "2024-01-01T00:00:00Z", "end_exclusive": "2028-07-01T00:00:00Z"}
    description.write_text(json.dumps(fields, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def main() -> None:
    """Write the log into the given directory, in place of an earlier demo log."""
    directory = Path(sys.argv[1])
    if directory.exists() and not (directory / "checkpoint").is_file():
        sys.exit(f"{directory}: expected a log made by this script, or nothing; give another directory")
    log = build_demo_log()
    if directory.exists():
        shutil.rmtree(directory)
    write(log, directory)
    print(f"{log.size} entries, root {log.root().hex()}")  # noqa: T201 - a script's answer


if __name__ == "__main__":
    main()
