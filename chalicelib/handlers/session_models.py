"""What the routes of sign-in, second factor and sessions take and give: bodies and views."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.domain import codes
from chalicelib.domain.accounts.account import Account
from chalicelib.domain.accounts.owners import Owner, display_name, username_of
from chalicelib.domain.accounts.recovery_codes import parse_recovery_code
from chalicelib.domain.accounts.security import Method
from chalicelib.domain.authorisation import Actor, missing_of_staff, standing_of
from chalicelib.domain.codes import Challenge
from chalicelib.domain.contacts import Channel, Contact, masked_email, masked_mobile
from chalicelib.domain.icegate.accounts import IcegateAccount
from chalicelib.domain.refusals import FieldProblem, Refusal, invalid
from chalicelib.domain.sessions import Level, Session
from chalicelib.domain.staff.authorities import of_staff
from chalicelib.handlers.bodies import optional_flag, required, sent
from chalicelib.handlers.problems import instant
from chalicelib.handlers.staff_models import AuthorityView, authority_view
from chalicelib.suite import suite

if TYPE_CHECKING:
    from chalicelib.domain.accounts.raising import SignedIn

_OFFERED = frozenset(Method) - {Method.BOTH_CODES}


def _channel(value: str) -> Channel:
    try:
        return Channel(value)
    except ValueError:
        raise FieldProblem("channel_unknown") from None


def _method(value: str) -> Method:
    if value not in _OFFERED:
        raise FieldProblem("method_unknown")
    return Method(value)


@dataclass(frozen=True, slots=True)
class SignInBody:
    """Username (the ICEGATE ID at ICEGATE) and password."""

    username: str = sent(required, "The username or the ICEGATE ID, in any case.", "asha_exports", at_most=128)
    password: str = sent(required, "The password.", "Sagar#2026", secret=True)


@dataclass(frozen=True, slots=True)
class ChannelBody:
    """Where a code is to go."""

    channel: Channel = sent(_channel, "`mobile` or `email`.", "mobile")


@dataclass(frozen=True, slots=True)
class SecondFactorBody:
    """A second factor as it is shown."""

    method: Method = sent(_method, "One of the session's `methods`.", "mobile_code")
    code: str = sent(required, "Six digits, or a recovery code.", "123456", at_most=64, secret=True)
    trust_browser: bool = optional_flag("At sign-in: do not ask for a second factor in this browser for 30 days.")


@dataclass(frozen=True, slots=True)
class SignedInView:
    """A new session; the token is also set as a cookie. `icegate_id` is null where the account is not ICEGATE's."""

    status: str
    username: str
    icegate_id: str | None
    role: str
    session_token: str
    expires_at: str
    idle_expires_at: str


@dataclass(frozen=True, slots=True)
class SecondFactorRequiredView:
    """A session half way: it opens nothing but the second factor. `email` and `mobile`, masked, are the owner's."""

    status: str
    methods: list[str]
    email: str
    mobile: str
    session_token: str
    expires_at: str


@dataclass(frozen=True, slots=True)
class CodeSentView:
    """A code that was sent, where to (masked), and how far it is spent."""

    channel: str
    sent_to: str
    expires_at: str
    resend_at: str
    sends_left: int
    attempts_left: int


@dataclass(frozen=True, slots=True)
class BothCodesSentView:
    """Two codes that were sent, where to (masked), and how far they are spent."""

    email: str
    mobile: str
    expires_at: str
    resend_at: str
    sends_left: int
    attempts_left: int


@dataclass(frozen=True, slots=True)
class SessionView:
    """The session and whose it is; what is personal is null until the second factor was shown.

    `missing` is what a staff member must still put in order; `fresh_until` the end of the step-up.
    """

    level: str
    username: str
    name: str | None
    role: str
    icegate_id: str | None
    legal_name: str | None
    registration_kind: str | None
    methods: list[str]
    email: str
    mobile: str
    missing: str | None
    expires_at: str
    idle_expires_at: str
    fresh_until: str | None
    authority: AuthorityView | None


@dataclass(frozen=True, slots=True)
class OwnSessionView:
    """One of one's own sessions."""

    session_id: str
    device: str
    signed_in_at: str
    last_used_at: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class OwnSessionsView:
    """Where one is signed in, the session used last first."""

    sessions: list[OwnSessionView]


