"""China, Japan, Korea, Taiwan and Vietnam: identity numbers and composite values of their certificates."""

from __future__ import annotations

import hashlib
from typing import Any

from support.certs import CLIENT_AUTH, EMAIL_PROTECTION, extension, name, oid, string, tlv

CLIENT: dict[str, Any] = {"eku": (CLIENT_AUTH, EMAIL_PROTECTION)}

# --- Japan ---
_JPKI = "1.2.392.200149.8.5.5"
JAPAN: dict[str, Any] = {
    "subject": [("C", "JP"), ("CN", "20260101120000ABCDE01")],
    "issuer": [("C", "JP"), ("O", "JPKI"), ("OU", "JPKI Example CA")],
}


def jpki(full_name: str, names: str, sex: str, birth: str, address: str, places: str) -> dict[str, Any]:
    """Build the alternative names of a signature certificate, in the order of the cards."""
    fields = {1: full_name, 4: birth, 3: sex, 5: address, 2: names, 6: places}
    return {"san": [("other", f"{_JPKI}.{last}", string(text)) for last, text in fields.items()], **JAPAN}


# --- Korea ---
IDENTIFY_DATA = "1.2.410.200004.10.1.1"
SHA_256 = "2.16.840.1.101.3.4.2.1"
KOREA: dict[str, Any] = {"issuer": [("C", "KR"), ("O", "Example"), ("CN", "ExampleSign CA")], **CLIENT}


def identify_data(real_name: bytes, *hashes: bytes) -> tuple[str, str, bytes]:
    """Build the alternative name of the national PKI. `hashes`: whole elements after the algorithm."""
    virtual = (tlv(0x30, oid(f"{IDENTIFY_DATA}.1"), tlv(0x30, tlv(0x30, oid(SHA_256)), element)) for element in hashes)
    return ("other", IDENTIFY_DATA, tlv(0x30, real_name, *([tlv(0x30, *virtual)] if hashes else [])))


HASH = hashlib.sha256(b"an invented resident").digest()

# --- China ---
_GM = "1.2.156.10260.4.1"
ID_CARD, OTHER_ID_CARD, WRONG_ID_CARD = "11010519870312048X", "440305199007150230", "440305199007150231"
CHINA: dict[str, Any] = {"issuer": [("C", "CN"), ("O", "示例认证"), ("CN", "Example CA")], **CLIENT}


def printable(text: str) -> bytes:
    """Encode a PrintableString."""
    return string(text, "printable")


def cn(text: str) -> list[tuple[str, str]]:
    """Build a Chinese subject."""
    return [("C", "CN"), ("CN", text)]


# --- Taiwan ---
def taiwan(kind: str, *attributes: tuple[str, bytes]) -> dict[str, Any]:
    """Build a subject of a type (the arcs after 2.16.886.1.100.3), with further directory attributes."""
    listed = [("2.16.886.1.100.2.1", oid(f"2.16.886.1.100.3.{kind}")), *attributes]
    values = (tlv(0x30, oid(dotted), tlv(0x31, value)) for dotted, value in listed)
    return {
        "extra": [extension("2.5.29.9", tlv(0x30, *values))],
        "issuer": [("C", "TW"), ("O", "範例"), ("OU", "範例管理中心")],
        **CLIENT,
    }


