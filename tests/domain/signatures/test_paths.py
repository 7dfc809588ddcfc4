"""Paths: pinned anchors alone, bounded work, the reasons that a person is told, OCSP where no index says."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from chalicelib.domain.signatures.paths import Paths
from chalicelib.domain.signatures.report import Reason, Verdict
from chalicelib.domain.signatures.revocation import Revocation
from chalicelib.domain.signatures.signers import ProofKind
from chalicelib.domain.signatures.trust import Trust, TrustRefused, certificate_of, fingerprint, trust_of
from infra.local.authority import Authority, Credential
from infra.local.certificate_profiles import Wanted
from tests.domain.signatures.revocation_world import NOW, Watched

ADDRESS = "http://ocsp.example/"


class Responder:
    """`revocation.Responders`: the authority's own, or whoever a test lets answer."""

    def __init__(self) -> None:
        self.answer: bytes | None = None
        self.asked: list[str] = []

    def ask(self, url: str, request: bytes) -> bytes | None:
        self.asked.append(url)
        return self.answer


@pytest.fixture
def responder() -> Responder:
    return Responder()


@pytest.fixture
def watched(responder: Responder) -> Watched:
    made = Watched(responder)
    made.refresh()
    return made


def zeenat(watched: Watched, ocsp_url: str = "") -> Credential:
    return watched.authority.issue(Wanted(common_name="Zeenat Zaheer", pan="ZZZPZ9999Z", ocsp_url=ocsp_url))


def test_a_chain_is_found_whatever_order_and_whatever_came_beside(watched: Watched) -> None:
    leaf = zeenat(watched)
    bare = Paths(Trust(watched.trust.anchors), watched.revocation)
    found = bare.check(leaf.der, [leaf.der, *leaf.above, b"nothing", b""], NOW, NOW)
    assert found.chain == leaf.chain
    assert found.revocation_finding.verdict is Verdict.HOLDS
    assert found.policies == {"2.16.356.100.2.2", "2.16.356.100.2.3"}
    # Only what came with this signature, or is configured, may be on its path, remembered or not.
    assert bare.check(leaf.der, [], NOW, NOW).chain_finding.reason is Reason.ISSUER_UNKNOWN


def test_a_chain_to_another_root_is_none(watched: Watched) -> None:
    stranger = Authority(NOW, label="Elsewhere").issue(Wanted(common_name="Zeenat Zaheer", pan="ZZZPZ9999Z"))
    found = watched.paths.check(stranger.der, stranger.above, NOW, NOW)
    assert found.chain_finding.reason is Reason.ISSUER_UNKNOWN
    assert found.chain == ()


def test_dates_are_judged_at_the_instant(watched: Watched) -> None:
    leaf = zeenat(watched)
    before, after = leaf.certificate.not_valid_before_utc, leaf.certificate.not_valid_after_utc
    assert watched.check(leaf, before).chain_finding.verdict is Verdict.HOLDS
    assert watched.check(leaf, after).chain_finding.verdict is Verdict.HOLDS
    second = timedelta(seconds=1)
    assert watched.check(leaf, before - second).chain_finding.reason is Reason.CERTIFICATE_NOT_YET_VALID
    assert watched.check(leaf, after + second).chain_finding.reason is Reason.CERTIFICATE_EXPIRED


def test_a_changed_certificate_has_no_path(watched: Watched) -> None:
    leaf = zeenat(watched)
    watched.check(leaf)
    changed = leaf.der.replace(b"Zeenat Zaheer", b"Zeenat Zaheeq")
    found = watched.paths.check(changed, leaf.above, NOW, NOW)
    assert found.chain_finding.reason is Reason.CHAIN_INVALID
    assert watched.paths.check(leaf.der[:-1], leaf.above, NOW, NOW).chain_finding.reason is Reason.CHAIN_INVALID


def test_a_leaf_issues_nothing(watched: Watched) -> None:
    leaf = zeenat(watched)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Below a leaf")])
    builder = x509.CertificateBuilder(leaf.certificate.subject, name, leaf.key.public_key(), 77)
    builder = builder.not_valid_before(NOW - timedelta(days=1)).not_valid_after(NOW + timedelta(days=1))
    below = builder.sign(leaf.key, hashes.SHA256()).public_bytes(Encoding.DER)
    found = watched.paths.check(below, leaf.chain, NOW, NOW)
    assert found.chain_finding.reason is Reason.CHAIN_INVALID


def test_many_issuers_of_one_name_cost_little() -> None:
    """Ten CAs that may each have issued each other have millions of ways between them, none to an anchor."""
    authority = Authority(NOW, label="Maze")
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Maze")])
    key = authority.ca("root").key
    built = x509.CertificateBuilder(name, name, key.public_key()).not_valid_before(NOW - timedelta(days=1))
    built = built.not_valid_after(NOW + timedelta(days=1))
    maze = [
        built.serial_number(number).sign(key, hashes.SHA256()).public_bytes(Encoding.DER) for number in range(1, 12)
    ]
    watched = Watched()
    started = time.thread_time()
    found = watched.paths.check(maze[0], maze[1:], NOW, NOW)
    assert found.chain_finding.reason is Reason.ISSUER_UNKNOWN
    assert time.thread_time() - started < 0.1


