"""Logins, IECs and certificates in any order: a login is of one IEC at most, and only by whom its record names."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, multiple, rule

from chalicelib.domain.identifiers import Iec, Pan
from chalicelib.domain.iec.records import IecRecord, IecStatus, NatureOfConcern, Person, PersonRole
from chalicelib.domain.iec.users import IecRole, IecUserStatus
from chalicelib.domain.refusals import Refusal
from chalicelib.domain.signatures.carrying_out import NotVerified, SigningOver
from chalicelib.domain.signatures.signings import ATTEMPTS, Purpose, SigningStatus
from tests.domain.iec.linking_world import LinkingWorld
from tests.domain.iec.world import CALLER

IECS = ("ABCFM1234K", "0388012345", "ABCFM9999K")
PERSONS = tuple(Person(f"PERSON {n}", Pan(f"ABCPM{n:04}K"), date(1980, 1, n), PersonRole.PARTNER) for n in (1, 2, 3, 4))
# Who is on which record; nobody has the last IEC.
OF = {IECS[0]: PERSONS[:2], IECS[1]: PERSONS[1:3]}


class Linking(RuleBasedStateMachine):
    """People open statements, sign them with whatever certificate, and time passes."""

    accounts = Bundle("accounts")
    signings = Bundle("signings")

    def __init__(self) -> None:
        super().__init__()
        self.world = LinkingWorld()
        for iec, persons in OF.items():
            record = IecRecord(Iec(iec), Pan("ABCFM1234K"), f"FIRM {iec}", NatureOfConcern.PARTNERSHIP, persons)
            self.world.store.put_iec_record(record)
        self.handed_in: dict[str, set[str]] = {}
        self.signed_by: dict[str, str] = {}
        self.bound: dict[str, bool] = {}

    @rule(target=accounts)
    def signs_up(self) -> str:
        return self.world.account().account_id

    @rule(target=signings, account=accounts, iec=st.sampled_from(IECS), renews=st.booleans())
    def opens(self, account: str, iec: str, renews: bool) -> Any:  # noqa: FBT001 - hypothesis draws it
        world, owner = self.world, self.world.store.account(account)
        assert owner is not None
        world.advance(minutes=1)
        try:
            opened = world.linking.renew(world.actor(owner), CALLER) if renews else world.open_link(owner, iec)
        except Refusal:
            return multiple()
        return opened.signing_id

    @rule(signing_id=signings, person=st.sampled_from(PERSONS), account=accounts)
    def hands_in(self, signing_id: str, person: Person, account: str) -> None:
        world = self.world
        signing, owner = world.store.signing(signing_id), world.store.account(account)
        assert signing is not None
        assert owner is not None
        try:
            taken = world.hand_in(world.actor(owner), signing, person)
        except Refusal:
            return
        assert taken.owner == world.actor(owner).key
        assert taken.submission is not None
        self.handed_in.setdefault(signing_id, set()).add(taken.submission.key)
        if taken.status is SigningStatus.VALIDATING:
            self.signed_by[signing_id] = person.name

    @rule(signing_id=signings, is_known=st.booleans())
    def is_judged(self, signing_id: str, is_known: bool) -> None:  # noqa: FBT001
        self.world.validator.is_revocation_known = is_known
        before = self.world.store.signing(signing_id)
        judged = self.world.validating.validate(signing_id)
        assert before is not None
        if before.status is not SigningStatus.VERIFIED and judged.status is SigningStatus.VERIFIED:
            record = self.world.store.iec_record(judged.iec)
            names = {person.name for person in record.persons} if record else set()
            self.bound[signing_id] = (
                is_known and self.signed_by[signing_id] in names and record is not None and record.status == "active"
            )

    @rule(signing_id=signings)
    def is_carried_out(self, signing_id: str) -> None:
        try:
            self.world.link_steps.link(signing_id)
        except (NotVerified, SigningOver):
            return

    @rule(signing_id=signings)
    def runs_out(self, signing_id: str) -> None:
        self.world.signing_steps.expire(signing_id)

    @rule(minutes=st.sampled_from([1, 5, 11, 60 * 25]))
    def time_passes(self, minutes: int) -> None:
        self.world.advance(minutes=minutes)

    @rule(iec=st.sampled_from(IECS[:2]), status=st.sampled_from([IecStatus.ACTIVE, IecStatus.SUSPENDED]))
    def record_changes(self, iec: str, status: IecStatus) -> None:
        self.world.with_record(iec, status=status)

    @rule(iec=st.sampled_from(IECS[:2]), place=st.integers(0, 5))
    def somebody_is_suspended(self, iec: str, place: int) -> None:
        from chalicelib.domain.changes import WriteIecUser  # noqa: PLC0415

        users = self.world.store.iec_users(iec)
        if users:
            user = users[place % len(users)]
            self.world.store.write(WriteIecUser(replace(user, status=IecUserStatus.SUSPENDED)))

    @invariant()
    def a_login_is_of_one_iec_at_most(self) -> None:
        users = [user for iec in IECS for user in self.world.store.iec_users(iec)]
        accounts = [user.account_id for user in users]
        assert len(set(accounts)) == len(accounts)
        for user in users:
            membership = self.world.store.membership(user.account_id or "")
            assert membership is not None
            assert (membership.iec, membership.user_id) == (user.iec, user.user_id)

    @invariant()
    def every_link_rests_on_a_signature_that_held(self) -> None:
        for user in (user for iec in IECS for user in self.world.store.iec_users(iec)):
            assert user.role is IecRole.OWNER
            assert user.link is not None
            signing = self.world.store.signing(user.link.signing_id)
            assert signing is not None
            assert (signing.status, signing.iec) == (SigningStatus.DONE, user.iec)
            assert signing.owner == f"account:{user.account_id}"
            assert self.bound[signing.signing_id]
            assert signing.evidence is not None
            assert signing.evidence.key in self.world.documents.kept

    @invariant()
    def one_signature_makes_one_link(self) -> None:
        links = [user.link.signing_id for iec in IECS for user in self.world.store.iec_users(iec) if user.link]
        assert len(set(links)) == len(links)

    @invariant()
    def tries_are_counted(self) -> None:
        for signing_id, keys in self.handed_in.items():
            signing = self.world.store.signing(signing_id)
            assert signing is not None
            assert signing.attempts == len(keys) <= ATTEMPTS

    @invariant()
    def nobody_is_of_the_iec_that_there_is_not(self) -> None:
        assert self.world.store.iec_users(IECS[2]) == ()

    @invariant()
    def renewals_are_of_who_is_linked(self) -> None:
        for signing in (one for iec in IECS for one in self.world.store.signings_of_iec(iec)):
            if signing.purpose is Purpose.RENEW_LINK and signing.status is SigningStatus.DONE:
                assert self.world.store.membership(signing.owner.removeprefix("account:")) is not None


TestLinking = Linking.TestCase
TestLinking.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
