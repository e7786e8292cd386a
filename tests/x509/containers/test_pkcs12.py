"""PKCS#12: certificates of files without a password, octet for octet, and bounded work for hostile files."""

from __future__ import annotations

import base64
import subprocess
import sys
import time
import warnings

import pytest
from cryptography import x509
from cryptography.hazmat.decrepit.ciphers.algorithms import RC2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, NoEncryption, PrivateFormat, pkcs12
from support.certs import integer, make_certificate, oid, private_key, public_key, signed_data, tlv

from ctscan.errors import FormatError
from ctscan.model import Problem
from ctscan.x509.containers import certificate_extractor, extract_certificates
from ctscan.x509.containers import pkcs12 as ours
from ctscan.x509.containers.passwords import derive
from ctscan.x509.containers.rc2 import decrypt_cbc

JANE = make_certificate([("CN", "Jane Doe")], [("email", "jane@example.org")], serial=1, spki=public_key("jane"))
ROOT = make_certificate([("CN", "Example Root")], ca=True, serial=2, spki=public_key("root"))

DATA, ENCRYPTED = "1.2.840.113549.1.7.1", "1.2.840.113549.1.7.6"
CERT_BAG, SAFE_CONTENTS = "1.2.840.113549.1.12.10.1.3", "1.2.840.113549.1.12.10.1.6"
X509_CERTIFICATE, SDSI = "1.2.840.113549.1.9.22.1", "1.2.840.113549.1.9.22.2"


def made(encryption=None) -> bytes:  # type: ignore[no-untyped-def]
    """Make a file with a key and two certificates by another program; `encryption` None: unencrypted."""
    key = private_key("jane")
    jane, root = (x509.load_der_x509_certificate(der) for der in (JANE, ROOT))
    return pkcs12.serialize_key_and_certificates(b"jane", key, jane, [root], encryption or NoEncryption())


def info(kind: str, content: bytes) -> bytes:
    return tlv(0x30, oid(kind), tlv(0xA0, content))


def bag(value: bytes, kind: str = CERT_BAG) -> bytes:
    return tlv(0x30, oid(kind), tlv(0xA0, value))


def certificate_bag(der: bytes, kind: str = X509_CERTIFICATE) -> bytes:
    return bag(tlv(0x30, oid(kind), tlv(0xA0, tlv(0x04, der))))


def pfx(*safes: bytes) -> bytes:
    return tlv(0x30, integer(3), info(DATA, tlv(0x04, tlv(0x30, *safes))))


def safe(*bags: bytes) -> bytes:
    return info(DATA, tlv(0x04, tlv(0x30, *bags)))


def encrypted(algorithm: str, iterations: int, octets: bytes = bytes(16), salt: bytes = bytes(8)) -> bytes:
    parameters = tlv(0x30, oid(algorithm), tlv(0x30, tlv(0x04, salt), integer(iterations)))
    return info(ENCRYPTED, tlv(0x30, integer(0), tlv(0x30, oid(DATA), parameters, tlv(0x80, octets))))


def problems(der: bytes) -> list[str]:
    return [found.what for found in extract_certificates(der) if isinstance(found, Problem)]


def test_a_file_without_encryption() -> None:
    assert extract_certificates(made()) == [JANE, ROOT]


SCHEMES = (
    pkcs12.PBES.PBESv2SHA256AndAES256CBC,
    pkcs12.PBES.PBESv1SHA1And3KeyTripleDESCBC,
)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_password_is_reported_and_never_guessed(scheme: pkcs12.PBES) -> None:
    builder = PrivateFormat.PKCS12.encryption_builder().kdf_rounds(2000).key_cert_algorithm(scheme)
    (what,) = problems(made(builder.hmac_hash(hashes.SHA256()).build(b"secret")))
    assert "password" in what
    assert "password" in problems(made(BestAvailableEncryption(b"secret")))[0]


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("password", ["a password of letters", "Pässwörd – 秘密"])
def test_a_given_password_is_tried_beside_the_empty_one(scheme: pkcs12.PBES, password: str) -> None:
    encryption = PrivateFormat.PKCS12.encryption_builder().key_cert_algorithm(scheme).kdf_rounds(2000)
    der = made(encryption.build(password.encode()))
    assert extract_certificates(der, passwords=("another", password)) == [JANE, ROOT]
    assert certificate_extractor(passwords=(password,))(der) == [JANE, ROOT]
    (problem,) = extract_certificates(der, passwords=("another",))
    assert isinstance(problem, Problem)
    assert "another password than those given" in problem.what
    assert password not in problem.what


