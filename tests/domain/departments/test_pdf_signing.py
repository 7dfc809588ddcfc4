"""Signed certificates: pyHanko's own validator and OpenSSL find them good, from what is in the file alone."""

from __future__ import annotations

import base64
import subprocess
import time
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import cms, x509
from lxml import etree
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import DocumentSecurityStore, SignatureCoverageLevel, validate_pdf_signature
from signxml.verifier import SignatureConfiguration, XMLVerifier

from chalicelib.domain.departments.certificates import CertificateStatus
from chalicelib.domain.departments.signing import PDF_AT_MOST
from chalicelib.domain.digilocker import certificate_xml
from infra.local.certificate_profiles import Profile, Wanted
from tests.domain.departments.certificate_world import (
    NOW,
    Line,
    World,
    authority,
    credential,
    signing_world,
)

DS = "{http://www.w3.org/2000/09/xmldsig#}"


@pytest.fixture(scope="module")
def signed() -> tuple[bytes, bytes]:
    world, _ = signing_world()
    return files(world)


def files(world: World) -> tuple[bytes, bytes]:
    made = world.made(valid_to="2027-01-04")
    assert made.status is CertificateStatus.ACTIVE, made.trouble
    assert made.pdf is not None
    assert made.xml is not None
    return world.documents.kept[made.pdf.key], world.documents.kept[made.xml.key]


def stamps(signature: Any) -> list[Any]:
    """The time stamps over a signature."""
    wanted = "signature_time_stamp_token"
    attributes = [one for one in signature.signer_info["unsigned_attrs"] if one["type"].native == wanted]
    return [value for one in attributes for value in one["values"]]


def from_the_file_alone(pdf: bytes, root: bytes) -> Any:
    """How pyHanko judges a signature from the validation data in the file, revocation demanded, at its stamp's time."""
    reader = PdfFileReader(BytesIO(pdf))
    (signature,) = reader.embedded_signatures
    (token,) = stamps(signature)
    at = token["content"]["encap_content_info"]["content"].parsed["gen_time"].native
    known = DocumentSecurityStore.read_dss(reader).as_validation_context(
        {
            "trust_roots": [x509.Certificate.load(root)],
            "allow_fetching": False,
            "revocation_mode": "hard-fail",
            "moment": at,
        }
    )
    return validate_pdf_signature(signature, known, known)


def test_pyhanko_finds_the_pdf_good_and_complete(signed: tuple[bytes, bytes]) -> None:
    status = from_the_file_alone(signed[0], authority().root)
    assert status.bottom_line, status.pretty_print_details()
    assert status.coverage is SignatureCoverageLevel.ENTIRE_REVISION
    assert status.modification_level is ModificationLevel.LTA_UPDATES
    assert status.timestamp_validity.trusted
    assert abs(status.timestamp_validity.timestamp - NOW) < timedelta(seconds=1)


def test_it_is_pades_b_lt(signed: tuple[bytes, bytes]) -> None:
    reader = PdfFileReader(BytesIO(signed[0]))
    (signature,) = reader.embedded_signatures
    assert signature.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
    attributes = {one["type"].native for one in signature.signer_info["signed_attrs"]}
    assert "signing_certificate_v2" in attributes
    # ETSI EN 319 142-1: the time of a PAdES signature stands in /M.
    assert "signing_time" not in attributes
    assert {one["type"].native for one in signature.signer_info["unsigned_attrs"]} == {"signature_time_stamp_token"}
    store = DocumentSecurityStore.read_dss(reader)
    # Leaf, sub-CA and licensed CA of the signer; the time stamper's leaf is of the same sub-CA.
    assert len(store.crls) == 3
    subjects = {one.subject.human_friendly for one in store.load_certs()}
    assert len(subjects) >= 4


