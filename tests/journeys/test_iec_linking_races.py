"""Linking at the same moment, on both engines: one signature is taken once, one login is linked once."""

from __future__ import annotations

from functools import partial

from chalicelib.domain.accounts.owners import account_key
from chalicelib.domain.audit import Deed
from chalicelib.domain.auditing import Intact, verified
from chalicelib.suite import suite
from infra.local.laptop import Laptop
from tests.engines import on_both_engines
from tests.journeys.signers import ENDED, SigningFlow, dsc, linking, new_record, somebody
from tests.journeys.walking import together


def reached(flow: SigningFlow) -> str:
    status: str = flow.until("awaiting_signature", *ENDED)["status"]
    return status


@on_both_engines
def test_one_signature_many_times_at_once_is_one_hand_in(laptop: Laptop) -> None:
    record, client = new_record(), somebody(laptop)
    flow = linking(client, record.iec)
    flow.until_waiting()
    signature = flow.signed(dsc(record.persons[0]))
    replies = together(*[partial(flow.hand_in, signature)] * 4)
    assert {reply.status for reply in replies} <= {200, 202}
    assert reached(flow) == "done"
    assert flow.stored.attempts == 1
    assert len(suite().store.iec_users(record.iec)) == 1
    events = list(suite().store.audit_events(flow.stored.owner))
    assert [event.deed for event in events if event.deed is Deed.IEC_LINKED] == [Deed.IEC_LINKED]
    assert isinstance(verified(flow.stored.owner, events, suite().clock()), Intact)


@on_both_engines
def test_of_different_signatures_at_once_one_is_judged(laptop: Laptop) -> None:
    record, client = new_record(persons=2), somebody(laptop)
    flow = linking(client, record.iec)
    flow.until_waiting()
    signatures = [flow.signed(dsc(person)) for person in record.persons]
    replies = together(*(partial(flow.hand_in, signature) for signature in signatures))
    taken = [reply for reply in replies if reply.status in (200, 202)]
    assert taken
    assert {reply.code for reply in replies if reply not in taken} <= {"step_out_of_order", "signing_ended"}
    assert reached(flow) == "done"
    assert flow.stored.attempts == len(taken)
    assert len(suite().store.iec_users(record.iec)) == 1


@on_both_engines
def test_two_statements_of_one_login_at_once_link_it_once(laptop: Laptop) -> None:
    first, second, client = new_record(), new_record(), somebody(laptop)
    flows = [(linking(client, record.iec), record) for record in (first, second)]
    for flow, _ in flows:
        flow.until_waiting()
    signed = [(flow, flow.signed(dsc(record.persons[0]))) for flow, record in flows]
    together(*(partial(flow.hand_in, signature) for flow, signature in signed))
    assert sorted(reached(flow) for flow, _ in flows) == ["done", "refused"]
    refused = next(flow for flow, _ in flows if flow.read()["status"] == "refused")
    why = refused.read()["why"]
    assert why["code"] == "already_linked"
    assert why["text"]
    assert len([*suite().store.iec_users(first.iec), *suite().store.iec_users(second.iec)]) == 1


@on_both_engines
def test_several_logins_of_one_iec_link_at_once(laptop: Laptop) -> None:
    record = new_record(persons=3)
    flows = [linking(somebody(laptop), record.iec) for _ in record.persons]
    signed = [(flow, flow.signed(dsc(person))) for flow, person in zip(flows, record.persons, strict=True)]
    together(*(partial(flow.hand_in, signature) for flow, signature in signed))
    assert [reached(flow) for flow in flows] == ["done"] * 3
    users = suite().store.iec_users(record.iec)
    assert {account_key(user.account_id or "") for user in users} == {flow.stored.owner for flow in flows}


@on_both_engines
def test_cancelling_and_signing_at_once_end_one_way(laptop: Laptop) -> None:
    record, client = new_record(), somebody(laptop)
    flow = linking(client, record.iec)
    flow.until_waiting()
    signature = flow.signed(dsc(record.persons[0]))
    cancelled, handed_in = together(flow.cancel, partial(flow.hand_in, signature))
    status = reached(flow)
    assert status in ("done", "cancelled")
    assert (cancelled.status == 200) == (status == "cancelled")
    assert (handed_in.status in (200, 202)) == (status == "done")
    assert len(suite().store.iec_users(record.iec)) == (status == "done")
