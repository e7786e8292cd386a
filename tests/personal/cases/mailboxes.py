"""Mailboxes called by a given name alone, beside people with this and with other given names."""

from __future__ import annotations

from support.certs import RdnSpec
from support.several_people import Case, arguments_of, held, people_of

JANE: list[RdnSpec] = [("GN", "Jane"), ("SN", "Roe"), ("CN", "Jane Roe")]
KATYA: list[RdnSpec] = [("C", "RU"), ("SN", "Образцова"), ("GN", "Екатерина"), ("CN", "Образцова Екатерина")]


def beside_jane(*locals_: str) -> list[tuple[str, str]]:
    return [("email", f"{local}@example.org") for local in locals_]


_CASES: dict[str, Case] = {
    "own": held(JANE, beside_jane("jane"), "jane|roe|jane@example.org"),
    "own-with-digits": held(JANE, beside_jane("jane7+list"), "jane|roe|jane7+list@example.org"),
    "another": held(JANE, beside_jane("peter"), "jane|roe", "peter@example.org"),
    "another-with-initial": held(JANE, beside_jane("peter.k"), "jane|roe", "peter.k@example.org"),
    "another-with-digits": held(JANE, beside_jane("peter77"), "jane|roe", "peter77@example.org"),
    "own-and-another": held(JANE, beside_jane("jane", "peter"), "jane|roe|jane@example.org", "peter@example.org"),
    "two-others": held(JANE, beside_jane("peter", "laura"), "jane|roe", "peter@example.org", "laura@example.org"),
    "another-twice": held(JANE, beside_jane("peter", "peter2"), "jane|roe", "peter@example.org|peter2@example.org"),
    "another-inside-the-name": held(
        [*JANE, ("emailAddress", "peter@example.org")], [], "jane|roe", "peter@example.org"
    ),
    "beside-a-possible-name": held([("CN", "Jane Roe")], beside_jane("peter"), "jane roe", "peter@example.org"),
    "surname-that-begins-so": held(
        [("GN", "Laura"), ("SN", "Janssen"), ("CN", "Laura Janssen")],
        beside_jane("peter"),
        "laura|janssen",
        "peter@example.org",
    ),
    "surname-is-a-given-name": held(
        [("GN", "Jane"), ("SN", "Peter"), ("CN", "Jane Peter")], beside_jane("peter"), "jane|peter|peter@example.org"
    ),
    "short-form": held(
        [("GN", "Robert"), ("SN", "Roe"), ("CN", "Robert Roe")], beside_jane("bob"), "robert|roe|bob@example.org"
    ),
    "short-form-of-unlisted": held(
        [("GN", "Zbyhněv"), ("SN", "Vzor"), ("CN", "Zbyhněv Vzor")], beside_jane("zbyh"), "zbyhnev|zbyh@example.org"
    ),
    "pet-name-in-another-script": held(KATYA, beside_jane("katya"), "екатерина|katya@example.org"),
    "pet-name-and-surname-at-marriage": held(
        [("GN", "Ekaterina"), ("SN", "Obraztsova"), ("CN", "Ekaterina Obraztsova")],
        beside_jane("katya.invented"),
        "ekaterina|katya.invented@example.org",
    ),
    "another-in-another-script": held(KATYA, beside_jane("sergey"), "екатерина", "sergey@example.org"),
    "doubtful-given-name": held(JANE, beside_jane("romy"), "jane|roe|romy@example.org"),
    "doubtful-script": held(
        [("C", "KR"), ("SN", "예"), ("GN", "시민"), ("CN", "예시민")], beside_jane("peter"), "예시민|peter@example.org"
    ),
    "initial-and-another": held(JANE, beside_jane("k.peter"), "jane|roe|k.peter@example.org"),
    "of-the-second-person": held(
        JANE,
        [("dir", [("GN", "Peter"), ("SN", "Sample")]), *beside_jane("pete", "laura")],
        "jane|roe",
        "peter|sample|pete@example.org",
        "laura@example.org",
    ),
    "of-the-responsible-person": held(
        [("O", "Example Ltd"), ("CN", "Example Ltd")],
        [("dir", [("GN", "Robert"), ("SN", "Roe")]), *beside_jane("bob", "peter")],
        "robert|roe|bob@example.org",
        "peter@example.org",
    ),
    "two-given-names": held(
        [("GN", "Anna Laura"), ("SN", "Roe"), ("CN", "Anna Roe")],
        beside_jane("laura", "annalaura"),
        "anna laura|laura@example.org|annalaura@example.org",
    ),
    "role": held(JANE, beside_jane("office"), "jane|roe"),
    "word-that-is-no-name": held(JANE, beside_jane("q7"), "jane|roe|q7@example.org"),
}

NOBODY: dict[str, str] = {"role": "office@example.org"}
CASES, PEOPLE = arguments_of(_CASES), people_of(_CASES)
