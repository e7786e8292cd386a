"""Tests of the configuration: precedence of layers, refusals, and errors that repeat no value."""

from __future__ import annotations

from datetime import time, timedelta
from pathlib import Path

import pytest

from ctscan.config import Config, load_config, variables_of
from ctscan.config.keys import KEYS
from ctscan.errors import UsageError
from ctscan.model.alert_channel import Quiet
from ctscan.model.controller import Controller
from ctscan.model.mail import MailSecurity, MailSettings


def write(directory: Path, text: str, name: str = "ctscan.toml") -> Path:
    path = directory / name
    path.write_text(text, encoding="utf-8")
    return path


def refusal(directory: Path, text: str) -> str:
    """Load a configuration file that must be refused, and return the error's text."""
    write(directory, text)
    with pytest.raises(UsageError) as caught:
        load_config({}, {}, directory)
    return str(caught.value)


def test_defaults_without_any_configuration(tmp_path: Path) -> None:
    config = load_config({}, {}, tmp_path)
    assert config == Config(db=str(tmp_path / "ctscan.db"))
    assert (config.contact, config.start, config.stale_after) == (None, None, timedelta(hours=24))
    assert config.quarantine_days == 30


def test_option_wins_over_environment_over_file(tmp_path: Path) -> None:
    write(tmp_path, 'purpose = "file"\ncontact = "file@example.org"\njobs = 2\nretention = "12 months"')
    environ = {"CTSCAN_PURPOSE": "environment", "CTSCAN_JOBS": "3"}
    config = load_config({"jobs": 4}, environ, tmp_path)
    assert (config.jobs, config.purpose, config.contact) == (4, "environment", "file@example.org")
    assert config.retention == "12 months"


def test_options_not_given_leave_the_other_layers(tmp_path: Path) -> None:
    write(tmp_path, 'follow = true\nlogs = ["Example log"]\nformat = "json"')
    config = load_config({"follow": False, "logs": (), "format": None, "db": None}, {}, tmp_path)
    assert (config.follow, config.logs, config.format) == (True, ("Example log",), "json")


def test_every_key_of_the_file_is_understood(tmp_path: Path) -> None:
    write(
        tmp_path,
        """
        contact = "https://example.org/ct"
        db = "data/index.db"
        log_list = "lists/log_list.json"
        logs = ["Example 'a'", "file:///srv/log"]
        from = 2026-01-31
        scope = ["example.org", "organisation:Example, Ltd"]
        everything = false
        purpose = "test"
        repositories = ["crt.sh", "censys"]
        search_people = true
        ocsp = true
        follow = true
        jobs = 2
        format = "json"
        stale_after = "90m"
        quarantine_days = 0
        retention = "12 months"
        [audit]
        path = "records/trail"
        [privacy]
        key_file = "/mnt-secret/ctscan.key"
        [tuning."Example Operator"]
        batch = 512
        rate = 2
        keep_alive = false
        [tuning."crt.sh"]
        rate = 0.05
        url = "https://crt.example.org/"
        [timeouts]
        give_up = 12.5
        """,
    )
    config = load_config({}, {}, tmp_path)
    assert config.path == tmp_path / "ctscan.toml"
    assert config.db == str(tmp_path / "data" / "index.db")
    assert config.log_lists == (str(tmp_path / "lists" / "log_list.json"),)
    assert config.audit_path == str(tmp_path / "records" / "trail")
    assert config.key_file == "/mnt-secret/ctscan.key"
    assert config.start == "2026-01-31"
    assert config.scope == ("example.org", "organisation:Example, Ltd")
    assert (config.stale_after, config.quarantine_days) == (timedelta(minutes=90), 0)
    assert (config.repositories, config.search_people, config.ocsp) == (("crt.sh", "censys"), True, True)
    assert config.tuning == {
        "Example Operator": {"batch": 512, "rate": 2.0, "keep_alive": False},
        "crt.sh": {"rate": 0.05, "url": "https://crt.example.org/"},
    }
    assert config.timeouts.give_up == 12.5


