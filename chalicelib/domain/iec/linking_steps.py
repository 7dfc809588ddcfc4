"""The deed of a signed link: in one write the user's link, the audit, and the notices.

A step may be run again at any time: the signing says whether its deed was done.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.domain import sessions
from chalicelib.domain.accounts.account import Account
from chalicelib.domain.accounts.acting import may_sign_in
from chalicelib.domain.accounts.telling import told
from chalicelib.domain.audit import Deed, Entry
from chalicelib.domain.audit import Outcome as AuditOutcome
from chalicelib.domain.changes import Change, ChangeRefused, TakeMembership, WriteIecUser, WriteSigning
from chalicelib.domain.contacts import Channel
from chalicelib.domain.iec.records import IecStatus
from chalicelib.domain.iec.user_letters import letter
from chalicelib.domain.iec.users import (
    ESIGN_LINK_LIFETIME,
    IecRole,
    IecUser,
    IecUserStatus,
    Link,
    Membership,
)
from chalicelib.domain.notices import NoticeKind
from chalicelib.domain.ports import Clock, Store
from chalicelib.domain.recording import recorded
from chalicelib.domain.refusals import Code, Refusal
from chalicelib.domain.rounds import in_rounds
from chalicelib.domain.signatures import carrying_out
from chalicelib.domain.signatures.signings import Purpose, SignatureMethod, Signing, SigningStatus


@dataclass(frozen=True, slots=True)
class LinkingSteps:
    """What the journey `iec_linking` does once the signature is found good."""

    store: Store
    clock: Clock

    def link(self, signing_id: str) -> Signing:
        """Links the login, or ends the signing as refused, with why.

        Who was no user of the IEC becomes an owner; who was keeps the role. Raises `SigningUnknown`, `SigningOver`,
        `NotVerified` (`carrying_out`).
        """

        def attempt() -> Signing:
            signing = carrying_out.verified(self.store, signing_id, Purpose.LINK_IEC, Purpose.RENEW_LINK)
            if signing.status is SigningStatus.DONE:
                return signing
            now = self.clock()
            try:
                account = self._account(signing)
                before = self._user(account, signing)
                self._demand_active_iec(signing)
            except Refusal as refusal:
                return self._refused(signing, refusal.code, now)
            return self._linked(signing, account, before, now)

        return in_rounds(attempt)

    def _account(self, signing: Signing) -> Account:
        owner = self.store.owner(signing.owner)
        if not isinstance(owner, Account) or not may_sign_in(owner):
            raise Refusal(Code.NOT_PERMITTED)
        return owner

    def _demand_active_iec(self, signing: Signing) -> None:
        """Raises `Refusal` where the IEC was cancelled since the signature was judged: a deed may be redriven late."""
        record = self.store.iec_record(signing.iec)
        if record is None or record.status is not IecStatus.ACTIVE:
            raise Refusal(Code.NOT_PERMITTED)

    def _user(self, account: Account, signing: Signing) -> IecUser | None:
        """The user that the login is of this IEC; None for who is of none. Raises `Refusal` where it may not link."""
        membership = self.store.membership(account.account_id)
        if membership is None:
            if signing.purpose is Purpose.RENEW_LINK:
                raise Refusal(Code.NOT_LINKED)
            return None
        user = self.store.iec_user(membership.iec, membership.user_id)
        if user is None or membership.iec != signing.iec:
            raise Refusal(Code.ALREADY_LINKED if signing.purpose is Purpose.LINK_IEC else Code.NOT_LINKED)
        if user.status is not IecUserStatus.ACTIVE:
            raise Refusal(Code.NOT_PERMITTED)
        if signing.purpose is Purpose.LINK_IEC and user.link is not None:
            raise Refusal(Code.ALREADY_LINKED)
        return user

    def _linked(self, signing: Signing, account: Account, before: IecUser | None, now: datetime) -> Signing:
        done, link = carrying_out.done(signing, now), link_of(signing, now)
        user = replace(before, link=link) if before else _owner(account, signing.iec, link, now)
        membership = Membership(account.account_id, signing.iec, user.user_id)
        try:
            self.store.write(
                # First, so that a second run is told that the deed was done before anything else.
                WriteSigning(done),
                WriteIecUser(user),
                *(() if before else (TakeMembership(membership),)),
                # An account that is closed at this moment has written to the same stream: then all is decided again.
                *self._recorded(signing, user.user_id, user.role.value, now),
                *self._told(signing, account, user, now),
            )
        except ChangeRefused as refused:
            if isinstance(refused.change, TakeMembership):
                # Another signing of the same login came first: decide again on what it left.
                raise ChangeRefused(None) from refused
            raise
        return done

    def _refused(self, signing: Signing, code: Code, now: datetime) -> Signing:
        ended = carrying_out.refused(signing, code, now)
        facts = {"signing": signing.signing_id}
        entry = Entry(_deed(signing), signing.owner, signing.owner, AuditOutcome.REFUSED, code, facts)
        self.store.write(WriteSigning(ended), *recorded(self.store, now, signing.signing_id, entry))
        return ended

    def _recorded(self, signing: Signing, user_id: str, role: str, now: datetime) -> tuple[Change, ...]:
        facts = {
            "signing": signing.signing_id,
            "evidence": signing.evidence.sha256 if signing.evidence else "",
            "user_id": user_id,
            "role": role,
        }
        entry = Entry(_deed(signing), signing.owner, signing.owner, facts=facts)
        # No request links a login; the signing's id is how an operator follows it.
        return recorded(self.store, now, signing.signing_id, entry)

    def _told(self, signing: Signing, account: Account, user: IecUser, now: datetime) -> tuple[Change, ...]:
        record = self.store.iec_record(signing.iec)
        names = {"person": user.name, "entity": record.entity_name if record else ""}
        if signing.purpose is Purpose.RENEW_LINK:
            return told(NoticeKind.IEC_LINK_RENEWED, account, now, None, Channel.EMAIL, values=names)
        others = [
            other
            for other in self.store.iec_users(signing.iec)
            if other.user_id != user.user_id and other.role is IecRole.OWNER and other.status is IecUserStatus.ACTIVE
        ]
        return (
            *told(NoticeKind.IEC_LINKED, account, now, values=names),
            *(each for other in others for each in letter(self.store, NoticeKind.IEC_USER_LINKED, other, now, **names)),
        )


def link_of(signing: Signing, now: datetime) -> Link:
    """The link that a signature proves: until its certificate ends, or for a year by e-Sign (ADR 34)."""
    signer = signing.report.signer if signing.report else None
    if signer is None or signer.kind is None or signing.signer is None or signing.submission is None:
        raise ValueError("a signature that holds says who signed")
    is_esign = signing.submission.method is SignatureMethod.ESIGN
    return Link(
        method=signing.submission.method,
        signing_id=signing.signing_id,
        linked_at=now,
        expires_at=now + ESIGN_LINK_LIFETIME if is_esign else signer.not_after,
        kind=signer.kind,
        common_name=signer.common_name,
        issuer=signer.issuer,
        fingerprint=signer.fingerprint,
        signer=signing.signer,
    )


def _owner(account: Account, iec: str, link: Link, now: datetime) -> IecUser:
    return IecUser(
        iec=iec,
        user_id=sessions.new_id(),
        name=account.name,
        email=account.contact.email,
        role=IecRole.OWNER,
        status=IecUserStatus.ACTIVE,
        since=now,
        account_id=account.account_id,
        link=link,
    )


def _deed(signing: Signing) -> Deed:
    return Deed.IEC_LINKED if signing.purpose is Purpose.LINK_IEC else Deed.IEC_LINK_RENEWED