def typed_code(body: SecondFactorBody) -> str:
    """The code of a body in the form that its method has. Raises `Refusal` `invalid_fields`."""
    parse = parse_recovery_code if body.method is Method.RECOVERY_CODE else codes.parse_code
    try:
        return parse(body.code)
    except FieldProblem as problem:
        raise _refused(problem) from problem


def _refused(problem: FieldProblem) -> Refusal:
    return invalid(code=problem.error.reason)


def signed_in_view(signed_in: SignedIn) -> SignedInView:
    """A whole session with its token."""
    session, owner = signed_in.session, signed_in.owner
    return SignedInView(
        status="signed_in",
        username=username_of(owner),
        icegate_id=owner.icegate_id if isinstance(owner, IcegateAccount) else None,
        role=standing_of(owner).value,
        session_token=signed_in.token,
        expires_at=instant(session.expires_at),
        idle_expires_at=instant(session.idle_expires_at),
    )


def second_factor_required_view(signed_in: SignedIn) -> SecondFactorRequiredView:
    """A session half way with its token."""
    owner = signed_in.owner
    return SecondFactorRequiredView(
        status="second_factor_required",
        methods=_methods(owner),
        email=masked_email(owner.contact.email),
        mobile=masked_mobile(owner.contact.mobile),
        session_token=signed_in.token,
        expires_at=instant(signed_in.session.expires_at),
    )


def code_sent_view(session: Session, channel: Channel, contact: Contact) -> CodeSentView:
    """A code just sent over one channel."""
    challenge = _challenge(session)
    return CodeSentView(
        channel=channel.value,
        sent_to=masked_mobile(contact.mobile) if channel is Channel.MOBILE else masked_email(contact.email),
        expires_at=instant(challenge.expires_at),
        resend_at=instant(challenge.resend_at),
        sends_left=codes.SENDS - challenge.sends,
        attempts_left=challenge.attempts_left,
    )


def both_codes_sent_view(session: Session, contact: Contact) -> BothCodesSentView:
    """Both codes just sent."""
    challenge = _challenge(session)
    return BothCodesSentView(
        email=masked_email(contact.email),
        mobile=masked_mobile(contact.mobile),
        expires_at=instant(challenge.expires_at),
        resend_at=instant(challenge.resend_at),
        sends_left=codes.SENDS - challenge.sends,
        attempts_left=challenge.attempts_left,
    )


def _challenge(session: Session) -> Challenge:
    assert session.challenge is not None
    return session.challenge


def session_view(actor: Actor, language: str) -> SessionView:
    """The session as its owner sees it at this moment."""
    owner, session = actor.owner, actor.session
    is_whole = session.level is Level.FULL
    registrant = owner if isinstance(owner, IcegateAccount) else None
    post = owner.post if isinstance(owner, Account) else None
    missing = missing_of_staff(owner, suite().clock())
    return SessionView(
        level=session.level.value,
        username=username_of(owner),
        name=display_name(owner) if is_whole else None,
        role=actor.standing.value,
        icegate_id=registrant.icegate_id if registrant else None,
        legal_name=registrant.legal_name if registrant and is_whole else None,
        registration_kind=registrant.kind.value if registrant else None,
        methods=_methods(owner),
        email=masked_email(owner.contact.email),
        mobile=masked_mobile(owner.contact.mobile),
        missing=missing.value if missing else None,
        expires_at=instant(session.expires_at),
        idle_expires_at=instant(session.idle_expires_at),
        fresh_until=instant(session.fresh_until) if session.fresh_until else None,
        authority=authority_view(of_staff(suite().staff_offices, post.authority), language) if post else None,
    )


def own_sessions_view(found: tuple[Session, ...], current: Session) -> OwnSessionsView:
    """One's own sessions."""
    return OwnSessionsView(
        [
            OwnSessionView(
                session_id=session.session_id,
                device=session.device,
                signed_in_at=instant(session.signed_in_at),
                last_used_at=instant(session.last_used_at),
                is_current=session.token_hash == current.token_hash,
            )
            for session in found
        ]
    )


def _methods(owner: Owner) -> list[str]:
    # Imported here: a route that asks for no second factor starts without it.
    from chalicelib.domain.accounts.second_factor import methods_of  # noqa: PLC0415

    return [method.value for method in methods_of(owner)]
