"""Answers in a provider's name as they come by the browser: kept, and left to the journey's step to judge.

No session stands behind them and nobody is known by them: what is trusted is the signature in them alone, and that is
looked at elsewhere. So the answer to whoever posts is the same, whatever they post.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chalicelib.domain.changes import ChangeRefused, CountUp, WriteSigning
from chalicelib.domain.limits import Counter, pseudonym
from chalicelib.domain.ports import Clock, Documents, Journeys, JourneysUnavailable, Keyring, Store
from chalicelib.domain.refusals import Code
from chalicelib.domain.rounds import in_rounds
from chalicelib.domain.signatures.esign import transactions
from chalicelib.domain.signatures.journey import is_to_be_woken, message_body
from chalicelib.domain.signatures.signings import EsignAnswer, Signing

# Where providers send browsers back to, below the site's origin.
RESPONSES = "/esign/responses/"
BY_IP_A_MINUTE = 60


@dataclass(frozen=True, slots=True)
class EsignAnswers:
    """Takes answers."""

    store: Store
    journeys: Journeys
    documents: Documents
    keyring: Keyring
    clock: Clock

    def take(self, signing_id: str, content: bytes | None, ip: str) -> Signing | None:
        """Keeps an answer for a signing and wakes its journey; None for a signing that there is not.

        `content` is the XML as it came, None where none was found in what came. An answer that comes again, or where
        none is waited for, changes nothing. At most 60 a minute from one IP are looked at. Raises
        `DocumentsUnavailable`, `StoreUnavailable`: the same request again makes it good.
        """
        signing, now = self.store.signing(signing_id), self.clock()
        if signing is None or content is None or not self._counted(ip, now):
            return signing
        if len(content) > transactions.ANSWER_BYTES_AT_MOST or _as_before(signing, content, now):
            return self._woken(signing)
        answer = kept(self.documents, signing_id, content, now)

        def take() -> Signing | None:
            stored = self.store.signing(signing_id)
            if stored is None:
                return None
            after = transactions.taken(stored, answer)
            if after == stored:
                return stored
            return replace(after, revision=self.store.write(WriteSigning(after)))

        return self._woken(in_rounds(take))

    def _counted(self, ip: str, now: datetime) -> bool:
        try:
            self.store.write(CountUp(_by_ip(self.keyring.current().material, ip, now)))
        except ChangeRefused:
            return False
        return True

    def _woken(self, signing: Signing | None) -> Signing | None:
        if signing is not None and signing.task_token is not None and is_to_be_woken(signing):
            # Kept already: the wait ends by itself, and finds it.
            with suppress(JourneysUnavailable):
                self.journeys.wake(signing.task_token, message_body(signing, self.clock()))
        return signing


def kept(documents: Documents, signing_id: str, content: bytes, now: datetime) -> EsignAnswer:
    """An answer, stored under its own hash so that none writes over another. Raises `DocumentsUnavailable`."""
    sha256 = hashlib.sha256(content).hexdigest()
    key = f"submissions/{signing_id}/esign/{sha256}"
    documents.put(key, content, "application/xml")
    return EsignAnswer(key, sha256, now)


def _as_before(signing: Signing, content: bytes, now: datetime) -> bool:
    """Whether this answer would change nothing."""
    return transactions.taken(signing, EsignAnswer("", hashlib.sha256(content).hexdigest(), now)) == signing


def _by_ip(key: bytes, ip: str, now: datetime) -> Counter:
    minute = timedelta(minutes=1)
    started = now.replace(second=0, microsecond=0)
    name = f"esign#{pseudonym(key, ip)}#{started:%Y%m%d%H%M}"
    return Counter(name, BY_IP_A_MINUTE, started + minute, Code.TOO_MANY_REQUESTS)
