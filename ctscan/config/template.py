"""Text of a new `ctscan.toml` that explains itself."""

from __future__ import annotations

import json
from collections.abc import Sequence

TEMPLATE = """\
# Settings of ctscan. A key can also be given as an environment variable (CTSCAN_CONTACT and so on), most of them as an
# option as well: an option wins over the environment, the environment over this file. An unknown key is an error.

# Who you are: an e-mail address or a URL under which the operators of logs, repositories and CAs can reach you. It is
# sent with every request, and nothing is read over the network without it.
{contact}

# What may be indexed at all. Of everything else only counts are kept. Terms: "domain:example.org" (the domain and all
# below it), "email:jane@example.org", "organisation:Example Ltd"; a bare domain or address will do.
{scope}

# More terms in a file, one a line, with "# comments" and "[labels]".
# scope_file = "scope.txt"

# Consent (true gives it) to a scope with a public suffix ("co.uk", "github.io") or an organisation of fewer than three
# letters: it keeps the data of many people who have nothing to do with each other.
{wide_scope}

# Or the personal data of anybody. Ask yourself (and your data protection officer) first whether you may.
# everything = true

# What for: recorded with every scan, import and question to a repository, so that you can account for it (GDPR article
# 5(2)). No repository is asked without it.
{purpose}

# How long you keep what is found, in words: dossiers, notices and records of processing state it. [keep], further
# below, has the rules that ctscan applies itself.
{retention}

# Which logs answers speak of: names (or a part that only one has), or file:///directory of an archived log. An edit is
# recorded by the next scan ('ctscan basis show --history'); a log that is left out then stays until it is dropped with
# 'ctscan basis drop'. Without this key: all logs of the list that can be read ('ctscan logs' has their names).
# logs = ["Example 'log2026h1'"]

# Repositories that 'ctscan scan' asks for the scope besides reading the logs: see 'ctscan sources' for their names.
# repositories = ["crt.sh"]

# Consent (true gives it). Asking a repository for "email:..." of the scope tells it who that person is: without consent
# 'ctscan scan' leaves single addresses out, and asks for domains and organisations only.
# search_people = false

# Consent (true gives it) that 'ctscan status --refresh' asks CAs by OCSP for what their lists leave open: it tells a CA
# whose certificate is being looked at. The lists tell it nothing, and are always fetched.
# ocsp = false

# The list of logs: a URL or a file, or several: ["...", "..."]. The default is Google's, whose signature is checked.
# log_list = "log_list.json"

# Public key (a file) and origin of a log in a folder that has no log.v3.json, as a running log writes it.
# log_key = "log.pem"
# origin = "log.example.org/2026"

# Where coverage begins when a log is seen first: "now", "start", a date such as 2026-01-31.
# "start" reads billions of entries.
# from = "now"

# The index; a path is relative to this file.
# db = "ctscan.db"

# Processes that read at the same time, and whether to go on when all is read.
# jobs = 1
# follow = false

# The output of commands that have --format: "table" or "json".
# format = "table"

# Language of tables. JSON is always in English.
# lang = "en"

# An answer is called incomplete when a log was not checked for so long (s, m, h, d), or when its signed head is older
# than the maximum merge delay of the log and this time together.
# stale_after = "24h"

# Witnesses whose cosignatures on the checkpoints of logs are verified and shown: their verifier keys.
# witnesses = ["witness.example.org/w1+1234abcd+BASE64"]

# Days for which a batch that contradicts its log's tree is kept for examination.
# quarantine_days = 30

# The audit trail: who looked up whom (as a digest), when and what for. The default is the path of the index with
# ".audit" behind it. Where the index lies on read-only media, name a place that can be written.
# [audit]
# path = "ctscan.db.audit"
# The trail is a log of its own. Its signed heads are also written to these places, which somebody who can write to the
# trail should not be able to change: files, "syslog", "syslog:PATH" of a socket, "udp://HOST:PORT".
# heads_to = ["/srv/audit/heads", "syslog"]

# The key of those digests; the default is the path of the index with ".key" behind it. Keep it off the backups of index
# and trail: with the key, anybody can try out who was looked up.
# The list of people who objected lies beside the index, too: with ".suppressions" behind the path of the index. Keep a
# copy of it with the key: without it nobody knows who must not be written again.
# [privacy]
# key_file = "ctscan.db.key"
# suppressions = "ctscan.db.suppressions"

# The key of an index that is encrypted as a whole, trail and backups with it: a file of 64 hexadecimal digits, kept in
# another place than all of these. 'ctscan encrypt --key-file' encrypts an index that is there.
# [index]
# key_file = "/etc/ctscan/index.key"

# Who answers for this index, as dossiers and letters to the people concerned name it (GDPR articles 13-15). The first
# four are needed for these; lines of the address are separated by "; ".
# [controller]
# name = "Example Ltd"
# address = "1 Example Street; 10115 Berlin; Germany"
# contact = "privacy@example.org"
# authority = "Berlin Commissioner for Data Protection and Freedom of Information"

# Whose public holidays move a deadline: a country, or a country and a part of it (ISO 3166). Without it: weekends only.
# place = "DE-BE"

# What dossiers, notices and the record of processing say of your processing; what is left out is marked there as
# missing. letterhead is a folder with your letterhead and paragraphs of your own.
# dpo = "Data Protection Officer, dpo@example.org"
# legal_basis = "GDPR article 6(1)(f)"
# legitimate_interest = "finding exposed data of our staff before others use it"
# recipients = ["our IT security team"]
# safeguards = "nothing is transferred to third countries"
# letterhead = "letterhead"

# The server that sends one-time codes ('ctscan case identify --send') and alerts (SMTP). security: "starttls", "tls"
# (from the first byte) or "none", which takes no user. The password is in the environment only: CTSCAN_MAIL_PASSWORD.
# [mail]
# host = "smtp.example.org"
# port = 587
# security = "starttls"
# user = "privacy"
# from = "privacy@example.org"

# Where alerts go: 'ctscan watch' says what they are about. Kinds: "jsonl" (path), "webhook" (url), "mail" (to, by the
# server above), "atom" (path), "syslog" (to), "hook" (program). Secrets are in the environment only, or in a file of
# yours (secret_file): CTSCAN_ALERT_SECRET_SOC for the channel "soc". Values of people are masked, unless you
# want them in full.
# [alerts]
# zone = "Europe/Berlin"           # of quiet hours
# every = "1m"                     # while a scan follows
# patience = "30s"                 # at the end of a scan
# [[alerts.channel]]
# name = "soc"
# kind = "webhook"
# url = "https://hooks.example.org/ctscan"
# watches = ["staff"]              # without it: all
# digest = "4h"
# quiet = "22:00-07:00"
# rate = 200                       # alerts in an hour

# How long each kind of record is kept: a number of days (d), months or years (y). What is older is deleted at the end
# of every scan, and by 'ctscan purge'. A kind that is left out is kept, but for the people in closed cases. The rules
# of certificates (findings, expired) hold for all that is read as well, so that nothing comes back: answers name them.
# [keep]
# expired = "12 months"            # certificates and all in them, after their expiry
# findings = "10 years"            # the same, after their issuing, whether they expired or not
# evidence = "3 years"             # proofs of log entries, after they were saved
# cases = "3 years"                # cases, after their closing
# case_identifiers = "12 months"   # people in cases, after their closing; without this key 12 months (CCPA: 24)
# trail = "3 years"                # events of the audit trail
# disclosures = "3 years"          # record of questions that left the machine
# searches = "3 years"             # searches and imports of which no certificate is left
# runs = "3 years"                 # records of scans
# quarantine = "30d"               # batches that contradict their log; takes the place of quarantine_days
# crls = "90d"                     # fetched lists of revoked certificates
# alerts = "1 year"                # alerts that were delivered or given up

# Data that 'ctscan report' counts apart, such as test data: a value, an issuer (text in its name) or a rule, and why.
# [report]
# ignore = [{{ issuer = "Example Test CA", reason = "certificates of our tests" }}]

# Metrics for Prometheus while 'ctscan scan --follow' runs, at /metrics of this address; without the key there are none.
# An address that other machines reach needs beyond_loopback = true.
# [metrics]
# listen = "127.0.0.1:9187"
# beyond_loopback = false

# For how many seconds a request to a log may fail before the pass goes on without it.
# [timeouts]
# give_up = 60

# How one operator's logs, or one log, are read. Leave out what you don't want to change: batch (entries of one
# request), concurrency (requests under way for one log), rate (requests a second), keep_alive (connections are used
# again), tiles (for one log only: the URL under which it serves its entries in tiles as well).
# [tuning."Name of an operator or of a log"]
# batch = 256
# concurrency = 4
# rate = 2.0
# keep_alive = true
# tiles = "https://log.example.org/2026h1/"

# The same for a repository: rate, and the url of another server that speaks the same protocol.
# [tuning."crt.sh"]
# rate = 0.08
# url = "https://crt.sh/"
"""


