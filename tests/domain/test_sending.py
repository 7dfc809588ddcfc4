"""Sending: each message once as far as a provider lets us know, none lost, whatever fails."""

import contextlib
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from enum import Enum, auto

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.domain import codes, outbox
from chalicelib.domain.changes import Change, StoreUnavailable, WriteMessage
from chalicelib.domain.codes import Challenge, Purpose
from chalicelib.domain.contacts import Channel, Contact
from chalicelib.domain.identifiers import EmailAddress, Mobile
from chalicelib.domain.notices import Notice, NoticeKind, NoticeNotSent
from chalicelib.domain.outbox import OutboxMessage, Reason
from chalicelib.domain.sending import Fate, Sending, SendingReport
from tests.conftest import FakeClock
from tests.fakes import FakeKeyring, FakeMessenger, FakeStore

CONTACT = Contact(EmailAddress("asha@example.com"), Mobile("+919876543210"))


class Killed(BaseException):
    """The process ends here."""


class World:
    """A store, a keyring, a messenger and a sender on one clock."""

    def __init__(self, clock: FakeClock | None = None, store: FakeStore | None = None) -> None:
        self.clock = clock or FakeClock()
        self.store = store or FakeStore(self.clock)
        self.keyring = FakeKeyring()
        self.messenger = FakeMessenger()
        self.sending = Sending(self.store, self.keyring, self.messenger, self.clock, lambda: 0.5)

    def challenge(self, minutes: int = 10) -> Challenge:
        expires_at = self.clock() + timedelta(minutes=minutes)
        key_id = self.keyring.current().key_id
        return codes.asked(Purpose.SIGN_IN, tuple(Channel), key_id, b"n" * 16, expires_at, self.clock())

    def written(
        self, kind: NoticeKind = NoticeKind.REGISTERED, channel: Channel = Channel.EMAIL, **about: Challenge
    ) -> str:
        values = {} if about else {"icegate_id": "ASHA"}
        made = outbox.message(kind, channel, CONTACT, "en", self.clock(), **about, **values)  # type: ignore[arg-type]
        self.store.write(WriteMessage(made))
        return made.message_id

    def code(self, minutes: int = 10, channel: Channel = Channel.MOBILE) -> str:
        return self.written(NoticeKind.CONTACT_CODE, channel, challenge=self.challenge(minutes))

    def stored(self, message_id: str) -> OutboxMessage:
        found = self.store.message(message_id)
        assert found is not None
        return found


@pytest.fixture
def world(clock: FakeClock) -> World:
    return World(clock)


def fates(report: SendingReport) -> list[Fate]:
    return [outcome.fate for outcome in report.outcomes]


class TestOnceSent:
    def test_the_provider_gets_the_text_s_values_and_its_id_is_kept(self, world: World) -> None:
        message_id = world.written()
        assert world.sending.send([message_id]).counts == {Fate.SENT: 1, Fate.FAILED: 0, Fate.GIVEN_UP: 0, Fate.LEFT: 0}
        (notice,) = world.messenger.sent
        assert (notice.address, notice.language, notice.values) == ("asha@example.com", "en", {"icegate_id": "ASHA"})
        stored = world.stored(message_id)
        assert (stored.provider_id, stored.sent_at, stored.due_at) == ("1", world.clock(), None)

    def test_a_code_is_derived_when_it_is_sent_for_the_channel_and_address_of_its_message(self, world: World) -> None:
        challenge = world.challenge()
        for channel in Channel:
            world.sending.send([world.written(NoticeKind.CONTACT_CODE, channel, challenge=challenge)])
        key = world.keyring.current()
        for channel in Channel:
            assert world.messenger.last_code(channel) == codes.derive(key, challenge, channel, CONTACT)
        assert {notice.values["until"] for notice in world.messenger.sent} == {"10:10"}

    def test_nothing_of_a_code_is_in_the_record(self, world: World) -> None:
        message_id = world.code()
        before = world.stored(message_id)
        world.sending.send([message_id])
        code = world.messenger.last_code(Channel.MOBILE)
        for record in (before, world.stored(message_id)):
            assert code not in repr((record.values, record.challenge, record.provider_id))

    def test_it_is_left_alone_from_then_on(self, world: World) -> None:
        message_id = world.written()
        assert fates(world.sending.send([message_id, message_id])) == [Fate.SENT]
        world.clock.advance(hours=2)
        assert fates(world.sending.send([message_id])) == [Fate.LEFT]
        assert fates(world.sending.send_due(10)) == []
        assert len(world.messenger.sent) == 1

    def test_an_id_of_which_nothing_is_stored_is_left(self, world: World) -> None:
        assert fates(world.sending.send(["nobody"])) == [Fate.LEFT]


