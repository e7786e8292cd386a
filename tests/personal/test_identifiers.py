"""Identifiers: the canonical forms in which both sides of a look-up meet."""

from __future__ import annotations

import time
import tomllib
import unicodedata
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace
from support.certs import make_certificate

from ctscan.errors import UsageError
from ctscan.model import LookupKey
from ctscan.personal.identifiers import parse_identifier
from ctscan.personal.normalise.addresses import (
    address_variants,
    canonical_domain,
    canonical_email,
    email_keys,
    find_emails,
    reversed_labels,
)
from ctscan.personal.normalise.name_tokens import fold_text, name_forms, name_keys, name_score, name_tokens
from ctscan.x509.certificate import read_certificate

# --- addresses ------------------------------------------------------------------------------------------------------

SAME_ADDRESS = [
    "jane@example.org",
    "Jane@Example.ORG",
    " jane@example.org ",
    "jane@example.org.",
    "mailto:jane@example.org",
    "mailto:jane%40example.org?subject=hello",
    "MAILTO: jane@example.org",
    "mail: jane@example.org",
    "E-mail: jane@example.org",
    "rfc822Name=jane@example.org",
    "SMTP:jane@example.org",
    "<jane@example.org>",
    "Jane Doe <jane@example.org>",
    '"Doe, Jane" <jane@example.org>',
    "jane@example.org(at work)",
    "(Jane) jane@example.org",
    '"jane@example.org"',
    "'jane@example.org'",
    '"jane"@example.org',
    "jane@example.org;",
    "jane\u200b@example.org",
    "jane@example.org\x00",
    "ｊａｎｅ＠ｅｘａｍｐｌｅ．ｏｒｇ",
    "jane@example。org",
]


@pytest.mark.parametrize("text", SAME_ADDRESS)
def test_what_stands_around_an_address_does_not_matter(text: str) -> None:
    assert canonical_email(text) == "jane@example.org"
    assert parse_identifier(text).canonical == "jane@example.org"


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("jane@bücher.example", "jane@xn--bcher-kva.example"),
        ("jane@BÜCHER.example", "jane@xn--bcher-kva.example"),
        ("jane@bu\u0308cher.example", "jane@xn--bcher-kva.example"),
        ("jane@XN--BCHER-KVA.example", "jane@xn--bcher-kva.example"),
        ("jane@faß.example", "jane@xn--fa-hia.example"),
        ("jane@☕.example", "jane@xn--53h.example"),
        ("jane@XN--53H.example", "jane@xn--53h.example"),
        ("straße@example.org", "strasse@example.org"),
        ("ΔΟΚΙΜΉ@example.org", "δοκιμή@example.org"),
        ("jose\u0301@example.org", "josé@example.org"),
        ("jane@mail_1.example.org", "jane@mail_1.example.org"),
        ("jane.@example.org", "jane.@example.org"),
        ("o'roe+tag=x@example.org", "o'roe+tag=x@example.org"),
        ('"jane doe"@example.org', '"jane doe"@example.org'),
        (r'"jane\"doe"@example.org', r'"jane\"doe"@example.org'),
        ("root@localhost", "root@localhost"),
        ("root@[192.0.2.1]", "root@[192.0.2.1]"),
        ("root@192.0.2.1", "root@[192.0.2.1]"),
        ("root@[IPv6:2001:DB8:0::1]", "root@[ipv6:2001:db8::1]"),
        ("用户@例子.example", "用户@xn--fsqu00a.example"),
    ],
)
def test_canonical_addresses(text: str, canonical: str) -> None:
    assert canonical_email(text) == canonical
    assert canonical_email(canonical) == canonical


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "@",
            "jane",
            "jane@",
            "@example.org",
            "jane@@example.org",
            "a@b@example.org",
            "jane doe@example.org",
            "∞",
        ),
        *("jane@example..org", "jane@-example.org", "jane@exa mple.org", "jane@example.123", "jane@refs/heads/main"),
        *("jane@example.org, john@example.com", "00:11:22:33:44:55", ".@example.org", "jane@" + "a" * 64 + ".org"),
        *("a" * 320 + "@example.org", "x" * 2000 + "@example.org", "jane@" + "a." * 200 + "org", "jane@[300.1.1.1]"),
    ],
)
def test_texts_that_are_no_address(text: str) -> None:
    assert canonical_email(text) is None
    assert email_keys(text) == ()