def test_openssl_finds_the_pdf_good(signed: tuple[bytes, bytes], tmp_path: Path) -> None:
    pdf = signed[0]
    (signature,) = PdfFileReader(BytesIO(pdf)).embedded_signatures
    start, length, second, rest = (int(one) for one in signature.byte_range)
    (tmp_path / "content").write_bytes(pdf[start : start + length] + pdf[second : second + rest])
    (tmp_path / "signature").write_bytes(cms.ContentInfo.load(signature.pkcs7_content).dump())
    pem(tmp_path / "root.pem", authority().root)
    pem(tmp_path / "others.pem", *authority().intermediates)
    found = openssl(
        "cms", "-verify", "-binary", "-inform", "DER", "-in", str(tmp_path / "signature"),
        "-content", str(tmp_path / "content"), "-CAfile", str(tmp_path / "root.pem"),
        "-certfile", str(tmp_path / "others.pem"), "-purpose", "any", "-out", str(tmp_path / "out"),
        "-attime", str(int(NOW.timestamp())), "-cades",
    )  # fmt: skip
    assert found.returncode == 0, found.stderr


def test_openssl_finds_the_time_stamp_good(signed: tuple[bytes, bytes], tmp_path: Path) -> None:
    (signature,) = PdfFileReader(BytesIO(signed[0])).embedded_signatures
    stamped = signature.signer_info["signature"].native
    (token,) = stamps(signature)
    (tmp_path / "data").write_bytes(stamped)
    (tmp_path / "token").write_bytes(token.dump())
    pem(tmp_path / "root.pem", authority().root)
    pem(tmp_path / "others.pem", *authority().intermediates)
    found = openssl(
        "ts", "-verify", "-data", str(tmp_path / "data"), "-in", str(tmp_path / "token"), "-token_in",
        "-CAfile", str(tmp_path / "root.pem"), "-untrusted", str(tmp_path / "others.pem"),
        "-attime", str(int(NOW.timestamp())),
    )  # fmt: skip
    assert found.returncode == 0, found.stderr


def test_a_byte_that_was_changed_breaks_it(signed: tuple[bytes, bytes]) -> None:
    pdf = bytearray(signed[0])
    pdf[2000] ^= 1
    (signature,) = PdfFileReader(BytesIO(bytes(pdf))).embedded_signatures
    signature.compute_integrity_info(skip_diff=True)
    attributes = {one["type"].native: one["values"][0].native for one in signature.signer_info["signed_attrs"]}
    assert attributes["message_digest"] != signature.compute_digest()


def test_signxml_finds_the_xml_good_and_the_whole_of_it_signed(signed: tuple[bytes, bytes]) -> None:
    xml = signed[1]
    root = etree.fromstring(xml)
    references = root.findall(f".//{DS}Reference")
    assert [one.get("URI") for one in references] == [""]
    method = root.find(f".//{DS}SignatureMethod")
    assert method is not None
    assert method.get("Algorithm") == "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
    certificate = root.findtext(f".//{DS}X509Certificate")
    assert certificate is not None
    assert base64.b64decode(certificate) == credential().der
    expected = SignatureConfiguration(location="./", expect_references=1, verification_time=NOW)
    result = XMLVerifier().verify(xml, x509_cert=credential().certificate, expect_config=expected)
    assert not isinstance(result, list)
    assert result.signed_xml is not None
    assert result.signed_xml.tag == "Certificate"


def test_the_xml_says_what_was_issued(signed: tuple[bytes, bytes]) -> None:
    read = certificate_xml.read(signed[1])
    assert (read.doctype, read.name, read.is_active) == ("TRCER", "लक्ष्मी Krishnan", True)
    assert read.fields["tradeName"] == "Krishnan & Sons"


def test_the_pdf_is_tagged_and_leads_to_the_public_page(signed: tuple[bytes, bytes]) -> None:
    reader = PdfFileReader(BytesIO(signed[0]))
    assert reader.root["/MarkInfo"]["/Marked"]
    elements = [one.get_object() for one in reader.root["/StructTreeRoot"]["/K"]["/K"]]
    assert {"/H1", "/H2", "/P", "/Figure"} == {str(one["/S"]) for one in elements}
    (figure,) = [one for one in elements if one["/S"] == "/Figure"]
    assert "https://pravesh.example/hi/certificate?uri=in.gov.tn.trade-TRCER-" in str(figure["/Alt"])
    assert len(signed[0]) < PDF_AT_MOST