class TestTwoSendersAtOnce:
    def test_who_comes_while_another_is_at_the_provider_leaves_it(self, world: World) -> None:
        message_id = world.written()
        seen: list[Fate] = []

        class Meanwhile(FakeMessenger):
            def send(self, notice: Notice) -> str:
                seen.extend(fates(world.sending.send([message_id])))
                return super().send(notice)

        first = Sending(world.store, world.keyring, Meanwhile(), world.clock)
        assert fates(first.send([message_id])) == [Fate.SENT]
        assert seen == [Fate.LEFT]
        assert world.messenger.sent == []

    def test_of_two_who_read_the_same_version_one_sends(self, clock: FakeClock) -> None:
        class Meanwhile(FakeStore):
            after_reading: Callable[[], object] | None = None

            def message(self, message_id: str) -> OutboxMessage | None:
                found = super().message(message_id)
                then, self.after_reading = self.after_reading, None
                if then is not None:
                    then()
                return found

        store = Meanwhile(clock)
        world = World(clock, store)
        message_id = world.written()
        store.after_reading = lambda: world.sending.send([message_id])
        assert fates(world.sending.send([message_id])) == [Fate.LEFT]
        assert len(world.messenger.sent) == 1

    def test_eight_senders_in_threads_send_each_of_forty_messages_once(self, world: World) -> None:
        message_ids = [world.written() for _ in range(40)]
        with ThreadPoolExecutor(8) as pool:
            reports = list(pool.map(lambda _: world.sending.send(message_ids), range(8)))
        sent = [outcome.message_id for report in reports for outcome in report.outcomes if outcome.fate is Fate.SENT]
        assert sorted(sent) == sorted(message_ids)
        assert len(world.messenger.sent) == 40


class TestAProviderThatIsDown:
    def test_a_message_waits_and_goes_out_once_when_it_is_up_again(self, world: World) -> None:
        message_id = world.code(channel=Channel.EMAIL)
        other = world.code()
        world.messenger.broken = {Channel.EMAIL}
        report = world.sending.send([message_id, other])
        assert fates(report) == [Fate.FAILED, Fate.SENT]
        assert report.outcomes[0].because == "contact_code.email"
        assert report.failure is None
        assert world.stored(message_id).due_at == world.clock() + timedelta(seconds=5)
        world.messenger.broken.clear()
        world.clock.advance(seconds=4)
        assert fates(world.sending.send([message_id])) == [Fate.LEFT]
        world.clock.advance(seconds=1)
        assert fates(world.sending.send_due(10)) == [Fate.SENT]
        assert world.stored(message_id).attempts == 2

    def test_a_code_that_expired_meanwhile_is_given_up_and_never_sent(self, world: World) -> None:
        message_id = world.code(minutes=10)
        world.messenger.broken = set(Channel)
        world.sending.send([message_id])
        world.clock.advance(minutes=10)
        world.messenger.broken.clear()
        (outcome,) = world.sending.send_due(10).outcomes
        assert (outcome.fate, outcome.because) == (Fate.GIVEN_UP, "code_expired")
        assert world.stored(message_id).given_up_because == "code_expired"
        assert world.messenger.sent == []

    def test_after_a_day_it_is_given_up_and_the_run_says_so(self, world: World) -> None:
        message_id = world.written()
        world.messenger.broken = set(Channel)
        reports = []
        for _ in range(26 * 6):
            reports.append(world.sending.send_due(10))
            world.clock.advance(minutes=10)
        given_up = [report for report in reports if report.counts[Fate.GIVEN_UP]]
        assert len(given_up) == 1
        assert world.stored(message_id).given_up_because == "not_taken"
        assert world.stored(message_id).attempts > 100
        world.messenger.broken.clear()
        assert fates(world.sending.send([message_id])) == [Fate.LEFT]

    def test_how_long_the_longest_has_waited_is_told_until_it_is_sent(self, world: World) -> None:
        world.written()
        world.messenger.broken = set(Channel)
        assert world.sending.send_due(10).longest_wait(world.clock()) == timedelta()
        world.clock.advance(minutes=20)
        world.written()
        assert world.sending.send_due(10).longest_wait(world.clock()) == timedelta(minutes=20)
        world.messenger.broken.clear()
        world.clock.advance(minutes=1)
        assert world.sending.send_due(10).longest_wait(world.clock()) == timedelta()


