"""What we demand of a signer's certificate, from the package."""

from __future__ import annotations

import json
from pathlib import Path

from chalicelib.domain.signatures.policy import SignaturePolicy, signature_policy

_FILE = Path(__file__).parent.parent / "configuration" / "signature_policy.json"


def configured(file: Path = _FILE) -> SignaturePolicy:
    """The policy in `chalicelib/configuration/signature_policy.json`. `ValueError` for one that is not well formed."""
    return signature_policy(json.loads(file.read_text(encoding="utf-8")))
