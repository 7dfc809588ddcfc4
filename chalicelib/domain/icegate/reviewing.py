"""The officers' desk for full registrations: the queue, a case, the decision. An officer decides once.

The decision is written in the request that makes it; that the account may file follows in the journey, or, where no
journey waits any more, in the same request.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chalicelib.domain.accounts.owners import OwnerKey, display_name
from chalicelib.domain.accounts.telling import told
from chalicelib.domain.audit import Deed, Entry
from chalicelib.domain.authorisation import Actor
from chalicelib.domain.callers import Caller
from chalicelib.domain.changes import Change, WriteFullRegistration
from chalicelib.domain.icegate import full_registration_rules as rules
from chalicelib.domain.icegate.full_registration_journey import is_to_be_woken, message_body
from chalicelib.domain.icegate.full_registration_rules import Decision
from chalicelib.domain.icegate.full_registration_steps import FullRegistrationSteps
from chalicelib.domain.icegate.full_registrations import (
    DocumentStatus,
    FullRegistration,
    FullRegistrationStatus,
    UploadedDocument,
)
from chalicelib.domain.notices import NoticeKind
from chalicelib.domain.ports import Clock, Documents, Journeys, Store, Woken
from chalicelib.domain.recording import recorded
from chalicelib.domain.refusals import Code, Refusal, invalid
from chalicelib.domain.rounds import in_rounds
from chalicelib.domain.signatures.report import Report

QUEUE_AT_MOST = 100
# A journey that was told does its part within seconds; after this it is taken for lost.
_LOST_AFTER = timedelta(minutes=1)
_DEEDS = {
    Decision.APPROVE: Deed.FULL_REGISTRATION_APPROVED,
    Decision.REJECT: Deed.FULL_REGISTRATION_REJECTED,
    Decision.ASK: Deed.FULL_REGISTRATION_MORE_ASKED,
}
_NOTICES = {
    Decision.REJECT: NoticeKind.FULL_REGISTRATION_REJECTED,
    Decision.ASK: NoticeKind.FULL_REGISTRATION_MORE_ASKED,
}
# What officers see: what was sent in once. What is still being made is the registrant's own.
SHOWN = frozenset(
    {
        FullRegistrationStatus.UNDER_REVIEW,
        FullRegistrationStatus.MORE_ASKED,
        FullRegistrationStatus.APPROVED,
        FullRegistrationStatus.REJECTED,
    }
)


@dataclass(frozen=True, slots=True)
class Case:
    """A registration as officers see it: with what was found of its signature, and who decided ("" for nobody yet)."""

    registration: FullRegistration
    report: Report | None
    decided_by: str

    def __repr__(self) -> str:
        return f"Case({self.registration!r})"


@dataclass(frozen=True, slots=True)
class Reviews:
    """The desk."""

    store: Store
    journeys: Journeys
    documents: Documents
    clock: Clock

    def queue(self, status: FullRegistrationStatus) -> tuple[FullRegistration, ...]:
        """The registrations in a status that officers see, the longest waiting first, 100 at most.

        Raises `Refusal` `invalid_fields` (`status_unknown`).
        """
        if status not in SHOWN:
            raise invalid(status="status_unknown")
        found = self.store.full_registrations_in(status, QUEUE_AT_MOST)
        if status is FullRegistrationStatus.UNDER_REVIEW:
            return tuple(one for one in found if rules.is_waiting_for_officer(one))
        return found

    def case(self, registration_id: str) -> Case:
        """One registration that was sent in. Raises `Refusal` `not_found`."""
        registration = _as_sent_in(self._read(registration_id))
        signing = self.store.signing(registration.signing_id)
        decider = self.store.owner(OwnerKey(registration.decided_by)) if registration.decided_by else None
        return Case(registration, signing.report if signing else None, display_name(decider) if decider else "")

    def document_url(self, registration_id: str, document_id: str) -> str:
        """An address at which a document that was taken can be downloaded. Raises `Refusal` `not_found`."""
        document = rules.document_of(_as_sent_in(self._read(registration_id)), document_id)
        if document.status is not DocumentStatus.ACCEPTED:
            raise Refusal(Code.NOT_FOUND)
        return self.documents.download_url(document.key, _saved_as(document))

    def decide(
        self,
        actor: Actor,
        registration_id: str,
        decision: Decision,
        reason: str | None,
        seen: datetime,
        caller: Caller,
    ) -> FullRegistration:
        """An officer's decision; the same one made again by the same officer changes nothing, and heals what was lost.

        `seen` is when what the officer looked at was sent in (UTC, whole seconds): an applicant who was asked for more
        meanwhile may have sent in other documents, which nobody has looked at.
        Raises `Refusal`: `not_found`; `invalid_fields` (`required`) where a rejection or a question has no reason;
        `review_conflict` where somebody has decided, the registrant has to go on, or something else was sent in since;
        `JourneysUnavailable`.
        """
        if decision is not Decision.APPROVE and not reason:
            raise invalid(reason="required")
        said = None if decision is Decision.APPROVE else reason

        def decide() -> FullRegistration:
            registration, now = self._read(registration_id), self.clock()
            if rules.is_repeated(registration, decision, said, actor.key):
                return registration
            if registration.submitted_at is None or registration.submitted_at.replace(microsecond=0) != seen:
                raise Refusal(Code.REVIEW_CONFLICT)
            after = rules.decided(registration, decision, said, actor.key, now)
            facts = {"registration": registration_id}
            entry = Entry(_DEEDS[decision], actor.key, registration.owner, facts=facts)
            self.store.write(
                WriteFullRegistration(after),
                *recorded(self.store, now, caller.request_id, entry),
                *self._told(decision, registration, now),
            )
            return after

        return self._carried_on(in_rounds(decide))

    def _read(self, registration_id: str) -> FullRegistration:
        registration = self.store.full_registration(registration_id)
        if registration is None or (registration.status not in SHOWN and registration.submitted_at is None):
            raise Refusal(Code.NOT_FOUND)
        return registration

    def _told(self, decision: Decision, registration: FullRegistration, now: datetime) -> tuple[Change, ...]:
        owner, kind = self.store.owner(registration.owner), _NOTICES.get(decision)
        # Who is approved is told when it is done.
        return told(kind, owner, now) if owner is not None and kind is not None else ()

    def _carried_on(self, registration: FullRegistration) -> FullRegistration:
        """Wakes the journey; where none waits any more, what was approved is carried out here."""
        now = self.clock()
        woken = None
        if registration.task_token is not None and is_to_be_woken(registration, now):
            woken = self.journeys.wake(registration.task_token, message_body(registration, now))
        is_pending = rules.is_approved(registration) and registration.status is FullRegistrationStatus.UNDER_REVIEW
        decided_at = registration.decided_at or now
        if is_pending and (woken is Woken.WAITS_NO_MORE or now >= decided_at + _LOST_AFTER):
            return FullRegistrationSteps(self.store, self.journeys, self.clock).approve(registration.registration_id)
        return replace(registration)


def _as_sent_in(registration: FullRegistration) -> FullRegistration:
    """The registration without what its registrant has added since and not sent in."""
    sent_in_at = registration.submitted_at
    sent_in = (one for one in registration.documents if sent_in_at is not None and one.asked_at <= sent_in_at)
    return replace(registration, documents=tuple(sent_in))


def _saved_as(document: UploadedDocument) -> str:
    """A name of ours: what the registrant called the file is no name for an officer's disk."""
    return f"{document.kind.value}-{document.document_id[:6]}.pdf"
