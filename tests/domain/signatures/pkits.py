"""NIST PKITS (Public Key Interoperability Test Suite), as `cryptography_vectors` has it: cases, and CRLs indexed."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

import cryptography_vectors

from chalicelib.domain.signatures import crl_index, crl_reading
from chalicelib.domain.signatures.crl_index import CrlIndex
from chalicelib.domain.signatures.crl_reading import CrlRefused
from chalicelib.domain.signatures.path_certificates import common_name
from chalicelib.domain.signatures.paths import Paths
from chalicelib.domain.signatures.refreshing import checked
from chalicelib.domain.signatures.revocation import CrlSource, Revocation
from chalicelib.domain.signatures.trust import PathPolicies, Trust

DATA = Path(cryptography_vectors.__file__).parent / "x509" / "PKITS_data"
# The suite is valid from 2010 to 2030.
NOW = datetime(2022, 1, 1, tzinfo=UTC)
_POLICY = "2.16.840.1.101.3.2.1.48."


@dataclass(frozen=True)
class Case:
    """One case (or subpart) of the suite. Names are the files'."""

    number: str
    is_valid: bool
    leaf: str
    others: tuple[str, ...]
    policies: PathPolicies


def certificate(name: str) -> bytes:
    return (DATA / "certs" / f"{name}.crt").read_bytes()


def _policies(text: str) -> PathPolicies:
    words = text.split()
    named = [word.removeprefix("set=").split("+") for word in words if word.startswith("set=")]
    chosen = frozenset(_POLICY + number for number in named[0]) if named else frozenset({"any_policy"})
    return PathPolicies(chosen, "explicit" in words, "no-mapping" in words, "no-any" in words)


@lru_cache
def cases() -> tuple[Case, ...]:
    lines = (Path(__file__).parent / "pkits_cases.txt").read_text().splitlines()
    rows = [[part.strip() for part in line.split("|")] for line in lines if not line.startswith("#")]
    return tuple(
        Case(number, verdict == "valid", leaf, () if others == "-" else tuple(others.split()), _policies(settings))
        for number, verdict, leaf, others, settings in rows
    )


class HeldIndexes:
    """`revocation.Indexes` over indexes that are held in memory."""

    def __init__(self, held: dict[str, CrlIndex]) -> None:
        self.held = held

    def current(self, source: CrlSource, now: datetime) -> CrlIndex | None:
        return self.held.get(source.source_id)


def indexed(content: bytes, source: CrlSource, paths: Paths, now: datetime) -> CrlIndex:
    """The index of a CRL, made as the step makes it."""
    crl, signers = checked(content, source, paths, now)
    digest = hashlib.sha256(content).hexdigest()
    made = b"".join(crl_index.made(crl, digest, [each.der for each in signers]).pieces)
    return CrlIndex(made, source.source_id, hashlib.sha256(made).hexdigest())


@lru_cache
def revocation() -> tuple[Revocation, dict[str, str]]:
    """What the suite's CRLs say, each checked and indexed; and those that were refused, with the reason."""
    trust = Trust((certificate("TrustAnchorRootCertificate"),), _all_certificates())
    paths = Paths(trust, Revocation((), HeldIndexes({})))
    sources, held, refused = [], {}, {}
    for file in sorted((DATA / "crls").glob("*.crl")):
        content = file.read_bytes()
        try:
            source = CrlSource(file.stem, "", common_name(crl_reading.read(content).issuer))
            sources.append(source)
            held[file.stem] = indexed(content, source, paths, NOW)
        except CrlRefused as why:
            refused[file.stem] = why.reason
    return Revocation(sources, HeldIndexes(held)), refused


def _all_certificates() -> tuple[bytes, ...]:
    return tuple(file.read_bytes() for file in sorted((DATA / "certs").glob("*.crt")) if not file.stem.endswith("EE"))


def paths_of(case: Case, *, remembers: bool) -> Paths:
    known = tuple(map(certificate, case.others))
    trust = Trust((certificate("TrustAnchorRootCertificate"),), known, path_policies=case.policies)
    return Paths(trust, revocation()[0], remembers=remembers)


def others(case: Case) -> Sequence[bytes]:
    return [certificate(name) for name in case.others]


@dataclass(frozen=True)
class Message:
    """A signed message of the suite: the signature, and the bytes that it is over (a MIME part, CRLF)."""

    name: str
    signature: bytes
    content: bytes


def messages() -> tuple[Message, ...]:
    return tuple(_message(file) for file in sorted((DATA / "smime").glob("*.eml")))


def _message(file: Path) -> Message:
    lines = b"\r\n".join(file.read_bytes().splitlines()) + b"\r\n"
    boundary = b"--" + lines.split(b'boundary="', 1)[1].split(b'"', 1)[0]
    _, content, signature, _ = lines.split(b"\r\n" + boundary)
    armoured = signature.split(b"\r\n\r\n", 1)[1]
    return Message(file.stem, base64.b64decode(armoured), content.removeprefix(b"\r\n"))


# Cases whose point is what a person is shown of a user notice; the table is of what decides. NIST: all of them valid.
_NOTICES = {
    "SignedUserNoticeQualifierTest15": ("-",),
    "SignedUserNoticeQualifierTest16": ("-",),
    "SignedUserNoticeQualifierTest17": ("-",),
    "SignedUserNoticeQualifierTest18": ("set=1", "set=2"),
    "SignedUserNoticeQualifierTest19": ("-",),
    "SignedCPSPointerQualifierTest20": ("-",),
    "SignedValidPolicyMappingTest12": ("set=1", "set=2"),
}


def expected(message: Message, leaf: bytes) -> list[tuple[PathPolicies, bool]]:
    """The settings to judge a message under, each with NIST's verdict of the case that has the same certificate."""
    if message.name in _NOTICES:
        return [(_policies(settings), True) for settings in _NOTICES[message.name]]
    return [(case.policies, case.is_valid) for case in cases() if certificate(case.leaf) == leaf]
