"""The self-test of a department: what of its set-up holds, what fails, and how to mend it.

It does what DigiLocker's "Test Service" does, and more: signed requests in every form are put through our own Pull
URI path, as DigiLocker would send them; nothing of it is counted, told or used up. The client secret is tried at
DigiLocker's own discovery call. Each finding has a sentence and, where something is to be done, an advice, under
`self_test.<finding>` in both languages.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from chalicelib.domain.departments import document_types, trial_pulls
from chalicelib.domain.departments.certificates import CertificateStatus
from chalicelib.domain.departments.deciding import demand_theirs
from chalicelib.domain.departments.departments import (
    DepartmentRole,
    DepartmentStatus,
    KeyPurpose,
)
from chalicelib.domain.departments.pull_books import PullEnd
from chalicelib.domain.departments.trial_pulls import VARIANTS
from chalicelib.domain.digilocker.errors import AnswerUnfit, DigiLockerRefused
from chalicelib.domain.digilocker.line import DigiLockerUnavailable
from chalicelib.domain.refusals import Refusal
from chalicelib.domain.sealing import SealBroken

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.domain.authorisation import Actor
    from chalicelib.domain.departments.certificates import Certificate
    from chalicelib.domain.departments.departments import Department, DocumentType, PullApi
    from chalicelib.domain.departments.keys import DepartmentKeys
    from chalicelib.domain.departments.pulling import Pulled, Pulls
    from chalicelib.domain.digilocker.line import Line
    from chalicelib.domain.digilocker.profiles import Profile
    from chalicelib.domain.ports import Clock, Store

# One request has 20 s for all of it; the last endpoint and DigiLocker's answer are waited for beside this.
PATIENCE = timedelta(seconds=6)
# The newest certificates, among which one of each type is looked for.
_LOOKED_THROUGH = 100


class Outcome(StrEnum):
    """What came of a check."""

    HOLDS = "holds"
    FAILS = "fails"
    NOT_TRIED = "not_tried"


class FindingCode(StrEnum):
    """What was found; the catalogue's `self_test.<code>` says it, `self_test.<code>.advice` what to do."""

    DEPARTMENT_ACTIVE = "department_active"
    DEPARTMENT_SUSPENDED = "department_suspended"
    DOCUMENT_TYPES_MISSING = "document_types_missing"
    TEMPLATE_SOUND = "template_sound"
    TEMPLATE_UNSOUND = "template_unsound"
    TEMPLATE_NONE = "template_none"
    SIGNING_KEY_WORKS = "signing_key_works"
    SIGNING_KEY_MISSING = "signing_key_missing"
    SIGNING_KEY_FAILS = "signing_key_fails"
    SIGNING_KEY_UNTRIED = "signing_key_untried"
    ENDPOINTS_MISSING = "endpoints_missing"
    ENDPOINT_CLOSED = "endpoint_closed"
    ENDPOINT_LEFT = "endpoint_left"
    KEY_WORKS = "key_works"
    KEY_MISSING = "key_missing"
    KEY_BROKEN = "key_broken"
    CERTIFICATE_FOUND = "certificate_found"
    CERTIFICATE_NOT_FOUND = "certificate_not_found"
    CERTIFICATE_NONE = "certificate_none"
    PULLS_ANSWERED = "pulls_answered"
    PULL_UNANSWERED = "pull_unanswered"
    STRANGERS_REFUSED = "strangers_refused"
    STRANGERS_ANSWERED = "strangers_answered"
    CLIENT_ACCEPTED = "client_accepted"
    CLIENT_REFUSED = "client_refused"
    CLIENT_MISSING = "client_missing"
    CLIENT_NOT_ENTERED = "client_not_entered"
    CLIENT_SECRET_MISSING = "client_secret_missing"  # noqa: S105 - a finding
    CLIENT_UNTRIED = "client_untried"
    LISTED = "listed"
    NOT_LISTED = "not_listed"
    DOCTYPES_NOT_LISTED = "doctypes_not_listed"
    PARAMETERS_DIFFER = "parameters_differ"


