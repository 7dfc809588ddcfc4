"""What a signature is made wrong with, one thing at a time."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from asn1crypto import algos, cms, core
from asn1crypto import x509 as asn1_x509
from cryptography import x509

from infra.local.authority import Authority, Credential
from infra.local.certificate_profiles import Wanted
from infra.local.cms_signing import As, Attributes, attribute
from tests.domain.signatures.signing_world import DOCUMENT, NOW, ZEENAT, authority, signed, zeenat

Change = Callable[[cms.SignedData], None]


def issued(**wanted: object) -> Credential:
    return authority().issue(Wanted(**{"common_name": "Zeenat Zaheer", **wanted}))  # type: ignore[arg-type]


@cache
def zubin() -> Credential:
    return authority().issue(Wanted(common_name="Zubin Zaveri", pan="ZZZPZ9998Z"))


def algorithm_protection(attributes: Attributes, digest: str = "sha256") -> Attributes:
    value = cms.CMSAlgorithmProtection(
        {"digest_algorithm": {"algorithm": digest}, "signature_algorithm": {"algorithm": "sha256_rsa"}}
    )
    return [*attributes, attribute("cms_algorithm_protection", value)]


def in_a_ber_frame(signature: bytes) -> bytes:
    """As Java's tools send it: indefinite lengths around what is DER."""

    def indefinite(tag: int, content: bytes) -> bytes:
        return bytes((tag, 0x80)) + content + b"\0\0"

    outer = core.Sequence.load(signature)
    data = cms.ContentInfo.load(signature)["content"]
    inside = data["version"].dump() + data["digest_algorithms"].dump()
    inside += indefinite(0x30, data["encap_content_info"]["content_type"].dump())
    inside += indefinite(0xA0, b"".join(each.dump() for each in data["certificates"]))
    inside += data["signer_infos"].dump()
    return indefinite(0x30, outer[0].dump() + indefinite(0xA0, indefinite(0x30, inside)))


def named_by_the_key_alone(data: cms.SignedData) -> None:
    data["signer_infos"][0]["signature_algorithm"] = {"algorithm": "rsassa_pkcs1v15"}


def leaving_out(kind: str) -> Callable[[Attributes], Attributes]:
    return lambda found: [each for each in found if each["type"].native != kind]


def adding(*more: cms.CMSAttribute) -> Callable[[Attributes], Attributes]:
    return lambda found: [*found, *more]


def replacing(made: cms.CMSAttribute) -> Callable[[Attributes], Attributes]:
    return lambda found: [made if each["type"].native == made["type"].native else each for each in found]


def two_signers(data: cms.SignedData) -> None:
    data["signer_infos"].append(data["signer_infos"][0].copy())


def no_signer(data: cms.SignedData) -> None:
    data["signer_infos"] = cms.SignerInfos([])


def encapsulated(data: cms.SignedData) -> None:
    data["encap_content_info"] = {"content_type": "data", "content": DOCUMENT}


def of_another_content_type(data: cms.SignedData) -> None:
    data["encap_content_info"] = {"content_type": "1.2.840.113549.1.9.16.1.4"}


def signature_changed(data: cms.SignedData) -> None:
    value = bytearray(data["signer_infos"][0]["signature"].native)
    value[7] ^= 1
    data["signer_infos"][0]["signature"] = bytes(value)


def without_signed_attributes() -> bytes:
    """A signature over the document itself; so could one over signed attributes be, that were given out as one."""
    return signed(As(signed_attributes=False))


def doctored_with_the_same_issuer_and_serial() -> bytes:
    """Another certificate with the signer's issuer and serial number, beside the signer's own."""
    own, other = asn1_x509.Certificate.load(zeenat().der), asn1_x509.Certificate.load(zubin().der)
    other["tbs_certificate"]["serial_number"] = own.serial_number
    return signed(As(certificates=(zeenat().der, other.dump(force=True))))


