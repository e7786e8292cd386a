"""Builder of CT logs in memory: entries, trees, proofs, tiles, signed heads, log-list objects, trees on disk.

The Merkle part follows the recursive definitions of RFC 6962 section 2.1 word for word and shares nothing with
`ctscan.ct`: it is the referee. Everything is deterministic: keys come from a seed, signatures are RFC 6979 or
PKCS #1 v1.5, gzip files carry no time.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import struct
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from math import gcd, prod
from pathlib import Path

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from ctscan.model import FinalHead, Log, LogProtocol

EPOCH = 1_767_225_600_000  # 2026-01-01T00:00:00Z in ms: time of the first synthetic entry
WIDTH = 256
_P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


# --- bytes --------------------------------------------------------------------------------------------------------


def b64(data: bytes) -> str:
    """Encode in standard base64 with padding."""
    return base64.b64encode(data).decode()


def u24(data: bytes) -> bytes:
    """Prefix `data` with its length in three bytes."""
    return len(data).to_bytes(3, "big") + data


def u16(data: bytes) -> bytes:
    """Prefix `data` with its length in two bytes."""
    return len(data).to_bytes(2, "big") + data


def leaf_index_extension(index: int) -> bytes:
    """Encode CtExtensions with the leaf_index of static-ct-api: `00 | 0005 | uint40`."""
    return b"\x00\x00\x05" + index.to_bytes(5, "big")


def timestamped_x509(der: bytes, timestamp: int, extensions: bytes = b"") -> bytes:
    """Encode the TimestampedEntry of a certificate: `u64 | 0000 | u24 der | u16 extensions`."""
    return struct.pack(">QH", timestamp, 0) + u24(der) + u16(extensions)


def timestamped_precert(tbs: bytes, issuer_key_hash: bytes, timestamp: int, extensions: bytes = b"") -> bytes:
    """Encode the TimestampedEntry of a precertificate: `u64 | 0001 | issuer_key_hash | u24 tbs | u16 extensions`."""
    return struct.pack(">QH", timestamp, 1) + issuer_key_hash + u24(tbs) + u16(extensions)


def tile_name(level: int | str, index: int, width: int = WIDTH) -> str:
    """Format `tile/<level>/x001/x234/067[.p/<width>]`, as the specification spells it."""
    groups = [f"{index % 1000:03d}"]
    while index := index // 1000:
        groups.insert(0, f"x{index % 1000:03d}")
    suffix = "" if width == WIDTH else f".p/{width}"
    return f"tile/{level}/{'/'.join(groups)}{suffix}"


# --- cheap certificates -------------------------------------------------------------------------------------------


def tlv(tag: int, *content: bytes) -> bytes:
    """Encode DER tag, length and content."""
    body = b"".join(content)
    if len(body) < 0x80:
        return bytes((tag, len(body))) + body
    length = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + body


def _common_name(text: str) -> bytes:
    attribute = tlv(0x30, tlv(0x06, b"\x55\x04\x03"), tlv(0x0C, text.encode()))
    return tlv(0x30, tlv(0x31, attribute))


_ECDSA_SHA256 = tlv(0x30, tlv(0x06, bytes.fromhex("2a8648ce3d040302")))
_SPKI = tlv(
    0x30,
    tlv(0x30, tlv(0x06, bytes.fromhex("2a8648ce3d0201")), tlv(0x06, bytes.fromhex("2a8648ce3d030107"))),
    tlv(0x03, b"\x00\x04" + bytes(range(64))),
)
_SIGNATURE = tlv(0x03, b"\x00" + tlv(0x30, tlv(0x02, b"\x11" * 32), tlv(0x02, b"\x22" * 32)))
_VERSION = tlv(0xA0, tlv(0x02, b"\x02"))
_ISSUER = _common_name("Example Issuing CA")
_VALIDITY = tlv(0x30, tlv(0x17, b"260101000000Z"), tlv(0x17, b"260401000000Z"))
_SAN = tlv(0x06, b"\x55\x1d\x11")


def cheap_tbs(number: int, host: str = "") -> bytes:
    """Build a small TBSCertificate with a host name in CN and SAN; its key and names are filler."""
    host = host or f"host-{number}.example.org"
    alt_names = tlv(0x30, tlv(0x82, host.encode()))
    extension = tlv(0x30, _SAN, tlv(0x04, alt_names))
    return tlv(
        0x30,
        _VERSION,
        tlv(0x02, b"\x01" + number.to_bytes(8, "big")),
        _ECDSA_SHA256,
        _ISSUER,
        _VALIDITY,
        _common_name(host),
        _SPKI,
        tlv(0xA3, tlv(0x30, extension)),
    )


@lru_cache(maxsize=1 << 14)
def cheap_certificate(number: int, host: str = "") -> bytes:
    """Build `cheap_tbs` with an invalid signature."""
    return tlv(0x30, cheap_tbs(number, host), _ECDSA_SHA256, _SIGNATURE)


# --- keys ---------------------------------------------------------------------------------------------------------


def _stream(seed: str, size: int) -> bytes:
    blocks = (hashlib.sha256(f"{seed}/{i}".encode()).digest() for i in range(-(-size // 32)))
    return b"".join(blocks)[:size]


_SMALL_PRIMES = prod(p for p in range(3, 2000, 2) if all(p % q for q in range(3, 45, 2) if q < p))


def _is_probable_prime(n: int) -> bool:
    if gcd(n, _SMALL_PRIMES) != 1:
        return False
    odd, twos = n - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    for base in (2, 3, 5, 7, 11, 13, 17, 19):
        x = pow(base, odd, n)
        if x in (1, n - 1):
            continue
        if not any((x := x * x % n) == n - 1 for _ in range(twos - 1)):
            return False
    return True


def _prime(seed: str) -> int:
    """Find a 1024-bit prime with the top two bits set and p - 1 not divisible by 65537."""
    candidate = int.from_bytes(_stream(seed, 128), "big") | 3 << 1022 | 1
    while candidate % 65537 == 1 or not _is_probable_prime(candidate):
        candidate += 2
    return candidate


@cache
def ecdsa_key(seed: str) -> ec.EllipticCurvePrivateKey:
    """Derive a P-256 key from a seed."""
    secret = int.from_bytes(_stream(seed, 40), "big") % (_P256_ORDER - 1) + 1
    return ec.derive_private_key(secret, ec.SECP256R1())


@cache
def rsa_key(seed: str) -> rsa.RSAPrivateKey:
    """Derive an RSA-2048 key from a seed; takes about a second, once."""
    p, q = _prime(seed + "/p"), _prime(seed + "/q")
    d = pow(65537, -1, (p - 1) * (q - 1))
    numbers = rsa.RSAPrivateNumbers(
        p=p,
        q=q,
        d=d,
        dmp1=rsa.rsa_crt_dmp1(d, p),
        dmq1=rsa.rsa_crt_dmq1(d, q),
        iqmp=rsa.rsa_crt_iqmp(p, q),
        public_numbers=rsa.RSAPublicNumbers(65537, p * q),
    )
    return numbers.private_key()


def sign_list(raw: bytes, seed: str = "list key") -> tuple[bytes, bytes]:
    """Return `(detached signature, public key PEM)` of a log list, RSA PKCS #1 v1.5 with SHA-256."""
    key = rsa_key(seed)
    pem = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return key.sign(raw, padding.PKCS1v15(), hashes.SHA256()), pem


