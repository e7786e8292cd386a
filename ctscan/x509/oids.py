"""Names of attribute types, general names and extensions, used in paths and in rendered names.

The tables hold names only, no meanings. A type without a standard name keeps its dotted OID.
"""

from __future__ import annotations

from typing import Final

_X520: Final = {
    3: "commonName",
    4: "surname",
    5: "serialNumber",
    6: "countryName",
    7: "localityName",
    8: "stateOrProvinceName",
    9: "streetAddress",
    10: "organizationName",
    11: "organizationalUnitName",
    12: "title",
    13: "description",
    15: "businessCategory",
    16: "postalAddress",
    17: "postalCode",
    18: "postOfficeBox",
    19: "physicalDeliveryOfficeName",
    20: "telephoneNumber",
    21: "telexNumber",
    23: "facsimileTelephoneNumber",
    24: "x121Address",
    25: "internationalISDNNumber",
    26: "registeredAddress",
    31: "member",
    32: "owner",
    33: "roleOccupant",
    34: "seeAlso",
    35: "userPassword",
    36: "userCertificate",
    41: "name",
    42: "givenName",
    43: "initials",
    44: "generationQualifier",
    45: "x500UniqueIdentifier",
    46: "dnQualifier",
    49: "distinguishedName",
    50: "uniqueMember",
    51: "houseIdentifier",
    54: "dmdName",
    55: "clearance",
    65: "pseudonym",
    72: "role",
    83: "uri",
    86: "urn",
    97: "organizationIdentifier",
    100: "dnsName",
    104: "intEmail",
    105: "jid",
}
_COSINE: Final = {
    1: "userId",
    2: "textEncodedORAddress",
    3: "mail",
    4: "info",
    5: "favouriteDrink",
    6: "roomNumber",
    7: "photo",
    8: "userClass",
    9: "host",
    10: "manager",
    20: "homeTelephoneNumber",
    21: "secretary",
    25: "domainComponent",
    39: "homePostalAddress",
    40: "personalTitle",
    41: "mobileTelephoneNumber",
    42: "pagerTelephoneNumber",
    44: "uniqueIdentifier",
    55: "audio",
    60: "jpegPhoto",
}
_PKCS9: Final = {
    1: "emailAddress",
    2: "unstructuredName",
    7: "challengePassword",
    8: "unstructuredAddress",
    20: "friendlyName",
}
_PDA: Final = {
    1: "dateOfBirth",
    2: "placeOfBirth",
    3: "gender",
    4: "countryOfCitizenship",
    5: "countryOfResidence",
}

_ATTESTED: Final = {1: "authenticationInfo", 2: "accessIdentity", 3: "chargingIdentity", 4: "group", 6: "encAttrs"}

_ENROLMENT: Final = {  # attributes and controls of certificate requests: MS-WCCE, RFC 4211 and RFC 5272
    "1.3.6.1.4.1.311.13.1": "renewalCertificate",
    "1.3.6.1.4.1.311.13.2.1": "enrollmentNameValuePair",
    "1.3.6.1.4.1.311.13.2.2": "enrollmentCspProvider",
    "1.3.6.1.4.1.311.13.2.3": "osVersion",
    "1.3.6.1.4.1.311.21.20": "requestClientInfo",
    "1.3.6.1.5.5.7.5.1.1": "regToken",
    "1.3.6.1.5.5.7.5.1.2": "authenticator",
    "1.3.6.1.5.5.7.5.1.3": "pkiPublicationInfo",
    "1.3.6.1.5.5.7.5.1.5": "oldCertID",
    "1.3.6.1.5.5.7.5.2.1": "utf8Pairs",
    "1.3.6.1.5.5.7.7.2": "identification",
    "1.3.6.1.5.5.7.7.18": "regInfo",
}

