"""Evidence that rests on OCSP, and of a provider's bare RSA signature; and evidence that somebody made for us."""

from __future__ import annotations

import base64
import io
import zipfile
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa, utils
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from chalicelib.domain.signatures import documents_to_sign, evidence
from chalicelib.domain.signatures.esign.validators import EsignSignatures
from chalicelib.domain.signatures.evidence import EvidenceUnreadable
from chalicelib.domain.signatures.paths import Paths
from chalicelib.domain.signatures.report import Aspect, Kind, Outcome, holds
from chalicelib.domain.signatures.revocation import Revocation
from chalicelib.domain.signatures.signers import Demand, ProofKind, Validated
from chalicelib.domain.signatures.signings import SignatureMethod, Signing
from chalicelib.domain.signatures.trust import Trust
from chalicelib.domain.signatures.validation import Validator
from infra.evidence import PROVED, WRONG, checked, main
from infra.local.authority import Ca, Credential
from infra.local.certificate_profiles import Profile, Wanted, accepting_policy
from infra.local.cms_signing import sha256_of, sign
from tests.infra.evidence_world import NOW, anchors, authority, files_of, made, revocation, signing, zipped

ADDRESS = "http://ocsp.example/"
TRUST = Trust((authority().root,), tuple(authority().intermediates))


class Responder:
    """`revocation.Responders`: the authority's, of one certificate."""

    def __init__(self, leaf: Credential) -> None:
        issuer = authority().ca(leaf.issuer)
        built = ocsp.OCSPResponseBuilder().add_response(
            leaf.certificate,
            issuer.certificate,
            hashes.SHA1(),
            ocsp.OCSPCertStatus.GOOD,
            NOW,
            NOW + timedelta(hours=1),
            None,
            None,
        )
        built = built.responder_id(ocsp.OCSPResponderEncoding.HASH, issuer.certificate)
        self.answer = built.sign(issuer.key, hashes.SHA256()).public_bytes(Encoding.DER)

    def ask(self, url: str, request: bytes) -> bytes | None:
        return self.answer if url == ADDRESS else None


def demand(one: Signing, *kinds: Kind) -> Demand:
    document = sha256_of(documents_to_sign.bytes_of(one.document))
    return Demand(document, one.created_at, one.expires_at, frozenset(kinds), lambda _: holds(Aspect.BINDING))


def by_ocsp() -> tuple[Signing, Validated, bytes]:
    """A signature whose certificate no CRL covers, but a responder."""
    leaf = authority().issue(Wanted(common_name="Zeenat Zaheer", pan="ZZZPZ9999Z", ocsp_url=ADDRESS))
    known = revocation(TRUST, are_kept=True)
    sources = [source for source in known.sources if source.source_id != Ca.INDIVIDUAL]
    paths = Paths(TRUST, Revocation(sources, known.indexes, Responder(leaf)))
    one = signing()
    content = documents_to_sign.bytes_of(one.document)
    signature = sign(leaf, content, NOW, None)
    found = Validator(paths, accepting_policy()).dsc(signature, content, demand(one, Kind.INDIVIDUAL), NOW)
    assert found.report.outcome is Outcome.ACCEPTED
    assert [proof.kind for proof in found.proofs].count(ProofKind.OCSP) == 1
    return one, found, signature


def test_what_a_responder_said_is_proved_offline() -> None:
    one, validated, signature = by_ocsp()
    bundle = evidence.bundle_of(one, validated, signature, None, NOW)
    found = checked(bundle, [], anchors())
    assert (found.exit_code, found.wrong) == (PROVED, ())
    assert any("OCSP response of" in line for line in found.lines)
    place = [proof.kind for proof in validated.proofs].index(ProofKind.OCSP)
    files = files_of(bundle)
    content = bytearray(files[f"revocation/{place}.der"])
    content[-5] ^= 1
    altered = {**files, f"revocation/{place}.der": bytes(content)}
    assert checked(zipped(altered, with_manifest=True), [], anchors()).exit_code == WRONG


def test_a_bare_rsa_signature_is_proved() -> None:
    leaf = authority().issue(Wanted(common_name="Zeenat Zaheer", profile=Profile.EKYC, year_of_birth=1984))
    assert isinstance(leaf.key, rsa.RSAPrivateKey)
    one = signing(SignatureMethod.ESIGN)
    asked = demand(one, Kind.EKYC)
    signature = leaf.key.sign(asked.document_sha256, padding.PKCS1v15(), utils.Prehashed(hashes.SHA256()))
    validator = Validator(Paths(TRUST, revocation(TRUST, are_kept=True)), accepting_policy())
    found = EsignSignatures(validator).raw_rsa(signature, leaf.der, NOW, asked, NOW)
    assert found.report.outcome is Outcome.ACCEPTED

    response = b"<EsignResp>" + base64.b64encode(signature) + b"</EsignResp>"
    assert checked(evidence.bundle_of(one, found, signature, response, NOW), [], anchors()).exit_code == PROVED
    altered = bytes([signature[0] ^ 1]) + signature[1:]
    other = b"<EsignResp>" + base64.b64encode(altered) + b"</EsignResp>"
    assert checked(evidence.bundle_of(one, found, altered, other, NOW), [], anchors()).exit_code == WRONG


def test_a_certificate_of_another_kind_than_the_way_to_sign_asks_for_proves_nothing() -> None:
    """An e-KYC certificate is good for e-Sign alone, and a DSC for what is signed with a DSC."""
    for method, other in (
        (SignatureMethod.DSC, b"esign"),
        (SignatureMethod.ESIGN, b"dsc"),
        (SignatureMethod.DSC, b"x"),
    ):
        files = files_of(made(method).bundle)
        manifest = files[evidence.MANIFEST].replace(b'"method": "' + method.value.encode(), b'"method": "' + other)
        assert manifest != files[evidence.MANIFEST]
        found = checked(zipped({**files, evidence.MANIFEST: manifest}, with_manifest=True), [], anchors())
        assert found.exit_code == WRONG


def test_a_bundle_is_not_unpacked_by_a_decompressor() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_LZMA) as written:
        for name, content in files_of(made().bundle).items():
            written.writestr(name, content)
    broken = packed.getvalue().replace(b"document.txt", b"document.txt", 1)
    with pytest.raises(EvidenceUnreadable):
        evidence.opened(broken)


def test_what_is_told_does_not_command_the_terminal(
    capsys: pytest.CaptureFixture[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    files = files_of(made().bundle)
    report = files[evidence.REPORT].replace(b"Zeenat Zaheer", b"Zeenat\\u001b[2J")
    assert report != files[evidence.REPORT]
    path = tmp_path_factory.mktemp("evidence") / "evidence.zip"
    path.write_bytes(zipped({**files, evidence.REPORT: report}, with_manifest=True))
    assert main(["verify", str(path)]) == WRONG
    told = capsys.readouterr()
    assert "\x1b" not in told.out + told.err
