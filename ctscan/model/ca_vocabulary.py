"""Closed vocabularies of CA profiles: the words that `data/ca_policies/<name>.toml` may use.

A profile writes the word behind the dot (`key = "retention"`, `stance = "refused"`); `views` renders a member with the
sentence of its code. Values that are no word (addresses, names, numbers) stay as they are.
"""

from __future__ import annotations

from typing import TypeVar

from ctscan.model.message import Code

_C = TypeVar("_C", bound=Code)


def word_of(code: Code) -> str:
    """Return the word of a code as profiles and JSON write it: "ca-stance.refused" -> "refused"."""
    return code.partition(".")[2]


def code_of(vocabulary: type[_C], word: str) -> _C | None:
    """Find the member with a word; None when the vocabulary lacks it."""
    return next((code for code in vocabulary if word_of(code) == word), None)


class FactKey(Code):
    """Subject of a fact. `model/ca_profile.py` gives each key the type of its value."""

    # parties
    CONTROLLER = "ca-fact.controller"
    ROLE = "ca-fact.role"
    ADDRESSEE = "ca-fact.addressee"
    REPRESENTATIVE = "ca-fact.representative"
    AUTHORITY = "ca-fact.authority"
    # ways to reach a party
    POST = "ca-fact.post"
    EMAIL = "ca-fact.email"
    PHONE = "ca-fact.phone"
    FAX = "ca-fact.fax"
    WEB_FORM = "ca-fact.web-form"
    OTHER_CHANNEL = "ca-fact.other-channel"
    POLICY_URL = "ca-fact.policy-url"
    # rights
    ACCESS = "ca-fact.access"
    RECTIFICATION = "ca-fact.rectification"
    ERASURE = "ca-fact.erasure"
    RESTRICTION = "ca-fact.restriction"
    PORTABILITY = "ca-fact.portability"
    OBJECTION = "ca-fact.objection"
    CONSENT_WITHDRAWAL = "ca-fact.consent-withdrawal"
    COMPLAINT = "ca-fact.complaint"
    AFTER_DEATH = "ca-fact.after-death"
    NO_SALE = "ca-fact.no-sale"
    # requests
    REQUIRED_ITEMS = "ca-fact.required-items"
    HELPFUL_ITEMS = "ca-fact.helpful-items"
    REQUEST_FORM = "ca-fact.request-form"
    IDENTITY_CHECK = "ca-fact.identity-check"
    RESPONSE_TIME = "ca-fact.response-time"
    ACKNOWLEDGEMENT_TIME = "ca-fact.acknowledgement-time"
    FEES = "ca-fact.fees"
    DISPUTES = "ca-fact.disputes"
    DISCLOSURE = "ca-fact.disclosure"
    # retention
    RETENTION = "ca-fact.retention"
    RETENTION_ARCHIVE = "ca-fact.retention-archive"
    RETENTION_LOGS = "ca-fact.retention-logs"
    CT_RETENTION = "ca-fact.ct-retention"
    AFTER_END = "ca-fact.after-end"
    # remedies
    SUSPENSION = "ca-fact.suspension"
    REVOCATION_TIME = "ca-fact.revocation-time"
    PROBLEM_TIME = "ca-fact.problem-time"
    # data and publication
    CERTIFICATE_DATA = "ca-fact.certificate-data"
    HELD_DATA = "ca-fact.held-data"
    DATA_ORIGIN = "ca-fact.data-origin"
    PUBLICATION = "ca-fact.publication"
    NOT_PRIVATE = "ca-fact.not-private"
    CT = "ca-fact.ct"
    LEGAL_BASIS = "ca-fact.legal-basis"
    TRANSFERS = "ca-fact.transfers"
    SALE = "ca-fact.sale"
    AUTOMATED_DECISIONS = "ca-fact.automated-decisions"
    CHILD_AGE = "ca-fact.child-age"
    POLICY_DUTY = "ca-fact.policy-duty"
    GOVERNING_LAW = "ca-fact.governing-law"
    AUTHORITATIVE_LANGUAGE = "ca-fact.authoritative-language"
    CHANGE_NOTICE = "ca-fact.change-notice"


class Grade(Code):
    """Share of the text behind a fact that was read."""

    A = "ca-grade.a"  # whole text, section and line known, dated
    B = "ca-grade.b"  # whole text, but before 2020: shows the kind of fact, not the position of today
    C = "ca-grade.c"  # opening of the text only, or the record of a third party