@pytest.mark.parametrize(
    ("variable", "text", "field", "value"),
    [
        ("CTSCAN_CONTACT", "ct@example.org", "contact", "ct@example.org"),
        ("CTSCAN_DB", "sqlite:////srv/ctscan.db", "db", "sqlite:////srv/ctscan.db"),
        ("CTSCAN_LOG_LIST", "https://example.org/list.json", "log_lists", ("https://example.org/list.json",)),
        ("CTSCAN_LOG", "one; two", "logs", ("one", "two")),
        ("CTSCAN_LOGS", "one\ntwo", "logs", ("one", "two")),
        ("CTSCAN_FROM", "start", "start", "start"),
        (
            "CTSCAN_SCOPE",
            "organisation:Example, Ltd;example.org",
            "scope",
            ("organisation:Example, Ltd", "example.org"),
        ),
        ("CTSCAN_EVERYTHING", "yes", "everything", True),
        ("CTSCAN_PURPOSE", "answering requests", "purpose", "answering requests"),
        ("CTSCAN_REPOSITORIES", "crt.sh; censys", "repositories", ("crt.sh", "censys")),
        ("CTSCAN_SEARCH_PEOPLE", "true", "search_people", True),
        ("CTSCAN_OCSP", "no", "ocsp", False),
        ("CTSCAN_FOLLOW", "1", "follow", True),
        ("CTSCAN_JOBS", "2", "jobs", 2),
        ("CTSCAN_FORMAT", "json", "format", "json"),
        ("CTSCAN_STALE_AFTER", "7d", "stale_after", timedelta(days=7)),
        ("CTSCAN_QUARANTINE_DAYS", "7", "quarantine_days", 7),
        ("CTSCAN_RETENTION", "a year", "retention", "a year"),
        ("CTSCAN_AUDIT_PATH", "/srv/trail", "audit_path", "/srv/trail"),
        ("CTSCAN_KEY_FILE", "/srv/ctscan.key", "key_file", "/srv/ctscan.key"),
    ],
)
def test_environment(tmp_path: Path, variable: str, text: str, field: str, value: object) -> None:
    assert getattr(load_config({}, {variable: text}, tmp_path), field) == value


def test_every_flat_key_has_a_variable() -> None:
    tables = {name for name, key in KEYS.items() if key.parse is None}
    assert tables == {"tuning", "timeouts", "controller", "mail", "keep", "report.ignore", "alerts"}
    assert variables_of("logs") == ("CTSCAN_LOGS", "CTSCAN_LOG")
    assert variables_of("privacy.key_file") == ("CTSCAN_KEY_FILE",)


def test_an_empty_variable_is_not_given(tmp_path: Path) -> None:
    write(tmp_path, 'purpose = "file"')
    assert load_config({}, {"CTSCAN_PURPOSE": " "}, tmp_path).purpose == "file"


@pytest.mark.parametrize(
    ("file", "environ", "options", "scope", "everything"),
    [
        ('scope = ["example.org"]', {}, {"everything": True}, (), True),
        ("everything = true", {}, {"scope": ("example.org",)}, ("example.org",), False),
        ("everything = true", {"CTSCAN_SCOPE": "example.net"}, {}, ("example.net",), False),
        ('scope_file = "terms.txt"', {}, {"everything": True}, (), True),
        ("everything = true", {}, {"scope_file": "terms.txt"}, (), False),
        ('scope = ["example.org"]', {"CTSCAN_EVERYTHING": "0"}, {}, ("example.org",), False),
        ('scope = ["example.org"]', {"CTSCAN_EVERYTHING": "1"}, {"scope": ("example.com",)}, ("example.com",), False),
    ],
)
def test_a_later_scope_replaces_an_earlier_everything_and_the_reverse(
    tmp_path: Path, file: str, environ: dict[str, str], options: dict[str, object], scope: object, everything: bool
) -> None:
    write(tmp_path, file)
    config = load_config(options, environ, tmp_path)
    assert (config.scope, config.everything) == (scope, everything)


