"""Authorisation: one table of who may do what, under which condition.

Each operation of the HTTP interface has its rule here, under the operation's name; one without cannot be declared.
A rule says whether a session is needed, whose, and what it must have shown; whose object it is about (`condition`) is
decided where the object was read, by `demand_own` and `demand_authority`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from chalicelib.domain import sessions
from chalicelib.domain.accounts.account import Account, Role
from chalicelib.domain.accounts.owners import Owner, OwnerKey, owner_key
from chalicelib.domain.refusals import Code, Refusal
from chalicelib.domain.sessions import Level, Session

# Regional Authorities must keep their staff's mobiles up to date.
STAFF_MOBILE_GOOD_FOR = timedelta(days=180)


class Access(StrEnum):
    """What an operation asks for before its body is looked at."""

    OPEN = "open"
    FLOW = "flow"
    SESSION = "session"
    # Signing out: with a session it ends it, without one there is nothing to do.
    ANY_SESSION = "any_session"
    # A department's own system with its issuing token, or one of its staff with a session.
    DEPARTMENT = "department"


class Standing(StrEnum):
    """Who an owner of a session is, as the table knows them."""

    ICEGATE_REGISTRANT = "icegate_registrant"
    IMPORTER_EXPORTER = "importer_exporter"
    OFFICER = "officer"
    SUPERVISOR = "supervisor"
    ADMINISTRATOR = "administrator"
    DEPARTMENT_OFFICER = "department_officer"


class Condition(StrEnum):
    """Whose the object must be."""

    NONE = "none"
    OWN = "own"
    # Staff of the actor's own Regional Authority; for administrators, of any.
    AUTHORITY = "authority"
    # Of the IEC that the actor's login is linked to, in a role that may (`iec.rights`).
    IEC = "iec"
    # The actor's own department; for administrators, any.
    DEPARTMENT = "department"


EVERYBODY = frozenset(Standing)
ACCOUNTS = EVERYBODY - {Standing.ICEGATE_REGISTRANT}
STAFF = frozenset({Standing.OFFICER, Standing.SUPERVISOR, Standing.ADMINISTRATOR})
LEADERS = frozenset({Standing.SUPERVISOR, Standing.ADMINISTRATOR})
ADMINISTRATORS = frozenset({Standing.ADMINISTRATOR})
REGISTRANTS = frozenset({Standing.ICEGATE_REGISTRANT})
TRADERS = frozenset({Standing.IMPORTER_EXPORTER})
SIGNERS = TRADERS | REGISTRANTS
DEPARTMENT_STAFF = frozenset({Standing.DEPARTMENT_OFFICER, Standing.ADMINISTRATOR})
MEMBERS = STAFF | DEPARTMENT_STAFF


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may, and what they must have shown.

    `half_way`: the password alone is enough. `fresh`: a second factor within 10 minutes (step-up). `own_affairs`: open
    to staff who must still put their own account in order (authenticator, mobile).
    """

    access: Access
    who: frozenset[Standing] = frozenset()
    condition: Condition = Condition.NONE
    half_way: bool = False
    fresh: bool = False
    own_affairs: bool = False


_OPEN = Rule(Access.OPEN)
_FLOW = Rule(Access.FLOW)
_OWN_AFFAIR = Rule(Access.SESSION, EVERYBODY, Condition.OWN, own_affairs=True)
_OWN_SENSITIVE_AFFAIR = Rule(Access.SESSION, EVERYBODY, Condition.OWN, fresh=True, own_affairs=True)
_DEPARTMENT = Rule(Access.SESSION, DEPARTMENT_STAFF, Condition.DEPARTMENT)
_DEPARTMENT_DEED = Rule(Access.SESSION, DEPARTMENT_STAFF, Condition.DEPARTMENT, fresh=True)
_ONBOARDING = Rule(Access.SESSION, ADMINISTRATORS, Condition.DEPARTMENT, fresh=True)
_HALF_WAY = Rule(Access.SESSION, EVERYBODY, Condition.OWN, half_way=True, own_affairs=True)

