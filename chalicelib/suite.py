"""The composition root: ties the adapters to the domain, each part made when it is first asked for.

The parts are `functools.cached_property`, and each imports its own adapter, so that a step Lambda loads no more than
it uses. What reaches the outside stands in `suite_outside`, what is done under signature in `suite_signatures`,
departments in `suite_departments`, DigiLocker as a requester in `suite_digilocker`.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.settings import Settings
from chalicelib.suite_digilocker import WithDigiLocker

if TYPE_CHECKING:
    from chalicelib.domain.accounts.authenticator_loss import AuthenticatorLoss
    from chalicelib.domain.accounts.authenticators import Authenticators
    from chalicelib.domain.accounts.closing import Closing
    from chalicelib.domain.accounts.contact_change import ContactChanges
    from chalicelib.domain.accounts.own_account import OwnAccounts
    from chalicelib.domain.accounts.own_data import OwnDataDesk
    from chalicelib.domain.accounts.own_sessions import OwnSessions
    from chalicelib.domain.accounts.password_reset import PasswordResets
    from chalicelib.domain.accounts.registering import AccountRegistrations
    from chalicelib.domain.accounts.registration_steps import AccountRegistrationSteps
    from chalicelib.domain.accounts.replacing_mobiles import MobileReplacements
    from chalicelib.domain.accounts.second_factor import SecondFactor
    from chalicelib.domain.accounts.signing_in import SigningIn
    from chalicelib.domain.icegate.registration_steps import RegistrationSteps
    from chalicelib.domain.icegate.simplified_registration import SimplifiedRegistrations
    from chalicelib.domain.issuing_temporary_passwords import TemporaryPasswordDesk
    from chalicelib.domain.sending import Sending
    from chalicelib.domain.staff.directory import Directory
    from chalicelib.domain.staff.inviting import Invitations
    from chalicelib.domain.staff.joining import Joinings
    from chalicelib.domain.staff.offices import Offices
    from chalicelib.domain.staff.posts import Posts
    from chalicelib.domain.staff.readiness import ReadinessDesk


class Suite(WithDigiLocker):
    """All parts of the suite for one configuration and one clock."""

    @cached_property
    def simplified_registrations(self) -> SimplifiedRegistrations:
        """The desk of the simplified registration, for routes."""
        from chalicelib.domain.icegate.simplified_registration import SimplifiedRegistrations  # noqa: PLC0415

        return SimplifiedRegistrations(self.store, self.journeys, self.keyring, self.clock)

    @cached_property
    def registration_steps(self) -> RegistrationSteps:
        """The steps of the simplified registration, for its journey."""
        from chalicelib.domain.icegate.registration_steps import RegistrationSteps  # noqa: PLC0415

        return RegistrationSteps(self.store, self.journeys, self.keyring, self.messenger, self.clock)

    @cached_property
    def sending(self) -> Sending:
        """The sender of the outbox's messages."""
        from chalicelib.domain.sending import Sending  # noqa: PLC0415

        return Sending(self.store, self.keyring, self.messenger, self.clock)

    @cached_property
    def account_registrations(self) -> AccountRegistrations:
        """The desk at which accounts are registered, for routes."""
        from chalicelib.domain.accounts.registering import AccountRegistrations  # noqa: PLC0415
        from chalicelib.web import privacy_notice  # noqa: PLC0415

        notice = privacy_notice.version()
        return AccountRegistrations(self.store, self.journeys, self.keyring, self.clock, notice)

    @cached_property
    def account_registration_steps(self) -> AccountRegistrationSteps:
        """The steps of an account's registration, for its journey."""
        from chalicelib.domain.accounts.registration_steps import AccountRegistrationSteps  # noqa: PLC0415

        return AccountRegistrationSteps(self.store, self.journeys, self.clock)

    @cached_property
    def temporary_password_desk(self) -> TemporaryPasswordDesk:
        """The desk that issues temporary passwords."""
        from chalicelib.domain.issuing_temporary_passwords import TemporaryPasswordDesk  # noqa: PLC0415

        return TemporaryPasswordDesk(self.store, self.messenger, self.clock)

    @cached_property
    def signing_in(self) -> SigningIn:
        """Sign-in and sessions."""
        from chalicelib.domain.accounts.signing_in import SigningIn  # noqa: PLC0415

        return SigningIn(self.store, self.keyring, self.clock)

    @cached_property
    def second_factor(self) -> SecondFactor:
        """The second factor, at sign-in and for a step-up."""
        from chalicelib.domain.accounts.second_factor import SecondFactor  # noqa: PLC0415

        return SecondFactor(self.store, self.keyring, self.clock)

    @cached_property
    def authenticator_loss(self) -> AuthenticatorLoss:
        """The way on for who lost the authenticator."""
        from chalicelib.domain.accounts.authenticator_loss import AuthenticatorLoss  # noqa: PLC0415

        return AuthenticatorLoss(self.store, self.keyring, self.clock)

    @cached_property
    def authenticators(self) -> Authenticators:
        """One's own authenticator, recovery codes and trusted browsers."""
        from chalicelib.domain.accounts.authenticators import Authenticators  # noqa: PLC0415

        return Authenticators(self.store, self.keyring, self.clock)

    @cached_property
    def own_sessions(self) -> OwnSessions:
        """One's own sessions."""
        from chalicelib.domain.accounts.own_sessions import OwnSessions  # noqa: PLC0415

        return OwnSessions(self.store, self.clock)

    @cached_property
    def password_resets(self) -> PasswordResets:
        """The desk for people who have forgotten their password."""
        from chalicelib.domain.accounts.password_reset import PasswordResets  # noqa: PLC0415

        return PasswordResets(self.store, self.keyring, self.clock)

    @cached_property
    def mobile_replacements(self) -> MobileReplacements:
        """What starts, applies and stops replacements of mobiles, for routes and for their journey."""
        from chalicelib.domain.accounts.replacing_mobiles import MobileReplacements  # noqa: PLC0415

        return MobileReplacements(self.store, self.journeys, self.keyring, self.clock)

    @cached_property
    def contact_changes(self) -> ContactChanges:
        """The desk at which signed-in people change email and mobile."""
        from chalicelib.domain.accounts.contact_change import ContactChanges  # noqa: PLC0415
        from chalicelib.domain.staff.official_email import is_official  # noqa: PLC0415

        domains = self.official_domains
        return ContactChanges(
            self.store, self.keyring, self.clock, self.mobile_replacements, lambda email: is_official(email, domains)
        )

    @cached_property
    def closing(self) -> Closing:
        """What closes accounts; each journey that ties people to their accounts has its source here."""
        from chalicelib.domain.accounts.closing import Closing, replacement_ties, staff_ties  # noqa: PLC0415
        from chalicelib.domain.iec.parting import link_ties, partings  # noqa: PLC0415

        sources = (staff_ties, replacement_ties(self.store))
        return Closing(self.store, sources, (link_ties(self.store),), (partings(self.store), self.consent_partings))

    @cached_property
    def own_accounts(self) -> OwnAccounts:
        """The desk at which people look after their own login."""
        from chalicelib.domain.accounts.own_account import OwnAccounts  # noqa: PLC0415

        return OwnAccounts(self.store, self.keyring, self.clock, self.mobile_replacements, self.closing)

    @cached_property
    def own_data(self) -> OwnDataDesk:
        """The desk that hands people their own data."""
        from chalicelib.domain.accounts.own_data import OwnDataDesk  # noqa: PLC0415

        return OwnDataDesk(self.store, self.clock)

    @cached_property
    def staff_offices(self) -> Offices:
        """What staff belong to: Regional Authorities, and departments."""
        from chalicelib.domain.staff.offices import Offices  # noqa: PLC0415

        return Offices(self.authorities, self.store)

    @cached_property
    def staff_directory(self) -> Directory:
        """Who the staff are."""
        from chalicelib.domain.staff.directory import Directory  # noqa: PLC0415

        return Directory(self.store, self.staff_offices)

    @cached_property
    def staff_invitations(self) -> Invitations:
        """The desk at which staff are invited."""
        from chalicelib.domain.staff.inviting import Invitations  # noqa: PLC0415

        return Invitations(self.store, self.keyring, self.clock, self.staff_offices, self.official_domains)

    @cached_property
    def staff_joinings(self) -> Joinings:
        """The desk at which invited staff join."""
        from chalicelib.domain.staff.joining import Joinings  # noqa: PLC0415

        return Joinings(self.store, self.keyring, self.clock)

    @cached_property
    def staff_posts(self) -> Posts:
        """The desk at which the posts of staff change."""
        from chalicelib.domain.staff.posts import Posts  # noqa: PLC0415

        return Posts(self.store, self.clock, self.staff_offices)

    @cached_property
    def staff_readiness(self) -> ReadinessDesk:
        """How ready Regional Authorities are."""
        from chalicelib.domain.staff.readiness import ReadinessDesk  # noqa: PLC0415

        return ReadinessDesk(self.store, self.clock, self.staff_offices, self.official_domains)


class _Installed:
    suite: Suite | None = None


def suite() -> Suite:
    """The process's suite, made on first use from the environment."""
    if _Installed.suite is None:
        _Installed.suite = Suite(Settings.from_environment())
    return _Installed.suite


def install(made: Suite | None) -> None:
    """Puts another suite in its place, as the laptop does (another clock, other endpoints).

    None makes a new one on use.
    """
    _Installed.suite = made