class Layer(Code):
    """Kind of the text behind a fact."""

    PRIVACY_POLICY = "ca-layer.privacy-policy"
    CP_CPS = "ca-layer.cp-cps"
    AGREEMENT = "ca-layer.agreement"
    HELP_PAGE = "ca-layer.help-page"
    BASELINE = "ca-layer.baseline"
    DIRECTORY = "ca-layer.directory"  # of a third party
    DECISION = "ca-layer.decision"  # of an authority
    THIRD_PARTY = "ca-layer.third-party"  # statement of a customer or reseller of the CA
    PROGRAM = "ca-layer.program"  # documents of root programs: the CCADB


class RightStance(Code):
    """Position of a text on a right."""

    GRANTED = "ca-stance.granted"
    CONDITIONAL = "ca-stance.conditional"
    REFUSED = "ca-stance.refused"


class Condition(Code):
    """Condition or means of a right, or of a disclosure."""

    DIRECT_ONLY = "ca-condition.direct-only"
    ELSE_REGISTRATION_AUTHORITY = "ca-condition.else-registration-authority"
    BY_REPLACEMENT = "ca-condition.by-replacement"
    BY_REVOCATION = "ca-condition.by-revocation"
    BY_SUSPENSION = "ca-condition.by-suspension"
    BY_ACCOUNT = "ca-condition.by-account"
    BY_CUSTOMER_ACCOUNT = "ca-condition.by-customer-account"
    BY_NEW_ISSUANCE = "ca-condition.by-new-issuance"
    BY_OPT_OUT = "ca-condition.by-opt-out"
    EU_AND_SWISS_RESIDENTS = "ca-condition.eu-and-swiss-residents"
    EEA_RESIDENTS = "ca-condition.eea-residents"
    FRANCE = "ca-condition.france"
    CALIFORNIA = "ca-condition.california"
    NOT_ABSOLUTE = "ca-condition.not-absolute"
    AS_LAW_REQUIRES = "ca-condition.as-law-requires"
    LEGITIMATE_INTEREST_OBJECTED = "ca-condition.legitimate-interest-objected"
    UNLAWFUL_PROCESSING = "ca-condition.unlawful-processing"
    WHILE_ACCURACY_CHECKED = "ca-condition.while-accuracy-checked"
    LEGITIMATE_INTERESTS_PREVAIL = "ca-condition.legitimate-interests-prevail"
    LEADS_TO_ERASURE = "ca-condition.leads-to-erasure"
    MARKETING_ONLY = "ca-condition.marketing-only"
    NOT_FEASIBLE = "ca-condition.not-feasible"
    NATURE_OF_CERTIFICATES = "ca-condition.nature-of-certificates"
    RETENTION_DUTY = "ca-condition.retention-duty"
    SOME_CASES = "ca-condition.some-cases"
    AUTHENTICATED = "ca-condition.authenticated"
    REASONABLY_SPECIFIC = "ca-condition.reasonably-specific"
    AUTHORISED_PARTY = "ca-condition.authorised-party"
    COURT_ORDER_ONLY = "ca-condition.court-order-only"
    IN_WRITING = "ca-condition.in-writing"
    WITHOUT_NOTICE = "ca-condition.without-notice"
    UNTRUE_DATA_SUSPENDS = "ca-condition.untrue-data-suspends"
    DOCUMENTED = "ca-condition.documented"


class Item(Code):
    """Item that a request holds, as a CA asks for it."""

    FULL_NAME = "ca-item.full-name"
    EMAIL = "ca-item.email"
    POSTAL_ADDRESS = "ca-item.postal-address"
    YEAR = "ca-item.year"
    APPLICATION_ID = "ca-item.application-id"
    ACCOUNT_NUMBER = "ca-item.account-number"
    SERIAL_NUMBER = "ca-item.serial-number"
    FINGERPRINT = "ca-item.fingerprint"
    CERTIFICATE_COPY = "ca-item.certificate-copy"
    CUSTOMER_NUMBER = "ca-item.customer-number"
    PRODUCT = "ca-item.product"
    OFFICE_OR_CONTACT = "ca-item.office-or-contact"
    PREFERRED_CONTACT = "ca-item.preferred-contact"
    PIN = "ca-item.pin"
    RIGHT_NAMED = "ca-item.right-named"
    REASON = "ca-item.reason"
    IDENTITY = "ca-item.identity"
    CUSTOMER_NAME = "ca-item.customer-name"


