"""Sessions: idle and whole life, tokens that the table does not hold, and sign-in."""

from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.domain import passwords, sessions
from chalicelib.domain.accounts.signing_in import SigningIn
from chalicelib.domain.callers import Caller
from chalicelib.domain.changes import HoldIcegateId, OpenAccount
from chalicelib.domain.contacts import Contact
from chalicelib.domain.icegate.accounts import Hold, IcegateAccount, RegistrationKind
from chalicelib.domain.identifiers import EmailAddress, Gstin, IcegateId, Iec, Mobile
from chalicelib.domain.refusals import Code, Refusal
from tests.conftest import FakeClock
from tests.fakes import FakeKeyring, FakeStore

HERE = Caller("203.0.113.7", "Firefox, Android", "request-1", "en")
ELSEWHERE = Caller("203.0.113.9", "", "request-2", "en")
NOW = datetime(2026, 11, 2, 4, 30, tzinfo=UTC)
ACCOUNT = IcegateAccount(
    IcegateId("Asha_Exports"),
    Iec("ZZZCZ9999Z"),
    Gstin("33ZZZCZ9999Z1ZQ"),
    "Zenith Coir Private Limited",
    Contact(EmailAddress("office@zenith.example"), Mobile("+919876500002")),
    RegistrationKind.SIMPLIFIED,
    passwords.hashed("Sagar#2026"),
    "en",
    "registration-1",
    NOW,
)


@pytest.fixture
def store(clock: FakeClock) -> FakeStore:
    made = FakeStore(clock)
    made.write(HoldIcegateId(Hold(ACCOUNT.icegate_id, ACCOUNT.iec, "registration-1", NOW + timedelta(days=1)), clock()))
    made.write(OpenAccount(ACCOUNT))
    return made


@pytest.fixture
def desk(store: FakeStore, clock: FakeClock) -> SigningIn:
    return SigningIn(store, FakeKeyring(), clock)


def stored(store: FakeStore) -> IcegateAccount:
    found = store.named("asha_exports")
    assert isinstance(found, IcegateAccount)
    return found


def code(refusal: pytest.ExceptionInfo[Refusal]) -> Code:
    return refusal.value.code


def test_a_session_ends_fifteen_minutes_after_its_last_use(desk: SigningIn, store: FakeStore, clock: FakeClock) -> None:
    token = desk.sign_in("ASHA_exports", "Sagar#2026", HERE).token
    for _ in range(4):
        clock.advance(minutes=14, seconds=59)
        assert desk.actor(token).owner == stored(store)
    clock.advance(minutes=15)
    with pytest.raises(Refusal) as refusal:
        desk.actor(token)
    assert code(refusal) is Code.SESSION_EXPIRED


def test_a_session_ends_twelve_hours_after_sign_in_however_busy(desk: SigningIn, clock: FakeClock) -> None:
    token = desk.sign_in("asha_exports", "Sagar#2026", HERE).token
    for _ in range(71):
        clock.advance(minutes=10)
        session = desk.actor(token).session
        assert session.idle_expires_at <= session.expires_at
    clock.advance(minutes=10)
    with pytest.raises(Refusal) as refusal:
        desk.actor(token)
    assert code(refusal) is Code.SESSION_EXPIRED


def test_a_sign_out_ends_the_session_at_the_server(desk: SigningIn) -> None:
    token = desk.sign_in("asha_exports", "Sagar#2026", HERE).token
    desk.sign_out(token, HERE)
    with pytest.raises(Refusal) as refusal:
        desk.actor(token)
    assert code(refusal) is Code.SESSION_REQUIRED


def test_a_session_that_was_ended_is_not_written_back_by_its_last_use(
    desk: SigningIn, store: FakeStore, clock: FakeClock
) -> None:
    signed_in = desk.sign_in("asha_exports", "Sagar#2026", HERE)
    clock.advance(minutes=5)
    stale = store.session(sessions.token_hash(signed_in.token))
    assert stale is not None
    desk.sign_out(signed_in.token, HERE)
    touched = sessions.touched(stale, clock())
    assert touched is not None
    with pytest.raises(Refusal) as refusal:
        desk._touch(touched)
    assert code(refusal) is Code.SESSION_REQUIRED
    assert store.session(sessions.token_hash(signed_in.token)) is None


def test_reading_twice_in_a_minute_writes_nothing(desk: SigningIn, store: FakeStore, clock: FakeClock) -> None:
    token, before = desk.sign_in("asha_exports", "Sagar#2026", HERE).token, store.writes
    clock.advance(seconds=59)
    desk.actor(token)
    assert store.writes == before


@pytest.mark.parametrize(("name", "password"), [("asha_exports", "Sagar#2027"), ("nobody", "Sagar#2026"), ("", "x")])
def test_unknown_name_and_wrong_password_are_one_refusal(
    desk: SigningIn, store: FakeStore, name: str, password: str
) -> None:
    """A known defect: errors that tell whether an account exists."""
    before = store.writes
    with pytest.raises(Refusal) as refusal:
        desk.sign_in(name, password, HERE)
    assert (code(refusal), dict(refusal.value.facts), store.writes - before) == (Code.SIGN_IN_REFUSED, {}, 2)


@pytest.mark.parametrize("name", ["asha_exports", "nobody"])
def test_ten_wrong_passwords_lock_a_known_and_an_unknown_name_alike(
    desk: SigningIn, clock: FakeClock, name: str
) -> None:
    for _ in range(10):
        with pytest.raises(Refusal):
            desk.sign_in(name, "wrong", HERE)
    with pytest.raises(Refusal) as refusal:
        desk.sign_in(name, "Sagar#2026", HERE)
    assert (code(refusal), refusal.value.retry_at) == (Code.LOCKED, clock() + timedelta(minutes=15))


def test_a_right_password_breaks_the_row_of_failures(desk: SigningIn) -> None:
    for _ in range(2):
        for _ in range(9):
            with pytest.raises(Refusal):
                desk.sign_in("asha_exports", "wrong", ELSEWHERE)
        desk.sign_in("asha_exports", "Sagar#2026", HERE)


def test_an_id_that_is_only_held_signs_nobody_in(desk: SigningIn, store: FakeStore, clock: FakeClock) -> None:
    store.write(HoldIcegateId(Hold(IcegateId("held"), ACCOUNT.iec, "registration-2", NOW + timedelta(days=1)), clock()))
    with pytest.raises(Refusal) as refusal:
        desk.sign_in("held", "Sagar#2026", HERE)
    assert code(refusal) is Code.SIGN_IN_REFUSED


def test_the_table_holds_no_token(desk: SigningIn, store: FakeStore) -> None:
    token = desk.sign_in("asha_exports", "Sagar#2026", HERE).token
    assert token not in repr(vars(store))
    assert len(token) >= 43
