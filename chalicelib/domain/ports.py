"""What the domain asks of the outside; the adapters answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from chalicelib.domain.accounts.account import Account, AccountName
    from chalicelib.domain.accounts.flows import Flow
    from chalicelib.domain.accounts.owners import Owner, OwnerKey
    from chalicelib.domain.accounts.registration import AccountRegistration
    from chalicelib.domain.audit import Event
    from chalicelib.domain.changes import Change
    from chalicelib.domain.codes import ServerKey
    from chalicelib.domain.departments.backfills import Backfill, BackfillRange
    from chalicelib.domain.departments.certificates import Certificate
    from chalicelib.domain.departments.departments import Department
    from chalicelib.domain.departments.outages import Outage
    from chalicelib.domain.departments.pull_requests import PullRequest, PullRequestStatus
    from chalicelib.domain.departments.pushes import Push
    from chalicelib.domain.departments.statistics import Counted, DepartmentDay, Trouble
    from chalicelib.domain.digilocker.consents import Consent
    from chalicelib.domain.digilocker.fetches import Fetch
    from chalicelib.domain.digilocker.own_documents import OwnDocument
    from chalicelib.domain.icegate.accounts import Hold, IcegateAccount
    from chalicelib.domain.icegate.full_registrations import FullRegistration, FullRegistrationStatus
    from chalicelib.domain.icegate.holders import Holder
    from chalicelib.domain.icegate.registration import Registration
    from chalicelib.domain.identifiers import Iec
    from chalicelib.domain.iec.records import IecRecord
    from chalicelib.domain.iec.users import IecUser, Membership
    from chalicelib.domain.limits import Tries
    from chalicelib.domain.outbox import OutboxMessage
    from chalicelib.domain.sessions import Session
    from chalicelib.domain.signatures.crl_states import CrlState
    from chalicelib.domain.signatures.signings import Signing
    from chalicelib.domain.temporary_passwords import TemporaryPassword


# The clock's reading: aware UTC, whole milliseconds.
Clock = Callable[[], datetime]


class Store(Protocol):
    """The truth.

    Every read is consistent with the writes before it. All raise `StoreUnavailable` when there is no answer.
    """

    def registration(self, registration_id: str) -> Registration | None:
        """The registration of this id."""
        ...

    def holder(self, iec: Iec) -> Holder | None:
        """The IEC holder's record."""
        ...

    def temporary_password(self, iec: Iec) -> TemporaryPassword | None:
        """What is kept of the holder's temporary password."""
        ...

    def named(self, name: str) -> IcegateAccount | Hold | AccountName | None:
        """Who has a name by which people sign in (folded): an ICEGATE ID, a username, an email or a mobile."""
        ...

    def account(self, account_id: str) -> Account | None:
        """The account of this id; None also from its `erase_at` on."""
        ...

    def owner(self, key: OwnerKey) -> Owner | None:
        """The account, of DGFT's platform or of ICEGATE, that this key names."""
        ...

    def staff(self, authority: str) -> tuple[Account, ...]:
        """Every staff account of a Regional Authority, by name; may lag behind the writes by a moment."""
        ...

    def account_registration(self, registration_id: str) -> AccountRegistration | None:
        """The registration of an account."""
        ...

    def account_registration_of(self, pointer: str) -> AccountRegistration | None:
        """The registration that `PointToAccountRegistration` remembered last under this key."""
        ...

    def flow(self, flow_id: str) -> Flow | None:
        """The flow of this id."""
        ...

    def message(self, message_id: str) -> OutboxMessage | None:
        """A message of the outbox."""
        ...

    def due_messages(self, now: datetime, at_most: int) -> tuple[str, ...]:
        """The ids of messages that are due at `now`, the longest due first; may lag behind by a moment."""
        ...

    def messages_of(self, owner: OwnerKey) -> tuple[OutboxMessage, ...]:
        """What the outbox still holds for an owner, the newest first; may lag behind by a moment."""
        ...

    def audit_head(self, stream: str) -> Event | None:
        """The last event of a stream."""
        ...

    def audit_events(self, stream: str) -> Iterator[Event]:
        """A stream's events, the oldest first, a page at a time."""
        ...

    def latest_events(self, stream: str, at_most: int, before: int | None = None) -> tuple[Event, ...]:
        """A stream's last events, the newest first; with `before`, those of a smaller sequence."""
        ...

    def sessions_of(self, owner: OwnerKey) -> tuple[Session, ...]:
        """An owner's stored sessions, ended ones perhaps among them; may lag behind the writes by a moment."""
        ...

    def signing(self, signing_id: str) -> Signing | None:
        """The signing of this id."""
        ...

    def signings_of_iec(self, iec: str) -> tuple[Signing, ...]:
        """The signings about an IEC whose signature was found good, the newest first; may lag by a moment."""
        ...

    def iec_record(self, iec: str) -> IecRecord | None:
        """DGFT's record of an IEC."""
        ...

    def iec_users(self, iec: str) -> tuple[IecUser, ...]:
        """Every user of an IEC, invited and removed ones among them, the longest there first."""
        ...

    def iec_user(self, iec: str, user_id: str) -> IecUser | None:
        """One user of an IEC."""
        ...

    def iec_invitation(self, user_id: str) -> IecUser | None:
        """The user of this id, of whatever IEC: whoever is invited knows the id and no IEC."""
        ...

    def membership(self, account_id: str) -> Membership | None:
        """Which IEC a login is of."""
        ...

    def links_due(self, before: datetime) -> Iterator[IecUser]:
        """Users whose link ends before `before` and who were not reminded of it, a page at a time; for a schedule."""
        ...

    def dscs_due(self, before: datetime) -> Iterator[IcegateAccount]:
        """ICEGATE accounts whose DSC ends before `before` and that were not reminded of it, a page at a time."""
        ...

    def full_registration(self, registration_id: str) -> FullRegistration | None:
        """The full registration of this id."""
        ...

    def full_registrations_in(self, status: FullRegistrationStatus, at_most: int) -> tuple[FullRegistration, ...]:
        """Full registrations in this status, the longest waiting first; may lag behind by a moment."""
        ...

    def crl_state(self, source_id: str) -> CrlState | None:
        """What is known of a watched CRL."""
        ...

    def department(self, department_id: str) -> Department | None:
        """The department of this id."""
        ...

    def departments(self) -> tuple[Department, ...]:
        """Every department, by issuer id; may lag behind the writes by a moment."""
        ...

    def certificate(self, certificate_id: str) -> Certificate | None:
        """The certificate of this id."""
        ...

    def certificate_of(self, uri: str) -> str | None:
        """The id of the certificate that bears this URI, or bore it."""
        ...

    def certificates_there(self, certificate_ids: tuple[str, ...]) -> frozenset[str]:
        """Which of these certificates exist, at most 100 asked for."""
        ...

    def findable(self, search_key: str) -> tuple[Certificate, ...]:
        """The certificates under a search key, at most `finding.FOUND_AT_MOST`, in one read; as written."""
        ...

    def certificates_of(self, department_id: str, at_most: int, after: str | None = None) -> tuple[Certificate, ...]:
        """A department's certificates, the newest first, from the one after the id `after`; may lag by a moment."""
        ...

    def certificates_preparing(self, department_id: str, before: datetime, at_most: int) -> tuple[str, ...]:
        """The ids of a department's certificates that wait for their files since before `before`, the longest first."""
        ...

    def certificates_ended(self, department_id: str, doctype: str, before: date) -> Iterator[str]:
        """The ids of a type's certificates whose last day (`keeping.last_day`) was before `before`.

        The earliest first, a page at a time; may lag behind by a moment.
        """
        ...

    def certificates_ending(self, department_id: str, now: datetime) -> Iterator[str]:
        """The ids of a department's certificates whose removal goes on by now (`look_at`), page by page; may lag."""
        ...

    def push(self, push_id: str) -> Push | None:
        """The push of this id."""
        ...

    def due_pushes(self, department_id: str, now: datetime, at_most: int) -> tuple[str, ...]:
        """The ids of a department's pushes that are due at `now`, the longest due first; may lag by a moment."""
        ...

    def pushes_waiting(self, department_id: str, at_most: int) -> int:
        """How many pushes of a department are still to be made, now or later, at most `at_most`; may lag."""
        ...

    def outage(self, department_id: str) -> Outage | None:
        """What is known of a department's outage."""
        ...

    def pull_request(self, request_id: str) -> PullRequest | None:
        """The pending pull of this id."""
        ...

    def pull_requests_of(self, department_id: str, status: PullRequestStatus, at_most: int) -> tuple[PullRequest, ...]:
        """A department's pending pulls in this status, the longest waiting first; may lag behind by a moment."""
        ...

    def pull_requests_open(self, department_id: str, at_most: int) -> int:
        """How many pending pulls of a department wait for an officer, at most `at_most`; may lag by a moment."""
        ...

    def place_holder(self, place: str) -> str | None:
        """The id of the pending pull that was given this place last, where any was."""
        ...

    def backfill(self, backfill_id: str) -> Backfill | None:
        """The backfill of this id."""
        ...

    def backfills_of(self, department_id: str, at_most: int) -> tuple[Backfill, ...]:
        """A department's backfills, the newest first; may lag behind by a moment."""
        ...

    def backfill_ranges(self, backfill_id: str) -> Iterator[BackfillRange]:
        """The checkpoints of a backfill, by number, a page at a time."""
        ...

    def backfill_range(self, backfill_id: str, number: int) -> BackfillRange | None:
        """The checkpoint of one range."""
        ...

    def department_days(self, department_id: str, first: date, last: date) -> tuple[DepartmentDay, ...]:
        """A department's counts by day (IST), the first and the last day included; days without any are left out."""
        ...

    def troubles_of(self, department_id: str, at_most: int) -> tuple[Trouble, ...]:
        """A department's last troubles, the newest first."""
        ...

    def count(self, department_id: str, day: date, counts: Mapping[Counted, int]) -> None:
        """Counts for a department, beside other writes and under no condition."""
        ...

    def tell_trouble(self, trouble: Trouble) -> None:
        """Writes a trouble down; the same again changes nothing."""
        ...

    def fetch(self, fetch_id: str) -> Fetch | None:
        """The fetch of this id."""
        ...

    def consent(self, consent_id: str) -> Consent | None:
        """The consent of this id."""
        ...

    def consents_of(self, owner: OwnerKey) -> tuple[Consent, ...]:
        """An owner's consents, the newest first; may lag behind the writes by a moment."""
        ...

    def consents_to_end(self, now: datetime, at_most: int) -> tuple[str, ...]:
        """The ids of consents that are being revoked, or whose time ended before `now`; may lag by a moment."""
        ...

    def own_document(self, document_id: str) -> OwnDocument | None:
        """The document of this id."""
        ...

    def own_documents_of(self, owner: OwnerKey) -> tuple[OwnDocument, ...]:
        """An owner's documents, the newest first; may lag behind the writes by a moment."""
        ...

    def own_documents_to_review(self, at_most: int) -> tuple[OwnDocument, ...]:
        """Documents that wait for an officer, the longest waiting first; may lag behind by a moment."""
        ...

    def tries(self, key: str) -> Tries:
        """The tries under `key`; none taken yet where nothing is stored."""
        ...

    def session(self, token_hash: str) -> Session | None:
        """The session of this token."""
        ...

    def write(self, *changes: Change) -> str:
        """Writes all changes or none, and returns the revision that every versioned record among them now bears.

        Raises `ChangeRefused`, naming the change whose condition did not hold.
        """
        ...

    def holders(self) -> Iterator[Holder]:
        """All holders, a page at a time, in no order."""
        ...


