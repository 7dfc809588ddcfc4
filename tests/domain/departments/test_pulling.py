"""Pull URI and Pull Doc: what DigiLocker asks is answered with the certificate, an officer's look, or nothing."""

from __future__ import annotations

import base64
import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import date

import pytest

from chalicelib.domain.departments.certificates import CertificateStatus, Holder
from chalicelib.domain.departments.changes import EndFindable, MakeFindable, WriteCertificate, WritePullRequest
from chalicelib.domain.departments.departments import DepartmentLimits, PullFormat, SearchParameter, WhenNotMatched
from chalicelib.domain.departments.finding import FOUND_AT_MOST, search_keys_of
from chalicelib.domain.departments.pull_requests import PendingReason, PullRequestStatus
from chalicelib.domain.departments.statistics import Counted
from infra.local.digilocker.pull_variants import VARIANTS, Variant
from tests.domain.departments.pull_world import (
    ASHA,
    ASHAS,
    DEPARTMENT_ID,
    DOC_API_ID,
    OTHER_DEPARTMENT_ID,
    PDF,
    TRADE,
    XML,
    PullWorld,
)

RAVI = Holder("Ravi Kumar", date(1975, 1, 2), "M", "9876500000")


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_certificate_is_found_in_every_form_that_digilocker_sends(variant: str) -> None:
    world = PullWorld()
    certificate = world.certificate()
    answer = world.pull(variant=variant)
    assert answer.is_found, answer.problems
    assert (answer.uri, answer.data) == (certificate.uri, XML)
    assert answer.pdf == (None if VARIANTS[variant].format == "xml" else PDF)
    assert [(one.name, one.dob, one.gender, one.phone) for one in answer.persons] == [
        ("Asha Rao", "04-03-1980", "Female", "9876543210")
    ]
    assert world.counts() == {Counted.PULLED: 1}
    assert world.troubles() == []


@pytest.mark.parametrize(
    ("asked", "default", "has_pdf"),
    [
        ("xml", PullFormat.BOTH, False),
        ("pdf", PullFormat.XML, True),
        ("both", PullFormat.XML, True),
        ("BOTH", PullFormat.XML, True),
        (" Pdf ", PullFormat.XML, True),
        (None, PullFormat.XML, False),
        (None, PullFormat.PDF, True),
        (None, PullFormat.BOTH, True),
        ("", PullFormat.PDF, True),
    ],
)
def test_the_format_is_as_asked_or_as_configured_and_data_content_is_always_there(
    asked: str | None, default: PullFormat, *, has_pdf: bool
) -> None:
    world = PullWorld()
    world.certificate()
    world.change_api(default_format=default)
    answer = world.pull(variant=Variant(format=asked))
    assert (answer.result, answer.data, answer.pdf) == ("1", XML, PDF if has_pdf else None)


def test_the_answer_has_digilockers_form_to_the_letter() -> None:
    world = PullWorld()
    certificate = world.certificate()
    request = world.request(txn="t-1 <&\">'")
    body = world.send(request).body.decode()
    assert body.startswith('<?xml version="1.0" encoding="UTF-8"?>\n<PullURIResponse xmlns:ns2="http://tempuri.org/">')
    root = ET.fromstring(body)
    assert [child.tag for child in root] == ["ResponseStatus", "DocDetails"]
    assert root[0].attrib == {"Status": "1", "ts": request.ts, "txn": "t-1 <&\">'"}
    assert root[0].text == "1"
    assert [child.tag for child in root[1]] == ["IssuedTo", "URI", "DocContent", "DataContent"]
    assert root[1].findtext("URI") == certificate.uri
    assert base64.b64decode(root[1].findtext("DocContent") or "") == PDF