DEMO_TEMPLATE = """\
# Settings that 'ctscan demo --keep' left beside its index: the log of invented people that comes with ctscan.
db = "ctscan.db"
logs = [{log}]
from = "start"
everything = true
purpose = "demonstration"
"""


def demo_settings_text(log: str) -> str:
    """Write the settings of the demonstration, which reads the log at this URL."""
    return DEMO_TEMPLATE.format(log=json.dumps(log))


def settings_text(
    contact: str | None, scope: Sequence[str], purpose: str | None, retention: str | None, wide_scope: bool = False
) -> str:
    """Fill the template in; a setting that is missing stays as a commented example."""
    return TEMPLATE.format(
        contact=_line("contact", contact, "ct@example.org"),
        scope=_line("scope", list(scope) or None, ["example.org"]),
        wide_scope=_line("wide_scope", wide_scope or None, False),
        purpose=_line("purpose", purpose, "finding exposed personal data of our staff"),
        retention=_line("retention", retention, "12 months"),
    )


def _line(key: str, value: object, example: object) -> str:
    """Write a line of TOML. TOML's basic strings are JSON's, but for DEL, which the checks of settings refuse."""
    text = json.dumps(example if value is None else value, ensure_ascii=False)
    return f"{'# ' if value is None else ''}{key} = {text}"
