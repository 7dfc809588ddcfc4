"""What the made-up issuers' documents look like: a PDF of one page, and the certificate XML that goes with it."""

import base64
from datetime import date
from xml.sax.saxutils import quoteattr

from infra.local.digilocker.citizens import Issued


def pdf_of(document: Issued) -> bytes:
    """Give its PDF: the same bytes each time."""
    if document.pdf is not None:
        return document.pdf
    return pdf((document.title, document.issuer, f"No. {document.number}", document.name, _dmy(document.born_on)))


def pdf(lines: tuple[str, ...]) -> bytes:
    """Make a PDF of one page that says these lines (of ASCII; anything else becomes "?")."""
    shown = "".join(f"({_told(line)}) Tj T*\n" for line in lines)
    stream = f"BT /F1 14 Tf 60 760 Td 24 TL\n{shown}ET".encode()
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 %s >> >> >>"
        % b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
    )
    made, starts = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        starts.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % start for start in starts)
    return made + (b"xref\n0 5\n%strailer\n<< /Size 5 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (table, len(made)))


def _told(line: str) -> str:
    plain = line.encode("ascii", "replace").decode()
    return plain.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")


def xml_of(document: Issued) -> bytes:
    """Give its certificate XML, wrapped in a PullDocResponse where its issuer does so."""
    certificate = document.xml if document.xml is not None else _certificate(document).encode()
    if not document.is_wrapped:
        return certificate
    data = base64.b64encode(certificate).decode()
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<PullDocResponse xmlns:ns2="http://tempuri.org/">'
        '<ResponseStatus status="1" ts="2026-01-01T00:00:00+05:30" txn="sim-0">1</ResponseStatus>'
        f"<DocDetails><DataContent>{data}</DataContent></DocDetails></PullDocResponse>"
    ).encode()


# The element that bears what a document is about, by its type (facts of the schema of API Setu's `pan`).
_ELEMENTS = {"PANCR": "PANVerificationRecord", "DRVLC": "License"}


def _certificate(document: Issued) -> str:
    dated = document.born_on.isoformat() if document.is_iso_dated else _dmy(document.born_on)
    issued = document.issued_on.isoformat() if document.is_iso_dated else _dmy(document.issued_on)
    person = _attributes(
        uid="", title="", name=document.name, dob=dated, swd="", swdIndicator="", motherName="",
        gender=document.gender, maritalStatus="", disabilityStatus="", category="", religion="", phone="", email="",
    )  # fmt: skip
    address = _attributes(
        type="", line1="", line2="", house="", landmark="", locality="", vtc="", district="", pin="", state="",
        country="IN",
    )  # fmt: skip
    top = _attributes(
        language="99", name=document.title, type=document.doctype, number=document.number, prevNumber="",
        issuedAt="", issueDate=issued, validFromDate=issued, expiryDate="", status=document.status,
    )  # fmt: skip
    organization = _attributes(name=document.issuer, code=document.issuer_id, tin="", uid="", type="CG")
    element = _ELEMENTS.get(document.doctype, "Document")
    data = _attributes(num=document.number, verifiedOn=f"{_dmy(document.issued_on)} 00:00:00")
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n'
        f"<Certificate{top}><IssuedBy><Organization{organization}><Address{address}/></Organization></IssuedBy>"
        f'<IssuedTo><Person{person}><Address{address}/><Photo format=""/></Person></IssuedTo>'
        f"<CertificateData><{element}{data}/></CertificateData><Signature/></Certificate>"
    )


def _attributes(**values: str) -> str:
    return "".join(f" {name}={quoteattr(value)}" for name, value in values.items())


def _dmy(day: date) -> str:
    return f"{day:%d-%m-%Y}"
