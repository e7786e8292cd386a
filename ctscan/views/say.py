"""Sentences that views make themselves, as codes: answers, statuses, sightings. The words stand in data/text/."""

from __future__ import annotations

from ctscan.model import CertificateStanding, Code, MisbehaviourKind
from ctscan.model.health import Condition


class Say(Code):
    """Sentence, or part of a sentence, of a view."""

    # status of a certificate
    REVOKED = "say.revoked"
    REVOKED_ON = "say.revoked-on"
    AS_LIST_SAYS = "say.as-list-says"
    AS_RESPONDER_SAYS = "say.as-responder-says"
    AS_CLAIMED = "say.as-claimed"
    VALID = "say.valid"
    VALID_BUT = "say.valid-but"
    UNKNOWN = "say.unknown"
    EXPIRED_UNCHECKED = "say.expired-unchecked"
    EXPIRED_UNKNOWN = "say.expired-unknown"
    NOT_JUDGED = "say.not-judged"
    NO_CERTIFICATE_OF_THAT = "say.no-certificate-of-that"
    NO_CERTIFICATE_YET = "say.no-certificate-yet"
    REFRESHED = "say.refreshed"
    REFRESH_STOPPED = "say.refresh-stopped"
    MORE = "say.more"

    # answers, sightings and coverage
    FOUND = "say.found"
    FOUND_MAYBE_MORE = "say.found-maybe-more"
    NOTHING_FOUND = "say.nothing-found"
    NOTHING_FOUND_MAYBE = "say.nothing-found-maybe"
    SEARCHED = "say.searched"
    SEARCHED_PARTLY = "say.searched-partly"
    SEARCHED_NOTHING = "say.searched-nothing"
    SEARCHED_NOTHING_OF_BASIS = "say.searched-nothing-of-basis"
    WITH_TIME = "say.with-time"
    AS_OF = "say.as-of"
    AS_OF_AND_FROZEN = "say.as-of-and-frozen"
    AS_OF_HEAD = "say.as-of-head"
    AS_OF_HEADS = "say.as-of-heads"
    LOGS = "say.logs"
    LOGS_OF_BASIS = "say.logs-of-basis"
    FOUND_IN = "say.found-in"
    FOUND_IN_AND_PARTLY = "say.found-in-and-partly"
    FOUND_PARTLY = "say.found-partly"
    CERTIFICATES = "say.certificates"
    CERTIFICATES_OF_AUTHORITIES = "say.certificates-of-authorities"
    CERTIFICATES_AND_AUTHORITY = "say.certificates-and-authority"
    CERTIFICATES_AND_AUTHORITIES = "say.certificates-and-authorities"
    ABOUT_LOG = "say.about-log"
    MANY_NEVER_READ = "say.many-never-read"
    STALE = "say.stale"
    MANY_STALE = "say.many-stale"
    STALE_ADVICE = "say.stale-advice"
    ADVICE_SCAN = "say.advice-scan"
    ADVICE_OLD_HEAD = "say.advice-old-head"
    ADVICE_CLOCK = "say.advice-clock"
    STALE_AND_LEFT = "say.stale-and-left"
    FAILING = "say.failing"
    FAILING_DOUBTFUL = "say.failing-doubtful"
    MANY_FAILING = "say.many-failing"
    FROZEN = "say.frozen"
    FROZEN_BECAUSE = "say.frozen-because"
    MANY_FROZEN = "say.many-frozen"
    LEFT = "say.left"
    MANY_LEFT = "say.many-left"
    OUTSIDE = "say.outside"
    MANY_OUTSIDE = "say.many-outside"
    OUTSIDE_READ = "say.outside-read"
    MANY_OUTSIDE_READ = "say.many-outside-read"
    WITH_REASON = "say.with-reason"
    LIMITS_AS_ABOVE = "say.limits-as-above"
    DOCUMENT = "say.document"
    ASKED_BY = "say.asked-by"
    ASKED_FOR_PURPOSE = "say.asked-for-purpose"
    IN_CASE = "say.in-case"
    DIGEST = "say.digest"
    NOT_SEARCHED = "say.not-searched"
    TWO_LOGS = "say.two-logs"
    MANY_LOGS = "say.many-logs"
    NUMBER_OF = "say.number-of"
    WITH_ADVICE = "say.with-advice"
    ADVICE_NOT_READ = "say.advice-not-read"
    ADVICE_OUT_OF_SCOPE = "say.advice-out-of-scope"
    ADVICE_OLDER_RULES = "say.advice-older-rules"
    ABOUT = "say.about"
    ABOUT_OTHER = "say.about-other"
    ABOUT_WORD = "say.about-word"
    NO_OWNERS = "say.no-owners"
    ASKED = "say.asked"
    ASKED_ABOUT_HOSTS = "say.asked-about-hosts"
    ASKED_ABOUT = "say.asked-about"
    GIVEN = "say.given"
    DERIVED_FROM = "say.derived-from"
    MEANT = "say.meant"
    SHORTENED = "say.shortened"
    WHY_AND_WHERE = "say.why-and-where"
    MORE_VALUES = "say.more-values"
    MORE_PLACES = "say.more-places"
    MORE_SIGHTINGS = "say.more-sightings"
    VARIANT = "say.variant"
    CERTIFICATE = "say.certificate"
    CERTIFICATE_OF_AUTHORITY = "say.certificate-of-authority"
    AGREEMENT = "say.agreement"
    SHA256 = "say.sha256"
    SHA256_UNSEEN = "say.sha256-unseen"
    PROBABLY_SAME = "say.probably-same"
    STATUS = "say.status"
    SERIAL = "say.serial"
    NO_NAME = "say.no-name"
    IN_CHAIN = "say.in-chain"
    LOGGED_PROVEN = "say.logged-proven"
    LOGGED_UNPROVEN = "say.logged-unproven"
    IMPOSSIBLE_TIME = "say.impossible-time"
    IN_REPOSITORY = "say.in-repository"
    ON_STDIN = "say.on-stdin"
    IN_FILE = "say.in-file"
    FIRST_LOGGED = "say.first-logged"
    CONFIRMED = "say.confirmed"
    UNVERIFIED = "say.unverified"
    COORDINATES = "say.coordinates"
    COORDINATES_AND_MORE = "say.coordinates-and-more"
    ENTRY = "say.entry"
    OWNER_UNCONFIRMED = "say.owner-unconfirmed"
    OWNER_CLAIMED = "say.owner-claimed"
    OWNER_UNKNOWN = "say.owner-unknown"
    OWNER = "say.owner"
    CA_CERTIFICATE = "say.ca-certificate"
    POLICIES = "say.policies"
    REPORTS = "say.reports"
    COLUMN_LOG = "say.column-log"
    COLUMN_SEARCHED = "say.column-searched"
    COLUMN_NOT_SEARCHED = "say.column-not-searched"
    COLUMN_LAST_CHECK = "say.column-last-check"
    ALL_SEARCHED = "say.all-searched"
    PART_SEARCHED = "say.part-searched"
    FROM_ENTRY = "say.from-entry"
    LOGGED_SINCE = "say.logged-since"
    STALE_SINCE = "say.stale-since"
    CHECKED_FAILING = "say.checked-failing"
    NO_HOLES = "say.no-holes"
    HOLE = "say.hole"
    HOLES = "say.holes"
    NEVER = "say.never"
    COLUMN_SERIAL = "say.column-serial"
    COLUMN_SUBJECT = "say.column-subject"
    COLUMN_UNTIL = "say.column-until"
    COLUMN_STATUS = "say.column-status"
    COLUMN_STANDING = "say.column-standing"
    COLUMN_CERTIFICATES = "say.column-certificates"
    COLUMN_OPERATOR = "say.column-operator"
    COLUMN_HEALTH = "say.column-health"
    COLUMN_VERIFIED = "say.column-verified"
    COLUMN_HEAD = "say.column-head"
    COLUMN_BACKLOG = "say.column-backlog"
    COLUMN_RATE = "say.column-rate"
    COLUMN_GROWTH = "say.column-growth"
    COLUMN_CATCH_UP = "say.column-catch-up"
    COLUMN_HOLES = "say.column-holes"
    COLUMN_LAST_SUCCESS = "say.column-last-success"
    HOLES_AND_ENTRIES = "say.holes-and-entries"
    EVIDENCE = "say.evidence"
    EVIDENCE_DISMISSED = "say.evidence-dismissed"
    NO_EVIDENCE = "say.no-evidence"
    COLUMN_NUMBER = "say.column-number"
    COLUMN_TIME = "say.column-time"
    COLUMN_KIND = "say.column-kind"
    COLUMN_VERIFIES = "say.column-verifies"
    COLUMN_DECISION = "say.column-decision"
    VERIFIES = "say.verifies"
    VERIFIES_NOT = "say.verifies-not"
    STANDS = "say.stands"
    IS_DISMISSED = "say.is-dismissed"
    PROVEN = "say.proven"
    NOT_PROVEN = "say.not-proven"
    DISMISSED_BY = "say.dismissed-by"
    RESTORED_BY = "say.restored-by"
    LAST_ERROR = "say.last-error"
    COSIGNED = "say.cosigned"
    NOT_COSIGNED = "say.not-cosigned"
    COSIGNATURE_INVALID = "say.cosignature-invalid"
    NO_LOG_YET = "say.no-log-yet"
    HEALTH_OF = "say.health-of"
    HEALTH_SINCE = "say.health-since"
    HEALTH_OUTSIDE = "say.health-outside"
    HEALTH_INDEX = "say.health-index"
    NEVER_AT_THIS_RATE = "say.never-at-this-rate"

    # checks of saved answers
    CHECK_ANSWER = "say.check-answer"
    CHECK_HOLDS = "say.check-holds"
    CHECK_FAILS = "say.check-fails"
    CHECK_OPEN = "say.check-open"
    CHECK_UNKNOWN = "say.check-unknown"
    CHECK_MORE = "say.check-more"


