"""Confirming codes that were sent: spend an attempt in the store, then compare, then consume once.

`Attempts` serves every record that codes were sent for. `Confirmation` serves registrations, to which two ways lead:
who has the flow token says which registration it is; who resumes names it otherwise, and learns nothing from a "no".
"""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from chalicelib.domain import codes, limits
from chalicelib.domain.changes import Change, CountUp, UseOnce, WriteTries
from chalicelib.domain.codes import Challenge, Codes
from chalicelib.domain.contacts import Channel, Contact
from chalicelib.domain.limits import CODE_TRIES, Tries, TryPurpose
from chalicelib.domain.ports import Clock, Keyring, Store
from chalicelib.domain.refusals import Code, Refusal
from chalicelib.domain.rounds import forgive, in_rounds


class _Coded(Protocol):
    """A record (a dataclass) with codes, opened with a flow token, written on condition of the version read."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def challenge(self) -> Challenge | None: ...

    @property
    def flow_token_hash(self) -> str: ...

    @property
    def revision(self) -> str | None: ...


Record = TypeVar("Record", bound=_Coded)


@dataclass(frozen=True, slots=True)
class Coded(Generic[Record]):
    """What is to be known of one kind of record whose codes are tried.

    `sent` gives the codes that count now and where they went (it may refuse); `counted_as` where the tries of a record
    are counted; `written` the change that writes it. `expired` is what is told where the codes' key was withdrawn.
    """

    sent: Callable[[Record], tuple[Challenge, Contact]]
    counted_as: Callable[[Record], tuple[TryPurpose, tuple[str, ...]]]
    written: Callable[[Record], Change]
    expired: Code


@dataclass(frozen=True, slots=True)
class Attempts(Generic[Record]):
    """Spends attempts at codes, and compares."""

    store: Store
    keyring: Keyring
    clock: Clock
    coded: Coded[Record]

    def spent(
        self,
        read: Callable[[], Record],
        spend: Callable[[Record, datetime], Record | None],
        counted: tuple[CountUp, ...],
    ) -> tuple[Record, Tries | None]:
        """The record with an attempt spent, and the tries taken; no tries where it was confirmed before.

        `read` gives the stored version; `spend` the record with the attempt spent, or None where its codes have done
        their work already. Raises `Refusal`: those of the two, and `locked`.
        """

        def attempt() -> tuple[Record, Tries | None]:
            record, now = read(), self.clock()
            spent = spend(record, now)
            if spent is None:
                return record, None
            taken = limits.spent(self.store.tries(self.tries_key(*self.coded.counted_as(record))), CODE_TRIES, now)
            tries = WriteTries(taken, now + CODE_TRIES.longest)
            revision = self.store.write(self.coded.written(spent), tries, *counted)
            return replace(spent, revision=revision), replace(taken, revision=revision)

        return in_rounds(attempt)

    def wrong_channels(self, record: Record, typed: Codes) -> tuple[Channel, ...]:
        """The channels whose code is not right, after an attempt was spent."""
        challenge, contact = self.coded.sent(record)
        try:
            key = self.keyring.by_id(challenge.key_id)
        except KeyError as withdrawn:
            raise Refusal(self.coded.expired) from withdrawn
        return codes.wrong_channels(key, challenge, contact, typed)

    def tries_key(self, purpose: TryPurpose, identity: tuple[str, ...]) -> str:
        """Where the tries of one identity for one purpose are counted."""
        return limits.tries_key(self.keyring.current().material, purpose, *identity)


@dataclass(frozen=True, slots=True)
class Confirmable(Generic[Record]):
    """What is to be known of one kind of registration whose codes are confirmed.

    `resumed_as` is the purpose for which a stranger's tries are counted. `is_over` says whether right codes come too
    late; `is_confirmed` whether the codes that the second version was compared with have done their work in the first;
    `may_repeat` whether a resume with codes that were right before is told so once more. `with_codes_confirmed` is the
    step that follows right codes.
    """

    coded: Coded[Record]
    resumed_as: TryPurpose
    is_over: Callable[[Record, datetime], bool]
    is_confirmed: Callable[[Record, Record], bool]
    may_repeat: Callable[[Record, datetime], bool]
    with_codes_confirmed: Callable[[Record, datetime], Record]


@dataclass(frozen=True, slots=True)
class Confirmation(Generic[Record]):
    """Compares what people type with the codes that their registration was sent."""

    store: Store
    keyring: Keyring
    clock: Clock
    kind: Confirmable[Record]

    def confirmed(
        self,
        read: Callable[[], Record],
        spend: Callable[[Record, datetime], Record | None],
        typed: Codes,
        counted: tuple[CountUp, ...],
    ) -> Record:
        """The registration with its codes confirmed, now or before. `read` and `spend` as for `Attempts.spent`.

        Raises `Refusal`: `codes_incorrect` by channel, `codes_exhausted`, `locked`, and those of `read` and `spend`.
        """
        registration, tries = self._attempts.spent(read, spend, counted)
        if tries is None:
            return registration
        wrong = self._attempts.wrong_channels(registration, typed)
        if wrong:
            challenge, _ = self.kind.coded.sent(registration)
            raise codes.incorrect(wrong, challenge.attempts_left)
        return self._consumed(registration, read, tries, None)

    def resumed(
        self,
        find: Callable[[], Record | None],
        identity: tuple[str, ...],
        typed: Codes,
        new_token_hash: str,
        counted: CountUp,
    ) -> Record:
        """The registration that `find` and the codes mean, confirmed, under a new flow token.

        `identity` is what the stranger named; `find` does the same work whether it finds something or not. Raises
        `Refusal`: `codes_not_matched` for anything that is not right; `registration_expired` and `codes_used` only to
        who shows right codes.
        """

        def read() -> Record:
            found = find()
            if found is None:
                raise Refusal(Code.CODES_NOT_MATCHED)
            return found

        registration, tries = self._spent_by_stranger(find, identity, counted)
        if registration is None or self._attempts.wrong_channels(registration, typed):
            raise Refusal(Code.CODES_NOT_MATCHED)
        if self.kind.is_over(registration, self.clock()):
            raise Refusal(Code.REGISTRATION_EXPIRED)
        return self._consumed(registration, read, tries, new_token_hash)

    @property
    def _attempts(self) -> Attempts[Record]:
        return Attempts(self.store, self.keyring, self.clock, self.kind.coded)

    def _spent_by_stranger(
        self, find: Callable[[], Record | None], identity: tuple[str, ...], counted: CountUp
    ) -> tuple[Record | None, Tries]:
        """The registration that was found, with an attempt spent, and the tries taken.

        The same work where there is none.
        """
        tries_key = self._attempts.tries_key(self.kind.resumed_as, identity)

        def spend() -> tuple[Record | None, Tries]:
            registration, now = find(), self.clock()
            taken = limits.spent(self.store.tries(tries_key), CODE_TRIES, now)
            guards = (WriteTries(taken, now + CODE_TRIES.longest), counted)
            challenge = registration.challenge if registration is not None else None
            if registration is None or challenge is None or challenge.attempts_left == 0:
                # A decoy, so that the time does not tell whether anybody has a registration under way.
                revision = self.store.write(UseOnce(f"decoy#{secrets.token_hex(8)}", now + limits.IP_WINDOW), *guards)
                return None, replace(taken, revision=revision)
            spent = replace(registration, challenge=replace(challenge, attempts=challenge.attempts + 1))
            revision = self.store.write(self.kind.coded.written(spent), *guards)
            return replace(spent, revision=revision), replace(taken, revision=revision)

        return in_rounds(spend)

    def _consumed(self, known: Record, read: Callable[[], Record], tries: Tries, new_token_hash: str | None) -> Record:
        """Consumes the challenge once. A repeated resume is the same success told again, while it may be repeated.

        `known` is the version just written; it is read anew only where somebody else came between.
        """
        versions = itertools.chain([lambda: known], itertools.repeat(read))

        def consume() -> Record:
            registration, now = next(versions)(), self.clock()
            if self.kind.coded.sent(registration)[0].nonce != self.kind.coded.sent(known)[0].nonce:
                # Other codes, for other addresses, were asked for meanwhile: those that were compared count no more.
                raise Refusal(Code.CODES_NOT_MATCHED if new_token_hash is not None else Code.STEP_OUT_OF_ORDER)
            if not self.kind.is_confirmed(registration, known):
                confirmed = self.kind.with_codes_confirmed(registration, now)
            elif new_token_hash is None:
                return registration
            elif self.kind.may_repeat(registration, now):
                # Written as well: where the journey was never woken, this is what makes it good.
                confirmed = registration
            else:
                raise Refusal(Code.CODES_USED)
            if new_token_hash is not None:
                confirmed = replace(confirmed, flow_token_hash=new_token_hash)
            revision = forgive(self.store, tries, CODE_TRIES, now, self.kind.coded.written(confirmed))
            return replace(confirmed, revision=revision)

        return in_rounds(consume)
