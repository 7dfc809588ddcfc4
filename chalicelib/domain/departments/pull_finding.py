"""What a pull is answered with: the certificate that fits, with its files; an officer's look; or nothing.

One look into the index of search keys and one read of the documents' store; Pull Doc, which names a URI, reads the
URI and the certificate instead of the index.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from chalicelib.domain.departments import finding, pull_checks, ready_content, uris
from chalicelib.domain.departments.certificates import CertificateStatus
from chalicelib.domain.departments.departments import PullFormat, PullKind, WhenNotMatched
from chalicelib.domain.departments.pull_books import PullBooks, PullEnd, PullRefused, PullTrouble
from chalicelib.domain.departments.pull_requests import PendingReason, PullRequest, PullRequestStatus
from chalicelib.domain.departments.ready_content import ContentAltered
from chalicelib.domain.digilocker import matching, pull_answers
from chalicelib.domain.digilocker.matching import Fit
from chalicelib.domain.digilocker.pull_answers import Content
from chalicelib.domain.ports import DocumentsUnavailable

if TYPE_CHECKING:
    from chalicelib.domain.departments.asking_officers import AskingOfficers
    from chalicelib.domain.departments.certificates import Certificate
    from chalicelib.domain.departments.departments import Department, DocumentType, PullApi
    from chalicelib.domain.departments.finding import Match
    from chalicelib.domain.departments.pull_checks import Asked
    from chalicelib.domain.ports import Documents, Store

# 36 signs of a UUID (Issuer API Specification 1.13, `DigiLockerId`).
_DIGILOCKER_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Found:
    """A certificate and its files, or neither where an officer looks (`is_pending`)."""

    certificate: Certificate | None = None
    content: Content | None = None

    @property
    def end(self) -> PullEnd:
        """How the pull ends."""
        return PullEnd.PENDING if self.certificate is None else PullEnd.FOUND


@dataclass(frozen=True, slots=True)
class PullFinding:
    """Finds what a pull asks for."""

    store: Store
    documents: Documents
    officers: AskingOfficers

    def found(self, department: Department, api: PullApi, asked: Asked, books: PullBooks, now: datetime) -> Found:
        """What is there for this pull.

        Raises `PullRefused`: `not_found` for who is not there and who does not match alike, `refused`, `failed`.
        """
        pull_checks.demand_org_id(asked, api)
        if api.kind is PullKind.PULL_DOC:
            return self._with_content(self._by_uri(department, api, asked), asked)
        document_type = pull_checks.document_type_of(asked, department, api)
        key = _search_key(department, document_type, asked)
        there = self.store.findable(key)
        match = finding.best(there, *_person(asked))
        if match is not None and match.fit >= Fit.NORMALISED:
            return self._with_content(match.certificate, asked)
        question = _question(department, document_type, key, asked, match, now)
        # Among so many there may be more, and theirs among them.
        is_wide = match is None and len(there) >= finding.FOUND_AT_MOST
        _demand_officer(document_type, question, is_wide=is_wide)
        return self._as_decided(self.officers.asked(question, books, now), asked)

    def _by_uri(self, department: Department, api: PullApi, asked: Asked) -> Certificate:
        """The certificate of a URI (Pull Doc). Its DigiLocker pulled the URI before, and matched then."""
        uri = asked.pull.values.get("uri", "")
        certificate_id = self.store.certificate_of(uri) if uris.is_uri(uri) else None
        certificate = self.store.certificate(certificate_id) if certificate_id else None
        is_theirs = certificate is not None and certificate.department_id == department.department_id
        if certificate is None or not is_theirs or certificate.doctype not in api.doctypes:
            raise PullRefused(PullEnd.NOT_FOUND)
        name, born_on = _person(asked)
        # Requests before 1.12 name the person too; where one does, it counts.
        is_matched = not name or _is_holder(certificate, name, born_on)
        if certificate.status is not CertificateStatus.ACTIVE or not is_matched:
            raise PullRefused(PullEnd.NOT_FOUND)
        return certificate

    def _as_decided(self, there: PullRequest, asked: Asked) -> Found:
        """What an officer said to the question; neither certificate nor files while it waits."""
        if there.status is PullRequestStatus.OPEN:
            return Found()
        granted = there.certificate_id if there.status is PullRequestStatus.GRANTED else None
        certificate = self.store.certificate(granted) if granted else None
        if certificate is None or certificate.status is not CertificateStatus.ACTIVE:
            raise PullRefused(PullEnd.NOT_FOUND)
        return self._with_content(certificate, asked)

    def _with_content(self, certificate: Certificate, asked: Asked) -> Found:
        """The certificate with its files, found to be what was made."""
        xml, pdf, id_ = certificate.xml, certificate.pdf, certificate.certificate_id
        if xml is None or pdf is None:
            raise PullRefused(PullEnd.FAILED, PullTrouble.CONTENT_MISSING, id_)
        size = xml.size if asked.format is PullFormat.XML else xml.size + pdf.size
        if not pull_answers.fits(size):
            raise PullRefused(PullEnd.REFUSED, PullTrouble.ANSWER_TOO_LARGE, id_)
        try:
            if asked.format is PullFormat.XML:
                content = Content(ready_content.checked(self.documents.get(xml.key, size), xml), None)
            else:
                content = ready_content.parted(self.documents.get(ready_content.ready_key(xml), size), xml, pdf)
        except (DocumentsUnavailable, ContentAltered, ValueError):
            raise PullRefused(PullEnd.FAILED, PullTrouble.CONTENT_MISSING, id_) from None
        return Found(certificate, content)


def _demand_officer(document_type: DocumentType, question: PullRequest, *, is_wide: bool) -> None:
    """Raises `PullRefused` where the type wants no officer to look, or nobody could be given what is found."""
    is_near = question.because is PendingReason.NEARLY_MATCHED
    asks = document_type.when_nearly if is_near else document_type.when_not_found
    if asks is not WhenNotMatched.ASK_OFFICER:
        raise PullRefused(PullEnd.NOT_FOUND, PullTrouble.SEARCH_TOO_WIDE if is_wide else None)
    if not _DIGILOCKER_ID.fullmatch(question.digilocker_id):
        raise PullRefused(PullEnd.REFUSED, PullTrouble.ACCOUNT_MISSING)


def _person(asked: Asked) -> tuple[str, date | None]:
    """Who asks: the name and the birth date of DigiLocker's profile."""
    values = asked.pull.values
    return values.get("fullname", ""), finding.born_on_of(values.get("dob", ""))