class Standing(Code):
    """Standing of a certificate."""

    VALID = "standing.valid"
    NOT_YET_VALID = "standing.not-yet-valid"
    EXPIRED = "standing.expired"
    REVOKED = "standing.revoked"
    UNKNOWN = "standing.unknown"


STANDINGS = {
    CertificateStanding.VALID: Standing.VALID(),
    CertificateStanding.NOT_YET_VALID: Standing.NOT_YET_VALID(),
    CertificateStanding.EXPIRED: Standing.EXPIRED(),
    CertificateStanding.REVOKED: Standing.REVOKED(),
    CertificateStanding.UNKNOWN: Standing.UNKNOWN(),
}


class Verification(Code):
    """Step by which a third party verifies evidence of misbehaviour, with any software."""

    HEADS = "verification.heads"
    TWO_ROOTS = "verification.two-roots"
    SHRANK = "verification.shrank"
    EMPTY_ROOT = "verification.empty-root"
    NOT_EXTENDED = "verification.not-extended"


HOW_TO_VERIFY = {
    MisbehaviourKind.TWO_ROOTS: Verification.TWO_ROOTS(),
    MisbehaviourKind.SHRANK: Verification.SHRANK(),
    MisbehaviourKind.EMPTY_ROOT: Verification.EMPTY_ROOT(),
    MisbehaviourKind.NOT_EXTENDED: Verification.NOT_EXTENDED(),
}
"""Step behind `Verification.HEADS`, for each kind of evidence."""


