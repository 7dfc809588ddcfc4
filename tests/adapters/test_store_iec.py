"""The store's promises about IECs: DGFT's records, the users of an IEC, and which IEC a login is of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from chalicelib.domain.changes import ReleaseMembership, TakeMembership, UseOnce, WriteIecUser
from chalicelib.domain.iec.records import IecRecord
from chalicelib.domain.iec.users import IecRole, IecUser, IecUserStatus
from chalicelib.domain.ports import Store
from chalicelib.suite import suite
from infra.local.laptop import Laptop
from tests.adapters.records import LATER, NOW, iec_record, iec_user, link, membership, number
from tests.adapters.stores import OnDynamoDb, OnFake, refused, winners

# The laptop reminds of what is due, so the links of these tests end in ten years.
_IN_TEN_YEARS = NOW + timedelta(days=3650)


def written(store: Store, made: IecUser) -> IecUser:
    return replace(made, revision=store.write(WriteIecUser(made)))


def linked(ends_at: datetime) -> IecUser:
    """A user whose link ends then, and who was not reminded of it."""
    return replace(iec_user(), status=IecUserStatus.ACTIVE, link=replace(link(), expires_at=ends_at, reminded_at=None))


class Promises:
    """What every store keeps of IECs."""

    def test_a_record_comes_back_as_it_was_imported_and_is_imported_again(self, store: Store) -> None:
        put: Callable[[IecRecord], None] = store.put_iec_record  # type: ignore[attr-defined]
        made = iec_record()
        assert store.iec_record(made.iec) is None
        for imported in (made, replace(made, entity_name="Zenith Coir LLP"), replace(made, persons=())):
            put(imported)
            found = store.iec_record(made.iec)
            assert found is not None
            assert found.revision is not None
            assert replace(found, revision=None) == imported

    def test_a_user_comes_back_as_it_was_written(self, store: Store) -> None:
        full = iec_user()
        bare = IecUser(
            full.iec, f"user-{number():09}", "Asha", full.email, IecRole.VIEWER, IecUserStatus.INVITED, NOW
        )  # fmt: skip
        for made in (full, bare):
            assert store.iec_invitation(made.user_id) is None
            stored = written(store, made)
            assert store.iec_user(made.iec, made.user_id) == stored
            assert store.iec_invitation(made.user_id) == stored
        assert store.iec_user(full.iec, "user-unknown") is None
        assert store.iec_user(f"{number():010}", full.user_id) is None

    def test_a_user_is_made_once_and_written_over_the_version_that_was_read(self, store: Store) -> None:
        made = written(store, iec_user())
        assert refused(store, WriteIecUser(replace(made, revision=None))) is not None
        written(store, replace(made, role=IecRole.OWNER))
        stale = WriteIecUser(replace(made, status=IecUserStatus.REMOVED))
        assert refused(store, stale) == stale

    def test_of_sixteen_that_change_a_user_one_wins(self, store: Store) -> None:
        made = written(store, iec_user())
        assert winners(lambda which: written(store, replace(made, name=f"{which}"))) == 1

    def test_the_users_of_an_iec_are_found_the_longest_there_first(self, store: Store) -> None:
        iec = f"{number():010}"
        assert store.iec_users(iec) == ()
        made = [
            written(store, replace(iec_user(), iec=iec, since=NOW + timedelta(seconds=second), status=status))
            for second, status in ((2, IecUserStatus.REMOVED), (1, IecUserStatus.ACTIVE), (3, IecUserStatus.INVITED))
        ]
        written(store, iec_user())
        assert store.iec_users(iec) == (made[1], made[0], made[2])

    def test_a_login_is_of_one_iec_alone(self, store: Store) -> None:
        made = membership()
        assert store.membership(made.account_id) is None
        store.write(TakeMembership(made))
        assert store.membership(made.account_id) == made
        store.write(TakeMembership(made))
        for other in (replace(made, iec="0388012345"), replace(made, user_id="user-other")):
            assert refused(store, TakeMembership(other)) == TakeMembership(other)
            assert refused(store, ReleaseMembership(other)) == ReleaseMembership(other)
        assert store.membership(made.account_id) == made
        store.write(ReleaseMembership(made))
        assert store.membership(made.account_id) is None
        assert refused(store, ReleaseMembership(made)) == ReleaseMembership(made)
        store.write(TakeMembership(replace(made, iec="0388012345")))

    def test_of_sixteen_iecs_one_gets_a_login(self, store: Store) -> None:
        made = membership()
        assert winners(lambda which: store.write(TakeMembership(replace(made, iec=f"{which:010}")))) == 1

    def test_a_user_and_the_membership_are_written_together_or_not_at_all(self, store: Store) -> None:
        taken, made = membership(), iec_user()
        store.write(TakeMembership(taken))
        other = TakeMembership(replace(taken, iec=made.iec, user_id=made.user_id))
        assert refused(store, WriteIecUser(made), other) == other
        assert store.iec_user(made.iec, made.user_id) is None

    def test_who_is_to_be_reminded_is_found_and_is_not_any_more_afterwards(self, store: Store) -> None:
        early, late = (written(store, linked(_IN_TEN_YEARS + timedelta(days=day))) for day in (1, 2))
        for nobody in (
            replace(linked(_IN_TEN_YEARS), status=IecUserStatus.SUSPENDED),
            replace(linked(_IN_TEN_YEARS), status=IecUserStatus.REMOVED),
            replace(linked(_IN_TEN_YEARS), link=None),
            replace(linked(_IN_TEN_YEARS), link=replace(link(), expires_at=_IN_TEN_YEARS, reminded_at=NOW)),
        ):
            written(store, nobody)
        assert list(store.links_due(_IN_TEN_YEARS + timedelta(days=1))) == []
        assert list(store.links_due(_IN_TEN_YEARS + timedelta(days=1, milliseconds=1))) == [early]
        after = _IN_TEN_YEARS + timedelta(days=3)
        assert sorted(store.links_due(after), key=lambda user: user.user_id) == [early, late]
        for user in (early, late):
            assert user.link is not None
            store.write(WriteIecUser(replace(user, link=replace(user.link, reminded_at=NOW))))
        assert list(store.links_due(after)) == []


class TestFakeStore(Promises, OnFake):
    """The fake keeps them."""


class TestDynamoDbStore(Promises, OnDynamoDb):
    """DynamoDB keeps them, and bears bad luck besides."""

    def test_a_write_whose_answer_was_lost_counts_as_done(self, laptop: Laptop, store: Store) -> None:
        laptop.faults.add("dynamodb", "PutItem", "answer_lost")
        alone = written(store, iec_user())
        assert store.iec_user(alone.iec, alone.user_id) == alone
        laptop.faults.add("dynamodb", "TransactWriteItems", "answer_lost")
        together, taken = iec_user(), membership()
        store.write(WriteIecUser(together), TakeMembership(taken), UseOnce(f"l#{number()}", LATER))
        assert store.iec_user(together.iec, together.user_id) is not None
        assert store.membership(taken.account_id) == taken

    def test_an_index_holds_only_who_is_to_be_reminded(self, store: Store) -> None:
        made = iec_user()
        store.write(WriteIecUser(made))
        row = suite().store.tables.iec_users.get(made.iec, made.user_id)
        assert row.link_due is None
        assert row.link_ends_at is None
