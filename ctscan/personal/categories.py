"""Categories of personal data: keys of the fideslang taxonomy 3.1, each with a label in plain words.

The vocabulary is closed: a rule with another key is refused at import. A key is below another key when it continues it
after a dot (`user.name.first` is below `user.name`).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from ctscan.model import Sensitivity

CATEGORIES: Mapping[str, str] = MappingProxyType(
    {
        "user.account": "account",
        "user.account.username": "account name",
        "user.authorization": "means of logging in",
        "user.authorization.biometric": "biometric used to log in",
        "user.authorization.credentials": "credential",
        "user.authorization.password": "password",
        "user.biometric": "biometric data",
        "user.biometric.fingerprint": "fingerprint",
        "user.biometric.voice": "voice recording",
        "user.contact": "way to reach the person",
        "user.contact.address": "postal address",
        "user.contact.address.city": "town",
        "user.contact.address.country": "country",
        "user.contact.address.postal_code": "postal code",
        "user.contact.address.state": "state or province",
        "user.contact.address.street": "street address",
        "user.contact.email": "e-mail address",
        "user.contact.fax_number": "fax number",
        "user.contact.organization": "organisation of the contact",
        "user.contact.phone_number": "telephone number",
        "user.contact.url": "personal web address",
        "user.content.private": "text about the person",
        "user.content.self_image": "picture of the person",
        "user.criminal_history": "background check",
        "user.demographic": "personal circumstances",
        "user.demographic.age_range": "age",
        "user.demographic.date_of_birth": "date of birth",
        "user.demographic.gender": "gender",
        "user.demographic.language": "language",
        "user.demographic.marital_status": "marital status",
        "user.demographic.political_opinion": "political opinion",
        "user.demographic.profile": "preference",
        "user.demographic.race_ethnicity": "race or ethnic origin",
        "user.demographic.religious_belief": "religious belief",
        "user.device": "device of the person",
        "user.device.device_id": "device identifier",
        "user.device.ip_address": "IP address",
        "user.financial": "financial data",
        "user.financial.bank_account": "bank account",
        "user.government_id": "number of a document or a register of the state",
        "user.government_id.drivers_license_number": "driving licence number",
        "user.government_id.immigration": "residence permit number",
        "user.government_id.national_identification_number": "national identity number",
        "user.government_id.passport_number": "passport number",
        "user.health_and_medical": "health data",
        "user.health_and_medical.insurance_beneficiary_id": "health insurance number",
        "user.health_and_medical.record_id": "number of a health record",
        "user.job_title": "job title",
        "user.location": "location",
        "user.name": "name",
        "user.name.first": "given name",
        "user.name.last": "surname",
        "user.unique_id": "identifier of the person",
        "user.unique_id.pseudonymous": "pseudonym",
        "user.workplace": "workplace",
    }
)
"""Labels for readers, by fideslang key."""


def label(category: str) -> str:
    """Return the label of a category; raises KeyError for a key outside CATEGORIES."""
    return CATEGORIES[category]


_SENSITIVE: Mapping[str, Sensitivity] = MappingProxyType(
    {
        **dict.fromkeys(
            [
                "user.authorization.biometric",
                "user.biometric",
                "user.criminal_history",
                "user.demographic.political_opinion",
                "user.demographic.race_ethnicity",
                "user.demographic.religious_belief",
                "user.health_and_medical",
            ],
            Sensitivity.SPECIAL_CATEGORY,
        ),
        "user.content.self_image": Sensitivity.ORDINARY,  # a photograph isn't biometric by itself (GDPR recital 51)
        "user.government_id": Sensitivity.NATIONAL_IDENTIFIER,
    }
)
"""Categories, including all below them, whose sensitivity is more than ordinary.

A profession or a membership may reveal health, belief or a conviction. Its category doesn't, so the rule marks such
values.
"""


@lru_cache(maxsize=512)
def sensitivity_of(category: str) -> Sensitivity:
    """Return the legal protection of a category: its own, else of the nearest category above it, else ordinary."""
    while category:
        if category in _SENSITIVE:
            return _SENSITIVE[category]
        category = category.rpartition(".")[0]
    return Sensitivity.ORDINARY