class TestWhatWasGivenUp:
    @pytest.fixture
    def given_up(self, world: World) -> str:
        message_id = world.written()
        world.messenger.broken = set(Channel)
        world.clock.advance(hours=24)
        assert fates(world.sending.send([message_id])) == [Fate.GIVEN_UP]
        return message_id

    def test_it_goes_out_once_an_operator_asks(self, world: World, given_up: str) -> None:
        world.messenger.broken.clear()
        assert fates(world.sending.send([given_up])) == [Fate.LEFT]
        assert fates(world.sending.send([given_up], revive=True)) == [Fate.SENT]
        assert world.stored(given_up).given_up_because is None
        assert fates(world.sending.send([given_up], revive=True)) == [Fate.LEFT]

    def test_a_provider_that_is_still_down_has_it_given_up_again(self, world: World, given_up: str) -> None:
        assert fates(world.sending.send([given_up], revive=True)) == [Fate.GIVEN_UP]
        assert world.stored(given_up).given_up_because == "not_taken"

    def test_a_code_that_expired_stays_given_up(self, world: World) -> None:
        message_id = world.code()
        world.clock.advance(hours=1)
        world.sending.send([message_id])
        assert fates(world.sending.send([message_id], revive=True)) == [Fate.LEFT]
        assert world.stored(message_id).given_up_because == "code_expired"


class TestKeys:
    def test_a_key_that_was_withdrawn_ends_its_message(self, world: World) -> None:
        message_id = world.code()
        world.keyring.rotate()
        world.keyring.withdraw_oldest()
        world.clock.advance(minutes=1)
        (outcome,) = world.sending.send([message_id]).outcomes
        assert (outcome.fate, outcome.because) == (Fate.GIVEN_UP, "key_withdrawn")

    def test_a_key_so_new_that_this_process_has_not_heard_of_it_is_waited_for(self, world: World) -> None:
        message_id = world.code()
        unaware = FakeKeyring()
        unaware.rotate()
        unaware.withdraw_oldest()
        sending = Sending(world.store, unaware, world.messenger, world.clock, lambda: 0.5)
        (outcome,) = sending.send([message_id]).outcomes
        assert (outcome.fate, outcome.because) == (Fate.FAILED, "key_withdrawn")
        world.clock.advance(seconds=5)
        assert fates(world.sending.send_due(10)) == [Fate.SENT]


