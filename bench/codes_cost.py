"""What the codes themselves cost: making both, and comparing both, beside what hashing a password costs."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from bench.figures import Figure, WrongAnswerError
from bench.processes import spread


def microseconds(work: Callable[[], object], repeats: int, rounds: int = 7) -> float:
    """CPU of one call of `work` in microseconds: the least over `rounds`."""
    readings = []
    for _ in range(rounds):
        before = time.process_time()
        for _ in range(repeats):
            work()
        readings.append((time.process_time() - before) / repeats * 1e6)
    return spread(readings).least


def figures() -> list[Figure]:
    """Deriving the two codes at issue, and again to compare at verify; Argon2id as the suite sets it."""
    from chalicelib.domain import codes, passwords  # noqa: PLC0415
    from chalicelib.domain.contacts import Channel, Contact  # noqa: PLC0415
    from chalicelib.domain.identifiers import EmailAddress, Mobile  # noqa: PLC0415

    key = codes.ServerKey("measured", b"k" * 32)
    now = datetime.now(UTC)
    challenge = codes.Challenge(
        codes.Purpose.SIMPLIFIED_REGISTRATION_CONTACT,
        key.key_id,
        b"n" * codes.NONCE_BYTES,
        0,
        now + timedelta(hours=2),
        now,
    )
    contact = Contact(EmailAddress("asha@trade.example"), Mobile("+919999900000"))

    def issue() -> codes.Codes:
        mobile, email = (codes.derive(key, challenge, channel, contact) for channel in (Channel.MOBILE, Channel.EMAIL))
        return codes.Codes(mobile, email)

    made = issue()
    wrong = codes.Codes(made.mobile, f"{(int(made.email) + 1) % 1_000_000:06}")
    if codes.wrong_channels(key, challenge, contact, made) or codes.wrong_channels(key, challenge, contact, wrong) != (
        Channel.EMAIL,
    ):
        raise WrongAnswerError("the codes do not tell right from wrong")
    password = "Asha#Exports2026"  # noqa: S105 - measured, not used
    stored = passwords.hashed(password)
    if not passwords.matches(password, stored):
        raise WrongAnswerError("the password is not recognised")
    code = microseconds(lambda: codes.wrong_channels(key, challenge, contact, issue()), 300)
    hashing = microseconds(lambda: passwords.matches(password, passwords.hashed(password)), 3)
    return [
        Figure(
            "codes.issue_and_verify",
            code,
            "µs",
            against="Argon2id, hash and verify",
            against_value=hashing,
            beside="two codes made, two compared; a code is safe by the server key and five tries, not by slow hashing",
        )
    ]
