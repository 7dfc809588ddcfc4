"""A certificate request for our key at eSign providers, which cannot leave KMS: `python -m infra.esign_csr --key <id>`.

Prints the request (PKCS #10, PEM) that a licensed CA makes the document signer's certificate of. With
`--check-profiles` it reads `chalicelib/configuration/esign_providers.json` instead, and says which providers are on.
"""

from __future__ import annotations

import argparse
import sys
from hashlib import sha256
from typing import Any, Protocol

import boto3
from asn1crypto import core, csr, keys, pem, x509

from chalicelib.adapters.esign_providers import configured
from chalicelib.domain.signatures.esign.providers import ProfileUnfit


class Kms(Protocol):
    """The two calls of KMS that are needed."""

    def get_public_key(self, *, KeyId: str) -> Any:  # noqa: N803, ANN401 - botocore's names
        """The public half of a key."""
        ...

    def sign(self, *, KeyId: str, Message: bytes, MessageType: str, SigningAlgorithm: str) -> Any:  # noqa: N803, ANN401
        """A signature."""
        ...


def requested(kms: Kms, key_id: str, subject: dict[str, str]) -> bytes:
    """The request in PEM. `subject` is asn1crypto's: `common_name`, `organization_name` and so on."""
    public = keys.PublicKeyInfo.load(kms.get_public_key(KeyId=key_id)["PublicKey"])
    usage = x509.Extension(
        {
            "extn_id": "key_usage",
            "critical": True,
            "extn_value": core.ParsableOctetString(x509.KeyUsage({"digital_signature", "non_repudiation"}).dump()),
        }
    )
    wanted = csr.CertificationRequestInfo(
        {
            "version": "v1",
            "subject": x509.Name.build(subject),
            "subject_pk_info": public,
            "attributes": [{"type": "extension_request", "values": [[usage]]}],
        }
    )
    signed = kms.sign(
        KeyId=key_id,
        Message=sha256(wanted.dump()).digest(),
        MessageType="DIGEST",
        SigningAlgorithm="RSASSA_PKCS1_V1_5_SHA_256",
    )
    request = csr.CertificationRequest(
        {
            "certification_request_info": wanted,
            "signature_algorithm": {"algorithm": "sha256_rsa"},
            "signature": signed["Signature"],
        }
    )
    armored: bytes = pem.armor("CERTIFICATE REQUEST", request.dump())
    return armored


def main(arguments: list[str] | None = None, kms: Kms | None = None) -> int:
    """Prints the request, or what the profiles are. 1 where a profile is unfit."""
    parser = argparse.ArgumentParser(prog="python -m infra.esign_csr", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check-profiles", action="store_true", help="look at the providers' profiles instead")
    parser.add_argument("--key", help="the key's id or ARN: the output EsignKeyId")
    parser.add_argument("--common-name", help="what the certificate is to be called")
    parser.add_argument("--organisation", help="the organisation's name, as the CA has verified it")
    options = parser.parse_args(arguments)
    if options.check_profiles:
        return _check()
    if not (options.key and options.common_name and options.organisation):
        parser.error("--key, --common-name and --organisation are needed")
    subject = {
        "country_name": "IN",
        "organization_name": options.organisation,
        "common_name": options.common_name,
    }
    print(requested(kms or boto3.client("kms"), options.key, subject).decode(), end="")
    return 0


def _check() -> int:
    try:
        providers = configured()
    except ProfileUnfit as unfit:
        print(unfit, file=sys.stderr)
        return 1
    for profile in providers.profiles:
        print(f"{profile.name}: {profile.environment.value}, {profile.address}")
    print(f"{len(providers.profiles)} on")
    return 0


if __name__ == "__main__":
    sys.exit(main())
