"""Signing a certificate's files: the PDF as PAdES B-LT (ETSI EN 319 142-1), the XML as enveloped XML-DSig (ADR 43).

B-LT: the signature, a time stamp over it, and in the file itself all that a verifier needs to find both good years
later: the chains, and what said that nothing in them was revoked. Where any of that cannot be had, nothing is signed:
a lesser signature would look like a good one until its certificate ends. Heavy (pyHanko, signxml).
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any, cast

from asn1crypto import cms, tsp, x509
from asn1crypto.algos import SignedDigestAlgorithm
from lxml import etree
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes, Signer
from pyhanko.sign.signers.pdf_signer import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.timestamps.api import TimeStamper
from pyhanko.sign.timestamps.common_utils import TimestampRequestError
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.errors import PathBuildingError, ValidationError
from pyhanko_certvalidator.registry import SimpleCertificateStore
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod
from signxml.signer import XMLSigner

from chalicelib.domain.departments.pdf_validation_data import ValidationData
from chalicelib.domain.departments.signing import CannotMake, CertificateSigner, Hindrance, SigningKey, Timestamps
from chalicelib.domain.signatures.trust import Trust

_DS = "http://www.w3.org/2000/09/xmldsig#"
_FIELD = "Signature"
# How far the time-stamping authority's clock may be from ours.
_SKEW = timedelta(minutes=5)
# An authority's certificate may be replaced: its chain is looked up anew after this.
_AUTHORITY_KNOWN_FOR = timedelta(hours=1)


@dataclass(slots=True)
class Sealing:
    """Signs files with departments' keys."""

    signer: CertificateSigner
    timestamps: Timestamps
    validation_data: ValidationData
    trust: Trust
    clock: Callable[[], datetime]
    _stamper: _Stamper | None = field(default=None, init=False)

    def sealed_pdf(self, pdf: bytes, key: SigningKey, department: str) -> bytes:
        """The PDF with its signature (PAdES B-LT); `department` is told as the reason. Raises `CannotMake`."""
        now = self.clock()
        chain = self._chain(key)
        stamper = self._known_stamper(now)
        try:
            return asyncio.run(self._sealed(pdf, key, chain, stamper, department, now))
        except CannotMake:
            # What was known of the authority may be what was wrong.
            self._stamper = None
            raise
        except (ValidationError, PathBuildingError, SigningError) as unfit:
            raise CannotMake(Hindrance.SIGNING_KEY_UNFIT) from unfit
        except TimestampRequestError as refused:
            self._stamper = None
            raise CannotMake(Hindrance.TIMESTAMPS_UNAVAILABLE) from refused

    def sealed_xml(self, root: etree._Element, key: SigningKey) -> bytes:
        """The tree with an enveloped signature: one Reference, RSA-SHA256, the certificate in KeyInfo.

        Raises `CannotMake`.
        """
        # Its elements bear a prefix: libxml2 2.14 canonicalises a namespace without one wrongly (signxml, issue 275),
        # and whoever verifies may run on it.
        signer = XMLSigner(
            signature_algorithm=SignatureMethod.RSA_SHA256,
            digest_algorithm=DigestAlgorithm.SHA256,
            c14n_algorithm=CanonicalizationMethod.CANONICAL_XML_1_0,
        )
        done = signer.sign(root, key=cast("Any", _RsaKey(self.signer, key)), key_info=_key_info(key.chain[0]))
        return bytes(etree.tostring(done, encoding="UTF-8", xml_declaration=True))

    def _chain(self, key: SigningKey) -> tuple[bytes, ...]:
        """The key's chain up to its anchor. What it lacks of issuers is added from what is known of them."""
        return _up_to_anchor(key.chain[0], (*key.chain[1:], *self.trust.intermediates), self.trust.anchors)

    def _known_stamper(self, now: datetime) -> _Stamper:
        if self._stamper is None or not now - _AUTHORITY_KNOWN_FOR < self._stamper.made_at <= now:
            self._stamper = _Stamper(self.timestamps, now)
        self._stamper.now = now
        return self._stamper

    async def _sealed(
        self, pdf: bytes, key: SigningKey, chain: tuple[bytes, ...], stamper: _Stamper, department: str, now: datetime
    ) -> bytes:
        issuers = (*chain[1:], *self.trust.intermediates)
        await stamper.known()
        evidence = [self.validation_data.of(chain, now)]
        evidence += [
            self.validation_data.of(_up_to_anchor(der, (*stamper.others, *issuers), self.trust.anchors), now)
            for der in stamper.certificates
        ]
        meta = PdfSignatureMetadata(
            field_name=_FIELD,
            md_algorithm="sha256",
            reason=department,
            subfilter=SigSeedSubFilter.PADES,
            embed_validation_info=True,
            validation_context=ValidationContext(
                trust_roots=[x509.Certificate.load(der) for der in self.trust.anchors],
                other_certs=[x509.Certificate.load(der) for der in dict.fromkeys((*issuers, *stamper.others))],
                crls=list(dict.fromkeys(one for each in evidence for one in each.crls)),
                ocsps=list(dict.fromkeys(one for each in evidence for one in each.ocsps)),
                allow_fetching=False,
                revocation_mode="hard-fail",
                # What was asked for just now bears the time of other clocks, a moment after `now` or more.
                moment=max(now, self.clock()),
                time_tolerance=_SKEW,
            ),
        )
        signer = PdfSigner(meta, _DepartmentSigner(self.signer, key, chain), timestamper=stamper)
        return await _signed(signer, pdf, now)


