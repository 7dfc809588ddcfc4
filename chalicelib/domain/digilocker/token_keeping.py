"""Keeping tokens: every use of an access token goes through here, and so does every renewal.

A refresh token is used once: who renews says so first by a write that only one of two can win, and the loser looks
again. A consent that was revoked, ran out or was ended at DigiLocker gives no token any more.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar

from chalicelib.domain.changes import ChangeRefused
from chalicelib.domain.digilocker.changes import WriteConsent
from chalicelib.domain.digilocker.consents import Consent, ConsentStatus, Tokens
from chalicelib.domain.digilocker.errors import DigiLockerRefused, Meaning
from chalicelib.domain.digilocker.line import DigiLockerUnavailable
from chalicelib.domain.digilocker.locker_access import LockerAccess
from chalicelib.domain.digilocker.tokens import TokenSet
from chalicelib.domain.ports import Clock, Store, Vault
from chalicelib.domain.rounds import in_rounds

Got = TypeVar("Got")
# A token that ends within this time is renewed before it is used.
_MARGIN = timedelta(seconds=60)
# How long whoever renews has to itself: a call ends within 20 s.
_CLAIM = timedelta(seconds=60)


class ConsentOver(Exception):  # noqa: N818
    """The consent counts no more, or its tokens do not and cannot be renewed: the person is to be asked again."""


class TokensBeingRenewed(Exception):  # noqa: N818
    """Another run renews the tokens at this moment; repeating helps within a minute."""


def tokens_context(consent_id: str) -> str:
    """What a consent's tokens are sealed for."""
    return f"consent:{consent_id}:tokens"


def counts(consent: Consent, now: datetime) -> bool:
    """Whether a consent may be used."""
    return consent.status is ConsentStatus.ACTIVE and now < consent.valid_until


def ending(consent: Consent, now: datetime) -> Consent:
    """The consent from the moment on in which it ends: nothing uses it any more, DigiLocker is still to be told."""
    return replace(consent, status=ConsentStatus.REVOKING, revoked_at=consent.revoked_at or now)


