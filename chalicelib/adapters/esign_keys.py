"""Our key for requests to eSign providers: in KMS, where it cannot be taken out; in memory on the laptop."""

from __future__ import annotations

import hashlib
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.adapters.aws import Aws
from chalicelib.domain.signatures.esign.providers import EsignUnavailable
from chalicelib.settings import Settings


class KmsRequestKey:
    """An RSA key in KMS that signs as `rsa.RSAPrivateKey` does: PKCS #1 v1.5 over SHA-256, and nothing else."""

    def __init__(self, aws: Aws, settings: Settings) -> None:
        self._aws = aws
        self._settings = settings

    def sign(self, data: bytes, padding: Any, algorithm: Any) -> bytes:  # noqa: ANN401 - pyca's own types
        """The signature over `data`. Raises `EsignUnavailable`, and `ValueError` for any other way of signing."""
        if (padding.name, algorithm.name) != ("EMSA-PKCS1-v1_5", "sha256"):
            raise ValueError("this key signs RSASSA-PKCS1-v1_5 with SHA-256 only")
        try:
            answer = self._aws.client("kms").sign(
                KeyId=self._settings["ESIGN_KEY_ID"],
                Message=hashlib.sha256(data).digest(),
                MessageType="DIGEST",
                SigningAlgorithm="RSASSA_PKCS1_V1_5_SHA_256",
            )
        except (BotoCoreError, ClientError) as failed:
            raise EsignUnavailable("KMS") from failed
        return bytes(answer["Signature"])
