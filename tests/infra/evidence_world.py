"""Evidence of a signature that the test authority's certificate made, and the CRLs it rested on."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache

from chalicelib.domain.accounts.owners import account_key
from chalicelib.domain.signatures import crl_index, documents_to_sign, evidence, refreshing
from chalicelib.domain.signatures.crl_index import CrlIndex
from chalicelib.domain.signatures.documents_to_sign import Statement
from chalicelib.domain.signatures.paths import Paths
from chalicelib.domain.signatures.report import Aspect, Kind, holds
from chalicelib.domain.signatures.revocation import CrlSource, Revocation
from chalicelib.domain.signatures.signers import Demand, Validated
from chalicelib.domain.signatures.signings import Purpose, SignatureMethod, Signing, SigningStatus, Submission
from chalicelib.domain.signatures.trust import Trust, fingerprint
from chalicelib.domain.signatures.validation import Validator
from infra.local.authority import Authority, Ca, Credential, at_noon
from infra.local.certificate_profiles import Profile, Wanted, accepting_policy
from infra.local.cms_signing import sha256_of, sign

NOW = at_noon()
CRLS = (Ca.ROOT, Ca.LICENSED, Ca.INDIVIDUAL, Ca.ORGANISATION, Ca.EKYC)


@cache
def authority() -> Authority:
    return Authority(NOW)


@cache
def anchors() -> frozenset[str]:
    return frozenset({fingerprint(authority().root)})


@dataclass(frozen=True)
class Indexes:
    """The indexes of the authority's CRLs; `kept` says whether the CRLs are small enough to be kept in them."""

    by_source: Mapping[str, CrlIndex]

    def current(self, source: CrlSource, now: datetime) -> CrlIndex | None:
        return self.by_source.get(source.source_id)


def title(ca: str, root: Authority) -> str:
    from cryptography import x509  # noqa: PLC0415

    crl = x509.load_der_x509_crl(root.crl(ca))
    return str(crl.issuer.get_attributes_for_oid(x509.NameOID.COMMON_NAME)[0].value)


@cache
def crls() -> Mapping[str, bytes]:
    return {ca: authority().crl(ca) for ca in CRLS}


def revocation(trust: Trust, *, are_kept: bool) -> Revocation:
    sources = tuple(CrlSource(ca, f"http://crl.example/{ca}", title(ca, authority())) for ca in CRLS)
    plain = Paths(trust, Revocation((), Indexes({})))
    made = {}
    for source in sources:
        content = crls()[source.source_id]
        crl, signers = refreshing.checked(content, source, plain, NOW)
        sha256 = hashlib.sha256(content).hexdigest()
        held = content if are_kept else None
        octets = b"".join(crl_index.made(crl, sha256, [signer.der for signer in signers], held).pieces)
        made[source.source_id] = CrlIndex(octets, source.source_id, hashlib.sha256(octets).hexdigest())
    return Revocation(sources, Indexes(made))


@dataclass(frozen=True)
class Made:
    """A signing, what was found of its signature, and the bundle."""

    signing: Signing
    validated: Validated
    signature: bytes
    response: bytes | None
    bundle: bytes


def statement() -> str:
    return documents_to_sign.document_of(
        Statement(
            Purpose.LINK_IEC,
            "Zeenat Zaheer",
            "zeenat@kaveri-handlooms.example",
            account_key("a" * 22),
            "ZZZPZ9999Z",
            ("I link my login to this IEC.",),
            "5b" * 16,
            NOW - timedelta(minutes=2),
            NOW + timedelta(minutes=8),
            "en",
        )
    )


def signing(method: SignatureMethod = SignatureMethod.DSC) -> Signing:
    document = statement()
    return Signing(
        signing_id="s" * 22,
        purpose=Purpose.LINK_IEC,
        owner=account_key("a" * 22),
        iec="ZZZPZ9999Z",
        document=document,
        document_sha256=documents_to_sign.sha256_of(document),
        nonce="5b" * 16,
        methods=(SignatureMethod.DSC, SignatureMethod.ESIGN),
        language="en",
        status=SigningStatus.VALIDATING,
        created_at=NOW - timedelta(minutes=2),
        expires_at=NOW + timedelta(minutes=8),
        submission=Submission(method, "submissions/1", "ab" * 32, NOW),
    )


def made(method: SignatureMethod = SignatureMethod.DSC, *, are_kept: bool = True) -> Made:
    """Evidence of an accepted signature."""
    return _made(method, are_kept=are_kept)


@cache
def _made(method: SignatureMethod, *, are_kept: bool) -> Made:
    wanted = Wanted(common_name="Zeenat Zaheer", pan="ZZZPZ9999Z")
    if method is SignatureMethod.ESIGN:
        wanted = Wanted(common_name="Zeenat Zaheer", profile=Profile.EKYC, key="p256", year_of_birth=1984)
    credential: Credential = authority().issue(wanted)
    one = signing(method)
    content = documents_to_sign.bytes_of(one.document)
    signature = sign(credential, content, NOW, None)
    trust = Trust((authority().root,), tuple(authority().intermediates))
    validator = Validator(Paths(trust, revocation(trust, are_kept=are_kept)), accepting_policy())
    demand = Demand(
        sha256_of(content), one.created_at, one.expires_at, frozenset(Kind), lambda _: holds(Aspect.BINDING)
    )
    if method is SignatureMethod.ESIGN:
        validated = validator.esign(signature, demand, NOW)
        response = _response(signature)
    else:
        validated, response = validator.dsc(signature, content, demand, NOW), None
    assert validated.report.outcome == "accepted", validated.report.decisive
    return Made(one, validated, signature, response, evidence.bundle_of(one, validated, signature, response, NOW))


def _response(signature: bytes) -> bytes:
    import base64  # noqa: PLC0415

    return (
        b"<EsignResp><Signatures><DocSignature>"
        + base64.encodebytes(signature)
        + b"</DocSignature></Signatures></EsignResp>"
    )


def files_of(bundle: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(bundle)) as zipped:
        return {name: zipped.read(name) for name in zipped.namelist()}


def zipped(files: Mapping[str, bytes], *, with_manifest: bool) -> bytes:
    """A bundle of these files as the suite puts them together; `with_manifest`: the manifest says what they are now."""
    files = dict(files)
    if with_manifest:
        manifest = json.loads(files[evidence.MANIFEST])
        others = {name: content for name, content in files.items() if name != evidence.MANIFEST}
        manifest["files"] = {name: hashlib.sha256(content).hexdigest() for name, content in others.items()}
        files[evidence.MANIFEST] = evidence._json(manifest)
    return evidence._zipped(files)


def with_report(one: Made, **changes: object) -> bytes:
    """The bundle with another report, the manifest mended."""
    files = files_of(one.bundle)
    report = {**json.loads(files[evidence.REPORT]), **changes}
    return zipped({**files, evidence.REPORT: evidence._json(report)}, with_manifest=True)


def later(one: Made, **changes: object) -> Signing:
    return replace(one.signing, **changes)  # type: ignore[arg-type]
