"""The composition root: ties the adapters to the domain, each part made when it is first asked for.

The parts are `functools.cached_property`, and each imports its own adapter, so that a step Lambda loads no more than
it uses.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.settings import Settings

if TYPE_CHECKING:
    from botocore.session import Session

    from chalicelib.adapters.authorities import ConfiguredAuthorities
    from chalicelib.adapters.aws import Aws
    from chalicelib.adapters.crl_indexes import S3CrlIndexes
    from chalicelib.adapters.documents import S3Documents
    from chalicelib.adapters.dynamodb.store import DynamoDbStore
    from chalicelib.adapters.journeys import StepFunctionsJourneys
    from chalicelib.adapters.keys import SecretsManagerKeyring
    from chalicelib.adapters.messages import AwsMessenger
    from chalicelib.adapters.revocation_http import AllowListedHosts
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
    from chalicelib.domain.icegate.full_registration_steps import FullRegistrationSteps
    from chalicelib.domain.icegate.registration_steps import RegistrationSteps
    from chalicelib.domain.icegate.reminding import DscReminders
    from chalicelib.domain.icegate.reviewing import Reviews
    from chalicelib.domain.icegate.simplified_registration import SimplifiedRegistrations
    from chalicelib.domain.icegate.upgrading import FullRegistrations
    from chalicelib.domain.iec.history import IecHistory
    from chalicelib.domain.iec.invitations import IecInvitations
    from chalicelib.domain.iec.linking import IecLinking
    from chalicelib.domain.iec.linking_steps import LinkingSteps
    from chalicelib.domain.iec.managing_users import ManagingUsers
    from chalicelib.domain.iec.reminding import LinkReminders
    from chalicelib.domain.iec.user_steps import IecUserSteps
    from chalicelib.domain.issuing_temporary_passwords import TemporaryPasswordDesk
    from chalicelib.domain.sending import Sending
    from chalicelib.domain.signatures.binding import LinkingRules
    from chalicelib.domain.signatures.demands import Demands
    from chalicelib.domain.signatures.desk import SigningDesk
    from chalicelib.domain.signatures.esign.answers import EsignAnswers
    from chalicelib.domain.signatures.esign.envelopes import RequestKey
    from chalicelib.domain.signatures.esign.providers import EsignProviders
    from chalicelib.domain.signatures.esign.steps import EsignSteps
    from chalicelib.domain.signatures.paths import Paths
    from chalicelib.domain.signatures.policy import SignaturePolicy
    from chalicelib.domain.signatures.refreshing import Refreshing
    from chalicelib.domain.signatures.revocation import CrlSource
    from chalicelib.domain.signatures.settling import Settling
    from chalicelib.domain.signatures.signing_steps import SigningSteps
    from chalicelib.domain.signatures.trust import Trust
    from chalicelib.domain.signatures.validating import Validating
    from chalicelib.domain.signatures.validation import Validator
    from chalicelib.domain.staff.directory import Directory
    from chalicelib.domain.staff.inviting import Invitations
    from chalicelib.domain.staff.joining import Joinings
    from chalicelib.domain.staff.posts import Posts
    from chalicelib.domain.staff.readiness import ReadinessDesk


def system_clock() -> datetime:
    """The machine's time: aware UTC, whole milliseconds (what the store keeps)."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