class Failing(FakeStore):
    """A store that does not answer the writes whose numbers are told; the word may have come through."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__(clock)
        self.unheard: set[int] = set()
        self.unanswered: set[int] = set()
        self._asked = 0

    def count_from_here(self) -> None:
        self._asked = 0

    def write(self, *asked: Change) -> str:
        self._asked += 1
        if self._asked in self.unheard:
            raise StoreUnavailable
        revision = super().write(*asked)
        if self._asked in self.unanswered:
            raise StoreUnavailable
        return revision


class TestWhatGoesWrongWithUs:
    @pytest.fixture
    def store(self, clock: FakeClock) -> Failing:
        return Failing(clock)

    @pytest.fixture
    def world(self, clock: FakeClock, store: Failing) -> World:
        return World(clock, store)

    def test_a_message_that_cannot_be_made_is_put_off_told_and_keeps_back_no_other(self, world: World) -> None:
        class Incomplete(FakeMessenger):
            def send(self, notice: Notice) -> str:
                if notice.kind is NoticeKind.CONTACT_CHANGED:
                    raise LookupError("no text")
                return super().send(notice)

        poison, sound = world.written(NoticeKind.CONTACT_CHANGED), world.written()
        report = Sending(world.store, world.keyring, Incomplete(), world.clock, lambda: 0.5).send([poison, sound])
        assert fates(report) == [Fate.FAILED, Fate.SENT]
        assert isinstance(report.failure, LookupError)
        world.clock.advance(seconds=5)
        assert fates(world.sending.send_due(10)) == [Fate.SENT]

    def test_a_store_that_does_not_take_the_claim_leaves_the_message_for_later(
        self, world: World, store: Failing
    ) -> None:
        first, second = world.written(), world.written()
        store.count_from_here()
        store.unheard = {1}
        report = world.sending.send([first, second])
        assert fates(report) == [Fate.LEFT, Fate.SENT]
        assert isinstance(report.failure, StoreUnavailable)
        assert fates(world.sending.send_due(10)) == [Fate.SENT]
        assert len(world.messenger.sent) == 2

    def test_a_claim_whose_answer_was_lost_ends_after_a_minute(self, world: World, store: Failing) -> None:
        message_id = world.written()
        store.count_from_here()
        store.unanswered = {1}
        assert fates(world.sending.send([message_id])) == [Fate.LEFT]
        assert world.messenger.sent == []
        world.clock.advance(seconds=59)
        assert fates(world.sending.send_due(10)) == []
        world.clock.advance(seconds=1)
        assert fates(world.sending.send_due(10)) == [Fate.SENT]

    @pytest.mark.parametrize("how", ["unheard", "unanswered"])
    def test_that_a_provider_took_it_is_written_again_until_the_store_answers(
        self, world: World, store: Failing, how: str
    ) -> None:
        message_id = world.written()
        store.count_from_here()
        getattr(store, how).update({2, 3})
        report = world.sending.send([message_id])
        assert (fates(report), report.failure) == ([Fate.SENT], None)
        world.clock.advance(hours=1)
        assert fates(world.sending.send_due(10)) == []
        assert len(world.messenger.sent) == 1

    def test_a_store_that_stays_silent_costs_one_more_send_and_is_told(self, world: World, store: Failing) -> None:
        message_id = world.written()
        store.count_from_here()
        store.unheard = {2, 3, 4}
        report = world.sending.send([message_id])
        assert (fates(report), type(report.failure)) == ([Fate.SENT], StoreUnavailable)
        world.clock.advance(minutes=1)
        assert fates(world.sending.send_due(10)) == [Fate.SENT]
        assert len(world.messenger.sent) == 2

    @pytest.mark.parametrize("what_it_did", ["claimed", "put_off", "given_up"])
    def test_a_sender_so_slow_that_another_took_over_still_writes_down_that_it_sent(
        self, world: World, what_it_did: str
    ) -> None:
        message_id = world.written()

        class Slow(FakeMessenger):
            def send(self, notice: Notice) -> str:
                world.clock.advance(seconds=61)
                taken_over = outbox.claimed(world.stored(message_id), world.clock())
                if what_it_did == "put_off":
                    taken_over = outbox.failed(taken_over, world.clock(), 0.5)
                if what_it_did == "given_up":
                    taken_over = outbox.given_up(taken_over, Reason.NOT_TAKEN)
                world.store.write(WriteMessage(taken_over))
                return super().send(notice)

        slow = Slow()
        assert fates(Sending(world.store, world.keyring, slow, world.clock).send([message_id])) == [Fate.SENT]
        assert world.stored(message_id).sent_at is not None
        assert world.stored(message_id).given_up_because is None
        world.clock.advance(minutes=2)
        assert fates(world.sending.send_due(10)) == []

    def test_of_two_providers_answers_the_one_that_was_written_first_stays(self, world: World) -> None:
        message_id = world.written()

        class Slow(FakeMessenger):
            def send(self, notice: Notice) -> str:
                world.clock.advance(seconds=61)
                assert fates(world.sending.send([message_id])) == [Fate.SENT]
                return "came late"

        Sending(world.store, world.keyring, Slow(), world.clock).send([message_id])
        assert world.stored(message_id).provider_id == "1"

    def test_when_time_runs_out_the_rest_is_left_and_the_first_of_it_tells_how_long_it_waits(
        self, world: World
    ) -> None:
        message_ids = [world.written() for _ in range(3)]
        world.clock.advance(minutes=3)
        answers = iter([True, False])
        report = world.sending.send(message_ids, lambda: next(answers))
        assert fates(report) == [Fate.SENT, Fate.LEFT, Fate.LEFT]
        assert report.longest_wait(world.clock()) == timedelta(minutes=3)
        assert fates(world.sending.send_due(10)) == [Fate.SENT, Fate.SENT]


class Call(Enum):
    """What becomes of one call to the provider."""

    TAKEN = auto()
    REFUSED = auto()
    TAKEN_UNHEARD = auto()
    BROKEN = auto()
    DIED_BEFORE = auto()
    DIED_AFTER = auto()


class Provider:
    """`notices.Messenger` by a script; once that is at its end, it takes everything, or nothing any more."""

    def __init__(self, script: Iterable[Call], at_the_end: Call) -> None:
        self._script = iter(script)
        self._at_the_end = at_the_end
        self.calls: list[tuple[str, Call]] = []

    def send(self, notice: Notice) -> str:
        call = next(self._script, self._at_the_end)
        self.calls.append((notice.values["icegate_id"], call))
        match call:
            case Call.REFUSED | Call.TAKEN_UNHEARD:
                raise NoticeNotSent
            case Call.BROKEN:
                raise LookupError
            case Call.DIED_BEFORE | Call.DIED_AFTER:
                raise Killed
        return f"provider-{len(self.calls)}"


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(Call), max_size=30),
    st.sampled_from([Call.TAKEN, Call.REFUSED]),
    st.lists(st.floats(0, 1), min_size=1, max_size=5),
    st.integers(1, 4),
)
def test_each_message_is_sent_at_least_once_or_given_up_and_again_only_where_nobody_heard_that_it_was_taken(
    script: list[Call], at_the_end: Call, unevenness: list[float], count: int
) -> None:
    world, provider = World(), Provider(script, at_the_end)
    message_ids = []
    for name in range(count):
        made = outbox.message(NoticeKind.REGISTERED, Channel.EMAIL, CONTACT, "en", world.clock(), icegate_id=str(name))
        world.store.write(WriteMessage(made))
        message_ids.append(made.message_id)
    turn = iter(unevenness * 1000)
    sending = Sending(world.store, world.keyring, provider, world.clock, lambda: next(turn))

    def run(send: Callable[[], object]) -> None:
        # Whoever runs next is another process.
        with contextlib.suppress(Killed):
            send()

    run(lambda: sending.send(message_ids))
    for _ in range(27 * 12):
        run(lambda: sending.send_due(2))
        world.clock.advance(minutes=5)

    for name, message_id in enumerate(message_ids):
        stored = world.stored(message_id)
        calls = [call for of, call in provider.calls if of == str(name)]
        assert stored.due_at is None
        assert stored.attempts == len(calls)
        took = Counter(calls)
        if stored.sent_at is not None:
            assert calls[-1] is Call.TAKEN
            assert took[Call.TAKEN] == 1
            assert stored.given_up_because is None
        else:
            assert stored.given_up_because == "not_taken"
            assert took[Call.TAKEN] == 0
            assert world.clock() - stored.asked_at >= outbox.GIVE_UP_AFTER