class Word(Code):
    """Word that stands within a sentence: a kind, a reason, a person."""

    KIND_EMAIL = "word.kind-email"
    KIND_DOMAIN = "word.kind-domain"
    KIND_HOST = "word.kind-host"
    KIND_NAME = "word.kind-name"
    KIND_NUMBER = "word.kind-number"
    KIND_PHONE = "word.kind-phone"
    KIND_ACCOUNT = "word.kind-account"
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
    GAP_PURGED = "word.gap-purged"
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
    HEALTH_MISBEHAVED = "word.health-misbehaved"
    HEALTH_FAILING = "word.health-failing"
    HEALTH_NEVER_READ = "word.health-never-read"
    HEALTH_STALE = "word.health-stale"
    HEALTH_FALLING_BEHIND = "word.health-falling-behind"
    HEALTH_BEHIND = "word.health-behind"
    HEALTH_HAS_HOLES = "word.health-has-holes"
    HEALTH_OK = "word.health-ok"
    HEALTH_HELD = "word.health-held"
    HEALTH_GAPS = "word.health-gaps"


HEALTH = {
    "misbehaved": Word.HEALTH_MISBEHAVED,
    "failing": Word.HEALTH_FAILING,
    "never read": Word.HEALTH_NEVER_READ,
    "stale": Word.HEALTH_STALE,
    "falling behind": Word.HEALTH_FALLING_BEHIND,
    "behind": Word.HEALTH_BEHIND,
    "has holes": Word.HEALTH_HAS_HOLES,
    "ok": Word.HEALTH_OK,
}
"""Words for the health of a log."""

CONDITIONS = {
    Condition.MISBEHAVING: Word.HEALTH_MISBEHAVED,
    Condition.FAILING: Word.HEALTH_FAILING,
    Condition.NEVER_READ: Word.HEALTH_NEVER_READ,
    Condition.HELD: Word.HEALTH_HELD,
    Condition.STALE: Word.HEALTH_STALE,
    Condition.FALLING_BEHIND: Word.HEALTH_FALLING_BEHIND,
    Condition.BEHIND: Word.HEALTH_BEHIND,
    Condition.GAPS: Word.HEALTH_GAPS,
    Condition.OK: Word.HEALTH_OK,
}
"""Words for the condition of a log in a check of its health."""

CONTRADICTIONS = {
    MisbehaviourKind.TWO_ROOTS: Word.CONTRADICTION_TWO_ROOTS,
    MisbehaviourKind.SHRANK: Word.CONTRADICTION_SHRANK,
    MisbehaviourKind.EMPTY_ROOT: Word.CONTRADICTION_EMPTY_ROOT,
    MisbehaviourKind.NOT_EXTENDED: Word.CONTRADICTION_NOT_EXTENDED,
    None: Word.CONTRADICTION_UNNAMED,
}
"""Words for the kind of a contradiction; None: an older version recorded it."""