def _answered(
    watched: Watched,
    leaf: Credential,
    by: Credential,
    status: ocsp.OCSPCertStatus = ocsp.OCSPCertStatus.GOOD,
    age: timedelta = timedelta(),
) -> bytes:
    issuer = watched.authority.ca(leaf.issuer).certificate
    revoked = (NOW, None) if status is ocsp.OCSPCertStatus.REVOKED else (None, None)
    this = NOW - age
    builder = ocsp.OCSPResponseBuilder().add_response(
        leaf.certificate, issuer, hashes.SHA1(), status, this, this + timedelta(hours=1), *revoked
    )
    builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, by.certificate).certificates([by.certificate])
    return builder.sign(by.key, hashes.SHA256()).public_bytes(Encoding.DER)


def test_a_responder_is_asked_where_no_index_says(watched: Watched, responder: Responder) -> None:
    leaf = zeenat(watched, ocsp_url=ADDRESS)
    issuer = watched.authority.ca(leaf.issuer)
    assert watched.check(leaf).revocation_finding.verdict is Verdict.HOLDS
    assert responder.asked == []
    watched.shelf.kept.clear()
    for name in ("root", "licensed"):
        _only(watched, name)
    assert watched.check(leaf).revocation_finding.verdict is Verdict.UNKNOWN
    assert set(responder.asked) == {ADDRESS}
    responder.answer = _answered(watched, leaf, issuer)
    found = watched.check(leaf)
    assert found.revocation_finding.verdict is Verdict.HOLDS
    assert found.proofs[-1].kind is ProofKind.OCSP
    assert found.proofs[-1].content == responder.answer
    responder.answer = _answered(watched, leaf, issuer, ocsp.OCSPCertStatus.REVOKED)
    assert watched.check(leaf).revocation_finding.reason is Reason.REVOKED


def _only(watched: Watched, name: str) -> None:
    source = next(source for source in watched.sources if source.source_id == name)
    watched.refreshing.refresh(only=frozenset({source.source_id}))


def test_answers_that_are_not_to_be_gone_by_say_nothing(watched: Watched, responder: Responder) -> None:
    leaf, other = zeenat(watched, ocsp_url=ADDRESS), watched.authority.issue(Wanted(common_name="Ravi Nair"))
    issuer = watched.authority.ca(leaf.issuer)
    watched.shelf.kept.clear()
    for name in ("root", "licensed"):
        _only(watched, name)
    good = _answered(watched, leaf, issuer)
    for bad in (
        b"",
        b"\x30\x03\x0a\x01\x06",
        good[:-1],
        good[:-1] + bytes([good[-1] ^ 1]),
        _answered(watched, leaf, issuer, ocsp.OCSPCertStatus.UNKNOWN),
        _answered(watched, leaf, issuer, age=timedelta(hours=2)),
        _answered(watched, leaf, issuer, age=-timedelta(minutes=6)),
        _answered(watched, other, issuer),
        _answered(watched, leaf, other),
        _answered(watched, leaf, Authority(NOW, label="Elsewhere").ca("individual")),
    ):
        responder.answer = bad
        assert watched.check(leaf).revocation_finding.verdict is Verdict.UNKNOWN
    responder.answer = good
    assert watched.check(leaf).revocation_finding.verdict is Verdict.HOLDS


def test_no_index_is_read_of_a_source_of_another_issuer(watched: Watched) -> None:
    leaf = zeenat(watched)
    wrong = Revocation(
        [type(source)(source.source_id, source.url, "Somebody Else") for source in watched.sources], watched.shelf
    )
    assert Paths(watched.trust, wrong).check(leaf.der, [], NOW, NOW).revocation_finding.verdict is Verdict.UNKNOWN


ROOT = Authority(NOW).root
PEM = x509.load_der_x509_certificate(ROOT).public_bytes(Encoding.PEM)


@pytest.mark.parametrize(
    "content", [ROOT, PEM, PEM.replace(b"\n", b"\r\n"), b"".join(PEM.splitlines()[1:-1]), b"Root\n" + PEM]
)
def test_a_certificate_is_read_as_cas_publish_it(content: bytes) -> None:
    assert certificate_of(content) == ROOT
    assert trust_of({"root.pem": content}, frozenset(), frozenset({fingerprint(ROOT)})).anchors == (ROOT,)


@pytest.mark.parametrize("content", [b"", b"-----BEGIN CERTIFICATE-----\n", b"hello", PEM + PEM, b"0" * 70_000])
def test_what_holds_no_certificate_is_refused(content: bytes) -> None:
    with pytest.raises(TrustRefused):
        trust_of({"root.pem": content}, frozenset(), frozenset({fingerprint(ROOT)}))


def test_a_file_that_is_not_pinned_is_refused() -> None:
    with pytest.raises(TrustRefused, match="not pinned"):
        trust_of({"root.pem": ROOT}, frozenset())
    with pytest.raises(TrustRefused, match="no anchor"):
        trust_of({"root.pem": ROOT}, frozenset({fingerprint(ROOT)}))


def test_a_delegated_responder_is_vouched_for_by_its_issuer(watched: Watched, responder: Responder) -> None:
    leaf = zeenat(watched, ocsp_url=ADDRESS)
    watched.shelf.kept.clear()
    for name in ("root", "licensed"):
        _only(watched, name)
    may_answer = (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING]), False)
    for extensions, verdict in (
        ((may_answer,), Verdict.UNKNOWN),
        (((x509.OCSPNoCheck(), False),), Verdict.UNKNOWN),
        ((may_answer, (x509.OCSPNoCheck(), False)), Verdict.HOLDS),
    ):
        delegated = watched.authority.issue(Wanted(common_name="Responder", extensions=extensions), leaf.issuer)
        responder.answer = _answered(watched, leaf, delegated)
        assert watched.check(leaf).revocation_finding.verdict is verdict