def failed(change: Any) -> str | None:
    """Why a certificate is not made once `change` was made to its line; and that nothing was stored."""
    world, line = signing_world()
    change(line)
    made = world.made()
    assert made.status is not CertificateStatus.ACTIVE
    assert world.documents.kept == {}
    if made.status is CertificateStatus.FAILED:
        return made.trouble
    (told,) = world.store.troubles_of(world.department_id, 1)
    return f"waiting: {told.code}"


def without(**changes: Any) -> Any:
    def change(line: Line) -> None:
        for name, value in changes.items():
            setattr(line, name, value)

    return change


def test_without_a_stamp_nothing_is_signed() -> None:
    assert failed(without(has_stamps=False)) == "waiting: timestamps_unavailable"
    assert failed(without(stamps_at=NOW - timedelta(hours=1))) == "waiting: timestamps_unavailable"


def test_without_revocation_data_nothing_is_signed() -> None:
    assert failed(without(has_crls=False)) == "waiting: revocation_unavailable"


def test_a_key_that_is_not_good_signs_nothing() -> None:
    own = authority()
    base = Wanted(common_name="Another", profile=Profile.DOCUMENT_SIGNER)
    expired = own.issue(replace(base, not_before=NOW - timedelta(days=300), not_after=NOW - timedelta(days=1)))
    revoked = own.issue(replace(base, common_name="Revoked"))
    own.revoke(revoked, NOW - timedelta(days=1))
    stranger = type(own)(NOW, label="Somebody Else").issue(base)
    assert failed(without(credential=expired)) == "signing_key_unfit"
    assert failed(without(credential=revoked)) == "signing_key_unfit"
    assert failed(without(credential=stranger)) == "signing_key_unfit"


def test_no_key_no_certificate() -> None:
    world, _ = signing_world()
    world.change(signing_key="")
    assert world.made().trouble == "signing_key_missing"


def test_crls_are_fetched_once_an_hour() -> None:
    world, line = signing_world()
    for number in range(5):
        assert world.made(number=f"TR/{number}").status is CertificateStatus.ACTIVE
    once = line.fetched
    world.pass_by(hours=1, minutes=1)
    assert world.made(number="TR/later").status is CertificateStatus.ACTIVE
    assert (once, line.fetched) == (3, 6)


def test_a_sign_that_no_font_has_is_told() -> None:
    world, _ = signing_world()
    assert world.made(trade_name="雪").trouble == "sign_without_letters"


def test_a_text_that_is_a_book_is_told_and_keeps_nobody_waiting() -> None:
    """A template may name a field a thousand times, and a field may be one word of 500 signs: two minutes' work."""
    world, _ = signing_world()
    (document_type, other) = world.department.document_types
    world.change(document_types=(replace(document_type, template="{trade_name}" * 300), other))
    begun = time.process_time()
    assert world.made(trade_name="W" * 500).trouble == "text_too_long"
    assert time.process_time() - begun < 2
    assert world.made(number="TR/short", trade_name="Krishnan").status is CertificateStatus.ACTIVE


def test_a_long_certificate_goes_over_pages() -> None:
    world, _ = signing_world()
    (document_type, other) = world.department.document_types
    long = replace(document_type, template="\n".join(["{trade_name} " * 30] * 12))
    world.change(document_types=(long, other))
    made = world.made()
    assert made.pdf is not None
    pages = PdfFileReader(BytesIO(world.documents.kept[made.pdf.key])).root["/Pages"]["/Count"]
    assert pages > 1


def pem(path: Path, *certificates: bytes) -> None:
    armored = (base64.encodebytes(one).decode() for one in certificates)
    path.write_text("".join(f"-----BEGIN CERTIFICATE-----\n{one}-----END CERTIFICATE-----\n" for one in armored))


def openssl(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["openssl", *arguments], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("ahead", [timedelta(seconds=1), timedelta(seconds=30)])
def test_revocation_data_by_a_clock_that_is_a_little_ahead_is_taken(ahead: timedelta) -> None:
    """It is asked for after the run has looked at its own clock, and made by another one."""
    world, line = signing_world()
    line.stamps_at = world.now
    line.clock = lambda: world.now + ahead
    assert world.made().status is CertificateStatus.ACTIVE
