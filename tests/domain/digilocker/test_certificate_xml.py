"""Certificate XML: made as the schema has it, and read in every form that was seen in the field."""

from __future__ import annotations

import base64
from dataclasses import asdict
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from chalicelib.domain.digilocker import certificate_xml
from tests.domain.departments.certificate_world import TYPE, World, row

PAN = b"""<?xml version="1.0" encoding="UTF-8"?>
<Certificate language="99" name="PAN Card" type="PANCR" number="ABCPE1234F" issuedAt="" issueDate="" status="A">
<IssuedBy><Organization name="Income Tax Department" code="001891"><Address/></Organization></IssuedBy>
<IssuedTo><Person uid="999999999999" name=" Lakshmi  Krishnan " dob="01-05-1980" gender="F"/></IssuedTo>
<CertificateData><PANVerificationRecord num="ABCPE1234F" verifiedOn="01-05-2020 10:00:00" uid="1"/></CertificateData>
<Signature/></Certificate>"""


def made(**changes: str) -> bytes:
    world = World()
    world.issue(row(**changes))
    return certificate_xml.made(world.department, TYPE, world.certificate(changes.get("number", "TR/2026/1")))


def test_what_is_made_has_what_the_schema_asks_for_and_no_uid() -> None:
    root = etree.fromstring(made(valid_to="2027-01-01"))
    assert root.tag == "Certificate"
    assert (root.get("language"), root.get("type"), root.get("status")) == ("99", "TRCER", "A")
    assert (root.get("issueDate"), root.get("expiryDate")) == ("05-01-2026", "01-01-2027")
    (person,) = root.findall("IssuedTo/Person")
    assert (person.get("uid"), person.get("dob")) == ("", "01-05-1980")
    assert root.find("IssuedBy/Organization").get("code") == "in.gov.tn.trade"
    assert root.find("CertificateData/TradeRegistration").get("tradeName") == "Krishnan & Sons"


def test_everybody_who_may_act_for_a_firm_is_named() -> None:
    xml = made(holder_name="A Kumar; B Singh", holder_born_on="01-01-1980; 02-02-1990")
    persons = etree.fromstring(xml).findall("IssuedTo/Person")
    assert [(one.get("name"), one.get("dob")) for one in persons] == [
        ("A Kumar", "01-01-1980"),
        ("B Singh", "02-02-1990"),
    ]


def test_a_pan_is_read_without_its_uid() -> None:
    read = certificate_xml.read(PAN)
    assert (read.doctype, read.number, read.born_on) == ("PANCR", "ABCPE1234F", date(1980, 5, 1))
    assert (read.name, read.issuer, read.is_active) == ("Lakshmi  Krishnan", "Income Tax Department", True)
    assert read.fields == {"num": "ABCPE1234F", "verifiedOn": "01-05-2020 10:00:00"}
    assert "999999999999" not in str(asdict(read))


@pytest.mark.parametrize(
    ("was", "becomes", "active", "born"),
    [
        (b'status="A"', b'status="Active"', True, date(1980, 5, 1)),
        (b'status="A"', b'status="R"', False, date(1980, 5, 1)),
        (b'status="A"', b'status=""', False, date(1980, 5, 1)),
        (b'dob="01-05-1980"', b'dob="1980-05-01"', True, date(1980, 5, 1)),
        (b'dob="01-05-1980"', b'dob="1980-05-01T00:00:00"', True, date(1980, 5, 1)),
        (b'dob="01-05-1980"', b'dob="31-02-1980"', True, None),
        (b'dob="01-05-1980"', b'dob=""', True, None),
        (b'dob="01-05-1980"', b'DOB="01/05/1980"', True, date(1980, 5, 1)),
        (b"issueDate", b"issuedate", True, date(1980, 5, 1)),
        (b"<Certificate ", b'<Certificate xmlns="http://tempuri.org/" ', True, date(1980, 5, 1)),
        (b"UTF-8", b"utf-8", True, date(1980, 5, 1)),
    ],
)
def test_what_was_seen_in_the_field_is_read(was: bytes, becomes: bytes, active: bool, born: date | None) -> None:  # noqa: FBT001
    read = certificate_xml.read(PAN.replace(was, becomes, 1))
    assert (read.is_active, read.born_on, read.number) == (active, born, "ABCPE1234F")


def test_one_inside_a_pull_doc_response_is_read() -> None:
    inside = base64.encodebytes(PAN).decode()
    wrapped = f"""<PullDocResponse xmlns="http://tempuri.org/"><ResponseStatus status="1"/>
    <DocDetails><DataContent>{inside}</DataContent></DocDetails></PullDocResponse>"""
    assert certificate_xml.read(wrapped.encode()) == certificate_xml.read(PAN)


@pytest.mark.parametrize(
    "xml",
    [
        b"",
        b"<Other/>",
        b"<PullDocResponse/>",
        b"<PullDocResponse><DataContent>%%%</DataContent></PullDocResponse>",
        b'<!DOCTYPE x [<!ENTITY a "b">]><Certificate/>',
        PAN.decode().encode("utf-16"),
        b"<Certificate>",
        b"x" * (certificate_xml.READ_AT_MOST + 1),
    ],
)
def test_what_is_no_certificate_is_refused(xml: bytes) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        certificate_xml.read(xml)


texts = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=40)


@given(texts, texts)
def test_what_is_made_is_read_again(name: str, trade: str) -> None:
    if ";" in name:
        return
    xml = made(holder_name=name, trade_name=trade)
    read = certificate_xml.read(xml)
    assert read.name == row(holder_name=name).holders[0].name
    assert read.fields["tradeName"] == row(trade_name=trade).fields["trade_name"]