def test_the_key_derivation_is_that_of_the_standard() -> None:
    """Widely used test vectors give the standard's keys: the passwords are smeg and queeg."""
    smeg, queeg = bytes.fromhex("0073006d006500670000"), bytes.fromhex("007100750065006500670000")
    salt = bytes.fromhex("0a58cf64530d823f")
    assert derive(1, smeg, salt, 1, 24).hex() == "8aaae6297b6cb04642ab5b077851284eb7128f1a2a7fbca3"
    assert derive(2, smeg, salt, 1, 8).hex() == "79993dfe048d3b76"
    salt = bytes.fromhex("05dec959acff72f7")
    assert derive(1, queeg, salt, 1000, 24).hex() == "ed2034e36328830ff09df1e1a07dd357185dac0d4f9eb3d4"


def test_rc2_is_that_of_the_standard() -> None:
    """RC2 agrees with RFC 2268 section 5, and with another library for its key length."""
    vector = bytes(8)
    assert decrypt_cbc(bytes.fromhex("3000000000000000"), vector, bytes.fromhex("30649edf9be7d2c2")) == bytes.fromhex(
        "1000000000000001"
    )
    key = bytes.fromhex("88bca90e90875a7f0f79c384627bafb2")
    assert decrypt_cbc(key, vector, bytes.fromhex("2269552ab0f85ca6")) == vector
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        encryptor = Cipher(RC2(key), modes.CBC(b"exactly8")).encryptor()
    text = bytes(range(256)) * 4
    assert decrypt_cbc(key, b"exactly8", encryptor.update(text) + encryptor.finalize()) == text


