"""Tokens are renewed by one run at a time; what a consent that ended held is never lost out of sight."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.domain.accounts.owners import account_key
from chalicelib.domain.departments.changes import WriteDepartment
from chalicelib.domain.departments.departments import (
    Department,
    DepartmentKey,
    DepartmentRole,
    DepartmentStatus,
    DigiLockerClient,
    KeyPurpose,
)
from chalicelib.domain.departments.keys import DepartmentKeys, context_of
from chalicelib.domain.digilocker.changes import WriteConsent
from chalicelib.domain.digilocker.consents import Consent, ConsentStatus
from chalicelib.domain.digilocker.errors import DigiLockerRefused, Meaning
from chalicelib.domain.digilocker.fetches import Locker, Purpose
from chalicelib.domain.digilocker.line import Call, DigiLockerUnavailable, Reply
from chalicelib.domain.digilocker.locker_access import ClientGone, LockerAccess
from chalicelib.domain.digilocker.token_keeping import ConsentOver, TokenKeeping, TokensBeingRenewed, ending
from chalicelib.domain.digilocker.tokens import TokenSet
from chalicelib.domain.sealing import SealBroken
from tests.domain.digilocker.fake_line import PROFILE, SECRET, FakeLine, error, json_reply, token_answer
from tests.fakes import FakeStore, FakeVault

CONSENT_ID, DEPARTMENT_ID = "consent-" + "A" * 14, "department" + "A" * 12
TOKEN = PROFILE.token
OVER = DigiLockerRefused("invalid_token", Meaning.TOKEN_OVER)


class World:
    """A consent with tokens, and a line that says what a test lets it say."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
        self.store, self.vault, self.line = FakeStore(lambda: self.now), FakeVault(), FakeLine()
        keys = DepartmentKeys(self.store, self.vault, lambda: self.now)
        self.access = LockerAccess(
            self.store, keys, lambda _: PROFILE, lambda _: self.line, "https://x.example/callback"
        )
        self.keeping = TokenKeeping(self.store, self.vault, self.access, lambda: self.now)
        sealed = self.vault.seal(context_of(DEPARTMENT_ID, KeyPurpose.CLIENT_SECRET, "key1"), SECRET)
        key = DepartmentKey("key1", KeyPurpose.CLIENT_SECRET, self.now, "account:1", sealed=sealed)
        self.department = Department(
            DEPARTMENT_ID,
            {"en": "Trade"},
            "in.gov.tn.trade",
            frozenset({DepartmentRole.REQUESTER}),
            DepartmentStatus.ACTIVE,
            self.now,
            "account:1",
            keys=(key,),
            client=DigiLockerClient("CLIENT1", "Pravesh"),
        )
        self.store.write(WriteDepartment(self.department))
        self.write_consent()

    def write_consent(self, refresh: str | None = "refresh-1") -> None:
        tokens = TokenSet("access-1", refresh, self.now + timedelta(hours=1))
        consent = Consent(
            CONSENT_ID,
            "fetch",
            account_key("1"),
            DEPARTMENT_ID,
            Locker.PERSON,
            Purpose.MY_DOCUMENTS,
            ("PANCR",),
            ("PANCR",),
            "1",
            "en",
            self.now,
            self.now + timedelta(days=30),
            ConsentStatus.ACTIVE,
            tokens=self.keeping.sealed(CONSENT_ID, tokens),
        )
        stored = self.store.consent(CONSENT_ID)
        self.store.write(WriteConsent(replace(consent, revision=stored.revision if stored else None)))

    @property
    def consent(self) -> Consent:
        consent = self.store.consent(CONSENT_ID)
        assert consent is not None
        return consent

    @property
    def opened(self) -> TokenSet:
        tokens = self.keeping.opened(self.consent)
        assert tokens is not None
        return tokens

    def use(self, good: str = "access-2") -> str:
        """Use the access token at a DigiLocker that takes `good` alone."""

        def use(access: str) -> str:
            if access != good:
                raise OVER
            return access

        return self.keeping.with_access(CONSENT_ID, use)

    def renews(self, meanwhile: Callable[[], object] = lambda: None) -> None:
        """DigiLocker gives new tokens; something happens while it does."""

        def said(_: Call) -> Reply:
            meanwhile()
            return json_reply(token_answer(access_token="access-2", refresh_token="refresh-2"))

        self.line.say(TOKEN, said)


@pytest.fixture
def world() -> World:
    return World()


def test_a_token_that_is_good_is_used(world: World) -> None:
    assert world.use("access-1") == "access-1"
    assert world.line.asked == []


def test_one_that_is_refused_is_renewed_once(world: World) -> None:
    world.renews()
    assert world.use() == "access-2"
    tokens = world.consent.tokens
    assert tokens is not None
    assert (tokens.generation, tokens.renewing_until) == (1, None)
    assert world.opened == TokenSet("access-2", "refresh-2", world.now + timedelta(hours=1))
    assert len(world.line.calls(TOKEN)) == 1


def test_one_that_ends_soon_is_renewed_before_it_is_used(world: World) -> None:
    world.renews()
    world.now += timedelta(minutes=59, seconds=30)
    assert world.use() == "access-2"


def test_who_comes_while_another_renews_comes_again(world: World) -> None:
    met: list[type[Exception]] = []

    def other() -> None:
        try:
            world.use()
        except TokensBeingRenewed as being_renewed:
            met.append(type(being_renewed))

    world.renews(other)
    assert world.use() == "access-2"
    assert met == [TokensBeingRenewed]
    assert len(world.line.calls(TOKEN)) == 1
    assert world.use() == "access-2"


