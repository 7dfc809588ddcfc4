"""Keys of departments: told once, sealed or hashed, replaced with an overlap, ended at once."""

from __future__ import annotations

import contextlib
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.changes import StoreUnavailable
from chalicelib.domain.departments.departments import Department, KeyPurpose, PullApi, PullKind
from chalicelib.domain.departments.keys import context_of
from chalicelib.domain.ports import VaultUnavailable
from chalicelib.domain.refusals import Refusal
from chalicelib.domain.sealing import SealBroken
from tests.domain.departments.desk_world import Desks
from tests.domain.staff.world import CALLER

API, CLIENT, TOKEN = KeyPurpose.PULL_API, KeyPurpose.CLIENT_SECRET, KeyPurpose.ISSUING_TOKEN


@pytest.fixture
def desks() -> Desks:
    return Desks()


@pytest.fixture
def department(desks: Desks) -> Department:
    return desks.ready()


def api_of(department: Department) -> str:
    return department.pull_apis[0].api_id


def reasons(desks: Desks, department: Department, purpose: KeyPurpose, **wanted: Any) -> dict[str, str]:
    with pytest.raises(Refusal) as refused:
        desks.key(department, purpose, **wanted)
    return {name: error.reason for name, error in refused.value.errors.items()}


def secrets_of(desks: Desks, department: Department, purpose: KeyPurpose = API) -> list[str]:
    api_id = api_of(department) if purpose is API else None
    return [secret.decode() for secret in desks.keys.secrets(desks.stored(department), purpose, api_id)]


class TestAKeyForPullUri:
    def test_is_told_once_and_kept_sealed(self, desks: Desks, department: Department) -> None:
        made = desks.key(department, API, api_id=api_of(department))
        assert made.secret is not None
        assert len(bytes.fromhex(made.secret)) == 32
        assert secrets_of(desks, department) == [made.secret]
        assert made.secret not in repr(desks.stored(department).keys) + str(desks.told_of(department))
        assert made.secret not in repr(made)

    def test_may_be_given_where_the_portal_has_one(self, desks: Desks, department: Department) -> None:
        made = desks.key(department, API, api_id=api_of(department), secret="test-issuer-api-key-0001")
        assert made.secret is None
        assert secrets_of(desks, department) == ["test-issuer-api-key-0001"]

    def test_replaced_works_until_its_day_and_not_a_moment_longer(self, desks: Desks, department: Department) -> None:
        old = desks.key(department, API, api_id=api_of(department)).secret
        until = desks.now + timedelta(days=7)
        desks.advance(seconds=1)
        new = desks.key(department, API, api_id=api_of(department), old_until=until).secret
        assert secrets_of(desks, department) == [new, old]
        desks.now = until - timedelta(milliseconds=1)
        assert secrets_of(desks, department) == [new, old]
        desks.now = until
        assert secrets_of(desks, department) == [new]

    def test_without_an_overlap_takes_the_old_ones_place_at_once(self, desks: Desks, department: Department) -> None:
        desks.key(department, API, api_id=api_of(department))
        new = desks.key(department, API, api_id=api_of(department)).secret
        assert secrets_of(desks, department) == [new]

    def test_is_of_one_endpoint(self, desks: Desks, department: Department) -> None:
        assert reasons(desks, department, API) == {"api_id": "required"}
        assert reasons(desks, department, API, api_id="n" * 22) == {"api_id": "api_unknown"}
        assert reasons(desks, department, TOKEN, api_id=api_of(department)) == {"api_id": "api_not_wanted"}

    def test_that_is_replaced_leaves_other_endpoints_and_other_kinds_alone(
        self, desks: Desks, department: Department
    ) -> None:
        other = PullApi("", PullKind.PULL_DOC, ("TRCER",))
        both = desks.desk.write_pull_api(desks.chief, department.department_id, other, CALLER)
        kept = [desks.key(department, API, api_id=both.pull_apis[1].api_id), desks.key(department, TOKEN)]
        for _ in range(2):
            desks.key(department, API, api_id=api_of(department))
        working = {key.key_id for key in desks.stored(department).keys if key.until is None}
        assert {made.key_id for made in kept} < working
        assert len(working) == 3

    def test_moved_to_another_department_does_not_open(self, desks: Desks, department: Department) -> None:
        desks.key(department, API, api_id=api_of(department))
        other = desks.ready("in.gov.other")
        (key,) = desks.stored(department).keys
        moved = desks.touch(other, keys=(key,), pull_apis=department.pull_apis)
        with pytest.raises(SealBroken):
            desks.keys.secrets(moved, API, key.api_id)
        assert context_of("d", API, "k") != context_of("d", CLIENT, "k")