class Addressee(Code):
    """Party that a request goes to."""

    CA = "ca-addressee.ca"
    DATA_PROTECTION_OFFICER = "ca-addressee.dpo"
    REGISTRATION_AUTHORITY = "ca-addressee.registration-authority"
    CUSTOMER = "ca-addressee.customer"
    RESELLER = "ca-addressee.reseller"
    PARTNER = "ca-addressee.partner"
    SUBJECT_ORGANISATION = "ca-addressee.subject-organisation"
    ISSUING_COMPANY = "ca-addressee.issuing-company"
    SENDER = "ca-addressee.sender"


class Role(Code):
    """Role of a CA under data-protection law."""

    CONTROLLER = "ca-role.controller"
    PROCESSOR = "ca-role.processor"
    JOINT_CONTROLLER = "ca-role.joint-controller"


class Circumstance(Code):
    """Circumstance in which a role, an addressee or a legal basis holds."""

    ALWAYS = "ca-when.always"
    DIRECT = "ca-when.direct"
    THROUGH_REGISTRATION_AUTHORITY = "ca-when.through-registration-authority"
    THROUGH_RESELLER = "ca-when.through-reseller"
    THROUGH_PARTNER = "ca-when.through-partner"
    THROUGH_ORGANISATION = "ca-when.through-organisation"
    UNSURE = "ca-when.unsure"
    WEBSITE = "ca-when.website"
    ISSUANCE = "ca-when.issuance"
    IDENTIFICATION = "ca-when.identification"
    QUALIFIED = "ca-when.qualified"
    CERTIFICATE_CONTENT = "ca-when.certificate-content"
    CT_LOGS = "ca-when.ct-logs"
    CUSTOMER_DATA = "ca-when.customer-data"
    MARKETING = "ca-when.marketing"
    OTHER_PRODUCTS = "ca-when.other-products"
    EU_DATA = "ca-when.eu-data"
    EU_SERVICE = "ca-when.eu-service"
    CORRECTION = "ca-when.correction"
    THIRD_PARTY_ORDER = "ca-when.third-party-order"
    BY_AUTHORITIES = "ca-when.by-authorities"


class Use(Code):
    """Purpose of an address or channel."""

    PRIVACY = "ca-use.privacy"
    DATA_PROTECTION_OFFICER = "ca-use.dpo"
    GENERAL = "ca-use.general"
    LEGAL_NOTICES = "ca-use.legal-notices"
    POLICY = "ca-use.policy"
    PROBLEM_REPORTS = "ca-use.problem-reports"
    REVOCATION = "ca-use.revocation"
    SUPPORT = "ca-use.support"
    DISPUTES = "ca-use.disputes"
    ISSUING_COMPANY = "ca-use.issuing-company"


class Channel(Code):
    """Way to hand in a request that is no letter, e-mail or web form."""

    DATA_BOX = "ca-channel.data-box"
    COUNTER = "ca-channel.counter"
    LIVE_CHAT = "ca-channel.live-chat"
    CONTACT_PAGE = "ca-channel.contact-page"
    ACCOUNT = "ca-channel.account"
    CERTIFIED_EMAIL = "ca-channel.certified-email"


class RequestForm(Code):
    """Form that a request must have."""

    BY_EMAIL = "ca-form.by-email"
    IN_WRITING = "ca-form.in-writing"
    MARKED_FOR_OFFICER = "ca-form.marked-for-officer"
    BY_ACCOUNT = "ca-form.by-account"
    COURIER_OR_REGISTERED = "ca-form.courier-or-registered"


class IdentityCheck(Code):
    """Identity check of a requester."""

    BEFORE_ANSWER = "ca-identity.before-answer"
    MORE_DATA_IF_UNSURE = "ca-identity.more-data-if-unsure"
    AUTHENTICATED_REQUEST = "ca-identity.authenticated-request"
    TWO_OF_THREE_IDENTIFIERS = "ca-identity.two-of-three-identifiers"
    NO_DISPLAY_NAME_ALONE = "ca-identity.no-display-name-alone"
    NOT_BY_PHONE = "ca-identity.not-by-phone"
    SIGNED_REQUEST_PROVES = "ca-identity.signed-request-proves"
    NO_DOCUMENT_COPY = "ca-identity.no-document-copy"
    NO_DOCUMENT_NEEDED = "ca-identity.no-document-needed"
