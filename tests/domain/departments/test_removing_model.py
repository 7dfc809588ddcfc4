"""Whatever fails, repeats or overtakes in whatever order: what is over goes whole, from every account; the rest stays.

The model knows of each certificate whether its years are over by the rule of the moment in which it was ended. Once all
is quiet, what was ended has left a record that names nobody and nothing else, and what was not is as it was.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from chalicelib.domain.departments.certificates import Certificate, CertificateStatus
from chalicelib.domain.departments.departments import DepartmentStatus
from chalicelib.domain.departments.keeping import is_over
from chalicelib.domain.departments.publishing import push_id_of
from chalicelib.domain.departments.pushes import PushAction
from chalicelib.domain.limits import IST
from tests.domain.departments.keeping_world import TYPE, KeepingWorld, is_nobodys
from tests.domain.departments.push_world import ASHAS

NOT_KEPT = {CertificateStatus.ENDING, CertificateStatus.REMOVED}


class Removals(RuleBasedStateMachine):
    """Certificates are made, pushed and revoked; the rule changes; runs come, die and come again."""

    def __init__(self) -> None:
        super().__init__()
        self.world = KeepingWorld()
        self.certificates: list[Certificate] = []
        # Those that a run has ended: from there on there is no way back.
        self.ended: set[str] = set()

    @rule(days=st.integers(1, 900), is_agreed=st.booleans(), has_end=st.booleans())
    def a_certificate_is_made(self, days: int, *, is_agreed: bool, has_end: bool) -> None:
        ends = self.today + timedelta(days=days) if has_end else None
        made = self.world.issued(ASHAS if is_agreed else None, valid_to=ends)
        if is_agreed:
            self.world.wants(made)
        self.certificates.append(made)

    @precondition(lambda self: self.certificates)
    @rule(number=st.integers(0, 99))
    def one_is_revoked(self, number: int) -> None:
        one = self.certificates[number % len(self.certificates)]
        if self.world.read(one).status is CertificateStatus.ACTIVE:
            if one.account is not None:
                self.world.revoke(one)
            else:
                revoked = replace(self.world.read(one), status=CertificateStatus.REVOKED, revoked_at=self.world.now)
                self.world.put(revoked)

    @rule(down=st.booleans(), lost=st.integers(0, 1), crash=st.integers(0, 1), look=st.booleans())
    def what_is_due_is_pushed(self, *, down: bool, lost: int, crash: int, look: bool) -> None:
        world = self.world
        for push in world.due():
            world.digilocker.is_down, world.digilocker.lose_answers = down, lost
            world.digilocker.during = self.a_look if look else None
            world.store.lose_answers = crash
            try:
                world.pushing.push(push.push_id)
            except Exception as error:  # noqa: BLE001 - as a state machine catches them
                world.store.lose_answers = 0
                world.pushing.park(push.push_id, type(error).__name__)
            world.digilocker.is_down, world.digilocker.lose_answers, world.digilocker.during = False, 0, None
            world.store.lose_answers = 0

    @rule(years=st.sampled_from([None, 1, 2]))
    def the_rule_changes(self, years: int | None) -> None:
        self.world.change(document_types=(replace(TYPE, keep_years=years),))

    @rule(suspended=st.booleans())
    def the_department_is_suspended_or_not(self, *, suspended: bool) -> None:
        self.world.change(status=DepartmentStatus.SUSPENDED if suspended else DepartmentStatus.ACTIVE)

    @rule(days=st.sampled_from([0.01, 0.05, 1, 90, 400]))
    def time_passes(self, days: float) -> None:
        self.world.advance(days=days)

    @rule(crash=st.integers(0, 2), is_up=st.booleans())
    def a_run_looks(self, crash: int, *, is_up: bool) -> None:
        self.world.store.lose_answers = crash
        self.world.documents.is_available = is_up
        self.a_look()
        self.world.store.lose_answers = 0
        self.world.documents.is_available = True

    def a_look(self) -> None:
        """A run; what it ends was over by the rule of this moment."""
        (document_type,) = self.world.department().document_types
        over = {
            one.certificate_id for one in self.certificates if is_over(document_type, self.world.read(one), self.today)
        }
        self.world.look()
        now_ended = {one.certificate_id for one in self.certificates if self.world.read(one).status in NOT_KEPT}
        assert now_ended - self.ended <= over
        self.ended = now_ended

    @invariant()
    def what_stands_is_whole(self) -> None:
        for one in self.certificates:
            read = self.world.read(one)
            if read.status is CertificateStatus.ACTIVE:
                assert self.world.found(one) == len(one.holders)
            if read.status is not CertificateStatus.REMOVED:
                assert read.holders == one.holders

    @invariant()
    def what_is_removed_is_in_no_account_and_names_nobody(self) -> None:
        for one in self.certificates:
            if self.world.read(one).status is CertificateStatus.REMOVED:
                self.demand_gone(one)

    def demand_gone(self, one: Certificate) -> None:
        """Nothing of it is left but a record that names nobody, and its URI."""
        world = self.world
        assert one.uri not in world.digilocker.accounts
        assert world.found(one) == 0
        assert not [key for key in world.documents.kept if one.certificate_id in key]
        assert [world.store.push(push_id_of(one, action)) for action in PushAction] == [None] * 3
        assert world.store.certificate_of(one.uri) == one.certificate_id
        assert is_nobodys(world, one, with_documents=False)

    @property
    def today(self) -> date:
        return self.world.now.astimezone(IST).date()

    def teardown(self) -> None:
        """DigiLocker is up, the department may push, and the schedule goes on until nothing is left to do."""
        world = self.world
        world.change(status=DepartmentStatus.ACTIVE, document_types=(replace(TYPE, keep_years=None),))
        for _ in range(40):
            world.advance(days=2)
            for push in world.due():
                world.publishing.start([push.push_id])
                world.run(push)
            if not world.look() and not world.due():
                break
        else:
            pytest.fail("it goes on for ever")
        for one in self.certificates:
            assert world.read(one).status is not CertificateStatus.ENDING
            if one.certificate_id in self.ended:
                self.demand_gone(one)
            else:
                assert world.read(one).holders == one.holders


TestRemovals = Removals.TestCase
TestRemovals.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