@dataclass(frozen=True, slots=True)
class TokenKeeping:
    """Keeps consents' tokens."""

    store: Store
    vault: Vault
    access: LockerAccess
    clock: Clock

    def sealed(self, consent_id: str, tokens: TokenSet, generation: int = 0) -> Tokens:
        """Tokens as they are stored. Raises `VaultUnavailable`."""
        return Tokens(
            self.vault.seal(tokens_context(consent_id), tokens.as_secret()), tokens.expires_at, generation=generation
        )

    def opened(self, consent: Consent) -> TokenSet | None:
        """A consent's tokens, None where it has none. Raises `sealing.SealBroken`, `VaultUnavailable`."""
        if consent.tokens is None:
            return None
        secret = self.vault.opened(tokens_context(consent.consent_id), consent.tokens.sealed)
        return TokenSet.from_secret(secret, consent.tokens.expires_at)

    def with_access(self, consent_id: str, use: Callable[[str], Got]) -> Got:
        """What `use` makes of the access token, which is renewed once where it is over.

        Raises `ConsentOver`, `TokensBeingRenewed`, and whatever `use` raises.
        """
        consent = self._usable(consent_id)
        if consent.tokens is not None and self.clock() >= consent.tokens.expires_at - _MARGIN:
            consent = self._renewed(consent, was_refused=False)
        try:
            return use(self._access(consent))
        except DigiLockerRefused as refused:
            if refused.meaning is not Meaning.TOKEN_OVER:
                raise
        consent = self._renewed(consent, was_refused=True)
        try:
            return use(self._access(consent))
        except DigiLockerRefused as refused:
            if refused.meaning is not Meaning.TOKEN_OVER:
                raise
            _demand_said(refused)
        # New tokens, and refused at once: the person has ended it there.
        self._ended(consent_id, by_person=True)
        raise ConsentOver

    def _usable(self, consent_id: str) -> Consent:
        consent = self.store.consent(consent_id)
        if consent is None or consent.tokens is None or not counts(consent, self.clock()):
            raise ConsentOver
        return consent

    def _access(self, consent: Consent) -> str:
        tokens = self.opened(consent)
        if tokens is None:
            raise ConsentOver
        return tokens.access

    def _renewed(self, used: Consent, *, was_refused: bool) -> Consent:
        """The consent with newer tokens than those that were used: renewed here, or by another run meanwhile.

        `was_refused`: the access token was, before its time. Where the refresh token is refused as well, the person has
        ended the consent at DigiLocker; unless an earlier renewal had no answer, for then it may have been used up.
        """
        consent, now = self._usable(used.consent_id), self.clock()
        kept, before = consent.tokens, used.tokens
        assert kept is not None
        if before is None or kept.generation > before.generation:
            return consent
        tokens = self.opened(consent)
        if tokens is None or tokens.refresh is None:
            raise ConsentOver
        if kept.renewing_until is not None and now < kept.renewing_until:
            raise TokensBeingRenewed
        claimed = replace(consent, tokens=replace(kept, renewing_until=now + _CLAIM))
        try:
            claimed = replace(claimed, revision=self.store.write(WriteConsent(claimed)))
        except ChangeRefused:
            raise TokensBeingRenewed from None
        calls = self.access.token_calls(consent.locker, consent.department_id)
        try:
            fresh = calls.renewed(tokens.refresh, now)
        except DigiLockerUnavailable:
            # Whether it was renewed is not known: the claim is over, and stays as the mark of that.
            self._released(claimed, now)
            raise
        except DigiLockerRefused as refused:
            if refused.meaning in {Meaning.GRANT_OVER, Meaning.TOKEN_OVER}:
                if not refused.code:
                    self._released(claimed, now)
                _demand_said(refused)
                self._ended(consent.consent_id, by_person=was_refused and kept.renewing_until is None)
                raise ConsentOver from refused
            self._released(claimed, None)
            raise
        return self._kept(consent.consent_id, self.sealed(consent.consent_id, fresh, kept.generation + 1))

    def _kept(self, consent_id: str, fresh: Tokens) -> Consent:
        """Writes new tokens down, whatever became of the consent meanwhile: the old ones are dead.

        On a consent that ended they are kept until DigiLocker was told that these are over, too.
        """

        def keep() -> Consent:
            stored = self.store.consent(consent_id)
            if stored is None:
                raise ConsentOver
            is_over = stored.status in {ConsentStatus.REVOKED, ConsentStatus.EXPIRED}
            status = ConsentStatus.REVOKING if is_over else stored.status
            kept = replace(stored, tokens=fresh, status=status)
            return replace(kept, revision=self.store.write(WriteConsent(kept)))

        consent = in_rounds(keep)
        if not counts(consent, self.clock()):
            raise ConsentOver
        return consent

    def _released(self, claimed: Consent, until: datetime | None) -> None:
        tokens = claimed.tokens
        assert tokens is not None
        with suppress(ChangeRefused):
            self.store.write(WriteConsent(replace(claimed, tokens=replace(tokens, renewing_until=until))))

    def _ended(self, consent_id: str, *, by_person: bool) -> None:
        """The tokens are dead. Where the person ended the consent at DigiLocker it ends here too; no word is needed."""

        def end() -> None:
            consent, now = self.store.consent(consent_id), self.clock()
            if consent is not None and consent.status is ConsentStatus.ACTIVE:
                over = ending(consent, now) if by_person else consent
                self.store.write(WriteConsent(replace(over, tokens=None)))

        in_rounds(end)


def _demand_said(refused: DigiLockerRefused) -> None:
    """Raises `DigiLockerUnavailable` where a 401 has no code of DigiLocker's own: something before it has spoken.

    What a consent gave is deleted on DigiLocker's own word alone.
    """
    if not refused.code:
        raise DigiLockerUnavailable("unexpected_error")
