"""Walks through departments and DigiLocker: onboarding, certificates, pulls, pushes, imports, fetches, consents."""

from __future__ import annotations

import base64
import json
import secrets
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.session import get_session

from chalicelib.adapters.certificate_signers import ALIAS_PREFIX, KmsSigner, chain_key
from chalicelib.domain.accounts.account import Role
from chalicelib.domain.departments import catching_up, indexing
from chalicelib.domain.departments.certificates import Certificate, CertificateStatus
from chalicelib.domain.departments.changes import WriteCertificate, WriteOutage, WritePullRequest
from chalicelib.domain.departments.departments import DigiLockerClient, WhenNotMatched
from chalicelib.domain.departments.pull_requests import PendingReason, PullRequest, PullRequestStatus
from chalicelib.domain.digilocker.changes import WriteConsent, WriteOwnDocument
from chalicelib.domain.digilocker.consents import ConsentStatus
from chalicelib.domain.digilocker.fetches import FetchStatus
from chalicelib.domain.digilocker.own_documents import Match
from chalicelib.domain.limits import IST
from chalicelib.suite import suite
from infra.local.calls import Call, unseen
from infra.local.digilocker.issuers import Pullable
from infra.local.laptop import Laptop
from infra.local.outside import playing
from tests.journeys.fetchers import Fetcher, Visit, digilocker, fetcher, pan_card
from tests.journeys.full_registrations import CURRENT, Upgrader, fetched, posted, upgrader
from tests.journeys.issuers import document_type, new_issuer, row
from tests.journeys.onboarding import AUTHORITY, onboarded, set_up, type_body
from tests.journeys.pullers import new_puller
from tests.journeys.pushers import agreed, citizens, lines, new_pusher
from tests.journeys.staff import staff_member
from tests.journeys.walking import eventually, until_it_waits
from tests.packaged.collisions import collision


def walk_departments(laptop: Laptop) -> None:
    """Everything that departments and DigiLocker do."""
    walks = (
        onboard,
        issue,
        sign_as_in_aws,
        be_pulled,
        push,
        bring_the_past,
        keep_no_more,
        fetch,
        fetch_in_vain,
        consent_no_more,
    )
    with pytest.MonkeyPatch.context() as patch:
        # A department of two certificates has pages.
        for module in (catching_up, indexing):
            patch.setattr(module, "_PAGE", 1)
        for walk in walks:
            forget_secrets()
            playing().digilocker.faults.clear()
            walk(laptop)
            laptop.clock.advance(minutes=6)
            laptop.wait_until_idle()


def forget_secrets() -> None:
    """In AWS each function is a process of its own: none finds the secrets that another has opened."""
    suite().vault._known.clear()


def step(laptop: Laptop, name: str, **event: Any) -> dict[str, Any]:
    """Run a step Lambda as a retry or a schedule does."""
    told: dict[str, Any] = json.loads(laptop.steps.invoke(name, json.dumps(event)).payload)
    return told


def onboard(laptop: Laptop) -> None:
    """A department from its first day to its suspension, as its administrator and its officer see it."""
    made, _, _ = set_up(laptop)
    with collision(laptop, "PUT /departments/{department_id}/document-types"):
        made.call("PUT", "/document-types", type_body(code="TRCEX")).demand(200)
    old = made.read()["keys"][-1]["key_id"]
    made.call("POST", f"/keys/{old}/end").demand(200)
    for below, body in (("/suspension", {"reason": "Asked by itself."}), ("/reactivation", None)):
        made.call("POST", below, body).demand(200)
    officer = made.officer(laptop)
    for path in ("/departments", made.path, f"{made.path}/statistics?days=30"):
        officer.call("GET", path).demand(200)
        made.chief.call("GET", path).demand(200)
    made.findings()
    onboarded(laptop, made.chief)


