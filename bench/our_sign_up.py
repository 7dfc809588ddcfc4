"""Run as a process: sign-ups with a code through the suite's own routes and steps, called as Lambda calls them.

`python -m bench.our_sign_up <warm-up sign-ups> <batches> <sign-ups in a batch>`. AWS is where the environment says.
The comparators send nothing and hash no password, so here nothing is sent, and a password is kept under a mark instead
of a hash.

Counted: PUT credentials with the step that issues the codes, POST verify, the step that makes the account, the write of
a session. Shown beside: what else this journey asks for (the decision, its step, finish, the session's route).
"""

from __future__ import annotations

import secrets
import sys
from datetime import timedelta

from bench.desk import PASSWORD, Desk, measure
from bench.figures import WrongAnswerError
from bench.surroundings import request
from chalicelib.domain import sessions
from chalicelib.domain.accounts.owners import icegate_key
from chalicelib.domain.changes import WriteRegistration, WriteSession, WriteTemporaryPassword
from chalicelib.domain.contacts import Channel, Contact
from chalicelib.domain.icegate.holders import Holder
from chalicelib.domain.icegate.registration import Registration, Status
from chalicelib.domain.identifiers import EmailAddress, Gstin, Iec, Mobile, Pan
from chalicelib.domain.sessions import Level
from chalicelib.domain.temporary_passwords import TemporaryPassword

REGISTRATION = "/icegate/registrations/{registration_id}"
COUNTED = ("PUT credentials", "issue_contact_codes", "POST verify", "create_icegate_account", "session")


class IcegateDesk(Desk):
    """The simplified registration."""

    def on_start(self, journey_id: str) -> None:
        """Issue the codes."""
        self.step_of("issue_contact_codes", journey_id)

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
                WriteSession(
                    sessions.opened(session_token, icegate_key(icegate_id), 0, Level.FULL, "", self.suite.clock())
                )
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


if __name__ == "__main__":
    measure(lambda: IcegateDesk("registration_steps"), COUNTED, sys.argv[1:])
