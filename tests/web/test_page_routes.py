"""The routes of pages and assets: what a browser gets, and under which headers."""

import re
from collections.abc import Iterator

import pytest
from chalice.app import Chalice
from chalice.test import Client, HTTPResponse

from chalicelib.handlers.pages import pages
from chalicelib.settings import Settings
from chalicelib.suite import Suite, install
from chalicelib.web import policy, rendering

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture
def site() -> Iterator[Client]:
    app = Chalice(app_name="pages-alone", configure_logs=False)
    app.register_blueprint(pages)
    where = {"SIGNING_UTILITY_PORT": "26300", "DOCUMENTS_BUCKET": "pravesh-documents", "AWS_REGION": "ap-south-1"}
    install(Suite(Settings(where)))
    with Client(app) as client:
        yield client
    install(None)


def get(site: Client, path: str, **headers: str) -> HTTPResponse:
    return site.http.get(
        path, headers={**BROWSER, **{name.replace("_", "-"): value for name, value in headers.items()}}
    )


@pytest.mark.parametrize(("spoken", "language"), [("hi-IN,en;q=0.5", "hi"), ("en", "en"), ("ta", "en"), ("", "en")])
def test_the_first_page_is_in_the_readers_language(site: Client, spoken: str, language: str) -> None:
    answer = get(site, "/", Accept_Language=spoken)
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"/{language}"
    assert answer.headers["Vary"] == "Accept-Language"


@pytest.mark.parametrize("language", ["en", "hi"])
@pytest.mark.parametrize("path", rendering.PAGES)
def test_every_page_is_served(site: Client, path: str, language: str) -> None:
    answer = get(site, f"/{language}/{path}".rstrip("/"))
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["Content-Language"] == language
    assert f'<html lang="{language}"' in answer.body.decode()


def test_a_page_is_well_guarded(site: Client) -> None:
    headers = get(site, "/en/icegate/register").headers
    assert headers["Content-Security-Policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; worker-src 'self'; "
        "img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Strict-Transport-Security"].startswith("max-age=63072000")
    assert "otp-credentials=(self)" in headers["Permissions-Policy"]
    assert headers["Cache-Control"] == "no-store"


def test_the_pages_of_uploads_reach_the_documents_bucket_and_no_other_page_does(site: Client) -> None:
    bucket = "https://pravesh-documents.s3.ap-south-1.amazonaws.com"
    for path in rendering.PAGES:
        headers = get(site, f"/en/{path}".rstrip("/")).headers
        reaches = f"connect-src 'self' {bucket};" in headers["Content-Security-Policy"]
        assert reaches == (path in {"full-registration/documents", "staff/department-imports"})


@pytest.mark.parametrize(
    "path",
    ["/ta", "/EN", "/en/nothing", "/ta/sign-in", "/en/icegate/nothing", "/en/icegate/register/nothing", "/favicon.ico"],
)
def test_what_is_not_there_is_a_page_that_says_so(site: Client, path: str) -> None:
    answer = get(site, path, Accept_Language="hi")
    assert answer.status_code == 404
    assert 'data-page="not-found"' in answer.body.decode()
    assert answer.headers["Content-Language"] == ("en" if path.startswith("/en/") else "hi")
    assert answer.headers["Content-Security-Policy"] == policy.SECURITY_HEADERS["Content-Security-Policy"]


def test_who_wants_no_page_gets_no_page(site: Client) -> None:
    answer = site.http.get("/nothing", headers={"Accept": "application/json"})
    assert answer.status_code == 404
    assert answer.json_body["Code"] == "NotFoundError"


class TestAssets:
    def test_are_kept_for_good_under_their_version(self, site: Client) -> None:
        answer = get(site, f"/assets/{rendering.assets_version()}/site.css")
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.body.decode() == rendering.assets()["site.css"].content

    def test_are_not_kept_under_an_earlier_version(self, site: Client) -> None:
        answer = get(site, "/assets/0123456789ab/site.css")
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "no-store"

    @pytest.mark.parametrize("name", rendering.assets())
    def test_say_what_they_are(self, site: Client, name: str) -> None:
        headers = get(site, f"/assets/{rendering.assets_version()}/{name}").headers
        kinds = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
        assert headers["Content-Type"] == f"{kinds[name.rpartition('.')[2]]}; charset=utf-8"
        assert headers["X-Content-Type-Options"] == "nosniff"

    @pytest.mark.parametrize("name", ["nothing.js", "rendering.py", "..%2ftexts%2fen.json", ".."])
    def test_nothing_else_is_served(self, site: Client, name: str) -> None:
        assert get(site, f"/assets/{rendering.assets_version()}/{name}").status_code == 404

    def test_what_a_page_names_is_there(self, site: Client) -> None:
        html = get(site, "/hi/icegate/register").body.decode()
        named = re.findall(r'"(/assets/[^"]+)"', html)
        assert len(named) > 5
        assert {get(site, path).status_code for path in named} == {200}


@pytest.mark.parametrize(
    ("route", "asked", "base"),
    [
        ("/", "/", ""),
        ("/", "/api/", "/api"),
        ("/", "/api", "/api"),
        ("/{language}", "/en", ""),
        ("/{language}", "/api/en", "/api"),
        ("/{language}", "/en/", ""),
        ("/{language}/{first}/{second}/{third}", "/en/icegate/register/codes", ""),
        ("/{language}/{first}/{second}/{third}", "/api/en/icegate/register/codes", "/api"),
        ("/{language}/{first}/{second}/{third}", "/a/b/en/icegate/register/codes", "/a/b"),
    ],
)
def test_links_work_under_what_the_deployment_puts_before_them(route: str, asked: str, base: str) -> None:
    app = Chalice(app_name="pages-alone", configure_logs=False)
    app.register_blueprint(pages)
    event = {
        "requestContext": {"httpMethod": "GET", "resourcePath": route, "path": asked, "identity": {}},
        "headers": BROWSER,
        "multiValueHeaders": {},
        "pathParameters": {"language": "en", "first": "icegate", "second": "register", "third": "codes"},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "stageVariables": None,
        "body": None,
        "isBase64Encoded": False,
    }
    event["pathParameters"] = event["pathParameters"] if "first" in route else {"language": "en"}
    if route == "/":
        event["pathParameters"] = None
    answer = app(event, None)
    if route == "/":
        assert answer["headers"]["Location"] == f"{base}/en"
    else:
        assert f'data-base="{base}"' in answer["body"]
        assert f'href="{base}/hi' in answer["body"]
