"""A lock of one purpose leaves every other open: a stranger who closes one door has closed no other.

One person, one store: their IEC, their account under the same addresses, their post. Each purpose is tried wrongly
until its lock closes; then all others are tried once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from chalicelib.domain import sessions
from chalicelib.domain.accounts import trusted_browsers
from chalicelib.domain.accounts.security import Method
from chalicelib.domain.authorisation import Actor
from chalicelib.domain.changes import WriteSession
from chalicelib.domain.codes import Codes
from chalicelib.domain.contacts import Channel
from chalicelib.domain.icegate.registration import CodesFor
from chalicelib.domain.identifiers import Mobile
from chalicelib.domain.limits import TryPurpose
from chalicelib.domain.refusals import Code, Refusal
from chalicelib.domain.staff.joining import Joinings
from tests.domain.accounts import own_world, registering_world, signing_in_world
from tests.domain.icegate import world as icegate_world
from tests.domain.staff import world as staff_world
from tests.fakes import FakeStore

NOW = datetime(2026, 11, 2, 4, 30, tzinfo=UTC)
WRONG = Codes("000000", "000000")
WRONG_PASSWORD = "Wrong#1234"
CALLER = own_world.CALLER
# A lock's word for itself, where it is not `locked`.
CLOSED = {TryPurpose.TEMPORARY_PASSWORD: Code.TEMPORARY_PASSWORD_EXHAUSTED}
ENOUGH = 15


class Everything:
    """All journeys of one person over one store; each method is one wrong try at one lock."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.store = FakeStore(lambda: NOW)
        for module, name in (
            (icegate_world, "FakeStore"),
            (own_world, "FakeStore"),
            (registering_world, "FakeStore"),
            (staff_world, "FakeStore"),
            (signing_in_world, "WatchedStore"),
        ):
            patch.setattr(module, name, lambda _clock: self.store)
        self.icegate, self.own = icegate_world.World(), own_world.OwnWorld()
        self.registering, self.office = registering_world.World(), staff_world.Office()
        self.door = signing_in_world.Door()
        self.person = self.own.account()
        assert self.person.contact == registering_world.CONTACT
        self.member = self.office.invitations.invite(
            self.office.administrator(), staff_world.invitation(), staff_world.CALLER
        )
        self.attempts: dict[TryPurpose, Callable[[], object]] = {
            TryPurpose.TEMPORARY_PASSWORD: self.temporary_password,
            TryPurpose.CODES: self.codes,
            TryPurpose.RESUME: self.resume,
            TryPurpose.SIGN_IN: self.sign_in,
            TryPurpose.SIGN_IN_TRUSTED: self.sign_in_trusted,
            TryPurpose.SECOND_FACTOR: self.second_factor,
            TryPurpose.STEP_UP: self.step_up,
            TryPurpose.AUTHENTICATOR_LOSS: self.authenticator_loss,
            TryPurpose.ACCOUNT_CODES: self.account_codes,
            TryPurpose.ACCOUNT_RESUME: self.account_resume,
            TryPurpose.PASSWORD_RESET: self.password_reset,
            TryPurpose.PASSWORD_CHECK: self.password_check,
            TryPurpose.CONTACT_CHANGE: self.contact_change,
            TryPurpose.MOBILE_STOP: self.mobile_stop,
            TryPurpose.STAFF_JOINING: self.staff_joining,
        }

    def tried(self, purpose: TryPurpose) -> Code:
        """How a wrong try was refused. What is counted in windows begins anew, so that only the locks speak."""
        vars(self.store)["_counted"].clear()
        with pytest.raises(Refusal) as refusal:
            self.attempts[purpose]()
        return refusal.value.code

    # ICEGATE.

    def temporary_password(self) -> object:
        holder = icegate_world.HOLDER
        captcha = self.own.captcha()
        return self.icegate.desk.start(holder.iec, holder.gstins[0], "AAAA-AAAA-AAAA", captcha, CALLER.ip, "en")

    def codes(self) -> object:
        self.icegate.codes_sent()
        desk, opened = self.icegate.desk, (self.icegate.registration_id, self.icegate.flow_token)
        return desk.verify(*opened, CodesFor.CONTACT, WRONG, CALLER.ip)

    def resume(self) -> object:
        holder = icegate_world.HOLDER
        return self.icegate.desk.resume(holder.iec, holder.gstins[0], WRONG, CALLER.ip)

    # Signing in.

    def sign_in(self) -> object:
        return self.door.signing_in.sign_in(self.person.username, WRONG_PASSWORD, CALLER)

    def sign_in_trusted(self) -> object:
        security, browser = trusted_browsers.trusted(self.door.stored(self.person).security, "", NOW)
        self.door.secure(self.person, security)
        cookie = trusted_browsers.cookie(self.door.keyring.current(), self.person, browser)
        return self.door.signing_in.sign_in(self.person.username, WRONG_PASSWORD, CALLER, cookie)

    def second_factor(self) -> object:
        return self._shown(self._half_way())

    def step_up(self) -> object:
        return self._shown(self.own.actor(self.person))

    def authenticator_loss(self) -> object:
        self.door.with_authenticator(self.person)
        try:
            actor = self._half_way()
            waiting = self.door.loss.report(actor, CALLER)
            stored = self.store.session(waiting.token_hash)
            assert stored is not None
            return self.door.loss.verify(replace(actor, session=stored), WRONG, CALLER)
        finally:
            security = self.door.stored(self.person).security
            self.door.secure(self.person, replace(security, authenticator=None))

    def _half_way(self) -> Actor:
        actor, token = self.own.actor(self.person), sessions.new_token()
        opened = sessions.opened(token, actor.key, 0, sessions.Level.PASSWORD, "", NOW)
        self.store.write(WriteSession(opened))
        return self.door.actor(token)

    def _shown(self, actor: Actor) -> object:
        waiting = self.door.second_factor.send_code(actor, Channel.MOBILE, CALLER)
        stored = self.store.session(waiting.token_hash)
        assert stored is not None
        return self.door.second_factor.show(replace(actor, session=stored), Method.MOBILE_CODE, "000000", CALLER)

    # Accounts and staff.

    def account_codes(self) -> object:
        self.registering.opened()
        return self.registering.verify(WRONG)

    def account_resume(self) -> object:
        return self.registering.resume(WRONG)

    def password_reset(self) -> object:
        opened = self.own.asked()
        return self.own.resets.verify(opened.flow.flow_id, opened.flow_token, WRONG, CALLER)

    def password_check(self) -> object:
        actor = self.own.actor(self.person)
        return self.own.own.change_password(actor, WRONG_PASSWORD, own_world.NEW_PASSWORD, CALLER)

    def contact_change(self) -> object:
        actor = self.own.actor(self.person)
        flow = self.own.contacts.ask(actor, None, Mobile("+919876500055"), CALLER)
        return self.own.contacts.verify(actor, flow.flow_id, "000000", CALLER)

    def mobile_stop(self) -> object:
        return self.own.replacements.stop(self.person.username, "000000", self.own.captcha(), CALLER)  # type: ignore[func-returns-value]

    def staff_joining(self) -> object:
        desk = Joinings(self.store, self.office.keyring, self.office.clock)
        opened = desk.open(self.member.contact.email, self.own.captcha(), CALLER)
        return desk.verify(opened.flow.flow_id, opened.flow_token, WRONG, CALLER)


