"""Run as a process: accounts signed up with a code, a session each, through the suite's own routes and steps.

`python -m bench.our_account_sign_up <warm-up sign-ups> <batches> <sign-ups in a batch>`. AWS is where the environment
says. The work is made equal to the comparators': no captcha is solved or checked, nothing is hashed, nothing is sent.

Counted: POST the form, the step that waits, the step that sends the two codes, POST verify with the step that makes
the account, the write of a session. Shown beside: the two messages of welcome, and signing in by its routes (password,
a code to the email, the second factor).
"""

from __future__ import annotations

import secrets
import sys
from datetime import datetime, timedelta

from bench.cold_request import Context
from bench.desk import PASSWORD, Desk, measure
from bench.figures import WrongAnswerError
from bench.surroundings import request
from chalicelib.domain import captcha, sessions
from chalicelib.domain.accounts.account import Account, AccountName
from chalicelib.domain.accounts.owners import account_key
from chalicelib.domain.captcha import Solved
from chalicelib.domain.changes import Change, WriteMessage, WriteSession
from chalicelib.domain.contacts import Channel
from chalicelib.domain.sessions import Level
from chalicelib.handlers.message_steps import send_messages
from chalicelib.web import privacy_notice

REGISTRATIONS = "/accounts/registrations"
COUNTED = ("POST form", "await_account_codes", "send codes", "POST verify", "create_account", "session")


class AccountDesk(Desk):
    """The registration of accounts."""

    def __init__(self) -> None:
        super().__init__("account_registration_steps")
        self.registration_id = ""
        self.written: list[str] = []
        store, write = self.suite.store, self.suite.store.write

        def kept(*changes: Change) -> str:
            self.written += [
                change.message.message_id
                for change in changes
                if isinstance(change, WriteMessage) and change.message.revision is None
            ]
            return write(*changes)

        # What the outbox's stream tells: which messages are new.
        store.write = kept  # type: ignore[method-assign]

    def on_start(self, journey_id: str) -> None:
        """Wait under a task token."""
        self.registration_id = journey_id
        self.step_of("await_account_codes", journey_id)

    def on_wake(self) -> None:
        """Make the account, as the machine does before the route has read once more."""
        self.step("create_account", {"registration_id": self.registration_id})

    def sent(self, part: str) -> None:
        """Send the messages that were written since the last time."""
        message_ids, self.written[:] = list(self.written), []
        self.timed(part, lambda: send_messages({"message_ids": message_ids}, Context()))

    def sign_up(self, number: int) -> None:
        """One whole sign-up and sign-in, its parts timed, its result read back from the store."""
        ip, email = f"203.0.{number // 250 % 250}.{number % 250}", f"person{number}@trade.example"
        form = {
            "role": "importer_exporter",
            "name": "Asha Nair",
            "email": email,
            "mobile": f"+9198{number:08}",
            "password": PASSWORD,
            "confirm_password": PASSWORD,
            "privacy_notice": privacy_notice.version(),
            "captcha": "solved",
        }
        opened = self.route("POST form", request("POST", REGISTRATIONS, ip=ip, body=form), 202)
        self.sent("send codes")
        codes = {"mobile_code": self.messenger.codes[Channel.MOBILE], "email_code": self.messenger.codes[Channel.EMAIL]}
        verify = request(
            "POST",
            f"{REGISTRATIONS}/{{registration_id}}/codes/verify",
            ip=ip,
            token=opened["flow_token"],
            body=codes,
            registration_id=opened["registration_id"],
        )
        if self.route("POST verify", verify, 200)["status"] != "registered":
            raise WrongAnswerError("the codes made no account")
        self.sent("send the welcome")
        name = self.suite.store.named(email)
        account = self.suite.store.account(name.account_id) if isinstance(name, AccountName) else None
        if account is None or account.contact.email != email:
            raise WrongAnswerError("no account was written")
        token = sessions.new_token()
        opening = sessions.opened(token, account_key(account.account_id), 0, Level.FULL, "", self.suite.clock())
        self.timed("session", lambda: self.suite.store.write(WriteSession(opening)))
        if self.suite.store.session(sessions.token_hash(token)) is None:
            raise WrongAnswerError("no session was written")
        self.sign_in(account, ip)

    def sign_in(self, account: Account, ip: str) -> None:
        """Sign in by the routes: password, a code to the email, the second factor."""
        body: dict[str, object] = {"username": account.username, "password": PASSWORD}
        half_way = self.route("POST /sessions", request("POST", "/sessions", ip=ip, body=body), 202)
        token = half_way["session_token"]
        asked = request("POST", "/sessions/current/codes", ip=ip, token=token, body={"channel": "email"})
        self.route("POST second factor's code", asked, 202)
        self.sent("send its code")
        shown = {"method": "email_code", "code": self.messenger.codes[Channel.EMAIL]}
        answer = request("POST", "/sessions/current/second-factor", ip=ip, token=token, body=shown)
        if self.route("POST second factor", answer, 200)["status"] != "signed_in":
            raise WrongAnswerError("nobody was signed in")


def solved(key: bytes, payload: str, now: datetime) -> Solved:  # noqa: ARG001 - `captcha.solved`'s own
    """Each captcha counts as solved: the comparators ask for no work before a sign-up."""
    return Solved(secrets.token_hex(16), now + timedelta(minutes=20))


if __name__ == "__main__":
    captcha.solved = solved
    measure(AccountDesk, COUNTED, sys.argv[1:])