def test_keys_of_an_address_are_exact_and_by_domain() -> None:
    assert email_keys("Jane@Mail.Example.org") == (
        LookupKey("email", "jane@mail.example.org"),
        LookupKey("domain", "org.example.mail."),
    )
    assert email_keys("root@[192.0.2.1]") == (LookupKey("email", "root@[192.0.2.1]"),)


def test_everything_below_a_domain_begins_with_its_key() -> None:
    key = reversed_labels("example.org")
    assert key == "org.example."
    assert reversed_labels("mail.example.org").startswith(key)
    assert not reversed_labels("badexample.org").startswith(key)


def test_spellings_of_a_domain_are_one() -> None:
    assert canonical_domain("mail.Example.org.") == "mail.example.org"
    assert canonical_domain("bücher.example") == canonical_domain("xn--bcher-kva.example") == "xn--bcher-kva.example"


@pytest.mark.parametrize(
    "domain", ["", ".", "a..b", "exa mple.org", "jane@example.org", "192.0.2.1", "-a.org", "a" * 64]
)
def test_texts_that_are_no_domain(domain: str) -> None:
    assert canonical_domain(domain) is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "jane@example.org, john@example.com;eve@example.net",
            ["jane@example.org", "john@example.com", "eve@example.net"],
        ),
        ("Jane Doe <Jane@Example.org>", ["jane@example.org"]),
        ("write to (jane@example.org).", ["jane@example.org"]),
        ("CN=Jane/emailAddress=jane@example.org", ["jane@example.org"]),
        ("mailto:jane@example.org", ["jane@example.org"]),
        ("Jane Doe/jane@example.org", ["jane@example.org"]),
        ("jane@example.org jane@EXAMPLE.org", ["jane@example.org"]),
        ("'o'roe@example.org'", ["o'roe@example.org"]),
        ('"jane doe"@example.org', ['"jane doe"@example.org']),
        ("root@[192.0.2.1]", ["root@[192.0.2.1]"]),
        ("連絡先：用户@例子.example、他", ["用户@xn--fsqu00a.example"]),
        ("jane＠example．org", ["jane@example.org"]),
        ("jane@example.org\x00\x01john@example.com", ["jane@example.org", "john@example.com"]),
        ("jane@xn--e1afmkfd.xn--p1ai", ["jane@xn--e1afmkfd.xn--p1ai"]),
    ],
)
def test_addresses_in_running_text(text: str, found: list[str]) -> None:
    assert find_emails(text) == found


@pytest.mark.parametrize(
    "text",
    [
        *("", "@", "a@", "@example.org", "user@host", "release.yml@refs/heads/main", "https://user@example.org/"),
        *("NTR@NL-12345678", "https://example.org/o/r/.github/release.yml@refs/heads/main", "ftp://u@192.0.2.1"),
        *("/cps/cps@sign.html", "user@192.0.2.1", "041@1234@NAME@00000001", "1@a.example@2", "package@1.2.3", "a@b"),
        *("icon@2x.png", "git@example.org:owner/repository.git", "xmpp://jane@example.org"),
        *("postgres://u:p@db.example.org/x",),
    ],
)
def test_false_friends_in_running_text(text: str) -> None:
    assert find_emails(text) == []


@given(st.text(max_size=300))
@example("İ@İ.example")
@example("ǅ@example.org")
@example("a@ß.example")
def test_canonical_addresses_are_stable(text: str) -> None:
    for canonical in [canonical_email(text), *find_emails(text)]:
        if canonical is not None:
            assert canonical_email(canonical) == canonical
            assert len(canonical) < 1000


LOCALS = st.from_regex(r"[a-zA-Z0-9._%+'éßλя用-]{1,20}", fullmatch=True).filter(
    lambda local: local.strip(".'") == local
)
HOSTS = st.from_regex(r"([a-z0-9]{1,10}\.|bücher\.|例子\.){1,3}(org|example)", fullmatch=True)


