"""Refreshing revocation data: what becomes an index, what is refused and why, and what a validation says meanwhile."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.domain.signatures.paths import Paths
from chalicelib.domain.signatures.report import Reason, Verdict
from chalicelib.domain.signatures.revocation import CrlSource, Revocation
from chalicelib.domain.signatures.trust import Trust
from infra.local.authority import Authority, Ca, Credential
from infra.local.certificate_profiles import Wanted
from tests.domain.signatures.revocation_world import NOW, Watched

INDIVIDUAL = str(Ca.INDIVIDUAL)


@pytest.fixture
def watched() -> Watched:
    made = Watched()
    assert {each.outcome for each in made.refresh().values()} == {"indexed"}
    return made


def person(watched: Watched, name: str = "Zeenat Zaheer") -> Credential:
    return watched.authority.issue(Wanted(common_name=name, pan="ZZZPZ9999Z"))


def revocation(watched: Watched, credential: Credential) -> Reason:
    return watched.check(credential).revocation_finding.reason


def test_a_certificate_is_good_until_its_crl_says_otherwise(watched: Watched) -> None:
    zeenat, other = person(watched), person(watched, "Ravi Nair")
    assert revocation(watched, zeenat) is Reason.HOLDS
    watched.authority.revoke(zeenat)
    assert revocation(watched, zeenat) is Reason.HOLDS
    watched.refresh()
    assert revocation(watched, zeenat) is Reason.REVOKED
    assert revocation(watched, other) is Reason.HOLDS


def test_what_was_remembered_of_an_issuer_ends_with_the_index_it_rested_on(watched: Watched) -> None:
    zeenat = person(watched)
    assert revocation(watched, zeenat) is Reason.HOLDS
    assert revocation(watched, zeenat) is Reason.HOLDS
    assert watched.paths.remembered == 1
    watched.authority.revoke(watched.authority.ca(INDIVIDUAL))
    watched.refresh()
    assert revocation(watched, zeenat) is Reason.ISSUER_REVOKED


def test_whoever_lists_an_issuer_is_heard_also_where_they_were_not_before() -> None:
    """One CA's CRL at two addresses: the second is reached once the path is remembered, and lists an issuer."""
    watched = Watched()
    root = watched.sources[0]
    other = CrlSource("other", "http://other.example/root.crl", root.issuer)
    watched.hosts.content[other.url] = None
    sources = (*watched.sources, other)
    watched.revocation = Revocation(sources, watched.shelf)
    watched.paths = Paths(watched.trust, watched.revocation)
    watched.refreshing = replace(watched.refreshing, sources=sources, paths=watched.paths)
    watched.refresh()
    zeenat = person(watched)
    assert revocation(watched, zeenat) is Reason.HOLDS
    watched.authority.revoke(watched.authority.ca("licensed"))
    watched.hosts.content[other.url] = lambda: watched.authority.crl("root")
    watched.refreshing.refresh(only=frozenset({other.source_id}))
    assert revocation(watched, zeenat) is Reason.ISSUER_REVOKED


def test_a_proof_is_kept_of_every_crl_that_was_read(watched: Watched) -> None:
    proofs = watched.check(person(watched)).proofs
    assert {proof.source_id for proof in proofs} == {"root", "licensed", INDIVIDUAL}
    assert all(proof.content for proof in proofs)


def test_without_any_index_nothing_is_known() -> None:
    watched = Watched()
    found = watched.check(person(watched))
    assert found.chain_finding.verdict is Verdict.HOLDS
    assert found.revocation_finding.verdict is Verdict.UNKNOWN


def test_a_crl_that_is_due_says_nothing_more(watched: Watched) -> None:
    zeenat = person(watched)
    watched.pass_time(timedelta(days=1))
    assert revocation(watched, zeenat) is Reason.HOLDS
    watched.pass_time(timedelta(seconds=1))
    assert revocation(watched, zeenat) is Reason.REVOCATION_UNKNOWN