# --- search of the file ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("environ", "options", "scope", "origin", "file"),
    [
        ({}, {}, ("a.example",), "ctscan.toml: scope", "a.txt"),
        ({"CTSCAN_SCOPE": "b.example"}, {}, ("b.example",), "CTSCAN_SCOPE", None),
        ({"CTSCAN_SCOPE_FILE": "b.txt"}, {}, (), "CTSCAN_SCOPE", "b.txt"),
        ({"CTSCAN_SCOPE": "b.example"}, {"scope": ("c.example",)}, ("c.example",), "--scope", None),
        ({}, {"scope": ("c.example",), "scope_file": "c.txt"}, ("c.example",), "--scope", "c.txt"),
    ],
)
def test_terms_and_file_of_a_scope_come_from_one_layer(
    tmp_path: Path, environ: dict[str, str], options: dict[str, object], scope: object, origin: str, file: str | None
) -> None:
    (tmp_path / "ctscan.toml").write_text('scope = ["a.example"]\nscope_file = "a.txt"', encoding="utf-8")
    config = load_config(options, environ, tmp_path)
    assert config.scope == scope
    assert config.scope_origin.endswith(origin)
    assert config.scope_file == (str(tmp_path / file) if file else None)


@pytest.mark.parametrize(
    ("file", "environ", "options", "where"),
    [
        ('everything = true\nscope = ["example.org"]', {}, {}, "ctscan.toml"),
        ("", {"CTSCAN_SCOPE": "example.net", "CTSCAN_EVERYTHING": "1"}, {}, "environment"),
        ("everything = true", {}, {"scope": ("example.org",), "everything": True}, "command line"),
    ],
)
def test_everything_and_terms_given_at_once_are_refused(
    tmp_path: Path, file: str, environ: dict[str, str], options: dict[str, object], where: str
) -> None:
    write(tmp_path, file)
    with pytest.raises(UsageError, match=rf"{where}: expected everything or the terms of a scope, got both"):
        load_config(options, environ, tmp_path)


@pytest.mark.parametrize(
    ("file", "environ", "keys"),
    [
        ("", {}, {}),
        ("logs = []", {}, {}),
        ('log_list = "list.json"', {}, {"log_lists": ("list.json",)}),
        ('log_list = ["list.json", "list.json"]', {}, {"log_lists": ("list.json", "list.json")}),
        ('logs = ["one"]\nlog_list = "list.json"', {"CTSCAN_LOG": "two"}, {
            "logs": ("two",), "log_lists": ("list.json",),
        }),
        ("", {"CTSCAN_LOGS": "two", "CTSCAN_LOG_LIST": "https://example.org/l"}, {
            "logs": ("two",), "log_lists": ("https://example.org/l",),
        }),
    ],
)  # fmt: skip
def test_the_choice_of_file_and_environment_is_kept_beside_that_of_the_command_line(
    tmp_path: Path, file: str, environ: dict[str, str], keys: dict[str, tuple[str, ...]]
) -> None:
    write(tmp_path, file)
    here = str(tmp_path / "list.json")
    anchored = {name: tuple(here if one == "list.json" else one for one in value) for name, value in keys.items()}
    config = load_config({"logs": ("three",), "log_lists": ("other.json",)}, environ, tmp_path)
    assert (config.keys, config.logs, config.log_lists) == (anchored, ("three",), (str(tmp_path / "other.json"),))


def test_search_order_of_the_file(tmp_path: Path) -> None:
    write(tmp_path, 'purpose = "here"')
    named = write(tmp_path, 'purpose = "named"', "other.toml")
    given = write(tmp_path, 'purpose = "given"', "given.toml")
    environ = {"CTSCAN_CONFIG": str(named)}
    assert load_config({}, {}, tmp_path).purpose == "here"
    assert load_config({}, environ, tmp_path).purpose == "named"
    assert load_config({"config": str(given)}, environ, tmp_path).purpose == "given"


def test_a_named_file_that_is_missing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"expected a file at .*nowhere\.toml, found none; 'ctscan init'"):
        load_config({"config": "nowhere.toml"}, {}, tmp_path)


@pytest.mark.parametrize("option", [None, "ctscan.toml"])
def test_a_directory_in_place_of_the_file_is_refused(tmp_path: Path, option: str | None) -> None:
    (tmp_path / "ctscan.toml").mkdir()
    with pytest.raises(UsageError, match=r"expected a file at .*ctscan\.toml, got a directory"):
        load_config({"config": option}, {}, tmp_path)


def test_a_byte_order_mark_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "ctscan.toml").write_bytes(b"\xef\xbb\xbfjobs = 2\n")
    assert load_config({}, {}, tmp_path).jobs == 2


