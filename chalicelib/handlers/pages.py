"""The site's pages and their assets. What a page shows of a person comes by script from the API, never from here."""

from chalice.app import Blueprint, NotFoundError, Response

from chalicelib.suite import suite
from chalicelib.web import policy, rendering
from chalicelib.web.texts import LANGUAGES, negotiate

pages = Blueprint(__name__)

_FOR_GOOD = "public, max-age=31536000, immutable"


def _base() -> str:
    """Return what stands before our paths ("/api" for a stage): the request's path without the route's part."""
    request = pages.current_request
    segments = [segment for segment in request.path.split("/") if segment]
    given = request.context.get("path", "").rstrip("/").split("/")
    return "/".join(given[: len(given) - len(segments)])


def _html(name: str, language: str, status: int = 200) -> Response:
    origins = {whom: suite().origins(whom) for whom in rendering.reaches(name)}
    return Response(
        body=rendering.page(name, language, _base(), *origins.get("utility", ())),
        status_code=status,
        headers={
            **policy.SECURITY_HEADERS,
            "Content-Security-Policy": policy.content_security_policy(origins),
            "Content-Type": "text/html; charset=utf-8",
            "Content-Language": language,
            "Cache-Control": "no-store",
        },
    )


def _page(language: str, *path: str) -> Response:
    """Return the page at ``path`` in ``language``."""
    name = rendering.PAGES.get("/".join(path))
    if language in LANGUAGES and name is not None:
        return _html(name, language)
    return _not_found(language)


def _not_found(language: str = "") -> Response:
    """Return a page that says there is none, in the best language we know. Who wants no page gets the API's problem."""
    headers = pages.current_request.headers
    if "text/html" not in headers.get("accept", ""):
        raise NotFoundError("no such page")
    return _html(
        rendering.NOT_FOUND,
        language if language in LANGUAGES else negotiate(headers.get("accept-language")),
        status=404,
    )


@pages.route("/", methods=["GET"])
def start() -> Response:
    """Send a browser to the landing page in the language it asks for."""
    language = negotiate(pages.current_request.headers.get("accept-language"))
    return Response(
        body="",
        status_code=302,
        headers={
            **policy.SECURITY_HEADERS,
            "Location": f"{_base()}/{language}",
            "Vary": "Accept-Language",
            "Cache-Control": "no-store",
            "Content-Type": "text/plain; charset=utf-8",
        },
    )


@pages.route("/{language}", methods=["GET"])
def landing(language: str) -> Response:
    """Show the first page."""
    return _page(language)


# API Gateway wants one name for all parameters at one place of a path, so these are named by their place.
@pages.route("/{language}/{first}", methods=["GET"])
@pages.route("/{language}/{first}/{second}", methods=["GET"])
@pages.route("/{language}/{first}/{second}/{third}", methods=["GET"])
def page(language: str, **path: str) -> Response:
    """Show the page at a path of one to three segments: `rendering.PAGES` knows it, or it is not there."""
    return _page(language, *path.values())


@pages.route("/assets/{version}/{name}", methods=["GET"])
def asset(version: str, name: str) -> Response:
    """Return a style sheet, script or picture; only what is on the list is served.

    An address with today's version may be kept for good. Another version is a page of before the last deployment: it
    gets what we have now, and may not keep it.
    """
    found = rendering.assets().get(name)
    if found is None:
        return _not_found()
    return Response(
        body=found.content,
        headers={
            "Content-Type": found.content_type,
            "Cache-Control": _FOR_GOOD if version == rendering.assets_version() else "no-store",
            "X-Content-Type-Options": "nosniff",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Strict-Transport-Security": policy.SECURITY_HEADERS["Strict-Transport-Security"],
        },
    )