# What there is something to do about; every one of these has an advice.
ADVISED = frozenset(
    {
        FindingCode.DEPARTMENT_SUSPENDED,
        FindingCode.DOCUMENT_TYPES_MISSING,
        FindingCode.TEMPLATE_UNSOUND,
        FindingCode.TEMPLATE_NONE,
        FindingCode.SIGNING_KEY_MISSING,
        FindingCode.SIGNING_KEY_FAILS,
        FindingCode.SIGNING_KEY_UNTRIED,
        FindingCode.ENDPOINTS_MISSING,
        FindingCode.ENDPOINT_CLOSED,
        FindingCode.ENDPOINT_LEFT,
        FindingCode.KEY_MISSING,
        FindingCode.KEY_BROKEN,
        FindingCode.CERTIFICATE_NOT_FOUND,
        FindingCode.CERTIFICATE_NONE,
        FindingCode.PULL_UNANSWERED,
        FindingCode.STRANGERS_ANSWERED,
        FindingCode.CLIENT_REFUSED,
        FindingCode.CLIENT_MISSING,
        FindingCode.CLIENT_NOT_ENTERED,
        FindingCode.CLIENT_SECRET_MISSING,
        FindingCode.CLIENT_UNTRIED,
        FindingCode.NOT_LISTED,
        FindingCode.DOCTYPES_NOT_LISTED,
        FindingCode.PARAMETERS_DIFFER,
    }
)
_NOT_TRIED = frozenset(
    {
        FindingCode.TEMPLATE_NONE,
        FindingCode.SIGNING_KEY_UNTRIED,
        FindingCode.ENDPOINT_CLOSED,
        FindingCode.ENDPOINT_LEFT,
        FindingCode.CERTIFICATE_NONE,
        FindingCode.CLIENT_NOT_ENTERED,
        FindingCode.CLIENT_UNTRIED,
        FindingCode.NOT_LISTED,
    }
)


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found. `values` fill its sentences in.

    `trouble` is the code of what went wrong (`trouble.<code>`), where one is known.
    """

    code: FindingCode
    values: Mapping[str, str | int] = field(default_factory=dict)
    trouble: str | None = None

    @property
    def outcome(self) -> Outcome:
        """Whether it holds, fails, or could not be tried."""
        if self.code in _NOT_TRIED:
            return Outcome.NOT_TRIED
        return Outcome.FAILS if self.code in ADVISED else Outcome.HOLDS


@dataclass(frozen=True, slots=True)
class SelfTests:
    """Tests departments. `line` and `profile` lead to DigiLocker; they are made where the client is tried."""

    store: Store
    keys: DepartmentKeys
    pulls: Pulls
    line: Callable[[], Line]
    profile: Callable[[], Profile]
    clock: Clock

    def test(self, actor: Actor, department_id: str) -> tuple[Finding, ...]:
        """Every finding, in the order in which a set-up is made.

        Raises `Refusal` `not_found`, `StoreUnavailable`, `VaultUnavailable`.
        """
        department = demand_theirs(self.store, actor, department_id)
        newest = self.store.certificates_of(department_id, _LOOKED_THROUGH)
        return tuple(self._findings(department, newest))

    def _findings(self, department: Department, newest: tuple[Certificate, ...]) -> Iterator[Finding]:
        until = self.clock() + PATIENCE
        is_active = department.status is DepartmentStatus.ACTIVE
        yield Finding(FindingCode.DEPARTMENT_ACTIVE if is_active else FindingCode.DEPARTMENT_SUSPENDED)
        if DepartmentRole.ISSUER in department.roles:
            yield from _of_document_types(department)
            yield _of_signing_key(department, newest)
            yield from self._of_endpoints(department, newest)
        yield from self._of_client(department, until)

    def _of_endpoints(self, department: Department, newest: tuple[Certificate, ...]) -> Iterator[Finding]:
        if not department.pull_apis:
            yield Finding(FindingCode.ENDPOINTS_MISSING)
        until = self.clock() + PATIENCE
        # Where not all can be tried in one request, others are the next time.
        by_chance = random.SystemRandom().sample(department.pull_apis, len(department.pull_apis))
        found = {api.api_id: tuple(self._of_endpoint(department, api, newest, until)) for api in by_chance}
        for api in department.pull_apis:
            yield from found[api.api_id]

    def _of_endpoint(
        self, department: Department, api: PullApi, newest: tuple[Certificate, ...], until: datetime
    ) -> Iterator[Finding]:
        """Its key, and what it answers, if it is not later than `until`."""
        values = {"doctypes": ", ".join(api.doctypes)}
        try:
            keys = self.keys.secrets(department, KeyPurpose.PULL_API, api.api_id)
        except SealBroken:
            yield Finding(FindingCode.KEY_BROKEN, values)
            return
        yield Finding(FindingCode.KEY_WORKS if keys else FindingCode.KEY_MISSING, values)
        if not api.is_open:
            yield Finding(FindingCode.ENDPOINT_CLOSED, values)
        elif keys and department.status is DepartmentStatus.ACTIVE:
            if self.clock() < until:
                yield from self._of_pulls(_Endpoint(department, api, keys[0], newest))
            else:
                yield Finding(FindingCode.ENDPOINT_LEFT, values)

    def _of_pulls(self, endpoint: _Endpoint) -> Iterator[Finding]:
        """Each document type is asked for once as it is; the first one, in every form and by strangers."""
        types = [found for code in endpoint.api.doctypes if (found := endpoint.department.document_type(code))]
        for document_type in types:
            yield self._of_certificate(endpoint, document_type)
        if not types:
            return
        # In every form, what there is a certificate of.
        asked = next((one for one in types if endpoint.certificate_of(one)), types[0])
        wanted = {PullEnd.FOUND} if endpoint.certificate_of(asked) else {PullEnd.NOT_FOUND, PullEnd.PENDING}
        values: dict[str, str | int] = {"doctypes": ", ".join(endpoint.api.doctypes)}
        unanswered = []
        for variant in VARIANTS:
            pulled = self._pulled(endpoint, asked, variant)
            if pulled.end not in wanted:
                trouble = pulled.trouble.value if pulled.trouble else None
                unanswered.append(Finding(FindingCode.PULL_UNANSWERED, {**values, "variant": variant.told}, trouble))
        yield from unanswered
        if not unanswered:
            yield Finding(FindingCode.PULLS_ANSWERED, {**values, "count": len(VARIANTS)})
        made = trial_pulls.request(endpoint.api, endpoint.question(asked), VARIANTS[0], endpoint.key, self.clock())
        ends = {self._answer(endpoint, one).end for one in trial_pulls.strangers(made)}
        is_kept_out = ends == {PullEnd.NOT_AUTHENTICATED}
        yield Finding(FindingCode.STRANGERS_REFUSED if is_kept_out else FindingCode.STRANGERS_ANSWERED, values)

    def _of_certificate(self, endpoint: _Endpoint, document_type: DocumentType) -> Finding:
        """Whether the newest certificate of a type is found by what its holder would type in."""
        values = {"doctype": document_type.code}
        certificate = endpoint.certificate_of(document_type)
        if certificate is None:
            return Finding(FindingCode.CERTIFICATE_NONE, values)
        pulled = self._pulled(endpoint, document_type, VARIANTS[0])
        if pulled.end is PullEnd.FOUND:
            return Finding(FindingCode.CERTIFICATE_FOUND, values)
        return Finding(FindingCode.CERTIFICATE_NOT_FOUND, values, pulled.trouble.value if pulled.trouble else None)

    def _pulled(self, endpoint: _Endpoint, document_type: DocumentType, variant: trial_pulls.Variant) -> Pulled:
        question = endpoint.question(document_type)
        return self._answer(endpoint, trial_pulls.request(endpoint.api, question, variant, endpoint.key, self.clock()))

    def _answer(self, endpoint: _Endpoint, made: trial_pulls.TrialRequest) -> Pulled:
        ids = (endpoint.department.department_id, endpoint.api.api_id)
        return self.pulls.answer(*ids, made.hmac or None, made.body, is_trial=True)

    def _of_client(self, department: Department, until: datetime) -> Iterator[Finding]:
        """What a requester needs, and an issuer that pushes."""
        client = department.client
        if client is None:
            is_needed = DepartmentRole.REQUESTER in department.roles
            yield Finding(FindingCode.CLIENT_MISSING if is_needed else FindingCode.CLIENT_NOT_ENTERED)
            return
        try:
            secrets = self.keys.secrets(department, KeyPurpose.CLIENT_SECRET)
        except SealBroken:
            secrets = ()
        if not secrets:
            yield Finding(FindingCode.CLIENT_SECRET_MISSING)
            return
        profile = self.profile()
        if not profile.issuers:
            yield Finding(FindingCode.CLIENT_UNTRIED)
            return
        # They are loaded where a client is tried alone.
        from chalicelib.domain.departments import trial_listing  # noqa: PLC0415
        from chalicelib.domain.digilocker.discovery import Discovery  # noqa: PLC0415

        # In a rotation DigiLocker may know the one secret or the other.
        for secret in secrets:
            discovery = Discovery(self.line(), profile, client.client_id, secret)
            try:
                issuers = discovery.issuers(self.clock())
            except DigiLockerUnavailable:
                yield Finding(FindingCode.CLIENT_UNTRIED)
                return
            except DigiLockerRefused:
                continue
            except AnswerUnfit:
                # It lists them for this client, in a form that is not known.
                yield Finding(FindingCode.CLIENT_ACCEPTED)
                return
            yield Finding(FindingCode.CLIENT_ACCEPTED)
            if DepartmentRole.ISSUER in department.roles:
                yield from trial_listing.findings(
                    department, issuers, discovery, self.clock(), lambda: self.clock() < until
                )
            return
        yield Finding(FindingCode.CLIENT_REFUSED)


@dataclass(frozen=True, slots=True)
class _Endpoint:
    """An endpoint that is tried, its newest key, and the department's newest certificates."""

    department: Department
    api: PullApi
    key: bytes
    newest: tuple[Certificate, ...]

    def certificate_of(self, document_type: DocumentType) -> Certificate | None:
        """The newest active certificate of a type."""
        of_type = (one for one in self.newest if one.doctype == document_type.code)
        return next((one for one in of_type if one.status is CertificateStatus.ACTIVE), None)

    def question(self, document_type: DocumentType) -> trial_pulls.Question:
        """What is asked: for that certificate, or for nobody's."""
        certificate = self.certificate_of(document_type)
        if certificate is None:
            return trial_pulls.question_of_nobody(document_type)
        return trial_pulls.question_of(document_type, certificate)


def _of_document_types(department: Department) -> Iterator[Finding]:
    if not department.document_types:
        yield Finding(FindingCode.DOCUMENT_TYPES_MISSING)
    for document_type in department.document_types:
        values = {"doctype": document_type.code}
        try:
            document_types.demand_sound(document_type)
        except Refusal:
            yield Finding(FindingCode.TEMPLATE_UNSOUND, values)
        else:
            yield Finding(FindingCode.TEMPLATE_SOUND if document_type.template else FindingCode.TEMPLATE_NONE, values)


def _of_signing_key(department: Department, newest: tuple[Certificate, ...]) -> Finding:
    """What the newest certificate says of the key that signed it: the API itself may not use the key."""
    if not department.signing_key:
        return Finding(FindingCode.SIGNING_KEY_MISSING)
    for certificate in newest:
        if certificate.status in {CertificateStatus.ACTIVE, CertificateStatus.REVOKED}:
            return Finding(FindingCode.SIGNING_KEY_WORKS)
        if certificate.trouble is not None and certificate.trouble.startswith("signing"):
            return Finding(FindingCode.SIGNING_KEY_FAILS, trouble=certificate.trouble)
    return Finding(FindingCode.SIGNING_KEY_UNTRIED)
