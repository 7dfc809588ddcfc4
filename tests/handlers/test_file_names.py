"""What an uploaded file is called: as an officer reads it, without tricks, and never with an Aadhaar number."""

from __future__ import annotations

import pytest

from chalicelib.domain.refusals import FieldProblem
from chalicelib.handlers.full_registration_models import parse_file_name


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("scan\u202efdp.exe", "scanfdp.exe"),
        ("C:\\Users\\asha\\PAN card.pdf", "PAN card.pdf"),
        ("पैन\u200d कार्ड.pdf", "पैन\u200d कार्ड.pdf"),
        ("  PAN\u00a0 card.pdf ", "PAN card.pdf"),
    ],
)
def test_nothing_hides_in_it(typed: str, kept: str) -> None:
    assert parse_file_name(typed) == kept


@pytest.mark.parametrize(
    "digits", ["2345 6789 0124", "2345.6789.0124", "२३४५६७८९०१२४", "2345\u200b67890124", "2345_6789\u200d_0124"]
)
def test_no_aadhaar_number_stands_in_it(digits: str) -> None:
    with pytest.raises(FieldProblem) as refused:
        parse_file_name(f"card {digits}.pdf")
    assert refused.value.error.reason == "aadhaar_refused"
