"""The site answers as API Gateway with a Lambda proxy would."""

import http.client
import socket
import struct
import threading
from urllib.parse import urlsplit

import pytest

from infra.local.gateway import Gateway
from infra.local.gateway_responses import GatewayResponses
from infra.local.http_server import HttpAnswer, HttpRequest, serving
from infra.local.laptop import Laptop
from tests.local.conftest import get


def test_path_parameters_stay_encoded_and_queries_are_decoded(laptop: Laptop) -> None:
    parcel = get(f"{laptop.site_url}/parcels/a%2Fb?x=%C3%A9&x=2&y=").json()
    assert parcel["parcel_id"] == "a%2Fb"
    assert parcel["query"] == {"x": ["é", "2"], "y": [""]}


def test_a_fixed_path_goes_before_a_parameter(laptop: Laptop) -> None:
    assert get(f"{laptop.site_url}/parcels/next").json() == {"next": True}


def test_headers_may_come_and_go_more_than_once(laptop: Laptop) -> None:
    connection = http.client.HTTPConnection(urlsplit(laptop.site_url).netloc)
    connection.putrequest("GET", "/parcels/p1")
    connection.putheader("Cookie", "a=1")
    connection.putheader("Cookie", "b=2")
    connection.endheaders()
    with connection.getresponse() as answer:
        assert b'"cookies":["a=1","b=2"]' in answer.read()
    connection.close()
    assert get(f"{laptop.site_url}/parcels/next").headers.get_all("Set-Cookie") == ["a=1", "b=2"]


def test_a_binary_body_arrives_byte_for_byte(laptop: Laptop) -> None:
    body = bytes(range(256))
    answer = get(f"{laptop.site_url}/parcels/p1", method="PUT", body=body, Content_Type="application/zip")
    assert answer.json()["body"] == body.hex()


def test_text_that_is_not_utf8_is_replaced_as_on_its_way_through_aws(laptop: Laptop) -> None:
    answer = get(f"{laptop.site_url}/parcels/p1", method="PUT", body=b'"\xff"', Content_Type="application/json")
    assert bytes.fromhex(answer.json()["body"]) == '"\ufffd"'.encode()


def test_a_picture_is_bytes_for_whoever_asks_for_one_first(laptop: Laptop) -> None:
    assert get(f"{laptop.site_url}/picture", Accept="image/png").body == b"\x89PNG\x00"


def test_an_unknown_path_or_method_never_reaches_the_function(laptop: Laptop) -> None:
    for answer in (get(f"{laptop.site_url}/nothing"), get(f"{laptop.site_url}/parcels/next", method="DELETE")):
        assert answer.status == 403
        assert answer.json() == {"message": "Missing Authentication Token"}
        assert answer.headers["x-amzn-requestid"]


def test_the_template_may_word_the_gateways_own_answers() -> None:
    declared = {
        "DEFAULT_4XX": {
            "StatusCode": 404,
            "ResponseParameters": {"Headers": {"Content-Type": "'application/problem+json'"}},
            "ResponseTemplates": {"application/json": '{"code":"not_found","request":"$context.requestId"}'},
        }
    }
    answer = GatewayResponses(declared).answer("MISSING_AUTHENTICATION_TOKEN", "r1")
    assert (answer.status, answer.body) == (404, b'{"code":"not_found","request":"r1"}')
    assert dict(answer.headers)["content-type"] == "application/problem+json"


def test_ten_megabytes_are_too_much(laptop: Laptop) -> None:
    answer = get(f"{laptop.site_url}/parcels/p1", method="PUT", body=b"x" * (10 * 1024 * 1024 + 1))
    assert answer.status == 413


def test_a_function_that_breaks_is_502(laptop: Laptop) -> None:
    def breaks(event: object, context: object) -> dict[str, object]:
        raise RuntimeError("broken on purpose")

    gateway = Gateway({"/": ["GET"]}, [], breaks, GatewayResponses({}), laptop.clock)
    answer = gateway.answer(HttpRequest("GET", "/", [], b"", "127.0.0.1"))
    assert (answer.status, answer.body) == (502, b'{"message":"Internal server error"}')


def test_the_callers_address_is_that_of_its_socket_not_of_a_header(laptop: Laptop) -> None:
    netloc = urlsplit(laptop.site_url)
    connection = http.client.HTTPConnection("127.0.0.1", netloc.port or 0, source_address=("127.0.0.9", 0))
    connection.request("GET", "/parcels/p1", headers={"X-Forwarded-For": "1.2.3.4"})
    with connection.getresponse() as answer:
        assert b'"source_ip":"127.0.0.9"' in answer.read()
    connection.close()


def test_each_of_many_threads_serves_its_own_request(laptop: Laptop) -> None:
    found: list[bool] = []

    def ask(number: int) -> None:
        for turn in range(5):
            parcel = get(f"{laptop.site_url}/parcels/p{number}?turn={turn}").json()
            found.append(parcel["parcel_id"] == f"p{number}" and parcel["query"] == {"turn": [str(turn)]})

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [True] * 80


def test_a_body_without_a_length_or_with_a_wrong_one_is_refused(laptop: Laptop) -> None:
    for header, status in ((("Transfer-Encoding", "chunked"), 411), (("Content-Length", "-1"), 400)):
        connection = http.client.HTTPConnection(urlsplit(laptop.site_url).netloc)
        connection.putrequest("PUT", "/parcels/p1")
        connection.putheader(*header)
        connection.endheaders()
        with connection.getresponse() as answer:
            assert answer.status == status
        connection.close()


def test_a_caller_who_goes_away_is_no_error(capfd: pytest.CaptureFixture[str]) -> None:
    answered = threading.Event()

    def slow(_: HttpRequest) -> HttpAnswer:
        assert answered.wait(60)
        return HttpAnswer(200, body=b"x" * 10_000_000)

    with serving(0, slow) as url:
        gone = socket.create_connection(("127.0.0.1", urlsplit(url).port or 0))
        gone.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        gone.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        gone.close()
        answered.set()
        assert get(url).status == 200
    assert "Traceback" not in capfd.readouterr().err
