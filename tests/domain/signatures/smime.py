"""The signed messages of NIST's suite: each a document and its detached signature, made by another tool than ours."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from chalicelib.domain.signatures.certificates import Leaf
from chalicelib.domain.signatures.report import Aspect, Finding, Kind, holds
from chalicelib.domain.signatures.signers import Demand, Signer
from infra.local.certificate_profiles import accepting_policy
from tests.domain.signatures import pkits


@dataclass(frozen=True)
class Message:
    """One message. `name` is the file's, less "Signed"; the signature is base64, as it was sent."""

    name: str
    document: bytes
    signature: bytes

    def demand(self) -> Demand:
        """To have signed this document, at whatever time and as whoever."""
        begins, ends = datetime(2009, 1, 1, tzinfo=UTC), datetime(2031, 1, 1, tzinfo=UTC)
        return Demand(sha256(self.document).digest(), begins, ends, frozenset(Kind), lambda _: holds(Aspect.BINDING))


def messages() -> Iterator[Message]:
    """All of them, by name."""
    for path in sorted((pkits.DATA / "smime").glob("*.eml")):
        content = path.read_bytes().replace(b"\r\n", b"\n")
        found = re.search(rb'boundary="([^"]+)"', content)
        assert found
        _, document, signature, _ = re.split(rb"\n?--" + re.escape(found[1]) + rb"(?:--)?\n", content)
        # What is signed has the line ends of mail (RFC 8551, 3.1.1).
        yield Message(
            path.stem.removeprefix("Signed"), document.replace(b"\n", b"\r\n"), signature.partition(b"\n\n")[2]
        )


class AnyCertificate:
    """A policy that demands nothing of a certificate: the suite's are no Indian ones."""

    def signer(self, leaf: Leaf) -> Signer:
        return accepting_policy().signer(leaf)

    def judged(self, leaf: Leaf, signer: Signer, policies: frozenset[str], kinds: frozenset[Kind]) -> Finding:
        return holds(Aspect.POLICY)
