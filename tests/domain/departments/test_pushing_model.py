"""Whatever fails, repeats or overtakes in whatever order: when all is quiet, DigiLocker holds what the records say.

The model knows two things of each certificate: whether it stands, and, once everything due was tried with DigiLocker
up, that it is in its citizen's account exactly where it stands.
"""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from chalicelib.domain.changes import StoreUnavailable
from chalicelib.domain.departments.certificates import Certificate, CertificateStatus, PushState
from chalicelib.domain.departments.departments import DepartmentStatus
from chalicelib.domain.departments.pushing import PushInFlight, PushLimitReached
from chalicelib.domain.digilocker.line import DigiLockerUnavailable
from tests.domain.departments.push_world import ASHAS, PushWorld

_PASSES = (DigiLockerUnavailable, PushInFlight, PushLimitReached, StoreUnavailable)


class Pushes(RuleBasedStateMachine):
    """Certificates are made, changed and revoked; journeys come, die and come again."""

    def __init__(self) -> None:
        super().__init__()
        self.world = PushWorld()
        self.certificates: list[Certificate] = []

    @rule()
    def a_certificate_is_made(self) -> None:
        certificate = self.world.certificate()
        self.world.wants(certificate)
        self.certificates.append(certificate)

    @precondition(lambda self: self.certificates)
    @rule(number=st.integers(0, 99))
    def one_is_revoked(self, number: int) -> None:
        certificate = self._one(number)
        if self.world.read(certificate).status is CertificateStatus.ACTIVE:
            self.world.revoke(certificate)

    @precondition(lambda self: self.certificates)
    @rule(number=st.integers(0, 99), lost=st.booleans(), down=st.booleans(), crash=st.booleans(), revoke=st.booleans())
    def the_longest_due_is_tried(self, number: int, *, lost: bool, down: bool, crash: bool, revoke: bool) -> None:
        world = self.world
        due = world.due()
        if not due:
            return
        push = due[number % len(due)]
        world.digilocker.is_down = down
        world.digilocker.lose_answers = int(lost)
        if crash or revoke:
            world.digilocker.during = lambda: self._meanwhile(push.certificate_id, crash=crash, revoke=revoke)
        try:
            world.pushing.push(push.push_id)
        except _PASSES as error:
            if number % 3 == 0:
                world.pushing.park(push.push_id, type(error).__name__)
        world.digilocker.is_down, world.digilocker.lose_answers, world.digilocker.during = False, 0, None
        world.store.lose_answers = 0

    def _meanwhile(self, certificate_id: str, *, crash: bool, revoke: bool) -> None:
        if revoke:
            certificate = next(one for one in self.certificates if one.certificate_id == certificate_id)
            if self.world.read(certificate).status is CertificateStatus.ACTIVE:
                self.world.revoke(certificate)
        self.world.store.lose_answers = int(crash)

    @rule(seconds=st.sampled_from([5, 60, 90, 3600]))
    def time_passes(self, seconds: int) -> None:
        self.world.advance(seconds=seconds)

    @rule(suspended=st.booleans())
    def the_department_is_suspended_or_not(self, *, suspended: bool) -> None:
        self.world.change(status=DepartmentStatus.SUSPENDED if suspended else DepartmentStatus.ACTIVE)

    @invariant()
    def one_account_and_no_other(self) -> None:
        assert set(self.world.digilocker.accounts.values()) <= {ASHAS}

    @invariant()
    def once_withdrawn_it_is_gone(self) -> None:
        for certificate in self.certificates:
            if self.world.read(certificate).push is PushState.WITHDRAWN:
                assert certificate.uri not in self.world.digilocker.accounts

    def teardown(self) -> None:
        """DigiLocker is up, the department may push, and everything due is tried until nothing is."""
        world = self.world
        world.change(status=DepartmentStatus.ACTIVE)
        for _ in range(100):
            world.advance(days=2)
            due = world.due()
            if not due:
                break
            for push in due:
                world.publishing.start([push.push_id])
                world.run(push)
        else:
            pytest.fail("pushes are due for ever")
        for certificate in self.certificates:
            read = world.read(certificate)
            is_there = certificate.uri in world.digilocker.accounts
            assert is_there == (read.status is CertificateStatus.ACTIVE), read.push
            assert is_there == (read.push is PushState.PUSHED), read.push
            added = [call for call in world.digilocker.calls if (call["uri"], call["action"]) == (read.uri, "A")]
            assert added or not is_there

    def _one(self, number: int) -> Certificate:
        return self.certificates[number % len(self.certificates)]


TestPushes = Pushes.TestCase
TestPushes.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
