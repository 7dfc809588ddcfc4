"""Notices: what the suite tells people over their mobile or email. The words are in the text catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from chalicelib.domain.contacts import Channel


class NoticeKind(StrEnum):
    """Which message it is.

    The catalogue's `mail.<kind>.subject` and `.body`, and, unless it is in `ONLY_BY_MAIL`, `sms.<kind>`, with one DLT
    template for each language. A text with `{code}` belongs to messages that have a challenge.
    """

    CONTACT_CODE = "contact_code"
    ALTERNATE_CODE = "alternate_code"
    REGISTERED = "registered"
    CONTACT_CHANGED = "contact_changed"
    PASSWORD_RESET_CODE = "password_reset_code"  # noqa: S105 - a kind of message
    NEW_CONTACT_CODE = "new_contact_code"
    STAFF_JOINING_CODE = "staff_joining_code"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - a kind of message
    CONTACT_TAKEN = "contact_taken"
    EMAIL_CHANGED = "email_changed"
    MOBILE_CHANGED = "mobile_changed"
    MOBILE_REPLACEMENT_ASKED = "mobile_replacement_asked"
    MOBILE_REPLACEMENT_STOPPED = "mobile_replacement_stopped"
    MOBILE_REPLACED = "mobile_replaced"
    ACCOUNT_CLOSED = "account_closed"
    SIGN_IN_CODE = "sign_in_code"
    STEP_UP_CODE = "step_up_code"
    AUTHENTICATOR_LOSS_CODE = "authenticator_loss_code"
    AUTHENTICATOR_ADDED = "authenticator_added"
    AUTHENTICATOR_REMOVED = "authenticator_removed"
    RECOVERY_CODE_USED = "recovery_code_used"
    STAFF_INVITATION = "staff_invitation"
    STAFF_JOINED = "staff_joined"
    STAFF_SUSPENDED = "staff_suspended"
    STAFF_REACTIVATED = "staff_reactivated"
    STAFF_POST_CHANGED = "staff_post_changed"
    STAFF_DEPARTED = "staff_departed"
    STAFF_AUTHENTICATOR_RESET = "staff_authenticator_reset"
    STAFF_REMINDER_EMAIL = "staff_reminder_email"
    STAFF_REMINDER_MOBILE = "staff_reminder_mobile"
    STAFF_REMINDER_AUTHENTICATOR = "staff_reminder_authenticator"
    STAFF_REMINDER_TRAINING = "staff_reminder_training"
    ACCOUNT_CODE = "account_code"
    ACCOUNT_EXISTS = "account_exists"
    ACCOUNT_OPENED = "account_opened"
    USERNAME_TAKEN = "username_taken"
    USERNAME_TRIED = "username_tried"
    SIGN_UP_NOT_POSSIBLE = "sign_up_not_possible"
    IEC_LINKED = "iec_linked"
    IEC_LINK_RENEWED = "iec_link_renewed"
    IEC_USER_LINKED = "iec_user_linked"
    IEC_LINK_EXPIRES = "iec_link_expires"
    DSC_EXPIRES = "dsc_expires"
    TEMPORARY_PASSWORD = "temporary_password"  # noqa: S105 - a kind of message
    FULL_REGISTRATION_APPROVED = "full_registration_approved"
    DOCUMENT_REVIEWED = "document_reviewed"
    FULL_REGISTRATION_REJECTED = "full_registration_rejected"
    FULL_REGISTRATION_MORE_ASKED = "full_registration_more_asked"
    FULL_REGISTRATION_EXPIRED = "full_registration_expired"
    FULL_REGISTRATION_DELAYED = "full_registration_delayed"
    DSC_RENEWED = "dsc_renewed"
    IEC_INVITATION = "iec_invitation"
    IEC_USER_JOINED = "iec_user_joined"
    IEC_ROLE_CHANGED = "iec_role_changed"
    IEC_ACCESS_SUSPENDED = "iec_access_suspended"
    IEC_ACCESS_RESTORED = "iec_access_restored"
    IEC_ACCESS_REMOVED = "iec_access_removed"
    IEC_USER_LEFT = "iec_user_left"
    IEC_OWNERSHIP_OFFERED = "iec_ownership_offered"
    IEC_OFFER_WITHDRAWN = "iec_offer_withdrawn"
    IEC_OWNERSHIP_TRANSFERRED = "iec_ownership_transferred"
    IMPORT_DONE = "import_done"
    IMPORT_FAILED = "import_failed"


# Kinds that no mobile is ever sent, so that no SMS template is registered for them.
ONLY_BY_MAIL = frozenset(
    {
        NoticeKind.TEMPORARY_PASSWORD,
        NoticeKind.IEC_LINK_RENEWED,
        NoticeKind.IEC_USER_LINKED,
        NoticeKind.IEC_LINK_EXPIRES,
        NoticeKind.DSC_EXPIRES,
        NoticeKind.DOCUMENT_REVIEWED,
        NoticeKind.USERNAME_TAKEN,
        NoticeKind.USERNAME_TRIED,
        NoticeKind.SIGN_UP_NOT_POSSIBLE,
        NoticeKind.STAFF_INVITATION,
        NoticeKind.STAFF_JOINED,
        NoticeKind.STAFF_SUSPENDED,
        NoticeKind.STAFF_REACTIVATED,
        NoticeKind.STAFF_POST_CHANGED,
        NoticeKind.STAFF_DEPARTED,
        NoticeKind.STAFF_AUTHENTICATOR_RESET,
        NoticeKind.STAFF_REMINDER_EMAIL,
        NoticeKind.STAFF_REMINDER_MOBILE,
        NoticeKind.STAFF_REMINDER_AUTHENTICATOR,
        NoticeKind.STAFF_REMINDER_TRAINING,
        NoticeKind.FULL_REGISTRATION_EXPIRED,
        NoticeKind.FULL_REGISTRATION_DELAYED,
        NoticeKind.IEC_INVITATION,
        NoticeKind.IEC_USER_JOINED,
        NoticeKind.IEC_ROLE_CHANGED,
        NoticeKind.IEC_ACCESS_SUSPENDED,
        NoticeKind.IEC_ACCESS_RESTORED,
        NoticeKind.IEC_ACCESS_REMOVED,
        NoticeKind.IEC_USER_LEFT,
        NoticeKind.IEC_OWNERSHIP_OFFERED,
        NoticeKind.IEC_OFFER_WITHDRAWN,
        NoticeKind.IEC_OWNERSHIP_TRANSFERRED,
        NoticeKind.IMPORT_DONE,
        NoticeKind.IMPORT_FAILED,
    }
)


@dataclass(frozen=True, slots=True)
class Notice:
    """One message to one address. `values` may hold a code or a password, so a notice is never printed."""

    kind: NoticeKind
    channel: Channel
    address: str
    language: str
    values: Mapping[str, str]

    def __repr__(self) -> str:
        return f"Notice({self.kind.value}, {self.channel.value})"


class NoticeNotSent(Exception):  # noqa: N818
    """The provider did not take the message; nothing says that it went out."""


class Messenger(Protocol):
    """Hands messages to their providers."""

    def send(self, notice: Notice) -> str:
        """Sends one notice and returns the provider's id. Raises `NoticeNotSent`."""
        ...
