"""Walks through what is signed and what follows from it: links, users of an IEC, full registration, revocation data."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from chalicelib.adapters.esign_keys import KmsRequestKey
from chalicelib.domain.accounts.account import Role
from chalicelib.domain.accounts.owners import icegate_key
from chalicelib.domain.changes import WriteIecUser, WriteOwner
from chalicelib.domain.icegate.accounts import IcegateAccount
from chalicelib.suite import suite
from infra.local.authority import Authority
from infra.local.laptop import Laptop
from infra.local.outside import playing
from tests.journeys.esigners import at_provider, begun
from tests.journeys.firms import new_firm
from tests.journeys.full_registrations import CURRENT, NEEDED, REVIEWS, Upgrader, decide, fetched, upgrader
from tests.journeys.importers import PASSWORD
from tests.journeys.signers import (
    dsc,
    linking,
    new_record,
    refresh_revocation,
    somebody,
)
from tests.journeys.staff import staff_member
from tests.packaged.collisions import collision


def walk_signatures(laptop: Laptop) -> None:
    """Everything that is done with a signature."""
    for walk in (
        link,
        link_by_esign,
        ask_as_in_aws,
        run_out_of_time,
        lead_the_users,
        register_fully,
        fall_short,
        be_reminded,
    ):
        forget_indexes()
        walk(laptop)
        # The next one's tries are not held against those of this one.
        laptop.clock.advance(minutes=6)
        laptop.wait_until_idle()
        # A run of the schedule that a walk's clock has overtaken took no CRL.
        refresh_revocation(laptop)


def forget_indexes() -> None:
    """In AWS each function is a process of its own: none finds the indexes that another has read."""
    for source in suite().crl_sources:
        suite().crl_indexes.forget(source.source_id)


def step(laptop: Laptop, name: str, **event: Any) -> dict[str, Any]:
    """Run a step Lambda as a retry does."""
    told: dict[str, Any] = json.loads(laptop.steps.invoke(name, json.dumps(event)).payload)
    return told


class Published:
    """The test authority as CAs are: its CRLs stay as they are until the next ones."""

    def __init__(self, authority: Authority) -> None:
        self.crl_urls = authority.crl_urls
        self._crls = {name: authority.crl(name, suite().clock()) for name in self.crl_urls}

    def crl(self, name: str, _at: datetime) -> bytes:
        return self._crls[name]


def fetch_crls_twice(laptop: Laptop) -> None:
    """The second run finds the same CRLs, and looks whether their indexes are there."""
    crls, published = playing().crls, Published(playing().authority)
    of_laptop = vars(crls)["_authority"]
    vars(crls)["_authority"] = lambda: published
    try:
        for _ in range(2):
            refresh_revocation(laptop)
    finally:
        vars(crls)["_authority"] = of_laptop


def link(laptop: Laptop) -> None:
    """A revoked certificate, a stranger's, the right one; then the link is seen, proved and renewed."""
    record, client = new_record(), somebody(laptop)
    revoked = dsc(record.persons[0])
    playing().authority.revoke(revoked, suite().clock())
    fetch_crls_twice(laptop)
    flow = linking(client, record.iec)
    flow.sign(revoked)
    flow.sign(dsc(new_record().persons[0]))
    with collision(laptop, "validate_signature"), collision(laptop, "link_iec"):
        assert flow.sign(dsc(record.persons[0]))["status"] == "done"
    for path in ("/iec-links/current", f"{flow.path}/evidence", "/account/data"):
        client.call("GET", path).demand(200)
    renewal = client.call("POST", "/iec-links/current/renewal").demand(201).content
    again = replace(flow, content=renewal)
    again.until_waiting()
    # No wake-up comes through; the step's retry makes one.
    signature = again.signed(dsc(record.persons[0]))
    with laptop.faults.during("states", "SendTaskSuccess"):
        again.hand_in(signature).demand(503)
    step(laptop, "await_signature", signing_id=again.signing_id, task_token="retried")
    again.hand_in(signature).demand(200, 202)
    again.until("done")
    # A second owner, of which the first is told; and a login of another IEC.
    other = linking(somebody(laptop), record.iec)
    assert other.sign(dsc(record.persons[0]))["status"] == "done"
    with collision(laptop, "POST /iec-links"):
        linking(somebody(laptop), record.iec).cancel().demand(200)


