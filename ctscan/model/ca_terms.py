"""Closed vocabularies of CA profiles, continued: retention, data, publication, disputes, conflicts, and how a profile
was matched."""

from __future__ import annotations

from ctscan.model.message import Code


class RetentionTerm(Code):
    """Kind of a retention period."""

    PERIOD = "ca-term.period"  # a number of years
    AS_NEEDED = "ca-term.as-needed"
    UNTIL_EXPIRY_THEN_ARCHIVED = "ca-term.until-expiry-then-archived"
    AS_LAW_REQUIRES = "ca-term.as-law-requires"
    NO_END = "ca-term.no-end"


class RetentionStart(Code):
    """Event from which a retention period counts."""

    EXPIRY = "ca-start.expiry"
    REVOCATION = "ca-start.revocation"
    EXPIRY_OR_REVOCATION = "ca-start.expiry-or-revocation"  # the certificate ceases to be valid
    LAST_CERTIFICATE = "ca-start.last-certificate"  # expiry or revocation of the last one under the agreement
    EXPIRY_OR_LAST_RELIANCE = "ca-start.expiry-or-last-reliance"  # the later of the two
    UNSTATED = "ca-start.unstated"


class TimeUnit(Code):
    """Unit of a time limit. The sentence has the parameter `count`."""

    HOURS = "ca-unit.hours"
    DAYS = "ca-unit.days"
    BUSINESS_DAYS = "ca-unit.business-days"
    MONTHS = "ca-unit.months"
    AS_LAW_REQUIRES = "ca-unit.as-law-requires"  # no number


class Fee(Code):
    """Statement on fees."""

    MAY_CHARGE = "ca-fee.may-charge"
    REPOSITORY_FEE = "ca-fee.repository-fee"


class DisputeStep(Code):
    """Step of the way of a dispute, in its order."""

    CA = "ca-dispute.ca"
    CASE_BY_CASE = "ca-dispute.case-by-case"
    JAMS = "ca-dispute.jams"
    BINDING_ARBITRATION = "ca-dispute.binding-arbitration"
    FTC = "ca-dispute.ftc"
    SUPERVISORY_AUTHORITY = "ca-dispute.supervisory-authority"
    ARBITRATION = "ca-dispute.arbitration"
    ARBITRATION_BOARD = "ca-dispute.arbitration-board"


class Surface(Code):
    """Place where certificates or their status are public."""

    CERTIFICATE = "ca-surface.certificate"
    REPOSITORY = "ca-surface.repository"
    DIRECTORY = "ca-surface.directory"
    CRL_AND_OCSP = "ca-surface.crl-and-ocsp"
    CT_LOGS = "ca-surface.ct-logs"
    API = "ca-surface.api"
    RELYING_PARTIES = "ca-surface.relying-parties"
    REQUESTING_PARTY = "ca-surface.requesting-party"
    SUBSCRIBER_USE = "ca-surface.subscriber-use"


class AfterEnd(Code):
    """Fate of a publication when a certificate ends."""

    STAYS_PUBLIC_FLAGGED = "ca-after.stays-public-flagged"
    REMOVED_FROM_DIRECTORY = "ca-after.removed-from-directory"
    COPIES_KEPT = "ca-after.copies-kept"


class CtStatement(Code):
    """Statement of a text on Certificate Transparency."""

    NOT_MENTIONED = "ca-ct.not-mentioned"
    SERVER_CERTIFICATES = "ca-ct.server-certificates"
    OPTIONAL = "ca-ct.optional"
    BEST_EFFORT = "ca-ct.best-effort"
    MAY_HOLD_EMAIL = "ca-ct.may-hold-email"
    PURPOSE_AGAINST_MISUSE = "ca-ct.purpose-against-misuse"
    NOT_REMOVABLE = "ca-ct.not-removable"


class DataKind(Code):
    """Kind of data in a certificate, or held by a CA."""

    NAME = "ca-data.name"
    PSEUDONYM = "ca-data.pseudonym"
    TITLE = "ca-data.title"
    EMAIL = "ca-data.email"
    PHONE = "ca-data.phone"
    POSTAL_ADDRESS = "ca-data.postal-address"
    LOCALITY = "ca-data.locality"
    ORGANISATION = "ca-data.organisation"
    JOB_TITLE = "ca-data.job-title"
    GROUP_NAME = "ca-data.group-name"
    NATIONAL_NUMBER = "ca-data.national-number"
    TAX_NUMBER = "ca-data.tax-number"
    DOCUMENT_NUMBER = "ca-data.document-number"
    IDENTITY_DOCUMENT = "ca-data.identity-document"
    PHOTO = "ca-data.photo"
    BIRTH = "ca-data.birth"
    BIRTH_COUNTRY = "ca-data.birth-country"
    NATIONALITY = "ca-data.nationality"
    SEX = "ca-data.sex"
    PAYMENT = "ca-data.payment"
    ACCOUNT = "ca-data.account"
    ORDER = "ca-data.order"
    CORRESPONDENCE = "ca-data.correspondence"
    IP_ADDRESS = "ca-data.ip-address"
    SERIAL_NUMBER = "ca-data.serial-number"
    PUBLIC_KEY = "ca-data.public-key"
    EXPIRATION_DATE = "ca-data.expiration-date"
    REVOCATION_PASSWORD = "ca-data.revocation-password"  # noqa: S105 - a code
    SANCTION_LIST = "ca-data.sanction-list"
    VIDEO = "ca-data.video"
    HOST_NAME_ONLY = "ca-data.host-name-only"