MADE_BY_OPENSSL = {  # pkcs12 -export -nokeys -certpbe … -passout pass:
    "RC2": (
        "MIIB9AIBAzCCAboGCSqGSIb3DQEHAaCCAasEggGnMIIBozCCAZ8GCSqGSIb3DQEHBqCCAZAwggGMAgEAMIIBhQYJKoZIhvcNAQcBMBwGCiqG"
        "SIb3DQEMAQYwDgQIxnzuH6r0bIoCAggAgIIBWDvjAAByoMoEvtv7STffCXRDR79YlOjgXTZ6Qj5xCOPBMlKDu6loCQWPgpGFYUCkLW2dysXl"
        "gsmdV1btK2xTN13mX+nOA1A2tZgKr7n0oLGYxNM9QpN3IMX+WGQxyH5yuNb5yXxytesKHxLHR59l2IY5v9VMbbfG2Jtegqv1QPrDPPy9DiY7"
        "gq0IdsfLz4GvDAF8JcUAVS3ApedscLiNLycFO1uFPcJNLmOT3alDLGWPznHYGSJFGofYmNY4losd3ulOTCMbJ7Z2mSzvlXjWHUek4j63zVhZ"
        "Ya6muHoEbeaUCOJ1GlLtL67ljpR4R9/MN7Qo6cphhTi1g7XCFOBNBcbXbOb/uxmz0HMnSRIX7XitWnmcIPXQ1Ua8Wqwx7iY9ZSXbyxUU02DA"
        "ePqfLUDvSrUwDZrs7C/YXNG4WcLuh0+5gz/WDEqlrT+ZrGdCxIWzzyHXr4AElICSMDEwITAJBgUrDgMCGgUABBTjQmctruvNy5DJURefBsJn"
        "FY0CSAQIhDKLmq/MQbsCAggA"
    ),
    "3DES": (
        "MIIB9AIBAzCCAboGCSqGSIb3DQEHAaCCAasEggGnMIIBozCCAZ8GCSqGSIb3DQEHBqCCAZAwggGMAgEAMIIBhQYJKoZIhvcNAQcBMBwGCiqG"
        "SIb3DQEMAQMwDgQI59rQNN7MfMMCAggAgIIBWO+0lnQvZvcuhXQHfvPlWdIy2mIzvErgK5fxcS6hpZ7rkAlWBzZoyJJe1k/DTviOOjc8s9HP"
        "wmksqYPeJHA84jbAfkGw+RePM6GQAs/jHAnuEZUPzUS/lKDRTXHsztAd7FI3nxFSjV7EQasMIWOb1n4QeGS1bJdDwRvC9aFE0NVsAOoTrRsU"
        "CJpGYxLNrrn4X7wUrQDT0KH+rZdB3S/KLk6j8qthyTYh9kSlOk13QaXk3Ew8G+FjDqwPTNRyK4o513YaeCr4ehMimd06rMRVcYDEWEvSN4bJ"
        "6aahrlm5kt2DVRjJb3MhY6qJJh1zK0sqIeXlnBCu0qBS4x7bWh20wxXBODa1QKliuwOhVrwBy2KFoG7AI+fDBcJdG7yR3tDwWtZO/2Jh31HO"
        "uhs6ldKymw9dT4FDbKaKUGkX3+H6c/PuFft6qJMI2QnMDt5JwarhNqY/EQ/GKe1IMDEwITAJBgUrDgMCGgUABBSL1i4PcvHZHLMUl8K5nfbW"
        "qgeoQQQIhBF+eBFQq6kCAggA"
    ),
    "AES": (
        "MIICRwIBAzCCAf0GCSqGSIb3DQEHAaCCAe4EggHqMIIB5jCCAeIGCSqGSIb3DQEHBqCCAdMwggHPAgEAMIIByAYJKoZIhvcNAQcBMFcGCSqG"
        "SIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAj9ijIC40UKWQICCAAwDAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEELMbA5FjlWkOdR4uhGMC"
        "NVeAggFgR8roKCnhfu0K1BHMs9/alUvR9yyIPmGdAQGdADZHhnBr51BlN52DU281ZEy90MGSuZk/busJe8VI0u3FwIYsTM9P3NxAKRathR5s"
        "dHnWSV0sEWQmG/UQ9Lwdn20+4Lf3+ABUTcg3DQQhoLfDY07iPRBhOw1lN1ERlBJKAWnPheZIWAc2mt0pMtqeK8BCPyy5wUDKeMa0nrUeJ2Wo"
        "83g4X+Mpt3J6KWd6EPeBkij6WRmeCZT/ViqK3wKE75xMFukT/EuAXZLaTBBeBU8CF/zB1caPumPYmoj9OijrGbCaq+1oHTUCjRQSrKSH30X4"
        "dSljNbLxaePwvDq9ZNTtMbOnsw5JGOuJ7rqyeP6R6ZsVw8bKnAXY7wlXitOSloUI9SdN/30TwuIQPHkU9LjflvRuUyMNaFvVP7rd0hgS8B6k"
        "4DDhUzno9XmD5OveOqnBme24Rqa6uGpz74F8bN6RzIz02DBBMDEwDQYJYIZIAWUDBAIBBQAEIEIOjClO45JzdJ+/zGILT7Nyn6YDVnnqAn5+"
        "2DKzjKvwBAi44WhLN38r+QICCAA="
    ),
}
THEIRS = base64.b64decode(
    "MIIBITCBxwIUSxs6KiTjiTgjE8jm5hioA4XR7BMwCgYIKoZIzj0EAwIwEzERMA8GA1UEAwwISmFuZSBEb2UwHhcNMjYxMTI0MDM0NTQ2WhcN"
    "MjYxMjI0MDM0NTQ2WjATMREwDwYDVQQDDAhKYW5lIERvZTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABErwNtswt6NbOe5dR+eFh+90e5p+"
    "yiYQOS7JawYnUP02aSSG1uSvFlx39JKC7sfnP+OpwyBco6xEqQIKiKTXsQMwCgYIKoZIzj0EAwIDSQAwRgIhAOtSuw/dl0tqZnytnORB4NvY"
    "z5w9rd2NPSE4bNWv8nGXAiEAmhHEIgZynoPjyflIOPy5DhOXmBvTyj9NiO1SnapxlYI="
)


@pytest.mark.parametrize("cipher", MADE_BY_OPENSSL)
def test_the_empty_password_counts_as_no_password(cipher: str) -> None:
    assert extract_certificates(base64.b64decode(MADE_BY_OPENSSL[cipher])) == [THEIRS]


def test_without_pycryptodome_the_problem_names_the_package_and_the_rest_is_read() -> None:
    der = pfx(encrypted("1.2.840.113549.1.12.1.6", 1), safe(certificate_bag(JANE)))
    program = (
        "import sys\n"
        "sys.modules['Crypto'] = None\n"
        "from ctscan.x509.containers import extract_certificates\n"
        "problem, certificate = extract_certificates(sys.stdin.buffer.read())\n"
        "print(problem.what)\n"
        "print(certificate.hex())\n"
    )
    done = subprocess.run([sys.executable, "-c", program], input=der, capture_output=True, check=True)
    what, certificate = done.stdout.decode().splitlines()
    assert "pip install 'ctscan[pkcs12]'" in what
    assert "openssl pkcs12 -legacy" in what
    assert certificate == JANE.hex()


