"""What the laptop's time-stamping authority answers (RFC 3161), under a certificate of the test authority's."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from asn1crypto import keys, tsp, x509
from cryptography import x509 as pyca
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from infra.local.certificate_profiles import Profile, Wanted

if TYPE_CHECKING:
    from infra.local.authority import Authority, Credential

# For an authority that lives, so does its time stamper's certificate.
_stampers: dict[bytes, Credential] = {}


def answered(authority: Authority, request: bytes, at: datetime) -> bytes:
    """The DER of the answer to a request, stamped with the time `at`. Raises ValueError for what is none."""
    asked = tsp.TimeStampReq.load(request, strict=True)
    if asked["message_imprint"]["hash_algorithm"]["algorithm"].native not in {"sha256", "sha384", "sha512"}:
        raise ValueError("another digest")
    credential = _stamper(authority)
    key = credential.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    stamper = DummyTimeStamper(
        x509.Certificate.load(credential.der),
        keys.PrivateKeyInfo.load(key),
        SimpleCertificateStore.from_certs([x509.Certificate.load(der) for der in credential.above]),
        fixed_dt=at.replace(microsecond=0),
    )
    answer: bytes = stamper.request_tsa_response(asked).dump()
    return answer


def _stamper(authority: Authority) -> Credential:
    if authority.root not in _stampers:
        purpose = pyca.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        wanted = Wanted(
            common_name="Time stamping unit", profile=Profile.DOCUMENT_SIGNER, extensions=((purpose, True),)
        )
        _stampers[authority.root] = authority.issue(wanted)
    return _stampers[authority.root]
