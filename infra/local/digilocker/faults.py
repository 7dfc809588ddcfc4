"""Bad luck on demand: what goes wrong at DigiLocker, at which call, how often."""

import threading
import time
from dataclasses import dataclass
from typing import Final, Literal

from infra.local.digilocker.wire import Refused
from infra.local.http_server import HttpAnswer

Kind = Literal[
    "unavailable",
    "slow",
    "truncated",
    "wrong_hmac",
    "no_hmac",
    "answer_lost",
    "rotated_before",
    "token_revoked",
    "garbage",
]
KINDS: Final[dict[Kind, str]] = {
    "unavailable": "answer 530; nothing is carried out",
    "slow": "answer after some seconds",
    "truncated": "send half of the body, and hang up",
    "wrong_hmac": "send a file with the hmac of another",
    "no_hmac": "send a file without hmac",
    "answer_lost": "carry it out, and hang up without an answer",
    "rotated_before": "a refresh token was used by somebody else a moment before",
    "token_revoked": "the citizen has just revoked the consent at DigiLocker",
    "garbage": "answer 200 with a page that is no JSON",
}


_OTHER_HMAC: Final = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="


@dataclass
class Fault:
    """One piece of bad luck, waiting for its calls."""

    kind: Kind
    call: str = ""
    """The call's name (`token`, `file`, `pushuri`, …; docs/simulator.md lists them); "" for any."""
    client_id: str = ""
    """Whose calls; "" for everybody's."""
    times: int | None = 1
    """How often; None for always, until it is cleared."""
    error: str = "unexpected_error"
    status: int = 530
    seconds: float = 2.0
    struck: int = 0

    def strikes(self, call: str, client_id: str) -> bool:
        """Whether it is this call that fails."""
        return (
            self.call in ("", call)
            and self.client_id in ("", client_id)
            and (self.times is None or self.struck < self.times)
        )


class Faults:
    """The faults to come."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []

    def add(
        self,
        kind: Kind,
        call: str = "",
        *,
        client_id: str = "",
        times: int | None = 1,
        error: str = "unexpected_error",
        status: int = 530,
        seconds: float = 2.0,
    ) -> Fault:
        """Let the next `times` calls (None: all) go wrong. Raises ValueError for a kind that there is not."""
        if kind not in KINDS:
            raise ValueError(f"{kind}: one of {', '.join(KINDS)} is wanted")
        fault = Fault(kind, call, client_id, times, error, status, seconds)
        with self._lock:
            self._faults.append(fault)
        return fault

    def clear(self) -> None:
        """No more bad luck."""
        with self._lock:
            self._faults.clear()

    def all(self) -> list[Fault]:
        """List them."""
        return list(self._faults)

    def struck(self, call: str, client_id: str) -> Fault | None:
        """Give the fault that strikes this call, and count it."""
        with self._lock:
            fault = next((one for one in self._faults if one.strikes(call, client_id)), None)
            if fault is not None:
                fault.struck += 1
            return fault


def before(fault: Fault | None) -> None:
    """Do what comes before the call is carried out: wait, or refuse."""
    if fault is None:
        return
    if fault.kind == "slow":
        time.sleep(fault.seconds)
    if fault.kind == "unavailable":
        raise Refused(fault.status, fault.error, "Simulated: DigiLocker is unavailable")


def after(fault: Fault | None, answer: HttpAnswer) -> HttpAnswer:
    """Spoil the answer of a call that was carried out."""
    without = [(name, value) for name, value in answer.headers if name.lower() != "hmac"]
    spoiled = {
        "no_hmac": HttpAnswer(answer.status, without, answer.body),
        "wrong_hmac": HttpAnswer(answer.status, [*without, ("hmac", _OTHER_HMAC)], answer.body),
        "truncated": HttpAnswer(
            answer.status,
            [*answer.headers, ("Content-Length", str(len(answer.body)))],
            answer.body[: len(answer.body) // 2],
        ),
        "answer_lost": HttpAnswer(0),
        "garbage": HttpAnswer(200, [("Content-Type", "text/html")], b"<html>Please try again later</html>"),
    }
    return spoiled.get(fault.kind, answer) if fault else answer
