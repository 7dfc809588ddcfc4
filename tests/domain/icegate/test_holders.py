"""Holders: which IEC and GSTIN belong together."""

from dataclasses import replace

from chalicelib.domain.icegate.holders import belongs_together
from chalicelib.domain.identifiers import Gstin, Iec, Pan
from tests.domain.icegate.world import HOLDER

NUMERIC = replace(HOLDER, iec=Iec("0388012345"))


def test_one_holders_iec_and_gstin_belong_together() -> None:
    assert belongs_together(HOLDER, HOLDER.iec, HOLDER.gstins[0])
    assert belongs_together(NUMERIC, NUMERIC.iec, HOLDER.gstins[0])


def test_a_gstin_that_is_not_on_the_record_does_not() -> None:
    """The PAN inside is right, and so is the check character: it is just not one of the holder's registrations."""
    assert not belongs_together(HOLDER, HOLDER.iec, Gstin("27ZZZCZ9999Z1ZJ"))


def test_a_gstin_of_another_pan_does_not_even_if_the_record_lists_it() -> None:
    listed = replace(HOLDER, gstins=(Gstin("33ZZZPZ9999Z1ZZ"),))
    assert not belongs_together(listed, HOLDER.iec, Gstin("33ZZZPZ9999Z1ZZ"))
    numeric = replace(NUMERIC, pan=Pan("ZZZFZ9999Z"))
    assert not belongs_together(numeric, NUMERIC.iec, HOLDER.gstins[0])


def test_nobodys_iec_belongs_to_nothing() -> None:
    assert not belongs_together(None, HOLDER.iec, HOLDER.gstins[0])
    assert not belongs_together(HOLDER, Iec("0388012345"), HOLDER.gstins[0])