def issue(laptop: Laptop) -> None:
    """Issued through the API, read, verified by anybody, revoked; one with a PDF that the department signed itself."""
    issuer = new_issuer(laptop, document_type(), document_type("BROUG", template=""))
    sent = row()
    (result,) = issuer.issued(sent)
    issuer.send(sent).demand(200)
    here = f"{issuer.path}/certificates/{result['certificate_id']}"
    issuer.read(result["certificate_id"])
    officer = staff_member(laptop, Role.DEPARTMENT_OFFICER, issuer.department_id)
    for path in ("", f"?after={result['certificate_id']}"):
        officer.call("GET", f"{issuer.path}/certificates{path}").demand(200)
    issuer.client.call("POST", "/certificate-verifications", {"uri": result["uri"]}).demand(200)
    content = b"%PDF-1.7\nsigned by nobody\n%%EOF\n"
    asked = issuer.call("POST", "/certificate-uploads", {"size": len(content)}).demand(201).content
    assert posted(asked, content) == 201
    issuer.send(row(upload_id=asked["upload_id"]), doctype="BROUG").demand(200, 202)
    # One that was never uploaded.
    asked = issuer.call("POST", "/certificate-uploads", {"size": len(content)}).demand(201).content
    issuer.send(row(upload_id=asked["upload_id"]), doctype="BROUG").demand(200, 202)
    laptop.wait_until_idle()
    with collision(laptop, "POST /departments/{department_id}/certificates/{certificate_id}/revocation"):
        officer.call("POST", f"{here}/revocation", {"reason": "By mistake."}).demand(200)
    # The schedule takes what the stream has left.
    laptop.clock.advance(minutes=2)
    step(laptop, "make_certificates")


