"""Words of answers, tables and health: codes for the single words that sentences and columns hold."""

from __future__ import annotations

from ctscan.model import Code, EntryKind, GapReason, MisbehaviourKind
from ctscan.model.health import Condition


class Word(Code):
    """Word that stands within a sentence: a kind, a reason, a person."""

    # overview of an answer

    KIND_EMAIL = "word.kind-email"
    KIND_DOMAIN = "word.kind-domain"
    KIND_HOST = "word.kind-host"
    KIND_NAME = "word.kind-name"
    KIND_NUMBER = "word.kind-number"
    KIND_PHONE = "word.kind-phone"
    KIND_ACCOUNT = "word.kind-account"
    KIND_SHA1 = "word.kind-sha1"
    KIND_SHA256 = "word.kind-sha256"
    KIND_SERIAL = "word.kind-serial"
    KIND_IDENTITY = "word.kind-identity"
    KIND_ORGANISATION = "word.kind-organisation"
    KIND_IMPORT = "word.kind-import"
    GAP_NOT_READ = "word.gap-not-read"
    GAP_OUT_OF_SCOPE = "word.gap-out-of-scope"
    GAP_OLDER_RULES = "word.gap-older-rules"
    GAP_PRUNED = "word.gap-pruned"
    GAP_QUARANTINED = "word.gap-quarantined"
    GAP_REFUSED = "word.gap-refused"
    GAP_FAILING = "word.gap-failing"
    GAP_PURGED = "word.gap-purged"
    ENTRY_X509 = "word.entry-x509"
    ENTRY_PRECERT = "word.entry-precert"
    FAILURE_UNAVAILABLE = "word.failure-unavailable"
    FAILURE_WRONG_ORIGIN = "word.failure-wrong-origin"
    FAILURE_FUTURE_HEAD = "word.failure-future-head"
    FAILURE_UNPROVEN = "word.failure-unproven"
    FAILURE_CONTRADICTS_LIST = "word.failure-contradicts-list"
    SKIPPED_NOT_SELECTED = "word.skipped-not-selected"
    SKIPPED_PENDING = "word.skipped-pending"
    SKIPPED_RETIRED = "word.skipped-retired"
    SKIPPED_REJECTED = "word.skipped-rejected"
    SKIPPED_NO_LONGER_LISTED = "word.skipped-no-longer-listed"
    SKIPPED_NO_LONGER_CHOSEN = "word.skipped-no-longer-chosen"
    SKIPPED_READ_APART = "word.skipped-read-apart"
    SKIPPED_DROPPED = "word.skipped-dropped"
    SKIPPED_TEST_LOG = "word.skipped-test-log"
    SKIPPED_UNUSABLE = "word.skipped-unusable"
    PERSON_SUBJECT = "word.person-subject"
    PERSON_REPRESENTATIVE = "word.person-representative"
    PERSON_REPRESENTED = "word.person-represented"
    PERSON_CA_CONTACT = "word.person-ca-contact"
    PERSON_CONSTRAINT = "word.person-constraint"
    PERSON_UNCLEAR = "word.person-unclear"
    PERSON_NOTARY = "word.person-notary"
    PERSON_OWNER = "word.person-owner"
    PERSON_MEMBER = "word.person-member"
    PERSON_MANAGER = "word.person-manager"
    PERSON_SECRETARY = "word.person-secretary"
    PERSON_ROLE = "word.person-role"
    PERSON_SEE_ALSO = "word.person-see-also"
    DERIVED = "word.derived"
    HASHED = "word.hashed"
    PARTIAL = "word.partial"
    INVALID = "word.invalid"
    NATIONAL_IDENTIFIER = "word.national-identifier"
    SPECIAL_CATEGORY = "word.special-category"
    SUBJECT_PERSON = "word.subject-person"
    SUBJECT_ROLE = "word.subject-role"
    SUBJECT_ORGANISATION = "word.subject-organisation"
    SUBJECT_HOST = "word.subject-host"
    SUBJECT_DEVICE = "word.subject-device"
    SUBJECT_CA = "word.subject-ca"
    SUBJECT_UNKNOWN = "word.subject-unknown"
    CERTAIN = "word.certain"
    LIKELY = "word.likely"
    POSSIBLE = "word.possible"
    SEARCH_RUNNING = "word.search-running"
    SEARCH_WHOLE = "word.search-whole"
    SEARCH_INCOMPLETE = "word.search-incomplete"
    SEARCH_FAILED = "word.search-failed"
    SEARCH_INTERRUPTED = "word.search-interrupted"
    CONTRADICTION_TWO_ROOTS = "word.contradiction-two-roots"
    CONTRADICTION_SHRANK = "word.contradiction-shrank"
    CONTRADICTION_EMPTY_ROOT = "word.contradiction-empty-root"
    CONTRADICTION_NOT_EXTENDED = "word.contradiction-not-extended"
    CONTRADICTION_UNNAMED = "word.contradiction-unnamed"
    CHECK_FILE = "word.check-file"
    CHECK_INDEX = "word.check-index"
    CHECK_TRAIL = "word.check-trail"
    EVENT_RUN = "word.event-run"
    EVENT_SEARCH = "word.event-search"
    EVENT_DISCLOSURE = "word.event-disclosure"
    EVENT_RULES = "word.event-rules"
    EVENT_REVISION = "word.event-revision"
    HEALTH_MISBEHAVING = "word.health-misbehaving"
    HEALTH_FAILING = "word.health-failing"
    HEALTH_NEVER_READ = "word.health-never-read"
    HEALTH_STALE = "word.health-stale"
    HEALTH_FALLING_BEHIND = "word.health-falling-behind"
    HEALTH_BEHIND = "word.health-behind"
    HEALTH_OK = "word.health-ok"
    HEALTH_HELD = "word.health-held"
    HEALTH_GAPS = "word.health-gaps"


ENTRIES = {EntryKind.X509: Word.ENTRY_X509, EntryKind.PRECERT: Word.ENTRY_PRECERT}
"""Words for what an entry of a log holds."""

GAPS = {reason: Word[f"GAP_{reason.name}"] for reason in GapReason}
"""Words for the reason of a gap."""

CONDITIONS = {
    Condition.MISBEHAVING: Word.HEALTH_MISBEHAVING,
    Condition.FAILING: Word.HEALTH_FAILING,
    Condition.NEVER_READ: Word.HEALTH_NEVER_READ,
    Condition.HELD: Word.HEALTH_HELD,
    Condition.STALE: Word.HEALTH_STALE,
    Condition.FALLING_BEHIND: Word.HEALTH_FALLING_BEHIND,
    Condition.BEHIND: Word.HEALTH_BEHIND,
    Condition.GAPS: Word.HEALTH_GAPS,
    Condition.OK: Word.HEALTH_OK,
}
"""Words for the condition of a log."""

CONTRADICTIONS = {
    MisbehaviourKind.TWO_ROOTS: Word.CONTRADICTION_TWO_ROOTS,
    MisbehaviourKind.SHRANK: Word.CONTRADICTION_SHRANK,
    MisbehaviourKind.EMPTY_ROOT: Word.CONTRADICTION_EMPTY_ROOT,
    MisbehaviourKind.NOT_EXTENDED: Word.CONTRADICTION_NOT_EXTENDED,
    None: Word.CONTRADICTION_UNNAMED,
}
"""Words for the kind of a contradiction; None: an older version recorded it."""