@pytest.fixture
def everything(monkeypatch: pytest.MonkeyPatch) -> Everything:
    return Everything(monkeypatch)


def test_every_purpose_has_its_journey(everything: Everything) -> None:
    assert list(everything.attempts) == list(TryPurpose)


@pytest.mark.parametrize("purpose", TryPurpose)
def test_a_lock_leaves_every_other_open(everything: Everything, purpose: TryPurpose) -> None:
    closed = CLOSED.get(purpose, Code.LOCKED)
    answers = [everything.tried(purpose) for _ in range(ENOUGH)]
    assert answers[-1] is closed
    before = answers[: answers.index(closed)]
    assert len(before) >= 5
    assert Code.LOCKED not in before
    assert set(answers[len(before) :]) == {closed}
    others = {other: everything.tried(other) for other in TryPurpose if other is not purpose}
    assert {other: code for other, code in others.items() if code in {closed, Code.LOCKED}} == {}


def test_who_signs_up_with_anothers_addresses_leaves_the_owner_their_codes(everything: Everything) -> None:
    """Ten sign-ups use up what an address is sent for sign-ups in a day, and none of what its owner signs in with."""
    for number in range(11):
        caller = replace(CALLER, ip=f"203.0.113.{number}")
        if number < 10:
            everything.registering.opened(caller=caller)
            continue
        with pytest.raises(Refusal) as refusal:
            everything.registering.opened(caller=caller)
        assert refusal.value.code is Code.SEND_LIMIT_REACHED
    token = everything.door.half_way(everything.person).token
    for channel in Channel:
        everything.door.second_factor.send_code(everything.door.actor(token), channel, CALLER)
