"""A consent is ended whatever keeps DigiLocker from being told."""

from __future__ import annotations

from dataclasses import replace

from chalicelib.domain.digilocker.changes import WriteConsent
from chalicelib.domain.digilocker.consents import ConsentStatus
from tests.domain.digilocker.fetching_world import FetchingWorld
from tests.domain.icegate.upgrade_world import CALLER


def test_tokens_that_do_not_open_keep_nobody_from_revoking() -> None:
    world = FetchingWorld()
    fetch, consent = world.begun()
    world.step.fetch(fetch.fetch_id, 0)
    stored = world.store.consent(consent.consent_id)
    assert stored is not None
    assert stored.tokens is not None
    world.store.write(WriteConsent(replace(stored, tokens=replace(stored.tokens, sealed="broken"))))
    assert world.consents.revoke(world.asha, consent.consent_id, CALLER).status is ConsentStatus.REVOKING
    assert world.is_clean(fetch)
