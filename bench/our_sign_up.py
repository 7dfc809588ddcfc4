"""Run as a process: sign-ups with a code through the suite's own routes and steps, called as Lambda calls them.

`python -m bench.our_sign_up <warm-up sign-ups> <batches> <sign-ups in a batch>`. AWS is where the environment says.
Prints `{"cpu_ms": [per sign-up, one a batch], "parts": {part: ms}, "sign_ups": n}`. The comparators send nothing and
hash no password, so here nothing is sent, and a password is kept under a mark instead of a hash.

Counted: PUT credentials with the step that issues the codes, POST verify, the step that makes the account, the write of
a session. Shown beside: what else this journey asks for (the decision, its step, finish, the session's route).
"""

from __future__ import annotations

import gc
import json
import secrets
import sys
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from importlib import import_module
from typing import Any

from bench.cold_request import Context
from bench.figures import WrongAnswerError
from bench.surroundings import request
from chalicelib import suite as suites
from chalicelib.domain import passwords, sessions
from chalicelib.domain.changes import WriteRegistration, WriteSession, WriteTemporaryPassword
from chalicelib.domain.contacts import Channel, Contact
from chalicelib.domain.icegate.holders import Holder
from chalicelib.domain.icegate.registration import Registration, Status
from chalicelib.domain.identifiers import EmailAddress, Gstin, Iec, Mobile, Pan
from chalicelib.domain.notices import Notice
from chalicelib.domain.ports import Woken
from chalicelib.domain.temporary_passwords import TemporaryPassword
from chalicelib.settings import Settings

REGISTRATION = "/icegate/registrations/{registration_id}"
PASSWORD = "Kaveri#Looms2026"  # noqa: S105 - nobody's
COUNTED = ("PUT credentials", "issue_contact_codes", "POST verify", "create_icegate_account", "session")


class NoMessenger:
    """Sends nothing and keeps the codes, as the comparators' callback does."""

    def __init__(self) -> None:
        self.codes: dict[Channel, str] = {}

    def send(self, notice: Notice) -> str:
        """Take a notice."""
        if "code" in notice.values:
            self.codes[notice.channel] = str(notice.values["code"])
        return "kept"


class JourneysInLine:
    """Step Functions' calls are made; the step that a start sets going is run at once and timed by its own name."""

    def __init__(self, real: Any, run: Callable[[str, str], None]) -> None:  # noqa: ANN401 - any adapter
        self._real = real
        self._run = run

    def start(self, registration_id: str, seconds_left: int) -> None:
        """Start, and issue the codes."""
        self._real.start(registration_id, seconds_left)
        self._run("issue_contact_codes", registration_id)

    def wake(self, task_token: str, message: Mapping[str, str | int]) -> Woken:
        """Wake; what follows is run by who measures."""
        woken: Woken = self._real.wake(task_token, message)
        return woken