@pytest.mark.parametrize("wrapped", [False, True])
def test_bags_within_bags_and_other_kinds(wrapped: bool) -> None:
    bags = [certificate_bag(b"sdsi", SDSI), bag(tlv(0x30), "1.2.840.113549.1.12.10.1.5"), certificate_bag(JANE)]
    inner = bag(tlv(0x30, *bags), SAFE_CONTENTS) if wrapped else b"".join(bags)
    assert extract_certificates(pfx(safe(inner), safe(certificate_bag(ROOT)))) == [JANE, ROOT]


def test_readable_parts_are_read_beside_unreadable_parts() -> None:
    found = extract_certificates(pfx(encrypted("1.2.840.113549.1.12.1.3", 2000), safe(certificate_bag(JANE))))
    assert isinstance(found[0], Problem)
    assert found[1:] == [JANE]


@pytest.mark.parametrize(
    "der",
    [
        pfx()[:-1],
        tlv(0x30, integer(3), info(DATA, tlv(0x04, b"text"))),
        tlv(0x30, integer(3), info(ENCRYPTED, tlv(0x30))),
        tlv(0x30, integer(3), info("1.2.840.113549.1.7.2", tlv(0x30))),
        tlv(0x30, integer(3), tlv(0x30, oid(DATA))),
    ],
)
def test_other_bytes_are_refused_in_one_line(der: bytes) -> None:
    with pytest.raises(FormatError, match=r"^PKCS#12: .+"):
        extract_certificates(der)


def test_signed_data_is_extracted_too() -> None:
    assert extract_certificates(signed_data(JANE, ROOT)) == [JANE, ROOT]


HOSTILE = {
    "iterations": pfx(encrypted("1.2.840.113549.1.12.1.3", 1 << 31)),
    "iterations of many parts": pfx(*[encrypted("1.2.840.113549.1.12.1.3", 200_000)] * 60),
    "no iterations": pfx(encrypted("1.2.840.113549.1.12.1.3", 0)),
    "RC2": pfx(encrypted("1.2.840.113549.1.12.1.6", 1, bytes(ours.MAX_PKCS12 - 1000))),
    "parts": pfx(*[safe()] * 100_000),
    "bags": pfx(safe(*[certificate_bag(b"x")] * (ours.MAX_BAGS + 1))),
    "an unknown algorithm": pfx(encrypted("1.2.3.4", 1)),
    "octets that are no blocks": pfx(encrypted("1.2.840.113549.1.12.1.3", 1, b"123")),
    "a long salt": pfx(encrypted("1.2.840.113549.1.12.1.3", 1, salt=bytes(5000))),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_hostile_files_cost_little(what: str) -> None:
    began = time.process_time()
    assert problems(HOSTILE[what])
    assert time.process_time() - began < 3


def test_all_files_of_a_run_share_one_budget() -> None:
    take = certificate_extractor(33_000)
    costly = pfx(encrypted("1.2.840.113549.1.12.1.3", 2000), safe(certificate_bag(JANE)))  # twice 6,000
    said = [[found.what for found in take(costly) if isinstance(found, Problem)] for _ in range(4)]
    assert ["read this file by itself" in what for (what,) in said] == [False, False, True, True]
    assert take(costly)[1] == JANE
    assert take(signed_data(JANE, ROOT)) == [JANE, ROOT]
    assert take(base64.b64decode(MADE_BY_OPENSSL["AES"])) == [THEIRS]  # costs less than the rest of the budget
    assert "a password" in problems(costly)[0]


def test_nesting_ends() -> None:
    nested = certificate_bag(JANE)
    for _ in range(500):
        nested = bag(tlv(0x30, nested), SAFE_CONTENTS)
    assert "deep" in problems(pfx(safe(nested)))[0]


def test_cut_off_or_damaged_anywhere_nothing_but_a_format_error_is_raised() -> None:
    whole = pfx(encrypted("1.2.840.113549.1.12.1.3", 2), safe(certificate_bag(JANE)))
    for at in range(len(whole)):
        for data in (whole[:at], whole[:at] + b"\xff" + whole[at + 1 :], whole[:at] + b"\x80" + whole[at + 1 :]):
            try:
                extract_certificates(data)
            except FormatError as error:
                assert "\n" not in str(error)
