"""The deed of a signed change of users: what was decided when the document was made is decided again, and done.

A step may be run again at any time: the signing says whether its deed was done.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.accounts.acting import may_sign_in
from chalicelib.domain.accounts.owners import account_key
from chalicelib.domain.audit import Deed, Entry
from chalicelib.domain.changes import ReleaseMembership, WriteIecUser, WriteSigning
from chalicelib.domain.iec.records import IecStatus
from chalicelib.domain.iec.user_changes import ChangeKind, UserChange, read_subject
from chalicelib.domain.iec.user_letters import letters
from chalicelib.domain.iec.user_rules import applied, demand_signature
from chalicelib.domain.iec.users import IecUser, IecUserStatus, Membership
from chalicelib.domain.ports import Clock, Store
from chalicelib.domain.recording import recorded
from chalicelib.domain.refusals import Code, Refusal
from chalicelib.domain.rounds import in_rounds
from chalicelib.domain.signatures import carrying_out
from chalicelib.domain.signatures.signings import Purpose, Signing, SigningStatus

_DEEDS: Mapping[ChangeKind, Deed] = {
    ChangeKind.INVITE: Deed.IEC_USER_INVITED,
    ChangeKind.INVITE_AGAIN: Deed.IEC_USER_INVITED,
    ChangeKind.CHANGE_ROLE: Deed.IEC_ROLE_CHANGED,
    ChangeKind.SUSPEND: Deed.IEC_USER_SUSPENDED,
    ChangeKind.REACTIVATE: Deed.IEC_USER_REACTIVATED,
    ChangeKind.REMOVE: Deed.IEC_USER_REMOVED,
    ChangeKind.LEAVE: Deed.IEC_LEFT,
    ChangeKind.OFFER_OWNERSHIP: Deed.IEC_OWNERSHIP_OFFERED,
    ChangeKind.WITHDRAW_OFFER: Deed.IEC_OFFER_WITHDRAWN,
    ChangeKind.ACCEPT_OWNERSHIP: Deed.IEC_OWNERSHIP_TRANSFERRED,
}


@dataclass(frozen=True, slots=True)
class IecUserSteps:
    """What the journey `iec_user_change` does once the signature is found good."""

    store: Store
    clock: Clock

    def apply(self, signing_id: str) -> Signing:
        """Does what was signed, in one write with its audit and letters; or ends the signing as refused, with why.

        Raises `SigningUnknown`, `SigningOver`, `NotVerified` (`carrying_out`).
        """

        def attempt() -> Signing:
            signing = carrying_out.verified(self.store, signing_id, Purpose.CHANGE_IEC_USERS)
            if signing.status is SigningStatus.DONE:
                return signing
            now, change = self.clock(), read_subject(signing.subject)
            users = self.store.iec_users(signing.iec)
            try:
                self._demand_standing(signing)
                _demand_signer(signing, change, users)
                written = applied(change, users, now)
                demand_signature(change, users, now)
            except Refusal as refusal:
                return self._refused(signing, refusal.code, now)
            return self._done(signing, change, users, written, now)

        return in_rounds(attempt)

    def _done(
        self,
        signing: Signing,
        change: UserChange,
        users: Sequence[IecUser],
        written: Sequence[IecUser],
        now: datetime,
    ) -> Signing:
        done, record = carrying_out.done(signing, now), self.store.iec_record(signing.iec)
        self.store.write(
            # First, so that a second run is told that the deed was done before anything else.
            WriteSigning(done),
            *map(WriteIecUser, written),
            *_released(written, users),
            *letters(self.store, change, users, record.entity_name if record else "", signing.language, now),
            # No request does it; the signing's id is how an operator follows it.
            *recorded(self.store, now, signing.signing_id, _entry(signing, change, users)),
        )
        return done

    def _demand_standing(self, signing: Signing) -> None:
        """Raises `Refusal` where account or IEC ended since the signature was judged: a deed may be redriven late."""
        owner, record = self.store.owner(signing.owner), self.store.iec_record(signing.iec)
        if owner is None or not may_sign_in(owner) or record is None or record.status is not IecStatus.ACTIVE:
            raise Refusal(Code.NOT_PERMITTED)

    def _refused(self, signing: Signing, code: Code, now: datetime) -> Signing:
        ended = carrying_out.refused(signing, code, now)
        self.store.write(WriteSigning(ended))
        return ended


def _demand_signer(signing: Signing, change: UserChange, users: Sequence[IecUser]) -> None:
    """Raises `Refusal` `not_linked` where who signed is not the maker any more: the login left, or is another user."""
    maker = next((user for user in users if user.user_id == change.maker_id), None)
    if maker is None or maker.account_id is None or account_key(maker.account_id) != signing.owner:
        raise Refusal(Code.NOT_LINKED)


def _released(written: Sequence[IecUser], users: Sequence[IecUser]) -> Iterator[ReleaseMembership]:
    """Who is no user any more is free for another IEC."""
    before = {user.user_id: user.status for user in users}
    for user in written:
        is_gone = user.status is IecUserStatus.REMOVED and before.get(user.user_id) is not IecUserStatus.REMOVED
        if is_gone and user.account_id is not None:
            yield ReleaseMembership(Membership(user.account_id, user.iec, user.user_id))


def _entry(signing: Signing, change: UserChange, users: Sequence[IecUser]) -> Entry:
    """What is written down: in the stream of whom it is about, where they have a login, and in the maker's."""
    about = next((user for user in users if user.user_id == change.user_id), None)
    on = account_key(about.account_id) if about is not None and about.account_id is not None else signing.owner
    facts = {
        "signing": signing.signing_id,
        "evidence": signing.evidence.sha256 if signing.evidence else "",
        "user_id": change.user_id,
        "role": change.role.value,
    }
    if change.was is not None and change.was is not change.role:
        facts["was"] = change.was.value
    return Entry(_DEEDS[change.kind], signing.owner, on, facts=facts)
