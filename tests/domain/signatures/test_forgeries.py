"""Forgeries: certificates and answers that nobody signed, put together of what others did sign."""

from __future__ import annotations

from datetime import timedelta

import pytest
from asn1crypto import ocsp as asn1_ocsp
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from chalicelib.domain.signatures import strict_der
from chalicelib.domain.signatures.issuer_signatures import is_signed_by
from chalicelib.domain.signatures.path_certificates import PathCertificate
from chalicelib.domain.signatures.paths import Paths
from chalicelib.domain.signatures.report import Finding, Reason, Verdict
from chalicelib.domain.signatures.signers import Validated
from chalicelib.domain.signatures.trust import Trust
from chalicelib.domain.signatures.validation import Validator
from infra.local.authority import Credential, PrivateKey, key_for
from infra.local.certificate_profiles import Wanted, accepting_policy
from infra.local.cms_signing import As, sign
from tests.domain.signatures.revocation_world import NOW, Watched
from tests.domain.signatures.signing_world import DOCUMENT, demand, refusal
from tests.domain.signatures.test_crl_index import tlv
from tests.domain.signatures.test_paths import Responder


@pytest.fixture(scope="module")
def watched() -> Watched:
    made = Watched()
    made.refresh()
    return made


def with_signature_of(der: bytes, other: bytes) -> bytes:
    """What is signed of one certificate, under the signature of another."""
    start, stop = strict_der.whole(other, strict_der.SEQUENCE)
    signature = strict_der.children(other, start, stop)[2]
    certificate = PathCertificate(der)
    return tlv(0x30, certificate.signed + certificate.algorithm + other[signature[1] : signature[3]])


def test_a_certificate_does_not_pass_under_the_signature_of_one_above_it(watched: Watched) -> None:
    """Anybody can read a CA's certificate, and put its signature under whatever they write."""
    leaf = watched.authority.issue(Wanted(common_name="Zeenat Zaheer", pan="ZZZPZ9999Z"))
    written = leaf.der.replace(b"Zeenat Zaheer", b"Zeenat Zaheeq")
    for remembered in (False, True):
        if remembered:
            assert watched.check(leaf).chain == leaf.chain
        for above in (*leaf.above, leaf.der):
            found = watched.paths.check(with_signature_of(written, above), leaf.above, NOW, NOW)
            assert found.chain_finding.reason is Reason.CHAIN_INVALID
            assert found.revocation_finding.verdict is Verdict.NOT_REACHED


def test_nor_does_a_ca_that_somebody_put_together(watched: Watched) -> None:
    """A CA of one's own below the real ones, with a signature that stands elsewhere on the path."""
    authority = watched.authority
    licensed = authority.ca("licensed")
    own = authority.certify("own", "licensed")
    leaf = authority.issue(Wanted(common_name="Zeenat Zaheer", pan="ZZZPZ9999Z"), "own")
    for above in (licensed.der, authority.root, leaf.der):
        forged = with_signature_of(own.der, above)
        bare = Paths(Trust((authority.root,), (licensed.der,)), watched.revocation)
        assert _chain(bare, leaf, forged).reason is Reason.CHAIN_INVALID
    assert _chain(Paths(Trust((authority.root,), (licensed.der,)), watched.revocation), leaf, own.der).verdict is (
        Verdict.HOLDS
    )


# asn1crypto meets an IndexError in one (a country of no text), an AttributeError in the other (a REAL for a name).
ODD_NAMES = [
    "302b31093007060355042d0300311e300d0603550414a0062ed8ffa96101300d06035504411c062e2e0505302e",
    "303b31173009060355040313020501300a06032a03043003a901ff3120301306092a864886f70d010901160601a92ec3d8403009060355044130020001",
]