async def _signed(signer: PdfSigner, pdf: bytes, now: datetime) -> bytes:
    """`PdfSigner.async_sign_pdf`, at a time of ours."""
    session = signer.init_signing_session(IncrementalPdfFileWriter(BytesIO(pdf)))
    session.system_time = now
    found = await session.perform_presign_validation()
    reserved = await session.estimate_signature_container_size(found)
    document = session.prepare_tbs_document(validation_info=found, bytes_reserved=reserved)
    output = BytesIO()
    prepared, _ = document.digest_tbs_document(output=output)
    done = await document.perform_signature(
        document_digest=prepared.document_digest, pdf_cms_signed_attrs=PdfCMSSignedAttributes(signing_time=now)
    )
    await done.post_signature_processing(output)
    return output.getvalue()


def _up_to_anchor(leaf: bytes, issuers: tuple[bytes, ...], anchors: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """The chain of a certificate (DER), anchor last. Raises `CannotMake` `signing_key_unfit` where there is none."""
    known = [x509.Certificate.load(der) for der in dict.fromkeys((*anchors, *issuers))]
    chain = [x509.Certificate.load(leaf)]
    while chain[-1].dump() not in anchors:
        above = next((one for one in known if _may_be_issuer(one, chain[-1]) and one not in chain), None)
        if above is None:
            raise CannotMake(Hindrance.SIGNING_KEY_UNFIT)
        chain.append(above)
    return tuple(one.dump() for one in chain)


def _may_be_issuer(issuer: x509.Certificate, of: x509.Certificate) -> bool:
    if issuer.subject != of.issuer:
        return False
    wanted, has = of.authority_key_identifier, issuer.key_identifier
    return wanted is None or has is None or wanted == has


class _DepartmentSigner(Signer):
    """pyHanko's signer, whose private key is elsewhere."""

    def __init__(self, signer: CertificateSigner, key: SigningKey, chain: tuple[bytes, ...]) -> None:
        self._at, self._key = signer, key
        registry = SimpleCertificateStore()
        registry.register_multiple([x509.Certificate.load(der) for der in chain[1:]])
        certificate = x509.Certificate.load(key.chain[0])
        super().__init__(
            signing_cert=certificate,
            cert_registry=registry,
            signature_mechanism=SignedDigestAlgorithm({"algorithm": "sha256_rsa"}),
            embed_roots=False,
        )
        self._size = certificate.public_key.byte_size

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:  # noqa: FBT001, FBT002 - pyHanko's
        """The signature over `data`; of a dry run, as many bytes."""
        if digest_algorithm != "sha256":
            raise CannotMake(Hindrance.SIGNING_KEY_UNFIT)
        return bytes(self._size) if dry_run else self._at.sign(self._key, hashlib.sha256(data).digest())


class _Stamper(TimeStamper):
    """pyHanko's time stamper over our own way to the authority, which is known by its first answer."""

    def __init__(self, timestamps: Timestamps, now: datetime) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._timestamps = timestamps
        self.made_at = self.now = now

    async def known(self) -> None:
        """Asks for a first stamp, once: it tells the authority's chain."""
        await self._ensure_dummy()  # type: ignore[no-untyped-call]

    @property
    def certificates(self) -> list[bytes]:
        """The certificates that sign stamps, DER."""
        return [one.dump() for one in self._certs.values()]

    @property
    def others(self) -> list[bytes]:
        """What came along with the stamps, DER."""
        return [one.dump() for one in self.cert_registry]

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """See `TimeStamper`. Another certificate than the one that is known, or a wrong time, is no stamp."""
        try:
            response = tsp.TimeStampResp.load(self._timestamps.ask(req.dump()), strict=True)
            if response["status"]["status"].native in {"granted", "granted_with_mods"}:
                self._demand_expected(response["time_stamp_token"])
        except (ValueError, TypeError, LookupError) as unreadable:
            raise CannotMake(Hindrance.TIMESTAMPS_UNAVAILABLE) from unreadable
        return response

    def _demand_expected(self, token: cms.ContentInfo) -> None:
        signed_data = token["content"]
        (signer,) = signed_data["signer_infos"]
        info = signed_data["encap_content_info"]["content"].parsed
        issuer = signer["sid"].chosen
        names = {(one.chosen.issuer.dump(), one.chosen.serial_number) for one in signed_data["certificates"]}
        asked = (issuer["issuer"].dump(), issuer["serial_number"].native)
        known = {(one.issuer.dump(), one.serial_number) for one in self._certs.values()}
        if abs(info["gen_time"].native - self.now) > _SKEW or asked not in names or (known and asked not in known):
            raise CannotMake(Hindrance.TIMESTAMPS_UNAVAILABLE)


def _key_info(certificate: bytes) -> etree._Element:
    info = etree.Element(f"{{{_DS}}}KeyInfo", nsmap={"ds": _DS})
    data = etree.SubElement(info, f"{{{_DS}}}X509Data")
    etree.SubElement(data, f"{{{_DS}}}X509Certificate").text = base64.b64encode(certificate).decode()
    return info


@dataclass(frozen=True, slots=True)
class _RsaKey:
    """A department's key as signxml uses one: like `rsa.RSAPrivateKey`."""

    signer: CertificateSigner
    key: SigningKey

    def sign(self, data: bytes, padding: Any, algorithm: Any) -> bytes:  # noqa: ANN401 - pyca's own types
        """The signature over `data`. Raises ValueError for any other way of signing."""
        if (padding.name, algorithm.name) != ("EMSA-PKCS1-v1_5", "sha256"):
            raise ValueError("this key signs RSASSA-PKCS1-v1_5 with SHA-256 only")
        return self.signer.sign(self.key, hashlib.sha256(data).digest())
