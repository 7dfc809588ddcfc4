"""Certificates from a department's system to the paper: issued, made, signed, read, revoked, verified."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from io import BytesIO

from pyhanko.pdf_utils.reader import PdfFileReader

from chalicelib.domain.accounts.account import Role
from chalicelib.domain.departments.certificates import CertificateStatus
from chalicelib.domain.departments.changes import WriteCertificate
from chalicelib.domain.departments.finding import search_keys_of
from chalicelib.domain.departments.pdf_brought import demand_signed
from chalicelib.suite import suite
from infra.local.laptop import Laptop
from infra.local.outside import playing
from tests.engines import on_both_engines
from tests.journeys.clients import Client
from tests.journeys.full_registrations import posted
from tests.journeys.issuers import document_type, new_issuer, row
from tests.journeys.staff import staff_member
from tests.journeys.walking import eventually, together


@on_both_engines
def test_a_certificate_is_issued_through_the_api_made_and_findable_at_once(laptop: Laptop) -> None:
    issuer = new_issuer(laptop)
    sent = row()
    (result,) = issuer.issued(sent)
    assert result["status"] == "active", result
    read = issuer.read(result["certificate_id"])
    assert (read["number"], read["trouble"], read["push"]) == (sent["number"], None, "not_pushed")
    stored = issuer.stored(result["certificate_id"])
    (key,) = search_keys_of(document_type(), stored)
    assert [one.uri for one in suite().store.findable(key)] == [result["uri"]]
    assert stored.pdf is not None
    pdf = suite().documents.get(stored.pdf.key, stored.pdf.size)
    (signature,) = PdfFileReader(BytesIO(pdf)).embedded_signatures
    assert signature.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
    demand_signed(pdf)


def test_each_of_a_batch_is_judged_by_itself(laptop: Laptop) -> None:
    issuer = new_issuer(laptop)
    there = row()
    issuer.issued(there)
    results = issuer.issued(there, {**there, "trade_name": "Another"}, row(holder_born_on="soon"), row())
    assert [one["outcome"] for one in results[:3]] == ["there_already", "conflict", "refused"]
    # Sent again until it is made, it may be there already.
    assert results[3]["outcome"] in {"created", "there_already"}
    assert set(results[2]["errors"]) == {"holder_born_on"}
    assert results[2]["certificate_id"] is None
    hindi = replace(issuer, client=replace(issuer.client, language="hi"))
    assert hindi.send(row(holder_born_on="soon")).content["results"][0]["reason"].startswith("holder_born_on: तारीख")


@on_both_engines
def test_the_same_certificate_sent_by_many_at_once_is_one(laptop: Laptop) -> None:
    issuer = new_issuer(laptop)
    sent = row()
    replies = together(*[lambda: issuer.send(sent).demand(200, 202).content["results"][0]] * 6)
    assert {one["uri"] for one in replies} == {replies[0]["uri"]}
    assert [one["outcome"] for one in replies].count("created") == 1


def test_who_may_not_issue(laptop: Laptop) -> None:
    issuer, other = new_issuer(laptop), new_issuer(laptop)
    body = {"document_type": "TRCER", "certificates": [row()]}
    for token, status, code in (
        (None, 401, "session_required"),
        ("dpt_" + "x" * 22 + "_" + "y" * 43, 401, "department_token_invalid"),
        (other.token, 404, "not_found"),
    ):
        refused = issuer.client.call("POST", f"{issuer.path}/certificates", body, token=token)
        assert (refused.status, refused.code) == (status, code)
    officer = staff_member(laptop, Role.OFFICER, "RA-01")
    assert officer.call("POST", f"{issuer.path}/certificates", body).code == "not_permitted"
    (made,) = issuer.issued(row())
    read = other.client.call("GET", f"{issuer.path}/certificates/{made['certificate_id']}", token=other.token)
    assert read.code == "not_found"
    mixed = other.call("GET", f"/certificates/{made['certificate_id']}")
    assert mixed.code == "not_found"


def test_what_is_wrong_with_a_request_as_a_whole(laptop: Laptop) -> None:
    issuer = new_issuer(laptop)
    assert issuer.send(row(), doctype="NONE").reasons == {"document_type": "document_type_unknown"}
    assert issuer.send().reasons == {"certificates": "required"}
    assert issuer.send(*[row()] * 26).reasons == {"certificates": "too_many"}


def test_a_time_stamping_authority_that_is_down_delays_and_spoils_nothing(laptop: Laptop) -> None:
    issuer = new_issuer(laptop)
    playing().certificates.is_stamping = False
    suite().making.printer.sealing._stamper = None  # type: ignore[attr-defined]
    try:
        sent = issuer.send(row()).demand(202)
        assert sent.headers["Retry-After"] == "1"
        (result,) = sent.content["results"]
        assert result["status"] == "preparing"
    finally:
        playing().certificates.is_stamping = True
    laptop.clock.advance(seconds=120)
    eventually(lambda: issuer.read(result["certificate_id"])["status"] == "active" or None, lambda: result)


def test_one_that_cannot_be_made_is_told_and_sent_again_put_right(laptop: Laptop) -> None:
    issuer = new_issuer(laptop)
    sent = row(trade_name="雪")
    (failed,) = issuer.issued(sent)
    assert failed["status"] == "failed"
    assert "Devanagari" in failed["reason"]
    (made,) = issuer.issued({**sent, "trade_name": "Snow"})
    assert (made["uri"], made["certificate_id"]) == (failed["uri"], failed["certificate_id"])
    assert made["status"] == "active"


def test_a_departments_own_pdf_is_uploaded_and_given_out_as_it_is(laptop: Laptop) -> None:
    issuer = new_issuer(laptop, document_type(), document_type("OWNPD", template=""))
    (made,) = issuer.issued(row())
    stored = issuer.stored(made["certificate_id"])
    assert stored.pdf is not None
    pdf = suite().documents.get(stored.pdf.key, stored.pdf.size)
    upload = issuer.call("POST", "/certificate-uploads", {"size": len(pdf)}).demand(201).content
    assert posted(upload, pdf) == 201
    sent = row(upload_id=upload["upload_id"])
    result = issuer.send(sent, doctype="OWNPD").demand(200).content["results"][0]
    assert result["status"] == "active", result
    own = issuer.stored(result["certificate_id"])
    assert own.pdf is not None
    assert own.pdf.sha256 == stored.pdf.sha256
    never = issuer.call("POST", "/certificate-uploads", {"size": len(pdf)}).demand(201).content
    (failed,) = issuer.issued(row(upload_id=never["upload_id"]))
    assert failed["status"] == "failed"
    assert issuer.read(failed["certificate_id"])["trouble"].startswith("The PDF was not uploaded.")
    too_large = issuer.call("POST", "/certificate-uploads", {"size": 3_200_001})
    assert too_large.reasons == {"size": "certificate_too_large"}


def test_an_officer_lists_reads_and_revokes(laptop: Laptop) -> None:
    issuer = new_issuer(laptop)
    (made,) = issuer.issued(row())
    officer = staff_member(laptop, Role.DEPARTMENT_OFFICER, issuer.department_id)
    listed = officer.call("GET", f"{issuer.path}/certificates").demand(200).content
    assert [one["certificate_id"] for one in listed["certificates"]] == [made["certificate_id"]]
    assert listed["next"] is None
    by_number = f"{issuer.path}/certificates?doctype=TRCER&number={made['number'].replace('/', '%2F')}"
    assert officer.call("GET", by_number).demand(200).content["certificates"][0]["uri"] == made["uri"]
    path = f"{issuer.path}/certificates/{made['certificate_id']}/revocation"
    revoked = officer.call("POST", path, {"reason": "Issued to the wrong person."}).demand(200).content
    assert (revoked["status"], revoked["revoked_because"]) == ("revoked", "Issued to the wrong person.")
    again = officer.call("POST", path, {"reason": "Another."})
    assert (again.status, again.code) == (409, "certificate_conflict")
    stranger = staff_member(laptop, Role.DEPARTMENT_OFFICER, new_issuer(laptop).department_id)
    assert stranger.call("GET", f"{issuer.path}/certificates").code == "not_found"


def test_anybody_may_verify_and_learns_no_more_than_stands_on_it(laptop: Laptop) -> None:
    issuer = new_issuer(laptop)
    (made,) = issuer.issued(row(holder_name="Lakshmi Krishnan", valid_to="2099-01-01"))
    anybody = Client(laptop.site_url)
    told = anybody.call("POST", "/certificate-verifications", {"uri": made["uri"]}).demand(200)
    assert told.content["genuine"] is True
    assert (told.content["status"], told.content["holder"]) == ("valid", ["L•••• K••••"])
    assert told.content["masked_number"].endswith(made["number"][-2:])
    assert made["number"].encode() not in told.raw
    assert b"1980" not in told.raw
    unknown = anybody.call("POST", "/certificate-verifications", {"uri": made["uri"][:-1] + "Z"}).demand(200).content
    assert unknown["genuine"] is (made["uri"][-1] == "Z")
    many = [anybody.call("POST", "/certificate-verifications", {"uri": "x"}).status for _ in range(26)]
    assert many[-1] == 429


def test_a_certificate_left_by_the_stream_is_made_within_a_minute(laptop: Laptop) -> None:
    issuer = new_issuer(laptop)
    (made,) = issuer.issued(row())
    stored = issuer.stored(made["certificate_id"])
    left = replace(stored, status=CertificateStatus.PREPARING, created_at=stored.created_at - timedelta(minutes=2))
    suite().store.write(WriteCertificate(left))
    laptop.clock.advance(seconds=61)
    eventually(lambda: issuer.read(made["certificate_id"])["status"] == "active" or None, lambda: made)
