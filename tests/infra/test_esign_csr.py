"""The request for our document signer's certificate, made with a key that cannot leave KMS."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, utils
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from infra import esign_csr
from infra.local.authority import key_for

KEY: Any = key_for("the key in KMS")


class FakeKms:
    """KMS with one key."""

    def get_public_key(self, *, KeyId: str) -> dict[str, bytes]:  # noqa: N803
        assert KeyId == "the key"
        return {"PublicKey": KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)}

    def sign(self, *, KeyId: str, Message: bytes, MessageType: str, SigningAlgorithm: str) -> dict[str, bytes]:  # noqa: N803
        assert (KeyId, MessageType, SigningAlgorithm) == ("the key", "DIGEST", "RSASSA_PKCS1_V1_5_SHA_256")
        return {"Signature": KEY.sign(Message, padding.PKCS1v15(), utils.Prehashed(hashes.SHA256()))}


def test_a_ca_can_make_a_certificate_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["--key", "the key", "--common-name", "Pravesh", "--organisation", "DGFT"]
    assert esign_csr.main(asked, FakeKms()) == 0
    request = x509.load_pem_x509_csr(capsys.readouterr().out.encode())
    assert request.is_signature_valid
    assert request.public_key() == KEY.public_key()
    names = [
        request.subject.get_attributes_for_oid(oid)[0].value for oid in (NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME)
    ]
    assert names == ["DGFT", "Pravesh"]
    usage = request.extensions.get_extension_for_class(x509.KeyUsage)
    assert usage.critical
    assert (usage.value.digital_signature, usage.value.content_commitment, usage.value.key_encipherment) == (
        True,
        True,
        False,
    )


def test_nothing_is_guessed() -> None:
    with pytest.raises(SystemExit):
        esign_csr.main(["--key", "the key"], FakeKms())


def test_the_packaged_profiles_are_fit_and_off(capsys: pytest.CaptureFixture[str]) -> None:
    assert esign_csr.main(["--check-profiles"]) == 0
    assert capsys.readouterr().out == "0 on\n"