def link_by_esign(laptop: Laptop) -> None:
    """At both providers: cancelled, pending, signed."""
    for provider in ("first", "second"):
        forget_indexes()
        record = new_record()
        flow, name = linking(somebody(laptop), record.iec), record.persons[0].name
        flow.until_waiting()
        at_provider(flow, provider).signs("cancel", name)
        flow.until_settled()
        at_provider(flow, provider).signs("pending", name)
        flow.until("at_esign_provider")
        flow.until_waiting()
        with collision(laptop, "validate_esign_response"):
            laptop.clock.advance(seconds=31)
            flow.until_settled()
        # Signed by the linked person: a renewal, and a change of the IEC's users.
        invitation = {"change": "invite", "name": "Esha", "email": "esha@people.example", "role": "viewer"}
        for path, body in (("/iec-links/current/renewal", None), ("/iec/user-changes", invitation)):
            opened = flow.client.call("POST", path, body).demand(201).content
            again = replace(flow, content=opened)
            at_provider(again, provider).signs(name=name)
            assert again.until_settled()["status"] == "done"


def ask_as_in_aws(laptop: Laptop) -> None:
    """A request, and a question about one, signed with the key in KMS, which the laptop's providers do not know."""
    made, flow = suite(), linking(somebody(laptop), new_record().iec)
    flow.until_waiting()
    at_provider(flow).signs("pending", "Nobody")
    flow.until("at_esign_provider")
    flow.until_waiting()
    of_laptop = {name: vars(made).pop(name, None) for name in ("esign_key", "esign_steps")}
    vars(made)["esign_key"] = KmsRequestKey(made.aws, made.settings)
    try:
        laptop.clock.advance(seconds=31)
        laptop.wait_until_idle()
        other = linking(somebody(laptop), new_record().iec)
        other.until_waiting()
        begun(other)
        other.until_waiting()
    finally:
        for name, part in of_laptop.items():
            vars(made).pop(name, None)
            vars(made).update({name: part} if part else {})


def run_out_of_time(laptop: Laptop) -> None:
    """Nothing is signed in time; and a journey that could not be started is started by the signature."""
    record = new_record()
    flow = linking(somebody(laptop), record.iec)
    flow.until_waiting()
    laptop.clock.advance(minutes=16)
    flow.until_ended()
    client = somebody(laptop)
    with laptop.faults.during("states", "StartExecution"):
        late = linking(client, record.iec)
    late.sign(dsc(record.persons[0]))
    step(laptop, "expire_signing", signing_id=late.signing_id, because="step_failed")


def lead_the_users(laptop: Laptop) -> None:
    """An owner leads the users of an IEC; the ownership passes on, and both leave in the end."""
    firm = new_firm(laptop)
    owner, employee = firm.owner(), firm.employee()
    invitation = owner.invite(employee, "preparer")
    with collision(laptop, "apply_iec_user_change"):
        assert owner.change("invite_again", invitation)["status"] == "done"
    employee.call("GET", f"/iec-invitations/{invitation}").demand(200)
    with collision(laptop, "POST /iec-invitations/{user_id}/acceptance"):
        employee.call("POST", f"/iec-invitations/{invitation}/acceptance").demand(200)
    for change in ("suspend", "reactivate"):
        assert owner.change(change, employee)["status"] == "done"
    assert owner.change("change_role", employee, role="manager")["status"] == "done"
    assert owner.change("offer_ownership", employee)["status"] == "done"
    assert owner.change("withdraw_offer")["status"] == "done"
    assert owner.change("offer_ownership", employee)["status"] == "done"
    employee.link()
    assert employee.change("accept_ownership")["status"] == "done"
    for path in ("/iec/users", "/iec/history", "/iec-links/current", "/account/data"):
        employee.call("GET", path).demand(200)
    assert owner.change("leave")["status"] == "done"
    other = firm.employee()
    other.call("POST", f"/iec-invitations/{employee.invite(other, 'viewer')}/acceptance").demand(200)
    assert employee.change("remove", other)["status"] == "done"
    leaving = firm.employee()
    leaving.call("POST", f"/iec-invitations/{employee.invite(leaving, 'viewer')}/acceptance").demand(200)
    with collision(laptop, "POST /account/closure"):
        leaving.call("POST", "/account/closure", {"password": PASSWORD, "confirm": True}).demand(204)


