"""A registration desk on fakes, and a stand-in for Step Functions that follows the state machine step by step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from chalicelib.domain import sessions, temporary_passwords
from chalicelib.domain.changes import StoreUnavailable, WriteRegistration, WriteTemporaryPassword
from chalicelib.domain.codes import Codes
from chalicelib.domain.contacts import Channel, Contact
from chalicelib.domain.icegate.holders import Holder
from chalicelib.domain.icegate.journey import Place, place
from chalicelib.domain.icegate.registration import LIFETIME, Registration, Status, Wait
from chalicelib.domain.icegate.registration_steps import RegistrationSteps, RegistrationSuperseded, SendingInProgress
from chalicelib.domain.icegate.simplified_registration import SimplifiedRegistrations
from chalicelib.domain.identifiers import EmailAddress, Gstin, IcegateId, Iec, Mobile, Pan
from chalicelib.domain.notices import NoticeNotSent
from tests.fakes import FakeJourneys, FakeKeyring, FakeMessenger, FakeStore

HOLDER = Holder(
    Iec("ZZZCZ9999Z"),
    Pan("ZZZCZ9999Z"),
    "Zenith Coir Private Limited",
    (Gstin("33ZZZCZ9999Z1ZQ"),),
    Contact(EmailAddress("office@zenith.example"), Mobile("+919876500002")),
)
ALTERNATE = Contact(EmailAddress("asha@zenith.example"), Mobile("+919876500099"))
PASSWORD = "Sagar#2026"
IP = "203.0.113.7"
TEMPORARY_PASSWORD = "K7PM-9XQ2-HTRW"
_ISSUED = temporary_passwords.issued(HOLDER.iec, TEMPORARY_PASSWORD, datetime(2026, 11, 1, tzinfo=UTC))


@dataclass
class World:
    """Everything around one holder who registers."""

    now: datetime = datetime(2026, 11, 2, 4, 30, tzinfo=UTC)
    flow_token: str = ""
    registration_id: str = ""
    _flows: int = 0
    _journey: Journey | None = field(default=None)

    def __post_init__(self) -> None:
        self.store = FakeStore(self.clock)
        self.journeys = FakeJourneys()
        self.messenger = FakeMessenger()
        self.keyring = FakeKeyring()
        self.desk = SimplifiedRegistrations(self.store, self.journeys, self.keyring, self.clock)
        self.steps = RegistrationSteps(self.store, self.journeys, self.keyring, self.messenger, self.clock)
        self.store.put_holder(HOLDER)
        self.store.write(WriteTemporaryPassword(temporary_passwords.sent(_ISSUED, _ISSUED.issued_at)))

    def clock(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> None:
        self.now += timedelta(**by)

    def opened(self) -> Registration:
        """A registration as `start` leaves it, without the captcha's work."""
        self._flows += 1
        self.registration_id, self.flow_token = f"registration-{self._flows:09}", f"token-{self._flows}"
        registration = Registration(
            registration_id=self.registration_id,
            flow_token_hash=sessions.token_hash(self.flow_token),
            status=Status.CREDENTIALS_REQUIRED,
            iec=HOLDER.iec,
            gstin=HOLDER.gstins[0],
            legal_name=HOLDER.legal_name,
            language="en",
            contact=HOLDER.contact,
            temporary_password_id=_ISSUED.temporary_password_id,
            expires_at=self.now + LIFETIME,
        )
        self.store.write(WriteRegistration(registration))
        self._journey = None
        return self.read()

    def read(self) -> Registration:
        stored = self.store.registration(self.registration_id)
        assert stored is not None
        return stored

    def choose(self, icegate_id: str = "Asha_Exports") -> Registration:
        return self.desk.choose_credentials(self.registration_id, self.flow_token, IcegateId(icegate_id), PASSWORD, IP)

    def codes_sent(self, icegate_id: str = "Asha_Exports") -> Registration:
        """A registration whose two codes have gone out."""
        self.opened()
        self.choose(icegate_id)
        self.journey.run()
        return self.read()

    def codes(self) -> Codes:
        return Codes(self.messenger.last_code(Channel.MOBILE), self.messenger.last_code(Channel.EMAIL))

    @property
    def journey(self) -> Journey:
        if self._journey is None:
            self._journey = Journey(self, self.registration_id)
        return self._journey


@dataclass
class Journey:
    """The state machine by hand: runs the steps that its state asks for until it waits for somebody."""

    world: World
    registration_id: str
    state: str = "IssueContactCodes"
    token: str | None = None
    tokens: int = 0

    def run(self) -> str:
        """Goes on as far as it can; returns the state in which it waits, or ended."""
        while self.registration_id in self.world.journeys.started and self._moved():
            pass
        return self.state

    def time_out(self) -> None:
        """The wait ran out; the state machine asks the record where to go on."""
        registration = self.world.steps.expire(self.registration_id)
        self.state, self.token = _PLACES[place(registration)], None

    def _moved(self) -> bool:
        waits = {
            "IssueContactCodes": Wait.CONTACT_CODES,
            "AwaitContactDecision": Wait.DECISION,
            "IssueAlternateCodes": Wait.ALTERNATE_CODES,
        }
        if self.state in waits:
            if self.token is None:
                self._wait(waits[self.state])
            woken = self.world.journeys.woken.get(self.token or "")
            if woken is None:
                return False
            self.token = None
            self.state = _NEXT[self.state].get(str(woken["next"]), _NEXT[self.state]["*"])
            return True
        return self._last_steps()

    def _wait(self, wait: Wait) -> None:
        for _ in range(4):
            self.tokens += 1
            self.token = f"{self.registration_id}/{self.tokens}"
            try:
                if wait is Wait.DECISION:
                    self.world.steps.await_decision(self.registration_id, self.token)
                else:
                    self.world.steps.issue_codes(self.registration_id, self.token, wait)
            except NoticeNotSent:
                continue
            except (SendingInProgress, StoreUnavailable):
                self.world.advance(seconds=31)  # the state machine's back-off outlasts a claim
                continue
            return

    def _last_steps(self) -> bool:
        if self.state == "CreateIcegateAccount":
            try:
                self._retried(lambda: self.world.steps.create_account(self.registration_id))
                self.state = "TellRegistrant"
            except RegistrationSuperseded:
                self.state = "Superseded"
            return True
        if self.state == "TellRegistrant":
            self._retried(lambda: self.world.steps.tell(self.registration_id))
            self.state = "Registered"
        return False

    def _retried(self, step: Callable[[], object]) -> None:
        try:
            step()
        except (SendingInProgress, StoreUnavailable):
            self.world.advance(seconds=31)
            step()


_PLACES = {
    Place.CONTACT_CODES: "IssueContactCodes",
    Place.DECISION: "AwaitContactDecision",
    Place.ALTERNATE_CODES: "IssueAlternateCodes",
    Place.CREATION: "CreateIcegateAccount",
    Place.ENDED: "Ended",
}
_NEXT = {
    "IssueContactCodes": {"send_again": "IssueContactCodes", "*": "AwaitContactDecision"},
    "AwaitContactDecision": {"change": "IssueAlternateCodes", "*": "CreateIcegateAccount"},
    "IssueAlternateCodes": {"send_again": "IssueAlternateCodes", "*": "CreateIcegateAccount"},
}