def test_paths_are_relative_to_what_names_them(tmp_path: Path) -> None:
    folder, here = tmp_path / "etc", tmp_path / "here"
    folder.mkdir()
    path = write(folder, 'db = "a.db"')
    assert load_config({"config": str(path)}, {}, here).db == str(folder / "a.db")
    assert load_config({"config": str(path)}, {"CTSCAN_DB": "b.db"}, here).db == str(here / "b.db")
    assert load_config({"config": str(path), "db": "c.db"}, {}, here).db == str(here / "c.db")
    path.write_text("", encoding="utf-8")
    assert load_config({"config": str(path)}, {}, here).db == str(folder / "ctscan.db")


# --- controller and mail ---------------------------------------------------------------------------------------------


def test_the_controller_is_kept_as_given_and_what_is_missing_stays_empty(tmp_path: Path) -> None:
    write(tmp_path, '[controller]\nname = " Beispiel GmbH "\naddress = ["Musterweg 1", "10115 Berlin; Deutschland"]')
    controller = load_config({}, {}, tmp_path).controller
    assert controller == Controller("Beispiel GmbH", "Musterweg 1; 10115 Berlin; Deutschland", "", "")


def test_every_key_of_the_controller(tmp_path: Path) -> None:
    write(
        tmp_path,
        """
        [controller]
        name = "نمونه\u200cها"
        address = "1 Example Street; Berlin"
        contact = "privacy@example.org"
        authority = "Example Authority"
        place = "DE-BE"
        dpo = "dpo@example.org"
        legal_basis = "GDPR article 6(1)(f)"
        recipients = ["security team", "auditors"]
        safeguards = "none needed"
        letterhead = "letterhead"
        legitimate_interest = "security of our domains"
        """,
    )
    assert load_config({}, {}, tmp_path).controller == Controller(
        "نمونه\u200cها",
        "1 Example Street; Berlin",
        "privacy@example.org",
        "Example Authority",
        "DE-BE",
        "dpo@example.org",
        "GDPR article 6(1)(f)",
        ("security team", "auditors"),
        ("none needed",),
        str(tmp_path / "letterhead"),
        "security of our domains",
    )


@pytest.mark.parametrize(
    ("text", "mail"),
    [
        ("", MailSettings()),
        ('security = "tls"', MailSettings(port=465, security=MailSecurity.TLS)),
        ('security = "none"\nhost = "localhost"', MailSettings("localhost", 25, MailSecurity.NONE)),
        (
            'host = "smtp.example.org"\nport = 2525\nuser = "u"\nfrom = "privacy@example.org"',
            MailSettings("smtp.example.org", 2525, MailSecurity.STARTTLS, "u", "privacy@example.org"),
        ),
    ],
)
def test_mail(tmp_path: Path, text: str, mail: MailSettings) -> None:
    write(tmp_path, f"[mail]\n{text}")
    assert load_config({}, {"CTSCAN_MAIL_PASSWORD": "secret"}, tmp_path).mail == mail


def test_without_the_tables_there_is_neither_controller_nor_mail(tmp_path: Path) -> None:
    config = load_config({}, {}, tmp_path)
    assert (config.controller, config.mail) == (None, None)