def sign_as_in_aws(laptop: Laptop) -> None:
    """A certificate signed with a key in KMS, which the laptop does not have of itself."""
    made, name = suite(), "walked"
    kms: Any = get_session().create_client("kms", endpoint_url=laptop.aws_endpoint)
    key_id = kms.create_key(KeyUsage="SIGN_VERIFY", KeySpec="RSA_2048")["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName=f"{ALIAS_PREFIX}{name}", TargetKeyId=key_id)
    chain = (base64.encodebytes(der) for der in made.certificate_signer.key(name).chain)
    pem = b"".join(b"-----BEGIN CERTIFICATE-----\n" + one + b"-----END CERTIFICATE-----\n" for one in chain)
    made.documents.put(chain_key(name), pem, "application/x-pem-file")
    of_laptop = {part: vars(made).pop(part, None) for part in ("certificate_signer", "making", "self_tests")}
    vars(made)["certificate_signer"] = KmsSigner(made.aws, made.documents, made.clock)
    try:
        issuer = new_issuer(laptop, signing_key=name)
        issuer.send(row()).demand(200, 202)
        laptop.wait_until_idle()
        chief = staff_member(laptop, Role.ADMINISTRATOR, AUTHORITY)
        chief.call("POST", f"{issuer.path}/self-test").demand(200)
    finally:
        for part, value in of_laptop.items():
            vars(made).pop(part, None)
            vars(made).update({part: value} if value else {})


def be_pulled(laptop: Laptop) -> None:
    """Found, not found, asked for twice, by an old account; officers decide what is pending."""
    puller = new_puller(laptop, document_type={"when_not_found": WhenNotMatched.ASK_OFFICER})
    request = puller.request()
    for _ in range(2):
        puller.send(request)
    for number in ("TR/unknown", "TR/other"):
        puller.pull(puller.asks(parameters={"REGNO": number}))
    puller.pull(puller.asks(uri=puller.certificate.uri))
    puller.pull(api_key="wrong")
    officer = staff_member(laptop, Role.DEPARTMENT_OFFICER, puller.issuer.department_id)
    here = f"{puller.issuer.path}/pull-requests"
    waiting = officer.call("GET", f"{here}?status=open").demand(200).content["requests"]
    first, second = (one["request_id"] for one in waiting)
    officer.call("GET", f"{here}/{first}").demand(200)
    grant = {"decision": "grant", "certificate_number": puller.certificate.number, "reason": "It is theirs."}
    with collision(laptop, "POST /departments/{department_id}/pull-requests/{request_id}/decision"):
        officer.call("POST", f"{here}/{first}/decision", grant).demand(200)
    officer.call("POST", f"{here}/{second}/decision", {"decision": "refuse", "reason": "Not here."}).demand(200)


def push(laptop: Laptop) -> None:
    """Pushed by its own event, withdrawn, parked, taken up again, pushed by hand, caught up at night."""
    asha, _ = citizens()
    pusher = new_pusher(laptop)
    certificate_id = pusher.issue(asha)
    pusher.until(certificate_id, "pushed")
    pusher.call("POST", f"/certificates/{certificate_id}/revocation", {"reason": "By mistake."}).demand(200)
    pusher.until(certificate_id, "withdrawn")
    # DigiLocker refuses the client, whom the department then mends; and is down, so that the push is parked in the end.
    department = suite().store.department(pusher.issuer.department_id)
    assert department is not None
    pusher.issuer.change(client=DigiLockerClient("NOBODY", "Pravesh"))
    refused = pusher.issue(asha)
    pusher.until(refused, "parked")
    pusher.issuer.change(client=department.client)
    pusher.call("POST", f"/certificates/{refused}/push").demand(202)
    pusher.until(refused, "pushed")
    playing().digilocker.faults.add("unavailable", call="pushuri", client_id=pusher.client_id, times=None)
    unlucky = pusher.issue(asha)
    waiting = pusher.push(unlucky)
    assert waiting is not None
    # It was tried once in vain before it is parked, and before DigiLocker is back.
    eventually(lambda: suite().store.outage(pusher.issuer.department_id), lambda: pusher.push(unlucky))
    step(laptop, "park_push", push_id=waiting.push_id, error="DigiLockerUnavailable")
    playing().digilocker.faults.clear()
    late = new_pusher(laptop)
    department = suite().store.department(late.issuer.department_id)
    assert department is not None
    assert department.client is not None
    late.issuer.change(client=None)
    late.issue(asha)
    late.issuer.change(client=department.client)
    step(laptop, "start_publishing", department_id=late.issuer.department_id)
    # While DigiLocker does not answer, the department is told so.
    known, now = suite().store.outage(pusher.issuer.department_id), laptop.clock()
    assert known is not None
    silent = replace(known, failures=9, failed_at=now, probe_at=now + timedelta(minutes=9))
    suite().store.write(WriteOutage(silent))
    assert pusher.call("GET", "/statistics").demand(200).content["silence"]
    now = laptop.clock().astimezone(IST)
    night = now.replace(hour=2, minute=1, second=0) + timedelta(days=1)
    laptop.clock.advance(night - now)
    step(laptop, "start_publishing")
    laptop.wait_until_idle()


def keep_no_more(laptop: Laptop) -> None:
    """Certificates whose years are over: in an account that they cannot be taken out of at first, and asked for."""
    asha, _ = citizens()
    pusher = new_pusher(laptop)
    certificate_id = pusher.issue(asha, valid_to="2026-01-31")
    pusher.until(certificate_id, "pushed")
    stored = pusher.issuer.stored(certificate_id)
    suite().store.write(
        WriteCertificate(replace(stored, brought_pdf=f"brought/{stored.department_id}/x")),
        WritePullRequest(asking_for(stored, laptop.clock())),
    )
    department = suite().store.department(pusher.issuer.department_id)
    assert department is not None
    days = (laptop.clock().date() - date(2026, 1, 31)).days
    pusher.issuer.change(client=None, document_types=(document_type(keep_years=1),))
    laptop.clock.advance(timedelta(days=max(1, 367 - days)))
    for client in (None, None, department.client, department.client):
        pusher.issuer.change(client=client)
        step(laptop, "end_consents")
        laptop.clock.advance(timedelta(days=1, hours=1))
        laptop.wait_until_idle()
    assert pusher.issuer.stored(certificate_id).status is CertificateStatus.REMOVED


def asking_for(certificate: Certificate, now: datetime) -> PullRequest:
    """A citizen's request whose nearest certificate is this one."""
    return PullRequest(
        f"request{secrets.token_hex(8)}"[:22],
        certificate.department_id,
        certificate.doctype,
        "123e4567-e89b-12d3-a456-426655440000",
        "Asha",
        None,
        {},
        PendingReason.NEARLY_MATCHED,
        PullRequestStatus.OPEN,
        now,
        certificate.certificate_id,
    )


def bring_the_past(laptop: Laptop) -> None:
    """A file imported in earnest and for show, twice; one that cannot be; the certificates there indexed anew."""
    pusher = new_pusher(laptop)
    content = lines(range(3), "W") + b"W/9,,not a date,2026-01-05,Nobody\n"
    for dry_run in (True, False, False):
        with collision(laptop, "finish_backfill"):
            import_id = pusher.started(content, dry_run=dry_run)
            assert pusher.ended(import_id)["status"] == "done"
    # The accounts come later.
    laptop.wait_until_idle()
    pusher.ended(pusher.started(agreed(lines(range(3), "W"), citizens()[0])))
    with collision(laptop, "plan_backfill"):
        pusher.ended(pusher.started(b"nothing\n"))
    other = lines(range(1), "X")
    with laptop.faults.during("dynamodb", "BatchGetItem", "refused", times=1):
        pusher.ended(pusher.started(other.replace(b"X/0", b"X/1")))
    with laptop.faults.during("states", "StartExecution"):
        stuck = pusher.opened(other)
        pusher.call("POST", f"/imports/{stuck}/start").demand(503)
    with collision(laptop, "fail_backfill"):
        step(laptop, "fail_backfill", backfill_id=stuck, error="DepartmentSuspended")
    pusher.call("GET", "/imports").demand(200)
    indexing = pusher.call("POST", "/indexings", {"document_type": "TRCER"}).demand(201, 202).content
    pusher.call("POST", f"/imports/{indexing['import_id']}/start").demand(200, 202)
    pusher.ended(indexing["import_id"])


def fetch(laptop: Laptop) -> None:
    """Consent, the visit, the documents; looked at, fetched again, used, reviewed, removed."""
    leela = fetcher(laptop)
    with collision(laptop, "exchange_digilocker_code"), collision(laptop, "finish_fetch"):
        visit = leela.begin("PANCR", "DRVLC")
        visit.until_waiting()
        visit.allow()
        visit.until_settled()
    with collision(laptop, "fetch_digilocker_document"):
        leela.fetched("PANCR")
    first, *_ = leela.documents()
    read = leela.call("GET", f"/own-documents/{first['document_id']}").demand(200).content
    assert fetched(read["url"])[0] == 200
    for consent in leela.consents():
        leela.call("GET", f"/consents/{consent['consent_id']}").demand(200)
    leela.call("GET", "/account/data").demand(200)
    leela.call("DELETE", f"/own-documents/{first['document_id']}").demand(204)
    review(laptop)
    use(laptop)


def review(laptop: Laptop) -> None:
    """An officer looks at what fits nearly."""
    other = fetcher(laptop)
    other.fetched("PANCR")
    (shown,) = other.documents()
    own = suite().store.own_document(shown["document_id"])
    assert own is not None
    suite().store.write(WriteOwnDocument(replace(own, match=Match.REVIEW)))
    officer = staff_member(laptop, Role.OFFICER, AUTHORITY)
    officer.call("GET", "/document-reviews").demand(200)
    here = f"/document-reviews/{own.document_id}"
    case = officer.call("GET", here).demand(200).content
    assert fetched(case["url"])[0] == 200
    with collision(laptop, "POST /document-reviews/{document_id}/decision"):
        seen = {name: case[name] for name in ("fetched_at", "compared_with")}
        said = {"decision": "confirm", "reason": "The same person.", **seen}
        officer.call("POST", f"{here}/decision", said).demand(200)


def use(laptop: Laptop) -> None:
    """Fetched PAN cards in full registrations, whose consents end: by hand, by time, and while one comes again."""
    _, visitor, visit = used(laptop)
    visitor.call("DELETE", f"/consents/{visit.consent.consent_id}").demand(200, 202, 204)
    asha, visitor, _ = used(laptop)
    revoke_meanwhile(laptop, visitor, asha)
    used(laptop, valid_days=1)
    laptop.clock.advance(timedelta(days=2))
    step(laptop, "end_consents")
    laptop.wait_until_idle()


def used(laptop: Laptop, **wish: Any) -> tuple[Upgrader, Fetcher, Visit]:
    """Somebody whose full registration uses a document that was fetched."""
    asha = upgrader(laptop)
    asha.signed()
    visitor = fetcher(laptop, has=())
    visitor.is_also(asha.resident, asha.person.name, asha.person.born_on)
    card = pan_card(asha.person.name, asha.person.pan)
    card.born_on = asha.person.born_on
    visitor.citizen.issued.append(card)
    born_on = asha.person.born_on.isoformat()
    visit = visitor.fetched("PANCR", date_of_birth=born_on, purpose="full_registration", **wish)
    (document,) = visitor.documents()
    body = {"kind": "pan_card", "document_id": document["document_id"]}
    asha.call("POST", f"{CURRENT}/own-documents", body).demand(201)
    return asha, visitor, visit


def revoke_meanwhile(laptop: Laptop, visitor: Fetcher, asha: Upgrader) -> None:
    """The consent is revoked between the document's coming and its being filed."""
    before = laptop.calls.before_sending
    revoked: list[Call] = []

    def revoking(call: Call, request: AWSPreparedRequest) -> AWSResponse | None:
        if call.made_by == "fetch_digilocker_document" and call.service == "s3" and not revoked:
            revoked.append(call)
            with unseen():
                consent = visit.consent
                suite().store.write(WriteConsent(replace(consent, status=ConsentStatus.REVOKING)))
        return before(call, request) if before else None

    visit = visitor.begin("PANCR", date_of_birth=asha.person.born_on.isoformat(), purpose="full_registration")
    laptop.calls.before_sending = revoking
    try:
        visit.allow()
        visit.until_ended()
    finally:
        laptop.calls.before_sending = before
    assert revoked


def fetch_in_vain(laptop: Laptop) -> None:
    """Denied; never come back; a wake-up that was lost; DigiLocker down; an issuer that looks by hand."""
    denied = fetcher(laptop).begin()
    denied.until_waiting()
    denied.deny()
    denied.until_settled()
    late, lost = fetcher(laptop).begin(), fetcher(laptop).begin()
    late.until_waiting()
    lost.until_waiting()
    with laptop.faults.during("states", "SendTaskSuccess"):
        lost.allow()
    step(laptop, "await_digilocker_callback", fetch_id=lost.fetch_id, task_token="retried")
    with collision(laptop, "expire_fetch"):
        laptop.clock.advance(minutes=11)
        late.until_ended()
        lost.until_ended()
    failing = fetcher(laptop).begin()
    failing.until_waiting()
    with collision(laptop, "fail_fetch"):
        step(laptop, "fail_fetch", fetch_id=failing.fetch_id, error="Lambda.Unknown")
    # Nothing came, and the run that ended it died before it ended the consent: another one does.
    empty = fetcher(laptop, has=()).fetched("PANCR")
    for name, event in (("expire_fetch", {}), ("fail_fetch", {"error": "Lambda.Unknown"}), ("finish_fetch", {})):
        suite().store.write(WriteConsent(replace(empty.consent, status=ConsentStatus.ACTIVE)))
        step(laptop, name, fetch_id=empty.fetch_id, **event)
    wait_for_an_issuer(laptop)


def wait_for_an_issuer(laptop: Laptop) -> None:
    """It looks by hand for two hours, in which the token is renewed."""
    asha = upgrader(laptop)
    visitor = fetcher(laptop, has=())
    visitor.is_also(asha.resident, asha.person.name, asha.person.born_on)
    card = pan_card(asha.person.name, asha.person.pan)
    card.born_on = asha.person.born_on
    waits = Pullable(visitor.citizen.digilocker_id, card, is_pending=True)
    digilocker().pulls.pullables.append(waits)
    visit = visitor.begin("PANCR", date_of_birth=None)
    visit.allow()
    assert visit.until_settled()["status"] == "pending"
    until_it_waits(laptop, visit.fetch_id)
    waits.is_pending = False
    laptop.clock.advance(hours=2)
    eventually(lambda: visit.stored.status is FetchStatus.FETCHED or None, lambda: visit.stored)


def consent_no_more(laptop: Laptop) -> None:
    """Consents that are revoked and that run out; the hourly schedule ends them."""
    leela = fetcher(laptop)
    visit = leela.fetched("PANCR")
    with collision(laptop, "DELETE /consents/{consent_id}"):
        leela.call("DELETE", f"/consents/{visit.consent.consent_id}").demand(200, 202, 204)
    other = fetcher(laptop)
    other.fetched("PANCR", valid_days=1)
    with collision(laptop, "end_consents"):
        laptop.clock.advance(timedelta(days=2))
        step(laptop, "end_consents")
        laptop.wait_until_idle()
