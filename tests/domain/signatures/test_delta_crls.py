"""Delta CRLs: what they add counts, and what they take away is a hold."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from chalicelib.domain.signatures import crl_index, crl_reading
from chalicelib.domain.signatures.crl_index import CrlIndex
from chalicelib.domain.signatures.path_certificates import PathCertificate, common_name
from chalicelib.domain.signatures.revocation import CrlSource, Revocation, Standing
from infra.local.authority import Authority, Credential
from infra.local.certificate_profiles import Wanted
from tests.domain.signatures.revocation_world import NOW

AUTHORITY = Authority(NOW)
ISSUER = AUTHORITY.ca("individual")
LEAF = AUTHORITY.issue(Wanted(common_name="Zeenat Zaheer", pan="ZZZPZ9999Z"))
HOUR = timedelta(hours=1)
FRESHEST = x509.FreshestCRL(
    [x509.DistributionPoint([x509.UniformResourceIdentifier("http://crl.example/delta.crl")], None, None, None)]
)
Reasons = x509.ReasonFlags


class Held:
    """`revocation.Indexes` of these."""

    def __init__(self, **held: CrlIndex) -> None:
        self.held = held

    def current(self, source: CrlSource, now: datetime) -> CrlIndex | None:
        del now
        return self.held.get(source.source_id)


def index(
    reason: Reasons | None, extension: x509.ExtensionType, *, number: int, signed_by: Credential = ISSUER
) -> CrlIndex:
    built = x509.CertificateRevocationListBuilder(ISSUER.certificate.subject, NOW - HOUR, NOW + HOUR)
    built = built.add_extension(x509.CRLNumber(number), critical=False)
    built = built.add_extension(extension, critical=isinstance(extension, x509.DeltaCRLIndicator))
    if reason is not None:
        entry = x509.RevokedCertificateBuilder(LEAF.certificate.serial_number, NOW - HOUR)
        built = built.add_revoked_certificate(entry.add_extension(x509.CRLReason(reason), critical=False).build())
    content = built.sign(signed_by.key, hashes.SHA256()).public_bytes(Encoding.DER)
    made = b"".join(crl_index.made(crl_reading.read(content), "0" * 64, [ISSUER.der]).pieces)
    return CrlIndex(made, "", "")


@pytest.mark.parametrize(
    ("complete", "delta", "standing"),
    [
        (None, None, Standing.GOOD),
        (None, Reasons.superseded, Standing.REVOKED),
        (None, Reasons.remove_from_crl, Standing.GOOD),
        (Reasons.certificate_hold, None, Standing.REVOKED),
        (Reasons.certificate_hold, Reasons.remove_from_crl, Standing.GOOD),
        (Reasons.certificate_hold, Reasons.key_compromise, Standing.REVOKED),
        # It goes from the CRL as it has expired; when it signed, it was revoked.
        (Reasons.superseded, Reasons.remove_from_crl, Standing.REVOKED),
        # No delta CRL, and so nothing that could have been removed.
        (Reasons.remove_from_crl, None, Standing.REVOKED),
    ],
)
def test_a_removal_lifts_a_hold_and_nothing_else(
    complete: Reasons | None, delta: Reasons | None, standing: Standing
) -> None:
    own = common_name(PathCertificate(ISSUER.der).subject)
    sources = [CrlSource("complete", "", own), CrlSource("delta", "", own)]
    held = Held(complete=index(complete, FRESHEST, number=7), delta=index(delta, x509.DeltaCRLIndicator(6), number=8))
    judged = Revocation(sources, held).judge(PathCertificate(LEAF.der), NOW, NOW, lambda _: True)
    assert judged.standing is standing
    # A CRL that says where its deltas are is not all of it: without them nothing is known, nor by a delta alone.
    for alone in (Held(complete=held.held["complete"]), Held(delta=held.held["delta"])):
        unknown = Revocation(sources, alone).judge(PathCertificate(LEAF.der), NOW, NOW, lambda _: True)
        assert unknown.standing is Standing.UNKNOWN


def test_a_crl_of_tomorrow_says_nothing_today() -> None:
    own = common_name(PathCertificate(ISSUER.der).subject)
    number = x509.CRLNumber(7)
    built = x509.CertificateRevocationListBuilder(ISSUER.certificate.subject, NOW, NOW + 48 * HOUR)
    content = built.add_extension(number, critical=False).sign(ISSUER.key, hashes.SHA256()).public_bytes(Encoding.DER)
    made = b"".join(crl_index.made(crl_reading.read(content), "0" * 64, [ISSUER.der]).pieces)
    revocation = Revocation([CrlSource("it", "", own)], Held(it=CrlIndex(made, "", "")))
    leaf = PathCertificate(LEAF.der)
    assert revocation.judge(leaf, NOW, NOW, lambda _: True).standing is Standing.GOOD
    assert revocation.judge(leaf, NOW, NOW - 24 * HOUR, lambda _: True).standing is Standing.UNKNOWN
