"""Signatures: a CMS validation, a CRL of a million entries, ASN.1 and XML bombs."""

from __future__ import annotations

import asyncio
import hashlib
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from asn1crypto import cms, x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from pyhanko.sign.validation.generic_cms import async_validate_cms_signature
from pyhanko_certvalidator.context import ValidationContext

from bench import big_crl
from bench.figures import Figure, WrongAnswerError, missing
from chalicelib.domain import strict_xml
from chalicelib.domain.signatures import crl_index
from chalicelib.domain.signatures.crl_index import CrlIndex
from chalicelib.domain.signatures.esign import envelopes
from chalicelib.domain.signatures.esign.providers import EsignProfile
from chalicelib.domain.signatures.path_certificates import PathCertificate, common_name
from chalicelib.domain.signatures.paths import Paths
from chalicelib.domain.signatures.refreshing import checked
from chalicelib.domain.signatures.report import Aspect, Kind, Outcome, holds
from chalicelib.domain.signatures.revocation import CrlSource, Revocation
from chalicelib.domain.signatures.signers import Demand, Validated
from chalicelib.domain.signatures.trust import Trust
from chalicelib.domain.signatures.validation import Validator
from infra.local.authority import Authority, Credential
from infra.local.certificate_profiles import Wanted, accepting_policy
from infra.local.cms_signing import sign

DOCUMENT = b"I link my login to IEC 0388012345.\n" * 30
CMS_FLOOR_BOUND, CMS_PYHANKO_BOUND = 6.0, 0.15
ENTRIES, LOOK_UP_MS, LOOK_UP_MB = 1_000_000, 1.0, 20.0
REFRESH_BOUND, REFRESH_MB = 0.5, 150.0
BOMB_MS = 100.0
_ROUNDS, _EACH = 9, 100


class HeldIndexes:
    """`revocation.Indexes` over indexes in memory, as a warm container has them."""

    def __init__(self) -> None:
        self.held: dict[str, CrlIndex] = {}

    def current(self, source: CrlSource, now: datetime) -> CrlIndex | None:
        """See `Indexes`."""
        del now
        return self.held.get(source.source_id)


