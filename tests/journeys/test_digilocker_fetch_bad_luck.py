"""DigiLocker in trouble: what helps later is tried later, what cannot be trusted is not taken, and each is told."""

from __future__ import annotations

import pytest

from chalicelib.domain.digilocker.consents import ConsentStatus
from chalicelib.domain.digilocker.token_keeping import TokensBeingRenewed
from chalicelib.suite import suite
from infra.local.digilocker.citizens import PDF
from infra.local.laptop import Laptop
from tests.engines import on_both_engines
from tests.journeys.fetchers import digilocker, fetcher, pan_card
from tests.journeys.walking import eventually, together

SOON_OVER = ("unavailable", "truncated")


class TestUnavailable:
    """530 and silence."""

    # Not a token's answer that is cut short: a code is good once (see below).
    @pytest.mark.parametrize(
        ("call", "kind"),
        [("token", "unavailable"), *((call, kind) for call in ("issued", "file", "xml") for kind in SOON_OVER)],
    )
    def test_once_or_twice_it_is_tried_again(self, laptop: Laptop, call: str, kind: str) -> None:
        digilocker().faults.add(kind, call, times=2)  # type: ignore[arg-type]
        leela = fetcher(laptop)
        visit = leela.begin()
        visit.allow()
        assert visit.until_settled()["status"] == "fetched"
        assert leela.documents()[0]["match"] == "exact"

    def test_a_code_whose_answer_was_lost_is_used_up(self, laptop: Laptop) -> None:
        digilocker().faults.add("answer_lost", "token")
        visit = fetcher(laptop).begin()
        visit.allow()
        assert visit.until_settled()["why"]["code"] == "code_refused"

    def test_for_long_it_ends_under_its_name_with_what_was_entered_kept(self, laptop: Laptop) -> None:
        digilocker().faults.add("unavailable", "token", times=None)
        leela = fetcher(laptop)
        visit = leela.begin("PANCR", "DRVLC", valid_days=90)
        visit.allow()
        done = visit.until_settled()
        assert (done["status"], done["why"]["code"]) == ("failed", "digilocker_unavailable")
        assert "unavailable" in done["why"]["text"]
        assert visit.until_ended().status == "SUCCEEDED"
        entered = {name: done[name] for name in ("purpose", "document_types", "locker", "valid_days", "date_of_birth")}
        digilocker().faults.clear()
        again = leela.begin(*entered.pop("document_types"), **entered)
        again.allow()
        assert again.until_settled()["status"] == "fetched"

    def test_one_document_that_does_not_come_keeps_back_no_other(self, laptop: Laptop) -> None:
        leela = fetcher(laptop)
        # The licence has an XML, the PAN card has none: only the licence's calls fail.
        leela.citizen.issued[0] = pan_card(leela.citizen.name, leela.pan, mimes=(PDF,))
        digilocker().faults.add("unavailable", "xml", times=None, error="repository_service_unresponsive")
        visit = leela.begin("PANCR", "DRVLC")
        visit.allow()
        done = visit.until_settled()
        assert done["status"] == "fetched"
        assert {one["document_type"]: (one["status"], one["reason"]) for one in done["items"]} == {
            "PANCR": ("fetched", None),
            "DRVLC": ("failed", "digilocker_unavailable"),
        }

    def test_a_page_in_the_place_of_an_answer(self, laptop: Laptop) -> None:
        digilocker().faults.add("garbage", "token")
        visit = fetcher(laptop).begin()
        visit.allow()
        assert visit.until_settled()["why"]["code"] == "answer_unreadable"


class TestNotTrusted:
    """A file counts with its hmac alone."""

    @pytest.mark.parametrize(("kind", "reason"), [("no_hmac", "hmac_missing"), ("wrong_hmac", "hmac_mismatch")])
    @pytest.mark.parametrize("call", ["file", "xml"])
    def test_it_is_refused_and_nothing_of_it_kept(self, laptop: Laptop, kind: str, reason: str, call: str) -> None:
        digilocker().faults.add(kind, call, times=None)  # type: ignore[arg-type]
        leela = fetcher(laptop)
        visit = leela.begin()
        visit.allow()
        done = visit.until_settled()
        assert (done["status"], done["why"]["code"]) == ("failed", "nothing_fetched")
        assert [(one["status"], one["reason"]) for one in done["items"]] == [("refused", reason)]
        assert leela.documents() == []


class TestTokens:
    """401: renewed once, or the person is asked again."""

    def test_an_access_token_that_ended_is_renewed(self, laptop: Laptop) -> None:
        leela = fetcher(laptop)
        digilocker().faults.add("unavailable", "issued", times=1)
        visit = leela.begin("PANCR", "DRVLC")
        visit.allow()
        eventually(lambda: visit.stored.consent_id, lambda: visit.stored)
        digilocker().grants.expire_access()
        assert visit.until_settled()["status"] == "fetched"

    @on_both_engines
    def test_of_several_that_need_it_one_renews(self, laptop: Laptop) -> None:
        """The simulator ends what a refresh token gave where it comes twice, as servers with rotation do."""
        leela = fetcher(laptop)
        visit = leela.fetched("PANCR", "DRVLC")
        assert visit.stored.consent_id is not None
        digilocker().grants.expire_access()
        files = suite().locker_access.file_calls(visit.stored.locker, visit.stored.department_id)

        def look() -> object:
            def tried() -> object | None:
                try:
                    return suite().token_keeping.with_access(visit.consent.consent_id, files.issued)
                except TokensBeingRenewed:
                    return None

            return eventually(tried, lambda: visit.consent)

        found = together(*(look for _ in range(4)))
        assert all(len(one) == 2 for one in found)  # type: ignore[arg-type]
        assert visit.consent.tokens is not None
        assert visit.consent.tokens.generation == 1
        assert visit.consent.status is ConsentStatus.ACTIVE

    def test_a_consent_that_was_ended_at_digilocker_ends_here(self, laptop: Laptop) -> None:
        leela = fetcher(laptop)
        visit = leela.begin("PANCR")
        digilocker().faults.add("token_revoked", "file", times=1)
        visit.allow()
        done = visit.until_settled()
        assert (done["status"], done["items"][0]["reason"]) == ("failed", "consent_over")
        assert visit.consent.status is ConsentStatus.REVOKING
        assert visit.consent.tokens is None
        assert leela.documents() == []