ATTRIBUTES: Final = {
    **{f"2.5.4.{arc}": name for arc, name in _X520.items()},
    **{f"0.9.2342.19200300.100.1.{arc}": name for arc, name in _COSINE.items()},
    **{f"1.2.840.113549.1.9.{arc}": name for arc, name in _PKCS9.items()},
    **{f"1.3.6.1.5.5.7.9.{arc}": name for arc, name in _PDA.items()},
    **{f"1.3.6.1.5.5.7.10.{arc}": name for arc, name in _ATTESTED.items()},
    "1.3.6.1.4.1.311.60.2.1.1": "jurisdictionLocality",
    "1.3.6.1.4.1.311.60.2.1.2": "jurisdictionStateOrProvince",
    "1.3.6.1.4.1.311.60.2.1.3": "jurisdictionCountry",
    "2.16.840.1.113730.3.1.3": "employeeNumber",
    "2.16.840.1.113730.3.1.39": "preferredLanguage",
    "2.16.840.1.113730.3.1.241": "displayName",
    "1.2.840.113556.1.4.656": "userPrincipalName",
    **_ENROLMENT,
}

OTHER_NAMES: Final = {
    "1.3.6.1.4.1.311.20.2.3": "userPrincipalName",
    "1.3.6.1.5.2.2": "KRB5PrincipalName",
    "1.3.6.1.5.5.7.8.3": "permanentIdentifier",
    "1.3.6.1.5.5.7.8.4": "hardwareModuleName",
    "1.3.6.1.5.5.7.8.5": "xmppAddr",
    "1.3.6.1.5.5.7.8.6": "subjectIdentificationMethod",
    "1.3.6.1.5.5.7.8.7": "SRVName",
    "1.3.6.1.5.5.7.8.8": "NAIRealm",
    "1.3.6.1.5.5.7.8.9": "SmtpUTF8Mailbox",
    "1.3.6.1.5.5.7.8.11": "BundleEID",
    "2.16.840.1.101.3.6.6": "FASC-N",
}

EXTENSIONS: Final = {
    "2.5.29.1": "authorityKeyIdentifier",
    "2.5.29.3": "certificatePolicies",
    "2.5.29.9": "subjectDirectoryAttributes",
    "2.5.29.14": "subjectKeyIdentifier",
    "2.5.29.15": "keyUsage",
    "2.5.29.17": "subjectAltName",
    "2.5.29.18": "issuerAltName",
    "2.5.29.19": "basicConstraints",
    "2.5.29.30": "nameConstraints",
    "2.5.29.31": "cRLDistributionPoints",
    "2.5.29.32": "certificatePolicies",
    "2.5.29.33": "policyMappings",
    "2.5.29.35": "authorityKeyIdentifier",
    "2.5.29.36": "policyConstraints",
    "2.5.29.37": "extKeyUsage",
    "2.5.29.46": "freshestCRL",
    "2.5.29.54": "inhibitAnyPolicy",
    "1.3.6.1.5.5.7.1.1": "authorityInfoAccess",
    "1.3.6.1.5.5.7.1.2": "biometricInfo",
    "1.3.6.1.5.5.7.1.3": "qcStatements",
    "1.3.6.1.5.5.7.1.11": "subjectInfoAccess",
    "1.3.6.1.5.5.7.1.12": "logotype",
    "1.3.36.8.3.2": "procuration",
    "1.3.36.8.3.3": "admission",
    "1.3.36.8.3.5": "declarationOfMajority",
    "1.3.36.8.3.8": "restriction",
    "1.3.36.8.3.15": "additionalInformation",
    "2.16.840.1.113730.1.13": "netscape-comment",
    "2.23.140.3.1": "cabfOrganizationIdentifier",
    "1.3.6.1.4.1.311.20.2": "enrollCertType",
    "1.3.6.1.4.1.311.21.7": "certificateTemplate",
    "1.3.6.1.4.1.311.25.2": "ntdsCaSecurity",
}

GENERAL_NAMES: Final = (
    "otherName",
    "rfc822Name",
    "dNSName",
    "x400Address",
    "directoryName",
    "ediPartyName",
    "uniformResourceIdentifier",
    "iPAddress",
    "registeredID",
)
"""Names by context tag (RFC 5280 section 4.2.1.6)."""


def attribute_name(oid: str) -> str:
    """Return the name of an attribute type as in X.520, RFC 4519 and RFC 4524, or the dotted OID."""
    return ATTRIBUTES.get(oid, oid)


def other_name_name(oid: str) -> str:
    """Return the name of a type of otherName, or the dotted OID."""
    return OTHER_NAMES.get(oid, oid)


def extension_name(oid: str) -> str:
    """Return the name of an extension, or the dotted OID."""
    return EXTENSIONS.get(oid, oid)