class TestAClientSecret:
    def test_is_given_and_never_told(self, desks: Desks, department: Department) -> None:
        assert reasons(desks, department, CLIENT) == {"secret": "required"}
        made = desks.key(department, CLIENT, secret="test-client-secret-0001")
        assert made.secret is None
        assert secrets_of(desks, department, CLIENT) == ["test-client-secret-0001"]

    def test_given_again_is_the_same_key(self, desks: Desks, department: Department) -> None:
        desks.store.lose_answers = 1
        with pytest.raises(StoreUnavailable):
            desks.key(department, CLIENT, secret="test-client-secret-0001")
        made = desks.key(department, CLIENT, secret="test-client-secret-0001")
        (key,) = desks.stored(department).keys
        assert made.key_id == key.key_id

    def test_given_again_without_an_overlap_ends_at_once_what_it_had_let_work_on(
        self, desks: Desks, department: Department
    ) -> None:
        """Whoever learns that the old secret is known to others says so by the same request, without `old_until`."""
        desks.key(department, CLIENT, secret="test-client-secret-0001")
        desks.advance(seconds=1)
        new = desks.key(department, CLIENT, secret="test-client-secret-0002", old_until=desks.now + timedelta(days=90))
        again = desks.key(department, CLIENT, secret="test-client-secret-0002")
        assert again.key_id == new.key_id
        assert secrets_of(desks, department, CLIENT) == ["test-client-secret-0002"]
        assert [event.deed.value for event in desks.told_of(department)][-1] == "department_key_made"

    def test_given_again_never_lets_an_older_one_work_longer(self, desks: Desks, department: Department) -> None:
        desks.key(department, CLIENT, secret="test-client-secret-0001")
        desks.advance(seconds=1)
        desks.key(department, CLIENT, secret="test-client-secret-0002")
        before = desks.stored(department)
        desks.key(department, CLIENT, secret="test-client-secret-0002", old_until=desks.now + timedelta(days=9))
        assert desks.stored(department) == before

    def test_given_again_is_the_same_key_also_where_three_work(self, desks: Desks, department: Department) -> None:
        until = desks.now + timedelta(days=9)
        for place in range(2):
            desks.key(department, CLIENT, secret=f"test-client-secret-000{place}", old_until=until)
            desks.advance(seconds=1)
        desks.store.lose_answers = 1
        with pytest.raises(StoreUnavailable):
            desks.key(department, CLIENT, secret="test-client-secret-0002", old_until=until)
        desks.key(department, CLIENT, secret="test-client-secret-0002", old_until=until)
        assert len(secrets_of(desks, department, CLIENT)) == 3

    @pytest.mark.parametrize("secret", ["short", "with a blank in it", "ünïcödé-secret", "x" * 257, "tab\tinside-it"])
    def test_of_another_form_is_refused(self, desks: Desks, department: Department, secret: str) -> None:
        assert reasons(desks, department, CLIENT, secret=secret) == {"secret": "secret_form"}


class TestAnIssuingToken:
    def test_is_known_by_its_hash_alone(self, desks: Desks, department: Department) -> None:
        made = desks.key(department, TOKEN)
        assert made.secret is not None
        assert made.secret.startswith(f"dpt_{department.department_id}_")
        (key,) = desks.stored(department).keys
        assert key.sealed is None
        assert made.secret not in (key.sha256, key.sealed)
        system = desks.tokens.system(made.secret)
        assert (system.department_id, system.key_id) == (department.department_id, made.key_id)
        assert secrets_of(desks, department, TOKEN) == []

    def test_is_never_taken_in(self, desks: Desks, department: Department) -> None:
        assert reasons(desks, department, TOKEN, secret="a-token-of-ones-own") == {"secret": "secret_not_taken"}

    def test_that_is_no_good_is_told_in_one_way(self, desks: Desks, department: Department) -> None:
        made, other = desks.key(department, TOKEN), desks.ready("in.gov.other")
        good = made.secret or ""
        ended = desks.key(other, TOKEN)
        desks.key_desk.end(desks.chief, other.department_id, ended.key_id, CALLER)
        wrong = [
            "",
            "dpt_",
            good[:-1],
            good + "A",
            good[:-1] + ("A" if good[-1] != "A" else "B"),
            good.replace(department.department_id, other.department_id),
            good.replace(department.department_id, "n" * 22),
            good.upper(),
            f"{good}\n",
            ended.secret or "",
        ]
        for token in wrong:
            with pytest.raises(Refusal) as refused:
                desks.tokens.system(token)
            assert (refused.value.code, dict(refused.value.errors)) == ("department_token_invalid", {}), token

    def test_of_a_suspended_department_opens_nothing_until_it_is_back(
        self, desks: Desks, department: Department
    ) -> None:
        token = desks.key(department, TOKEN).secret or ""
        desks.desk.suspend(desks.chief, department.department_id, "Order 12", CALLER)
        with pytest.raises(Refusal) as refused:
            desks.tokens.system(token)
        assert refused.value.code == "department_token_invalid"
        desks.desk.reactivate(desks.chief, department.department_id, CALLER)
        assert desks.tokens.system(token).department_id == department.department_id

    def test_replaced_works_until_its_day(self, desks: Desks, department: Department) -> None:
        old = desks.key(department, TOKEN).secret or ""
        until = desks.now + timedelta(days=1)
        new = desks.key(department, TOKEN, old_until=until).secret or ""
        assert {desks.tokens.system(token).department_id for token in (old, new)} == {department.department_id}
        desks.now = until
        with pytest.raises(Refusal):
            desks.tokens.system(old)
        desks.tokens.system(new)