# --- refusals -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('scop = ["example.org"]', "unknown key 'scop'; did you mean 'scope'?"),
        ('log-list = "x"', "unknown key 'log-list'; did you mean 'log_list'?"),
        ("colour = 1", "unknown key 'colour'; expected one of contact, db, "),
        ("[tuning.Example]\nconcurency = 2", "unknown key 'concurency'; did you mean 'concurrency'?"),
        ("[timeouts]\nwrite = 2", "timeouts: unknown key 'write'; expected one of give_up"),
        ('jobs = "two"', "jobs: expected a whole number from 1 to 256, got text of 3 characters"),
        ("jobs = true", "jobs: expected a whole number from 1 to 256, got true or false"),
        ("jobs = 0", "jobs: expected a whole number from 1 to 256, got the number 0"),
        ("follow = 1", "follow: expected true or false, got the number 1"),
        ('scope = ["example.org", 5]', "scope, term 2: expected text in quotes, got the number 5"),
        ("scope = {}", "scope: expected a list of texts, got a table"),
        ('stale_after = "soon"', 'stale_after: expected a duration such as "90m", "24h" or "7d", got text of 4'),
        ('stale_after = "0h"', "stale_after: expected a duration"),
        ("stale_after = 24", "stale_after: expected a duration"),
        ('contact = "me"', "contact: expected an e-mail address or an http(s) URL"),
        ('contact = "jürgen@example.org"', "in ASCII"),
        ('purpose = "a\\u0007b"', "purpose: expected one line of text without control characters"),
        ('jobs = "2"', "jobs: expected a whole number from 1 to 256, got text of 1 character"),
        ('format = "csv"', 'format: expected "table" or "json", got text of 3 characters'),
        ("tuning = 3", "tuning: expected tables such as"),
        ('[tuning."Example"]\nrate = nan', "rate: expected a number above 0"),
        ('[tuning."crt.sh"]\nurl = "crt.example.org"', "url: expected a URL"),
        ("from = 12:30:00", "from: expected text in quotes, got a date or time"),
        ('db = ""', "db: expected text that isn't empty"),
        ('[controller]\nnam = "Example Ltd"', "controller: unknown key 'nam'; did you mean 'name'?"),
        ('controller = "Example Ltd"', "controller: expected a table, got text of 11 characters"),
        ('[controller]\nname = "Exa\\u0007mple"', "controller.name: expected one line of text without control"),
        ('[controller]\nname = "Example \\u202emoc"', "controller.name: expected one line of text without control"),
        (
            '[controller]\naddress = """1 Street\n10115 Berlin"""',
            'expected a list of lines, or one text with "; "',
        ),
        ('[controller]\naddress = ["1 Street", 2]', "controller.address[1]: expected text in quotes, got the number 2"),
        ("[controller]\nrecipients = {}", "controller.recipients: expected text in quotes, got a table"),
        (
            '[controller]\nplace = "Berlin"',
            'a country, or a country and a part of it, by ISO 3166: "DE" or',
        ),
        (f'[controller]\nname = "{"x" * 2001}"', "controller.name: expected at most 2000 characters, got text of 2001"),
        ('[mail]\npassword = "x"', "mail: unknown key 'password'; expected one of host, port, security, user, from"),
        ('[mail]\nsecurity = "ssl"', 'mail.security: expected "starttls" or "tls" or "none", got text of 3 characters'),
        ("[mail]\nsecurity = []", 'mail.security: expected "starttls" or "tls" or "none", got a list of 0'),
        ('[mail]\nsecurity = "none"\nuser = "x"', 'security = "starttls" or "tls" beside a user, got "none"'),
        ("[mail]\nport = 70000", "mail.port: expected a whole number from 1 to 65535, got the number 70000"),
        (
            '[mail]\nhost = "smtp://mail.example.org"',
            "host: expected the name of a server, without port or scheme",
        ),
        (
            '[mail]\nfrom = "Example <a@example.org>"',
            "from: expected one e-mail address (name@example.org) and no",
        ),
        (
            '[mail]\nfrom = "a@example.org\\r\\nBcc: b@example.org"',
            "from: expected one line of text without control",
        ),
        ('[audit]\npth = "x"', "unknown key 'audit.pth'; did you mean 'audit.path'?"),
        ('audit = "x"', "unknown key 'audit'"),
        ("[privacy]\nkey_file = 5", "privacy.key_file: expected text in quotes, got the number 5"),
        ('audit_path = "x"', "unknown key 'audit_path'; did you mean 'audit.path'?"),
    ],
)
def test_refused_with_what_where_expected_and_got(tmp_path: Path, text: str, words: str) -> None:
    message = refusal(tmp_path, text)
    assert words in message
    assert message.startswith(str(tmp_path / "ctscan.toml"))
    assert "\n" not in message


def test_not_toml_names_the_place(tmp_path: Path) -> None:
    message = refusal(tmp_path, 'purpose = "x"\ncontact = jane@example.org\n')
    assert "expected TOML, got something else at line 2, column" in message
    assert "jane" not in message


def test_not_utf_8(tmp_path: Path) -> None:
    (tmp_path / "ctscan.toml").write_bytes(b'purpose = "\xff"')
    with pytest.raises(UsageError, match="expected UTF-8, got something else at byte 11"):
        load_config({}, {}, tmp_path)