class Origin(Code):
    """Origin of the data that a CA holds."""

    SUBJECT = "ca-origin.subject"
    ORGANISATION = "ca-origin.organisation"
    REGISTRATION_AUTHORITY = "ca-origin.registration-authority"
    RESELLER = "ca-origin.reseller"
    THIRD_PARTY_SOURCES = "ca-origin.third-party-sources"
    CT_LOGS = "ca-origin.ct-logs"
    PERSONNEL_DEPARTMENT = "ca-origin.personnel-department"
    CUSTOMER = "ca-origin.customer"


class LegalBasis(Code):
    """Legal basis that a text names."""

    CONTRACT = "ca-basis.contract"
    LEGITIMATE_INTERESTS = "ca-basis.legitimate-interests"
    CONSENT = "ca-basis.consent"
    DEEMED_CONSENT = "ca-basis.deemed-consent"  # a request is taken for consent
    LEGAL_OBLIGATION = "ca-basis.legal-obligation"


class TransferMeans(Code):
    """Safeguard of a transfer to another country."""

    DPF = "ca-transfer.dpf"
    DPF_UK = "ca-transfer.dpf-uk"
    DPF_SWISS = "ca-transfer.dpf-swiss"
    ADEQUACY = "ca-transfer.adequacy"
    STANDARD_CLAUSES = "ca-transfer.standard-clauses"
    COPY_ON_REQUEST = "ca-transfer.copy-on-request"


class PolicyDuty(Code):
    """Duty of every publicly trusted CA for e-mail certificates."""

    PRIVACY_POLICY_PUBLISHED = "ca-duty.privacy-policy-published"
    CONTACT_FOR_RIGHTS = "ca-duty.contact-for-rights"
    NAMED_IN_CP_CPS = "ca-duty.named-in-cp-cps"
    SUSPENSION_DESCRIBED = "ca-duty.suspension-described"


class ConflictReason(Code):
    """Reason why a text prevails over another for our purpose."""

    LONGER = "ca-conflict.longer"
    STRICTER = "ca-conflict.stricter"
    NEWER = "ca-conflict.newer"
    NUMBER_OVER_NONE = "ca-conflict.number-over-none"
    RIGHTS_PREVAIL = "ca-conflict.rights-prevail"  # the text that grants the right
    POLICY_DECIDES = "ca-conflict.policy-decides"  # the other text refers to the privacy policy


class NoLetter(Code):
    """Reason why no letter is written to a CA."""

    NO_PERSON = "ca-no-letter.no-person"  # its certificates have no field for a person


class MatchReason(Code):
    """Way in which a certificate was matched to a profile."""

    KEY = "ca-match.key"
    ORGANISATION = "ca-match.organisation"
    OWNER = "ca-match.owner"
    BASELINE = "ca-match.baseline"
    BASELINE_TRAP = "ca-match.baseline-trap"  # looks like a CA of a profile, but has another owner


class RetentionCaveat(Code):
    """Caveat of a retention end."""

    NOT_BEFORE = "ca-caveat.not-before"
    LAST_CERTIFICATE = "ca-caveat.last-certificate"
    LAST_RELIANCE = "ca-caveat.last-reliance"
    START_UNSTATED = "ca-caveat.start-unstated"
    MINIMUM = "ca-caveat.minimum"
    NO_NUMBER = "ca-caveat.no-number"
    TEXTS_DISAGREE = "ca-caveat.texts-disagree"
    BASELINE_FLOOR = "ca-caveat.baseline-floor"
    DATES_UNREADABLE = "ca-caveat.dates-unreadable"
    QUALIFIED = "ca-caveat.qualified"
    NO_END_IN_CT = "ca-caveat.no-end-in-ct"


class ProfileFault(Code):
    """Finding of the check of a profile."""

    OLD_TEXT = "ca-fault.old-text"
    CONFLICT = "ca-fault.conflict"
    HIDDEN_ADDRESS = "ca-fault.hidden-address"
    NO_ADDRESS = "ca-fault.no-address"
    UNDATED = "ca-fault.undated"
    FROM_FUTURE = "ca-fault.from-future"