class World:
    """A signer at the end of a chain of four, all RSA-2048, and a validator that has the indexes of their CRLs."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC).replace(microsecond=0)
        self.authority = Authority(self.now)
        self.signer: Credential = self.authority.issue(Wanted(common_name="Zeenat Zaheer", pan="ZZZPZ9999Z"))
        self.signature = sign(self.signer, DOCUMENT, self.now)
        self.crls = [self.authority.crl(name, self.now) for name in ("root", "licensed", "individual")]
        indexes = HeldIndexes()
        self.made: dict[str, bytes] = {}
        self.sources = sources = [
            CrlSource(name, "", common_name(PathCertificate(self.authority.ca(name).der).subject))
            for name in ("root", "licensed", "individual")
        ]
        paths = Paths(Trust((self.authority.root,), self.authority.intermediates), Revocation(sources, indexes))
        for source, content in zip(sources, self.crls, strict=True):
            crl, signers = checked(content, source, paths, self.now)
            digest = hashlib.sha256(content).hexdigest()
            made = b"".join(crl_index.made(crl, digest, [each.der for each in signers]).pieces)
            self.made[source.source_id] = made
            indexes.held[source.source_id] = CrlIndex(made, source.source_id, digest)
        self.validator = Validator(paths, accepting_policy())

    def kept(self, folder: Path) -> None:
        """Write what `cold_signature` judges: the signature, the certificates, an index for each CRL."""
        told = {
            "now": self.now.isoformat(),
            "document": DOCUMENT.decode(),
            "signature": self.signature.hex(),
            "certificates": [self.authority.root.hex(), *(each.hex() for each in self.authority.intermediates)],
            "sources": {source.source_id: source.issuer for source in self.sources},
        }
        (folder / "signature.json").write_text(json.dumps(told))
        for name, made in self.made.items():
            (folder / name).write_bytes(made)

    def ours(self, document: bytes = DOCUMENT, signature: bytes | None = None) -> Validated:
        """The whole validation, as the step asks for it."""
        demand = Demand(
            hashlib.sha256(document).digest(),
            self.now - timedelta(minutes=5),
            self.now + timedelta(minutes=5),
            frozenset(Kind),
            lambda _: holds(Aspect.BINDING),
        )
        return self.validator.dsc(signature or self.signature, document, demand, self.now)

    def floor(self) -> None:
        """What no validation can do without: the document's hash, and a verification for each of four signatures."""
        hashlib.sha256(DOCUMENT).digest()
        key = self.signer.certificate.public_key()
        assert isinstance(key, rsa.RSAPublicKey)
        for _ in range(4):
            key.verify(self._plain, DOCUMENT, padding.PKCS1v15(), hashes.SHA256())

    def prepared(self) -> World:
        """Itself, with a signature for the floor."""
        assert isinstance(self.signer.key, rsa.RSAPrivateKey)
        self._plain = self.signer.key.sign(DOCUMENT, padding.PKCS1v15(), hashes.SHA256())
        return self

    def pyhanko(self, document: bytes = DOCUMENT) -> Any:  # noqa: ANN401 - pyHanko's status
        """The same by pyHanko, with a context of its own for each signature, and the CRLs in its hands."""
        context = ValidationContext(
            trust_roots=[x509.Certificate.load(self.authority.root)],
            other_certs=[x509.Certificate.load(each) for each in self.authority.intermediates],
            crls=self.crls,
            moment=self.now,
            revocation_mode="require",
        )
        content = cms.ContentInfo.load(self.signature)["content"]
        digest = hashlib.sha256(document).digest()
        return asyncio.run(async_validate_cms_signature(content, raw_digest=digest, validation_context=context))


def _microseconds(work: Callable[[], object], each: int = _EACH) -> float:
    best = float("inf")
    for _ in range(_ROUNDS):
        started = time.process_time()
        for _ in range(each):
            work()
        best = min(best, (time.process_time() - started) / each)
    return best * 1e6


def _cms() -> list[Figure]:
    world = World().prepared()
    if world.ours().report.outcome is not Outcome.ACCEPTED or world.ours(b"another").report.outcome is Outcome.ACCEPTED:
        raise WrongAnswerError("our validation")
    found, altered = world.pyhanko(), world.pyhanko(b"another")
    if not (found.intact and found.valid and found.trusted) or altered.intact:
        raise WrongAnswerError("pyHanko's validation")
    ours, floor, theirs = _microseconds(world.ours), _microseconds(world.floor), _microseconds(world.pyhanko, 5)
    chain = "chain of 4, RSA-2048, CRL indexes, issuers' chain remembered"
    return [
        Figure("signatures.cms.against_floor", ours, "µs CPU", "4 RSA + SHA-256", floor, CMS_FLOOR_BOUND, chain),
        Figure("signatures.cms.against_pyhanko", ours, "µs CPU", "pyHanko, with CRLs", theirs, CMS_PYHANKO_BOUND),
    ]


