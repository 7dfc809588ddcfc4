"""What tests of the registration ask of a world, in the words of the journey."""

import base64
import json
from collections.abc import Callable

import altcha
import pytest

from chalicelib.domain.codes import Codes
from chalicelib.domain.icegate.accounts import IcegateAccount
from chalicelib.domain.icegate.registration import CodesFor, Status
from chalicelib.domain.notices import NoticeKind
from chalicelib.domain.refusals import Refusal
from tests.domain.icegate.world import ALTERNATE, IP, World

WRONG = Codes("000000", "000000")


def refused(ask: Callable[[], object]) -> Refusal:
    with pytest.raises(Refusal) as refusal:
        ask()
    return refusal.value


def verify(world: World, typed: Codes | None = None, codes_for: CodesFor = CodesFor.CONTACT) -> Status:
    typed = typed or world.codes()
    return world.desk.verify(world.registration_id, world.flow_token, codes_for, typed, IP).status


def finish(world: World) -> Status:
    return world.desk.finish(world.registration_id, world.flow_token).status


def change(world: World) -> Status:
    return world.desk.change_contact(world.registration_id, world.flow_token, ALTERNATE, IP).status


def account(world: World, icegate_id: str = "asha_exports") -> IcegateAccount:
    found = world.store.named(icegate_id)
    assert isinstance(found, IcegateAccount)
    return found


def kinds(world: World) -> list[tuple[NoticeKind, str]]:
    return [(notice.kind, notice.address) for notice in world.messenger.sent]


def solved_captcha(world: World) -> str:
    challenge = world.desk.challenge()
    solution = altcha.solve_challenge(altcha.Challenge.from_dict(challenge))
    assert solution is not None
    return base64.b64encode(json.dumps({"challenge": challenge, "solution": solution.to_dict()}).encode()).decode()