RULES: Mapping[str, Rule] = {
    "read_captcha": _OPEN,
    # Simplified registration at ICEGATE.
    "open_registration": _OPEN,
    "resume_registration": _OPEN,
    "read_registration": _FLOW,
    "read_availability": _FLOW,
    "choose_credentials": _FLOW,
    "send_codes_again": _FLOW,
    "verify_codes": _FLOW,
    "finish_registration": _FLOW,
    "choose_alternate_contact": _FLOW,
    "verify_alternate_codes": _FLOW,
    "list_services": Rule(Access.SESSION, REGISTRANTS, Condition.OWN),
    "file_document": Rule(Access.SESSION, REGISTRANTS, Condition.OWN),
    # Registration of an account.
    "read_privacy_notice": _OPEN,
    "open_account_registration": _OPEN,
    "resume_account_registration": _OPEN,
    "read_account_registration": _FLOW,
    "send_account_codes_again": _FLOW,
    "verify_account_codes": _FLOW,
    # Sign-in, second factor, sessions.
    "sign_in": _OPEN,
    "read_session": _HALF_WAY,
    "sign_out": Rule(Access.ANY_SESSION, EVERYBODY, Condition.OWN),
    "send_second_factor_code": _HALF_WAY,
    "show_second_factor": _HALF_WAY,
    "report_authenticator_lost": _HALF_WAY,
    "replace_lost_authenticator": _HALF_WAY,
    "list_sessions": _OWN_AFFAIR,
    "end_session": _OWN_AFFAIR,
    "end_all_sessions": _OWN_AFFAIR,
    # One's own account.
    "read_account": _OWN_AFFAIR,
    "change_profile": Rule(Access.SESSION, ACCOUNTS, Condition.OWN, own_affairs=True),
    "change_password": _OWN_SENSITIVE_AFFAIR,
    "begin_authenticator": _OWN_SENSITIVE_AFFAIR,
    "confirm_authenticator": _OWN_SENSITIVE_AFFAIR,
    "remove_authenticator": _OWN_SENSITIVE_AFFAIR,
    "make_recovery_codes": _OWN_SENSITIVE_AFFAIR,
    "forget_browser": _OWN_AFFAIR,
    "open_contact_change": _OWN_SENSITIVE_AFFAIR,
    "send_contact_codes_again": _OWN_AFFAIR,
    "verify_contact_change": _OWN_AFFAIR,
    "cancel_mobile_replacement": _OWN_AFFAIR,
    "acknowledge_training": Rule(Access.SESSION, MEMBERS, Condition.OWN, own_affairs=True),
    "read_activity": _OWN_AFFAIR,
    "download_data": _OWN_SENSITIVE_AFFAIR,
    "close_account": Rule(Access.SESSION, TRADERS, Condition.OWN, fresh=True),
    # Recovery.
    "open_password_reset": _OPEN,
    "send_reset_codes_again": _FLOW,
    "verify_reset_codes": _FLOW,
    "set_new_password": _FLOW,
    "stop_mobile_replacement": _OPEN,
    # Signatures: whatever is to be signed.
    "read_signing": Rule(Access.SESSION, SIGNERS, Condition.OWN),
    "hand_in_signature": Rule(Access.SESSION, SIGNERS, Condition.OWN),
    "begin_esign": Rule(Access.SESSION, SIGNERS, Condition.OWN),
    "cancel_signing": Rule(Access.SESSION, SIGNERS, Condition.OWN),
    "read_evidence": Rule(Access.SESSION, SIGNERS, Condition.OWN),
    # The eSign provider's answer comes with the browser and without a session: its signature is what is trusted.
    "receive_esign_response": _OPEN,
    # Linking a login to an IEC, and the users of an IEC.
    "open_iec_link": Rule(Access.SESSION, TRADERS, Condition.OWN),
    "read_iec_link": Rule(Access.SESSION, TRADERS, Condition.OWN),
    "renew_iec_link": Rule(Access.SESSION, TRADERS, Condition.OWN),
    "list_iec_users": Rule(Access.SESSION, TRADERS, Condition.IEC),
    "read_iec_history": Rule(Access.SESSION, TRADERS, Condition.IEC),
    "open_iec_user_change": Rule(Access.SESSION, TRADERS, Condition.IEC),
    "read_iec_invitation": Rule(Access.SESSION, TRADERS),
    "accept_iec_invitation": Rule(Access.SESSION, TRADERS),
    # Full registration at ICEGATE.
    "open_full_registration": Rule(Access.SESSION, REGISTRANTS, Condition.OWN),
    "read_full_registration": Rule(Access.SESSION, REGISTRANTS, Condition.OWN),
    "ask_document_upload": Rule(Access.SESSION, REGISTRANTS, Condition.OWN),
    "confirm_document_upload": Rule(Access.SESSION, REGISTRANTS, Condition.OWN),
    "remove_document": Rule(Access.SESSION, REGISTRANTS, Condition.OWN),
    "submit_full_registration": Rule(Access.SESSION, REGISTRANTS, Condition.OWN),
    "renew_dsc": Rule(Access.SESSION, REGISTRANTS, Condition.OWN),
    "list_full_registrations": Rule(Access.SESSION, STAFF),
    "read_full_registration_case": Rule(Access.SESSION, STAFF),
    "read_uploaded_document": Rule(Access.SESSION, STAFF),
    "decide_full_registration": Rule(Access.SESSION, STAFF, fresh=True),
    # Departments on DigiLocker: onboarding, certificates, what DigiLocker asks of them.
    "open_department": Rule(Access.SESSION, ADMINISTRATORS, fresh=True),
    "list_departments": Rule(Access.SESSION, DEPARTMENT_STAFF),
    "read_department": _DEPARTMENT,
    "change_department": _ONBOARDING,
    "write_document_type": _ONBOARDING,
    "write_pull_api": _ONBOARDING,
    "make_department_key": _ONBOARDING,
    "end_department_key": _ONBOARDING,
    "suspend_department": _ONBOARDING,
    "reactivate_department": _ONBOARDING,
    "read_department_statistics": _DEPARTMENT,
    "test_department": _DEPARTMENT,
    "issue_certificates": Rule(Access.DEPARTMENT, DEPARTMENT_STAFF, Condition.DEPARTMENT),
    "ask_certificate_upload": Rule(Access.DEPARTMENT, DEPARTMENT_STAFF, Condition.DEPARTMENT),
    "read_certificate": Rule(Access.DEPARTMENT, DEPARTMENT_STAFF, Condition.DEPARTMENT),
    "list_certificates": _DEPARTMENT,
    "revoke_certificate": _DEPARTMENT_DEED,
    "push_certificate_now": _DEPARTMENT,
    "open_import": _DEPARTMENT,
    "open_indexing": _DEPARTMENT,
    "start_import": _DEPARTMENT,
    "list_imports": _DEPARTMENT,
    "read_import": _DEPARTMENT,
    "list_pull_requests": _DEPARTMENT,
    "read_pull_request": _DEPARTMENT,
    "decide_pull_request": _DEPARTMENT_DEED,
    # Anybody who holds a certificate may ask whether it is genuine.
    "verify_certificate": _OPEN,
    # DigiLocker authenticates itself by its hmac over the exact bytes.
    "answer_pull": _OPEN,
    # DigiLocker as a requester: consent, documents, their review.
    "read_consent_terms": Rule(Access.SESSION, SIGNERS),
    "open_fetch": Rule(Access.SESSION, SIGNERS, Condition.OWN),
    "read_fetch": Rule(Access.SESSION, SIGNERS, Condition.OWN),
    # The browser comes from DigiLocker without the session's cookie: state and a cookie of its own are what is trusted.
    "receive_digilocker_callback": _OPEN,
    "list_consents": Rule(Access.SESSION, SIGNERS, Condition.OWN),
    "read_consent": Rule(Access.SESSION, SIGNERS, Condition.OWN),
    "revoke_consent": Rule(Access.SESSION, SIGNERS, Condition.OWN),
    "list_own_documents": Rule(Access.SESSION, SIGNERS, Condition.OWN),
    "read_own_document": Rule(Access.SESSION, SIGNERS, Condition.OWN),
    "remove_own_document": Rule(Access.SESSION, SIGNERS, Condition.OWN),
    "take_own_document": Rule(Access.SESSION, REGISTRANTS, Condition.OWN),
    "list_document_reviews": Rule(Access.SESSION, STAFF),
    "read_document_review": Rule(Access.SESSION, STAFF),
    "decide_document_review": Rule(Access.SESSION, STAFF, fresh=True),
    # Back Office.
    "open_staff_joining": _OPEN,
    "send_joining_codes_again": _FLOW,
    "verify_joining_codes": _FLOW,
    "set_first_password": _FLOW,
    "list_authorities": Rule(Access.SESSION, STAFF),
    "list_staff": Rule(Access.SESSION, LEADERS, Condition.AUTHORITY),
    "read_staff_member": Rule(Access.SESSION, LEADERS, Condition.AUTHORITY),
    "read_readiness": Rule(Access.SESSION, LEADERS, Condition.AUTHORITY),
    "remind_staff": Rule(Access.SESSION, LEADERS, Condition.AUTHORITY),
    "invite_staff": Rule(Access.SESSION, ADMINISTRATORS, fresh=True),
    "invite_staff_again": Rule(Access.SESSION, ADMINISTRATORS, Condition.AUTHORITY),
    "suspend_staff": Rule(Access.SESSION, ADMINISTRATORS, Condition.AUTHORITY, fresh=True),
    "reactivate_staff": Rule(Access.SESSION, ADMINISTRATORS, Condition.AUTHORITY, fresh=True),
    "change_post": Rule(Access.SESSION, ADMINISTRATORS, Condition.AUTHORITY, fresh=True),
    "record_departure": Rule(Access.SESSION, ADMINISTRATORS, Condition.AUTHORITY, fresh=True),
    "reset_staff_authenticator": Rule(Access.SESSION, ADMINISTRATORS, Condition.AUTHORITY, fresh=True),
}


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: the owner of a live session, and the session."""

    owner: Owner
    session: Session

    @property
    def key(self) -> OwnerKey:
        """The owner's key."""
        return owner_key(self.owner)

    @property
    def standing(self) -> Standing:
        """Who the owner is, as the table knows them."""
        return standing_of(self.owner)


