"""Registering an account as the person drives it: each method is one request.

Source: DGFT's registration of users: a username and a password, registered to a mobile and an email that were both
confirmed. No name is held before the codes are right, so nobody can block another's address. Every method but `open`
may be repeated; `open` asks for a new captcha.
"""

from __future__ import annotations

import hmac
import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.domain import captcha, codes, limits, passwords, sessions
from chalicelib.domain.accounts import names
from chalicelib.domain.accounts import registration as registrations
from chalicelib.domain.accounts.account import Consent, Role
from chalicelib.domain.accounts.names import PersonName, Username
from chalicelib.domain.accounts.registration import AccountRegistration, RegistrationStatus
from chalicelib.domain.accounts.registration_codes import RegistrationCodes, pointer_of
from chalicelib.domain.accounts.registration_journey import is_to_be_woken, message_body
from chalicelib.domain.accounts.registration_messages import RegistrationMessages
from chalicelib.domain.callers import Caller
from chalicelib.domain.changes import (
    CountUp,
    PointToAccountRegistration,
    UseOnce,
    WriteAccountRegistration,
)
from chalicelib.domain.codes import Codes, Purpose
from chalicelib.domain.contacts import Channel, Contact
from chalicelib.domain.ports import Clock, Journey, Journeys, JourneysUnavailable, Keyring, Store
from chalicelib.domain.refusals import Code, Refusal, invalid
from chalicelib.domain.rounds import in_rounds

# Who comes back with right codes too late is told so for this long.
_POINTED_TO = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class SignUp:
    """What the form says. `username` is None where the email is to serve; `privacy_notice` the version shown."""

    name: PersonName
    contact: Contact
    username: Username | None
    password: str
    privacy_notice: str
    captcha: str

    def __repr__(self) -> str:
        return "SignUp(…)"


@dataclass(frozen=True, slots=True)
class Opened:
    """A registration and the flow token for it, which is told this once."""

    registration: AccountRegistration
    flow_token: str


