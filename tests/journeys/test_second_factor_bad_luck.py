"""Each write of signing in, of a step-up and of adding an authenticator fails in its turn, or its answer is lost.

A patient person gets there; nobody gets further than they have shown.
"""

import base64
from collections.abc import Callable

import pytest

from infra.local.laptop import Laptop
from tests.journeys.accounts import Person, signed_up
from tests.journeys.bad_luck import Luck, aimed
from tests.journeys.clients import Client, Reply
from tests.journeys.signed_in import SignedInClient, signed_in
from tests.journeys.walking import sent_to

each_luck = pytest.mark.parametrize("luck", ["answer_lost", "unreachable"])
# Password: two; a code asked for: one; shown: two.
SIGN_IN_WRITES, STEP_UP_WRITES, ADDING_WRITES = 5, 3, 3


@pytest.fixture
def person(laptop: Laptop) -> Person:
    return signed_up(laptop)


def patiently(click: Callable[[], Reply]) -> Reply:
    """The answer, after as many repetitions as a patient person makes."""
    for _ in range(4):
        reply = click()
        if reply.status != 503:
            return reply
    raise AssertionError(reply.raw)


def came_in(laptop: Laptop, person: Person) -> SignedInClient:
    """Somebody who signs in from the start again where their session is gone: its successor's token was lost."""
    for _ in range(3):
        body = {"username": person.username, "password": person.password}
        client = Client(laptop.site_url)
        token = patiently(lambda: client.call("POST", "/sessions", body)).demand(202).content["session_token"]  # noqa: B023
        mine = SignedInClient(laptop, client, token)
        # 429: it was asked for, and only the answer was lost.
        patiently(mine.ask).demand(202, 429)
        code = mine.code()
        if patiently(lambda: mine.show("mobile_code", code)).demand(200, 401).status == 200:  # noqa: B023
            return mine
    raise AssertionError


@each_luck
@pytest.mark.parametrize("number", range(SIGN_IN_WRITES))
def test_each_write_of_signing_in(laptop: Laptop, person: Person, number: int, luck: Luck) -> None:
    with aimed(laptop, number, luck) as fault:
        mine = came_in(laptop, person)
    assert fault.struck is not None
    assert mine.call("GET", "/sessions/current").demand(200).content["level"] == "full"
    # One was perhaps opened that nobody has the token of; never two for one code.
    assert len(mine.call("GET", "/sessions").demand(200).content["sessions"]) <= 2
    codes = [message for message in sent_to(laptop, person.contact) if "to sign in" in message.text]
    assert len(codes) <= 2


@each_luck
@pytest.mark.parametrize("number", range(STEP_UP_WRITES))
def test_each_write_of_a_step_up(laptop: Laptop, person: Person, number: int, luck: Luck) -> None:
    mine = signed_in(laptop, person)
    laptop.clock.advance(minutes=11)
    mine.call("GET", "/sessions/current").demand(200)
    with aimed(laptop, number, luck) as fault:
        patiently(mine.ask).demand(202, 429)
        code = mine.code()
        shown = patiently(lambda: mine.show("mobile_code", code)).demand(200, 401)
    assert fault.struck is not None
    if shown.status == 401:
        # The successor is there and its token was lost: the person signs in once more.
        assert shown.code == "session_required"
        assert (number, luck) == (STEP_UP_WRITES - 1, "answer_lost")
        mine = came_in(laptop, person)
    mine.call("POST", "/account/authenticator").demand(200)


@each_luck
@pytest.mark.parametrize("number", range(ADDING_WRITES))
def test_each_write_of_adding_an_authenticator(laptop: Laptop, person: Person, number: int, luck: Luck) -> None:
    """Where the answer with the recovery codes is lost, new ones can be made."""
    mine = signed_in(laptop, person)
    with aimed(laptop, number, luck) as fault:
        offered = patiently(lambda: mine.call("POST", "/account/authenticator")).demand(200).content
        mine.authenticator = secret_of(offered["secret"])
        code = mine.app_code()
        confirmed = patiently(lambda: mine.call("POST", "/account/authenticator/confirm", {"code": code}))
    assert fault.struck is not None
    if confirmed.demand(200, 410).status == 410:
        assert confirmed.code == "code_expired"
    assert person.account.security.authenticator is not None
    codes = mine.call("POST", "/account/recovery-codes").demand(200).content["recovery_codes"]
    assert len(codes) == len(person.account.security.recovery_codes) == 10
    signed_in(laptop, person, authenticator=mine.authenticator)


def secret_of(typed: str) -> bytes:
    return base64.b32decode(typed.replace(" ", ""))