@dataclass(frozen=True, slots=True)
class Allowed:
    """The actor may."""


@dataclass(frozen=True, slots=True)
class Denied:
    """The actor may not; `code` says why and what to do."""

    code: Code


def standing_of(owner: Owner) -> Standing:
    """Who an owner is, as the table knows them."""
    if not isinstance(owner, Account):
        return Standing.ICEGATE_REGISTRANT
    return {
        Role.IMPORTER_EXPORTER: Standing.IMPORTER_EXPORTER,
        Role.OFFICER: Standing.OFFICER,
        Role.SUPERVISOR: Standing.SUPERVISOR,
        Role.ADMINISTRATOR: Standing.ADMINISTRATOR,
        Role.DEPARTMENT_OFFICER: Standing.DEPARTMENT_OFFICER,
    }[owner.role]


def decided(actor: Actor, rule: Rule, now: datetime) -> Allowed | Denied:
    """Whether the actor may do what the rule is for; the first thing that is missing is told."""
    if actor.session.level is Level.PASSWORD and not rule.half_way:
        return Denied(Code.SECOND_FACTOR_REQUIRED)
    if actor.standing not in rule.who:
        return Denied(Code.NOT_PERMITTED)
    missing = None if rule.own_affairs else missing_of_staff(actor.owner, now)
    if missing is not None:
        return Denied(missing)
    if rule.fresh and not sessions.is_fresh(actor.session, now):
        return Denied(Code.STEP_UP_REQUIRED)
    return Allowed()