@pytest.mark.parametrize("name", [bytes.fromhex(name) for name in ODD_NAMES], ids=["index", "attribute"])
def test_a_name_that_nobody_can_read_is_an_answer_and_no_error(watched: Watched, name: bytes) -> None:
    leaf = watched.authority.issue(Wanted(common_name="Zeenat Zaheer", pan="ZZZPZ9999Z"))
    for place in (3, 5):
        odd = with_field(leaf.der, place, name)
        found = watched.paths.check(odd, leaf.above, NOW, NOW)
        assert found.chain_finding.reason is Reason.CHAIN_INVALID
        # Beside a good one it is of no weight.
        assert watched.paths.check(leaf.der, [odd, *leaf.above], NOW, NOW).chain == leaf.chain
        bare = Paths(Trust((watched.authority.root,)), watched.revocation)
        assert bare.check(leaf.der, [odd, *leaf.above], NOW, NOW).chain == leaf.chain


# RSASSA-PSS with a mask that nobody makes, and with one whose digest nobody knows.
ODD_ALGORITHMS = [
    "303d06092a864886f70d01010a3030a00d300b0609608648016503040201"
    f"a11a301806092a864886f70d0101{mask}300b060960864801650304{digest}a203020120"
    for mask, digest in (("09", "0201"), ("08", "0251"))
]


@pytest.mark.parametrize("named", [bytes.fromhex(named) for named in ODD_ALGORITHMS], ids=["mask", "digest"])
def test_an_algorithm_that_nobody_has_is_an_answer_and_no_error(watched: Watched, named: bytes) -> None:
    leaf = watched.authority.issue(Wanted(common_name="Zeenat Zaheer", pan="ZZZPZ9999Z"))
    certificate = PathCertificate(leaf.above[0])
    assert not is_signed_by(certificate.spki, named, certificate.signature, certificate.signed)
    odd = with_field(leaf.der, 2, named)
    assert watched.paths.check(odd, leaf.above, NOW, NOW).chain_finding.reason is Reason.CHAIN_INVALID
    assert refusal(_judged(watched, leaf, odd)) == ("chain", Reason.CHAIN_INVALID)


def test_nor_does_a_crl_with_one_keep_the_others_from_being_refreshed() -> None:
    watched, named = Watched(), bytes.fromhex(ODD_ALGORITHMS[1])
    real = watched.authority.crl("root")
    algorithm = PathCertificate(watched.authority.root).algorithm
    start, stop = strict_der.whole(real, strict_der.SEQUENCE)
    (_, _, inside, end), _, signature = strict_der.children(real, start, stop)
    told = tlv(0x30, real[inside:end].replace(algorithm, named))
    watched.serve("root", tlv(0x30, told + named + real[signature[1] :]))
    outcomes = {name: each.outcome for name, each in watched.refresh().items()}
    assert outcomes.pop("root") == "wrong_signature"
    assert set(outcomes.values()) == {"indexed"}


def test_a_year_that_was_not_is_an_answer_and_no_error(watched: Watched) -> None:
    leaf = watched.authority.issue(Wanted(common_name="Zeenat Zaheer", pan="ZZZPZ9999Z"))
    dates = tlv(0x18, b"00000101000000Z") + tlv(0x18, b"99991231235959Z")
    odd = with_field(leaf.der, 4, tlv(0x30, dates))
    assert refusal(_judged(watched, leaf, odd)) == ("signer", Reason.SIGNER_CERTIFICATE_UNREADABLE)


def _judged(watched: Watched, leaf: Credential, der: bytes) -> Validated:
    """What is found of a signature by the key of `leaf` with this certificate in place of its own."""
    how = As(certificates=(der, *leaf.above[:-1]), signing_certificate_v2=False)
    signature = sign(leaf, DOCUMENT, NOW, how)
    return Validator(watched.paths, accepting_policy()).dsc(signature, DOCUMENT, demand(), NOW)