class Desk:
    """One process of the suite, and the time each part of a sign-up took in it."""

    def __init__(self) -> None:
        self.suite = suites.Suite(Settings.from_environment(), sleep=lambda _seconds: None)
        self.messenger = NoMessenger()
        parts = self.suite.__dict__
        # The suite's parts are cached properties: what is set stands in their place.
        parts["messenger"] = self.messenger
        parts["journeys"] = JourneysInLine(self.suite.journeys, self.step_of)
        suites.install(self.suite)
        self.app = import_module("app").app
        self.steps = import_module("chalicelib.handlers.registration_steps")
        self.spent: dict[str, float] = {}
        self.running: list[str] = []

    def timed(self, part: str, work: Callable[[], Any]) -> Any:  # noqa: ANN401 - whatever it answers
        """Add the CPU of `work` to `part`; what runs inside another part is taken off that one."""
        before = time.process_time()
        self.running.append(part)
        answer = work()
        self.running.pop()
        used = time.process_time() - before
        self.spent[part] = self.spent.get(part, 0.0) + used
        if self.running:
            self.spent[self.running[-1]] = self.spent.get(self.running[-1], 0.0) - used
        return answer

    def step(self, name: str, event: dict[str, str]) -> None:
        """Run a step Lambda's handler."""
        self.timed(name, lambda: getattr(self.steps, name)(event, Context()))

    def step_of(self, name: str, registration_id: str) -> None:
        """Run a step that waits under a task token."""
        self.step(name, {"registration_id": registration_id, "task_token": f"token-of-{name}"})

    def route(self, part: str, event: dict[str, object], *expected: int) -> dict[str, Any]:
        """Call the API's handler; the answer's JSON. Raises WrongAnswerError for another status than expected."""
        answer = self.timed(part, lambda: self.app(event, Context()))
        if answer["statusCode"] not in expected:
            raise WrongAnswerError(f"{part}: {answer['statusCode']} {answer['body']}")
        told: dict[str, Any] = json.loads(answer["body"] or "{}")
        return told

    def opened(self, number: int) -> tuple[str, str, str]:
        """Write a holder with a registration that awaits credentials: its id, its flow token, an ID to choose."""
        now, store = self.suite.clock(), self.suite.store
        iec = Iec(f"{number:010}")
        contact = Contact(EmailAddress(f"person{number}@trade.example"), Mobile(f"+9198{number:08}"))
        gstin = Gstin("33ZZZPZ9999Z1ZZ")
        store.put_holder(Holder(iec, Pan("ZZZPZ9999Z"), f"Person {number}", (gstin,), contact))
        store.write(
            WriteTemporaryPassword(
                TemporaryPassword(iec, "measured", "none", now, now + timedelta(days=7), sent_at=now)
            )
        )
        token, registration_id = sessions.new_flow_token(), secrets.token_urlsafe(16)
        registration = Registration(
            registration_id,
            sessions.token_hash(token),
            Status.CREDENTIALS_REQUIRED,
            iec,
            gstin,
            f"Person {number}",
            "en",
            contact,
            "measured",
            now + timedelta(hours=2),
        )
        store.write(WriteRegistration(registration))
        return registration_id, token, f"person{number}"

    def sign_up(self, number: int) -> None:
        """One whole sign-up, its parts timed, its result read back from the store."""
        registration_id, token, icegate_id = self.opened(number)
        ip = f"203.0.{number // 250 % 250}.{number % 250}"

        def asked(method: str, what: str, body: object) -> dict[str, object]:
            return request(
                method, f"{REGISTRATION}{what}", ip=ip, token=token, body=body, registration_id=registration_id
            )

        chosen = {"icegate_id": icegate_id, "password": PASSWORD, "confirm_password": PASSWORD}
        told = self.route("PUT credentials", asked("PUT", "/credentials", chosen), 202)
        if told["status"] != "codes_sent":
            raise WrongAnswerError(f"no codes were sent: {told}")
        codes = {"mobile_code": self.messenger.codes[Channel.MOBILE], "email_code": self.messenger.codes[Channel.EMAIL]}
        told = self.route("POST verify", asked("POST", "/codes/verify", codes), 200)
        if told["status"] != "contact_verified":
            raise WrongAnswerError(f"the codes did not confirm: {told}")
        self.step_of("await_contact_decision", registration_id)
        self.route("POST finish", asked("POST", "/finish", {"confirm": True}), 200, 202)
        self.step("create_icegate_account", {"registration_id": registration_id})
        session_token = sessions.new_token()
        self.timed(
            "session",
            lambda: self.suite.store.write(
                WriteSession(sessions.opened(session_token, icegate_id, self.suite.clock()))
            ),
        )
        self.route(
            "POST /sessions",
            request("POST", "/sessions", ip=ip, body={"username": icegate_id, "password": PASSWORD}),
            200,
        )
        account = self.suite.store.named(icegate_id)
        if getattr(account, "registration_id", "") != registration_id or not hasattr(account, "registered_at"):
            raise WrongAnswerError("no account was written")
        if self.suite.store.session(sessions.token_hash(session_token)) is None:
            raise WrongAnswerError("no session was written")


def without_hashing() -> None:
    """Passwords are kept under a mark instead of a hash, so that no side hashes."""
    passwords.hashed = lambda password: f"unhashed:{password}"
    passwords.matches = lambda password, phc: phc == f"unhashed:{password}"


def main(warm_up: int, batches: int, size: int) -> None:
    without_hashing()
    out, sys.stdout = sys.stdout, sys.stderr
    desk = Desk()
    numbers = iter(range(1, 10**8))
    for _ in range(warm_up):
        desk.sign_up(next(numbers))
    totals, parts = [], []
    for _ in range(batches):
        desk.spent.clear()
        gc.collect()
        for _ in range(size):
            desk.sign_up(next(numbers))
        parts.append({part: used * 1000 / size for part, used in desk.spent.items()})
        totals.append(sum(parts[-1][part] for part in COUNTED))
    best = parts[totals.index(min(totals))]
    print(json.dumps({"cpu_ms": totals, "parts": best, "sign_ups": warm_up + batches * size}), file=out)


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