class Suite:
    """All parts of the suite for one configuration and one clock."""

    def __init__(
        self,
        settings: Settings,
        clock: Callable[[], datetime] = system_clock,
        sleep: Callable[[float], None] = time.sleep,
        watch: Callable[[Session], None] | None = None,
    ) -> None:
        self.settings = settings
        self.clock = clock
        self.sleep = sleep
        self._watch = watch

    @cached_property
    def aws(self) -> Aws:
        """The way to AWS."""
        from chalicelib.adapters.aws import Aws  # noqa: PLC0415

        return Aws(self.settings.region, self._watch)

    @cached_property
    def store(self) -> DynamoDbStore:
        """The truth."""
        from chalicelib.adapters.dynamodb.store import DynamoDbStore  # noqa: PLC0415

        return DynamoDbStore(self.aws, self.settings, self.clock, self.sleep)

    @cached_property
    def journeys(self) -> StepFunctionsJourneys:
        """The journeys."""
        from chalicelib.adapters.journeys import StepFunctionsJourneys  # noqa: PLC0415

        return StepFunctionsJourneys(self.aws, self.settings)

    @cached_property
    def keyring(self) -> SecretsManagerKeyring:
        """The server's keys."""
        from chalicelib.adapters.keys import SecretsManagerKeyring  # noqa: PLC0415

        return SecretsManagerKeyring(self.aws, self.settings, self.clock)

    @cached_property
    def messenger(self) -> AwsMessenger:
        """The way to people's mobiles and mailboxes."""
        from chalicelib.adapters.messages import AwsMessenger  # noqa: PLC0415

        return AwsMessenger(self.aws, self.settings)

    @cached_property
    def documents(self) -> S3Documents:
        """The documents."""
        from chalicelib.adapters.documents import S3Documents  # noqa: PLC0415

        return S3Documents(self.aws, self.settings)

    @cached_property
    def esign_providers(self) -> EsignProviders:
        """The providers of Aadhaar e-Sign."""
        from chalicelib.adapters.esign_providers import configured  # noqa: PLC0415

        return configured()

    def origins(self, whom: str) -> tuple[str, ...]:
        """The origins that a page may reach beside our own, by what its head names (`policy.REACHED`)."""
        match whom:
            case "utility":
                return (self.settings.signing_utility,)
            case "uploads":
                return (self.settings.uploads_origin,)
            case "esign":
                return tuple(_origin(profile.address) for profile in self.esign_providers.profiles)
        raise KeyError(whom)

    @cached_property
    def trust(self) -> Trust:
        """What a signature may rest on: the pinned anchors, and the issuers known beside them."""
        from chalicelib.adapters.trust import configured_trust  # noqa: PLC0415

        return configured_trust()

    @cached_property
    def crl_sources(self) -> tuple[CrlSource, ...]:
        """The CRLs that are watched."""
        from chalicelib.adapters.trust import configured_sources  # noqa: PLC0415

        return configured_sources()

    @cached_property
    def crl_indexes(self) -> S3CrlIndexes:
        """The indexes of watched CRLs."""
        from chalicelib.adapters.crl_indexes import S3CrlIndexes  # noqa: PLC0415

        return S3CrlIndexes(self.aws, self.settings, self.store)

    @cached_property
    def revocation_hosts(self) -> AllowListedHosts:
        """The way to those who serve CRLs, and to the OCSP responders that may be asked."""
        from chalicelib.adapters.revocation_http import AllowListedHosts  # noqa: PLC0415
        from chalicelib.adapters.trust import configured_responders, hosts_of  # noqa: PLC0415

        return AllowListedHosts(hosts_of(self.crl_sources) | configured_responders())

    @cached_property
    def paths(self) -> Paths:
        """What finds and judges the chain of a certificate."""
        from chalicelib.domain.signatures.paths import Paths  # noqa: PLC0415
        from chalicelib.domain.signatures.revocation import Revocation  # noqa: PLC0415

        return Paths(self.trust, Revocation(self.crl_sources, self.crl_indexes, self.revocation_hosts))

    @cached_property
    def signature_policy(self) -> SignaturePolicy:
        """What is demanded of a signer's certificate."""
        from chalicelib.adapters.signature_policy import configured  # noqa: PLC0415

        return configured()

    @cached_property
    def validator(self) -> Validator:
        """What judges signatures."""
        from chalicelib.domain.signatures.validation import Validator  # noqa: PLC0415

        return Validator(self.paths, self.signature_policy)

    @cached_property
    def refreshing(self) -> Refreshing:
        """What keeps revocation data fresh."""
        from chalicelib.domain.signatures.refreshing import Refreshing  # noqa: PLC0415

        return Refreshing(self.store, self.crl_sources, self.revocation_hosts, self.crl_indexes, self.paths, self.clock)

    @cached_property
    def linking_rules(self) -> LinkingRules:
        """What of the rules of linking is configuration."""
        from chalicelib.adapters import linking_rules  # noqa: PLC0415

        return linking_rules.configured()

    @cached_property
    def signing_desk(self) -> SigningDesk:
        """The desk at which documents are signed."""
        from chalicelib.domain.signatures.desk import SigningDesk  # noqa: PLC0415

        return SigningDesk(self.store, self.journeys, self.documents, self.keyring, self.clock)

    @cached_property
    def demands(self) -> Demands:
        """What makes the demand that a signature is judged by."""
        from chalicelib.domain.signatures.demands import Demands  # noqa: PLC0415

        return Demands(self.store, self.keyring, self.linking_rules)

    @cached_property
    def settling(self) -> Settling:
        """What writes down how a signature was judged."""
        from chalicelib.domain.signatures.settling import Settling  # noqa: PLC0415

        return Settling(self.store, self.documents, self.keyring, self.clock)

    @cached_property
    def signing_steps(self) -> SigningSteps:
        """The steps around a validation, for the journeys that begin with a signature."""
        from chalicelib.domain.signatures.signing_steps import SigningSteps  # noqa: PLC0415

        return SigningSteps(self.store, self.journeys, self.clock)

    @cached_property
    def validating(self) -> Validating:
        """The step that judges a DSC's signature."""
        from chalicelib.domain.signatures.validating import Validating  # noqa: PLC0415

        return Validating(self.store, self.documents, self.demands, self.validator, self.settling, self.clock)

    @cached_property
    def iec_linking(self) -> IecLinking:
        """The desk at which logins are linked to IECs."""
        from chalicelib.domain.iec.linking import IecLinking  # noqa: PLC0415

        return IecLinking(self.store, self.signing_desk, self.clock)

    @cached_property
    def linking_steps(self) -> LinkingSteps:
        """The deed of a signed link, for its journey."""
        from chalicelib.domain.iec.linking_steps import LinkingSteps  # noqa: PLC0415

        return LinkingSteps(self.store, self.clock)

    @cached_property
    def link_reminders(self) -> LinkReminders:
        """What reminds people of links that end."""
        from chalicelib.domain.iec.reminding import LinkReminders  # noqa: PLC0415

        return LinkReminders(self.store, self.clock)

    @cached_property
    def dsc_reminders(self) -> DscReminders:
        """What reminds people of registered DSCs that end."""
        from chalicelib.domain.icegate.reminding import DscReminders  # noqa: PLC0415

        return DscReminders(self.store, self.clock)

    @cached_property
    def esign_answers(self) -> EsignAnswers:
        """What takes the answers of eSign providers, for the route that browsers bring them to."""
        from chalicelib.domain.signatures.esign.answers import EsignAnswers  # noqa: PLC0415

        return EsignAnswers(self.store, self.journeys, self.documents, self.keyring, self.clock)

    @cached_property
    def esign_key(self) -> RequestKey:
        """The key that signs our requests to eSign providers."""
        from chalicelib.adapters.esign_keys import KmsRequestKey  # noqa: PLC0415

        return KmsRequestKey(self.aws, self.settings)

    @cached_property
    def esign_steps(self) -> EsignSteps:
        """The steps of e-Sign. They load what reads and signs XML."""
        from chalicelib.adapters.esign_status import HttpStatusLine  # noqa: PLC0415
        from chalicelib.domain.signatures.esign.steps import EsignSteps  # noqa: PLC0415
        from chalicelib.domain.signatures.esign.validators import EsignSignatures  # noqa: PLC0415

        return EsignSteps(
            self.store,
            self.documents,
            self.esign_providers,
            self.esign_key,
            HttpStatusLine(self.esign_providers),
            lambda: EsignSignatures(self.validator),
            self.demands,
            self.settling,
            self.clock,
            self.settings["PUBLIC_ORIGIN"],
        )

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
        return Closing(self.store, sources, (link_ties(self.store),), (partings(self.store),))

    @cached_property
    def iec_users(self) -> ManagingUsers:
        """The desk at which users of an IEC see each other and draw up changes."""
        from chalicelib.domain.iec.managing_users import ManagingUsers  # noqa: PLC0415

        return ManagingUsers(self.store, self.signing_desk, self.keyring, self.clock)

    @cached_property
    def iec_invitations(self) -> IecInvitations:
        """The desk at which people who are invited to an IEC read and accept."""
        from chalicelib.domain.iec.invitations import IecInvitations  # noqa: PLC0415

        return IecInvitations(self.store, self.clock)

    @cached_property
    def iec_history(self) -> IecHistory:
        """What was signed about an IEC."""
        from chalicelib.domain.iec.history import IecHistory  # noqa: PLC0415

        return IecHistory(self.store, self.clock)

    @cached_property
    def iec_user_steps(self) -> IecUserSteps:
        """The deed of a signed change of an IEC's users."""
        from chalicelib.domain.iec.user_steps import IecUserSteps  # noqa: PLC0415

        return IecUserSteps(self.store, self.clock)

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
    def full_registrations(self) -> FullRegistrations:
        """The desk at which registrants upgrade to a full registration."""
        from chalicelib.domain.icegate.upgrading import FullRegistrations  # noqa: PLC0415

        return FullRegistrations(self.store, self.journeys, self.documents, self.keyring, self.signing_desk, self.clock)

    @cached_property
    def full_registration_steps(self) -> FullRegistrationSteps:
        """The steps of a full registration that are its own, for its journey."""
        from chalicelib.domain.icegate.full_registration_steps import FullRegistrationSteps  # noqa: PLC0415

        return FullRegistrationSteps(self.store, self.journeys, self.clock)

    @cached_property
    def full_registration_reviews(self) -> Reviews:
        """The desk at which officers decide full registrations."""
        from chalicelib.domain.icegate.reviewing import Reviews  # noqa: PLC0415

        return Reviews(self.store, self.journeys, self.documents, self.clock)

    @cached_property
    def authorities(self) -> ConfiguredAuthorities:
        """The Regional Authorities."""
        from chalicelib.adapters.authorities import ConfiguredAuthorities  # noqa: PLC0415

        return ConfiguredAuthorities()

    @property
    def official_domains(self) -> tuple[str, ...]:
        """The domains in which staff have their email."""
        return self.settings.official_email_domains

    @cached_property
    def staff_directory(self) -> Directory:
        """Who the staff are."""
        from chalicelib.domain.staff.directory import Directory  # noqa: PLC0415

        return Directory(self.store, self.authorities)

    @cached_property
    def staff_invitations(self) -> Invitations:
        """The desk at which staff are invited."""
        from chalicelib.domain.staff.inviting import Invitations  # noqa: PLC0415

        return Invitations(self.store, self.keyring, self.clock, self.authorities, self.official_domains)

    @cached_property
    def staff_joinings(self) -> Joinings:
        """The desk at which invited staff join."""
        from chalicelib.domain.staff.joining import Joinings  # noqa: PLC0415

        return Joinings(self.store, self.keyring, self.clock)

    @cached_property
    def staff_posts(self) -> Posts:
        """The desk at which the posts of staff change."""
        from chalicelib.domain.staff.posts import Posts  # noqa: PLC0415

        return Posts(self.store, self.clock, self.authorities)

    @cached_property
    def staff_readiness(self) -> ReadinessDesk:
        """How ready Regional Authorities are."""
        from chalicelib.domain.staff.readiness import ReadinessDesk  # noqa: PLC0415

        return ReadinessDesk(self.store, self.clock, self.authorities, self.official_domains)


def _origin(address: str) -> str:
    return "/".join(address.split("/")[:3])


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