def _told(work: str, folder: Path) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "bench.crl_work", work, str(folder)],
        cwd=Path(__file__).parent.parent,
        capture_output=True,
        check=True,
    )
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def _openssl(folder: Path) -> float | None:
    """CPU seconds of `openssl cms -verify -crl_check_all` with the same CRL; None without the program."""
    program = shutil.which("openssl")
    if program is None:
        return None
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [program, "cms", "-verify", "-binary", "-inform", "DER", "-in", "signature.p7s", "-content", "document"]
    command += ["-CAfile", "bundle.pem", "-crl_check_all", "-purpose", "any", "-out", "/dev/null"]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise WrongAnswerError(f"openssl: {done.stderr[-300:].decode(errors='replace')}")
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def _crl() -> list[Figure]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        asked = big_crl.written(folder, ENTRIES)[::997]
        (folder / "asked.json").write_text(json.dumps(asked))
        refreshed = min((_told("refresh", folder) for _ in range(3)), key=lambda told: float(told["cpu_s"]))
        looked = _told("look_up", folder)
        theirs = [_openssl(folder) for _ in range(2)]
    if refreshed["answer"] != ENTRIES or (looked["answer"]["found"], looked["answer"]["others"]) != (len(asked), 0):
        raise WrongAnswerError(f"the index: {refreshed['answer']}, {looked['answer']}")
    each = looked["cpu_s"] * 1000 / (2 * len(asked))
    slowest = f"{2 * len(asked)} look-ups with the opening; the slowest took {looked['answer']['slowest_ms']:.2f} ms"
    measured = [took for took in theirs if took is not None]
    against = "openssl cms -crl_check_all"
    refresh = (
        Figure("signatures.crl.refresh", refreshed["cpu_s"], "s CPU", against, min(measured), REFRESH_BOUND)
        if (measured)
        else missing("signatures.crl.refresh", "s CPU", "no openssl here", against=against, bound=REFRESH_BOUND)
    )
    return [
        Figure("signatures.crl.look_up", each, "ms CPU", bound=LOOK_UP_MS, beside=slowest),
        Figure("signatures.crl.look_up_memory", looked["grown_mb"], "MB", bound=LOOK_UP_MB),
        refresh,
        Figure(
            "signatures.crl.refresh_memory", refreshed["peak_mb"], "MB", bound=REFRESH_MB, beside="the whole process"
        ),
    ]


def _deep_xml() -> bytes:
    return b"<EsignResp>" + b"<a>" * 20_000 + b"</a>" * 20_000 + b"</EsignResp>"


def _entities() -> bytes:
    lines = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return f'<!DOCTYPE x [<!ENTITY l0 "lol">{lines}]><EsignResp>&l9;</EsignResp>'.encode()


def _bombs() -> list[Figure]:
    world = World()
    asn1 = [
        b"\x30\x80" * 30_000,
        b"\x30\x84\x7f\xff\xff\xff" * 8_000,
        b"\x30\x82\xff\xff" + b"\x31\x00" * 30_000,
        b"\x02\x83\x00\xff\xff" + bytes(60_000),
        world.signature[:40] + b"\x30\x80" * 20_000,
    ]
    worst = 0.0
    for bomb in asn1:
        started = time.process_time()
        if world.ours(signature=bomb).report.outcome is not Outcome.REFUSED:
            raise WrongAnswerError("an ASN.1 bomb was not refused")
        worst = max(worst, (time.process_time() - started) * 1000)
    return [
        Figure("signatures.bombs.asn1", worst, "ms CPU", bound=BOMB_MS, beside=f"the slowest of {len(asn1)}"),
        _xml_bombs(
            [_deep_xml(), _entities(), _entities().decode().encode("utf-16"), b"<a " + b"b='' " * 50_000 + b"/>"]
        ),
    ]


def _xml_bombs(bombs: list[bytes]) -> Figure:
    worst = 0.0
    for bomb in bombs:
        started = time.process_time()
        try:
            # It is not read as far as anything of the provider's would be asked for.
            envelopes.verified(bomb, "EsignResp", cast("EsignProfile", None), datetime.now(UTC))
        except strict_xml.Unreadable:
            worst = max(worst, (time.process_time() - started) * 1000)
        else:
            raise WrongAnswerError("an XML bomb was not refused")
    return Figure("signatures.bombs.xml", worst, "ms CPU", bound=BOMB_MS, beside=f"the slowest of {len(bombs)}")


def figures() -> list[Figure]:
    return [*_cms(), *_crl(), *_bombs()]