@given(LOCALS, HOSTS, st.sampled_from(["{}", "<{}>", "x <{}>", " {} ", "mailto:{}", "{}(c)", "{},"]))
def test_an_address_is_found_whatever_its_case_and_surroundings(local: str, host: str, around: str) -> None:
    wanted = canonical_email(f"{local}@{host}")
    assert wanted is not None
    if "%" not in local:
        assert canonical_email(around.format(f"{local.upper()}@{host.upper()}")) == wanted
    assert unicodedata.is_normalized("NFKC", wanted)


@given(LOCALS.filter(lambda local: "%" not in local), HOSTS)
def test_whatever_is_an_address_is_found_in_running_text(local: str, host: str) -> None:
    assert canonical_email(f"{local}@{host}") in find_emails(f"see {local}@{host} for more")


def test_hostile_texts_cost_little() -> None:
    started = time.perf_counter()
    texts = [
        "@" * 65536,
        "a@" * 32768,
        "a." * 32768 + "@b.example",
        '"' * 65535 + "@",
        "(" * 990 + "a@b.example",
        "<" * 999,
    ]
    for text in [*texts, "mailto:" * 140, "((" * 400 + "@" + "))" * 100, "\u0300" * 60000 + "@example.org"]:
        find_emails(text)
        canonical_email(text)
        canonical_email(text[:1000])
        name_tokens(text)
        fold_text(text)
    assert time.perf_counter() - started < 5
    assert len(find_emails(" ".join(f"a{i}@example.org" for i in range(6_000)))) == 6_000


def test_variants_are_offered_and_never_mixed_in() -> None:
    identifier = parse_identifier("Jane.Doe+shop@example.org")
    assert identifier.variants == ("jane.doe@example.org", "janedoe@example.org", "janedoe+shop@example.org")
    assert {key.key for key in identifier.keys} == {"jane.doe+shop@example.org", "org.example."}
    assert address_variants("jane@example.org") == ()
    assert address_variants('"a+b"@example.org') == ()
    assert address_variants("+x@example.org") == ()


# --- names ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Jane Doe", "DOE, Jane"),
        ("Zoë Müller", "zoe muller"),
        ("Zoë Müller", "Zoe MUELLER"),
        ("Łukasz Żak", "lukasz zak"),
        ("Мария Примерова", "Mariya Primerova"),
        ("Ελένη", "ΕΛΕΝΗ"),
        ("O'Roe", "O’ROE"),
        ("İpek Işık", "ipek isik"),
        ("范小明", "Fan Xiao Ming"),
        ("예길동", "Ye Gil-dong"),
        ("しまだ", "shimada"),
        ("ＪＡＮＥ", "jane"),
        ("José", "Jose\u0301"),
        ("מִרְיָם", "מרים"),
    ],
)
def test_one_name_written_in_two_ways(one: str, other: str) -> None:
    assert name_score(other, frozenset(name_tokens(one))) == 1.0


def test_tokens_are_sorted_bounded_and_free_of_order() -> None:
    assert name_tokens("Doe Jane") == name_tokens("Jane  DOE, jane") == ("doe", "jane")
    assert name_tokens("J. R. Q.") == ()
    assert len(name_tokens(" ".join(f"name{i}" for i in range(100)))) == 32
    assert name_keys("Jane") == (LookupKey("name", "jane"),)
    assert name_forms("Zoë Żak") == (("zoe",), ("zak",))


def test_a_score_is_the_share_of_the_wanted_words() -> None:
    assert name_score("Jane Doe", frozenset(["jane"])) == 0.5
    assert name_score("Jane Doe", frozenset(["jane", "doe", "roe"])) == 1.0
    assert name_score("Мария Примерова", frozenset(["mariya", "primerova"])) == 1.0
    assert name_score("!", frozenset(["jane"])) == 0.0


def test_vowel_signs_stay_within_a_word() -> None:
    assert [forms[0] for forms in name_forms("मीरा उदाहरण")] == ["मीरा", "उदाहरण"]
    assert fold_text("Exämple,  Inc.") == "example inc"


