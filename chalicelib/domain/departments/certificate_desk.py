"""The desk at which a department looks after its certificates: reading, bringing its own PDFs, revoking.

Who acts, and for which department, the routes have found out (`operations.Asked.acting_for`). What is another
department's is told like what is not there. Every method may be repeated; `ask_upload` takes a new place each time.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from chalicelib.domain import limits, sessions
from chalicelib.domain.audit import Deed, Entry
from chalicelib.domain.changes import Change, CountUp
from chalicelib.domain.departments.certificates import Certificate, CertificateStatus, PushState, certificate_id_of
from chalicelib.domain.departments.changes import EndFindable, WriteCertificate, WritePush
from chalicelib.domain.departments.departments import Department, stream_of
from chalicelib.domain.departments.finding import search_keys_of
from chalicelib.domain.departments.issuing import brought_key
from chalicelib.domain.departments.publishing import push_of
from chalicelib.domain.departments.pushes import PushAction
from chalicelib.domain.departments.signing import PDF_AT_MOST
from chalicelib.domain.departments.statistics import Counted
from chalicelib.domain.recording import recorded
from chalicelib.domain.refusals import Code, Refusal, invalid
from chalicelib.domain.rounds import in_rounds

if TYPE_CHECKING:
    from chalicelib.domain.callers import Caller
    from chalicelib.domain.ports import Clock, Documents, Keyring, Store, UploadForm

PAGE_AT_MOST = 50
_REVOCABLE = frozenset({CertificateStatus.ACTIVE, CertificateStatus.PREPARING})


@dataclass(frozen=True, slots=True)
class CertificateDesk:
    """The desk."""

    store: Store
    documents: Documents
    keyring: Keyring
    clock: Clock

    def department(self, department_id: str) -> Department:
        """The department. Raises `Refusal` `not_found`."""
        department = self.store.department(department_id)
        if department is None:
            raise Refusal(Code.NOT_FOUND)
        return department

    def read(self, department_id: str, certificate_id: str) -> Certificate:
        """One of the department's certificates. Raises `Refusal` `not_found`."""
        certificate = self.store.certificate(certificate_id)
        if certificate is None or certificate.department_id != department_id:
            raise Refusal(Code.NOT_FOUND)
        return certificate

    def page(self, department_id: str, after: str | None) -> tuple[tuple[Certificate, ...], str | None]:
        """The department's certificates, the newest first, 50 at most, from the one after the id `after`.

        Beside them, what the next page begins after, None where there is none. Raises `Refusal` `not_found`.
        """
        if after is not None:
            self.read(department_id, after)
        found = self.store.certificates_of(department_id, PAGE_AT_MOST + 1, after)
        page = found[:PAGE_AT_MOST]
        return page, page[-1].certificate_id if len(found) > PAGE_AT_MOST else None

    def numbered(self, department_id: str, doctype: str, number: str) -> tuple[Certificate, ...]:
        """The certificate of this type and number, () where there is none."""
        asked = unicodedata.normalize("NFC", " ".join(number.split()))
        found = self.store.certificate(certificate_id_of(department_id, doctype, asked))
        return (found,) if found is not None else ()

    def ask_upload(self, department_id: str, size: int) -> tuple[str, UploadForm]:
        """A place for a PDF that the department signed: its id, and the form that takes the file within 10 minutes.

        Raises `Refusal`: `not_found`, `invalid_fields` (`certificate_too_large`), `too_many_requests`.
        """
        department, now = self.department(department_id), self.clock()
        if size > PDF_AT_MOST:
            raise invalid(size="certificate_too_large")
        counted = limits.by_uploader(self.keyring.current().material, stream_of(department_id), now)
        upload_id = sessions.new_id()
        key = brought_key(department_id, upload_id)
        form = self.documents.upload_form(key, "application/pdf", PDF_AT_MOST, now)

        def count() -> None:
            self.store.write(CountUp(replace(counted, limit=department.limits.certificates_a_day)))

        in_rounds(count)
        return upload_id, form

    def revoke(self, department_id: str, certificate_id: str, reason: str, acting: str, caller: Caller) -> Certificate:
        """Ends a certificate: nobody finds it any more, and it is taken out of its citizen's account.

        Its URI stays its own, and its public page says that it was revoked. The same again changes nothing. Raises
        `Refusal`: `not_found`, `certificate_conflict` where it was revoked for another reason, or was never made.
        """

        def attempt() -> Certificate:
            certificate, now = self.read(department_id, certificate_id), self.clock()
            if certificate.status is CertificateStatus.REVOKED and certificate.revoked_because == reason:
                return certificate
            if certificate.status not in _REVOCABLE:
                raise Refusal(Code.CERTIFICATE_CONFLICT)
            after = replace(
                certificate, status=CertificateStatus.REVOKED, revoked_at=now, revoked_because=reason, trouble=None
            )
            facts = {"certificate": certificate_id}
            entry = Entry(Deed.CERTIFICATE_REVOKED, acting, stream_of(department_id), facts=facts)
            revision = self.store.write(
                WriteCertificate(after),
                *self._ended(after, was_active=certificate.status is CertificateStatus.ACTIVE),
                *recorded(self.store, now, caller.request_id, entry),
            )
            self.store.count(department_id, now.astimezone(limits.IST).date(), {Counted.REVOKED: 1})
            return replace(after, revision=revision)

        return in_rounds(attempt)

    def _ended(self, certificate: Certificate, *, was_active: bool) -> tuple[Change, ...]:
        """What ends with a certificate that could be found."""
        department = self.department(certificate.department_id)
        document_type = department.document_type(certificate.doctype)
        if not was_active:
            return ()
        keys = search_keys_of(document_type, certificate) if document_type else ()
        push = push_of(department, certificate, PushAction.DELETE, self.clock())
        is_new = push is not None and self.store.push(push.push_id) is None
        return (
            *(EndFindable(key, certificate.certificate_id) for key in keys),
            *((WritePush(push),) if push is not None and is_new else ()),
        )


def may_push(department: Department, certificate: Certificate) -> bool:
    """Whether a push can be asked for now."""
    return (
        certificate.status is CertificateStatus.ACTIVE
        and certificate.push in (PushState.NOT_PUSHED, PushState.PARKED)
        and department.client is not None
        and certificate.account is not None
    )