def test_a_host_that_is_down_leaves_the_index_as_it_was_and_stops_no_other(watched: Watched) -> None:
    zeenat = person(watched)
    watched.serve(INDIVIDUAL, None)
    watched.pass_time(timedelta(hours=23))
    told = watched.refresh()
    assert told[INDIVIDUAL].outcome == "unreachable"
    assert not told[INDIVIDUAL].is_stale
    assert {each.outcome for name, each in told.items() if name != INDIVIDUAL} == {"indexed"}
    assert revocation(watched, zeenat) is Reason.HOLDS
    watched.pass_time(timedelta(hours=2))
    assert watched.refresh()[INDIVIDUAL].is_stale
    assert revocation(watched, zeenat) is Reason.REVOCATION_UNKNOWN


def _refused(watched: Watched, content: bytes) -> str:
    before = watched.store.crl_state(INDIVIDUAL)
    watched.serve(INDIVIDUAL, content)
    outcome = watched.refresh()[INDIVIDUAL].outcome
    after = watched.store.crl_state(INDIVIDUAL)
    assert before is not None
    assert after is not None
    assert (after.index_key, after.index_sha256, after.crl_sha256) == (
        before.index_key,
        before.index_sha256,
        before.crl_sha256,
    )
    assert after.refused == outcome
    assert revocation(watched, person(watched)) is Reason.HOLDS
    return outcome


def test_each_bad_crl_is_refused_with_its_reason(watched: Watched) -> None:
    authority, day = watched.authority, timedelta(days=1)
    newest = authority.crl(INDIVIDUAL)
    assert _refused(watched, newest[:-1]) == "unreadable"
    assert _refused(watched, newest + b"\0") == "unreadable"
    assert _refused(watched, b"<html>down for maintenance</html>") == "unreadable"
    assert _refused(watched, b"") == "unreadable"
    assert _refused(watched, newest[:-1] + bytes([newest[-1] ^ 1])) == "wrong_signature"
    assert _refused(watched, authority.crl(INDIVIDUAL, signed_by=authority.ca("licensed").key)) == "wrong_signature"
    assert _refused(watched, authority.crl("organisation")) == "another_issuer"
    assert _refused(watched, authority.crl(INDIVIDUAL, NOW + timedelta(minutes=6))) == "from_the_future"
    assert _refused(watched, authority.crl(INDIVIDUAL, NOW - 3 * day, NOW - 2 * day)) == "stale"
    assert _refused(watched, authority.crl(INDIVIDUAL, number=1)) == "rollback"
    assert _refused(watched, authority.crl(INDIVIDUAL, NOW - timedelta(minutes=1), NOW + day)) == "rollback"
    stranger = Authority(NOW, label="Pravesh Test")
    assert _refused(watched, stranger.crl(INDIVIDUAL, signed_by=authority.ca("root").key)) == "wrong_signature"


def test_a_clock_five_minutes_off_is_borne(watched: Watched) -> None:
    watched.serve(INDIVIDUAL, watched.authority.crl(INDIVIDUAL, NOW + timedelta(minutes=5)))
    assert watched.refresh()[INDIVIDUAL].outcome == "indexed"
    assert revocation(watched, person(watched)) is Reason.HOLDS


def test_a_crl_that_shrinks_waits_for_an_operator() -> None:
    watched = Watched()
    people = [person(watched, f"Person {number}") for number in range(10)]
    for each in people:
        watched.authority.revoke(each)
    watched.refresh()
    shrunk = Authority.crl(_forgetful(watched), INDIVIDUAL, number=100)
    watched.serve(INDIVIDUAL, shrunk)
    told = watched.refresh()[INDIVIDUAL]
    assert told.outcome == "shrunk"
    assert told.crl_sha256
    # The index stays, and so does what it says, until it is due.
    assert revocation(watched, people[0]) is Reason.REVOKED
    assert watched.refresh("0" * 64)[INDIVIDUAL].outcome == "shrunk"
    assert watched.refresh(told.crl_sha256)[INDIVIDUAL].outcome == "indexed"
    assert revocation(watched, people[0]) is Reason.HOLDS


def _forgetful(watched: Watched) -> Authority:
    watched.authority._revoked.clear()
    return watched.authority