def spoofed_key_identifier() -> bytes:
    """Two certificates that claim one key identifier."""
    identifier = x509.SubjectKeyIdentifier.from_public_key(zeenat().key.public_key())
    spoofing = authority().issue(Wanted(common_name="Zubin Zaveri", extensions=((identifier, False),)))
    return signed(As(by_key_identifier=True, certificates=(zeenat().der, spoofing.der)))


def by_another_root() -> bytes:
    return signed(by=Authority(NOW, label="Somebody Else's Test").issue(ZEENAT))


def many_certificates() -> bytes:
    return signed(As(certificates=tuple(issued(common_name=f"Number {number}").der for number in range(11))))


def as_type(oid: str) -> bytes:
    """A good signature that says it is something else."""
    content: bytes = cms.ContentInfo.load(signed())["content"].dump()
    outer: bytes = core.ObjectIdentifier(oid).dump() + _explicit(content)
    return b"\x30\x82" + len(outer).to_bytes(2, "big") + outer


def _explicit(content: bytes) -> bytes:
    return b"\xa0\x82" + len(content).to_bytes(2, "big") + content


def with_a_signing_time_that_is_none(attributes: Attributes) -> bytes:
    done: bytes = cms.CMSAttributes(attributes).dump()
    return bytes(done).replace(b"\x17\x0d261120", b"\x17\x0d26112A")


def digest_named(name: str) -> Change:
    def change(data: cms.SignedData) -> None:
        data["signer_infos"][0]["digest_algorithm"] = {"algorithm": name}

    return change


def announcing(name: str) -> Change:
    def change(data: cms.SignedData) -> None:
        data["digest_algorithms"] = [{"algorithm": name}]

    return change


def signed_as(name: str) -> Change:
    def change(data: cms.SignedData) -> None:
        data["signer_infos"][0]["signature_algorithm"] = {"algorithm": name}

    return change


def pss(parameters: algos.RSASSAPSSParams) -> Change:
    def change(data: cms.SignedData) -> None:
        named = {"algorithm": "rsassa_pss", "parameters": parameters}
        data["signer_infos"][0]["signature_algorithm"] = named

    return change


PSS_BY_ITS_DEFAULTS = pss(algos.RSASSAPSSParams.load(b"\x30\x00"))
PSS_MASKED_WITH_SHA_1 = pss(
    algos.RSASSAPSSParams(
        {
            "hash_algorithm": {"algorithm": "sha256"},
            "mask_gen_algorithm": {"algorithm": "mgf1", "parameters": {"algorithm": "sha1"}},
            "salt_length": 32,
        }
    )
)


def usage(*, signing_in_only: bool = False, is_critical: bool = True) -> tuple[x509.ExtensionType, bool]:
    """A key usage as no signing certificate has it."""
    made = x509.KeyUsage(
        digital_signature=True,
        content_commitment=not signing_in_only,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    return made, is_critical


def as_content(content: bytes) -> bytes:
    """A ContentInfo of signed data with this for SignedData's content."""
    data = b"\x30\x83" + len(content).to_bytes(3, "big") + content
    inside: bytes = core.ObjectIdentifier("1.2.840.113549.1.7.2").dump()
    inside += b"\xa0\x83" + len(data).to_bytes(3, "big") + data
    return b"\x30\x83" + len(inside).to_bytes(3, "big") + inside


def with_signer_attributes(content: bytes) -> bytes:
    """A good signature but for these signed attributes."""
    signature = cms.ContentInfo.load(signed())
    attributes = b"\xa0\x82" + len(content).to_bytes(2, "big") + content
    signer = signature["content"]["signer_infos"][0]
    before = b"".join(signer[name].dump() for name in ("version", "sid", "digest_algorithm"))
    after = b"".join(signer[name].dump() for name in ("signature_algorithm", "signature"))
    infos = before + attributes + after
    infos = b"\x30\x83" + len(infos).to_bytes(3, "big") + infos
    infos = b"\x31\x83" + len(infos).to_bytes(3, "big") + infos
    frame = b"".join(
        signature["content"][name].dump() for name in ("version", "digest_algorithms", "encap_content_info")
    )
    return as_content(frame + infos)