def test_who_was_refused_with_an_older_token_takes_the_newer_one(world: World) -> None:
    world.renews()
    used: list[str] = []

    def use(access: str) -> str:
        used.append(access)
        if access == "access-1":
            world.use()
            raise OVER
        return access

    assert world.keeping.with_access(CONSENT_ID, use) == "access-2"
    assert used == ["access-1", "access-2"]
    assert len(world.line.calls(TOKEN)) == 1


def test_a_run_that_died_while_it_renewed_does_not_hold_it_for_ever(world: World) -> None:
    world.line.say(TOKEN, RuntimeError("died"))
    with pytest.raises(RuntimeError):
        world.use()
    with pytest.raises(TokensBeingRenewed):
        world.use()
    world.now += timedelta(seconds=61)
    world.renews()
    assert world.use() == "access-2"


def test_refused_refresh_after_a_refused_token_the_person_has_ended_it_there(world: World) -> None:
    world.line.say(TOKEN, error("invalid_grant", 400))
    with pytest.raises(ConsentOver):
        world.use()
    assert (world.consent.status, world.consent.tokens) == (ConsentStatus.REVOKING, None)
    assert world.consent.revoked_at == world.now


def test_after_a_renewal_without_an_answer_that_is_no_proof(world: World) -> None:
    """The refresh token may have been used up by it: nothing of the person's is deleted for that."""
    world.line.say(TOKEN, DigiLockerUnavailable("cut_short"), error("invalid_grant", 400))
    with pytest.raises(DigiLockerUnavailable):
        world.use()
    with pytest.raises(ConsentOver):
        world.use()
    assert (world.consent.status, world.consent.tokens) == (ConsentStatus.ACTIVE, None)


def test_a_renewal_without_an_answer_is_tried_again(world: World) -> None:
    world.line.say(TOKEN, DigiLockerUnavailable("no_answer"))
    with pytest.raises(DigiLockerUnavailable):
        world.use()
    world.renews()
    assert world.use() == "access-2"


def test_new_tokens_that_are_refused_as_well(world: World) -> None:
    world.renews()
    with pytest.raises(ConsentOver):
        world.use("never")
    assert world.consent.status is ConsentStatus.REVOKING


def test_without_a_refresh_token_the_person_is_asked_again(world: World) -> None:
    world.write_consent(refresh=None)
    with pytest.raises(ConsentOver):
        world.use()
    assert world.consent.status is ConsentStatus.ACTIVE


def test_revoked_while_it_is_renewed_the_new_tokens_are_kept_to_be_revoked(world: World) -> None:
    world.renews(lambda: world.store.write(WriteConsent(ending(world.consent, world.now))))
    with pytest.raises(ConsentOver):
        world.use()
    assert world.consent.status is ConsentStatus.REVOKING
    assert world.opened.refresh == "refresh-2"


def test_revoked_and_told_while_it_is_renewed_it_is_to_be_told_again(world: World) -> None:
    def end() -> None:
        over = replace(ending(world.consent, world.now), status=ConsentStatus.REVOKED, tokens=None)
        world.store.write(WriteConsent(over))

    world.renews(end)
    with pytest.raises(ConsentOver):
        world.use()
    assert world.consent.status is ConsentStatus.REVOKING
    assert world.opened.refresh == "refresh-2"


@pytest.mark.parametrize("status", [ConsentStatus.REVOKING, ConsentStatus.REVOKED, ConsentStatus.EXPIRED])
def test_a_consent_that_ended_gives_no_token(world: World, status: ConsentStatus) -> None:
    world.store.write(WriteConsent(replace(world.consent, status=status)))
    with pytest.raises(ConsentOver):
        world.use("access-1")


def test_nor_does_one_whose_time_is_over(world: World) -> None:
    world.now += timedelta(days=30)
    with pytest.raises(ConsentOver):
        world.use("access-1")
    assert world.line.asked == []


def test_tokens_of_another_consent_do_not_open(world: World) -> None:
    moved = replace(world.consent, consent_id="consent-" + "B" * 14, revision=None)
    with pytest.raises(SealBroken):
        world.keeping.opened(moved)


def test_a_department_that_is_no_client_any_more(world: World) -> None:
    department = world.store.department(DEPARTMENT_ID)
    assert department is not None
    world.store.write(WriteDepartment(replace(department, client=None)))
    with pytest.raises(ClientGone):
        world.use()


def test_a_suspended_one_gives_back_what_it_was_given(world: World) -> None:
    department = world.store.department(DEPARTMENT_ID)
    assert department is not None
    world.store.write(WriteDepartment(replace(department, status=DepartmentStatus.SUSPENDED)))
    assert world.access.token_calls(Locker.PERSON, DEPARTMENT_ID).credentials.client_id == "CLIENT1"


def test_nothing_of_them_is_printed(world: World) -> None:
    shown = repr(world.consent) + repr(world.consent.tokens) + repr(world.opened)
    assert "access-1" not in shown
    assert "sealed." not in shown


class TestNotDigiLockersWord:
    """A 401 without a code of DigiLocker's own, as something before it may say: nobody has ended anything."""

    def test_at_a_file(self, world: World) -> None:
        world.renews()

        def use(_: str) -> str:
            raise DigiLockerRefused("", Meaning.TOKEN_OVER)

        with pytest.raises(DigiLockerUnavailable):
            world.keeping.with_access(CONSENT_ID, use)
        assert world.consent.status is ConsentStatus.ACTIVE
        assert world.consent.tokens is not None

    def test_at_a_renewal(self, world: World) -> None:
        world.line.say(TOKEN, json_reply("who are you?", 401))
        with pytest.raises(DigiLockerUnavailable):
            world.use()
        assert world.consent.status is ConsentStatus.ACTIVE
        assert world.consent.tokens is not None
