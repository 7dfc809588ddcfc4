"""Where the simulator is asked: the wire, and pages for the people who try it."""

from infra.local.console_routes import Asked, Route, in_json
from infra.local.digilocker import authorize_page, desk_pages
from infra.local.digilocker.simulator import PATH, DigiLocker
from infra.local.http_server import HttpAnswer

_ALL = ("GET", "HEAD", "POST")


def places(digilocker: DigiLocker) -> list[Route]:
    """Give the places of the console."""

    def answer(asked: Asked) -> HttpAnswer:
        answered = authorize_page.answer(digilocker, asked) or desk_pages.answer(digilocker, asked)
        answered = answered or digilocker.answer(asked)
        return answered or in_json({"error": "not_found", "error_description": "There is no such call"}, 404)

    return [
        Route(PATH, answer, "Simulated DigiLocker", methods=_ALL),
        Route(f"{PATH}/", answer, methods=_ALL),
    ]
