"""The sample holders are right by the trade's own rules, made up, and enough in number and kind."""

from chalicelib.domain.contacts import Contact
from chalicelib.domain.icegate.holders import Holder, belongs_together
from chalicelib.domain.identifiers import Pan, is_pan, parse_email, parse_gstin, parse_iec, parse_mobile
from infra.local.samples import HOLDERS


def test_each_is_a_holder_whose_parts_belong_together() -> None:
    for sample in HOLDERS:
        iec = parse_iec(sample.iec)
        gstins = tuple(parse_gstin(gstin) for gstin in sample.gstins)
        contact = Contact(parse_email(sample.email), parse_mobile(sample.mobile))
        assert contact.mobile == sample.mobile
        holder = Holder(iec, Pan(sample.pan), sample.legal_name, gstins, contact)
        assert all(belongs_together(holder, iec, gstin) for gstin in gstins)


def test_none_can_be_a_real_persons() -> None:
    for sample in HOLDERS:
        assert is_pan(sample.pan)
        assert sample.pan.startswith("ZZZ")
        assert sample.pan[4] == sample.pan[9] == "Z"
        assert sample.email.endswith(".example")


def test_they_are_of_many_kinds() -> None:
    assert len(HOLDERS) >= 6
    assert len({sample.iec for sample in HOLDERS}) == len(HOLDERS)
    assert len({sample.pan[3] for sample in HOLDERS}) >= 5
    assert any(sample.iec.isdigit() for sample in HOLDERS)
    assert any(len(sample.gstins) > 1 for sample in HOLDERS)
