"""What eSign providers answer, made for the laptop and for tests: two families, as unlike as two test systems were.

XML is put together as text here, in canonical form, so that nothing of what checks it is used to make it.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import new
from html import escape
from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, utils

from infra.local import cms_signing
from infra.local.authority import Authority, Credential
from infra.local.certificate_profiles import KeyKind, Profile, Wanted
from infra.local.cms_signing import As

DS: Final = "http://www.w3.org/2000/09/xmldsig#"
C14N: Final = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
_MORE: Final = "http://www.w3.org/2001/04/xmldsig-more#"
_DIGESTS: Final = {"SHA1": f"{DS}sha1", "SHA256": "http://www.w3.org/2001/04/xmlenc#sha256"}
_METHODS: Final = {
    "RSA_SHA1": f"{DS}rsa-sha1",
    "RSA_SHA256": f"{_MORE}rsa-sha256",
    "ECDSA_SHA256": f"{_MORE}ecdsa-sha256",
    "HMAC_SHA256": f"{_MORE}hmac-sha256",
}
_HASHES: Final[dict[str, type[hashes.HashAlgorithm]]] = {"SHA1": hashes.SHA1, "SHA256": hashes.SHA256}


@dataclass(frozen=True, kw_only=True)
class Family:
    """How one kind of provider writes its answers."""

    name: str
    title: str
    leaf_key: KeyKind
    method: str = "RSA_SHA256"
    digest: str = "SHA256"
    c14n: str = C14N
    has_key_info: bool
    says_na: bool
    breaks_lines: bool
    has_offset: bool
    c_india: bool = False
    null_parameters: bool = False
    has_organisation: bool = True
    field: str


# ECDSA signers, India's time without a zone, "NA" for no error, no KeyInfo, base64 in lines.
FIRST: Final = Family(
    name="first",
    title="Simulated e-Sign provider, the first",
    leaf_key="p256",
    has_key_info=False,
    says_na=True,
    breaks_lines=True,
    has_offset=False,
    c_india=True,
    null_parameters=True,
    field="eSignResponse",
)
# RSA signers without O, milliseconds with the offset, no error attributes at all, KeyInfo, C14N with comments.
SECOND: Final = Family(
    name="second",
    title="Simulated e-Sign provider, the second",
    leaf_key="rsa",
    c14n=f"{C14N}#WithComments",
    has_key_info=True,
    says_na=False,
    breaks_lines=False,
    has_offset=True,
    has_organisation=False,
    field="msg",
)
# The preferred one first.
FAMILIES: Final = (FIRST, SECOND)


@dataclass(frozen=True)
class Signatory:
    """Who signs, as Aadhaar would name them."""

    name: str
    year_of_birth: int


@dataclass(frozen=True, kw_only=True)
class Said:
    """What an answer says: attributes of `EsignResp`, the signer's certificate, signatures in base64 by their ids."""

    attributes: Mapping[str, str]
    certificate: bytes | None = None
    signatures: tuple[tuple[Mapping[str, str], str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Wrong:
    """What tests want made otherwise. `change` alters the canonical text before it is signed."""

    change: Callable[[str], str] = field(default=lambda text: text)
    key_info_of: Credential | None = None
    references: int = 1
    hmac_key: bytes = b""


def leaf_of(authority: Authority, family: Family, who: Signatory, at: datetime) -> Credential:
    """The certificate that the provider has issued to the person at `at`: good for half an hour."""
    wanted = Wanted(
        profile=Profile.EKYC,
        common_name=who.name,
        year_of_birth=who.year_of_birth,
        organisation="" if family.has_organisation else "-",
        key=family.leaf_key,
        c_india=family.c_india,
        not_before=at.replace(microsecond=0),
    )
    return authority.issue(wanted)


def success(
    family: Family,
    leaf: Credential,
    *,
    txn: str,
    document_sha256: bytes,
    at: datetime,
    signed_at: datetime | None = None,
) -> Said:
    """The answer that the person has signed the document of this hash."""
    how = As(message_digest=document_sha256, null_parameters=family.null_parameters, signing_certificate_v2=False)
    cms = cms_signing.sign(leaf, b"", signed_at or at, how)
    of_signature = {"id": "1", "sigHashAlgorithm": "SHA256", **({"error": "NA"} if family.says_na else {})}
    return Said(
        attributes=attributes(family, txn, at, "1", "NA" if family.says_na else ""),
        certificate=leaf.der,
        signatures=((of_signature, base64.b64encode(cms).decode()),),
    )


def raw_success(family: Family, leaf: Credential, *, txn: str, document_sha256: bytes, at: datetime) -> Said:
    """As `success`, with a bare RSA signature over the hash (`rawrsa`) in the place of a CMS."""
    if isinstance(leaf.key, ec.EllipticCurvePrivateKey):
        raise TypeError("rawrsa is made with an RSA key")
    raw = leaf.key.sign(document_sha256, padding.PKCS1v15(), utils.Prehashed(hashes.SHA256()))
    of_signature = {"id": "1", "sigHashAlgorithm": "SHA256"}
    return Said(
        attributes=attributes(family, txn, at, "1", ""),
        certificate=leaf.der,
        signatures=((of_signature, base64.b64encode(raw).decode()),),
    )


def failure(family: Family, *, txn: str, at: datetime, error: str, status: str = "0") -> Said:
    """The answer that nothing was signed (`status` 0), or not yet (2)."""
    return Said(attributes=attributes(family, txn, at, status, error))


def attributes(family: Family, txn: str, at: datetime, status: str, error: str) -> dict[str, str]:
    """The attributes of `EsignResp` as this family writes them."""
    from chalicelib.domain.limits import IST  # noqa: PLC0415 - the laptop can run a project without the suite

    local = at.astimezone(IST)
    ts = local.isoformat(timespec="milliseconds") if family.has_offset else f"{local:%Y-%m-%dT%H:%M:%S}.320"
    made = {"status": status, "ts": ts, "txn": txn, "resCode": new("sha256", txn.encode()).hexdigest()[:32]}
    return made | ({"errCode": error, "errMsg": error} if error else {})


def signed(family: Family, provider: Credential, said: Said, wrong: Wrong | None = None) -> bytes:
    """The answer with the provider's signature around it."""
    wrong = wrong or Wrong()
    return enveloped(wrong.change(text_of(family, said)), family, provider, wrong)


def text_of(family: Family, said: Said) -> str:
    """The answer in canonical form, unsigned."""
    certificate = _base64(family, base64.b64encode(said.certificate).decode()) if said.certificate else ""
    signatures = "".join(
        f"<DocSignature{_attributes(names)}>{_base64(family, content)}</DocSignature>"
        for names, content in said.signatures
    )
    inner = f"<UserX509Certificate>{certificate}</UserX509Certificate><Signatures>{signatures}</Signatures>"
    return f"<EsignResp{_attributes(said.attributes)}>{inner if said.certificate else ''}</EsignResp>"


def enveloped(canonical: str, family: Family, provider: Credential, wrong: Wrong) -> bytes:
    """A canonical document with the signature as its root's last child."""
    digest = base64.b64encode(new(family.digest.lower(), canonical.encode()).digest()).decode()
    transforms = f'<Transform Algorithm="{DS}enveloped-signature"></Transform>'
    if family.c14n != C14N:
        transforms += f'<Transform Algorithm="{family.c14n}"></Transform>'
    reference = (
        f'<Reference URI=""><Transforms>{transforms}</Transforms>'
        f'<DigestMethod Algorithm="{_DIGESTS[family.digest]}"></DigestMethod>'
        f"<DigestValue>{digest}</DigestValue></Reference>"
    )
    method = "HMAC_SHA256" if wrong.hmac_key else family.method
    inner = (
        f'<CanonicalizationMethod Algorithm="{family.c14n}"></CanonicalizationMethod>'
        f'<SignatureMethod Algorithm="{_METHODS[method]}"></SignatureMethod>{reference * wrong.references}'
    )
    # Canonical: the part stands on its own, so it names the namespace that it is in.
    value = _signature(f'<SignedInfo xmlns="{DS}">{inner}</SignedInfo>'.encode(), family, provider, wrong)
    key_info = _key_info(wrong.key_info_of or provider) if family.has_key_info or wrong.key_info_of else ""
    signature = (
        f'<Signature xmlns="{DS}"><SignedInfo>{inner}</SignedInfo>'
        f"<SignatureValue>{base64.b64encode(value).decode()}</SignatureValue>{key_info}</Signature>"
    )
    head, _, tail = canonical.rpartition("</")
    return f'<?xml version="1.0" encoding="UTF-8" standalone="no"?>{head}{signature}</{tail}'.encode()


def _signature(over: bytes, family: Family, provider: Credential, wrong: Wrong) -> bytes:
    if wrong.hmac_key:
        return hmac.digest(wrong.hmac_key, over, "sha256")
    algorithm = _HASHES[family.method.partition("_")[2]]()
    if isinstance(provider.key, ec.EllipticCurvePrivateKey):
        r, s = utils.decode_dss_signature(provider.key.sign(over, ec.ECDSA(algorithm)))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")
    return provider.key.sign(over, padding.PKCS1v15(), algorithm)


def _key_info(credential: Credential) -> str:
    subject = escape(credential.certificate.subject.rfc4514_string(), quote=False)
    certificate = base64.b64encode(credential.der).decode()
    return (
        f"<KeyInfo><X509Data><X509SubjectName>{subject}</X509SubjectName>"
        f"<X509Certificate>{certificate}</X509Certificate></X509Data></KeyInfo>"
    )


def _base64(family: Family, text: str) -> str:
    """Base64 as this family breaks it: into lines of 76, with a line feed or a space between them."""
    if not family.breaks_lines:
        return text
    lines = [text[start : start + 76] for start in range(0, len(text), 76)]
    return "\n".join(lines[:2]) + "".join(f" {line}" for line in lines[2:])


def _attributes(named: Mapping[str, str]) -> str:
    """Attributes in canonical order and form."""
    escaped = {
        name: value.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;") for name, value in named.items()
    }
    return "".join(f' {name}="{value}"' for name, value in sorted(escaped.items()))
