"""A CRL of many entries, signed, with its issuer and a leaf: what openssl and the index are measured on."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, pkcs7
from cryptography.x509.oid import NameOID

NAME = "Bench CA"
_ALGORITHM = bytes.fromhex("300d06092a864886f70d01010b0500")
_REASON = bytes.fromhex("300c300a0603551d1504030a0104")


def _tlv(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 128:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content


def _entries(count: int) -> tuple[bytes, list[int]]:
    chosen = random.Random(20261122)  # noqa: S311 - the same CRL each time
    made, serials = [], []
    for number in range(count):
        serial = chosen.getrandbits(127)
        since = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(seconds=chosen.randrange(80_000_000))
        content = _tlv(2, serial.to_bytes(serial.bit_length() // 8 + 1, "big"))
        content += _tlv(0x17, since.strftime("%y%m%d%H%M%SZ").encode())
        made.append(_tlv(0x30, content + (_REASON if number % 2 else b"")))
        serials.append(serial)
    return b"".join(made), serials


def written(folder: Path, count: int) -> list[int]:
    """Write big.crl, bundle.pem (the issuer and the CRL), ca.der, document and signature.p7s; the serials listed."""
    now = datetime.now(UTC).replace(microsecond=0)
    key, leaf_key = (rsa.generate_private_key(65537, 2048) for _ in range(2))
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)  # noqa: FBT003
    ca = x509.CertificateBuilder(name, name, key.public_key(), 1, now - timedelta(days=1), now + timedelta(days=90))
    ca = ca.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    issuer = ca.add_extension(usage, critical=True).sign(key, hashes.SHA256())
    person = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Zeenat Zaheer")])
    built = x509.CertificateBuilder(name, person, leaf_key.public_key(), 2**126 + 1)
    leaf = built.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=9))
    signer = leaf.sign(key, hashes.SHA256())
    entries, serials = _entries(count)
    dates = b"".join(
        _tlv(0x17, at.strftime("%y%m%d%H%M%SZ").encode()) for at in (now - timedelta(hours=1), now + timedelta(days=1))
    )
    number = _tlv(0xA0, _tlv(0x30, _tlv(0x30, b"\x06\x03\x55\x1d\x14" + _tlv(4, b"\x02\x01\x05"))))
    signed = _tlv(0x30, b"\x02\x01\x01" + _ALGORITHM + name.public_bytes() + dates + _tlv(0x30, entries) + number)
    crl = _tlv(0x30, signed + _ALGORITHM + _tlv(3, b"\0" + key.sign(signed, padding.PKCS1v15(), hashes.SHA256())))
    (folder / "big.crl").write_bytes(crl)
    (folder / "ca.der").write_bytes(issuer.public_bytes(Encoding.DER))
    listed = x509.load_der_x509_crl(crl).public_bytes(Encoding.PEM)
    (folder / "bundle.pem").write_bytes(issuer.public_bytes(Encoding.PEM) + listed)
    (folder / "document").write_bytes(b"I link my login to IEC 0388012345.\n")
    message = pkcs7.PKCS7SignatureBuilder().set_data((folder / "document").read_bytes())
    message = message.add_signer(signer, leaf_key, hashes.SHA256())
    options = [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary]
    (folder / "signature.p7s").write_bytes(message.sign(Encoding.DER, options))
    (folder / "leaf.key").write_bytes(leaf_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return serials