def missing_of_staff(owner: Owner, now: datetime) -> Code | None:
    """What a staff member must put in order before anything of the Back Office opens; None for everybody else.

    It is asked at every request: a mobile that grows too old in mid-session stops access there and then.
    """
    if not isinstance(owner, Account) or not owner.is_staff:
        return None
    if owner.security.authenticator is None:
        return Code.AUTHENTICATOR_REQUIRED
    if not is_mobile_fresh(owner, now):
        return Code.MOBILE_CONFIRMATION_REQUIRED
    return None


def is_mobile_fresh(account: Account, now: datetime) -> bool:
    """Whether a staff member's mobile was confirmed within the last 180 days."""
    return account.mobile_confirmed_at is not None and now < account.mobile_confirmed_at + STAFF_MOBILE_GOOD_FOR


def demand(actor: Actor, rule: Rule, now: datetime) -> None:
    """Raises `Refusal` with the reason where the actor may not."""
    decision = decided(actor, rule, now)
    if isinstance(decision, Denied):
        raise Refusal(decision.code)


def demand_own(actor: Actor, owner: OwnerKey | None) -> None:
    """Raises `Refusal` `not_found` where an object is not the actor's: what is another's is told like what is not."""
    if owner != actor.key:
        raise Refusal(Code.NOT_FOUND)


def demand_authority(actor: Actor, authority: str) -> None:
    """Raises `Refusal` `not_found` where a Regional Authority is not the actor's, unless an administrator's."""
    if actor.standing is Standing.ADMINISTRATOR:
        return
    post = actor.owner.post if isinstance(actor.owner, Account) else None
    if post is None or post.authority != authority:
        raise Refusal(Code.NOT_FOUND)


def demand_department(actor: Actor, department_id: str) -> None:
    """Raises `Refusal` `not_found` where a department is not the actor's, unless an administrator's."""
    demand_authority(actor, department_id)