def with_field(der: bytes, place: int, field: bytes) -> bytes:
    """A certificate with another field of this place among what is signed (2: algorithm, 3: issuer, 5: subject)."""
    start, stop = strict_der.whole(der, strict_der.SEQUENCE)
    (_, _, inside, end), *after = strict_der.children(der, start, stop)
    fields = [der[at:to] for _, at, _, to in strict_der.children(der, inside, end)]
    fields[place] = field
    return tlv(0x30, tlv(0x30, b"".join(fields)) + fields[2] + der[after[1][1] :])


def _chain(paths: Paths, leaf: Credential, above: bytes) -> Finding:
    return paths.check(leaf.der, [above], NOW, NOW).chain_finding


def test_a_responder_is_not_the_issuer_for_having_its_names_and_its_signature() -> None:
    """Whoever stands between us and the responder writes a certificate of the issuer with a key of their own."""
    responder = Responder()
    watched = Watched(responder)
    watched.refreshing.refresh(only=frozenset({"root", "licensed"}))
    leaf = watched.authority.issue(
        Wanted(common_name="Zeenat Zaheer", pan="ZZZPZ9999Z", ocsp_url="http://ocsp.example/")
    )
    issuer = watched.authority.ca(leaf.issuer).certificate
    key = key_for("of somebody in between")
    built = x509.CertificateBuilder(issuer.issuer, issuer.subject, key.public_key(), issuer.serial_number)
    built = built.not_valid_before(issuer.not_valid_before_utc).not_valid_after(issuer.not_valid_after_utc)
    built = built.add_extension(x509.OCSPNoCheck(), critical=False)
    built = built.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING]), critical=False)
    written = built.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)
    real = watched.authority.ca(leaf.issuer)
    for der, by, verdict in (
        (with_signature_of(written, real.der), key, Verdict.UNKNOWN),
        (written, key, Verdict.UNKNOWN),
        (real.der, real.key, Verdict.HOLDS),
    ):
        responder.answer = _good(leaf, issuer, x509.load_der_x509_certificate(der), by)
        found = watched.paths.check(leaf.der, leaf.above, NOW, NOW)
        assert found.revocation_finding.verdict is verdict


def test_a_responder_that_signs_with_sha_1_says_nothing() -> None:
    responder = Responder()
    watched = Watched(responder)
    watched.refreshing.refresh(only=frozenset({"root", "licensed"}))
    leaf = watched.authority.issue(
        Wanted(common_name="Zeenat Zaheer", pan="ZZZPZ9999Z", ocsp_url="http://ocsp.example/")
    )
    issuer = watched.authority.ca(leaf.issuer)
    good = _good(leaf, issuer.certificate, issuer.certificate, issuer.key)
    for digest, verdict in (("sha1", Verdict.UNKNOWN), ("sha384", Verdict.HOLDS)):
        responder.answer = _signed_anew(good, issuer.key, digest)
        assert watched.check(leaf).revocation_finding.verdict is verdict


def _signed_anew(answer: bytes, key: PrivateKey, digest: str) -> bytes:
    """A response with an RSA signature by another digest; pyca makes none by SHA-1."""
    assert isinstance(key, rsa.RSAPrivateKey)
    algorithm = {"sha1": hashes.SHA1(), "sha384": hashes.SHA384()}[digest]
    response = asn1_ocsp.OCSPResponse.load(answer)
    basic = response.basic_ocsp_response
    basic["signature_algorithm"] = {"algorithm": f"{digest}_rsa"}
    basic["signature"] = key.sign(basic["tbs_response_data"].dump(), padding.PKCS1v15(), algorithm)
    response["response_bytes"]["response"] = basic
    done: bytes = response.dump()
    return done


def _good(leaf: Credential, issuer: x509.Certificate, by: x509.Certificate, key: PrivateKey) -> bytes:
    built = ocsp.OCSPResponseBuilder().add_response(
        leaf.certificate, issuer, hashes.SHA1(), ocsp.OCSPCertStatus.GOOD, NOW, NOW + timedelta(hours=1), None, None
    )
    built = built.responder_id(ocsp.OCSPResponderEncoding.HASH, by).certificates([by])
    return built.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)