# --- the log ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Made:
    """Entry in both encodings: `leaf` is the TimestampedEntry, `extra` the extra_data of get-entries, `tail` the octets
    after the TimestampedEntry in a data tile."""

    leaf: bytes
    extra: bytes
    tail: bytes


class LogBuilder:
    """Log in memory. `leaf_index=False` leaves the extension out, as RFC 6962 logs do."""

    def __init__(
        self,
        name: str = "Example log",
        *,
        seed: str = "",
        use_rsa: bool = False,
        origin: str = "",
        operator: str = "Example Operator",
        leaf_index: bool = True,
    ) -> None:
        self.name = name
        self.operator = operator
        self.leaf_index = leaf_index
        self.origin = origin or f"log.example.org/{name.lower().replace(' ', '-')}"
        self.private_key = rsa_key(seed or name) if use_rsa else ecdsa_key(seed or name)
        self.key = self.private_key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        self.id = hashlib.sha256(self.key).digest()
        self.entries: list[Made] = []
        self.hashes: list[bytes] = []
        self.timestamps: list[int] = []
        self.issuers: dict[bytes, bytes] = {}
        self._perfect: dict[tuple[int, int], bytes] = {}  # (start, end) of aligned perfect subtrees -> root

    # --- adding entries ---

    @property
    def size(self) -> int:
        """Count the entries so far."""
        return len(self.entries)

    def _add(self, made: Made, timestamp: int) -> int:
        self.entries.append(made)
        self.hashes.append(hashlib.sha256(b"\x00\x00\x00" + made.leaf).digest())
        self.timestamps.append(timestamp)
        return len(self.entries) - 1

    def _extensions(self) -> bytes:
        return leaf_index_extension(self.size) if self.leaf_index else b""

    def _time(self, timestamp: int | None) -> int:
        return EPOCH + 1000 * self.size if timestamp is None else timestamp

    def _fingerprints(self, chain: Sequence[bytes]) -> bytes:
        prints = [hashlib.sha256(der).digest() for der in chain]
        self.issuers.update(zip(prints, chain, strict=True))
        return u16(b"".join(prints))

    def add_certificate(self, der: bytes, timestamp: int | None = None, chain: Sequence[bytes] = ()) -> int:
        """Log a certificate; return its index. `chain` holds DER issuers, the direct issuer first."""
        when = self._time(timestamp)
        extra = u24(b"".join(u24(c) for c in chain))
        return self._add(Made(timestamped_x509(der, when, self._extensions()), extra, self._fingerprints(chain)), when)

    def add_precert(
        self,
        tbs: bytes,
        issuer_key_hash: bytes,
        submitted: bytes,
        timestamp: int | None = None,
        chain: Sequence[bytes] = (),
    ) -> int:
        """Log a precertificate: `tbs` (without poison) goes into the leaf, `submitted` beside it."""
        when = self._time(timestamp)
        leaf = timestamped_precert(tbs, issuer_key_hash, when, self._extensions())
        extra = u24(submitted) + u24(b"".join(u24(c) for c in chain))
        return self._add(Made(leaf, extra, u24(submitted) + self._fingerprints(chain)), when)

    def add_raw(
        self, leaf: bytes, extra: bytes = b"\0\0\0", tail: bytes = b"\0\0", timestamp: int | None = None
    ) -> int:
        """Log any bytes as an entry. `leaf` follows `00 00` in leaf_input and may be no TimestampedEntry."""
        return self._add(Made(leaf, extra, tail), self._time(timestamp))

    def fill(self, count: int, make: Callable[[int], bytes] = cheap_certificate, chain: Sequence[bytes] = ()) -> None:
        """Log `count` certificates made from their index."""
        for _ in range(count):
            self.add_certificate(make(self.size), chain=chain)

    def fork(self, size: int, count: int = 0) -> LogBuilder:
        """Build a second history under the same key: the first `size` entries, then `count` new entries."""
        other = object.__new__(LogBuilder)
        other.__dict__.update(self.__dict__)
        other.entries, other.hashes = self.entries[:size], self.hashes[:size]
        other.timestamps, other.issuers = self.timestamps[:size], dict(self.issuers)
        other._perfect = {}
        other.fill(count, lambda n: cheap_certificate(n, f"fork-{n}.example.net"))
        return other

    def copy(self) -> LogBuilder:
        """Copy the log; later changes don't affect the original."""
        other = self.fork(self.size)
        other._perfect = dict(self._perfect)
        return other

    # --- the tree, naively ---

    def _subtree(self, start: int, end: int) -> bytes:
        """Compute MTH(D[start:end]) of RFC 6962 section 2.1."""
        n = end - start
        if n == 1:
            return self.hashes[start]
        if (known := self._perfect.get((start, end))) is not None:
            return known
        k = _split(n)
        root = hashlib.sha256(b"\x01" + self._subtree(start, start + k) + self._subtree(start + k, end)).digest()
        if n & (n - 1) == 0:
            self._perfect[start, end] = root
        return root

    def root(self, size: int | None = None) -> bytes:
        """Compute the root of the first `size` entries (default: all)."""
        size = self.size if size is None else size
        return self._subtree(0, size) if size else hashlib.sha256(b"").digest()

    def inclusion_path(self, index: int, size: int | None = None) -> list[bytes]:
        """Compute PATH(index, D[size]) of section 2.1.1, leaf to root."""

        def path(m: int, start: int, end: int) -> list[bytes]:
            if end - start == 1:
                return []
            k = start + _split(end - start)
            if m < k:
                return [*path(m, start, k), self._subtree(k, end)]
            return [*path(m, k, end), self._subtree(start, k)]

        return path(index, 0, self.size if size is None else size)

    def consistency_path(self, first: int, second: int | None = None) -> list[bytes]:
        """Compute PROOF(first, D[second]) of section 2.1.2."""

        def proof(m: int, start: int, end: int, is_whole: bool) -> list[bytes]:
            if m == end:
                return [] if is_whole else [self._subtree(start, end)]
            k = start + _split(end - start)
            if m <= k:
                return [*proof(m, start, k, is_whole), self._subtree(k, end)]
            return [*proof(m, k, end, False), self._subtree(start, k)]

        return proof(first, 0, self.size if second is None else second, True)

    # --- signed heads ---

    def head_time(self, size: int) -> int:
        """Return the default time of the head at `size`: one second after its last entry."""
        return (self.timestamps[size - 1] if size else EPOCH) + 1000

    def sign_head(self, size: int, timestamp: int, root: bytes) -> bytes:
        """Sign the 50 bytes of RFC 6962 section 3.5; return a DigitallySigned."""
        message = struct.pack(">BBQQ", 0, 1, timestamp, size) + root
        if isinstance(self.private_key, rsa.RSAPrivateKey):
            return b"\x04\x01" + u16(self.private_key.sign(message, padding.PKCS1v15(), hashes.SHA256()))
        ecdsa = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
        return b"\x04\x03" + u16(self.private_key.sign(message, ecdsa))

    def sth(
        self, size: int | None = None, *, timestamp: int | None = None, root: bytes | None = None, spoil: bool = False
    ) -> bytes:
        """Build the JSON of get-sth. `spoil` breaks the signature."""
        size = self.size if size is None else size
        timestamp = self.head_time(size) if timestamp is None else timestamp
        root = self.root(size) if root is None else root
        signature = self.sign_head(size, timestamp + spoil, root)
        fields = {
            "tree_size": size,
            "timestamp": timestamp,
            "sha256_root_hash": b64(root),
            "tree_head_signature": b64(signature),
        }
        return json.dumps(fields).encode()

    def checkpoint(
        self,
        size: int | None = None,
        *,
        timestamp: int | None = None,
        root: bytes | None = None,
        origin: str = "",
        spoil: bool = False,
    ) -> bytes:
        """Build the signed note of static-ct-api, with another signer's line before the log's line."""
        size = self.size if size is None else size
        timestamp = self.head_time(size) if timestamp is None else timestamp
        root = self.root(size) if root is None else root
        origin = origin or self.origin
        key_id = hashlib.sha256(f"{origin}\n".encode() + b"\x05" + self.id).digest()[:4]
        blob = key_id + struct.pack(">Q", timestamp) + self.sign_head(size, timestamp + spoil, root)
        grease = b64(hashlib.sha256(root).digest() * 2)
        return (
            f"{origin}\n{size}\n{b64(root)}\n\n\u2014 grease.invalid {grease}\n\u2014 {origin} {b64(blob)}\n".encode()
        )

    # --- answers of RFC 6962 ---

    def get_entries(self, start: int, end: int) -> bytes:
        """Build the JSON of get-entries for the half-open range."""
        entries = [{"leaf_input": b64(b"\0\0" + e.leaf), "extra_data": b64(e.extra)} for e in self.entries[start:end]]
        return json.dumps({"entries": entries}).encode()

    def get_consistency(self, first: int, second: int) -> bytes:
        """Build the JSON of get-sth-consistency."""
        return json.dumps({"consistency": [b64(h) for h in self.consistency_path(first, second)]}).encode()

    def get_proof_by_hash(self, leaf_hash: bytes, size: int) -> bytes:
        """Build the JSON of get-proof-by-hash. ValueError when no entry below `size` has this hash."""
        index = self.hashes.index(leaf_hash, 0, size)
        path = [b64(h) for h in self.inclusion_path(index, size)]
        return json.dumps({"leaf_index": index, "audit_path": path}).encode()

    def get_entry_and_proof(self, index: int, size: int) -> bytes:
        """Build the JSON of get-entry-and-proof."""
        entry = self.entries[index]
        fields = {
            "leaf_input": b64(b"\0\0" + entry.leaf),
            "extra_data": b64(entry.extra),
            "audit_path": [b64(h) for h in self.inclusion_path(index, size)],
        }
        return json.dumps(fields).encode()

    # --- tiles ---

    def data_tile(self, index: int, width: int = WIDTH) -> bytes:
        """Build the uncompressed data tile: `width` TileLeafs back to back."""
        made = self.entries[index * WIDTH : index * WIDTH + width]
        if len(made) != width:
            raise ValueError(f"data tile {index} has {len(made)} entries, not {width}")
        return b"".join(part for e in made for part in (e.leaf, e.tail))

    def hash_tile(self, level: int, index: int, width: int = WIDTH) -> bytes:
        """Build the `width` hashes of tile/<level>/<index>: roots of perfect subtrees of 256**level leaves."""
        span = WIDTH**level
        first = index * WIDTH
        if (first + width) * span > self.size:
            raise ValueError(f"hash tile {level}/{index} has no {width} hashes yet")
        return b"".join(self._subtree(i * span, (i + 1) * span) for i in range(first, first + width))

    def tiles(self, size: int) -> Iterable[tuple[str, bytes]]:
        """Yield `(path, uncompressed bytes)` of every tile of the tree of `size`, ragged tiles as partials."""
        for index, width in _tiles_of(size):
            yield tile_name("data", index, width), self.data_tile(index, width)
        level, count = 0, size
        while count:
            for index, width in _tiles_of(count):
                yield tile_name(level, index, width), self.hash_tile(level, index, width)
            level, count = level + 1, count // WIDTH

    # --- log lists ---

    def list_entry(
        self,
        url: str,
        protocol: LogProtocol = LogProtocol.STATIC_CT,
        *,
        state: str = "usable",
        since: str = "2026-01-01T00:00:00Z",
        final_size: int | None = None,
    ) -> dict[str, object]:
        """Build the object of this log for a log list v3: under `tiled_logs` for static-ct, else under `logs`."""
        tiled = protocol is LogProtocol.STATIC_CT
        where = {"submission_url": f"https://{self.origin}/", "monitoring_url": url} if tiled else {"url": url}
        stamp: dict[str, object] = {"timestamp": since}
        if final_size is not None:
            stamp["final_tree_head"] = {"sha256_root_hash": b64(self.root(final_size)), "tree_size": final_size}
        return {
            "description": self.name,
            "log_id": b64(self.id),
            "key": b64(self.key),
            **where,
            "mmd": 60 if tiled else 86400,
            "state": {state: stamp},
            "temporal_interval": {"start_inclusive": "2026-01-01T00:00:00Z", "end_exclusive": "2027-01-01T00:00:00Z"},
        }

    def log(
        self,
        url: str,
        protocol: LogProtocol = LogProtocol.STATIC_CT,
        *,
        state: str = "usable",
        final_size: int | None = None,
    ) -> Log:
        """Build the `Log` that a list with `list_entry` gives. Hybrid: tiles under the same URL."""
        tiled, posted = protocol is not LogProtocol.RFC6962, protocol is not LogProtocol.STATIC_CT
        return Log(
            id=self.id,
            key=self.key,
            name=self.name,
            operator=self.operator,
            protocol=protocol,
            state=state,
            url=url if posted else "",
            monitoring_url=url if tiled else "",
            origin=self.origin if protocol is LogProtocol.STATIC_CT else "",
            final_head=None if final_size is None else FinalHead(final_size, self.root(final_size)),
            mmd=60 if protocol is LogProtocol.STATIC_CT else 86400,
        )

    def write_static_tree(self, directory: Path, size: int | None = None, url: str = "") -> None:
        """Write the whole log as a static-ct tree; data tiles as gzip files. The same log gives the same bytes."""
        size = self.size if size is None else size
        files = dict(self.tiles(size))
        for path, body in files.items():
            _write(directory / path, deterministic_gzip(body, 9) if path.startswith("tile/data/") else body)
        for fingerprint, der in self.issuers.items():
            _write(directory / "issuer" / fingerprint.hex(), der)
        described = self.list_entry(url or f"https://{self.origin}/")
        _write(directory / "log.v3.json", json.dumps(described, indent=2, ensure_ascii=False).encode() + b"\n")
        _write(directory / "checkpoint", self.checkpoint(size))


