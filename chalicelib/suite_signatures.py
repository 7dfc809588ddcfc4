"""The suite's parts under signature: validation and its sources, signings, IECs and users, full registration."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.suite_outside import Outside

if TYPE_CHECKING:
    from chalicelib.adapters.crl_indexes import S3CrlIndexes
    from chalicelib.adapters.revocation_http import AllowListedHosts
    from chalicelib.domain.icegate.full_registration_steps import FullRegistrationSteps
    from chalicelib.domain.icegate.reminding import DscReminders
    from chalicelib.domain.icegate.reviewing import Reviews
    from chalicelib.domain.icegate.upgrading import FullRegistrations
    from chalicelib.domain.iec.history import IecHistory
    from chalicelib.domain.iec.invitations import IecInvitations
    from chalicelib.domain.iec.linking import IecLinking
    from chalicelib.domain.iec.linking_steps import LinkingSteps
    from chalicelib.domain.iec.managing_users import ManagingUsers
    from chalicelib.domain.iec.reminding import LinkReminders
    from chalicelib.domain.iec.user_steps import IecUserSteps
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


class UnderSignature(Outside):
    """What judges signatures, and the desks and steps of what is done under one."""

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
    def dsc_reminders(self) -> DscReminders:
        """What reminds people of registered DSCs that end."""
        from chalicelib.domain.icegate.reminding import DscReminders  # noqa: PLC0415

        return DscReminders(self.store, self.clock)


def _origin(address: str) -> str:
    return "/".join(address.split("/")[:3])