def register_fully(laptop: Laptop) -> None:
    """Signed, documents, more is asked, approved; then filing, and another certificate."""
    registrant, officer = upgrader(laptop), staff_member(laptop, Role.OFFICER, "mumbai")
    registrant.read()
    opened = registrant.open()
    with collision(laptop, "register_dsc"):
        assert registrant.sign(opened["signing_id"])["status"] == "done"
        registrant.until("documents_required")
    superfluous = registrant.upload()["document_id"]
    registrant.call("DELETE", f"{CURRENT}/documents/{superfluous}").demand(204)
    for kind in NEEDED:
        registrant.upload(kind)
    registrant.until_waiting("AwaitDocuments")
    here = f"{REVIEWS}/{opened['registration_id']}"
    with laptop.faults.during("states", "SendTaskSuccess"):
        registrant.submit().demand(200, 503)
    asked = {"registration_id": opened["registration_id"], "task_token": "retried"}
    step(laptop, "await_full_registration", waits_for="documents", **asked)
    registrant.submit().demand(200)
    registrant.until_waiting("AwaitReview")
    officer.call("GET", REVIEWS).demand(200)
    case = officer.call("GET", here).demand(200).content
    document = officer.call("GET", f"{here}/documents/{case['documents'][0]['document_id']}").demand(200)
    assert fetched(document.content["url"])[0] == 200
    with collision(laptop, "POST /full-registrations/{registration_id}/decision"):
        decide(officer, opened["registration_id"], "ask", "Upload a sharper copy.").demand(200)
    registrant.until_waiting("AwaitDocuments")
    registrant.upload("other")
    registrant.submit().demand(200)
    registrant.until_waiting("AwaitReview")
    with collision(laptop, "approve_full_registration"):
        decide(officer, opened["registration_id"], "approve").demand(200)
        registrant.until("approved")
        registrant.until_ended()
    registrant.may_file().demand(200)
    renewal = registrant.call("POST", "/icegate/dsc-renewals").demand(201).content
    assert registrant.sign(renewal["signing_id"])["status"] == "done"
    registrant.call("GET", "/account/data").demand(200)


def fall_short(laptop: Laptop) -> None:
    """Rejected; never signed; signed and left alone until the time is over."""
    rejected, officer = upgrader(laptop), staff_member(laptop, Role.OFFICER, "mumbai")
    sent = rejected.submitted()
    rejected.until_waiting("AwaitReview")
    decide(officer, sent["registration_id"], "reject", "Of another person.").demand(200)
    unsigned, left_alone = upgrader(laptop), upgrader(laptop)
    unsigned.open()
    left_alone.signed()
    with collision(laptop, "expire_full_registration"):
        laptop.clock.advance(minutes=16)
        unsigned.until_ended()
    left_alone.until_waiting("AwaitDocuments")
    laptop.clock.advance(left_alone.stored.expires_at - suite().clock() + timedelta(minutes=1))
    left_alone.until_ended()


def be_reminded(laptop: Laptop) -> None:
    """Of a link and of a registered DSC that end in ten days, by two runs: one meets another's write."""
    for _ in range(2):
        owner = new_firm(laptop).owner()
        soon = suite().clock() + timedelta(days=10)
        assert owner.user.link is not None
        suite().store.write(WriteIecUser(replace(owner.user, link=replace(owner.user.link, expires_at=soon))))
        with collision(laptop, "remind_of_expiry"):
            assert step(laptop, "remind_of_expiry")["links"] == 1
        registrant = upgrader(laptop)
        registrant.signed()
        give_dsc(registrant)
        with collision(laptop, "remind_of_expiry"):
            assert step(laptop, "remind_of_expiry")["dscs"] == 1


def give_dsc(registrant: Upgrader) -> None:
    """The account with the DSC that its registration holds, which ends in ten days."""
    account = suite().store.owner(icegate_key(registrant.account.icegate_id))
    assert isinstance(account, IcegateAccount)
    assert registrant.stored.dsc is not None
    ends = replace(registrant.stored.dsc, expires_at=suite().clock() + timedelta(days=10), reminded_at=None)
    suite().store.write(WriteOwner(replace(account, dsc=ends)))
