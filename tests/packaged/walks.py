"""Walks through everything that the suite can do, so that every AWS call its functions make is made once."""

from __future__ import annotations

import base64
import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import altcha
from botocore.session import get_session

from chalicelib.domain import codes, outbox
from chalicelib.domain.changes import WriteMessage
from chalicelib.domain.codes import Purpose
from chalicelib.domain.contacts import Channel, Contact
from chalicelib.domain.identifiers import EmailAddress, Mobile
from chalicelib.domain.notices import NoticeKind
from chalicelib.suite import suite
from infra.local.laptop import Laptop
from infra.local.samples import Sample
from tests.packaged.account_walks import walk_accounts
from tests.packaged.collisions import collision
from tests.packaged.department_walks import walk_departments
from tests.packaged.signature_walks import walk_signatures

PASSWORD = "Sagar#2026"
PATIENCE_SECONDS = 60


@dataclass(frozen=True)
class Codes:
    mobile_code: str
    email_code: str


class Walker:
    """A person at a browser, with one sample holder's mail and mobile in hand."""

    def __init__(self, laptop: Laptop, sample: Sample) -> None:
        self.laptop = laptop
        self.sample = sample
        self.registration_id = ""
        self.flow_token = ""

    def ask(self, method: str, path: str, body: Any = None, *, expected: tuple[int, ...] = (200, 201, 202)) -> Any:
        """What the site answers. Raises AssertionError for a status that was not expected."""
        site = urlsplit(self.laptop.site_url)
        assert site.hostname is not None
        connection = HTTPConnection(site.hostname, site.port, timeout=PATIENCE_SECONDS)
        headers = {"Accept-Language": "en", "Authorization": f"Bearer {self.flow_token}"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        answer = connection.getresponse()
        content = answer.read().decode()
        connection.close()
        assert answer.status in expected, (method, path, answer.status, content)
        return json.loads(content) if content else None

    def captcha(self) -> str:
        """A solved captcha."""
        challenge = self.ask("GET", "/captcha")
        solution = altcha.solve_challenge(altcha.Challenge.from_dict(challenge))
        assert solution is not None
        return base64.b64encode(json.dumps({"challenge": challenge, "solution": solution.to_dict()}).encode()).decode()

    @property
    def here(self) -> str:
        return f"/icegate/registrations/{self.registration_id}"

    def open(self) -> None:
        body = {
            "iec": self.sample.iec,
            "gstin": self.sample.gstins[0],
            "temporary_password": self.sample.temporary_password,
            "captcha": self.captcha(),
        }
        opened = self.ask("POST", "/icegate/registrations", body)
        self.registration_id, self.flow_token = opened["registration_id"], opened["flow_token"]

    def choose(self, icegate_id: str) -> Codes:
        """Choose ID and password; the codes that were sent."""
        assert self.ask("GET", f"{self.here}/availability?icegate_id={icegate_id}") == {"available": True}
        body = {"icegate_id": icegate_id, "password": PASSWORD, "confirm_password": PASSWORD}
        self.ask("PUT", f"{self.here}/credentials", body)
        self.reach("codes_sent")
        return self.codes(self.sample.mobile, self.sample.email)

    def verify(self, codes: Codes, part: str = "codes") -> None:
        self.ask("POST", f"{self.here}/{part}/verify", vars(codes))

    def finish(self) -> None:
        self.ask("POST", f"{self.here}/finish", {"confirm": True})
        self.reach("registered")

    def change_contact(self, email: str, mobile: str) -> Codes:
        self.ask("PUT", f"{self.here}/alternate-contact", {"email": email, "mobile": mobile})
        self.reach("alternate_codes_sent")
        return self.codes(f"+91{mobile}", email)

    def reach(self, status: str) -> None:
        """Poll until the registration stands at `status`."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (stands := self.ask("GET", self.here)["status"]) != status:
            assert time.monotonic() < deadline, f"{stands}, not {status}"
            time.sleep(0.05)

    def codes(self, mobile: str, email: str) -> Codes:
        """The newest codes sent to these addresses."""

        def newest(to: str) -> str:
            texts = (message.text for message in self.laptop.outbox() if message.to == to)
            return next(found[0] for text in texts if (found := re.search(r"\b\d{6}\b", text)))

        return Codes(newest(mobile), newest(email))

    def step(self, name: str, **event: Any) -> dict[str, Any]:
        """Run a step Lambda as another state machine would, or as a retry does."""
        answer = self.laptop.steps.invoke(name, json.dumps(event))
        told: dict[str, Any] = json.loads(answer.payload)
        return told


class Newcomer(Walker):
    """A person who signs up for an account."""

    def __init__(self, laptop: Laptop, number: int) -> None:
        super().__init__(laptop, laptop.samples[0])
        self.email, self.mobile = f"newcomer-{number}@people.example", f"+9198763{number:05}"

    @property
    def here(self) -> str:
        return f"/accounts/registrations/{self.registration_id}"

    def apply(self, username: str) -> None:
        body = {
            "role": "importer_exporter",
            "name": "Newcomer",
            "email": self.email,
            "mobile": self.mobile,
            "username": username,
            "password": PASSWORD,
            "confirm_password": PASSWORD,
            "privacy_notice": self.ask("GET", "/privacy-notice")["version"],
            "captcha": self.captcha(),
        }
        opened = self.ask("POST", "/accounts/registrations", body)
        self.registration_id, self.flow_token = opened["registration_id"], opened["flow_token"]

    def sent(self) -> Codes:
        return self.codes(self.mobile, self.email)


def walk_everything(laptop: Laptop) -> None:
    """Every journey, and every step that runs a second time or from elsewhere."""
    holders = iter(laptop.samples)
    walks = (
        register,
        change_the_contact,
        be_superseded,
        run_out_of_time,
        be_driven_by_another_state_machine,
        be_woken_by_a_retry,
        issue_temporary_passwords,
        send_messages,
        sign_up,
        sign_up_in_vain,
        be_signed_up_by_another_state_machine,
    )
    for walk in walks:
        walk(laptop, holders)
        # All come from one network; the next one comes when its tries of five minutes are forgotten.
        laptop.clock.advance(minutes=6)
    walk_accounts(laptop)
    walk_signatures(laptop)
    walk_departments(laptop)


def register(laptop: Laptop, holders: Iterator[Sample]) -> None:
    """Case 1.1, with a resume on the way, then signing in and out."""
    walker = Walker(laptop, next(holders))
    walker.open()
    codes = walker.choose("walker-1")
    laptop.clock.advance(seconds=31)
    walker.ask("POST", f"{walker.here}/codes")
    walker.reach("codes_sent")
    wrong = {"mobile_code": "000000", "email_code": codes.email_code}
    walker.ask("POST", f"{walker.here}/codes/verify", wrong, expected=(422,))
    details = {"iec": walker.sample.iec, "gstin": walker.sample.gstins[0], **vars(codes)}
    walker.flow_token = walker.ask("POST", "/icegate/registrations/resume", details)["flow_token"]
    walker.finish()
    walker.step("await_contact_decision", registration_id=walker.registration_id, task_token="retried")
    opened = walker.ask("POST", "/sessions", {"username": "walker-1", "password": PASSWORD})
    walker.flow_token = opened["session_token"]
    laptop.clock.advance(minutes=2)
    walker.ask("GET", "/sessions/current")
    walker.ask("DELETE", "/sessions/current", expected=(204,))


def change_the_contact(laptop: Laptop, holders: Iterator[Sample]) -> None:
    """Case 1.2."""
    walker = Walker(laptop, next(holders))
    walker.open()
    walker.verify(walker.choose("walker-2"))
    codes = walker.change_contact("other@holders.example", "9876599999")
    walker.verify(codes, "alternate-contact")
    walker.reach("registered")


def be_woken_by_a_retry(laptop: Laptop, holders: Iterator[Sample]) -> None:
    """The journey could not be woken when the alternate codes were right; the step's retry sees that they were."""
    walker = Walker(laptop, next(holders))
    walker.open()
    walker.verify(walker.choose("walker-7"))
    codes = walker.change_contact("third@holders.example", "9876577777")
    with laptop.faults.during("states", "SendTaskSuccess"):
        walker.ask("POST", f"{walker.here}/alternate-contact/verify", vars(codes), expected=(503,))
    walker.step("issue_alternate_codes", registration_id=walker.registration_id, task_token="retried")


def be_superseded(laptop: Laptop, holders: Iterator[Sample]) -> None:
    """Two registrations of one holder: the one that finishes first stands."""
    sample = next(holders)
    first, second = Walker(laptop, sample), Walker(laptop, sample)
    for number, walker in enumerate((first, second), 3):
        walker.open()
        walker.verify(walker.choose(f"walker-{number}"))
    second.finish()
    first.ask("POST", f"{first.here}/finish", {"confirm": True}, expected=(200, 202, 409))
    first.reach("superseded")


def run_out_of_time(laptop: Laptop, holders: Iterator[Sample]) -> None:
    """No wake-up comes through; the first step's retry makes one, and what is left alone gives its ICEGATE ID back."""
    walker = Walker(laptop, next(holders))
    walker.open()
    codes = walker.choose("walker-5")
    with laptop.faults.during("states", "SendTaskSuccess"):
        walker.ask("POST", f"{walker.here}/codes/verify", vars(codes), expected=(503,))
    walker.step("issue_contact_codes", registration_id=walker.registration_id, task_token="retried")
    ended = walker.step("expire_registration", registration_id=walker.registration_id, because="step_failed")
    assert ended["status"] == "expired", ended


def be_driven_by_another_state_machine(laptop: Laptop, holders: Iterator[Sample]) -> None:
    """The steps that confirm codes, called as steps."""
    walker = Walker(laptop, next(holders))
    walker.open()
    codes = walker.choose("walker-6")
    walker.step("verify_contact_codes", registration_id=walker.registration_id, **vars(codes))
    walker.reach("contact_verified")
    codes = walker.change_contact("another@holders.example", "9876588888")
    walker.step("verify_alternate_codes", registration_id=walker.registration_id, **vars(codes))
    walker.reach("registered")


def issue_temporary_passwords(laptop: Laptop, holders: Iterator[Sample]) -> None:
    """To the holders of a list, and to all."""
    walker = Walker(laptop, next(holders))
    bucket = laptop.environment["DOCUMENTS_BUCKET"]
    s3: Any = get_session().create_client("s3", endpoint_url=laptop.aws_endpoint)
    s3.put_object(Bucket=bucket, Key="lists/walk.csv", Body=f"iec\r\n{walker.sample.iec}\r\n".encode())
    anew = {"replace_issued_before": "2100-01-01T00:00:00Z"}
    report = walker.step("issue_temporary_passwords", to="list", key="lists/walk.csv", **anew)
    assert report["counts"]["issued"] == 1, report
    assert walker.step("issue_temporary_passwords", to="all")["counts"]["has_one"] > 0


def send_messages(laptop: Laptop, holders: Iterator[Sample]) -> None:
    """A code and a notice: told by the stream, and looked for by the schedule."""
    walker = Walker(laptop, next(holders))
    contact = Contact(EmailAddress(walker.sample.email), Mobile(walker.sample.mobile))
    now, key = suite().clock(), suite().keyring.current()
    challenge = codes.asked(
        Purpose.SIGN_IN, (Channel.MOBILE,), key.key_id, b"n" * codes.NONCE_BYTES, now + timedelta(minutes=10), now
    )
    messages = (
        outbox.message(NoticeKind.CONTACT_CODE, Channel.MOBILE, contact, "en", now, challenge=challenge),
        outbox.message(NoticeKind.REGISTERED, Channel.EMAIL, contact, "en", now, icegate_id="WALKER"),
    )
    suite().store.write(*map(WriteMessage, messages))
    laptop.wait_until_idle()
    assert walker.step("send_messages") == {"sent": 0, "failed": 0, "given_up": 0, "left": 0}


def sign_up(laptop: Laptop, _holders: Iterator[Sample]) -> None:
    """An account: sent again, one wrong try, and the end from another browser; a retry of the wait wakes it."""
    person = Newcomer(laptop, 1)
    person.apply("newcomer.1")
    laptop.wait_until_idle()
    laptop.clock.advance(seconds=31)
    person.ask("POST", f"{person.here}/codes")
    codes = person.sent()
    wrong = {"mobile_code": "000000", "email_code": codes.email_code}
    person.ask("POST", f"{person.here}/codes/verify", wrong, expected=(422,))
    addresses = {"email": person.email, "mobile": person.mobile}
    with laptop.faults.during("states", "SendTaskSuccess"):
        person.ask("POST", f"{person.here}/codes/verify", vars(codes), expected=(503,))
    person.step("await_account_codes", registration_id=person.registration_id, task_token="retried")
    resumed = person.ask("POST", "/accounts/registrations/resume", {**addresses, **vars(codes)})
    person.flow_token = resumed["flow_token"]
    person.reach("registered")


def sign_up_in_vain(laptop: Laptop, _holders: Iterator[Sample]) -> None:
    """A username that went to somebody else meanwhile, one that is taken from the start, and one whose time ran out."""
    late = Newcomer(laptop, 2)
    late.apply("newcomer.2")
    quick = Newcomer(laptop, 3)
    quick.apply("NEWCOMER.2")
    quick.ask("POST", f"{quick.here}/codes/verify", vars(quick.sent()))
    quick.reach("registered")
    with collision(laptop, "create_account", items=2):
        late.ask("POST", f"{late.here}/codes/verify", vars(late.sent()), expected=(202, 410))
        late.reach("expired")
    Newcomer(laptop, 4).apply("newcomer.2")
    slow = Newcomer(laptop, 5)
    slow.apply("newcomer.5")
    laptop.wait_until_idle()
    ended = slow.step("expire_account_registration", registration_id=slow.registration_id, because="step_failed")
    assert ended["status"] == "expired", ended


def be_signed_up_by_another_state_machine(laptop: Laptop, _holders: Iterator[Sample]) -> None:
    """The steps that send and confirm codes, called as steps: of a journey that waits, and of one never started."""
    person = Newcomer(laptop, 6)
    person.apply("newcomer.6")
    laptop.wait_until_idle()
    laptop.clock.advance(seconds=31)
    person.step("issue_account_codes", registration_id=person.registration_id)
    person.step("confirm_account_codes", registration_id=person.registration_id, **vars(person.sent()))
    person.reach("registered")
    with laptop.faults.during("states", "StartExecution"):
        person = Newcomer(laptop, 7)
        person.apply("newcomer.7")
    person.step("confirm_account_codes", registration_id=person.registration_id, **vars(person.sent()))
    person.reach("registered")