def test_an_endless_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "ctscan.toml").write_bytes(b"#" * (1 << 20) + b"\n")
    with pytest.raises(UsageError, match="at most 1048576 bytes of TOML"):
        load_config({}, {}, tmp_path)


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ('scope = ["jane@example.org\\n"]', "jane"),
        ('contact = "Jane Roe"', "Jane"),
        ('stale_after = "jane@example.org"', "jane"),
    ],
)
def test_errors_repeat_no_value(tmp_path: Path, text: str, secret: str) -> None:
    assert secret not in refusal(tmp_path, text)


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({"CTSCAN_SCOP": "example.org"}, "unknown variable CTSCAN_SCOP; did you mean CTSCAN_SCOPE?"),
        ({"CTSCAN_LOGLIST": "x"}, "did you mean CTSCAN_LOG_LIST?"),
        ({"CTSCAN_JOBS": "two"}, "CTSCAN_JOBS: expected a whole number"),
        ({"CTSCAN_JOBS": "１"}, "CTSCAN_JOBS: expected a whole number"),
        ({"CTSCAN_FOLLOW": "maybe"}, "CTSCAN_FOLLOW: expected 1 or 0"),
        ({"CTSCAN_FORMAT": "jsonl"}, "CTSCAN_FORMAT: expected"),
    ],
)
def test_environment_is_checked(tmp_path: Path, environ: dict[str, str], words: str) -> None:
    with pytest.raises(UsageError) as caught:
        load_config({}, environ, tmp_path)
    assert words in str(caught.value)


@pytest.mark.parametrize("variable", ["CTSCAN_PORT", "CTSCAN_SERVICE_HOST", "CTSCAN_PORT_443_TCP", "CTSCAN_LOG_LEVEL"])
def test_variables_of_a_container_platform_are_not_ours(tmp_path: Path, variable: str) -> None:
    assert load_config({}, {variable: "tcp://203.0.113.1:443"}, tmp_path) == load_config({}, {}, tmp_path)


def test_options_are_checked_and_called_by_their_names(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"^--contact: expected"):
        load_config({"contact": "nobody"}, {}, tmp_path)
    with pytest.raises(UsageError, match=r"^--log\[0\]: expected"):
        load_config({"logs": ("",)}, {}, tmp_path)


def test_places_of_heads_are_paths_beside_the_file_or_as_they_are(tmp_path: Path) -> None:
    places = '["heads", "/srv/heads", "syslog", "syslog:/run/log", "udp://log.example.org:514", "udp://[::1]"]'
    (tmp_path / "ctscan.toml").write_text(f"[audit]\nheads_to = {places}\n", encoding="utf-8")
    config = load_config({}, {}, tmp_path)
    assert config.heads_to == (
        str(tmp_path / "heads"), "/srv/heads", "syslog", "syslog:/run/log", "udp://log.example.org:514", "udp://[::1]"
    )  # fmt: skip


def test_settings_whose_change_is_recorded_are_those_of_file_and_environment(tmp_path: Path) -> None:
    (tmp_path / "ctscan.toml").write_text('purpose = "one"\nformat = "json"\n', encoding="utf-8")
    config = load_config({"purpose": "two"}, {"CTSCAN_SCOPE": "example.org"}, tmp_path)
    assert config.recorded == (("scope", ("example.org",)), ("purpose", "one"))


ALERTS = """
[alerts]
zone = "Europe/Berlin"
[[alerts.channel]]
name = "soc"
kind = "webhook"
url = "{url}"
secret_file = "soc.secret"
quiet = "22:00-07:00"
digest = "4h"
"""


def test_channels_of_alerts(tmp_path: Path) -> None:
    path = write(tmp_path, ALERTS.format(url="https://example.org/a"))
    config = load_config({"config": str(path)}, {"CTSCAN_ALERT_SECRET_SOC": "secret"}, tmp_path)
    (channel,) = config.alerts.channels
    assert (channel.quiet, channel.digest) == (Quiet(time(22), time(7)), timedelta(hours=4))
    assert dict(channel.options) == {"url": "https://example.org/a", "secret_file": str(tmp_path / "soc.secret")}
    assert "example.org/a" not in repr(config.alerts)  # the path of a URL may be a secret


def test_a_change_of_an_address_of_alerts_is_noticed(tmp_path: Path) -> None:
    first, second = (
        load_config({"config": str(write(tmp_path, ALERTS.format(url=url)))}, {}, tmp_path).recorded
        for url in ("https://example.org/a", "https://example.org/b")
    )
    assert repr(first) != repr(second)
