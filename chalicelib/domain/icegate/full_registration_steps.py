"""The full registration as its journey drives it, once its signature holds: what each step Lambda does.

A step may be run again at any time, by a retry or a redrive: it finds out from the records what is left to do.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from chalicelib.domain.accounts.owners import OwnerKey
from chalicelib.domain.accounts.telling import told
from chalicelib.domain.audit import SYSTEM, Deed, Entry
from chalicelib.domain.changes import AppendEvent, WriteFullRegistration, WriteOwner, WriteSigning
from chalicelib.domain.contacts import Channel
from chalicelib.domain.icegate import full_registration_rules as rules
from chalicelib.domain.icegate.accounts import IcegateAccount, RegistrationKind
from chalicelib.domain.icegate.full_registration_journey import is_to_be_woken, message_body
from chalicelib.domain.icegate.full_registrations import FullRegistration, FullRegistrationStatus
from chalicelib.domain.notices import NoticeKind
from chalicelib.domain.ports import Clock, Journeys, Store
from chalicelib.domain.recording import recorded
from chalicelib.domain.refusals import Code
from chalicelib.domain.rounds import in_rounds
from chalicelib.domain.signatures import carrying_out, transitions
from chalicelib.domain.signatures.carrying_out import SigningOver
from chalicelib.domain.signatures.report import SignerShown
from chalicelib.domain.signatures.signings import ENDED as SIGNING_ENDED
from chalicelib.domain.signatures.signings import Purpose, Signing, SigningStatus


class FullRegistrationUnknown(Exception):  # noqa: N818
    """There is no such registration, or its account is none of ICEGATE's; a retry does not help."""


class NotApproved(Exception):  # noqa: N818
    """The step was asked for before an officer had approved; a retry does not help."""


