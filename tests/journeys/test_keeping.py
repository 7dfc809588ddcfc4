"""Certificates whose years are over, over HTTP: gone from everywhere, told as issued, never given again."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any

from chalicelib.domain.changes import ChangeRefused
from chalicelib.domain.departments.certificates import Certificate, CertificateStatus
from chalicelib.domain.departments.changes import MakeFindable, WriteCertificate
from chalicelib.domain.departments.finding import search_keys_of
from chalicelib.domain.departments.keeping import later
from chalicelib.domain.departments.publishing import push_id_of
from chalicelib.domain.departments.pushes import PushAction
from chalicelib.domain.limits import IST
from chalicelib.suite import suite
from infra.local.digilocker.citizens import Citizen
from infra.local.laptop import Laptop
from infra.local.outside import playing
from tests.engines import on_both_engines
from tests.journeys.clients import Client
from tests.journeys.issuers import Issuer, document_type, new_issuer, row
from tests.journeys.pullers import a_certificate, new_puller
from tests.journeys.pushers import Pusher, citizens, invoked, new_pusher
from tests.journeys.walking import together

FOR_A_YEAR = document_type(keep_years=1)


def today(laptop: Laptop) -> date:
    return laptop.clock().astimezone(IST).date()


def soon_over(laptop: Laptop) -> str:
    """A last day whose year of keeping ends the day after tomorrow."""
    return later(today(laptop) + timedelta(days=2), -1).isoformat()


def past(laptop: Laptop) -> str:
    """A last day whose year of keeping is over."""
    return later(today(laptop) - timedelta(days=2), -1).isoformat()


def look(laptop: Laptop) -> dict[str, Any]:
    """What the schedule does each hour."""
    told: dict[str, Any] = invoked(laptop, "end_consents", {})
    return told


def until_removed(laptop: Laptop, issuer: Issuer, certificate_id: str) -> None:
    """Hours and days go by, and DigiLocker is told, until a certificate is removed."""
    for _ in range(5):
        look(laptop)
        laptop.wait_until_idle()
        if issuer.stored(certificate_id).status is CertificateStatus.REMOVED:
            return
        laptop.clock.advance(timedelta(days=1, minutes=1))
        laptop.wait_until_idle()
    raise AssertionError(issuer.stored(certificate_id))


def verified(uri: str) -> dict[str, Any]:
    """What the public page tells."""
    return (
        Client(suite().settings["PUBLIC_ORIGIN"])
        .call("POST", "/certificate-verifications", {"uri": uri})
        .demand(200)
        .content
    )


def demand_gone(issuer: Issuer, whole: Certificate) -> None:
    """Nothing but a record that names nobody, and the URI."""
    left = issuer.stored(whole.certificate_id)
    assert left.status is CertificateStatus.REMOVED
    assert (left.holders, left.number, left.fields, left.account) == ((), "", {}, None)
    for key in search_keys_of(FOR_A_YEAR, whole):
        assert suite().store.findable(key) == ()
    for action in PushAction:
        assert suite().store.push(push_id_of(whole, action)) is None
    assert not any(suite().documents.is_there(one.key) for one in (whole.pdf, whole.xml) if one)
    assert suite().store.certificate_of(whole.uri) == whole.certificate_id


@on_both_engines
def test_a_certificate_is_kept_for_its_years_and_no_longer(laptop: Laptop) -> None:
    issuer = new_issuer(laptop, FOR_A_YEAR)
    sent = row(valid_to=soon_over(laptop), issued_on="2020-01-05")
    (result,) = issuer.issued(sent)
    certificate_id, uri = result["certificate_id"], result["uri"]
    whole = issuer.stored(certificate_id)
    assert issuer.read(certificate_id)["kept_until"] == (today(laptop) + timedelta(days=2)).isoformat()
    laptop.clock.advance(timedelta(days=2))
    look(laptop)
    assert issuer.read(certificate_id)["status"] == "active", "on its last day of keeping"
    assert verified(uri)["status"] == "expired"
    laptop.clock.advance(timedelta(days=1))
    look(laptop)
    told = issuer.read(certificate_id)
    assert (told["status"], told["kept_until"]) == ("ending", None)
    assert verified(uri)["status"] == "kept_no_longer"
    until_removed(laptop, issuer, certificate_id)
    demand_gone(issuer, whole)
    assert verified(uri) == {**verified(uri), "genuine": True, "status": "kept_no_longer", "holder": []}
    told = issuer.read(certificate_id)
    assert (told["status"], told["holder"], told["number"], told["uri"]) == ("removed", [], "", uri)
    (again,) = issuer.send({**sent, "valid_to": ""}).demand(200).content["results"]
    assert again["outcome"] == "conflict"
    assert "no longer kept" in again["reason"]
    (late,) = issuer.send(row(valid_to=past(laptop), issued_on="2020-01-05")).demand(200).content["results"]
    assert late["outcome"] == "refused"
    events = [event.deed.value for event in suite().store.audit_events(f"department:{issuer.department_id}")]
    assert Counter(events)["certificate_removed"] == 1


@on_both_engines
def test_it_leaves_its_citizens_account_before_it_goes(laptop: Laptop) -> None:
    asha, _ = citizens()
    pusher, certificate_id = pushed(laptop, asha)
    whole = pusher.issuer.stored(certificate_id)
    fault = playing().digilocker.faults.add("unavailable", call="pushuri", client_id=pusher.client_id, times=None)
    pusher.issuer.change(document_types=(FOR_A_YEAR,))
    for _ in range(2):
        look(laptop)
        laptop.clock.advance(hours=1, minutes=1)
        laptop.wait_until_idle()
    assert pusher.is_in(asha, certificate_id)
    assert fault.struck
    waits = pusher.issuer.stored(certificate_id)
    assert (waits.status, waits.pdf) == (CertificateStatus.ENDING, whole.pdf)
    troubles = {one.code for one in suite().store.troubles_of(pusher.issuer.department_id, 9)}
    assert "removal_waits_for_digilocker" in troubles
    playing().digilocker.faults.clear()
    until_removed(laptop, pusher.issuer, certificate_id)
    assert not pusher.is_in(asha, certificate_id)
    demand_gone(pusher.issuer, whole)


def test_a_pull_finds_it_no_more(laptop: Laptop) -> None:
    puller = new_puller(laptop)
    ended = date.fromisoformat(past(laptop))
    whole = a_certificate(puller.issuer, valid_to=ended)
    asks = puller.asks(parameters={"REGNO": whole.number})
    assert puller.pull(asks).is_found
    puller.issuer.change(document_types=(document_type(keep_years=1),))
    look(laptop)
    assert puller.pull(asks).result == "0"
    until_removed(laptop, puller.issuer, whole.certificate_id)
    demand_gone(puller.issuer, whole)
    assert puller.pull(asks).result == "0"
    assert puller.pull().is_found, "another one stands"


@on_both_engines
def test_of_many_runs_at_once_each_is_removed_once(laptop: Laptop) -> None:
    asha, _ = citizens()
    pusher, certificate_id = pushed(laptop, asha)
    wholes = [a_certificate(pusher.issuer, valid_to=date.fromisoformat(past(laptop))) for _ in range(4)]
    wholes.append(pusher.issuer.stored(certificate_id))
    pusher.issuer.change(document_types=(FOR_A_YEAR,))
    for _ in range(4):
        together(*[lambda: look(laptop)] * 4)
        laptop.wait_until_idle()
        laptop.clock.advance(timedelta(days=1, minutes=1))
        laptop.wait_until_idle()
    for whole in wholes:
        demand_gone(pusher.issuer, whole)
    assert not pusher.is_in(asha, certificate_id)
    events = [event.deed.value for event in suite().store.audit_events(f"department:{pusher.issuer.department_id}")]
    assert Counter(events)["certificate_removed"] == len(wholes)


@on_both_engines
def test_a_revocation_a_push_and_an_index_at_the_same_moment_bring_nothing_back(laptop: Laptop) -> None:
    asha, _ = citizens()
    pusher, certificate_id = pushed(laptop, asha)
    whole = pusher.issuer.stored(certificate_id)
    pusher.issuer.change(document_types=(FOR_A_YEAR,))
    path = f"/certificates/{certificate_id}"

    def index() -> int:
        # What making it findable anew writes, on the version that was read.
        read = pusher.issuer.stored(certificate_id)
        keys = search_keys_of(FOR_A_YEAR, read) if read.status is CertificateStatus.ACTIVE else ()
        try:
            suite().store.write(WriteCertificate(read), *(MakeFindable(key, read) for key in keys))
        except ChangeRefused:
            return 1
        return 0

    statuses = together(
        lambda: pusher.call("POST", f"{path}/revocation", {"reason": "By mistake."}).status,
        lambda: pusher.call("POST", f"{path}/push").status,
        lambda: len(look(laptop)),
        lambda: len(look(laptop)),
        index,
    )
    assert statuses[0] in {200, 409}
    assert statuses[1] in {202, 409}
    until_removed(laptop, pusher.issuer, certificate_id)
    demand_gone(pusher.issuer, whole)
    assert not pusher.is_in(asha, certificate_id)
    is_revoked = statuses[0] == 200
    assert verified(whole.uri)["status"] == ("revoked" if is_revoked else "kept_no_longer")


def pushed(laptop: Laptop, citizen: Citizen) -> tuple[Pusher, str]:
    """A department, and a certificate that is in a citizen's account and whose year is over once it is kept for one."""
    playing().digilocker.faults.clear()
    pusher = new_pusher(laptop)
    certificate_id = pusher.issue(citizen, valid_to=past(laptop), issued_on="2020-01-05")
    pusher.until(certificate_id, "pushed")
    return pusher, certificate_id
