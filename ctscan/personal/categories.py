"""Categories of personal data: keys of the fideslang taxonomy 3.1, the keys that rules may give.

The vocabulary is closed: a rule with another key is refused at import. A key is below another key when it continues it
after a dot (`user.name.first` is below `user.name`).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from ctscan.model import Sensitivity

CATEGORIES = frozenset(
    [
        "user.account",
        "user.account.username",
        "user.authorization",
        "user.authorization.biometric",
        "user.authorization.credentials",
        "user.authorization.password",
        "user.biometric",
        "user.biometric.fingerprint",
        "user.biometric.voice",
        "user.contact",
        "user.contact.address",
        "user.contact.address.city",
        "user.contact.address.country",
        "user.contact.address.postal_code",
        "user.contact.address.state",
        "user.contact.address.street",
        "user.contact.email",
        "user.contact.fax_number",
        "user.contact.organization",
        "user.contact.phone_number",
        "user.contact.url",
        "user.content.private",
        "user.content.self_image",
        "user.criminal_history",
        "user.demographic",
        "user.demographic.age_range",
        "user.demographic.date_of_birth",
        "user.demographic.gender",
        "user.demographic.language",
        "user.demographic.marital_status",
        "user.demographic.political_opinion",
        "user.demographic.profile",
        "user.demographic.race_ethnicity",
        "user.demographic.religious_belief",
        "user.device",
        "user.device.device_id",
        "user.device.ip_address",
        "user.financial",
        "user.financial.bank_account",
        "user.government_id",
        "user.government_id.drivers_license_number",
        "user.government_id.immigration",
        "user.government_id.national_identification_number",
        "user.government_id.passport_number",
        "user.health_and_medical",
        "user.health_and_medical.insurance_beneficiary_id",
        "user.health_and_medical.record_id",
        "user.job_title",
        "user.location",
        "user.name",
        "user.name.first",
        "user.name.last",
        "user.unique_id",
        "user.unique_id.pseudonymous",
        "user.workplace",
    ]
)
"""Fideslang keys. Their labels stand in data/text/, table `category`."""

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
