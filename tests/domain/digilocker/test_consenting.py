"""A consent is ended whatever keeps DigiLocker from being told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.domain.accounts.owners import account_key
from chalicelib.domain.digilocker.changes import WriteConsent
from chalicelib.domain.digilocker.consenting import Ended, partings
from chalicelib.domain.digilocker.consents import Consent, ConsentStatus
from chalicelib.domain.digilocker.line import DigiLockerUnavailable
from chalicelib.domain.digilocker.token_keeping import ending
from tests.adapters.records import account
from tests.domain.digilocker.fake_line import PROFILE, json_reply
from tests.domain.digilocker.fetching_world import FetchingWorld
from tests.domain.icegate.upgrade_world import CALLER


def test_tokens_that_do_not_open_keep_nobody_from_revoking() -> None:
    world = FetchingWorld()
    fetch, consent = world.begun()
    world.step.fetch(fetch.fetch_id, 0)
    kept = stored(world, consent)
    assert kept.tokens is not None
    world.store.write(WriteConsent(replace(kept, tokens=replace(kept.tokens, sealed="broken"))))
    assert world.consents.revoke(world.asha, consent.consent_id, CALLER).status is ConsentStatus.REVOKING
    assert world.is_clean(fetch)


def stored(world: FetchingWorld, consent: Consent) -> Consent:
    """The consent as it is kept."""
    found = world.store.consent(consent.consent_id)
    assert found is not None
    return found


def several(world: FetchingWorld, many: int) -> list[Consent]:
    """Consents that were revoked, one after another, while DigiLocker was down."""
    world.line.say(PROFILE.revoke, DigiLockerUnavailable())
    made = []
    for _ in range(many):
        _, consent = world.begun()
        world.store.write(WriteConsent(ending(stored(world, consent), world.now)))
        made.append(stored(world, consent))
        world.advance(seconds=1)
    return made


class TestManyToEnd:
    def test_a_locker_that_does_not_answer_is_called_a_few_times_in_a_run_and_others_come_first_in_the_next(
        self,
    ) -> None:
        world = FetchingWorld()
        waiting = several(world, 8)
        called = []
        for _ in range(4):
            before = len(world.line.asked)
            assert world.consents.end_due(100, lambda: True).ended == 0
            called.append(len(world.line.asked) - before)
            world.advance(hours=1)
        assert called == [3, 3, 3, 3]
        # One that always fails does not keep back the others.
        world.line.say(PROFILE.revoke, json_reply({}))
        assert world.consents.end_due(100, lambda: True).ended == len(waiting)
        assert {stored(world, one).status for one in waiting} == {ConsentStatus.REVOKED}

    def test_what_could_not_be_ended_goes_behind_what_waited_longer(self) -> None:
        world = FetchingWorld()
        first, *others = several(world, 5)
        world.consents.end_due(1, lambda: True)
        world.advance(hours=1)
        assert world.store.consents_to_end(world.now, 9) == tuple(one.consent_id for one in (*others, first))

    def test_what_needs_no_word_to_digilocker_is_ended_all_the_same(self) -> None:
        world = FetchingWorld()
        several(world, 5)
        untold = stored(world, several(world, 1)[0])
        world.store.write(WriteConsent(replace(untold, tokens=None)))
        over = stored(world, several(world, 1)[0])
        world.store.write(WriteConsent(replace(over, valid_until=world.now)))
        before = len(world.line.asked)
        assert world.consents.end_due(100, lambda: True) == Ended(2, 5)
        assert len(world.line.asked) - before == 3
        assert {stored(world, one).status for one in (untold, over)} == {ConsentStatus.REVOKED}


@pytest.mark.parametrize("many", [0, 1, 50, 51, 130])
def test_an_account_is_closed_whatever_number_of_consents_it_has(many: int) -> None:
    world = FetchingWorld()
    closing = account()
    consents = [world.consent(owner=account_key(closing.account_id)) for _ in range(many)]
    assert len(partings(world.store, world.clock)(closing)) <= 50
    # A closing that broke off here is asked for again.
    changes = partings(world.store, world.clock)(closing)
    if changes:
        world.store.write(*changes)
    assert {stored(world, one).status for one in consents} <= {ConsentStatus.REVOKING}
