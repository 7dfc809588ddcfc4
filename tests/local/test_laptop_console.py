"""The developer's console: JSON for programs, HTML for people, on this machine alone."""

import http.client
from urllib.parse import urlsplit

from infra.local.console import Console
from infra.local.http_server import HttpAnswer, HttpRequest
from infra.local.laptop import Laptop
from infra.local.samples import HOLDERS
from tests.local import toy
from tests.local.conftest import get, start_delivery, token_of

BROWSERS_ACCEPT = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


def ask(console: Console, path: str, **headers: str) -> HttpAnswer:
    named = [(name, value) for name, value in {"Host": "localhost:8001", **headers}.items()]
    return console.answer(HttpRequest("GET", path, named, b"", "127.0.0.1"))


def test_lists_are_json_unless_a_person_asks(laptop: Laptop) -> None:
    for path in ("/outbox", "/samples", "/executions"):
        for accept in ("application/json", "*/*", "application/json, text/html;q=0.9"):
            answer = get(laptop.console_url + path, Accept=accept)
            assert answer.headers["Content-Type"] == "application/json"
            assert answer.json() == []
        page = get(laptop.console_url + path, Accept=BROWSERS_ACCEPT)
        assert page.headers["Content-Type"] == "text/html; charset=utf-8"
        assert b"Nothing yet." in page.body


def test_the_front_page_links_the_lists_and_the_site(laptop: Laptop) -> None:
    page = get(laptop.console_url, Accept=BROWSERS_ACCEPT).body.decode()
    for link in (laptop.site_url, "/outbox", "/samples", "/executions"):
        assert f'href="{link}"' in page


def test_executions_tell_their_states(laptop: Laptop) -> None:
    start_delivery(laptop, "p1")
    token_of("p1")
    (execution,) = get(f"{laptop.console_url}/executions").json()
    assert execution["id"] == "p1"
    assert execution["status"] == "RUNNING"
    assert execution["current_state"] == "Send"
    assert execution["history"] == ["Send"]


def test_a_message_is_shown_as_text_never_as_markup(laptop: Laptop) -> None:
    toy.client("sns").publish(PhoneNumber="+919876543210", Message="<script>alert(1)</script>")
    page = get(f"{laptop.console_url}/outbox", Accept=BROWSERS_ACCEPT)
    assert b"<script" not in page.body
    assert b"&lt;script&gt;" in page.body


def test_a_sample_has_all_a_person_needs_to_register() -> None:
    console = Console(list, [HOLDERS[0].with_password("K7PM-9XQ2-HTRW")], "http://localhost:8000")
    answer = ask(console, "/samples")
    assert b'"temporary_password": "K7PM-9XQ2-HTRW"' in answer.body
    assert b'"gstins": [' in answer.body


def test_a_page_from_elsewhere_cannot_read_it(laptop: Laptop) -> None:
    connection = http.client.HTTPConnection(urlsplit(laptop.console_url).netloc)
    connection.request("GET", "/outbox", headers={"Host": "evil.example:8001"})
    with connection.getresponse() as answer:
        assert answer.status == 403
    connection.close()
    assert "Access-Control-Allow-Origin" not in get(f"{laptop.console_url}/outbox").headers


def test_other_paths_and_methods_are_refused(laptop: Laptop) -> None:
    assert get(f"{laptop.console_url}/secrets").status == 404
    assert get(f"{laptop.console_url}/outbox", method="DELETE").status == 405
