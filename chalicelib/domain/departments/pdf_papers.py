"""Both files of a certificate, made and signed. Heavy: the step `make_certificates` alone loads it."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.domain.departments import templates
from chalicelib.domain.departments.certificates import Certificate
from chalicelib.domain.departments.departments import Department, DocumentType
from chalicelib.domain.departments.pdf_brought import demand_signed
from chalicelib.domain.departments.pdf_certificates import CertificatePrinter
from chalicelib.domain.departments.pdf_signing import Sealing
from chalicelib.domain.departments.pdf_text import CannotBeWritten
from chalicelib.domain.departments.signing import (
    PDF_AT_MOST,
    XML_AT_MOST,
    CannotMake,
    CertificateSigner,
    Hindrance,
    Papers,
)
from chalicelib.domain.digilocker import certificate_xml

# Some twenty pages. A template may name a long field a thousand times, and one certificate would take minutes.
SIGNS_AT_MOST = 50_000


@dataclass(frozen=True, slots=True)
class SignedPapers:
    """`signing.Printer`: prints and seals."""

    signer: CertificateSigner
    sealing: Sealing
    printing: CertificatePrinter

    def papers(
        self,
        department: Department,
        document_type: DocumentType,
        certificate: Certificate,
        brought: bytes | None,
    ) -> Papers:
        """See `signing.Printer`."""
        if not department.signing_key:
            raise CannotMake(Hindrance.SIGNING_KEY_MISSING)
        key = self.signer.key(department.signing_key)
        xml = self.sealing.sealed_xml(certificate_xml.tree(department, document_type, certificate), key)
        if brought is not None:
            demand_signed(brought)
            pdf = brought
        else:
            pdf = self.sealing.sealed_pdf(
                self._printed(department, document_type, certificate), key, department.name["en"]
            )
        if len(pdf) > PDF_AT_MOST or len(xml) > XML_AT_MOST:
            raise CannotMake(Hindrance.CERTIFICATE_TOO_LARGE)
        return Papers(pdf, xml)

    def _printed(self, department: Department, document_type: DocumentType, certificate: Certificate) -> bytes:
        lines = templates.filled(department, document_type, certificate)
        if sum(len(line.label) + len(line.text) for line in lines) > SIGNS_AT_MOST:
            raise CannotMake(Hindrance.TEXT_TOO_LONG)
        try:
            return self.printing.printed(department, document_type, certificate)
        except CannotBeWritten as without:
            raise CannotMake(Hindrance.SIGN_WITHOUT_LETTERS) from without