def test_fewer_than_ten_entries_may_go_at_once(watched: Watched) -> None:
    watched.authority.revoke(person(watched))
    watched.refresh()
    _forgetful(watched)
    assert watched.refresh()[INDIVIDUAL].outcome == "indexed"


def test_a_damaged_index_is_as_good_as_none_and_is_made_again(watched: Watched) -> None:
    zeenat = person(watched)
    watched.serve(INDIVIDUAL, watched.authority.crl(INDIVIDUAL))
    watched.refresh()
    state = watched.store.crl_state(INDIVIDUAL)
    assert state is not None
    assert state.index_key is not None
    assert watched.refresh()[INDIVIDUAL].outcome == "same"
    watched.shelf.kept[state.index_key] += b"\0"
    assert revocation(watched, zeenat) is Reason.REVOCATION_UNKNOWN
    watched.refresh()
    assert revocation(watched, zeenat) is Reason.HOLDS


def test_a_store_or_a_bucket_that_is_down_is_told_and_nothing_is_lost(watched: Watched) -> None:
    watched.shelf.is_available = False
    assert {each.outcome for each in watched.refresh().values()} == {"not_stored"}
    assert revocation(watched, person(watched)) is Reason.HOLDS
    watched.shelf.is_available = True
    assert {each.outcome for each in watched.refresh().values()} == {"indexed"}


def test_revoked_after_the_instant_is_good_at_it_unless_the_key_was_stolen(watched: Watched) -> None:
    zeenat = person(watched)
    watched.authority.revoke(zeenat, NOW + timedelta(hours=1))
    watched.pass_time(timedelta(hours=2))
    watched.refresh()
    earlier = watched.check(zeenat, NOW + timedelta(minutes=30))
    assert earlier.revocation_finding.verdict is Verdict.HOLDS
    assert revocation(watched, zeenat) is Reason.REVOKED


def test_who_is_listed_is_revoked_even_where_the_date_is_still_to_come(watched: Watched) -> None:
    zeenat = person(watched)
    watched.authority.revoke(zeenat, NOW + timedelta(minutes=3))
    watched.refresh()
    assert revocation(watched, zeenat) is Reason.REVOKED
    assert watched.check(zeenat, NOW - timedelta(seconds=30)).revocation_finding.reason is Reason.REVOKED


def test_issuers_that_came_with_signatures_are_remembered_once(watched: Watched) -> None:
    zeenat = person(watched)
    paths = Paths(Trust(watched.trust.anchors), watched.revocation)
    for _ in range(3):
        watched.refresh()
        assert paths.check(zeenat.der, zeenat.above, NOW, NOW).revocation_finding.verdict is Verdict.HOLDS
    assert paths.remembered == 1


def test_each_crl_that_was_taken_is_kept_under_its_hash_and_no_other(watched: Watched) -> None:
    taken = watched.authority.crl(INDIVIDUAL)
    watched.serve(INDIVIDUAL, taken)
    watched.refresh()
    proof = watched.check(person(watched)).proofs[-1]
    assert watched.shelf.crls[proof.sha256] == taken
    refused = watched.authority.crl(INDIVIDUAL, number=1)
    watched.serve(INDIVIDUAL, refused)
    watched.refresh()
    assert refused not in watched.shelf.crls.values()


def test_a_ca_that_numbers_anew_is_taken_where_an_operator_accepts_it(watched: Watched) -> None:
    """Somebody in between served the CA's other CRL once, or the CA began to count from one: not for ever."""
    watched.serve(INDIVIDUAL, watched.authority.crl(INDIVIDUAL, number=1_000_000))
    assert watched.refresh()[INDIVIDUAL].outcome == "indexed"
    watched.serve(INDIVIDUAL, watched.authority.crl(INDIVIDUAL, number=7))
    told = watched.refresh()[INDIVIDUAL]
    assert told.outcome == "rollback"
    assert told.crl_sha256
    assert watched.refresh(told.crl_sha256)[INDIVIDUAL].outcome == "indexed"
    watched.serve(INDIVIDUAL, watched.authority.crl(INDIVIDUAL, number=8))
    assert watched.refresh()[INDIVIDUAL].outcome == "indexed"