@given(st.text(max_size=100))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold_text(fold_text(text)) == fold_text(text)
    assert all(len(token) >= 2 for token in name_tokens(text))


# --- identifiers as a person writes them ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kind", "canonical"),
    [
        ("Jane@Example.org", "email", "jane@example.org"),
        ("email:jane@example.org", "email", "jane@example.org"),
        ("@Example.org", "domain", "example.org"),
        ("＠bücher.example", "domain", "xn--bcher-kva.example"),
        ("domain:example.org", "domain", "example.org"),
        ("AB" * 32, "sha256", "ab" * 32),
        (":".join(["AB"] * 32), "sha256", "ab" * 32),
        (" ".join(["ABCDEF01"] * 8), "sha256", "abcdef01" * 8),
        ("sha256:" + "0f" * 32, "sha256", "0f" * 32),
        ("identity:" + "0f" * 32, "identity", "0f" * 32),
        ("serial:00AB", "serial", "ab"),
        ("serial: 0", "serial", "0"),
        ("0x1F", "serial", "1f"),
        ("03:e8", "serial", "3e8"),
        ("00deadbeef", "serial", "deadbeef"),
        ("12345678", "serial", "12345678"),
        ("Jane Doe", "name", "doe jane"),
        ("name:12345678 Jane", "name", "12345678 jane"),
        ("deadbeef", "name", "deadbeef"),
        ("Ada", "name", "ada"),
        ("范", "name", "范"),
        ("Мария", "name", "мария"),
        ("jdoe12345", "account", "jdoe12345"),
        ("+49 30 901820", "phone", "4930901820"),
        ("phone:0049 (30) 90 18 20", "phone", "4930901820"),
        ("tel:+4930901820", "phone", "4930901820"),
        ("phone:4930901820", "phone", "4930901820"),
        ("phone:030 901820", "phone", "030901820"),
        ("number:12.345.678-z", "number", "12345678Z"),
        ("id: ab 12", "number", "AB12"),
        ("number:12345678", "number", "12345678"),
        ("12345678Z", "number", "12345678Z"),
        ("123.456.789-09", "number", "12345678909"),
        ("PNOEE-38001085718", "number", "PNOEE38001085718"),
        ("account: EXAMPLE\\Jane", "account", "example\\jane"),
        ("account:Jane@Example.org", "account", "jane@example.org"),
    ],
)
def test_kinds_of_identifier(text: str, kind: str, canonical: str) -> None:
    identifier = parse_identifier(text)
    assert (identifier.kind, identifier.canonical, identifier.value) == (kind, canonical, text)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            " ",
            "jane@",
            "@",
            "@-",
            "jane@example..org",
            "a@b.example c@d.example",
            "x",
            "1234",
            "!!",
            "sha256:12",
        ),
        *("192.0.2.1", "number:", "number:-/.", "number:000", "phone:", "phone:12", "phone:secretjane"),
        *("phone:+49 30 901820, +49 30 901821", "account:", "account:  "),
        *("serial:xyz", "serial:", "identity:zz", "domain:exa mple", "email:jane", "0xzz", "name:", "J", "z" * 1001),
        *("secretjane@еxample.org", "@exαmple.org", "domain:еxample.org", "email:secretjane@www.exаmple.org"),
        *("secretjane@" + "x" * 400 + ".example", "secretjane doe@example.org", "email:secretjane", "@secretjane..org"),
    ],
)
def test_what_is_no_identifier_is_told_by_kind_and_length_only(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_identifier(text)
    message = str(caught.value)
    assert message.startswith("identifier: expected")
    assert "\n" not in message
    assert "secretjane" not in message


@given(st.text(max_size=1100))
def test_any_text_is_an_identifier_or_a_usage_error(text: str) -> None:
    try:
        identifier = parse_identifier(text)
    except UsageError:
        return
    assert parse_identifier(f"{identifier.kind}:{identifier.canonical}").canonical == identifier.canonical


def test_a_number_is_found_with_and_without_the_country_before_it() -> None:
    keys = (LookupKey("number", "IDCES12345678Z"), LookupKey("number", "12345678Z"))
    assert parse_identifier("IDCES-12345678Z").keys == keys
    assert LookupKey("number", "12345678Z") in parse_identifier("NIF 12345678-Z").keys
    assert LookupKey("number", "V123456781") in parse_identifier("RIF-V-12345678-1").keys
    assert LookupKey("number", "80010100000") in parse_identifier("number:PESEL: 80010100000").keys
    assert parse_identifier("number:12345678-Z").keys == keys[1:]


def test_other_forms_are_offered_and_never_mixed_in() -> None:
    telephone, account = parse_identifier("+49 30 901820"), parse_identifier("account:Jane@example.org")
    assert telephone.variants == ("phone:030901820",)
    assert telephone.keys == (LookupKey("phone", "4930901820"),)
    assert account.variants == ("email:jane@example.org",)
    assert account.keys == (LookupKey("account", "jane@example.org"),)
    for offered in (*telephone.variants, *account.variants):
        assert parse_identifier(offered).kind in ("phone", "email")


def refusal(text: str) -> str:
    """Return the message that refuses a text; empty when the text is accepted."""
    try:
        parse_identifier(text)
    except UsageError as error:
        return str(error)
    return ""


@given(st.sampled_from(["number", "phone", "account", "id", "tel"]), st.text(max_size=80))
def test_what_is_typed_after_a_kind_is_read_the_same_again(kind: str, text: str) -> None:
    refused = refusal(f"{kind}:{text}")
    if refused:  # a text may be a word of every refusal, such as "expected"
        words = text.strip()
        assert len(words) < 3 or words not in refused or words in refusal("phone:none") + refusal("number:?")
        return
    identifier = parse_identifier(f"{kind}:{text}")
    if identifier.canonical.isascii():  # some letters have a longer form in capitals, with marks
        assert parse_identifier(f"{identifier.kind}:{identifier.canonical}").canonical == identifier.canonical


@pytest.mark.parametrize(("serial", "asked"), [(b"\x00\xab\xcd", "serial:00:AB:CD"), (b"\x00", "0x00"), (b"", "0x00")])
def test_serials_of_certificates_and_people_meet(serial: bytes, asked: str) -> None:
    certificate = replace(read_certificate(make_certificate([("CN", "x")], [])), serial=serial)
    assert certificate.serial_hex == parse_identifier(asked).canonical


PRINCIPALS = (
    "jane/admin@EXAMPLE.ORG",
    "<jane/admin@example.org>",
    "PC17$@example.org",
    "host/pc17.example.org@example.org",
)


@pytest.mark.parametrize("text", PRINCIPALS)
def test_an_account_in_the_form_of_an_address_that_gets_no_mail_is_read_as_both(text: str) -> None:
    address = text.strip("<>").lower()
    found = parse_identifier(text)
    assert [(one.kind, one.canonical) for one in found.readings] == [("email", address), ("account", address)]
    assert not any(one.guessed for one in found.readings)
    assert parse_identifier(f"email:{text}").others == ()


def test_an_account_of_a_chat_is_found_without_its_device() -> None:
    found = parse_identifier("account:Eva@chat.example.org/home")
    assert [key.key for key in found.keys] == ["eva@chat.example.org/home", "eva@chat.example.org"]
    assert [key.key for key in parse_identifier("account:jane/admin@example.org").keys] == ["jane/admin@example.org"]


def accounts_of_golden_certificates() -> set[str]:
    files = (Path(__file__).parent / "golden").glob("*/*.toml")
    found = [one for file in files for one in tomllib.loads(file.read_text("utf-8")).get("finding", [])]
    keys = {key for one in found for key in one.get("keys", []) if key.startswith("account:")}
    return {key.removeprefix("account:") for key in keys if "@" in key}


@pytest.mark.parametrize("account", sorted(accounts_of_golden_certificates()))
def test_every_account_with_an_at_is_found_as_it_is_printed(account: str) -> None:
    readings = parse_identifier(account).readings
    keys = {f"{key.kind}:{key.key}" for one in readings for key in one.keys}
    own = {f"account:{account}"} | ({f"email:{account}"} if "/" not in account and "$" not in account else set())
    assert own & keys
