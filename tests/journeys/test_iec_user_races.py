"""Races of users of an IEC, on both engines: an owner remains, and one thing is done once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from chalicelib.domain.iec.users import IecRole, IecUserStatus
from chalicelib.handlers.iec_user_steps import apply_iec_user_change
from chalicelib.suite import suite
from infra.local.laptop import Laptop
from tests.engines import on_both_engines
from tests.journeys.firms import Firm, Login, found_good, new_firm
from tests.journeys.walking import held_back, together

pytestmark = on_both_engines


@pytest.fixture(autouse=True)
def _alone(laptop: Laptop) -> Iterator[None]:
    """The machines of the signings come after the tests' own runs of the step, and find the deed done or refused."""
    with held_back(laptop, "apply_iec_user_change", "iec_user_steps"):
        yield


def applied(signing_id: str) -> str:
    """The deed's step, as its machine runs it."""
    apply_iec_user_change({"signing_id": signing_id}, None)
    stored = suite().store.signing(signing_id)
    assert stored is not None
    return stored.why or stored.status.value


def owners(firm: Firm, many: int) -> list[Login]:
    return [firm.stored_user(firm.partner(), IecRole.OWNER) for _ in range(many)]


def active_owners(firm: Firm) -> int:
    users = suite().store.iec_users(firm.iec)
    return sum(user.role is IecRole.OWNER and user.status is IecUserStatus.ACTIVE for user in users)


def test_of_owners_who_leave_at_once_one_stays(laptop: Laptop) -> None:
    for many in (2, 3, 4):
        firm = new_firm(laptop)
        signings = [found_good(owner.open("leave").demand(201).content) for owner in owners(firm, many)]
        outcomes = together(*[lambda signing=signing: applied(signing) for signing in signings])
        assert Counter(outcomes) == {"done": many - 1, "last_owner": 1}
        assert active_owners(firm) == 1


def test_of_owners_who_remove_each_other_at_once_one_stays(laptop: Laptop) -> None:
    for kind in ("remove", "suspend"):
        firm = new_firm(laptop)
        one, other = owners(firm, 2)
        signings = [
            found_good(maker.open(kind, target).demand(201).content) for maker, target in ((one, other), (other, one))
        ]
        outcomes = together(*[lambda signing=signing: applied(signing) for signing in signings])
        assert outcomes.count("done") == 1
        assert active_owners(firm) == 1


def test_a_deed_that_runs_eight_times_at_once_is_done_once(laptop: Laptop) -> None:
    firm = new_firm(laptop)
    (owner,) = owners(firm, 1)
    body = {"name": "Ravi Kumar", "email": "ravi@race.example", "role": "viewer"}
    signing = found_good(owner.open("invite", **body).demand(201).content)
    assert together(*[lambda: applied(signing)] * 8) == ["done"] * 8
    assert len(suite().store.iec_users(firm.iec)) == 2


def test_an_invitation_that_is_accepted_and_taken_back_at_once_is_one_of_both(laptop: Laptop) -> None:
    firm = new_firm(laptop)
    (owner,), employee = owners(firm, 1), firm.employee()
    body = {"name": "Esha", "email": employee.account.contact.email, "role": "viewer"}
    applied(found_good(owner.open("invite", **body).demand(201).content))
    (invited,) = [user for user in suite().store.iec_users(firm.iec) if user.status is IecUserStatus.INVITED]
    removal = found_good(owner.open("remove", invited.user_id).demand(201).content)
    path = f"/iec-invitations/{invited.user_id}/acceptance"
    outcome, answer = together(
        lambda: applied(removal), lambda: employee.call("POST", path).demand(200, 422).code or "accepted"
    )
    after = suite().store.iec_user(firm.iec, invited.user_id)
    assert after is not None
    assert outcome == "done"
    assert answer in {"accepted", "invitation_not_valid"}
    # Removed in the end either way, and the login is free.
    assert after.status is IecUserStatus.REMOVED
    assert suite().store.membership(employee.account.account_id) is None


def test_two_invitations_of_one_login_accepted_at_once_are_one_membership(laptop: Laptop) -> None:
    employee, ids = new_firm(laptop).employee(), []
    for _ in range(2):
        firm = new_firm(laptop)
        (owner,) = owners(firm, 1)
        body = {"name": "Esha", "email": employee.account.contact.email, "role": "viewer"}
        applied(found_good(owner.open("invite", **body).demand(201).content))
        ids += [user.user_id for user in suite().store.iec_users(firm.iec) if user.status is IecUserStatus.INVITED]
    answers = together(
        *[lambda user_id=user_id: employee.call("POST", f"/iec-invitations/{user_id}/acceptance") for user_id in ids]
    )
    assert sorted(answer.code or "accepted" for answer in answers) == ["accepted", "already_linked"]


def test_an_offer_is_accepted_or_withdrawn_and_not_both(laptop: Laptop) -> None:
    firm = new_firm(laptop)
    (owner,), taker = owners(firm, 1), firm.stored_user(firm.partner(), IecRole.SIGNATORY)
    applied(found_good(owner.open("offer_ownership", taker).demand(201).content))
    acceptance = found_good(taker.open("accept_ownership").demand(201).content)
    withdrawal = found_good(owner.open("withdraw_offer").demand(201).content)
    outcomes = together(lambda: applied(acceptance), lambda: applied(withdrawal))
    assert sorted(outcomes) == ["done", "offer_ended"]
    assert active_owners(firm) == 1
