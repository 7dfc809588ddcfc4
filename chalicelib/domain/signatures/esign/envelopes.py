"""XML with a signature around it, parsed once its size and encoding were looked at (`strict_xml`).

What comes is hostile until the provider's signature was found to hold; from then on the signed tree is read, and
nothing else of it (docs/signatures.md). Heavy: lxml and signxml.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, cast

import cryptography.exceptions
from cryptography import x509
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod
from signxml.exceptions import SignXMLException
from signxml.signer import XMLSigner
from signxml.verifier import SignatureConfiguration, XMLVerifier

from chalicelib.domain import strict_xml
from chalicelib.domain.signatures.esign.providers import EsignProfile
from chalicelib.domain.signatures.esign.transactions import ANSWER_BYTES_AT_MOST

DS = "http://www.w3.org/2000/09/xmldsig#"
_ENVELOPED = f"{DS}enveloped-signature"


class NotSignedByProvider(Exception):  # noqa: N818
    """What came does not bear the pinned provider's signature over the whole of it."""


class RequestKey(Protocol):
    """Our private key: in KMS, or on the laptop in memory. It signs as `rsa.RSAPrivateKey` does."""

    def sign(self, data: bytes, padding: Any, algorithm: Any) -> bytes:  # noqa: ANN401 - pyca's own types
        """The signature over `data`. Raises `EsignUnavailable` where the key cannot be reached."""
        ...


@dataclass(frozen=True, slots=True)
class Algorithms:
    """With what a tree is signed: signxml's names of method and digest, the URI of the canonicalisation."""

    method: str
    digest: str
    c14n: str


def signed(root: etree._Element, key: RequestKey, certificate: bytes, by: Algorithms) -> bytes:
    """The tree with an enveloped signature over all of it, as UTF-8; `certificate` (DER) goes along in KeyInfo."""
    signer = _Signer(
        signature_algorithm=SignatureMethod[by.method],
        digest_algorithm=DigestAlgorithm[by.digest],
        c14n_algorithm=CanonicalizationMethod(by.c14n),
    )
    done = signer.sign(root, key=cast("Any", key), key_info=_key_info(certificate))
    return bytes(etree.tostring(done, encoding="UTF-8", xml_declaration=True))


def verified(content: bytes, root: str, profile: EsignProfile, now: datetime) -> etree._Element:
    """The signed tree of what came, whose root is named `root` and in no namespace.

    The signature has to stand directly below the root, cover the whole document, and verify with one of the pinned
    certificates; whatever KeyInfo says is not looked at. Raises `strict_xml.Unreadable`, `NotSignedByProvider`.
    """
    document = strict_xml.parsed(content, ANSWER_BYTES_AT_MOST)
    if document.tag != root:
        raise strict_xml.Unreadable("another root")
    _demand_one_plain_signature(document, profile)
    for certificate in profile.certificates:
        tree = _signed_tree(content, x509.load_der_x509_certificate(certificate), profile, now)
        if tree is not None and tree.tag == root and _is_plain(tree):
            return tree
    raise NotSignedByProvider


def _demand_one_plain_signature(document: etree._Element, profile: EsignProfile) -> None:
    """Raises `NotSignedByProvider` unless there is one signature, in its place, of one reference to the whole.

    signxml passes over transforms that it does not know, and would follow a reference to a part.
    """
    signatures = list(document.iter(f"{{{DS}}}Signature"))
    if len(signatures) != 1 or signatures[0].getparent() is not document:
        raise NotSignedByProvider
    references = list(signatures[0].iter(f"{{{DS}}}Reference"))
    if len(references) != 1 or references[0].get("URI") != "":
        raise NotSignedByProvider
    used = [each.get("Algorithm") for each in references[0].iter(f"{{{DS}}}Transform")]
    canonical = [each for each in used if each != _ENVELOPED]
    over = [each.get("Algorithm") for each in signatures[0].iter(f"{{{DS}}}CanonicalizationMethod")]
    if used.count(_ENVELOPED) != 1 or len(canonical) > 1 or not {*canonical, *over} <= profile.answer_c14n:
        raise NotSignedByProvider


def _signed_tree(
    content: bytes, certificate: x509.Certificate, profile: EsignProfile, now: datetime
) -> etree._Element | None:
    expected = SignatureConfiguration(
        location="./",
        expect_references=1,
        signature_methods=frozenset(SignatureMethod[name] for name in profile.answer_methods),
        digest_algorithms=frozenset(DigestAlgorithm[name] for name in profile.answer_digests),
        verification_time=now,
        # XML-DSig's own default where a reference names no canonicalisation.
        default_reference_c14n_method=CanonicalizationMethod.CANONICAL_XML_1_0,
    )
    try:
        result = _Verifier().verify(
            content.strip(), x509_cert=certificate, parser=strict_xml.parser(), expect_config=expected
        )
    except (SignXMLException, etree.LxmlError, cryptography.exceptions.InvalidSignature, ValueError, TypeError):
        return None
    except (KeyError, AttributeError, AssertionError):
        # signxml meets what its schema lets through: an empty SignatureValue, an algorithm without an implementation.
        return None
    if isinstance(result, list):
        return None
    return result.signed_xml


def _is_plain(tree: etree._Element) -> bool:
    """Whether there is nothing in the signed tree but elements: a comment or an instruction would cut a text short."""
    return all(isinstance(node.tag, str) for node in tree.iter())


class _Alone:
    """Canonicalises a part of a document on its own.

    lxml 6.1 on libxml2 2.14 writes `xmlns=""` into the grandchildren of a part whose namespace has no prefix when it
    is canonicalised in its place (inclusive C14N), so that what Java signed would not verify (signxml, issue 275).
    """

    def _c14n(
        self, nodes: etree._Element, algorithm: CanonicalizationMethod, inclusive_ns_prefixes: list[str] | None = None
    ) -> bytes:
        alone = etree.fromstring(etree.tostring(nodes, with_tail=False), parser=strict_xml.parser())
        return bytes(cast("Any", super())._c14n(alone, algorithm, inclusive_ns_prefixes))


class _Verifier(_Alone, XMLVerifier):
    """signxml's verifier on our canonicalisation."""


class _Signer(_Alone, XMLSigner):
    """Writes the signature's namespace without a prefix, as all requests that were seen have it."""

    def __init__(self, **algorithms: Any) -> None:  # noqa: ANN401 - signxml's own
        super().__init__(**algorithms)
        self.namespaces = cast("dict[str, str]", {None: DS})

    def _ds_tag(self, tag: str) -> str:
        # The elements belong to the namespace from the start: what is signed is then what is sent.
        return f"{{{DS}}}{tag}"


def _key_info(certificate: bytes) -> etree._Element:
    info = etree.Element(f"{{{DS}}}KeyInfo", nsmap={None: DS})
    data = etree.SubElement(info, f"{{{DS}}}X509Data")
    subject = x509.load_der_x509_certificate(certificate).subject.rfc4514_string()
    etree.SubElement(data, f"{{{DS}}}X509SubjectName").text = subject
    etree.SubElement(data, f"{{{DS}}}X509Certificate").text = base64.b64encode(certificate).decode()
    return info
