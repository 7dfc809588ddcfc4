"""A visit to DigiLocker over HTTP, to the simulated one and back."""

from __future__ import annotations

from infra.local.laptop import Laptop
from tests.engines import on_both_engines
from tests.journeys.fetchers import fetcher


@on_both_engines
def test_a_person_agrees_and_the_documents_come(laptop: Laptop) -> None:
    leela = fetcher(laptop)
    visit = leela.begin("PANCR", "DRVLC")
    came = visit.allow()
    assert came.status == 303
    assert came.headers["Location"] == f"{laptop.site_url}/en/digilocker/fetch?fetch={visit.fetch_id}"
    done = visit.until_settled()
    assert done["status"] == "fetched", done
    assert {item["document_type"]: item["status"] for item in done["items"]} == {"PANCR": "fetched", "DRVLC": "fetched"}
    assert visit.until_ended().status == "SUCCEEDED"
    assert {one["document_type"] for one in leela.documents()} == {"PANCR", "DRVLC"}
