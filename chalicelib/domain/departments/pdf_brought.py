"""A PDF that a department made and signed itself: looked at before it is given to anybody in its name.

It must be a whole PDF that does nothing by itself, with a signature that is intact and after which nothing was
changed. Whose key signed is the department's own affair: the XML beside it bears the key that is known here. Heavy.
"""

from __future__ import annotations

from io import BytesIO

from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation.generic_cms import validate_sig_integrity
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel

from chalicelib.domain.departments.signing import PDF_AT_MOST, CannotMake, Hindrance
from chalicelib.domain.icegate import pdf_documents

_DIGESTS = frozenset({"sha256", "sha384", "sha512"})
_HINDRANCES = {
    pdf_documents.EMPTY: Hindrance.BROUGHT_NOT_THERE,
    pdf_documents.TOO_LARGE: Hindrance.CERTIFICATE_TOO_LARGE,
    pdf_documents.ACTIVE: Hindrance.BROUGHT_ACTIVE_CONTENT,
}


def demand_signed(pdf: bytes) -> None:
    """Raises `CannotMake` for what is no PDF, acts by itself, or has no intact signature over the whole of it."""
    why = pdf_documents.refused(pdf, PDF_AT_MOST)
    if why is not None:
        raise CannotMake(_HINDRANCES.get(why, Hindrance.BROUGHT_NOT_PDF))
    try:
        # A file from elsewhere: whatever goes wrong in reading it, it is not taken.
        signatures = PdfFileReader(BytesIO(pdf)).embedded_regular_signatures
        is_intact = bool(signatures) and _is_intact(signatures[-1])
    except Exception as unreadable:
        raise CannotMake(Hindrance.BROUGHT_SIGNATURE_BROKEN) from unreadable
    if not signatures:
        raise CannotMake(Hindrance.BROUGHT_NOT_SIGNED)
    if not is_intact:
        raise CannotMake(Hindrance.BROUGHT_SIGNATURE_BROKEN)


def _is_intact(signature: EmbeddedPdfSignature) -> bool:
    """Whether the signature holds over the whole file, but for what a signature's upkeep adds (PAdES B-LT, B-LTA)."""
    if signature.md_algorithm not in _DIGESTS:
        return False
    signature.compute_integrity_info()
    told = signature.summarise_integrity_info()
    changes = told["diff_result"]
    level = getattr(changes, "modification_level", None)
    is_whole = told["coverage"] is SignatureCoverageLevel.ENTIRE_FILE or (
        told["coverage"] is SignatureCoverageLevel.ENTIRE_REVISION and level is ModificationLevel.LTA_UPDATES
    )
    fits, holds = validate_sig_integrity(
        signature.signer_info, signature.signer_cert, "data", signature.compute_digest()
    )
    return is_whole and fits and holds
