"""Inviting: an account that waits for its person, its names taken, a mail without a secret, all in one write."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.domain.accounts.account import Account, AccountName, AccountStatus, Role
from chalicelib.domain.accounts.owners import account_key
from chalicelib.domain.audit import SYSTEM, Deed
from chalicelib.domain.changes import WriteOwner
from chalicelib.domain.contacts import Channel, Contact
from chalicelib.domain.identifiers import EmailAddress, Mobile
from chalicelib.domain.limits import BY_ADDRESS_A_DAY
from chalicelib.domain.notices import NoticeKind
from chalicelib.domain.refusals import Code, Refusal
from chalicelib.domain.staff.inviting import FIRST_ADMINISTRATOR
from tests.domain.staff.world import CALLER, Office, invitation, new_contact


def refused(office: Office, **asked: object) -> Refusal:
    with pytest.raises(Refusal) as refusal:
        office.invitations.invite(office.administrator(), invitation(**asked), CALLER)  # type: ignore[arg-type]
    return refusal.value


class TestInvite:
    def test_an_invited_person_has_an_account_without_a_password(self, office: Office) -> None:
        admin, asked = office.administrator(), invitation("chennai", Role.SUPERVISOR)
        member = office.read(office.invitations.invite(admin, asked, CALLER))
        assert (member.status, member.role, member.password_hash) == (AccountStatus.INVITED, Role.SUPERVISOR, None)
        assert (member.email_confirmed_at, member.mobile_confirmed_at) == (None, None)
        post = office.post(member)
        assert (post.authority, post.invited_by) == ("chennai", admin.key)
        assert post.invitation_expires_at == office.now + timedelta(days=7)
        for name in (asked.contact.email.lower(), asked.contact.mobile):
            assert office.store.named(name) == AccountName(name, member.account_id)

    def test_the_mail_says_where_and_until_when_and_holds_no_secret(self, office: Office) -> None:
        member = office.invitations.invite(office.administrator(), replace(invitation(), language="hi"), CALLER)
        (message,) = office.messages(member)
        assert (message.kind, message.channel) == (NoticeKind.STAFF_INVITATION, Channel.EMAIL)
        assert (message.address, message.language, message.challenge) == (member.contact.email, "hi", None)
        assert message.values == {
            "name": "Meera Nair",
            "authority": "मुंबई",
            "valid_until": "09-11-2026 10:00 IST",
        }

    def test_it_is_told_in_both_streams_with_addresses_masked(self, office: Office) -> None:
        admin = office.administrator()
        member = office.invitations.invite(admin, invitation(), CALLER)
        for stream in (account_key(member.account_id), admin.key):
            (event,) = office.store.audit_events(stream)
            assert (event.deed, event.actor, event.on) == (
                Deed.STAFF_INVITED,
                admin.key,
                account_key(member.account_id),
            )
            assert "••" in event.facts["email"]
            assert member.contact.email not in str(event.facts)
            assert member.contact.mobile not in str(event.facts)

    @pytest.mark.parametrize("email", ["meera@example.com", "meera@gov.in.example.com", "meera@xgov.in"])
    def test_an_email_that_is_not_official_is_refused(self, office: Office, email: str) -> None:
        refusal = refused(office, contact=Contact(EmailAddress(email), new_contact().mobile))
        assert refusal.code is Code.INVALID_FIELDS
        assert {name: error.reason for name, error in refusal.errors.items()} == {"email": "email_not_official"}

    def test_an_authority_that_there_is_not_is_refused(self, office: Office) -> None:
        assert refused(office, authority="atlantis").errors["authority"].reason == "authority_unknown"

    def test_whose_address_has_an_account_is_told_to_the_administrator(self, office: Office) -> None:
        known = office.member()
        email_taken = Contact(EmailAddress(known.contact.email.upper()), new_contact().mobile)
        mobile_taken = Contact(new_contact().email, known.contact.mobile)
        for contact, fields in (
            (email_taken, {"email"}),
            (mobile_taken, {"mobile"}),
            (known.contact, {"email", "mobile"}),
        ):
            refusal = refused(office, contact=contact)
            assert (refusal.code, set(refusal.errors)) == (Code.ALREADY_INVITED, fields)

    def test_nothing_is_left_of_an_invitation_that_was_refused(self, office: Office) -> None:
        known, other = office.member(), new_contact()
        refused(office, contact=Contact(other.email, known.contact.mobile))
        assert office.store.named(other.email) is None

    def test_one_address_is_not_written_to_without_end(self, office: Office) -> None:
        admin = office.administrator()
        member = office.invitations.invite(admin, invitation(), CALLER)
        for _ in range(BY_ADDRESS_A_DAY - 1):
            office.invitations.invite_again(admin, member.account_id, CALLER)
        with pytest.raises(Refusal) as refusal:
            office.invitations.invite_again(admin, member.account_id, CALLER)
        assert refusal.value.code is Code.SEND_LIMIT_REACHED


class TestInviteAgain:
    def test_it_renews_the_seven_days_and_the_mail(self, office: Office) -> None:
        admin = office.administrator()
        member = office.invitations.invite(admin, invitation(), CALLER)
        office.advance(days=9)
        office.invitations.invite_again(admin, member.account_id, CALLER)
        assert office.post(member).invitation_expires_at == office.now + timedelta(days=7)
        assert len(office.messages(member)) == 2

    @pytest.mark.parametrize("status", [AccountStatus.ACTIVE, AccountStatus.SUSPENDED, AccountStatus.DEPARTED])
    def test_who_has_joined_is_not_invited_again(self, office: Office, status: AccountStatus) -> None:
        member = office.member(status=status)
        with pytest.raises(Refusal) as refusal:
            office.invitations.invite_again(office.administrator(), member.account_id, CALLER)
        assert refusal.value.code is Code.STAFF_STATUS_CONFLICT
        assert refusal.value.facts == {"current_status": status.value}


class TestFirstAdministrator:
    def test_is_an_invited_administrator(self, office: Office) -> None:
        made = office.invitations.invite_first_administrator(invitation(role=Role.OFFICER), again=False)
        stored = office.read(made)
        assert (stored.account_id, stored.role, stored.status) == (
            FIRST_ADMINISTRATOR,
            Role.ADMINISTRATOR,
            AccountStatus.INVITED,
        )
        assert [message.kind for message in office.messages(stored)] == [NoticeKind.STAFF_INVITATION]
        (event,) = office.events(stored)
        assert (event.deed, event.actor) == (Deed.STAFF_INVITED, SYSTEM)

    @pytest.mark.parametrize("status", list(AccountStatus))
    def test_is_made_once_for_ever(self, office: Office, status: AccountStatus) -> None:
        made = office.invitations.invite_first_administrator(invitation(), again=False)
        self._put(office, replace(office.read(made), status=status))
        office.advance(days=3650)
        with pytest.raises(Refusal) as refusal:
            office.invitations.invite_first_administrator(invitation(), again=False)
        assert refusal.value.code is Code.ALREADY_INVITED

    def test_an_invitation_nobody_followed_is_sent_again_with_its_details_mended(self, office: Office) -> None:
        first = invitation()
        office.invitations.invite_first_administrator(first, again=False)
        office.advance(days=8)
        mended = invitation(contact=Contact(first.contact.email, Mobile("+919812345678")))
        made = office.invitations.invite_first_administrator(mended, again=True)
        assert office.read(made).contact == mended.contact
        assert office.post(made).invitation_expires_at == office.now + timedelta(days=7)
        assert office.store.named(first.contact.mobile) is None
        assert office.store.named(mended.contact.mobile) is not None
        assert len(office.messages(made)) == 2

    def test_who_has_joined_is_not_replaced(self, office: Office) -> None:
        made = office.invitations.invite_first_administrator(invitation(), again=False)
        self._put(office, replace(office.read(made), status=AccountStatus.ACTIVE))
        with pytest.raises(Refusal) as refusal:
            office.invitations.invite_first_administrator(invitation(), again=True)
        assert refusal.value.code is Code.ALREADY_INVITED

    def test_there_is_nothing_to_send_again_before_the_first_time(self, office: Office) -> None:
        with pytest.raises(Refusal) as refusal:
            office.invitations.invite_first_administrator(invitation(), again=True)
        assert refusal.value.code is Code.STAFF_STATUS_CONFLICT

    def test_needs_an_official_email_too(self, office: Office) -> None:
        contact = Contact(EmailAddress("meera@example.com"), new_contact().mobile)
        with pytest.raises(Refusal) as refusal:
            office.invitations.invite_first_administrator(invitation(contact=contact), again=False)
        assert set(refusal.value.errors) == {"email"}

    @staticmethod
    def _put(office: Office, account: Account) -> None:
        office.store.write(WriteOwner(account))