def test_whoever_is_not_there_and_whoever_does_not_match_are_told_the_same() -> None:
    world = PullWorld()
    world.certificate()
    told = []
    for asked in (
        world.asks(parameters={"regno": "TN/2026/9", "ward_no": "12"}),
        world.asks(full_name="Meena Rao"),
        world.asks(born_on=date(1981, 3, 4)),
    ):
        answer = world.pull(asked, ts="2026-11-02T10:00:00+05:30", txn="t" + asked.full_name + str(asked.born_on))
        root = ET.fromstring(answer.body)
        root[0].attrib.pop("txn")
        told.append(ET.tostring(root))
    assert len(set(told)) == 1
    assert b'Status="0"' in told[0]
    assert b"DocDetails" not in told[0]
    assert world.counts() == {Counted.NOT_FOUND: 3}


@pytest.mark.parametrize("full_name", ["ASHA RAO", "Rao Asha", "Smt. Asha  Rao", " asha rao. "])
def test_a_name_that_is_the_same_but_for_its_spelling_gets_the_certificate(full_name: str) -> None:
    world = PullWorld()
    world.certificate()
    assert world.pull(world.asks(full_name=full_name)).is_found


def test_search_parameters_are_any_unknown_children_whatever_their_case_and_blanks() -> None:
    world = PullWorld()
    world.certificate()
    found = world.asks(parameters={"RegNo": " tn/2026/1 ", "WARD_NO": "12", "Mobile": "9876543210"})
    assert world.pull(found).is_found
    assert world.pull(world.asks(parameters={"regno": "TN/2026/1", "ward_no": "13"})).result == "0"


def test_a_parameter_may_be_named_anew_in_the_portal() -> None:
    world = PullWorld()
    world.certificate()
    world.change_type(search=(SearchParameter("AUTHN", "number", "No."), SearchParameter("param2", "ward", "Ward")))
    assert world.pull(world.asks(parameters={"AUTHN": "TN/2026/1", "param2": "12"})).is_found


def test_one_of_several_holders_is_enough_and_all_are_named() -> None:
    world = PullWorld()
    world.certificate("TN/2026/1", RAVI, ASHA)
    answer = world.pull()
    assert answer.is_found
    assert [one.name for one in answer.persons] == ["Ravi Kumar", "Asha Rao"]
    assert world.pull(world.asks(full_name="Ravi Kumar", born_on=date(1980, 3, 4))).result == "0"


def test_of_several_certificates_under_one_key_the_newest_of_ones_own_is_answered() -> None:
    world = PullWorld()
    world.change_type(search=(SearchParameter("ward_no", "ward", "Ward"),))
    types = world.department.document_types
    keys = {}
    for number, holder, issued_on in (
        ("TN/1", ASHA, date(2024, 4, 1)),
        ("TN/2", ASHA, date(2026, 4, 1)),
        ("TN/3", RAVI, date(2026, 9, 1)),
        ("TN/4", Holder("Asha Raoo", date(1980, 3, 4)), date(2026, 9, 1)),
    ):
        made = world.certificate(number, holder, issued_on=issued_on)
        keys[number] = made.uri
        world.store.write(*(MakeFindable(key, made) for key in search_keys_of(types[0], made)))
    assert world.pull(world.asks(parameters={"ward_no": "12"})).uri == keys["TN/2"]


def test_a_certificate_is_found_among_many_that_have_the_same_search_values() -> None:
    """One agent's phone number, say, on the certificates of a hundred firms."""
    world = PullWorld()
    world.change_type(search=(SearchParameter("ward_no", "ward", "Ward"),))
    holders = [Holder(f"Asha {chr(65 + n // 10)}{chr(75 + n % 10)}ani", date(1970, 1, 1)) for n in range(100)]
    for place, holder in enumerate(holders):
        world.certificate(f"TN/2026/{place}", holder)
    world.change(limits=DepartmentLimits(pulls_a_minute=100))
    for holder in holders:
        answer = world.pull(world.asks(full_name=holder.name, born_on=holder.born_on, parameters={"ward_no": "12"}))
        assert answer.is_found, (holder, answer.problems)