def _is_holder(certificate: Certificate, name: str, born_on: date | None) -> bool:
    match = finding.best((certificate,), name, born_on)
    return match is not None and match.fit >= Fit.NORMALISED


def _search_key(department: Department, document_type: DocumentType, asked: Asked) -> str:
    if not _person(asked)[0]:
        # Without a name nobody can be matched: the department has not ticked FullName in the portal.
        raise PullRefused(PullEnd.REFUSED, PullTrouble.NAME_MISSING)
    try:
        return finding.search_key(department.department_id, document_type, asked.pull.parameters)
    except finding.ParameterMissing:
        raise PullRefused(PullEnd.REFUSED, PullTrouble.PARAMETER_MISSING) from None


def _question(
    department: Department, document_type: DocumentType, key: str, asked: Asked, match: Match | None, now: datetime
) -> PullRequest:
    """What an officer would be asked. Its id follows from who asks and for what, so that it is asked once."""
    name, born_on = _person(asked)
    digilocker_id = asked.pull.values.get("digilockerid", "").lower()
    told = (department.department_id, document_type.code, digilocker_id, key, matching.canonical(name), str(born_on))
    content = b"".join(len(part.encode()).to_bytes(4, "big") + part.encode() for part in told)
    given = {name.casefold(): value for name, value in asked.pull.parameters.items()}
    return PullRequest(
        request_id=base64.urlsafe_b64encode(hashlib.sha256(content).digest())[:22].decode(),
        department_id=department.department_id,
        doctype=document_type.code,
        digilocker_id=digilocker_id,
        name=name,
        born_on=born_on,
        # What the type looks at and nothing more: whatever else DigiLocker sent is not kept.
        parameters={one.name: given[one.name.casefold()] for one in document_type.search},
        because=PendingReason.NEARLY_MATCHED if match else PendingReason.NOT_FOUND,
        status=PullRequestStatus.OPEN,
        asked_at=now,
        certificate_id=match.certificate.certificate_id if match else None,
    )
