"""A department's own signed PDF: taken as it is where its signature holds over the whole of it, refused otherwise."""

from __future__ import annotations

import hashlib
from io import BytesIO

import pytest
from asn1crypto import keys, x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.signers import PdfSignatureMetadata, SimpleSigner, sign_pdf
from pyhanko_certvalidator.registry import SimpleCertificateStore

from chalicelib.adapters.certificate_signers import font
from chalicelib.domain.departments.certificates import Certificate, CertificateStatus
from chalicelib.domain.departments.issuing import brought_key, parse_row
from chalicelib.domain.departments.making import Made
from chalicelib.domain.departments.pdf_brought import demand_signed
from chalicelib.domain.departments.pdf_certificates import CertificatePrinter
from chalicelib.domain.departments.signing import PDF_AT_MOST, CannotMake, Hindrance
from tests.domain.departments.certificate_world import OWN_PDFS, ROW, TYPE, World, credential, signing_world

UPLOAD = "uploaduploadupload0000"


def plain() -> bytes:
    """A PDF that nobody signed."""
    world = World()
    world.issue(parse_row(TYPE, ROW))
    return CertificatePrinter(font, "https://x.example").printed(world.department, TYPE, world.certificate())


def signed(pdf: bytes, digest: str = "sha256") -> bytes:
    """The same, signed as other tools do: without a stamp."""
    own = credential()
    key = own.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    signer = SimpleSigner(
        signing_cert=x509.Certificate.load(own.der),
        signing_key=keys.PrivateKeyInfo.load(key),
        cert_registry=SimpleCertificateStore(),
    )
    meta = PdfSignatureMetadata(field_name="Sig", md_algorithm=digest)
    out = sign_pdf(IncrementalPdfFileWriter(BytesIO(pdf)), meta, signer)
    return bytes(out.getvalue())


def changed_after(pdf: bytes) -> bytes:
    """A signed PDF with something added after its signature."""
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    writer.root["/PageMode"] = generic.pdf_name("/FullScreen")
    writer.update_root()
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def with_a_script(pdf: bytes) -> bytes:
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    script = {"/S": generic.pdf_name("/JavaScript"), "/JS": generic.pdf_string("app.alert(1)")}
    writer.root["/OpenAction"] = generic.DictionaryObject({generic.pdf_name(k): v for k, v in script.items()})
    writer.update_root()
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def bent(pdf: bytes) -> bytes:
    """A byte of the page is another one."""
    at = pdf.index(b"stream") + 40
    return pdf[:at] + bytes([pdf[at] ^ 1]) + pdf[at + 1 :]


@pytest.mark.parametrize(
    ("pdf", "hindrance"),
    [
        (b"", "brought_not_there"),
        (b"<html>", "brought_not_pdf"),
        (b"x" * (PDF_AT_MOST + 1), "certificate_too_large"),
    ],
)
def test_what_is_no_pdf_is_refused(pdf: bytes, hindrance: str) -> None:
    with pytest.raises(CannotMake) as refused:
        demand_signed(pdf)
    assert refused.value.hindrance == hindrance


def test_a_signature_has_to_hold_over_the_whole_file() -> None:
    good = signed(plain())
    demand_signed(good)
    for pdf, hindrance in (
        (plain(), "brought_not_signed"),
        (bent(good), "brought_signature_broken"),
        (changed_after(good), "brought_signature_broken"),
        (signed(plain(), "sha1"), "brought_signature_broken"),
        (good[:-200], "brought_not_pdf"),
        (signed(with_a_script(plain())), "brought_active_content"),
    ):
        with pytest.raises(CannotMake) as refused:
            demand_signed(pdf)
        assert refused.value.hindrance == hindrance


def test_one_that_is_kept_good_for_long_is_taken() -> None:
    """What a signature's upkeep adds after it (PAdES B-LT) changes nothing that is shown."""
    world, _ = signing_world()
    made = world.made()
    assert made.pdf is not None
    demand_signed(world.documents.kept[made.pdf.key])


def brought(pdf: bytes | None) -> tuple[World, Certificate]:
    world, _ = signing_world()
    if pdf is not None:
        world.documents.put(brought_key(world.department_id, UPLOAD), pdf, "application/pdf")
    world.issue(parse_row(OWN_PDFS, {**ROW, "upload_id": UPLOAD}))
    certificate = world.certificate(doctype="OWNPD")
    world.making.make([certificate.certificate_id])
    return world, world.certificate(doctype="OWNPD")


def test_it_is_given_out_byte_for_byte_with_xml_of_ours() -> None:
    pdf = signed(plain())
    world, made = brought(pdf)
    assert made.status is CertificateStatus.ACTIVE
    assert made.pdf is not None
    assert made.pdf.sha256 == hashlib.sha256(pdf).hexdigest()
    assert world.documents.kept[made.pdf.key] == pdf
    assert made.xml is not None
    assert b"SignatureValue" in world.documents.kept[made.xml.key]


def test_one_that_was_never_uploaded_is_told_at_once_and_brought_again_with_its_upload() -> None:
    world, failed = brought(None)
    assert (failed.status, failed.trouble) == (CertificateStatus.FAILED, "brought_not_there")
    pdf = signed(plain())
    world.documents.put(brought_key(world.department_id, UPLOAD), pdf, "application/pdf")
    world.issue(parse_row(OWN_PDFS, {**ROW, "upload_id": UPLOAD}))
    world.making.make([failed.certificate_id])
    assert world.certificate(doctype="OWNPD").status is CertificateStatus.ACTIVE


@pytest.mark.parametrize("is_uploaded", [True, False])
def test_one_whose_upload_cannot_be_had_now_is_waited_for(*, is_uploaded: bool) -> None:
    world, _ = signing_world()
    if is_uploaded:
        world.documents.put(brought_key(world.department_id, UPLOAD), signed(plain()), "application/pdf")
    world.issue(parse_row(OWN_PDFS, {**ROW, "upload_id": UPLOAD}))
    world.documents.is_available = False
    world.pass_by(minutes=1)
    (waiting,) = world.making.make_due(10)
    assert (waiting.made, waiting.hindrance) == (Made.WAITING, Hindrance.STORAGE_UNAVAILABLE)
    world.documents.is_available = True
    (ended,) = world.making.make_due(10)
    assert ended.made is (Made.MADE if is_uploaded else Made.FAILED)


def test_an_upload_of_another_department_is_out_of_reach() -> None:
    world = World()
    world.documents.put(brought_key("anotherdepartment00000", UPLOAD), signed(plain()), "application/pdf")
    world.issue(parse_row(OWN_PDFS, {**ROW, "upload_id": UPLOAD}))
    assert world.certificate(doctype="OWNPD").brought_pdf == f"brought/{world.department_id}/{UPLOAD}"
