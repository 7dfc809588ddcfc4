"""Sending: what is in the outbox goes to its provider.

Neither SNS nor SES takes an idempotency key, so "exactly once" is what can be had of two promises:

- **No two runs send one message.** A run first claims it, by a write that only one of two can win, and then sends.
- **What a provider took is written down as sent** and not sent again. A run that dies between the provider's answer
  and that write leaves a claim that ends after a minute; then another run sends the message a second time. The other
  order (written first, then sent) would lose messages instead. A person gets the same code or the same notice twice,
  which harms nobody; none is lost.

A provider whose answer was lost may have taken the message too; that is tried again for the same reason.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from chalicelib.domain import codes, limits, outbox
from chalicelib.domain.changes import ChangeRefused, StoreUnavailable, WriteMessage
from chalicelib.domain.codes import ServerKey
from chalicelib.domain.notices import Messenger, Notice, NoticeNotSent
from chalicelib.domain.outbox import OutboxMessage, Reason
from chalicelib.domain.ports import Clock, Keyring, Store

# How often the word that a provider took a message is written again where the store does not answer.
_RECORDINGS = 3
# A process looks for a server key that it does not know at most every ten seconds.
_KEY_MAY_BE_NEW = timedelta(minutes=1)


class Fate(StrEnum):
    """What became of a message in one run."""

    SENT = "sent"
    FAILED = "failed"
    GIVEN_UP = "given_up"
    LEFT = "left"
    """Not this run's: it was sent before, another run has it, it is not due yet, or time ran out."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One message of a run. `message` is None where it was left unread; `because` is why it was given up or failed."""

    message_id: str
    fate: Fate
    message: OutboxMessage | None = None
    because: str | None = None


@dataclass(frozen=True, slots=True)
class SendingReport:
    """A run: every message with what became of it, and what went wrong that no retry by itself mends.

    `failure` is the first error of ours (a setting or a text that is missing, a store that does not answer). The run
    went on with the other messages; the caller raises it when all is done.
    """

    outcomes: tuple[Outcome, ...]
    failure: Exception | None = None

    @property
    def counts(self) -> dict[Fate, int]:
        """How many messages met which fate."""
        return {fate: sum(outcome.fate is fate for outcome in self.outcomes) for fate in Fate}

    def longest_wait(self, now: datetime) -> timedelta:
        """How long the longest waiting of the messages that should have gone and did not has waited by now."""
        waiting = [
            now - outcome.message.asked_at
            for outcome in self.outcomes
            if outcome.message is not None and outcome.message.due_at is not None
        ]
        return max(waiting, default=timedelta())


def always() -> bool:
    """There is always time."""
    return True


