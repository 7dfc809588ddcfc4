"""Imports of certificates of the past, over HTTP: upload, start, ranges, report; and what goes wrong on the way."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from chalicelib.domain.departments.departments import DepartmentStatus, SearchParameter
from chalicelib.domain.departments.finding import search_key
from chalicelib.suite import suite
from infra.local.laptop import Laptop
from tests.engines import on_both_engines
from tests.journeys.full_registrations import fetched, posted
from tests.journeys.issuers import document_type
from tests.journeys.pushers import HEAD, Pusher, agreed, citizens, lines, new_pusher
from tests.journeys.walking import eventually, together


@pytest.fixture
def pusher(laptop: Laptop) -> Pusher:
    return new_pusher(laptop)


@pytest.fixture(autouse=True)
def small_ranges(monkeypatch: pytest.MonkeyPatch, laptop: Laptop) -> None:  # the laptop's suite must be there first
    """Small enough that few rows make several ranges."""
    monkeypatch.setitem(suite().__dict__, "backfill_steps", replace(suite().backfill_steps, range_size=500))


def made(pusher: Pusher) -> None:
    """Waits until every certificate of the department is made."""
    found = suite().store.certificates_of

    def are_active() -> bool | None:
        return all(one.status.value == "active" for one in found(pusher.issuer.department_id, 99)) or None

    eventually(are_active, lambda: found(pusher.issuer.department_id, 99))


def numbers(pusher: Pusher) -> set[str]:
    return {one.number for one in suite().store.certificates_of(pusher.issuer.department_id, 1_000)}


@on_both_engines
def test_a_csv_is_imported_and_its_certificates_are_made(pusher: Pusher) -> None:
    done = pusher.ended(pusher.started(lines(range(30), "A")))
    assert done["status"] == "done", done
    assert done["counts"] == {"rows": 30, "created": 30, "there_already": 0, "refused": 0}
    assert (done["ranges_done"], done["report_url"], done["trouble"]) == (done["ranges"], None, None)
    assert numbers(pusher) == {f"A/{number}" for number in range(30)}
    again = pusher.ended(pusher.started(lines(range(31), "A")))
    assert again["counts"] == {"rows": 31, "created": 1, "there_already": 30, "refused": 0}
    listed = pusher.call("GET", "/imports").demand(200).content["imports"]
    assert [one["import_id"] for one in listed] == [again["import_id"], done["import_id"]]
    made(pusher)


def test_what_is_refused_is_told_line_by_line_in_both_languages(pusher: Pusher) -> None:
    content = lines(range(3), "A") + b"A/9,Asha,31-02-1985,2026-01-05,Mehta\n" + b'A/10,As"ha\n'
    done = pusher.ended(pusher.started(content))
    assert done["counts"] == {"rows": 5, "created": 3, "there_already": 0, "refused": 2}
    status, report, disposition = fetched(done["report_url"])
    assert (status, "attachment" in disposition) == (200, True)
    head, first, second = report.decode().splitlines()
    assert head == "\ufeffline,number,column,reason,कारण"
    assert first.startswith("5,A/9,holder_born_on,")
    assert second.startswith('6,,,"The quotes in this line')
    assert "Asha" not in report.decode()


def test_a_dry_run_writes_nothing(pusher: Pusher) -> None:
    done = pusher.ended(pusher.started(lines(range(5), "A"), dry_run=True))
    assert (done["counts"]["created"], done["dry_run"], numbers(pusher)) == (5, True, set())


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (lines(range(2), "A").decode().encode("utf-16"), "not in UTF-8"),
        (b"number,holder_name\nA/1,Asha\n", "holder_born_on, issued_on, trade_name"),
        (HEAD.encode() + b",aadhaar\n", "aadhaar"),
    ],
)
def test_a_file_that_cannot_be_imported_says_why(pusher: Pusher, content: bytes, words: str) -> None:
    failed = pusher.ended(pusher.started(content))
    assert failed["status"] == "failed"
    assert words in failed["trouble"]
    # Mended, it is another import; started again as it is, it fails again.
    pusher.call("POST", f"/imports/{failed['import_id']}/start").demand(202)
    assert pusher.ended(failed["import_id"])["status"] == "failed"


def test_started_twice_it_runs_once(laptop: Laptop, pusher: Pusher) -> None:
    import_id = pusher.opened(lines(range(5), "A"))
    replies = together(*[lambda: pusher.call("POST", f"/imports/{import_id}/start")] * 4)
    assert {reply.status for reply in replies} == {202}
    assert pusher.ended(import_id)["counts"]["created"] == 5
    assert pusher.call("POST", f"/imports/{import_id}/start").code == "import_conflict"
    assert [one.id for one in laptop.executions() if one.id.startswith(f"{import_id}.")] == [f"{import_id}.1"]


def test_before_its_file_is_there_it_is_not_started(pusher: Pusher) -> None:
    asked = pusher.call("POST", "/imports", {"document_type": "TRCER", "size": 9}).demand(201).content
    assert pusher.call("POST", f"/imports/{asked['import_id']}/start").code == "import_conflict"
    assert pusher.read(asked["import_id"])["status"] == "upload_required"


def test_another_departments_officer_finds_none_of_it(laptop: Laptop, pusher: Pusher) -> None:
    import_id, other = pusher.opened(lines(range(2), "A")), new_pusher(laptop)
    for method, below in (("GET", ""), ("GET", f"/{import_id}"), ("POST", f"/{import_id}/start")):
        assert other.officer.call(method, f"{pusher.path}/imports{below}").code == "not_found"
        if below:
            assert other.call(method, f"/imports{below}").code == "not_found"


def test_a_store_that_fails_on_the_way_costs_no_row_and_doubles_none(laptop: Laptop, pusher: Pusher) -> None:
    import_id = pusher.opened(lines(range(20), "A"))
    laptop.faults.add("dynamodb", "TransactWriteItems", "answer_lost", times=2)
    laptop.faults.add("dynamodb", "PutItem")
    eventually(
        lambda: pusher.call("POST", f"/imports/{import_id}/start").status == 202 or None,
        lambda: pusher.read(import_id),
    )
    done = pusher.ended(import_id)
    if done["status"] == "failed":
        pusher.call("POST", f"/imports/{import_id}/start").demand(202)
        done = pusher.ended(import_id)
    assert done["counts"] == {"rows": 20, "created": 20, "there_already": 0, "refused": 0}
    assert len(numbers(pusher)) == 20


def test_a_department_suspended_on_the_way_stops_it_and_it_goes_on_afterwards(laptop: Laptop, pusher: Pusher) -> None:
    import_id = pusher.opened(lines(range(30), "A"))
    pusher.call("POST", f"/imports/{import_id}/start").demand(202)
    pusher.issuer.change(status=DepartmentStatus.SUSPENDED)
    ended = pusher.ended(import_id)
    pusher.issuer.change(status=DepartmentStatus.ACTIVE)
    if ended["status"] == "failed":
        assert "suspended" in ended["trouble"]
        pusher.call("POST", f"/imports/{import_id}/start").demand(202)
        ended = pusher.ended(import_id)
    assert ended["counts"] == {"rows": 30, "created": 30, "there_already": 0, "refused": 0}


def test_a_file_that_comes_in_place_of_the_one_that_was_started_with_is_not_imported(
    laptop: Laptop, pusher: Pusher
) -> None:
    asked = pusher.call("POST", "/imports", {"document_type": "TRCER", "size": 9_000}).demand(201).content
    import_id = asked["import_id"]
    assert posted(asked, lines(range(30), "A")) == 201
    with laptop.faults.during("states", "StartExecution"):
        pusher.call("POST", f"/imports/{import_id}/start").demand(503)
    # The form is still good.
    assert posted(asked, lines(range(30), "B")) == 201
    laptop.steps.invoke("plan_backfill", json.dumps({"backfill_id": import_id}))
    failed = pusher.read(import_id)
    assert (failed["status"], numbers(pusher)) == ("failed", set())
    assert "Another file was uploaded" in failed["trouble"]


@on_both_engines
def test_an_account_that_comes_with_a_later_import_is_pushed_to_and_no_other_after_it(pusher: Pusher) -> None:
    asha, another = citizens()
    content = lines(range(3), "A")
    pusher.ended(pusher.started(content))
    made(pusher)
    done = pusher.ended(pusher.started(agreed(content, asha)))
    assert done["counts"] == {"rows": 3, "created": 0, "there_already": 3, "refused": 0}
    ids = [one.certificate_id for one in suite().store.certificates_of(pusher.issuer.department_id, 9)]
    for certificate_id in ids:
        pusher.until(certificate_id, "pushed")
        assert pusher.is_in(asha, certificate_id)
    refused = pusher.ended(pusher.started(agreed(content, another)))
    assert refused["counts"]["refused"] == 3
    _, report, _ = fetched(refused["report_url"])
    assert '2,A/0,digilocker_id,"This certificate is for another DigiLocker account.' in report.decode()
    assert not any(pusher.is_in(another, certificate_id) for certificate_id in ids)


@on_both_engines
def test_of_two_accounts_that_come_at_once_one_is_taken(pusher: Pusher) -> None:
    certificate_id = pusher.issue(None, number="TR/at-once")
    number = pusher.issuer.read(certificate_id)["number"]
    sent = pusher.issuer.stored(certificate_id)
    holder = {"holder_name": sent.holders[0].name, "holder_born_on": sent.holders[0].born_on.isoformat()}
    same = {"number": number, **holder, "issued_on": sent.issued_on.isoformat(), **sent.fields}
    accounts = [{"digilocker_id": one.digilocker_id, "push_consented_on": "2026-01-05"} for one in citizens()]
    replies = together(*[lambda one=one: pusher.issuer.send({**same, **one}) for one in accounts])
    outcomes = [reply.content["results"][0]["outcome"] for reply in replies]
    assert sorted(outcomes) == ["conflict", "there_already"]
    pusher.until(certificate_id, "pushed")
    taken = outcomes.index("there_already")
    assert [pusher.is_in(one, certificate_id) for one in citizens()] == [taken == 0, taken == 1]


def test_certificates_are_found_anew_once_their_type_is_searched_otherwise(pusher: Pusher) -> None:
    pusher.ended(pusher.started(lines(range(3), "A")))
    department_id = pusher.issuer.department_id
    made(pusher)
    searched = document_type(search=(SearchParameter("HOLDER", "holder.name", "Name"),))
    pusher.issuer.change(document_types=(searched,))
    begun = pusher.call("POST", "/indexings", {"document_type": "TRCER"}).demand(202).content
    done = pusher.ended(begun["import_id"])
    assert (done["kind"], done["counts"]["created"]) == ("index", 3)
    key = search_key(department_id, searched, {"HOLDER": "Asha Mehta"})
    assert {one.number for one in suite().store.findable(key)} == {"A/0", "A/1", "A/2"}
