"""What a stranger could learn from an answer, or from how many calls it cost: nothing, of known and unknown people."""

import pytest

from chalicelib.suite import suite
from infra.local.laptop import Laptop
from tests.journeys.accounts import signed_up
from tests.journeys.clients import REGISTRATIONS, Client, Reply, captcha
from tests.journeys.importers import Importer, gstin_of, new_holder, new_icegate_id, new_importer, new_registrant
from tests.journeys.walking import opened, wrong


@pytest.fixture
def stranger(laptop: Laptop) -> Client:
    return Client(laptop.site_url)


def costs(laptop: Laptop, route: str, reply: Reply) -> tuple[bytes, list[str], list[tuple[str, ...]]]:
    """An answer to the byte, its headers' names, and the AWS calls that it cost: each with the parts it was made of."""
    calls = sorted(
        (call.service, call.operation, *sorted(part for part, _ in call.parts)) for call in laptop.calls.by(route)
    )
    laptop.calls.clear()
    return reply.raw, sorted(reply.headers.keys()), calls


def test_an_unknown_iec_is_told_and_costs_the_same_as_a_known_one(laptop: Laptop, stranger: Client) -> None:
    route = f"POST {REGISTRATIONS}"
    suite().keyring.current()
    used = opened(laptop).to_registered().importer
    known = new_importer()
    bodies = {
        "known, wrong password": {**known.details(""), "temporary_password": "AAAA-AAAA-AAAA"},
        "known, another holder's GSTIN": {**known.details(""), "gstin": new_importer().gstin},
        "known, a GSTIN of the PAN that is not theirs": {**known.details(""), "gstin": gstin_of(known.iec, "09")},
        "known, already registered": used.details(""),
        "known, never sent one": {**known.details(""), "iec": (holder := new_holder()).iec, "gstin": holder.gstins[0]},
        "unknown": {**known.details(""), "iec": "ZZZCZ8888Z", "gstin": gstin_of("ZZZCZ8888Z")},
        "unknown, ten digits": {**known.details(""), "iec": "9999999999"},
    }
    found = {}
    for name, body in bodies.items():
        reply = stranger.call("POST", REGISTRATIONS, {**body, "captcha": captcha(stranger)}).demand(422)
        assert reply.code == "details_not_matched"
        found[name] = costs(laptop, route, reply)
    assert len({repr(cost) for cost in found.values()}) == 1, found
    assert found["unknown"][2] != []


def test_a_resume_that_fails_is_told_and_costs_the_same_whatever_was_wrong(laptop: Laptop, stranger: Client) -> None:
    route = f"POST {REGISTRATIONS}/resume"
    under_way, ended = opened(laptop).to_codes_sent(), opened(laptop).to_registered()
    exhausted = opened(laptop).to_codes_sent()
    for _ in range(5):
        exhausted.verify(wrong(exhausted.codes()))
    nothing_begun = new_importer()
    codes = {"mobile_code": "123456", "email_code": "654321"}

    def body(importer: Importer, **other: str) -> dict[str, str]:
        return {"iec": importer.iec, "gstin": importer.gstin, **codes, **other}

    bodies = {
        "under way, wrong codes": body(under_way.importer),
        "under way, wrong GSTIN": body(under_way.importer, gstin=under_way.importer.holder.gstins[1]),
        "registered, wrong codes": body(ended.importer),
        "tries used up": body(exhausted.importer),
        "nothing begun": body(nothing_begun),
        "unknown": body(nothing_begun, iec="ZZZCZ8888Z", gstin=gstin_of("ZZZCZ8888Z")),
    }
    laptop.calls.clear()
    found = {}
    for name, content in bodies.items():
        reply = stranger.call("POST", f"{REGISTRATIONS}/resume", content).demand(422)
        assert reply.code == "codes_not_matched"
        found[name] = costs(laptop, route, reply)
    assert len({repr(cost) for cost in found.values()}) == 1, found
    assert found["unknown"][2] != []


def test_an_unknown_name_costs_the_same_at_sign_in(laptop: Laptop, stranger: Client) -> None:
    registered, held = new_registrant(laptop).icegate_id, opened(laptop).to_codes_sent().icegate_id
    person = signed_up(laptop)
    laptop.calls.clear()
    found = {}
    for username in (registered, held, person.username, person.email, person.mobile, new_icegate_id()):
        reply = stranger.call("POST", "/sessions", {"username": username, "password": "Wrong#1234"}).demand(401)
        found[username] = costs(laptop, "POST /sessions", reply)
    assert len({repr(cost) for cost in found.values()}) == 1, found