class JourneysUnavailable(Exception):  # noqa: N818
    """The journeys (Step Functions) did not answer; what was decided is stored, and repeating the request goes on."""


class Woken(StrEnum):
    """What became of a wake-up."""

    AWAKE = "awake"
    WAITS_NO_MORE = "waits_no_more"


class Journey(StrEnum):
    """The journeys there are: one state machine each."""

    SIMPLIFIED_REGISTRATION = "simplified_registration"
    ACCOUNT_REGISTRATION = "account_registration"
    MOBILE_REPLACEMENT = "mobile_replacement"
    IEC_LINKING = "iec_linking"
    IEC_USER_CHANGE = "iec_user_change"
    FULL_REGISTRATION = "full_registration"
    DIGILOCKER_FETCH = "digilocker_fetch"
    CERTIFICATE_PUBLISHING = "certificate_publishing"
    CERTIFICATE_BACKFILL = "certificate_backfill"


class Journeys(Protocol):
    """Starts and wakes journeys."""

    def start(self, journey: Journey, journey_id: str, seconds_left: int) -> None:
        """Starts a journey under our own id; starting twice is starting once. Raises `JourneysUnavailable`.

        One that is run more than once is started as `<id>.<round>`, and knows the id alone.
        """
        ...

    def wake(self, task_token: str, message: Mapping[str, str | int]) -> Woken:
        """Wakes the step that waits under `task_token`. Raises `JourneysUnavailable`."""
        ...