@dataclass(frozen=True, slots=True)
class Sending:
    """Sends messages of the outbox. `unevenness` gives a number from 0 to 1 for each wait (see `outbox.failed`)."""

    store: Store
    keyring: Keyring
    messenger: Messenger
    clock: Clock
    unevenness: Callable[[], float] = random.random

    def send_due(self, at_most: int, has_time: Callable[[], bool] = always) -> SendingReport:
        """Sends what is due, the longest due first; a message is tried once in a run. Raises `StoreUnavailable`."""
        return self.send(self.store.due_messages(self.clock(), at_most), has_time)

    def send(
        self, message_ids: Iterable[str], has_time: Callable[[], bool] = always, *, revive: bool = False
    ) -> SendingReport:
        """Sends these messages, each unless it is not due; those that are left when `has_time` says no wait.

        `revive`: also those that were given up, as an operator asks once the cause is gone. What goes wrong with one
        message does not keep back the others: see `SendingReport.failure`.
        """
        outcomes: list[Outcome] = []
        failure: Exception | None = None
        asked = iter(dict.fromkeys(message_ids))
        for message_id in asked:
            try:
                if not has_time():
                    # Only the first is read, to tell how long it has waited.
                    outcomes.append(Outcome(message_id, Fate.LEFT, self.store.message(message_id)))
                    break
                outcomes.append(self._send(message_id, revive=revive))
            except _Broken as broken:
                failure = failure or broken.error
                outcomes.append(broken.outcome)
            except Exception as error:  # noqa: BLE001 - raised by the caller, once the others had their turn
                failure = failure or error
                outcomes.append(Outcome(message_id, Fate.LEFT))
        outcomes.extend(Outcome(message_id, Fate.LEFT) for message_id in asked)
        return SendingReport(tuple(outcomes), failure)

    def _send(self, message_id: str, *, revive: bool) -> Outcome:
        message, now = self.store.message(message_id), self.clock()
        if revive and message is not None:
            message = outbox.revived(message, now)
        if message is None or not outbox.may_be_claimed(message, now):
            return Outcome(message_id, Fate.LEFT, _still_due(message, now))
        if because := outbox.hopeless(message, now):
            return self._written(message, outbox.given_up(message, because))
        try:
            key = self._key(message)
        except KeyError:
            return self._written(message, self._without_key(message, now), Reason.KEY_WITHDRAWN)
        held = outbox.claimed(message, now)
        try:
            held = replace(held, revision=self.store.write(WriteMessage(held)))
        except ChangeRefused:
            return Outcome(message_id, Fate.LEFT)
        return self._handed_over(held, _notice(held, key))

    def _handed_over(self, held: OutboxMessage, notice: Notice) -> Outcome:
        """Gives a claimed message to its provider, and writes down what came of it."""
        try:
            provider_id = self.messenger.send(notice)
        except NoticeNotSent as not_sent:
            return self._put_off(held, str(not_sent))
        except Exception as error:
            # A text or a setting is missing, or the answer cannot be read: put off as well, so that it goes out once
            # that is mended, and told as the error that it is.
            raise _Broken(self._put_off(held, type(error).__name__), error) from error
        return self._recorded(held, provider_id)

    def _put_off(self, held: OutboxMessage, because: str) -> Outcome:
        return self._written(held, outbox.failed(held, self.clock(), self.unevenness()), because)

    def _written(self, read: OutboxMessage, changed: OutboxMessage, because: str | None = None) -> Outcome:
        """Writes a message that did not go out; where another run came first, its word counts."""
        try:
            self.store.write(WriteMessage(changed))
        except ChangeRefused:
            return Outcome(read.message_id, Fate.LEFT)
        if changed.given_up_because is not None:
            return Outcome(read.message_id, Fate.GIVEN_UP, changed, changed.given_up_because)
        return Outcome(read.message_id, Fate.FAILED, changed, because)

    def _recorded(self, held: OutboxMessage, provider_id: str) -> Outcome:
        """Writes that a provider took the message.

        It is worth several tries: without this word the message would go out again. Where another run has taken the
        message over meanwhile, the word is written over that run's claim, so that it does not try again on a failure.
        """
        sent = outbox.delivered(held, provider_id, self.clock())
        for left in reversed(range(_RECORDINGS)):
            try:
                self.store.write(WriteMessage(sent))
                break
            except ChangeRefused:
                stored = self.store.message(held.message_id)
                if stored is None or stored.sent_at is not None:
                    break
                sent = outbox.delivered(stored, provider_id, self.clock())
            except StoreUnavailable as silent:
                if not left:
                    raise _Broken(Outcome(held.message_id, Fate.SENT, sent), silent) from silent
        return Outcome(held.message_id, Fate.SENT, sent)

    def _key(self, message: OutboxMessage) -> ServerKey | None:
        """The key of the message's code, None where it carries none. Raises `KeyError` for one that is not there."""
        return self.keyring.by_id(message.challenge.key_id) if message.challenge is not None else None

    def _without_key(self, message: OutboxMessage, now: datetime) -> OutboxMessage:
        """Put off while the key may be a new one of which this process has not heard, then given up."""
        if now - message.asked_at < _KEY_MAY_BE_NEW:
            return outbox.failed(message, now, self.unevenness())
        return outbox.given_up(message, Reason.KEY_WITHDRAWN)


def _notice(message: OutboxMessage, key: ServerKey | None) -> Notice:
    """What goes to the provider, with the code where the message carries one."""
    values = dict(message.values)
    if message.challenge is not None and key is not None:
        values["code"] = codes.derive_at(key, message.challenge, message.channel, message.address)
        values["until"] = message.challenge.expires_at.astimezone(limits.IST).strftime("%H:%M")
    return Notice(message.kind, message.channel, message.address, message.language, values)


class _Broken(Exception):  # noqa: N818 - it carries an outcome
    """What went wrong with a message for a reason of ours, and what became of the message."""

    def __init__(self, outcome: Outcome, error: Exception) -> None:
        super().__init__(type(error).__name__)
        self.outcome = outcome
        self.error = error


def _still_due(message: OutboxMessage | None, now: datetime) -> OutboxMessage | None:
    """The message, where it waits for its time although it was due."""
    return message if message is not None and message.due_at is not None and message.due_at <= now else None
