"""The captcha: ours, solved, in time."""

import base64
import json
from datetime import UTC, datetime, timedelta

import altcha
import pytest

from chalicelib.domain import captcha
from chalicelib.domain.refusals import Code, Refusal

# Long past for the machine's clock: only the suite's clock counts.
NOW = datetime(2020, 1, 1, tzinfo=UTC)
KEY = b"\x03" * 32


def payload(challenge: dict[str, object], counter: int | None = None) -> str:
    solution = altcha.solve_challenge(altcha.Challenge.from_dict(challenge))
    assert solution is not None
    solved = solution.to_dict() | ({"counter": counter} if counter is not None else {})
    return base64.b64encode(json.dumps({"challenge": challenge, "solution": solved}).encode()).decode()


@pytest.fixture(scope="module")
def solved() -> str:
    return payload(captcha.challenge(KEY, NOW))


def refusal(text: str, key: bytes = KEY, now: datetime = NOW) -> Code:
    with pytest.raises(Refusal) as refused:
        captcha.solved(key, text, now)
    return refused.value.code


def test_a_solved_challenge_is_good_for_twenty_minutes(solved: str) -> None:
    found = captcha.solved(KEY, solved, NOW + timedelta(minutes=19, seconds=59))
    assert found.expires_at == NOW + timedelta(minutes=20)
    assert len(found.nonce) == 32
    assert refusal(solved, now=NOW + timedelta(minutes=20)) is Code.CAPTCHA_EXPIRED


def test_a_challenge_under_another_key_is_not_ours(solved: str) -> None:
    assert refusal(solved, key=b"\x04" * 32) is Code.CAPTCHA_INCORRECT


@pytest.mark.parametrize("member", ["cost", "nonce", "salt", "keyPrefix", "data", "algorithm"])
def test_no_member_of_a_challenge_can_be_changed(solved: str, member: str) -> None:
    content = json.loads(base64.b64decode(solved))
    changed = {"cost": 1, "data": {"expires": 4_102_444_800}, "keyPrefix": "", "algorithm": "SHA-256"}
    content["challenge"]["parameters"][member] = changed.get(member, "00" * 16)
    assert refusal(base64.b64encode(json.dumps(content).encode()).decode()) is Code.CAPTCHA_INCORRECT


def test_a_wrong_number_is_no_solution() -> None:
    assert refusal(payload(captcha.challenge(KEY, NOW), counter=1)) is Code.CAPTCHA_INCORRECT


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "",
        "e30=",
        "bnVsbA==",
        "W10=",
        "eyJjaGFsbGVuZ2UiOnt9LCJzb2x1dGlvbiI6e319",
        base64.b64encode(b"[" * 9000).decode(),
    ],
)
def test_what_is_no_solution_at_all_is_incorrect(text: str) -> None:
    assert refusal(text) is Code.CAPTCHA_INCORRECT