@dataclass(frozen=True, slots=True)
class FullRegistrationSteps:
    """The steps of `full_registration` that are its own."""

    store: Store
    journeys: Journeys
    clock: Clock

    def register_dsc(self, signing_id: str) -> FullRegistration | None:
        """Keeps the certificate of a good signature, in one write with the signing's end.

        It is kept on the registration, whose documents are next, or, for a renewal, with the account. Gives the
        registration; None for a renewal, after which nothing follows. Raises `carrying_out.SigningUnknown`,
        `SigningOver` where the deed cannot be done any more (the signing says why), `NotVerified`.
        """

        def register() -> FullRegistration | None:
            purposes = (Purpose.FULL_REGISTRATION, Purpose.RENEW_DSC)
            signing = carrying_out.verified(self.store, signing_id, *purposes)
            if signing.purpose is Purpose.RENEW_DSC:
                self._renew(signing)
                return None
            return self._registered(signing)

        registration = in_rounds(register)
        after = carrying_out.known(self.store, signing_id)
        if after.status is not SigningStatus.DONE:
            raise SigningOver
        return registration

    def await_(
        self, registration_id: str, waits_for: str, task_token: str, since: str | None = None
    ) -> FullRegistration:
        """Stores the task token under which the documents, or an officer's decision, will wake the journey.

        Wakes it at once where that has happened already (ADR 3).
        """

        def keep() -> FullRegistration:
            kept = rules.waiting(self._read(registration_id), task_token, waits_for, since)
            return replace(kept, revision=self.store.write(WriteFullRegistration(kept)))

        registration, now = in_rounds(keep), self.clock()
        if registration.task_token is not None and is_to_be_woken(registration, now):
            self.journeys.wake(registration.task_token, message_body(registration, now))
        return registration

    def approve(self, registration_id: str) -> FullRegistration:
        """Makes the account a fully registered one with its DSC, in one write with the registration's end and the word.

        Raises `NotApproved`, `FullRegistrationUnknown`.
        """

        def approve() -> FullRegistration:
            registration, now = self._read(registration_id), self.clock()
            if registration.status is FullRegistrationStatus.APPROVED:
                return registration
            if not rules.is_approved(registration) or registration.dsc is None:
                raise NotApproved
            account, after = self._account(registration.owner), rules.approved(registration)
            facts = {"registration": registration_id, "certificate": registration.dsc.fingerprint}
            full = replace(account, kind=RegistrationKind.FULL, dsc=registration.dsc)
            self.store.write(
                WriteFullRegistration(after),
                WriteOwner(full),
                *self._recorded(Deed.FULLY_REGISTERED, registration.owner, registration_id, facts),
                *told(NoticeKind.FULL_REGISTRATION_APPROVED, full, now),
            )
            return after

        return in_rounds(approve)

    def expire(self, registration_id: str) -> FullRegistration | None:
        """Ends a registration whose time is over.

        One that waits for an officer is never ended: its owner is told once that it is not forgotten, and the journey
        goes on waiting. None where there is none: the journey was that of a renewal.
        """

        def expire() -> FullRegistration | None:
            registration, now = self.store.full_registration(registration_id), self.clock()
            if registration is None:
                return None
            if rules.is_waiting_for_officer(registration) and now >= registration.expires_at:
                return self._looked_again(registration)
            if registration.status is FullRegistrationStatus.EXPIRED or not self._is_over(registration):
                return registration
            after, facts = rules.expired(registration), {"registration": registration_id}
            is_told = registration.status is not FullRegistrationStatus.SIGNATURE_REQUIRED
            account = self._account(registration.owner)
            self.store.write(
                WriteFullRegistration(after),
                *self._recorded(Deed.FULL_REGISTRATION_EXPIRED, registration.owner, registration_id, facts),
                *(told(NoticeKind.FULL_REGISTRATION_EXPIRED, account, now, None, Channel.EMAIL) if is_told else ()),
            )
            return after

        return in_rounds(expire)

    # What several of them do.

    def _read(self, registration_id: str) -> FullRegistration:
        registration = self.store.full_registration(registration_id)
        if registration is None:
            raise FullRegistrationUnknown
        return registration

    def _account(self, key: OwnerKey) -> IcegateAccount:
        account = self.store.owner(key)
        if not isinstance(account, IcegateAccount):
            raise FullRegistrationUnknown
        return account

    def _registered(self, signing: Signing) -> FullRegistration | None:
        registration = self.store.full_registration(signing.subject_id)
        if signing.status is SigningStatus.DONE:
            return registration
        now = self.clock()
        if registration is None or registration.status is not FullRegistrationStatus.SIGNATURE_REQUIRED:
            # It was opened anew meanwhile.
            self.store.write(WriteSigning(carrying_out.refused(signing, Code.REGISTRATION_ENDED, now)))
            return registration
        dsc = rules.registered_dsc(_signer_of(signing), signing.signing_id, now)
        after = rules.with_dsc(registration, dsc, now)
        facts = {"registration": registration.registration_id, "certificate": dsc.fingerprint}
        self.store.write(
            WriteFullRegistration(after),
            WriteSigning(carrying_out.done(signing, now)),
            *self._recorded(Deed.DSC_REGISTERED, signing.owner, signing.signing_id, facts),
        )
        return after

    def _renew(self, signing: Signing) -> None:
        if signing.status is SigningStatus.DONE:
            return
        account, now = self._account(signing.owner), self.clock()
        dsc = rules.registered_dsc(_signer_of(signing), signing.signing_id, now)
        facts = {"signing": signing.signing_id, "certificate": dsc.fingerprint}
        self.store.write(
            WriteOwner(replace(account, dsc=dsc)),
            WriteSigning(carrying_out.done(signing, now)),
            *self._recorded(Deed.DSC_RENEWED, signing.owner, signing.signing_id, facts),
            *told(NoticeKind.DSC_RENEWED, account, now),
        )

    def _looked_again(self, registration: FullRegistration) -> FullRegistration:
        now, submitted_at = self.clock(), registration.submitted_at
        is_first = submitted_at is not None and registration.expires_at == submitted_at + rules.REVIEW_EXPECTED_WITHIN
        after = rules.looked_again(registration, now)
        account, kind = self._account(registration.owner), NoticeKind.FULL_REGISTRATION_DELAYED
        self.store.write(
            WriteFullRegistration(after), *(told(kind, account, now, None, Channel.EMAIL) if is_first else ())
        )
        return after

    def _is_over(self, registration: FullRegistration) -> bool:
        now = self.clock()
        if registration.status is not FullRegistrationStatus.SIGNATURE_REQUIRED:
            return rules.is_expired(registration, now)
        signing = self.store.signing(registration.signing_id)
        return signing is None or transitions.status_at(signing, now) in SIGNING_ENDED - {SigningStatus.DONE}

    def _recorded(self, deed: Deed, owner: OwnerKey, request_id: str, facts: dict[str, str]) -> tuple[AppendEvent, ...]:
        # No request does it; the id of the registration or the signing is how an operator follows it.
        actor = SYSTEM if deed is Deed.FULL_REGISTRATION_EXPIRED else owner
        return recorded(self.store, self.clock(), request_id, Entry(deed, actor, owner, facts=facts))


def _signer_of(signing: Signing) -> SignerShown:
    if signing.report is None or signing.report.signer is None:
        raise carrying_out.NotVerified
    return signing.report.signer
