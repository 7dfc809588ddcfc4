"""Authorising: what goes out to DigiLocker, and what of the way back counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.accounts.owners import account_key
from chalicelib.domain.digilocker import authorising
from chalicelib.domain.digilocker import fetch_journey as journey
from chalicelib.domain.digilocker.authorising import Callback
from chalicelib.domain.digilocker.fetch_journey import Place
from chalicelib.domain.digilocker.fetches import Fetch, FetchItem, FetchStatus, ItemStatus, Locker, Purpose
from chalicelib.domain.digilocker.reasons import Reason
from tests.domain.digilocker.fake_line import PROFILE

NOW = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
FETCH_ID = "A" * 22
VISIT = authorising.new_secrets(FETCH_ID)
FETCH = Fetch(
    FETCH_ID,
    account_key("1"),
    "department",
    Locker.PERSON,
    Purpose.MY_DOCUMENTS,
    ("PANCR", "DRVLC"),
    FetchStatus.AT_DIGILOCKER,
    NOW,
    NOW + authorising.LIFETIME,
    NOW + timedelta(days=30),
    "1",
    "en",
    authorising.hash_of(VISIT.state),
    authorising.hash_of(VISIT.browser),
    "sealed",
    date(1985, 7, 21),
)


def back(query: dict[str, str], *, same_browser: bool = True) -> Fetch:
    callback = authorising.callback_of({"state": VISIT.state, **query})
    sealed = "sealed code" if same_browser and callback.code is not None else None
    return authorising.came_back(FETCH, callback, NOW, same_browser=same_browser, sealed_code=sealed)


class TestGoing:
    """The address."""

    def test_secrets_are_fresh_and_long_enough(self) -> None:
        other = authorising.new_secrets(FETCH_ID)
        assert {VISIT.state, VISIT.browser, VISIT.verifier}.isdisjoint({other.state, other.browser, other.verifier})
        assert 43 <= len(VISIT.verifier) <= 128
        assert Callback(VISIT.state).fetch_id == FETCH_ID
        assert VISIT.state.partition(".")[2] not in repr(VISIT) + repr(Callback(VISIT.state)) + repr(FETCH)

    def test_what_is_ours_cannot_be_set_by_the_configuration(self) -> None:
        profile = replace(PROFILE, openid=True, authorize_extra={"acr": "pan", "state": "theirs"})
        address = authorising.authorize_address(profile, FETCH, "CLIENT1", "Trade & Co. (TN)", "https://x", VISIT)
        assert address.query["state"] == VISIT.state
        assert (address.query["acr"], address.query["scope"]) == ("pan", "openid")
        assert address.query["service_name"] == "Trade Co TN"
        assert VISIT.state not in repr(address)

    @given(st.text(max_size=60))
    def test_digilocker_is_shown_the_signs_that_it_takes(self, text: str) -> None:
        shown = authorising.shown_at_digilocker(text)
        assert all(sign.isascii() and (sign.isalnum() or sign in " _") for sign in shown)


class TestComingBack:
    """The state is used up whatever came with it."""

    def test_a_code(self) -> None:
        came = back({"code": "abc"})
        assert (came.status, came.sealed_code, came.state_used_at) == (FetchStatus.FETCHING, "sealed code", NOW)

    @pytest.mark.parametrize(
        ("query", "status", "reason"),
        [
            ({"error": "access_denied"}, FetchStatus.DENIED, Reason.DENIED),
            ({"error": "access_denied", "code": "abc"}, FetchStatus.DENIED, Reason.DENIED),
            ({"error": "temporarily_unavailable"}, FetchStatus.FAILED, Reason.DIGILOCKER_UNAVAILABLE),
            ({"error": "unexpected_error"}, FetchStatus.FAILED, Reason.DIGILOCKER_UNAVAILABLE),
            ({"error": "invalid_scope"}, FetchStatus.FAILED, Reason.REFUSED_BY_DIGILOCKER),
            ({"error": ""}, FetchStatus.FAILED, Reason.REFUSED_BY_DIGILOCKER),
            ({}, FetchStatus.FAILED, Reason.REFUSED_BY_DIGILOCKER),
            ({"code": ""}, FetchStatus.FAILED, Reason.REFUSED_BY_DIGILOCKER),
            ({"code": "a b\r\n"}, FetchStatus.FAILED, Reason.REFUSED_BY_DIGILOCKER),
            ({"code": "x" * 2049}, FetchStatus.FAILED, Reason.REFUSED_BY_DIGILOCKER),
        ],
    )
    def test_anything_else(self, query: dict[str, str], status: FetchStatus, reason: Reason) -> None:
        came = back(query)
        assert (came.status, came.reason) == (status, reason.value)
        assert (came.state_used_at, came.sealed_code, came.sealed_verifier) == (NOW, None, "")

    def test_another_browser(self) -> None:
        came = back({"code": "abc"}, same_browser=False)
        assert (came.status, came.reason, came.sealed_code) == (FetchStatus.FAILED, Reason.OTHER_BROWSER.value, None)

    def test_once_and_in_time(self) -> None:
        assert authorising.may_come_back(FETCH, NOW + timedelta(minutes=9, seconds=59))
        assert not authorising.may_come_back(FETCH, NOW + timedelta(minutes=10))
        assert not authorising.may_come_back(back({"code": "abc"}), NOW)
        assert not authorising.may_come_back(back({"error": "access_denied"}), NOW)

    @given(st.text(max_size=80))
    def test_no_other_state_and_no_other_cookie_fits(self, text: str) -> None:
        assert not authorising.is_of(FETCH, Callback(text))
        assert not authorising.is_of(None, Callback(VISIT.state))
        assert not authorising.is_same_browser(FETCH, text)
        assert not authorising.is_same_browser(FETCH, None)

    def test_the_right_ones_do(self) -> None:
        assert authorising.is_of(FETCH, Callback(VISIT.state))
        assert authorising.is_same_browser(FETCH, VISIT.browser)


def item(status: ItemStatus, reason: str | None = None) -> FetchItem:
    return FetchItem("PANCR", status, uri="in.gov.pan-PANCR-ZZZPZ9999Z", reason=reason)


def after(*items: FetchItem, now: datetime = NOW) -> Fetch:
    return journey.finished(replace(FETCH, status=FetchStatus.FETCHING, items=items, task_token="t"), now)


class TestEnds:
    """How a fetch stands after a round over its documents."""

    @pytest.mark.parametrize(
        ("items", "status", "reason"),
        [
            ((item(ItemStatus.FETCHED),), FetchStatus.FETCHED, None),
            ((item(ItemStatus.FETCHED), item(ItemStatus.REFUSED, "hmac_missing")), FetchStatus.FETCHED, None),
            ((item(ItemStatus.FETCHED), item(ItemStatus.PENDING)), FetchStatus.PENDING, None),
            ((item(ItemStatus.NOT_THERE, "not_there"),), FetchStatus.FAILED, Reason.NOTHING_FETCHED),
            ((item(ItemStatus.AWAITED),), FetchStatus.FAILED, Reason.STEP_FAILED),
            (
                (item(ItemStatus.FAILED, "digilocker_unavailable"), item(ItemStatus.NOT_THERE, "not_there")),
                FetchStatus.FAILED,
                Reason.DIGILOCKER_UNAVAILABLE,
            ),
        ],
    )
    def test_by_its_items(self, items: tuple[FetchItem, ...], status: FetchStatus, reason: Reason | None) -> None:
        found = after(*items)
        assert (found.status, found.reason) == (status, reason.value if reason else None)

    def test_at_its_end_it_forgets_addresses_and_secrets(self) -> None:
        ended = after(item(ItemStatus.FETCHED))
        assert (ended.items[0].uri, ended.sealed_verifier, ended.task_token) == (None, "", None)
        assert after(item(ItemStatus.PENDING)).items[0].uri is not None

    def test_after_a_day_an_issuer_is_not_asked_again(self) -> None:
        late = after(item(ItemStatus.PENDING), now=NOW + timedelta(hours=24))
        assert (late.status, late.items[0].reason) == (FetchStatus.FAILED, Reason.ISSUER_SLOW.value)

    @given(st.sampled_from(sorted(journey.ENDED)))
    def test_what_ended_stays_as_it_ended(self, status: FetchStatus) -> None:
        ended = replace(FETCH, status=status)
        assert journey.finished(ended, NOW) == ended
        assert journey.failed(ended, Reason.STEP_FAILED) == ended
        assert journey.expired(ended, NOW + timedelta(days=1)) == ended

    def test_a_document_that_is_settled_stays_so(self) -> None:
        fetch = replace(FETCH, items=(item(ItemStatus.FETCHED),))
        assert journey.with_item(fetch, 0, lambda one: replace(one, status=ItemStatus.FAILED)) == fetch

    def test_where_the_journey_goes_on(self) -> None:
        assert journey.place(FETCH) is Place.AWAIT_CALLBACK
        assert journey.place(back({"code": "abc"})) is Place.EXCHANGE_CODE
        assert journey.place(back({"error": "access_denied"})) is Place.ENDED
        assert journey.place(back({"error": "server_error"})) is Place.DIGILOCKER_UNAVAILABLE
        assert journey.place(after(item(ItemStatus.PENDING))) is Place.AWAIT_ISSUERS
        assert journey.message_body(after(item(ItemStatus.PENDING)), NOW)["seconds_left"] == 300
        hour_later = NOW + timedelta(hours=1)
        assert journey.message_body(after(item(ItemStatus.PENDING)), hour_later)["seconds_left"] == 1800

    def test_a_wait_of_before_does_not_replace_the_one_of_now(self) -> None:
        waits = journey.waiting(FETCH, "second", "2026-11-22T06:00:01.000+00:00#0000")
        assert journey.waiting(waits, "first", "2026-11-22T06:00:00.000+00:00#0000").task_token == "second"