def test_where_too_many_have_the_same_search_values_the_department_is_told() -> None:
    world = PullWorld()
    world.change_type(search=(SearchParameter("ward_no", "ward", "Ward"),))
    made = world.certificate()
    (key,) = search_keys_of(world.department.document_types[0], made)
    asked = world.asks(parameters={"ward_no": "12"}, full_name="Meena Kumari")
    for place in range(FOUND_AT_MOST - 1):
        world.store.write(MakeFindable(key, replace(made, certificate_id=f"{place:022}")))
    assert world.pull(asked).result == "0"
    assert world.troubles() == ["pull_search_too_wide"]


def test_two_departments_may_give_one_number_and_each_answers_for_its_own() -> None:
    world = PullWorld()
    world.put(world.a_department(OTHER_DEPARTMENT_ID, "in.gov.ka.example"))
    world.certificate("TN/2026/1", RAVI, department_id=OTHER_DEPARTMENT_ID, uri="in.gov.ka.example-TRCER-1")
    assert world.pull().result == "0"
    own = world.certificate()
    assert world.pull().uri == own.uri
    request = world.request(world.asks(full_name="Ravi Kumar", born_on=date(1975, 1, 2)))
    header = request.headers["x-digilocker-hmac"]
    other = world.pulls.answer(OTHER_DEPARTMENT_ID, "a" * 22, header, request.body)
    assert "in.gov.ka.example-TRCER-1" in other.answer


def test_a_certificate_that_was_revoked_is_found_no_more() -> None:
    world = PullWorld()
    certificate = world.certificate()
    there = world.store.certificate(certificate.certificate_id)
    assert there is not None
    revoked = replace(there, status=CertificateStatus.REVOKED)
    ended = (EndFindable(key, certificate.certificate_id) for key in search_keys_of(TRADE, certificate))
    world.store.write(WriteCertificate(revoked), *ended)
    assert world.pull().result == "0"


@pytest.mark.parametrize("status", [one for one in CertificateStatus if one is not CertificateStatus.ACTIVE])
def test_what_is_in_the_index_and_not_active_is_not_answered(status: CertificateStatus) -> None:
    world = PullWorld()
    world.certificate(status=status)
    assert world.pull().result == "0"


def test_a_uri_may_hold_more_hyphens() -> None:
    world = PullWorld()
    world.certificate(uri="in.gov.tn.example-TRCER-TN-2026-1")
    assert world.pull().uri == "in.gov.tn.example-TRCER-TN-2026-1"
    asked = world.asks(uri="in.gov.tn.example-TRCER-TN-2026-1")
    assert world.send(world.request(asked), asked, DOC_API_ID).is_found


def test_pull_doc_answers_by_uri_with_the_files_alone() -> None:
    world = PullWorld()
    certificate = world.certificate()
    asked = world.asks(uri=certificate.uri)
    answer = world.send(world.request(asked), asked, DOC_API_ID)
    assert answer.is_found, answer.problems
    assert (answer.pdf, answer.data) == (PDF, XML)
    assert b"<PullDocResponse" in answer.body
    assert b"Asha" not in answer.body
    for uri in ("in.gov.tn.example-TRCER-NOBODYS", "", "in.gov.tn.example-TRCER"):
        asked = world.asks(uri=uri or "x")
        assert world.send(world.request(asked), asked, DOC_API_ID).result == "0"


def test_pull_doc_gives_no_other_departments_certificate_and_none_that_was_revoked() -> None:
    world = PullWorld()
    others = world.certificate("TN/9", department_id=OTHER_DEPARTMENT_ID, uri="in.gov.ka.example-TRCER-1")
    revoked = world.certificate("TN/8", status=CertificateStatus.REVOKED)
    for uri in (others.uri, revoked.uri):
        asked = world.asks(uri=uri)
        assert world.send(world.request(asked), asked, DOC_API_ID).result == "0"