def deterministic_gzip(body: bytes, level: int = 6) -> bytes:
    """Compress with gzip without name and time."""
    return gzip.compress(body, level, mtime=0)


def log_list(
    entries: Iterable[tuple[str, LogProtocol, dict[str, object]]], timestamp: str = "2026-01-02T00:00:00Z"
) -> bytes:
    """Build the log list v3 of `(operator, protocol, list_entry)` triples."""
    operators: dict[str, dict[str, list[object]]] = {}
    for operator, protocol, entry in entries:
        lists = operators.setdefault(operator, {"logs": [], "tiled_logs": []})
        lists["tiled_logs" if protocol is LogProtocol.STATIC_CT else "logs"].append(entry)
    found = [{"name": name, "email": ["ct@example.org"], **lists} for name, lists in operators.items()]
    fields = {"version": "1.0", "log_list_timestamp": timestamp, "operators": found}
    return json.dumps(fields, indent=1, ensure_ascii=False).encode()


def _split(n: int) -> int:
    """Return the largest power of two smaller than `n`."""
    return 1 << ((n - 1).bit_length() - 1)


def _tiles_of(count: int) -> Iterable[tuple[int, int]]:
    for index in range(count // WIDTH):
        yield index, WIDTH
    if count % WIDTH:
        yield count // WIDTH, count % WIDTH


def _write(path: Path, body: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)