class TestOverlaps:
    def test_end_in_time_to_come_and_within_ninety_days(self, desks: Desks, department: Department) -> None:
        assert reasons(desks, department, TOKEN, old_until=desks.now) == {"old_until": "instant_past"}
        late = desks.now + timedelta(days=90, seconds=1)
        assert reasons(desks, department, TOKEN, old_until=late) == {"old_until": "overlap_too_long"}

    def test_are_of_three_keys_at_most(self, desks: Desks, department: Department) -> None:
        until = desks.now + timedelta(days=9)
        for _ in range(3):
            desks.key(department, TOKEN, old_until=until)
        assert reasons(desks, department, TOKEN, old_until=until) == {"purpose": "keys_too_many"}
        # Who ends the others at once may always have a new one.
        made = desks.key(department, TOKEN)
        assert [key.key_id for key in desks.stored(department).working_keys(TOKEN, desks.now)] == [made.key_id]

    def test_never_let_a_key_work_longer_than_was_said_first(self, desks: Desks, department: Department) -> None:
        first = desks.key(department, TOKEN)
        soon, late = desks.now + timedelta(days=1), desks.now + timedelta(days=30)
        desks.key(department, TOKEN, old_until=soon)
        desks.key(department, TOKEN, old_until=late)
        found = {key.key_id: key.until for key in desks.stored(department).keys}
        assert found[first.key_id] == soon


class TestEnding:
    def test_is_at_once_and_once(self, desks: Desks, department: Department) -> None:
        made = desks.key(department, API, api_id=api_of(department))
        desks.key_desk.end(desks.chief, department.department_id, made.key_id, CALLER)
        assert secrets_of(desks, department) == []
        before = desks.stored(department)
        desks.advance(minutes=1)
        assert desks.key_desk.end(desks.chief, department.department_id, made.key_id, CALLER) == before
        assert [event.deed.value for event in desks.told_of(department)][-2:] == [
            "department_key_made",
            "department_key_ended",
        ]

    def test_another_departments_key_is_told_like_none(self, desks: Desks, department: Department) -> None:
        made = desks.key(desks.ready("in.gov.other"), TOKEN)
        for key_id in (made.key_id, "n" * 22):
            with pytest.raises(Refusal) as refused:
                desks.key_desk.end(desks.chief, department.department_id, key_id, CALLER)
            assert refused.value.code == "not_found"

    def test_is_forgotten_after_ninety_days_but_for_the_audit(self, desks: Desks, department: Department) -> None:
        made = desks.key(department, TOKEN)
        desks.key_desk.end(desks.chief, department.department_id, made.key_id, CALLER)
        desks.advance(days=90)
        desks.key(department, TOKEN)
        assert made.key_id not in [key.key_id for key in desks.stored(department).keys]


def test_a_vault_that_does_not_answer_leaves_everything_as_it_was(desks: Desks, department: Department) -> None:
    desks.vault.is_available = False
    with pytest.raises(VaultUnavailable):
        desks.key(department, API, api_id=api_of(department))
    assert desks.stored(department).keys == ()


@given(st.lists(st.tuples(st.sampled_from([API, TOKEN]), st.integers(0, 5), st.integers(0, 3)), max_size=12))
def test_whatever_is_made_and_replaced_the_newest_works_and_few_do(
    steps: list[tuple[KeyPurpose, int, int]],
) -> None:
    desks = Desks()
    department = desks.ready()
    newest: dict[KeyPurpose, str] = {}
    for purpose, days, hours in steps:
        wanted: dict[str, Any] = {"api_id": api_of(department)} if purpose is API else {}
        until: datetime | None = desks.now + timedelta(days=days) if days else None
        with contextlib.suppress(Refusal):
            newest[purpose] = desks.key(department, purpose, old_until=until, **wanted).key_id
        desks.advance(hours=hours, milliseconds=1)
        for made, key_id in newest.items():
            working = desks.stored(department).working_keys(
                made, desks.now, api_of(department) if made is API else None
            )
            assert [key.key_id for key in working][:1] == [key_id]
            assert len(working) <= 3