class Keyring(Protocol):
    """The server's keys."""

    def current(self) -> ServerKey:
        """The key for what is made now."""
        ...

    def by_id(self, key_id: str) -> ServerKey:
        """The key under which something was made. Raises `KeyError` when it was withdrawn."""
        ...


# How long a form to upload with is good, and an address to read at.
UPLOAD_WITHIN = timedelta(minutes=10)
READ_WITHIN = timedelta(minutes=5)


class DocumentsUnavailable(Exception):  # noqa: N818
    """The documents' store did not answer, or the document is not there yet; repeating helps."""


class DocumentChanged(Exception):  # noqa: N818
    """Another document lies where the one that was looked at lay; repeating does not help."""


@dataclass(frozen=True, slots=True)
class DocumentState:
    """A document as it lies: its size in bytes, and a mark that no other content has."""

    size: int
    mark: str


@dataclass(frozen=True, slots=True)
class UploadForm:
    """Where a browser posts a file to: `fields` go before the file, whose field is `file`."""

    url: str
    fields: Mapping[str, str]
    expires_at: datetime


class Documents(Protocol):
    """The suite's own bucket: signatures as handed in, evidence, uploads. Keys are ours and hold nothing personal."""

    def put(self, key: str, content: bytes, content_type: str) -> None:
        """Stores a document; the same again changes nothing. Raises `DocumentsUnavailable`."""
        ...

    def get(self, key: str, at_most: int) -> bytes:
        """The bytes of a document; more than `at_most` is `ValueError`. Raises `DocumentsUnavailable`."""
        ...

    def state(self, key: str) -> DocumentState:
        """A document as it lies. Raises `DocumentsUnavailable`."""
        ...

    def is_there(self, key: str) -> bool:
        """Whether there is such a document: what `get` cannot tell apart. Raises `DocumentsUnavailable`."""
        ...

    def part(self, key: str, start: int, end: int, mark: str) -> bytes:
        """The bytes from `start` up to but not including `end`, or to the document's end; of an empty part none.

        Raises `DocumentChanged` where what lies there has another `mark`, and `DocumentsUnavailable`.
        """
        ...

    def upload_form(self, key: str, content_type: str, at_most: int, now: datetime) -> UploadForm:
        """A form by which a browser uploads one file of at most `at_most` bytes within 10 minutes."""
        ...

    def remove(self, key: str) -> None:
        """Removes a document; one that is gone is no matter. Raises `DocumentsUnavailable`."""
        ...

    def remove_folder(self, folder: str) -> None:
        """Removes every document whose key begins with `folder`, which ends in `/`. Raises `DocumentsUnavailable`."""
        ...

    def download_url(self, key: str, file_name: str) -> str:
        """An address at which a document can be read for 5 minutes, as a file of this name."""
        ...


class VaultUnavailable(Exception):  # noqa: N818
    """The key service did not answer; repeating helps."""


class Vault(Protocol):
    """Seals secrets that must be read again under a key in KMS: tokens, client secrets, API keys."""

    def seal(self, context: str, secret: bytes) -> str:
        """`secret` sealed for `context` (whose and what it is). Raises `VaultUnavailable`."""
        ...

    def opened(self, context: str, sealed: str) -> bytes:
        """The secret again; it may be remembered for a few minutes.

        Raises `sealing.SealBroken` where it was altered, moved or sealed for something else, and `VaultUnavailable`.
        """
        ...
