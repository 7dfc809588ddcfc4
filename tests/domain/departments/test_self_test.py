"""The self-test says what of a department's set-up holds, what fails, and writes nothing itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.domain.accounts.account import Role
from chalicelib.domain.authorisation import Actor
from chalicelib.domain.departments import finding
from chalicelib.domain.departments.certificates import CertificateStatus
from chalicelib.domain.departments.changes import EndFindable
from chalicelib.domain.departments.departments import (
    DepartmentKey,
    DepartmentRole,
    DepartmentStatus,
    KeyPurpose,
    PullApi,
    PullKind,
    SearchParameter,
)
from chalicelib.domain.departments.keys import context_of
from chalicelib.domain.departments.pulling import Pulled
from chalicelib.domain.departments.self_test import ADVISED, PATIENCE, Finding, FindingCode, Outcome, SelfTests
from chalicelib.domain.departments.trial_pulls import VARIANTS
from chalicelib.domain.digilocker import formulas
from chalicelib.domain.digilocker.fetches import Locker
from chalicelib.domain.digilocker.line import Call, DigiLockerUnavailable, Reply
from chalicelib.domain.digilocker.profiles import Profile, profile_of
from chalicelib.domain.refusals import Refusal
from tests.domain.departments.pull_world import API_ID, API_KEY, DEPARTMENT_ID, DOC_API_ID, TRADE, PullWorld
from tests.domain.staff.world import Office
from tests.fakes import FakeDocuments

SECRET = "test-client-secret-0001"
PATHS = {
    name: f"/{name}"
    for name in ("authorize", "token", "openid_token", "refresh", "revoke", "user", "issued", "uploaded", "logout")
}


def profile(issuers: str = "/pull/issuers") -> Profile:
    row = {**PATHS, "file": "/file/{uri}", "xml": "/xml/{uri}", "issuers": issuers, "host": "https://locker.example"}
    return profile_of(Locker.PERSON, row)


@dataclass
class FakeLine:
    """A `Line` to a DigiLocker that knows one client."""

    calls: list[Call] = field(default_factory=list)
    is_down: bool = False

    def send(self, call: Call) -> Reply:
        self.calls.append(call)
        if self.is_down:
            raise DigiLockerUnavailable
        form = dict(call.form or ())
        expected = formulas.discovery_hmac(("clientid", "ts"), SECRET.encode(), form)
        return Reply(200 if form["hmac"] == expected and form["clientid"] == "TESTCLIENT1" else 401, {}, b"{}")


class SlowDocuments(FakeDocuments):
    """Documents that take their time to come."""

    def __init__(self) -> None:
        super().__init__()
        self.wait: Callable[[], None] = lambda: None

    def get(self, key: str, at_most: int) -> bytes:
        self.wait()
        return super().get(key, at_most)


class TestWorld(PullWorld):
    """A department that is set up, and its officer."""

    __test__ = False

    def __post_init__(self) -> None:
        super().__post_init__()
        self.line = FakeLine()
        self.profile = profile()
        self.tests = SelfTests(self.store, self.keys, self.pulls, lambda: self.line, lambda: self.profile, self.clock)
        self.give_secret(SECRET)
        self.change(signing_key="alias/trade")
        self.change_type(template="No. {number}")

    def give_secret(self, secret: str) -> None:
        sealed = self.vault.seal(context_of(DEPARTMENT_ID, KeyPurpose.CLIENT_SECRET, "c" * 22), secret.encode())
        key = DepartmentKey("c" * 22, KeyPurpose.CLIENT_SECRET, self.now, "somebody", sealed=sealed)
        others = tuple(one for one in self.department.keys if one.key_id != key.key_id)
        self.change(keys=(*others, key))

    @property
    def officer(self) -> Actor:
        office = Office(self.now)
        return office.actor(office.member(Role.DEPARTMENT_OFFICER, DEPARTMENT_ID))

    def found(self) -> tuple[Finding, ...]:
        return self.tests.test(self.officer, DEPARTMENT_ID)

    def codes(self, outcome: Outcome | None = None) -> list[str]:
        return [one.code.value for one in self.found() if outcome is None or one.outcome is outcome]


@pytest.fixture
def world() -> TestWorld:
    return TestWorld()


def test_of_many_endpoints_those_are_tried_for_which_one_request_has_time() -> None:
    """API Gateway waits 29 s and the function 20; a department may have twenty endpoints, and large certificates."""
    documents = SlowDocuments()
    world = TestWorld(documents=documents)
    world.certificate()
    types = [replace(TRADE, code=f"TRCE{letter}", template="") for letter in "ABCDEFGHIJKLMNOPQRST"]
    apis = tuple(PullApi(f"{place:022}", PullKind.PULL_URI, ("TRCER", one.code)) for place, one in enumerate(types))
    keys = tuple(world.key(API_KEY, api.api_id) for api in apis)
    world.change(document_types=(TRADE, *types), pull_apis=apis, keys=keys)
    documents.wait = lambda: world.advance(seconds=0.1)
    tried = set()
    for _ in range(40):
        begun, found = world.now, world.found()
        assert world.now - begun < PATIENCE + timedelta(seconds=3)
        of = {code: [one.values.get("doctypes") for one in found if one.code is code] for code in FindingCode}
        assert of[FindingCode.KEY_WORKS] == [", ".join(api.doctypes) for api in apis]
        ends = of[FindingCode.ENDPOINT_LEFT] + of[FindingCode.STRANGERS_REFUSED]
        assert sorted(map(str, ends)) == sorted(map(str, of[FindingCode.KEY_WORKS]))
        tried |= set(of[FindingCode.STRANGERS_REFUSED])
    assert len(tried) == 20


def test_what_is_in_order_holds_throughout(world: TestWorld) -> None:
    world.certificate()
    found = world.found()
    assert {one.outcome for one in found} == {Outcome.HOLDS}
    of_endpoint = ["key_works", "certificate_found", "pulls_answered", "strangers_refused"]
    assert [one.code.value for one in found] == [
        "department_active",
        "template_sound",
        "signing_key_works",
        *of_endpoint,
        *of_endpoint,
        "client_accepted",
    ]
    assert [one.values["count"] for one in found if one.code is FindingCode.PULLS_ANSWERED] == [len(VARIANTS)] * 2


def test_nothing_is_written_counted_told_or_used_up(world: TestWorld) -> None:
    world.certificate()
    writes = world.store.writes
    world.change_type(when_not_found="ask_officer", when_nearly="ask_officer")
    writes = world.store.writes
    for _ in range(2):
        world.found()
    assert world.store.writes == writes
    assert (world.counts(), world.troubles()) == ({}, [])


def test_before_the_first_certificate_requests_are_tried_all_the_same(world: TestWorld) -> None:
    assert world.codes(Outcome.FAILS) == []
    assert world.codes(Outcome.NOT_TRIED) == ["signing_key_untried", "certificate_none", "certificate_none"]
    assert world.codes().count("pulls_answered") == 2


def test_a_suspended_department_is_told_so_and_its_pulls_are_not_tried(world: TestWorld) -> None:
    world.change(status=DepartmentStatus.SUSPENDED)
    assert world.codes(Outcome.FAILS) == ["department_suspended"]
    assert "pulls_answered" not in world.codes()


def test_an_endpoint_without_a_key_is_told(world: TestWorld) -> None:
    world.change(keys=tuple(key for key in world.department.keys if key.api_id != API_ID))
    assert world.codes(Outcome.FAILS) == ["key_missing"]
    ended = tuple(replace(key, until=world.now) for key in world.department.keys)
    world.change(keys=ended)
    assert world.codes(Outcome.FAILS) == ["key_missing", "key_missing", "client_secret_missing"]


def test_a_key_that_does_not_open_is_told_and_the_rest_is_tried(world: TestWorld) -> None:
    first, *others = world.department.keys
    world.change(keys=(replace(first, sealed="sealed.elsewhere"), *others))
    assert world.codes(Outcome.FAILS) == ["key_broken"]
    assert "client_accepted" in world.codes()


def test_the_newest_of_two_keys_is_tried(world: TestWorld) -> None:
    world.advance(hours=1)
    until = world.now + timedelta(days=1)
    old = tuple(replace(key, until=until) if key.api_id == API_ID else key for key in world.department.keys)
    world.change(keys=(*old, world.key("another-api-key-0002")))
    assert world.codes(Outcome.FAILS) == []


def test_a_closed_endpoint_is_not_tried(world: TestWorld) -> None:
    world.change_api(is_open=False)
    assert "endpoint_closed" in world.codes(Outcome.NOT_TRIED)
    assert world.codes().count("pulls_answered") == 1


def test_a_certificate_that_is_not_found_is_told(world: TestWorld) -> None:
    made = world.certificate()
    world.store.write(*(EndFindable(key, made.certificate_id) for key in finding.search_keys_of(TRADE, made)))
    found = [one for one in world.found() if one.outcome is Outcome.FAILS]
    assert found[0].code is FindingCode.CERTIFICATE_NOT_FOUND
    assert found[0].values == {"doctype": "TRCER"}
    assert {one.code for one in found[1:]} == {FindingCode.PULL_UNANSWERED}


def test_files_that_are_gone_are_told_with_the_trouble(world: TestWorld) -> None:
    world.certificate()
    world.documents.kept.clear()
    found = [one for one in world.found() if one.outcome is Outcome.FAILS]
    assert {one.trouble for one in found} == {"pull_content_missing"}


def test_what_the_newest_certificate_says_of_the_signing_key(world: TestWorld) -> None:
    world.certificate(status=CertificateStatus.FAILED, trouble="signing_key_missing", xml=None, pdf=None)
    found = {one.code: one for one in world.found()}
    assert found[FindingCode.SIGNING_KEY_FAILS].trouble == "signing_key_missing"
    world.change(signing_key="")
    assert "signing_key_missing" in world.codes(Outcome.FAILS)


def test_a_department_that_is_not_set_up_is_told_everything_that_is_missing(world: TestWorld) -> None:
    world.change(document_types=(), pull_apis=(), keys=(), client=None, signing_key="")
    assert world.codes(Outcome.FAILS) == ["document_types_missing", "signing_key_missing", "endpoints_missing"]
    assert world.codes(Outcome.NOT_TRIED) == ["client_not_entered"]
    world.change(roles=frozenset({DepartmentRole.REQUESTER}))
    assert world.codes() == ["department_active", "client_missing"]


def test_a_document_type_that_no_longer_holds_together_is_told(world: TestWorld) -> None:
    world.change_type(template="{nowhere}")
    assert "template_unsound" in world.codes(Outcome.FAILS)
    world.change_type(template="", search=(SearchParameter("regno", "number", "No."),))
    assert "template_none" in world.codes(Outcome.NOT_TRIED)


class TestTheClient:
    def test_is_tried_at_digilocker_under_its_secret_which_is_not_told(self, world: TestWorld) -> None:
        assert "client_accepted" in world.codes()
        (call,) = world.line.calls
        assert (call.method, call.path) == ("POST", "/pull/issuers")
        assert SECRET not in str(call.form)

    def test_that_is_refused_is_told(self, world: TestWorld) -> None:
        world.give_secret("test-client-secret-0002")
        assert world.codes(Outcome.FAILS) == ["client_refused"]

    def test_whose_secret_is_being_rotated_is_tried_with_both(self, world: TestWorld) -> None:
        (old,) = [key for key in world.department.keys if key.purpose is KeyPurpose.CLIENT_SECRET]
        world.advance(hours=1)
        sealed = world.vault.seal(context_of(DEPARTMENT_ID, KeyPurpose.CLIENT_SECRET, "e" * 22), b"a-secret-to-come")
        new = replace(old, key_id="e" * 22, sealed=sealed, created_at=world.now)
        others = tuple(key for key in world.department.keys if key is not old and key.key_id != old.key_id)
        world.change(keys=(*others, replace(old, until=world.now + timedelta(days=1)), new))
        assert "client_accepted" in world.codes()

    @pytest.mark.parametrize("changed", [{"is_down": True}, {"issuers": ""}])
    def test_that_cannot_be_tried_has_not_failed(self, world: TestWorld, changed: dict[str, Any]) -> None:
        world.line.is_down = changed.get("is_down", False)
        world.profile = profile(**{"issuers": changed["issuers"]} if "issuers" in changed else {})
        assert "client_untried" in world.codes(Outcome.NOT_TRIED)


def test_an_endpoint_that_answers_strangers_is_told() -> None:
    world = TestWorld()
    world.certificate()
    answer = type(world.pulls).answer

    class Careless:
        """An endpoint that forgets to look at the header."""

        def answer(self, department_id: str, api_id: str, header: str | None, body: bytes, **more: Any) -> Pulled:
            key = formulas.body_hmac(b"test-issuer-api-key-0001", body, formulas.HmacForm.HEX)
            return answer(world.pulls, department_id, api_id, key, body, **more)

    world.tests = replace(world.tests, pulls=Careless())  # type: ignore[arg-type]
    assert "strangers_answered" in world.codes(Outcome.FAILS)


def test_another_departments_set_up_is_told_like_nobodys(world: TestWorld) -> None:
    for department_id in ("e" * 22, "n" * 22):
        with pytest.raises(Refusal) as refused:
            world.tests.test(world.officer, department_id)
        assert refused.value.code == "not_found"


def test_pull_doc_is_tried_by_its_own_requests(world: TestWorld) -> None:
    world.certificate()
    apis = tuple(api for api in world.department.pull_apis if api.api_id == DOC_API_ID)
    assert apis[0].kind is PullKind.PULL_DOC
    world.change(pull_apis=apis)
    assert world.codes(Outcome.FAILS) == []


def test_whatever_fails_or_was_not_tried_has_an_advice(world: TestWorld) -> None:
    assert all((Finding(code).outcome is Outcome.HOLDS) == (code not in ADVISED) for code in FindingCode)