def test_who_fits_nearly_waits_for_an_officer_who_is_asked_once() -> None:
    world = PullWorld()
    certificate = world.certificate()
    asked = world.asks(full_name="A Rao")
    for _ in range(3):
        assert world.pull(asked).is_pending
    (request,) = world.store.pull_requests_of(DEPARTMENT_ID, PullRequestStatus.OPEN, 10)
    assert request.because is PendingReason.NEARLY_MATCHED
    assert request.certificate_id == certificate.certificate_id
    assert (request.name, request.born_on, request.digilocker_id) == ("A Rao", date(1980, 3, 4), ASHAS)
    assert request.parameters == {"regno": "TN/2026/1", "ward_no": "12"}
    assert world.counts() == {Counted.PENDING: 3}


@pytest.mark.parametrize("asked_of_officer", [True, False])
def test_who_is_not_found_waits_for_an_officer_where_the_type_says_so(*, asked_of_officer: bool) -> None:
    world = PullWorld()
    world.certificate()
    when = WhenNotMatched.ASK_OFFICER if asked_of_officer else WhenNotMatched.REFUSE
    world.change_type(when_not_found=when, when_nearly=when)
    strangers = (
        world.asks(parameters={"regno": "TN/9", "ward_no": "12"}),
        # Another's certificate: told as if there were none.
        world.asks(full_name="Meena Rao"),
        world.asks(full_name="A Rao"),
    )
    assert {world.pull(asked).result for asked in strangers} == {"9" if asked_of_officer else "0"}
    open_ones = world.store.pull_requests_of(DEPARTMENT_ID, PullRequestStatus.OPEN, 10)
    assert len(open_ones) == (3 if asked_of_officer else 0)
    because = {one.certificate_id is None: one.because for one in open_ones}
    if asked_of_officer:
        assert because == {True: PendingReason.NOT_FOUND, False: PendingReason.NEARLY_MATCHED}


def test_a_birth_date_that_digilocker_does_not_send_is_a_matter_for_an_officer() -> None:
    world = PullWorld()
    world.certificate()
    assert world.pull(world.asks(born_on=None)).is_pending


def test_nothing_of_uid_and_photo_is_kept() -> None:
    world = PullWorld()
    world.certificate()
    asked = world.asks(
        full_name="A Rao",
        parameters={
            "regno": "TN/2026/1",
            "ward_no": "12",
            "UID": "5f4dcc3b5aa765d61d8327deb882cf99",
            "Photo": "/9j/4A",
        },
    )
    assert world.pull(asked).is_pending
    (request,) = world.store.pull_requests_of(DEPARTMENT_ID, PullRequestStatus.OPEN, 10)
    assert "5f4dcc" not in str(request.parameters)
    assert set(request.parameters) == {"regno", "ward_no"}


@pytest.mark.parametrize(
    ("status", "result"),
    [(PullRequestStatus.GRANTED, "1"), (PullRequestStatus.REFUSED, "0"), (PullRequestStatus.OPEN, "9")],
)
def test_what_the_officer_said_is_answered_when_the_same_is_asked_again(status: PullRequestStatus, result: str) -> None:
    world = PullWorld()
    world.certificate()
    asked = world.asks(full_name="A Rao")
    world.pull(asked)
    (request,) = world.store.pull_requests_of(DEPARTMENT_ID, PullRequestStatus.OPEN, 10)
    world.store.write(WritePullRequest(replace(request, status=status)))
    assert world.pull(asked).result == result


def test_a_trial_answers_and_writes_nothing() -> None:
    world = PullWorld()
    world.certificate()
    writes = world.store.writes
    for asked in (world.asks(), world.asks(full_name="A Rao"), world.asks(full_name="Meena")):
        request = world.request(asked, txn="again")
        header = request.headers["x-digilocker-hmac"]
        world.pulls.answer(DEPARTMENT_ID, "a" * 22, header, request.body, is_trial=True)
    assert (world.store.writes, world.counts(), world.troubles()) == (writes, {}, [])