CASES: dict[str, dict[str, Any]] = {
    "japan-resident": jpki("例野　花子", "00000", "2", "319850217", "東京都例示区見本一丁目２番３号", "0" * 15),
    "japan-substituted-characters": jpki("見本　太郎", "10000", "1", "419990405", "京都府例示市", "010000"),
    "japan-unknown-day": jpki("サンプル　アリス", "00000000", "3", "319570600", "北海道見本市", "000000"),
    "japan-unknown-birth": jpki("見本　次郎", "00000", "1", "000000000", "北海道見本市", "000000"),
    "japan-year-of-the-era": jpki("見本　三郎", "見本　叁郎", "男", "S600217", "北海道見本市", "北海道見夲市"),
    "korea-person": {
        "subject": [("C", "KR"), ("O", "example"), ("OU", "personal"), ("CN", "홍예시()0001042026010112345678")],
        "san": [identify_data(string("홍예시"), tlv(0xA0, tlv(0x04, HASH)))],
        **KOREA,
    },
    "korea-person-implicit": {
        "subject": [("C", "KR"), ("O", "example"), ("CN", "예시이름")],
        "san": [identify_data(string("김보기", "bmp"), tlv(0x80, HASH))],
        **KOREA,
    },
    "korea-company": {
        "subject": [("C", "KR"), ("O", "example"), ("CN", "(주)보기")],
        "san": [identify_data(string("(주)보기"), tlv(0xA0, tlv(0x04, HASH)))],
        **KOREA,
    },
    "korea-name-without-hash": {
        "subject": [("C", "KR"), ("CN", "이예제")],
        "san": [identify_data(string("이예제"))],
        **KOREA,
    },
    "china-identity-implicit": {
        "subject": cn("李示例"),
        "extra": [
            extension(f"{_GM}.1", tlv(0x80, ID_CARD.encode())),
            extension(f"{_GM}.2", printable("A123456789")),
            extension(f"{_GM}.5", printable(ID_CARD)),
        ],
        **CHINA,
    },
    "china-identity-explicit": {
        "subject": cn("王举例"),
        "extra": [extension(f"{_GM}.1", tlv(0xA0, printable(OTHER_ID_CARD)))],
        **CHINA,
    },
    "china-officer": {
        "subject": cn("赵范例"),
        "extra": [extension(f"{_GM}.1", tlv(0x31, tlv(0xA1, string("军字第1234567号"))))],
        **CHINA,
    },
    "china-passport": {
        "subject": cn("EXAMPLE ALICE"),
        "extra": [extension(f"{_GM}.1", tlv(0x82, b"E12345678")), extension(f"{_GM}.1.2", printable("E12345678"))],
        **CHINA,
    },
    "china-bare-number": {  # no structure, and raw text without any DER
        "subject": cn("李示例"),
        "extra": [extension(f"{_GM}.1", printable(WRONG_ID_CARD)), extension(f"{_GM}.1.1", ID_CARD.encode())],
        **CHINA,
    },
    "china-before-the-standard": {
        "subject": cn("李示例"),
        "extra": [
            extension("1.2.86.11.7.1", tlv(0x13, b"110105870312032")),  # number of fifteen digits
            extension("1.2.86.11.7.2", printable("A123456789")),
            extension("1.2.86.11.7.1.8", printable(f"SF{ID_CARD}")),
        ],
        **CHINA,
    },
    "china-individual-business": {
        "subject": cn("例子小吃店"),
        "extra": [
            extension(f"{_GM}.3", printable("110105612345678")),
            extension(f"{_GM}.4", tlv(0x0C, b"92110105MA01ABCD23")),
            extension(f"{_GM}.5", printable("92110105MA01ABCD23")),
        ],
        **CHINA,
    },
    "china-company": {
        "subject": cn("示例科技有限公司"),
        "extra": [
            extension(f"{_GM}.3", printable("110105012345678")),
            extension(f"{_GM}.4", printable("91110105MA01ABCD26")),
            extension(f"{_GM}.5", printable("110105012345678")),
        ],
        **CHINA,
    },
    "china-cfca": {"subject": [*cn(f"041@0{ID_CARD}@李示例@00000001"), ("OU", "Individual-1")], **CHINA},
    "china-cfca-other-number": {"subject": cn("041@Z20260101001@王举例@00000002"), **CHINA},
    "china-cfca-other-order": {"subject": cn(f"051@赵范例@{OTHER_ID_CARD}@2"), **CHINA},
    "china-cfca-authority": {"subject": cn(f"exampleca@王举例@Z{OTHER_ID_CARD}@2"), **CHINA},
    "china-cfca-wrong-check": {"subject": cn("exampleca@王举例@Z110105198703120481@2"), **CHINA},
    "china-cfca-kind": {"subject": cn("exampleca@王举例@P12345678@1"), **CHINA},
    "china-cfca-words": {"subject": cn("build@host@example@2"), **CHINA},
    "china-cfca-company": {"subject": cn("041@Z91110105MA01ABCD26@示例科技有限公司@00000001"), **CHINA},
    "taiwan-citizen": {
        "subject": [("C", "TW"), ("CN", "王範例"), ("serialNumber", "0000112233445566")],
        **taiwan("1.1", ("2.16.886.1.100.2.51", printable("1234"))),
    },
    "taiwan-health-professional": {
        "subject": [("C", "TW"), ("CN", "陳示範")],
        **taiwan("1.7", ("2.16.886.1.100.2.51", printable("5678"))),
    },
    "taiwan-company": {"subject": [("C", "TW"), ("O", "範例股份有限公司")], **taiwan("2.2.1.1")},
    "vietnam-person": {
        "subject": [("C", "VN"), ("CN", "Nguyễn Văn Ví Dụ"), ("UID", "CCCD:001085012345")],
        "issuer": name([("C", "VN"), ("CN", "Example-CA")]),
        **CLIENT,
    },
    "vietnam-old-card": {
        "subject": [("C", "VN"), ("CN", "Trần Thị Mẫu"), ("UID", "CMND:012345678")],
        "issuer": name([("C", "VN"), ("CN", "Example-CA")]),
        **CLIENT,
    },
    "vietnam-company": {
        "subject": [("C", "VN"), ("CN", "CÔNG TY TNHH VÍ DỤ"), ("UID", "MST:0101243150")],
        "issuer": name([("C", "VN"), ("CN", "Example-CA")]),
        **CLIENT,
    },
}