@dataclass(frozen=True, slots=True)
class AccountRegistrations:
    """The desk at which accounts are registered. `privacy_notice` is the version of the notice that holds now."""

    store: Store
    journeys: Journeys
    keyring: Keyring
    clock: Clock
    privacy_notice: str

    def open(self, wish: SignUp, caller: Caller) -> Opened:
        """Opens a registration, and has a message sent to both addresses.

        Whether a name is taken makes no difference to the answer or the work: its owner is told over the channel.
        Raises `Refusal`: `invalid_fields`, `privacy_notice_changed`, `captcha_*`, `too_many_requests`,
        `send_limit_reached`.
        """
        username = self._username(wish)
        key, now = self.keyring.current(), self.clock()
        solved = captcha.solved(key.material, wish.captcha, now)
        token, expires_at = sessions.new_flow_token(), now + registrations.LIFETIME
        nonce = secrets.token_bytes(codes.NONCE_BYTES)
        registration = AccountRegistration(
            registration_id=sessions.new_id(),
            flow_token_hash=sessions.token_hash(token),
            status=RegistrationStatus.CODES_SENT,
            account_id=sessions.new_id(),
            role=Role.IMPORTER_EXPORTER,
            name=wish.name,
            username=username,
            password_hash=passwords.hashed(wish.password),
            contact=wish.contact,
            language=caller.language,
            consent=Consent(wish.privacy_notice, now, caller.language, caller.ip),
            challenge=codes.asked(Purpose.ACCOUNT_REGISTRATION, tuple(Channel), key.key_id, nonce, expires_at, now),
            expires_at=expires_at,
        )

        def write() -> None:
            self.store.write(
                UseOnce(f"captcha#{solved.nonce}", solved.expires_at),
                WriteAccountRegistration(registration),
                PointToAccountRegistration(
                    pointer_of(wish.contact), registration.registration_id, expires_at + _POINTED_TO
                ),
                *self._messages.asked(registration, now),
                _by_ip(key.material, caller.ip, now),
                *_by_address(key.material, wish.contact, now),
            )

        in_rounds(write)
        # The codes are on their way all the same, and whoever types them starts the journey then.
        with suppress(JourneysUnavailable):
            self._started(registration)
        return Opened(registration, token)

    def read(self, registration_id: str, flow_token: str) -> AccountRegistration:
        """The registration that `flow_token` opens.

        Unknown id and wrong token are one refusal: `flow_token_invalid`.
        """
        registration = self.store.account_registration(registration_id)
        stored = registration.flow_token_hash if registration else sessions.token_hash(registration_id)
        is_right = hmac.compare_digest(stored, sessions.token_hash(flow_token))
        if registration is None or not is_right:
            raise Refusal(Code.FLOW_TOKEN_INVALID)
        return registration

    def send_again(self, registration_id: str, flow_token: str, ip: str) -> AccountRegistration:
        """Has both messages sent once more; who has the names is asked anew.

        Raises `Refusal`: `resend_too_soon`, `send_limit_reached`, `codes_exhausted`, `too_many_requests`…
        """

        def ask() -> AccountRegistration:
            registration, now = self.read(registration_id, flow_token), self.clock()
            return self._asked_again(registration, now, _by_ip(self.keyring.current().material, ip, now))

        return in_rounds(ask)

    def send_again_in_journey(self, registration_id: str) -> AccountRegistration:
        """`send_again` for another state machine's step, which is trusted to name the registration and has no IP."""

        def ask() -> AccountRegistration:
            return self._asked_again(self._known(registration_id), self.clock())

        return in_rounds(ask)

    def verify(self, registration_id: str, flow_token: str, typed: Codes, ip: str) -> AccountRegistration:
        """Confirms the two codes, and has the account made.

        An attempt is spent in the store before anything is compared; one of parallel right answers wins, the others
        find the registration confirmed. Raises `Refusal`: `codes_incorrect` (by channel), `codes_exhausted`, `locked`…
        """
        counted = _by_ip(self.keyring.current().material, ip, self.clock())
        return self._woken(self._codes.confirmed(lambda: self.read(registration_id, flow_token), typed, counted))

    def verify_in_journey(self, registration_id: str, typed: Codes) -> AccountRegistration:
        """`verify` for another state machine's step, which is trusted to name the registration and has no IP."""
        return self._woken(self._codes.confirmed(lambda: self._known(registration_id), typed))

    def resume(self, contact: Contact, typed: Codes, ip: str) -> Opened:
        """Confirms the codes from any browser; gives a new flow token, and the old one ends.

        Raises `Refusal`: `codes_not_matched` for anything that is not right, without saying what; and, only to who
        shows right codes, `registration_expired` and `codes_used`.
        """
        token = sessions.new_flow_token()
        counted = _by_ip(self.keyring.current().material, ip, self.clock())
        resumed = self._codes.resumed(contact, typed, sessions.token_hash(token), counted)
        return Opened(self._woken(resumed), token)

    # What several of them do.

    @property
    def _messages(self) -> RegistrationMessages:
        return RegistrationMessages(self.store)

    @property
    def _codes(self) -> RegistrationCodes:
        return RegistrationCodes(self.store, self.keyring, self.clock)

    def _username(self, wish: SignUp) -> str:
        """The username that the account will bear, once the rules that look at several fields are met."""
        username = wish.username or Username(wish.contact.email)
        if not names.is_own(username, wish.contact.email):
            raise invalid(username="username_not_your_email")
        if passwords.holds_name(wish.password, username):
            raise invalid(password="password_contains_username")  # noqa: S106 - a reason
        if wish.privacy_notice != self.privacy_notice:
            raise Refusal(Code.PRIVACY_NOTICE_CHANGED)
        return username

    def _known(self, registration_id: str) -> AccountRegistration:
        registration = self.store.account_registration(registration_id)
        if registration is None:
            raise Refusal(Code.FLOW_TOKEN_INVALID)
        return registration

    def _asked_again(self, registration: AccountRegistration, now: datetime, *counted: CountUp) -> AccountRegistration:
        asked = registrations.with_codes_asked_again(registration, now)
        self.store.write(
            WriteAccountRegistration(asked),
            *self._messages.asked(asked, now),
            *counted,
            *_by_address(self.keyring.current().material, asked.contact, now),
        )
        return asked

    def _started(self, registration: AccountRegistration) -> AccountRegistration:
        """Starts the journey, unless it has come to its wait already. Starting twice is starting once."""
        if registration.task_token is None and registration.status not in registrations.ENDED:
            seconds_left = int(message_body(registration, self.clock())["seconds_left"])
            self.journeys.start(Journey.ACCOUNT_REGISTRATION, registration.registration_id, seconds_left)
        return registration

    def _woken(self, registration: AccountRegistration) -> AccountRegistration:
        """Tells the waiting journey that the codes are right.

        Where it does not wait yet, the step that comes will look itself; where it was never started, it is now.
        """
        self._started(registration)
        if registration.task_token is not None and is_to_be_woken(registration):
            self.journeys.wake(registration.task_token, message_body(registration, self.clock()))
        return registration


def _by_ip(key: bytes, ip: str, now: datetime) -> CountUp:
    return CountUp(limits.by_ip(key, ip, now))


def _by_address(key: bytes, contact: Contact, now: datetime) -> tuple[CountUp, ...]:
    return tuple(CountUp(limits.by_new_address(key, contact.address(channel), now)) for channel in Channel)
