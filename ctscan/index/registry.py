"""Registry of every column of every table, of the index and of its audit trail: whether it holds personal data, and how
forget, purge and export treat it.

    PERSONAL   text or bytes from which a person can be told
    KEYED      digest of an identifier under a secret: only the holder of the secret can compare with it
    NONE       nothing of any person

A test compares the registry with the schemas and fails on a column that is missing here, or gone there. Code that has
to reach every table of a certificate reads its tables here (`of_certificates`) and lists none. Pure data.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from msgspec import Struct, field


class Datum(StrEnum):
    """Kind of datum in a column."""

    PERSONAL = "personal"
    KEYED = "keyed"
    NONE = "none"


class Forget(StrEnum):
    """Treatment of a table when a person is forgotten."""

    WITH_PARENT = "goes with the row that it hangs on"
    UNUSED = "goes when nothing uses it any longer"
    ALL = "every row goes: nobody can say whom its bytes name"
    BLANKED = "stays, and its personal columns are emptied where they may name the person"
    PSEUDONYM = "stays, and its personal columns become a pseudonym"
    KEPT = "stays: it names nobody who can ask to be forgotten here"
    PROMISE = "stays: it keeps the promise"
    NAMED = "goes where it names the person"


class Purge(StrEnum):
    """Treatment of a table when what is old is deleted."""

    WITH_PARENT = "goes with the row that it hangs on"
    BY_AGE = "goes when it is old"
    UNUSED = "goes when nothing uses it any longer"
    KEPT = "stays"


class Export(StrEnum):
    """Treatment of a table when a person gets a copy of the own data."""

    ANSWER = "in answers and dossiers, with the certificates of the person"
    CASE = "in the export of a case"
    TRAIL = "in the export of the audit trail"
    NEVER = "not exported: it is about no single person"


class Table(Struct, frozen=True):
    """Table with the treatment of its rows.

    Attributes:
        personal: personal columns, separated by blanks; likewise `keyed` and `none`.
        forget, purge, export: treatment of the columns, unless `columns` says another.
        parent: table and column of the row that this row hangs on, as `table.own column`; empty where there is none.
        columns: forget of single columns.
    """

    personal: str = ""
    keyed: str = ""
    none: str = ""
    forget: Forget = Forget.KEPT
    purge: Purge = Purge.KEPT
    export: Export = Export.NEVER
    parent: str = ""
    columns: dict[str, Forget] = field(default_factory=dict)

    def kinds(self) -> Iterator[tuple[str, Datum]]:
        """Yield each column with its kind."""
        for datum, names in ((Datum.PERSONAL, self.personal), (Datum.KEYED, self.keyed), (Datum.NONE, self.none)):
            yield from ((name, datum) for name in names.split())

    def forget_of(self, column: str) -> Forget:
        """Return how forget treats a column."""
        return self.columns.get(column, self.forget)


def _of_certificate(parent: str, personal: str = "", none: str = "") -> Table:
    return Table(personal, "", none, Forget.WITH_PARENT, Purge.WITH_PARENT, Export.ANSWER, parent)


INDEX: dict[str, Table] = {
    # --- certificates, and the rows that hang on them
    "certificate": Table(
        "identity sha256 serial subject problem authority_key_id issuer serial_hash",
        "",
        "id is_ca rules not_before not_after partly findings_check crc",
        Forget.WITH_PARENT,
        Purge.BY_AGE,
        Export.ANSWER,
    ),
    "leaf": _of_certificate("certificate.certificate", "sha256 der", "id certificate kind crc"),
    "leaf_sha1": _of_certificate("leaf.leaf", "head", "leaf"),
    "submitted": _of_certificate("leaf.leaf", "der", "id leaf"),
    "finding": _of_certificate(
        "certificate.certificate", "value canonical raw repaired keys", "certificate ordinal trait"
    ),
    "sighting": _of_certificate(
        "leaf.leaf", "entry_index timestamp extensions", "id log leaf issuer_key_hash pending paths crc"
    ),
    "chain_sighting": _of_certificate("leaf.leaf", "entry_index timestamp", "id log leaf pending crc"),
    "repository_sighting": _of_certificate(
        "leaf.leaf", "reference owner first_logged", "id repository leaf search crc"
    ),
    "coordinate": _of_certificate("repository_sighting.sighting", "entry_index timestamp", "sighting log crc"),
    "revocation": _of_certificate(
        "certificate.certificate",
        "state revoked_at reason url",
        "certificate source checked this_update next_update why crc",
    ),
    "unreadable": _of_certificate(
        "leaf.leaf", "entry_index leaf_hash", "id log reason leaf pending partly crc"
    ),
    "restricted_certificate": _of_certificate("certificate.certificate", "", "certificate suppression"),
    "certificate_use": _of_certificate("certificate.certificate", "uses", "certificate"),
    "certificate_host": _of_certificate("certificate.certificate", "host name", "certificate"),
    "watch_match": _of_certificate("certificate.certificate", "", "watch certificate state why at judge_at"),
    "unwatched": Table(
        "", "", "certificate", Forget.WITH_PARENT, Purge.WITH_PARENT, parent="certificate.certificate"
    ),
    "alert": Table(
        "", "", "id uuid kind at why watch watch_name owner certificate subject assigned",
        Forget.WITH_PARENT, Purge.BY_AGE, Export.ANSWER, "certificate.certificate",
    ),
    "alert_delivery": _of_certificate("alert.alert", "", "channel alert message begun told"),
    # --- shared by certificates
    "lookup_key": Table("key hash", "", "id kind", Forget.UNUSED, Purge.UNUSED, Export.ANSWER),
    "posting": Table("key first certificates", "", "", Forget.UNUSED, Purge.UNUSED, Export.ANSWER),
    "mailbox": Table("place key", "", "", Forget.UNUSED, Purge.UNUSED),
    "trait": Table(
        "", "", "id rule category categories place oid subject_kind confidence why person sensitivity marks tag",
        Forget.UNUSED, Purge.UNUSED, Export.ANSWER,
    ),
    "issuer_name": Table("hash name", "", "id crc", Forget.UNUSED, Purge.UNUSED, Export.ANSWER),
    "audit_paths": Table("shape hashes", "", "id head", Forget.UNUSED, Purge.UNUSED),
    "control_total": Table("totals", "", "id", Forget.UNUSED, Purge.UNUSED),
    "domain_total": Table("digest total", "", "", Forget.UNUSED, Purge.UNUSED),
    "table_total": Table("", "", "name total", Forget.KEPT),
    # --- bytes of which nobody can say whom they name
    "quarantine": Table(
        "raw", "", "id log range_start range_end at", Forget.ALL, Purge.BY_AGE
    ),
    # --- repositories
    "search": Table(
        "question", "digest", "id repository kind who purpose scope rules started ended outcome detail results"
        " certificates scope_emails crc", Forget.BLANKED, Purge.BY_AGE,
    ),
    "salt": Table("", "", "one salt"),
    "disclosure": Table("", "", "id at who kind recipient purpose command", Forget.KEPT, Purge.BY_AGE),
    # --- authorities
    "issuer": Table("sha256 der subject_hash key_hash", "", "id origin", Forget.BLANKED, Purge.UNUSED),
    "crl": Table("", "", "id url fetched this_update next_update der", Forget.KEPT, Purge.BY_AGE),
    "authority": Table("contact", "", "id sha256 key_id owner name policies status crc", Forget.KEPT),
    "authority_list": Table("", "", "one fetched origin records crc"),
    # --- coverage: no trace by position
    "coverage": Table("scope", "", "id log rules range_start range_end edge since crc", Forget.BLANKED),
    "pending": Table("scope", "", "id log range_start rules edge crc", Forget.BLANKED, Purge.UNUSED),
    "pending_piece": Table("", "", "pending ordinal hashes", Forget.KEPT, Purge.WITH_PARENT, parent="pending.pending"),
    "hole": Table("", "", "id log range_start range_end reason detail tries crc"),
    # --- logs, runs, the basis
    "log": Table(
        "", "", "id log_id key name operator protocol state url monitoring_url origin mmd final_size final_root"
        " final_timestamp head last_success last_error last_error_at rate failing_since failure crc batch",
    ),
    "tree_head": Table("", "", "id log size root timestamp signature raw saved crc"),
    "head_seen": Table("", "", "id log size root timestamp signature raw first_seen last_seen", purge=Purge.BY_AGE),
    "head_size": Table("", "", "log hour timestamp size", purge=Purge.BY_AGE),
    "misbehaviour": Table("", "", "id log at reason digest kind hashes crc"),
    "misbehaviour_head": Table("", "", "misbehaviour ordinal raw"),
    "misbehaviour_decision": Table("", "", "id misbehaviour at who is_dismissal reason crc"),
    "rule_set": Table("", "", "version rules crc"),
    "run": Table(
        "scope", "", "id who started ended rules purpose command outcome entries candidates certificates",
        Forget.BLANKED, Purge.BY_AGE,
    ),
    "run_log": Table("", "", "id run log_id name operator reason", Forget.KEPT, Purge.WITH_PARENT, parent="run.run"),
    "basis": Table("", "", "revision at who change note source choice keys crc logs_check"),
    "basis_list": Table("", "", "revision dated version read_at crc"),
    "basis_log": Table("", "", "id basis log_id name operator is_member reason since crc"),
    "holder": Table("", "", "id log range_start range_end pid host who since progressed_at", purge=Purge.UNUSED),
    "list_failure": Table("", "", "one since at error"),
    "damage": Table("", "", "part at"),
    "known_trail": Table("", "", "number trail_id at who reason"),
    "migration": Table("", "", "number name applied"),
    # --- cases
    "case_year": Table("", "", "year last"),
    "subject_case": Table(
        "requester", "", "id number kind regime received lang channel since identifiers events crc",
        Forget.PSEUDONYM, Purge.BY_AGE, Export.CASE,
    ),
    "case_identifier": Table(
        "text canonical", "", "id subject_case kind crc", Forget.PSEUDONYM, Purge.BY_AGE, Export.CASE,
        "subject_case.subject_case",
    ),
    "case_event": Table(
        "detail", "", "id subject_case ordinal at recorded who action crc", Forget.PSEUDONYM, Purge.BY_AGE,
        Export.CASE, "subject_case.subject_case",
    ),
    # --- retention
    "keep_limit": Table("", "", "kind count unit before crc"),
    # --- watches, and what is told; what hangs on a certificate stands above
    "watch": Table("term", "", "id name kind owner purpose at who crc", Forget.NAMED, export=Export.ANSWER),
    "watch_form": Table(
        "canonical", "", "watch kind", Forget.NAMED, Purge.WITH_PARENT, Export.ANSWER, "watch.watch"
    ),
    "ack": Table("value", "", "id kind reason until at who crc", Forget.NAMED),
    "alert_message": Table("", "", "id uuid channel made state tries next_at ended", purge=Purge.UNUSED),
    "alert_channel": Table("", "", "channel failing_since last_error last_delivered"),
    "alert_condition": Table("", "", "kind subject severity since"),
    # --- people who objected
    "suppression_state": Table("", "", "one file applied", Forget.PROMISE),
    "suppressed_other": Table("", "digest", "id words crc", Forget.PROMISE),
    "forgetting_case": Table("", "", "subject_case", purge=Purge.UNUSED),
}  # fmt: skip
"""Tables of an index."""

TRAIL: dict[str, Table] = {
    "event": Table(
        "", "digest",
        "id at who action state purpose case_number kind answer answer_digest verdict detail intent nonce",
        Forget.KEPT, Purge.BY_AGE, Export.TRAIL,
    ),
    "digest_key": Table("", "", "number key_id since"),
    "identity": Table("", "", "one id older vkey"),
    "leaf": Table("", "", "position hash"),
    "head": Table("", "", "size root signature", export=Export.TRAIL),
    "edge": Table("", "", "one size roots"),
    "forgetting": Table("", "", "event"),
    "migration": Table("", "", "number name applied"),
}  # fmt: skip
"""Tables of an audit trail. Its events hold no identifier: purposes and cases that name a person are refused."""


def of_certificates() -> dict[str, tuple[str, str]]:
    """Return the tables whose rows hang on a certificate, directly or by others: `(parent, own column)` by table, the
    parents first."""
    found: dict[str, tuple[str, str]] = {}
    known = {"certificate"}
    while more := {
        name: (parent, column)
        for name, table in INDEX.items()
        if name not in known
        for parent, _, column in [table.parent.partition(".")]
        if parent in known
    }:
        found |= more
        known |= set(more)
    return found
